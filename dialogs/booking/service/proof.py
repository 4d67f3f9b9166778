"""`doorstep care ratio`: whether any half hour of a month was above its ratio, counted from the rows of the bookings.

The counters that let stays in are not asked: who was there follows from hours and ages alone, and what may be there from
the pack. Where the children of a booking are not known (held for one who is not named yet, or of a family that is
erased), what it took stands in for them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from bot.capability import OperatorCommand
from bot.clock import instant
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules.counting import CARER_UNITS, AgeClass, House, Stay
from dialogs.booking.service import holding
from knowledge.city import City

THERE = (*holding.TAKING, "left")
"""The states of a booking whose children are there in its hours, were, or are to be."""
_AGED: tuple[AgeClass, ...] = ("infant", "toddler", "older")
_COLUMNS = ("day", "place", "fullest", *_AGED, "unknown", "carers", "units")


@dataclass
class HalfHour:
    """Who is in the house in one half hour. `ages` counts children by class, "unknown" and "too young" among them;
    `wanted` is what they take by row (care, heads, class:…), `bookings` the numbers of theirs."""

    slot: int
    ages: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    bookings: list[int] = field(default_factory=list)


def commands(city: City) -> dict[str, OperatorCommand]:
    """What the command line offers beside the talk."""
    return {
        "care ratio": OperatorCommand(
            lambda turn, values: ratio(turn, values, city),
            ("YYYY-MM", "[PLACE…]"),
            "Prove from the bookings' rows that no half hour of a month was above its ratio.",
        )
    }


def ratio(turn: Turn, values: Sequence[str], city: City) -> str:
    """The fullest half hour of each place and day, and the verdict. Raises ValueError with every one that is broken."""
    days, only = _month(values[0]), set(values[1:])
    known = {place.id: place for place in city.places}
    lines, broken, looked_at, bookings = [], [], 0, 0
    for day in days:
        for place, rows in groupby(_rows(turn, day, THERE), key=lambda row: str(row["place"])):
            ours = list(rows)
            if only and place not in only:
                continue
            house = houses.house(known[place], day) if place in known else House(place, {})
            times = standing(turn, house, day, ours)
            broken += [
                f"{day} {place} {_hours(one)}: {why}" for one in times for why in above(house, day, one)
            ]
            if times:
                lines.append(_line(house, day, max(times, key=lambda one: _share(house, one))))
            looked_at, bookings = looked_at + len(times), bookings + len(ours)
    unknown = only - known.keys() - {line[1] for line in lines}
    if unknown:
        raise ValueError(f"no such place: {', '.join(sorted(unknown))}")
    if broken:
        raise ValueError(
            "\n".join([*broken, f"ABOVE RATIO in {values[0]}: {len(broken)} findings, named above"])
        )
    verdict = f"never above ratio in {values[0]}: {looked_at} half hours with children, {bookings} bookings"
    return "\n".join([*_table(lines), verdict])


def standing(turn: Turn, house: House, day: date, rows: Iterable[Row]) -> list[HalfHour]:
    """Who is there in each half hour in which somebody is, in order, by these bookings of one place and day."""
    found: dict[int, HalfHour] = {}
    for row in rows:
        slots = _slots(turn, day, row)
        months = [int(child["months"]) for child in holding.children_of(turn, int(row["id"]))]
        old_enough = [Stay(age, slots) for age in months if counting.age_class(age)]
        wanted = counting.wanted(house, day, old_enough) if months else json.loads(row["taken"])
        for slot in slots:
            there = found.setdefault(slot, HalfHour(slot))
            there.bookings.append(int(row["id"]))
            there.ages.update(counting.age_class(age) or "too young" for age in months)
            rows_taken = _of_slot(house, day, slot, wanted)
            there.wanted.update(rows_taken)
            if not months:
                there.ages["unknown"] += max(
                    (n for name, n in rows_taken.items() if name != "care"), default=1
                )
    return [found[slot] for slot in sorted(found)]


def above(house: House, day: date, there: HalfHour) -> Iterator[str]:
    """What is broken in a half hour: units of care, a class or heads above what the house has; a child too young."""
    caps = _of_slot(house, day, there.slot, counting.caps(house, day))
    numbers = ", ".join(str(number) for number in sorted(there.bookings))
    for name, units in sorted(there.wanted.items()):
        has = caps.get(name, 0)
        if units > has and (name in caps or name == "care"):
            what = f"{units} of {has} units with {house.carers.get(there.slot, 0)} carers" if name == "care" else (
                f"{units} children of {has} ({name})"
            )  # fmt: skip
            yield f"{what}; {_who(there)}; bookings {numbers}"
    if there.ages["too young"]:
        yield f"{there.ages['too young']} below six months; bookings {numbers}"


def _slots(turn: Turn, day: date, row: Row) -> range:
    """The half hours of a booking; of a child who was taken home early those before, for then its room was free."""
    slots = counting.span_of(day, int(row["starts"]), int(row["ends"])).slots
    if row["state"] == "left" and row["decided"] is not None:
        home = instant(int(row["decided"])).astimezone(turn.ground.settings.zone)
        if home.date() == day:
            return range(slots.start, min(slots.stop, counting.slot_of(home.time())))
    return slots


def _of_slot(house: House, day: date, slot: int, counters: dict[str, int]) -> dict[str, int]:
    head = counting.key(house.place, day, slot, "")
    return {name.removeprefix(head): units for name, units in counters.items() if name.startswith(head)}


def _rows(turn: Turn, day: date, states: Sequence[str]) -> list[Row]:
    return turn.db.all(
        f"SELECT id, place, starts, ends, state, decided, taken FROM booking WHERE day = :day AND state IN {tuple(states)!r}"
        " ORDER BY place, starts, id",
        day=day.isoformat(),
    )


def _share(house: House, there: HalfHour) -> float:
    return there.wanted["care"] / (CARER_UNITS * house.carers.get(there.slot, 0) or 0.5)


def _line(house: House, day: date, there: HalfHour) -> tuple[str, ...]:
    carers = house.carers.get(there.slot, 0)
    return (
        str(day),
        house.place,
        _hours(there),
        *(str(there.ages[name]) for name in (*_AGED, "unknown")),
        str(carers),
        f"{there.wanted['care']}/{CARER_UNITS * carers}",
    )


def _hours(there: HalfHour) -> str:
    return f"{counting.at(there.slot):%H:%M}-{counting.at(there.slot + 1):%H:%M}"


def _who(there: HalfHour) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(there.ages.items()) if count)


def _table(lines: Sequence[Sequence[str]]) -> list[str]:
    rows: list[Sequence[Any]] = [_COLUMNS, *lines] if lines else []
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))] if rows else []
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _month(words: str) -> list[date]:
    try:
        first = date.fromisoformat(f"{words}-01")
    except ValueError:
        raise ValueError(f"{words}: no month (wanted: YYYY-MM)") from None
    days = (first + timedelta(days=number) for number in range(31))
    return [day for day in days if day.month == first.month]
