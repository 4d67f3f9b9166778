"""What is kept of a person's bookings, and what stays when they go: how full the house was, and nothing of them."""

from __future__ import annotations

from typing import Any

from bot import timers
from bot.clock import instant
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding, kept, moved, waiting
from dialogs.booking.service.child import card, first
from dialogs.booking.service.fetching import people, steps
from knowledge.city import City


def join(turn: Turn, keep: int, other: int, city: City) -> None:
    """Two addresses became one person: what the other booked is theirs. Where each had booked for a child that may be the
    same one, at the same time, they are told and cancel one of the two, or leave both: twins are two."""
    clashes = [
        (mine, theirs)
        for mine in _to_come(turn, keep)
        for theirs in _to_come(turn, other)
        if mine["day"] == theirs["day"]
        and mine["starts"] < theirs["ends"]
        and theirs["starts"] < mine["ends"]
        and _alike(turn, mine, theirs)
    ]
    turn.db.run("UPDATE booking SET person_id = :keep WHERE person_id = :other", keep=keep, other=other)
    for pair in clashes:
        told = [kept.told(turn, city, row) for row in pair]
        buttons = [
            turn.action(
                "booking.cancel",
                "booking.button.cancel_one",
                {"booking": int(row["id"])},
                person=keep,
                deadline=kept.begins(turn, row),
                place_name=said["place_name"],
                begins=said["begins"],
            )
            for row, said in zip(pair, told, strict=True)
        ]
        turn.push(
            keep,
            "booking.join_twice",
            *([button] for button in buttons),
            lane="result",
            dedupe=f"booking.join_twice:{pair[0]['id']}:{pair[1]['id']}",
            both=told,
            today=turn.today,
        )


def _to_come(turn: Turn, person: int) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state = 'booked' AND day >= :today ORDER BY day, starts, id",
        person=person,
        today=turn.today.isoformat(),
    )


def _alike(turn: Turn, one: Row, other: Row) -> bool:
    """Whether a child of either may be the same: of one birthday, or, where that is unknown, of about one age."""
    pairs = [
        (kept.birth(turn, a), kept.birth(turn, b), abs(int(a["months"]) - int(b["months"])))
        for a in holding.children_of(turn, int(one["id"]))
        for b in holding.children_of(turn, int(other["id"]))
    ]
    return any(a == b if a and b else apart <= first.ABOUT for a, b, apart in pairs)


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
                **{
                    name: row[name]
                    for name in ("price", "credit", "flexible", "series", "counted", "moved_late", "reason")
                },
                "fetcher": _words(turn, row["fetcher"], "booking.fetcher"),
                "note": _words(turn, row["note"], "booking.note"),
                "created": instant(int(row["created"])),
                "decided": None if row["decided"] is None else instant(int(row["decided"])),
            }
            for row in rows
        ],
        "moved": [
            {
                "booking": int(row["booking_id"]),
                **{name: row[name] for name in ("why", "state")},
                "created": instant(int(row["created"])),
                "decided": None if row["decided"] is None else instant(int(row["decided"])),
            }
            for row in turn.db.all(
                "SELECT m.* FROM booking_move m JOIN booking b ON b.id = m.booking_id WHERE b.person_id = :id ORDER BY m.id",
                id=person,
            )
        ],
        "booked": [
            {
                "booking": int(row["booking_id"]),
                "name": turn.unseal(row["name"], "subject.name"),
                "months": row["months"],
            }
            for row in children
        ],
        "child_card": card.export(turn, person),
        "fetcher": people.export(turn, person),
        "stay_step": steps.export(turn, person),
    }


def erase(turn: Turn, person: int) -> None:
    """What is to come is cancelled; of what was, hours and room stay, without the child and without words."""
    rows = turn.db.all(
        "SELECT id FROM booking WHERE person_id = :id AND state IN"
        " ('held', 'booked', 'leaving', 'waiting', 'moving', 'aside') ORDER BY id",
        id=person,
    )
    for row in rows:  # offers before bookings, as an answer to one does it
        waiting.gone(turn, row)
        moved.gone(turn, int(row["id"]))
    holding.cancel_all(turn, [int(row["id"]) for row in rows])
    for row in rows:
        for kind in (holding.TIMER, holding.LEAVES, holding.EVENING, holding.SOON):
            timers.cancel(turn.db, kind, str(row["id"]))
    card.erase(turn, person)
    people.erase(turn, person)
    turn.db.run(
        "DELETE FROM booked_child WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :id)",
        id=person,
    )
    turn.db.run("UPDATE booking SET fetcher = NULL, note = NULL WHERE person_id = :id", id=person)


def _words(turn: Turn, blob: bytes | None, about: str) -> str:
    return "" if blob is None else turn.unseal(blob, about)
