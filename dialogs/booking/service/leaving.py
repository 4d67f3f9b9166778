"""What is kept of a person's bookings, and what stays when they go: how full the house was, and nothing of them."""

from __future__ import annotations

from typing import Any

from bot import timers
from bot.clock import instant
from bot.turn import Turn
from dialogs.booking.service import holding, waiting


def join(turn: Turn, keep: int, other: int) -> None:
    """Two addresses became one person: what the other booked is theirs."""
    turn.db.run("UPDATE booking SET person_id = :keep WHERE person_id = :other", keep=keep, other=other)


def export(turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
    """Every booking of a person, with the children it was for."""
    rows = turn.db.all("SELECT * FROM booking WHERE person_id = :id ORDER BY id", id=person)
    children = turn.db.all(
        "SELECT c.*, s.name FROM booked_child c JOIN booking b ON b.id = c.booking_id JOIN subject s ON s.id ="
        " c.subject_id WHERE b.person_id = :id ORDER BY c.id",
        id=person,
    )
    return {
        "booking": [
            {
                **{name: row[name] for name in ("id", "place", "service", "day", "starts", "ends", "state")},
                **{name: row[name] for name in ("price", "credit", "flexible", "series")},
                "fetcher": _words(turn, row["fetcher"], "booking.fetcher"),
                "note": _words(turn, row["note"], "booking.note"),
                "created": instant(int(row["created"])),
                "decided": None if row["decided"] is None else instant(int(row["decided"])),
            }
            for row in rows
        ],
        "booked": [
            {
                "booking": int(row["booking_id"]),
                "name": turn.unseal(row["name"], "subject.name"),
                "months": row["months"],
            }
            for row in children
        ],
    }


def erase(turn: Turn, person: int) -> None:
    """What is to come is cancelled; of what was, hours and room stay, without the child and without words."""
    for row in turn.db.all(
        "SELECT id FROM booking WHERE person_id = :id AND state IN ('held', 'booked', 'leaving', 'waiting') ORDER BY id",
        id=person,
    ):
        waiting.gone(turn, row)
        holding.cancel(turn, int(row["id"]))
        for kind in (holding.TIMER, holding.LEAVES, holding.EVENING, holding.SOON):
            timers.cancel(turn.db, kind, str(row["id"]))
    turn.db.run(
        "DELETE FROM booked_child WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :id)",
        id=person,
    )
    turn.db.run("UPDATE booking SET fetcher = NULL, note = NULL WHERE person_id = :id", id=person)


def _words(turn: Turn, blob: bytes | None, about: str) -> str:
    return "" if blob is None else turn.unseal(blob, about)
