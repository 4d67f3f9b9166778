"""The directory's answers found the plain way, place by place, and invented towns to ask about.

What test_directory.py and the bench compare the directory with: written from what the filters mean, not from its code.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from knowledge.geo import Point, metres, minutes
from knowledge.opening import WORKING, Calendar, mainland
from knowledge.places import CARE, Place
from knowledge.services import SERVICES, UNITS
from knowledge.wanted import Wanted

CENTRE = Point(34.2700, 108.9500)
KINDS = [*sorted(CARE), "canteen", "station"]
STRANGE_DAY = date(2026, 12, 3)


def town(count: int, seed: int = 1) -> list[Place]:
    """So many places within some ten kilometres."""
    rng = random.Random(seed)
    return [_place(rng, number) for number in range(count)]


def _place(rng: random.Random, number: int) -> Place:
    kind = rng.choice(KINDS)
    care = kind in CARE
    low = rng.choice([3, 6, 12, 18, 24])
    row: dict[str, Any] = {
        "id": f"p{number}",
        "name": f"示例{number}",
        "address": "示例",
        "phone": "000-0000-0000",
        "lat": CENTRE.lat + rng.gauss(0, 0.05),
        "lon": CENTRE.lon + rng.gauss(0, 0.05),
        "datum": "WGS-84",
        "months_from": low if care else None,
        "months_to": low + rng.choice([6, 12, 30]) if care else None,
        "accepting": ("voucher",) if rng.random() < 0.5 else (),
        "kind": kind,
        "inclusive": rng.choice([None, True, False]),
        "services": [_service(rng, name) for name in rng.sample(SERVICES, rng.randrange(4))],
        "hours": _hours(rng) if rng.random() < 0.8 else [],
        "doctor": [{"days": "3"}] if rng.random() < 0.2 else [],
    }
    if rng.random() < 0.3:
        row["specials"] = [{"date": STRANGE_DAY, "opens": "10:00", "closes": "11:00"} if rng.random() < 0.5 else {"date": STRANGE_DAY}]  # fmt: skip
    return Place.model_validate(row)


def _service(rng: random.Random, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"service": name}
    if rng.random() < 0.7:
        row |= {
            "unit": rng.choice(UNITS),
            "price_fen": rng.randrange(10, 30) * rng.choice([100, 1000, 10_000]),
        }
    if rng.random() < 0.3:
        row |= {"months_from": rng.choice([0, 6, 12]), "months_to": rng.choice([12, 24, 36])}
    if rng.random() < 0.3:
        row |= {"opens": "16:30", "closes": rng.choice(["18:00", "18:30", "20:00"])}
    return row


def _hours(rng: random.Random) -> list[dict[str, str]]:
    days = rng.choice(["1-5", "1-6", "1-7", "1-5;makeup", "1-7;holiday"])
    opens, closes = rng.choice(["07:00", "08:00", "08:30"]), rng.choice(["17:00", "18:00", "18:30"])
    if rng.random() < 0.3:
        return [
            {"days": days, "opens": opens, "closes": "12:00"},
            {"days": days, "opens": "14:00", "closes": closes},
        ]
    return [{"days": days, "opens": opens, "closes": closes}]


def wishes(rng: random.Random) -> Wanted:
    """Filters as a talk makes them: two or three at once."""
    every: dict[str, Any] = {
        "kinds": CARE,
        "months": rng.choice([5, 7, 14, 26, 40]),
        "services": frozenset(rng.sample(SERVICES, rng.choice([1, 1, 2]))),
        "weekdays": frozenset({6}),
        "hour": rng.choice([time(7, 30), time(12, 30), time(18, 0), time(18, 30)]),
        "max_fen": rng.choice([2000, 30_000, 200_000]),
        "voucher": True,
        "inclusive": True,
        "doctor": True,
        "open_now": True,
        "minutes": rng.choice([15, 40, 90]),
    }
    chosen = {name: every[name] for name in rng.sample(list(every), rng.choice([0, 1, 2, 2, 3]))}
    if "hour" in chosen:
        chosen["after"] = rng.random() < 0.5
    if "max_fen" in chosen:
        chosen["unit"] = rng.choice([None, "hour", "month"])
    return Wanted(**chosen)


def passes(place: Place, wanted: Wanted, at: datetime | None, calendar: Calendar = mainland) -> bool:
    """Whether a place is what is wanted, the distance aside."""
    offered = {row.service for row in place.services}
    asked = wanted.services or set(SERVICES) - {"extended"}
    priced = [row for row in place.services if row.service in asked]
    days = {str(day) for day in wanted.weekdays} or WORKING
    return (
        (not wanted.kinds or place.kind in wanted.kinds)
        and (wanted.months is None or place.takes(wanted.months))
        and wanted.services <= offered
        and (
            wanted.max_fen is None
            or any(
                row.price_fen is not None
                and row.price_fen <= wanted.max_fen
                and wanted.unit in (None, row.unit)
                and (wanted.months is None or row.ages[0] <= wanted.months <= row.ages[1])
                for row in priced
            )
        )
        and (not wanted.voucher or bool(place.accepting))
        and (not wanted.inclusive or place.inclusive is True)
        and (not wanted.doctor or bool(place.doctor))
        and (not (wanted.weekdays or wanted.hour) or any(_open_on(place, day, wanted) for day in days))
        and (not wanted.open_now or (at is not None and place.opening.at(at, calendar) is True))
    )


def _open_on(place: Place, day: str, wanted: Wanted) -> bool:
    spans = [(row.opens, row.closes) for row in place.hours if day in row.days]
    for row in place.services:
        if day in row.served and row.opens is not None and row.closes is not None:
            spans.append((row.opens, row.closes))
        elif day in row.served and (row.days or row.service == "weekend") and wanted.hour is None:
            return True
    if wanted.hour is None:
        return bool(spans)
    return any(
        opens <= wanted.hour and (wanted.hour < closes or (wanted.hour == closes and not wanted.after))
        for opens, closes in spans
    )


def scan(
    places: Sequence[Place], point: Point, wanted: Wanted, k: int, at: datetime | None = None
) -> list[str]:
    """Ids of the nearest k, place by place."""
    found = []
    for number, place in enumerate(places):
        if passes(place, wanted, at):
            distance = metres(point, Point(place.lat, place.lon))
            if wanted.minutes is None or minutes(distance) <= wanted.minutes:
                found.append((distance, number))
    return [places[number].id for _, number in sorted(found)[:k]]
