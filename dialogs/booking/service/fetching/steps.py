"""What happened to a stay, one row each: it came, it was fetched, by whom, whom we asked, whom we told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from bot.clock import instant, ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import fetching as rules

Step = Literal[
    "came", "left", "changed", "stranger", "allowed", "refused", "on_way", "late10", "late20", "late40"
]


def record(
    turn: Turn, booking: int, step: Step, at: datetime | None = None, who: str = "", belated: bool = False
) -> None:
    """Keep a step, and the act in the audit. `at`: when it happened (None: now); `who` came or fetched, sealed."""
    turn.db.run(
        "INSERT INTO stay_step (booking_id, step, at, who, belated, created) VALUES (:booking, :step, :at, :who,"
        " :belated, :now)",
        booking=booking,
        step=step,
        at=ms(at or turn.now),
        who=turn.seal(who, "stay_step.who") if who else None,
        belated=int(belated),
        now=ms(turn.now),
    )
    turn.audit(f"booking.step_{step}", f"booking:{booking}", belated=belated)


def last(turn: Turn, booking: int, *steps: Step) -> Row | None:
    """The latest of these steps of a stay."""
    listed = ", ".join(f"'{one}'" for one in steps)
    return turn.db.one(
        f"SELECT * FROM stay_step WHERE booking_id = :id AND step IN ({listed}) ORDER BY id DESC LIMIT 1",
        id=booking,
    )


def count(turn: Turn, booking: int, step: Step) -> int:
    """How often it happened."""
    found = turn.db.value(
        "SELECT count(*) FROM stay_step WHERE booking_id = :id AND step = :step", id=booking, step=step
    )
    return int(found or 0)


def who(turn: Turn, row: Row | None) -> str:
    """Who came, in the words they were told with; empty where nobody was named."""
    return "" if row is None or row["who"] is None else turn.unseal(row["who"], "stay_step.who")


def code(turn: Turn, booking: int) -> str:
    """The pick-up code of a stay: four digits, others after every change."""
    return rules.code_of(turn.ground.keys.sign("pickup", booking, count(turn, booking, "changed")))


def export(turn: Turn, person: int) -> list[dict[str, Any]]:
    """What happened to a person's stays."""
    rows = turn.db.all(
        "SELECT t.* FROM stay_step t JOIN booking b ON b.id = t.booking_id WHERE b.person_id = :id ORDER BY t.id",
        id=person,
    )
    return [
        {
            "booking": int(row["booking_id"]),
            "step": row["step"],
            "at": instant(int(row["at"])),
            "who": who(turn, row),
            "belated": row["belated"],
            "created": instant(int(row["created"])),
        }
        for row in rows
    ]
