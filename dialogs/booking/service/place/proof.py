"""`doorstep care ratio`: whether any half hour of a month was above its ratio, counted from rows (there.py).

The counters that let stays in are not asked: what may be there follows from the pack and from what the place's staff said
of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from bot.capability import OperatorCommand
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import CARER_UNITS, AgeClass, House
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import roster, there
from dialogs.booking.service.place.there import Above, Guest, HalfHour
from knowledge.city import City

_AGED: tuple[AgeClass, ...] = ("infant", "toddler", "older")
_COLUMNS = ("day", "place", "fullest", *_AGED, "unknown", "enrolled", "carers", "units")


def commands(city: City) -> dict[str, OperatorCommand]:
    """What the command line offers beside the talk."""
    return {
        "care ratio": OperatorCommand(
            lambda turn, values: ratio(turn, values, city),
            ("YYYY-MM", "[PLACE…]"),
            "Prove from the rows of bookings, walk-ins and the roster that no half hour of a month was above its ratio.",
        ),
        "care roster": OperatorCommand(
            lambda turn, values: roster.from_file(turn, values, city),
            ("PLACE", "FILE"),
            "Add the children of a CSV file (nickname, born, weekdays, hours, first day, last day) to a place's roster.",
        ),
    }


def ratio(turn: Turn, values: Sequence[str], city: City) -> str:
    """The fullest half hour of each place and day, and the verdict. Raises ValueError with every one that is broken."""
    days, only = _month(values[0]), set(values[1:])
    lines, broken, looked_at, bookings, walked = [], [], 0, 0, 0
    for day in days:
        for house, guests in _houses(turn, city, day, only):
            times = there.standing(house, day, guests)
            broken += [
                f"{day} {house.place} {_hours(half)}: {why}" for half, why in _broken(house, day, times)
            ]
            if times:
                lines.append(_line(house, day, max(times, key=lambda one: _share(house, one))))
            looked_at += len(times)
            bookings += sum(guest.name.isdigit() for guest in guests)
            walked += sum(not guest.name.isdigit() for guest in guests)
    unknown = only - {place.id for place in city.known} - {line[1] for line in lines}
    if unknown:
        raise ValueError(f"no such place: {', '.join(sorted(unknown))}")
    if broken:
        raise ValueError(
            "\n".join([*broken, f"ABOVE RATIO in {values[0]}: {len(broken)} findings, named above"])
        )
    verdict = (
        f"never above ratio in {values[0]}: {looked_at} half hours with children, {bookings} bookings,"
        f" {walked} walk-ins"
    )
    return "\n".join([*_table(lines), verdict])


def _houses(turn: Turn, city: City, day: date, only: set[str]) -> Iterator[tuple[House, list[Guest]]]:
    """Every place that has or had children on a day, with those who came for some hours; a place that is gone too."""
    came = there.guests(turn.db, day, turn.ground.settings.zone)
    by_place = {name: list(ours) for name, ours in groupby(came, key=lambda guest: guest.place)}
    known = {place.id: place for place in city.known}
    for place in sorted(known.keys() | by_place.keys()):
        if not only or place in only:
            house = at_home.on(turn.db, known[place], day) if place in known else House(place, {})
            if house.enrolled or place in by_place:
                yield house, by_place.get(place, [])


def _broken(house: House, day: date, halves: Sequence[HalfHour]) -> Iterator[tuple[HalfHour, str]]:
    """What is above in each half hour, and children who are too young, in the order of the day."""
    found = {half.slot: [_why(house, one) for one in there.above(house, day, [half])] for half in halves}
    for half in halves:
        if half.ages["too young"]:
            found[half.slot].append(f"{half.ages['too young']} below six months; {_guests(half)}")
        for why in found[half.slot]:
            yield half, why


def _why(house: House, above: Above) -> str:
    half = above.half
    what = (
        f"{above.units} of {above.has} units with {house.carers.get(half.slot, 0)} carers"
        if above.row == "care"
        else f"{above.units} children of {above.has} ({above.row})"
    )
    alone = half.own[above.row] > above.has
    return f"{what}; {_who(half)}; {_guests(half)}{'; the roster alone is above' if alone else ''}"


def _guests(half: HalfHour) -> str:
    booked = [name for name in half.guests if name.isdigit()]
    parts = [f"bookings {', '.join(sorted(booked, key=int))}"] if booked else []
    parts += [name for name in half.guests if not name.isdigit()]
    return "; ".join([*parts, f"{half.enrolled} enrolled"] if half.enrolled else parts)


def _share(house: House, half: HalfHour) -> float:
    return half.wanted["care"] / (CARER_UNITS * house.carers.get(half.slot, 0) or 0.5)


def _line(house: House, day: date, half: HalfHour) -> tuple[str, ...]:
    carers = house.carers.get(half.slot, 0)
    return (
        str(day),
        house.place,
        _hours(half),
        *(str(half.ages[name]) for name in (*_AGED, "unknown")),
        str(half.enrolled),
        str(carers),
        f"{half.wanted['care']}/{CARER_UNITS * carers}",
    )


def _hours(half: HalfHour) -> str:
    return f"{counting.at(half.slot):%H:%M}-{counting.at(half.slot + 1):%H:%M}"


def _who(half: HalfHour) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(half.ages.items()) if count)


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
