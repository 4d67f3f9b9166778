"""Who is at a place on a day, half hour by half hour, counted from rows: bookings, walk-ins, its own children.

The counters that let stays in are not asked: who is there follows from hours and ages alone. Where the children of a
booking are not known (held for one who is not named yet, or of a family that is erased), what it took stands in for them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.clock import instant
from bot.store.session import Db, Row
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import House, Stay
from dialogs.booking.service import holding

THERE = (*(state for state in holding.TAKING if state not in holding.PUT_OFF), "left")
"""The states of a booking whose children are there in its hours, were, or are to be."""


@dataclass(frozen=True)
class Guest:
    """Who takes room for some hours: a booking's number, or "walk-in" and its. `months` of its children, empty where they
    are not known: then `taken` (counter to units) says what room they take."""

    name: str
    place: str
    slots: range
    months: tuple[int, ...]
    taken: Mapping[str, int]


@dataclass
class HalfHour:
    """Who is in the house in one half hour. `ages` counts children by class, "unknown" and "too young" among them;
    `wanted` is what they take by row (care, heads, class:…), `own` what those of the roster take of it, `enrolled` how
    many these are, `guests` the names of the others."""

    slot: int
    ages: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)
    enrolled: int = 0
    guests: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Above:
    """A half hour in which more of a row (care, heads, class:…) is taken than the house has, in its units."""

    half: HalfHour
    row: str
    units: int
    has: int


def guests(db: Db, day: date, zone: ZoneInfo, place: str = "") -> list[Guest]:
    """All who come, or came, for some hours of a day, by place and in the order of their beginning; `place`: only there."""
    named = " AND place = :place" if place else ""
    values = {"day": day.isoformat(), **({"place": place} if place else {})}
    months: dict[int, list[int]] = {}
    for row in db.all(
        "SELECT c.booking_id, c.months FROM booked_child c JOIN booking b ON b.id = c.booking_id WHERE b.day = :day"
        " ORDER BY c.id",
        day=day.isoformat(),
    ):
        months.setdefault(int(row["booking_id"]), []).append(int(row["months"]))
    booked = db.all(
        f"SELECT id, place, starts, ends, state, decided, taken FROM booking WHERE day = :day AND state IN {THERE!r}{named}"
        " ORDER BY starts, id",
        **values,
    )
    found = [
        Guest(
            str(row["id"]),
            str(row["place"]),
            _slots(day, row, zone),
            tuple(months.get(int(row["id"]), ())),
            json.loads(row["taken"]),
        )
        for row in booked
    ]
    for row in walked_in(db, day, place):
        slots = counting.touched(int(row["starts"]), int(row["ends"]))
        found.append(Guest(f"walk-in {row['id']}", str(row["place"]), slots, (int(row["months"]),), {}))
    return sorted(found, key=lambda one: one.place)


def walked_in(db: Db, day: date, place: str = "") -> list[Row]:
    """The rows of those who came without a booking, in the order of coming."""
    named = " AND place = :place" if place else ""
    values = {"day": day.isoformat(), **({"place": place} if place else {})}
    return db.all(f"SELECT * FROM walk_in WHERE day = :day{named} ORDER BY starts, id", **values)


def standing(house: House, day: date, guests: Iterable[Guest]) -> list[HalfHour]:
    """Who is there in each half hour in which somebody is, in order; `guests` of this place and day."""
    found: dict[int, HalfHour] = {}
    for guest in guests:
        wanted = (
            counting.wanted(house, day, _old_enough(guest.months, guest.slots))
            if guest.months
            else guest.taken
        )
        for slot in guest.slots:
            there = found.setdefault(slot, HalfHour(slot))
            there.guests.append(guest.name)
            there.ages.update(counting.age_class(age) or "too young" for age in guest.months)
            rows = of_slot(house, day, slot, wanted)
            there.wanted.update(rows)
            if not guest.months:
                there.ages["unknown"] += max((n for name, n in rows.items() if name != "care"), default=1)
    for stay in house.enrolled:
        wanted = counting.wanted(house, day, [stay])
        for slot in stay.slots:
            if slot in house.carers:  # while the house is closed its own children are at home
                there = found.setdefault(slot, HalfHour(slot))
                there.enrolled += 1
                there.ages[counting.age_class(stay.months) or "too young"] += 1
                rows = of_slot(house, day, slot, wanted)
                there.wanted.update(rows)
                there.own.update(rows)
    return [found[slot] for slot in sorted(found)]


def above(house: House, day: date, halves: Iterable[HalfHour]) -> Iterator[Above]:
    """What is more than the house has, its own children counted, by half hour and row."""
    whole = counting.caps(replace(house, enrolled=()), day)
    for half in halves:
        caps = of_slot(house, day, half.slot, whole)
        for name, units in sorted(half.wanted.items()):
            has = caps.get(name, 0)
            if units > has and (name in caps or name == "care"):
                yield Above(half, name, units, has)


def of_slot(house: House, day: date, slot: int, counters: Mapping[str, int]) -> dict[str, int]:
    """Of these counters those of one half hour, by row."""
    head = counting.key(house.place, day, slot, "")
    return {name.removeprefix(head): units for name, units in counters.items() if name.startswith(head)}


def _old_enough(months: Sequence[int], slots: range) -> list[Stay]:
    return [Stay(age, slots) for age in months if counting.age_class(age)]


def _slots(day: date, row: Row, zone: ZoneInfo) -> range:
    """The half hours of a booking; of a child who was taken home early those before, for then its room was free."""
    slots = counting.touched(int(row["starts"]), int(row["ends"]))
    if row["state"] == "left" and row["decided"] is not None:
        home = instant(int(row["decided"])).astimezone(zone)
        if home.date() == day:
            return range(slots.start, min(slots.stop, counting.slot_of(home.time())))
    return slots
