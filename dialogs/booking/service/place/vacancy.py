"""How much room a place has: what could still be booked on a day, and what its staff see who look around the room."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.capability import NotDone
from bot.clock import instant, local_date, ms
from bot.messages import Button
from bot.serving import Free, Fullness, Level
from bot.turn import Turn
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules.counting import House, Stay
from dialogs.booking.service import room
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import posts
from knowledge.city import City
from knowledge.places import Place

GOOD_FOR = timedelta(hours=2)
"""How long what somebody saw is told."""
LEVELS: tuple[Level, ...] = ("empty", "some", "full")


def free_places(turn: Turn, place: str, day: date, months: int | None, city: City) -> Free | None:
    """How many children of that age could still be booked there; without an age, of the one for which there is most room.

    None: the place is no place of this pack where some hours are booked.
    """
    found = next((one for one in city.places if one.id == place and houses.bookable(one)), None)
    if found is None:
        return None
    house = at_home.on(turn.db, found, day)
    left = room.left(turn.db, house, day)
    slots = [slot for slot in sorted(house.carers) if slot >= _first(turn, day)]
    ages = _ages(found, house) if months is None else [months]
    sold = [(slot, age) for slot in slots for age in ages if _sold(turn, city, found, day, slot, age)]
    fit = dict.fromkeys(slots, 0)
    for slot, age in sold:
        fit[slot] = max(fit[slot], _many(left, house, day, slot, age))
    spans = spans_of(slot for slot, many in fit.items() if many)
    return Free(max(fit.values(), default=0), spans, late=not sold and bool(slots))


def _sold(turn: Turn, city: City, place: Place, day: date, slot: int, months: int) -> bool:
    """Whether a half hour of that day can still be booked for a child of that age, if there is room."""
    first = slot * counting.SLOT_MINUTES
    if first + counting.SLOT_MINUTES >= counting.DAY_MINUTES:
        return False
    span = counting.span_of(day, first, first + counting.SLOT_MINUTES)
    ahead = (datetime.combine(day, span.starts, turn.ground.settings.zone) - turn.now) / timedelta(hours=1)
    if ahead * 60 < city.settings.care.at(place.id).latest_minutes:
        return False
    return houses.price(place, span, months, ahead) is not None


def say(turn: Turn, place: Place, level: Level) -> None:
    """Somebody at the place looked around."""
    turn.db.run(
        "INSERT INTO vacancy (place, level, at) VALUES (:place, :level, :now)"
        " ON CONFLICT (place) DO UPDATE SET level = :level, at = :now",
        place=place.id,
        level=level,
        now=ms(turn.now),
    )
    turn.audit("booking.vacancy", f"place:{place.id}", level=level)


def ask(turn: Turn, text: str, city: City) -> None:
    """Three buttons, one of which says how full it is."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    if drop_in(place):
        turn.say("booking.vacancy.ask", buttons(turn, place))
    else:
        turn.say("booking.vacancy.none", place_name=place.name)


def said(turn: Turn, level: Level, text: str, city: City) -> None:
    """空, 适中 or 满, typed."""
    place = posts.meant(turn, city, text)
    if place is not None:
        _noted(turn, place, level)


def pressed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """The same by a tap."""
    place = next((one for one in city.places if one.id == payload["place"]), None)
    if place is None or not posts.mine(turn, place.id):
        raise NotDone
    _noted(turn, place, next(level for level in LEVELS if level == payload["level"]))


def buttons(turn: Turn, place: Place) -> list[Button]:
    """空, 适中, 满."""
    night = datetime.combine(turn.today + timedelta(days=1), time(), turn.ground.settings.zone)
    return [
        turn.action(
            "booking.vacancy", f"booking.vacancy.{level}", {"place": place.id, "level": level}, deadline=night
        )
        for level in LEVELS
    ]


def _noted(turn: Turn, place: Place, level: Level) -> None:
    if not drop_in(place):
        turn.say("booking.vacancy.none", place_name=place.name)
        return
    say(turn, place, level)
    turn.say("booking.vacancy.noted", buttons(turn, place), level=turn.label(f"booking.vacancy.{level}"))


def fullness(turn: Turn, place: str, city: City) -> Fullness | None:
    """What was seen there within two hours, today, while it was open."""
    row = turn.db.one("SELECT level, at FROM vacancy WHERE place = :place", place=place)
    if row is None:
        return None
    at, zone = instant(int(row["at"])), turn.ground.settings.zone
    if turn.now - at > GOOD_FOR or local_date(at, zone) != turn.today:
        return None
    found = next((one for one in city.places if one.id == place), None)
    if found is None or found.opening.at(turn.now.astimezone(zone)) is False:
        return None
    return Fullness(next(level for level in LEVELS if level == row["level"]), at)


def drop_in(place: Place) -> bool:
    """Whether people come here without asking before, so that it matters how full it looks."""
    return bool(place.offers("dropin"))


def spans_of(slots: Iterable[int]) -> tuple[tuple[time, time], ...]:
    """Half hours in their order as spans of local time."""
    spans: list[list[int]] = []
    for slot in slots:
        if spans and spans[-1][1] == slot:
            spans[-1][1] = slot + 1
        else:
            spans.append([slot, slot + 1])
    return tuple((counting.at(first), counting.at(last)) for first, last in spans)


def _first(turn: Turn, day: date) -> int:
    """The first half hour of a day that has not begun."""
    if day != turn.today:
        return 0 if day > turn.today else counting.DAY_MINUTES
    now = turn.now.astimezone(turn.ground.settings.zone)
    return -(-counting.minutes(now.time()) // counting.SLOT_MINUTES)


def _ages(place: Place, house: House) -> Collection[int]:
    """The youngest of each kind that the place takes."""
    each = {counting.MONTHS[name][0] for name in counting.MONTHS} | {one.months_from for one in house.classes}
    return [age for age in each if place.takes(age) and house.takes(age)]


def _many(left: dict[str, int], house: House, day: date, slot: int, months: int) -> int:
    """How many children of an age fit into what is left of one half hour."""
    if not house.takes(months):
        return 0
    wanted = counting.wanted(house, day, [Stay(months, range(slot, slot + 1))])
    return max(0, min(left.get(name, 0) // units for name, units in wanted.items()))
