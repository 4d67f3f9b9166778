"""What a family reads whose booking cannot be kept: why, what is held for it instead, and a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.messages import Button, Lane
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import kept
from knowledge.city import City

URGENT_BEFORE = timedelta(hours=24)
"""What begins sooner is told at once, also by night: somebody may be on the way."""
REFUNDS = "elder-closure-steps"
"""The entry of the corpus on how to get care and money back when a place closes."""


def tell(turn: Turn, city: City, row: Row, aside: Sequence[Row], stands: int, offer: int) -> int | None:
    person = int(row["person_id"])
    return turn.push(
        person,
        "booking.move_sorry",
        *buttons(turn, city, offer, row, aside),
        lane=lane(turn, row),
        dedupe=f"booking.moved:{offer}",
        deadline=min(kept.begins(turn, one) for one in aside),
        **said(turn, city, row, aside),
        stands=stands,
    )


def lane(turn: Turn, row: Row) -> Lane:
    return "urgent" if kept.begins(turn, row) < turn.now + URGENT_BEFORE else "result"


def said(turn: Turn, city: City, row: Row, aside: Sequence[Row]) -> dict[str, Any]:
    """What is said of a booking that cannot be kept, of why, and of what is held instead."""
    move = move_of(turn, int(row["id"]))
    stop = (
        None
        if move["stop_id"] is None
        else turn.db.one("SELECT * FROM care_stop WHERE id = :id", id=move["stop_id"])
    )
    lang = lang_of(turn, int(row["person_id"]))
    texts = turn.ground.texts
    return {
        **kept.told(turn, city, row),
        "why": move["why"],
        "flexible": bool(row["flexible"]),
        "rule": city.settings.care.moves_first,
        "illness": texts.label(lang, f"booking.illness.{stop['why']}") if stop and stop["why"] else "",
        "to_day": date.fromisoformat(stop["last"]) if stop and stop["last"] else None,
        "voucher": any(int(one["credit"]) for one in aside),
        "credit": int(row["credit"]),
        "choices": [_label(turn, city, one, lang) for one in aside],
    }


def _label(turn: Turn, city: City, row: Row, lang: str) -> str:
    return turn.ground.texts.label(lang, "booking.move_label", kept.told(turn, city, row))


def lang_of(turn: Turn, person: int) -> str:
    return str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person) or "zh")


def buttons(turn: Turn, city: City, offer: int, row: Row, aside: Sequence[Row]) -> list[list[Button]]:
    person = int(row["person_id"])
    lang = lang_of(turn, person)
    until = min((kept.begins(turn, one) for one in aside), default=kept.begins(turn, row))
    rows = [
        [
            turn.action(
                "booking.move_take",
                "booking.move_label",
                {"offer": offer, "booking": int(one["id"])},
                person=person,
                deadline=until,
                lang=lang,
                **kept.told(turn, city, one),
            )
        ]
        for one in aside
    ]
    none = turn.action(
        "booking.move_none",
        "booking.button.move_none",
        {"offer": offer},
        person=person,
        deadline=until,
        lang=lang,
    )
    if move_of(turn, int(row["id"]))["why"] != "closed":
        return [*rows, [none]]
    refunds = turn.action(
        "questions.choose", "booking.button.refunds", {"entry": REFUNDS}, person=person, lang=lang
    )
    return [*rows, [none], [refunds]]


def move_of(turn: Turn, booking: int) -> Row:
    """The newest move of a booking. Raises LookupError."""
    row = turn.db.one(
        "SELECT * FROM booking_move WHERE booking_id = :booking ORDER BY id DESC LIMIT 1", booking=booking
    )
    if row is None:
        raise LookupError(f"booking {booking} never had to move")
    return row
