"""A second person looks at what one has stopped: within a day, else those on duty are told that it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot import approvals, outbox, timers
from bot.capability import NotDone
from bot.clock import instant, ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.service.kept import ROLE
from dialogs.booking.service.place import stops
from knowledge.city import City
from knowledge.places import Place

REVIEW = "booking.stop_due"
"""The timer that sees whether somebody has looked."""
KIND = "booking.stop_review"
"""The asking for a second person's look (bot/approvals.py), and its action."""
WITHIN, EARLY = timedelta(hours=24), timedelta(hours=20)


def ask(turn: Turn, city: City, number: int) -> None:
    """Ask for a second person's look at a stop, which stands meanwhile."""
    row, place = stops.by_number(turn, city, number)
    assert place is not None
    summary = turn.label("booking.stop_summary", **stops.values(turn, place, row))
    approvals.ask(turn, KIND, f"stop:{number}", str(number), {"summary": summary})
    turn.timer(REVIEW, str(number), _by_day(turn, turn.now + EARLY), times=0)
    _show(turn, place, row, "booking.stop_review", turn.who.id)


def _show(turn: Turn, place: Place, row: Row, key: str, but: int | None) -> None:
    waiting = approvals.pending(turn.db, turn.now, KIND, f"stop:{row['id']}")
    if not waiting:
        return
    payload = {"approval": waiting[0].id, "subject": waiting[0].subject, "hash": waiting[0].hash}
    until = waiting[0].asked + approvals.LIFE
    for one in turn.db.all(
        "SELECT DISTINCT person_id FROM staff WHERE until IS NULL AND role IN ('duty', 'admin') AND person_id <> :but",
        but=but if but is not None else waiting[0].asked_by,
    ):
        person = int(one["person_id"])
        turn.push(
            person,
            key,
            [turn.action(KIND, "booking.button.stop_right", payload, person=person, deadline=until)],
            [
                turn.action(
                    "booking.stop_lift",
                    "booking.button.stop_lift",
                    {"stop": int(row["id"])},
                    person=person,
                    deadline=until,
                )
            ],
            lane="reply",
            dedupe=f"{key}:{row['id']}:{person}:{ms(turn.now)}",
            **stops.values(turn, place, row),
        )


def reviewed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A second person has looked, and it was right."""
    if turn.overheard or not turn.who.may("duty", "admin"):
        turn.say("common.not_yours")
        raise NotDone
    decision = approvals.confirm(turn, int(payload["approval"]), str(payload["hash"]))
    if decision != "confirmed":
        turn.say(f"two.{decision}")
        if decision == "same_person":
            raise NotDone
        return
    number = int(payload["hash"])
    timers.cancel(turn.db, REVIEW, str(number))
    row, place = stops.by_number(turn, city, number)
    assert place is not None
    turn.audit("booking.stop_reviewed", f"stop:{number}")
    turn.say("booking.stop_was_right", **stops.values(turn, place, row))
    turn.push_staff(
        (ROLE,),
        "booking.stop_was_right",
        place=place.id,
        dedupe=f"booking.stop_was_right:{number}",
        **stops.values(turn, place, row),
    )


def due(turn: Turn, timer: Due, city: City) -> None:
    """Nobody has looked yet: those on duty are reminded, and after a day told that it is late."""
    row, place = stops.by_number(turn, city, int(timer.key))
    pending = approvals.pending(turn.db, turn.now, KIND, f"stop:{row['id']}")
    if row["state"] != "standing" or place is None or not pending:
        return
    times = int(timer.payload.get("times", 0))
    _show(turn, place, row, "booking.stop_review" if times == 0 else "booking.stop_late", None)
    late = instant(int(row["created"])) + (times + 1) * WITHIN
    turn.timer(REVIEW, timer.key, _by_day(turn, late), times=times + 1)


def _by_day(turn: Turn, at: datetime) -> datetime:
    """Nobody is woken for it."""
    return outbox.after_quiet(at, turn.ground.settings.zone)
