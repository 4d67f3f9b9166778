"""What is kept of a person's seats, trainings and certificates, and what stays when they go: how full a date was."""

from __future__ import annotations

from typing import Any

from bot.clock import instant
from bot.turn import Turn
from dialogs.events.service import seats


def join(turn: Turn, keep: int, other: int) -> None:
    """Two addresses became one person: what the other has is theirs; a seat that both have is given back."""
    for row in turn.db.all(
        f"SELECT id FROM event_seat o WHERE person_id = :other AND subject_id IS NULL AND state IN {seats.STANDING!r}"
        " AND EXISTS (SELECT 1 FROM event_seat k WHERE k.person_id = :keep AND k.subject_id IS NULL AND k.event = o.event"
        f" AND k.day = o.day AND k.who = o.who AND k.state IN {seats.STANDING!r}) ORDER BY id",
        keep=keep,
        other=other,
    ):
        seats.end(turn, int(row["id"]), seats.STANDING, "cancelled")
    turn.db.run(
        "DELETE FROM event_training WHERE person_id = :other AND training IN (SELECT training FROM event_training"
        " WHERE person_id = :keep)",
        keep=keep,
        other=other,
    )
    for table in ("event_seat", "event_training", "event_certificate"):
        turn.db.run(f"UPDATE {table} SET person_id = :keep WHERE person_id = :other", keep=keep, other=other)


def export(turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
    """Every seat, training and certificate of a person."""
    rows = turn.db.all("SELECT * FROM event_seat WHERE person_id = :id ORDER BY id", id=person)
    trainings = turn.db.all("SELECT * FROM event_training WHERE person_id = :id ORDER BY id", id=person)
    papers = turn.db.all("SELECT * FROM event_certificate WHERE person_id = :id ORDER BY id", id=person)
    plain = ("id", "event", "title", "place", "day", "starts", "ends", "who", "months", "state", "minutes")
    return {
        "seat": [
            {
                **{name: row[name] for name in plain},
                **{name: _at(row[name]) for name in ("came", "gone", "created", "decided")},
            }
            for row in rows
        ],
        "training": [{"training": row["training"], "passed": _at(row["passed"])} for row in trainings],
        "certificate": [
            {
                **{name: row[name] for name in ("number", "shifts", "minutes", "first", "last")},
                "name": turn.unseal(row["name"], "event_certificate.name"),
                "created": _at(row["created"]),
            }
            for row in papers
        ],
    }


def erase(turn: Turn, person: int) -> None:
    """What is to come is given back; of what was, the seat stays, without the child."""
    standing = f"SELECT id FROM event_seat WHERE person_id = :id AND state IN {seats.STANDING!r}"
    if turn.db.postgres:  # all rows before any counter, and the counters in the order of their keys
        turn.db.all(f"{standing} ORDER BY id FOR UPDATE", id=person)
    for row in turn.db.all(f"{standing} ORDER BY event, day, id", id=person):
        seats.end(turn, int(row["id"]), ("waiting", "offered", "signed", "leaving"), "cancelled")
    turn.db.run("UPDATE event_seat SET subject_id = NULL, months = NULL WHERE person_id = :id", id=person)
    for table in ("event_training", "event_certificate"):
        turn.db.run(f"DELETE FROM {table} WHERE person_id = :id", id=person)


def _at(milliseconds: Any) -> Any:
    return None if milliseconds is None else instant(int(milliseconds))
