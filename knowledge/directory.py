"""The directory of places: the nearest ones that are what somebody looks for.

Ten thousand places are a small table: each filter is a column of it, so that a look-up is a few passes of numpy over
arrays. A tree would have to be walked far when the filters let few places through; `python -m tests.bench directory`
shows both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.geo import EARTH, Point, minutes, reach
from knowledge.opening import DAYS, WORKING, Calendar, mainland
from knowledge.places import KINDS, Place
from knowledge.services import MONTHS, SERVICES, UNITS
from knowledge.wanted import Wanted

QUARTER = 15
"""Minutes of the circle in which a district wants to have everything."""
_MONTHS = MONTHS[1] + 1
_HOLIDAY, _MAKEUP = DAYS.index("holiday"), DAYS.index("makeup")
_Mask = NDArray[np.bool_]


class Near(NamedTuple):
    """A place, how far it is (metres of straight line; about so many minutes on foot), and whether it is open at the
    moment asked about: None where none was asked or nobody published its hours."""

    place: Place
    metres: float
    minutes: int
    open_now: bool | None


class Directory:
    """Places, ready to be asked. `calendar` says what kind of day a date is."""

    def __init__(self, places: Iterable[Place], calendar: Calendar = mainland) -> None:
        self.places = tuple(places)
        self._numbers = {place.id: number for number, place in enumerate(self.places)}
        self._calendar = calendar
        self._opening = [place.opening for place in self.places]
        self._spots = _on_the_sphere([place.point for place in self.places])
        self._kinds = np.array([KINDS.index(place.kind) for place in self.places], dtype=np.int8)
        # One row a month, a service, a price: a filter reads whole rows.
        self._months = (
            np.array([_takes(place) for place in self.places], dtype=bool).reshape(-1, _MONTHS).T.copy()
        )
        self._services = {
            one: self._mask(bool(place.offers(one)) for place in self.places) for one in SERVICES
        }
        self._prices = _prices(self.places)
        self._marks = {
            "voucher": self._mask(bool(place.accepting) for place in self.places),
            "inclusive": self._mask(place.inclusive is True for place in self.places),
            "doctor": self._mask(bool(place.doctor) for place in self.places),
        }
        self._makes_up = self._mask(any("makeup" in row.days for row in place.hours) for place in self.places)
        self._week = _table((n, span) for n, place in enumerate(self.places) for span in _hours(place))
        self._served = _table(
            (n, span) for n, place in enumerate(self.places) for span in [*_hours(place), *_served(place)]
        )
        self._special_days: dict[date, list[int]] = {}
        for number, place in enumerate(self.places):
            for special in place.specials:
                self._special_days.setdefault(special.date, []).append(number)

    def nearest(
        self,
        point: Point,
        wanted: Wanted,
        k: int | None = 10,
        at: datetime | None = None,
        elder: bool = False,
        but: Collection[str] = (),
    ) -> list[Near]:
        """Up to `k` places (None = all) that are what is wanted, the nearest first; equally near ones in the pack's order.

        `point` in WGS-84; `at` the local moment for `open_now`; `elder` walks more slowly; `but` these ids. Raises ValueError for
        `wanted.open_now` without a moment.
        """
        passing, distance = self._reached(point, wanted, at, elder, but)
        if k is not None and 0 < k < len(passing):
            kept = distance <= np.partition(distance, k - 1)[k - 1]
            passing, distance = passing[kept], distance[kept]
        order = np.argsort(distance, kind="stable")[:k]
        return [self._near(int(passing[one]), float(distance[one]), at, elder) for one in order]

    def count(
        self,
        point: Point | None,
        wanted: Wanted,
        at: datetime | None = None,
        elder: bool = False,
        but: Collection[str] = (),
    ) -> int:
        """How many places are what is wanted; without a point wherever they are."""
        if point is None:
            return int(np.count_nonzero(self._passing(replace(wanted, minutes=None), at, but)))
        return len(self._reached(point, wanted, at, elder, but)[0])

    def listed(
        self, wanted: Wanted, k: int | None, at: datetime | None = None, but: Collection[str] = ()
    ) -> list[Near]:
        """The first `k` places (None = all) that are what is wanted, in the pack's order, wherever they are: no metres, no minutes."""
        passing = np.flatnonzero(self._passing(replace(wanted, minutes=None), at, but))
        return [self._near(int(one), 0.0, at, elder=False) for one in passing[:k]]

    def within(
        self,
        point: Point,
        wanted: Wanted,
        walk: int = QUARTER,
        at: datetime | None = None,
        elder: bool = False,
    ) -> list[Near]:
        """Every place wanted that can be walked to in so many minutes, the nearest first; [] when there is none."""
        limit = walk if wanted.minutes is None else min(walk, wanted.minutes)
        return self.nearest(point, replace(wanted, minutes=limit), None, at, elder)

    def _reached(
        self, point: Point, wanted: Wanted, at: datetime | None, elder: bool, but: Collection[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The numbers of the places that are what is wanted, and their metres from there, in the pack's order."""
        passing = np.flatnonzero(self._passing(wanted, at, but))
        apart = self._spots[passing] - _on_the_sphere([point])[0]
        chord = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        distance = 2 * EARTH * np.arcsin(np.minimum(chord / 2, 1.0))
        if wanted.minutes is not None:
            close = distance <= reach(wanted.minutes, elder) + 1e-6
            passing, distance = passing[close], distance[close]
        return passing, distance

    def _near(self, number: int, distance: float, at: datetime | None, elder: bool) -> Near:
        is_open = None if at is None else self._opening[number].at(at, self._calendar)
        return Near(self.places[number], distance, minutes(distance, elder), is_open)

    def _passing(self, wanted: Wanted, at: datetime | None, but: Collection[str]) -> _Mask:
        """Which places pass every filter but the distance."""
        mask = np.ones(len(self.places), dtype=bool)
        mask[[self._numbers[one] for one in but if one in self._numbers]] = False
        if wanted.kinds:
            mask &= np.isin(self._kinds, [KINDS.index(kind) for kind in sorted(wanted.kinds)])
        if wanted.months is not None:
            mask &= self._months[wanted.months] if 0 <= wanted.months < _MONTHS else False
        for service in wanted.services:
            mask &= self._services[service]
        if wanted.max_fen is not None:
            mask &= self._cheaper(wanted.max_fen, wanted)
        for mark, column in self._marks.items():
            if getattr(wanted, mark):
                mask &= column
        if wanted.weekdays or wanted.hour is not None:
            mask &= self._open_on({str(day) for day in wanted.weekdays}, wanted.hour, wanted.after)
        if wanted.open_now:
            if at is None:
                raise ValueError("open_now needs the moment: give `at`")
            mask &= self._open_at(at)
        return mask

    def _cheaper(self, most: int, wanted: Wanted) -> _Mask:
        """Places where one of the services costs at most so many fen for the unit, for a child of that age."""
        prices = self._prices
        fits = prices.fen <= most
        asked = wanted.services or frozenset(SERVICES) - {"extended"}
        fits &= np.isin(prices.service, [SERVICES.index(one) for one in asked])
        if wanted.unit is not None:
            fits &= prices.unit == UNITS.index(wanted.unit)
        if wanted.months is not None:
            fits &= (prices.months_from <= wanted.months) & (prices.months_to >= wanted.months)
        return self._owners(prices.owner[fits])

    def _open_on(self, days: set[str], hour: time | None, after: bool) -> _Mask:
        """Places open on any of these weekdays, at that hour where one is given."""
        spans = self._served
        fits = np.isin(spans.day, [number for number, day in enumerate(DAYS) if day in (days or WORKING)])
        if hour is not None:
            minute = _minute(hour)
            fits &= (spans.opens <= minute) & ((spans.closes > minute) if after else (spans.closes >= minute))
        return self._owners(spans.owner[fits])

    def _open_at(self, at: datetime) -> _Mask:
        day, minute, spans = at.date(), _minute(at.time()), self._week
        kind, own = self._calendar(day), day.isoweekday() - 1
        if kind == "weekday":
            fits = spans.day == own
        elif kind == "holiday":
            fits = spans.day == _HOLIDAY
        else:
            fits = np.where(self._makes_up[spans.owner], spans.day == _MAKEUP, spans.day == own)
        mask = self._owners(spans.owner[fits & (spans.opens <= minute) & (spans.closes > minute)])
        for number in self._special_days.get(day, ()):
            mask[number] = self._opening[number].at(at, self._calendar) is True
        return mask

    def _owners(self, numbers: NDArray[np.int64]) -> _Mask:
        mask = np.zeros(len(self.places), dtype=bool)
        mask[numbers] = True
        return mask

    def _mask(self, values: Iterable[bool]) -> _Mask:
        return np.fromiter(values, dtype=bool, count=len(self.places))


class _Spans(NamedTuple):
    """Columns: the place's number, the day's number in DAYS, minutes of the day."""

    owner: NDArray[np.int64]
    day: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]


class _Prices(NamedTuple):
    """Columns: the place's number, the numbers of service and unit, fen, completed months from and to."""

    owner: NDArray[np.int64]
    service: NDArray[np.int64]
    unit: NDArray[np.int64]
    fen: NDArray[np.int64]
    months_from: NDArray[np.int64]
    months_to: NDArray[np.int64]


_Span = tuple[str, int, int]
"""A day, and minutes of it."""
_SOME_TIME = (24 * 60, -1)
"""Open on that day, nobody said when: no hour lies in it."""


def _hours(place: Place) -> Iterator[_Span]:
    for row in place.hours:
        for day in row.days:
            yield day, _minute(row.opens), _minute(row.closes)


def _served(place: Place) -> Iterator[_Span]:
    """The hours of services that have some of their own; a weekend service is there at weekends, whenever it may be."""
    for row in place.services:
        if row.opens is not None and row.closes is not None:
            span = _minute(row.opens), _minute(row.closes)
        elif row.days or row.service == "weekend":
            span = _SOME_TIME
        else:
            continue
        for day in row.served:
            yield day, *span


def _table(spans: Iterable[tuple[int, _Span]]) -> _Spans:
    rows = [(owner, DAYS.index(day), opens, closes) for owner, (day, opens, closes) in spans]
    return _Spans(*np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy())


def _on_the_sphere(points: Sequence[Point]) -> NDArray[np.float64]:
    """(n, 3): points of the unit sphere, on which the nearer of two is the nearer by straight line too."""
    lat, lon = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2)).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _takes(place: Place) -> list[bool]:
    return [place.takes(months) for months in range(_MONTHS)]


def _prices(places: Sequence[Place]) -> _Prices:
    rows = [
        (number, SERVICES.index(row.service), UNITS.index(row.unit), row.price_fen, *row.ages)
        for number, place in enumerate(places)
        for row in place.services
        if row.price_fen is not None and row.unit is not None
    ]
    return _Prices(*np.array(rows, dtype=np.int64).reshape(-1, 6).T.copy())
