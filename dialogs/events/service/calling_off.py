"""A date is called off: one member of staff may, those signed up hear why and what else there is, an admin looks at it later.

The review is an approval (bot/approvals.py) that somebody else gives afterwards: nothing waits for it, and one that nobody
gave within a day is asked for once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from bot import approvals
from bot.capability import NotDone
from bot.clock import ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from bot.two import pin
from dialogs.events.service import finding, kept, seats
from dialogs.events.service.ground import (
    Ground,
    begins,
    called_off,
    mine,
    minutes,
    said_of,
    stopped,
    told,
)

KIND = "events.off"
"""The kind of approval by which somebody else looks at it."""
REVIEW = timedelta(hours=24)
OVERDUE = "events.off_overdue"
SWEEP = "events.sweep"
ADMIN = "admin"
NEAR = timedelta(days=1)
"""So many days ahead the dates of a place that is closed for now are called off; it may open again before later ones."""


def ask(turn: Turn, payload: dict[str, Any]) -> None:
    """取消这场: the form that asks why."""
    turn.start("event_off", event=payload["event"], day=payload["day"])
    raise NotDone  # asked again where the form is given up


def look(turn: Turn, ground: Ground) -> Literal["ok", "gone", "stranger"]:
    """Whether the date can be called off by whoever asks."""
    data = turn.data
    one = ground.on(str(data["event"]), str(data["day"]))
    data["telephone"] = turn.ground.telephone
    if one is None or one.ends(turn.ground.settings.zone) <= turn.now:
        return "gone"
    if not mine(turn, one.place.id):
        return "stranger"
    if called_off(turn, one.event.id, one.day.isoformat()) is not None:
        return "gone"
    data.update(
        title=one.event.title,
        date=turn.label("events.date_label", **said_of(turn, one)),
        count=len(_touched(turn, data)),
    )
    return "ok"  # fmt: skip


def off(turn: Turn, ground: Ground) -> Literal["off", "gone"]:
    """Call it off: every seat ends, everybody is told with other dates, an admin is asked to look at it."""
    data = turn.data
    event, day, why = str(data["event"]), str(data["day"]), str(data["why"])
    one = ground.on(event, day)
    if one is None or not _put_down(turn, event, day, why):
        return "gone"
    turn.audit("events.called_off", f"event:{event}", day=day, why=why)
    told_ = 0
    for number in _touched(turn, data):
        told_ += _end(turn, ground, number, why)
    data["count"] = told_
    plan = {
        "summary": turn.label("events.off_summary", why=turn.label(f"events.why.{why}"), count=told_, **said_of(turn, one)),
        "event": event,
        "day": day,
    }  # fmt: skip
    approval = approvals.ask(turn, KIND, f"{event}/{day}", pin(plan), plan)
    _remind(turn, approval, plan, turn.who.id, "events.off_review")
    turn.timer(OVERDUE, str(approval), turn.now + REVIEW)
    return "off"


def reviewed(turn: Turn, payload: dict[str, Any]) -> None:
    """An admin has looked at it and finds it right. Who called it off cannot."""
    if not turn.who.may(ADMIN) or turn.overheard:
        turn.say("common.not_yours")
        raise NotDone
    decision = approvals.confirm(turn, int(payload["approval"]), str(payload["hash"]))
    if decision == "confirmed":
        turn.say("events.off_reviewed")
        return
    turn.say(f"two.{decision}")
    if decision == "same_person":
        raise NotDone


def overdue(turn: Turn, due: Due) -> None:
    """A day has gone by and nobody has looked."""
    waiting = [one for one in approvals.pending(turn.db, turn.now, KIND) if one.id == int(due.key)]
    for one in waiting:
        plan = dict(one.payload)
        turn.audit("events.off_overdue", f"approval:{one.id}")
        _remind(turn, one.id, plan, one.asked_by, "events.off_overdue")


def _remind(turn: Turn, approval: int, plan: dict[str, Any], but: int, key: str) -> None:
    for row in turn.db.all(
        "SELECT DISTINCT person_id FROM staff WHERE role = :role AND until IS NULL AND person_id <> :but",
        role=ADMIN,
        but=but,
    ):
        person = int(row["person_id"])
        wanted = {"approval": approval, "subject": f"{plan['event']}/{plan['day']}", "hash": pin(plan)}
        button = turn.action(
            KIND, "events.button.reviewed", wanted, person=person, deadline=turn.now + approvals.LIFE
        )
        turn.push(person, key, [button], lane="reply", dedupe=f"{key}:{approval}:{person}", summary=plan["summary"])  # fmt: skip


def sweep(turn: Turn) -> None:
    """Look soon whether all that people signed up for will take place. Other services are asked, so it is a timer."""
    ahead = (
        "SELECT 1 FROM event_seat WHERE day >= :today AND state IN ('waiting', 'offered', 'signed') LIMIT 1"
    )
    if turn.db.value(ahead, today=turn.today.isoformat()):
        turn.timer(SWEEP, f"{turn.now:%Y%m%d%H%M}", turn.now)


def swept(turn: Turn, due: Due, ground: Ground) -> None:
    """What will not take place is called off: dates that left the pack or moved, and those of the next days at a place
    that serves nobody then. Nobody is to set out for nothing."""
    del due
    soon = (turn.today + NEAR).isoformat()
    for row in turn.db.all(
        "SELECT event, day, starts, min(place) AS place FROM event_seat WHERE day >= :today"
        " AND state IN ('waiting', 'offered', 'signed', 'leaving') GROUP BY event, day, starts ORDER BY event, day",
        today=turn.today.isoformat(),
    ):
        one = ground.on(row["event"], row["day"])
        if one is None or minutes(one.event.starts) != row["starts"]:
            _drop(turn, ground, row, "")
        elif row["day"] <= soon and stopped(turn, one) and called_off(turn, row["event"], row["day"]) is None:
            _put_down(turn, row["event"], row["day"], "place")
            _drop(turn, ground, row, "place")


def _drop(turn: Turn, ground: Ground, row: Row, why: str) -> None:
    key = f"event:{row['event']}"
    for number in _touched(turn, row):
        seat = seats.by_number(turn, number)
        if (
            seat["starts"] == row["starts"]
            and begins(turn, seat) > turn.now
            and _end(turn, ground, number, why)
        ):
            turn.audit("events.dropped", key, day=row["day"], seat=number)


def _put_down(turn: Turn, event: str, day: str, why: str) -> int:
    """Write down that a date is off. Returns 0 where it was before."""
    return turn.db.run(
        "INSERT INTO event_off (event, day, why, created) VALUES (:event, :day, :why, :now) ON CONFLICT DO NOTHING",
        event=event,
        day=day,
        why=why,
        now=ms(turn.now),
    )


def _touched(turn: Turn, data: Mapping[str, Any]) -> list[int]:
    """The seats that stand, in their order; those of a date share one counter."""
    rows = turn.db.all(
        "SELECT id FROM event_seat WHERE event = :event AND day = :day AND state IN ('waiting', 'offered', 'signed',"
        " 'leaving') ORDER BY id" + (" FOR UPDATE" if turn.db.postgres else ""),
        event=data["event"],
        day=data["day"],
    )
    return [int(row["id"]) for row in rows]


def _end(turn: Turn, ground: Ground, number: int, why: str) -> bool:
    was = seats.by_number(turn, number)["state"]
    if not seats.end(turn, number, ("waiting", "offered", "signed", "leaving"), "off"):
        return False
    row = seats.by_number(turn, number)
    person, said = int(row["person_id"]), told(turn, ground, row)
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    others = finding.alternatives(turn, ground, row["event"], said["day"], row["months"])
    turn.push(
        person,
        "events.called_off" if why else "events.dropped",
        *([finding.date_button(turn, one, lang)] for one in others),
        lane="result",
        dedupe=f"events.off:{number}",
        files=[kept.entry(turn, said, row, cancelled=True)] if was in ("signed", "leaving") else (),
        why=turn.ground.texts.label(lang, f"events.why.{why}") if why else "",
        others=[said_of(turn, one) for one in others],
        **said,
    )
    return True
