"""Places and classes that staff have stopped for some days: what is left of a house then, and what the directory says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.serving import Stopped
from bot.store.session import Db, Row
from bot.turn import Turn
from dialogs.booking.rules import houses
from dialogs.booking.rules.counting import House
from knowledge.city import City
from knowledge.places import Place

WHOLE = ""
"""The room of a stop that is for the whole place."""


def on(db: Db, place: str, day: date) -> list[Row]:
    """The stops that stand for a place on a day, those of the whole place first."""
    return db.all(
        "SELECT * FROM care_stop WHERE place = :place AND state = 'standing' AND first <= :day AND (last = '' OR last >= :day)"
        " ORDER BY room, id",
        place=place,
        day=day.isoformat(),
    )


def left_of(db: Db, place: Place, day: date, house: House) -> House:
    """What the house has while they stand: no half hour at all, or a class less, with its carers and its own children."""
    rows = on(db, place.id, day)
    if any(row["room"] == WHOLE for row in rows):
        return replace(house, carers={}, enrolled=())
    for room in dict.fromkeys(str(row["room"]) for row in rows):
        house = houses.without(house, place, room)
    return house


def stopped(turn: Turn, place: str, day: date) -> Stopped | None:
    """Whether the whole place is stopped on a day: since when, and until when as far as that is known."""
    whole = [row for row in on(turn.db, place, day) if row["room"] == WHOLE]
    if not whole:
        return None
    return Stopped(date.fromisoformat(whole[0]["first"]), _last(whole))


def _last(rows: Sequence[Row]) -> date | None:
    ends = [str(row["last"]) for row in rows]
    return None if "" in ends else date.fromisoformat(max(ends))


def by_number(turn: Turn, city: City, number: int) -> tuple[Row, Place | None]:
    """The row of a stop and its place, None where the pack has it no more. Raises LookupError."""
    row = turn.db.one("SELECT * FROM care_stop WHERE id = :id", id=number)
    if row is None:
        raise LookupError(f"no stop {number}")
    return row, next((one for one in city.known if one.id == row["place"]), None)


def room_name(turn: Turn, place: Place, room: str, lang: str = "") -> str:
    """What a class is called; empty for the whole place."""
    named = dict(houses.rooms(place)).get(room)
    if named is None:
        return ""
    return named.name or turn.ground.texts.label(lang or turn.lang, f"booking.class.{named.class_}")


def values(turn: Turn, place: Place, stop: Row | dict[str, Any], lang: str = "") -> dict[str, Any]:
    """What a message says of a stop (first, last, room, why), in a language: that of the turn where none is given."""
    illness = f"booking.illness.{stop['why']}"
    return {
        "place_name": place.name,
        "phone": place.phone,
        "room": room_name(turn, place, str(stop["room"]), lang),
        "illness": turn.ground.texts.label(lang or turn.lang, illness) if stop["why"] else "",
        "from_day": date.fromisoformat(stop["first"]),
        "to_day": date.fromisoformat(stop["last"]) if stop["last"] else None,
        "today": turn.today,
    }
