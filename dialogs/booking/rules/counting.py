"""How much room care takes: half hours, units of a carer's attention, classes, and what is left of them.

A carer has 105 units in every half hour, which 3, 5 and 7 divide: a child of 6-12 months takes 35 (one to three), of
12-24 months 21 (one to five), of 24-36 months 15 (one to seven). Units of several ages therefore add up exactly.
Source of the ratios, of the classes and of their sizes: 托育机构设置标准（试行）, 国卫人口发〔2019〕58号; they and those of
home-based places stand in knowledge/services.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from knowledge.services import CAP, RATIO

SLOT_MINUTES = 30
DAY_MINUTES = 24 * 60
ROOT = "care"
"""With what the keys of all counters of care begin."""
CARER_UNITS = 105
AgeClass = Literal["infant", "toddler", "older"]
MONTHS: Mapping[AgeClass, tuple[int, int]] = {"infant": (6, 12), "toddler": (12, 24), "older": (24, 36)}
"""Completed months: the first included, the second not. Older children until kindergarten count as `older`."""
SQUARE_METRES = 3
"""Floor area of activity rooms per child."""


def age_class(months: int) -> AgeClass | None:
    """The class of a child of so many completed months; None below six months."""
    if months < MONTHS["infant"][0]:
        return None
    return next((name for name, (_, until) in MONTHS.items() if months < until), "older")


def units(months: int, ratio: int = 7) -> int:
    """What a child takes of a carer in a half hour, where a carer has at most `ratio` children (3, 5 or 7) anyway.

    Raises ValueError below six months.
    """
    name = age_class(months)
    if name is None:
        raise ValueError(f"a child of {months} months is looked after by nobody")
    return CARER_UNITS // min(ratio, RATIO[name])


def slot_of(at: time) -> int:
    """The half hour of the day, from 0, in which a local time lies."""
    return minutes(at) // SLOT_MINUTES


def minutes(at: time) -> int:
    """The minute of the day, from 0."""
    return at.hour * 60 + at.minute


def slots(starts: time, ends: time) -> range:
    """Every half hour that a stay touches. `ends` must lie after `starts`; 00:00 as an end is midnight."""
    return touched(minutes(starts), minutes(ends) or DAY_MINUTES)


def touched(first: int, last: int) -> range:
    """Every half hour between two minutes of the day, both halves cut into included."""
    return range(first // SLOT_MINUTES, -(-last // SLOT_MINUTES))


def at(slot: int) -> time:
    """The local time at which a half hour begins; the end of the day is 00:00."""
    return time(*divmod(slot * SLOT_MINUTES % DAY_MINUTES, 60))


def at_minute(minute: int) -> time:
    """The local time of a minute of the day; the end of the day is 00:00."""
    return time(*divmod(minute % DAY_MINUTES, 60))


@dataclass(frozen=True)
class Span:
    """Some hours of a local day; 00:00 as an end is midnight."""

    day: date
    starts: time
    ends: time

    @property
    def slots(self) -> range:
        """Every half hour that it touches."""
        return slots(self.starts, self.ends)

    @property
    def first(self) -> int:
        """The minute of the day at which it begins."""
        return minutes(self.starts)

    @property
    def last(self) -> int:
        """The minute of the day at which it ends."""
        return minutes(self.ends) or DAY_MINUTES

    @property
    def length(self) -> int:
        """Minutes."""
        return self.last - self.first


def span_of(day: date, first: int, last: int) -> Span:
    """The span between two minutes of a day."""
    return Span(day, time(*divmod(first, 60)), time(*divmod(last % DAY_MINUTES, 60)))


@dataclass(frozen=True)
class ClassRoom:
    """A class that a place runs: completed months, both included, the children it takes, and those of one carer."""

    id: str
    months_from: int
    months_to: int
    cap: int
    ratio: int = 7

    def takes(self, months: int) -> bool:
        """Whether a child of so many completed months belongs here."""
        return self.months_from <= months <= self.months_to


@dataclass(frozen=True)
class Stay:
    """A child in the house: its completed months on the day, and the half hours."""

    months: int
    slots: range


@dataclass(frozen=True)
class House:
    """What a place has on one day. `carers`: present in each half hour while it is open (others are closed).

    `licensed` children at once by its filing, None where none was published; `area` in square metres, likewise.
    `enrolled`: the children of its own who are expected; they take first. `changes`: how often staff had changed what the
    place has when this was looked at.
    """

    place: str
    carers: Mapping[int, int]
    classes: tuple[ClassRoom, ...] = ()
    licensed: int | None = None
    area: float | None = None
    home: bool = False
    enrolled: tuple[Stay, ...] = ()
    changes: int = 0

    def class_for(self, months: int) -> ClassRoom | None:
        """The class of a child, or None where the house has classes and none takes it."""
        return next((room for room in self.classes if room.takes(months)), None)

    def takes(self, months: int) -> bool:
        """Whether a child of that age is looked after here at all."""
        return age_class(months) is not None and (not self.classes or self.class_for(months) is not None)

    @property
    def heads(self) -> int | None:
        """Children at once by the strictest of filing, floor area and the home-based rule; None: nothing limits them."""
        limits = [CAP["home"]] if self.home else []
        if self.licensed is not None:
            limits.append(self.licensed)
        if self.area is not None:
            limits.append(int(self.area // SQUARE_METRES))
        return min(limits, default=None)


def head(place: str, day: date) -> str:
    """With what the keys of a place's counters of a day begin."""
    return f"{ROOT}/{place}/{day.isoformat()}"


def key(place: str, day: date, slot: int, row: str) -> str:
    """The name of a counter. Keys of one place sort by day, half hour and row: claims are made in that order."""
    return f"{head(place, day)}/{slot:02d}/{row}"


def wanted(house: House, day: date, stays: Iterable[Stay]) -> dict[str, int]:
    """What stays take, by counter: units of carers, and heads of the class and of the house."""
    found: dict[str, int] = {}
    for stay in stays:
        for name, taken in _rows(house, stay.months):
            for slot in stay.slots:
                own = key(house.place, day, slot, name)
                found[own] = found.get(own, 0) + taken
    return found


def _rows(house: House, months: int) -> Iterator[tuple[str, int]]:
    room = house.class_for(months)
    yield "care", units(months, RATIO["home"] if house.home else room.ratio if room else 7)
    if room is not None:
        yield f"class:{room.id}", 1
    if house.heads is not None:
        yield "heads", 1


def caps(house: House, day: date) -> dict[str, int]:
    """What the house has to give, by counter, less what the children take who are enrolled and expected; at least 0."""
    found: dict[str, int] = {}
    for slot, carers in house.carers.items():
        found[key(house.place, day, slot, "care")] = CARER_UNITS * carers
        for room in house.classes:
            found[key(house.place, day, slot, f"class:{room.id}")] = room.cap
        if house.heads is not None:
            found[key(house.place, day, slot, "heads")] = house.heads
    for name, taken in wanted(house, day, house.enrolled).items():
        if name in found:
            found[name] = max(0, found[name] - taken)
    return found
