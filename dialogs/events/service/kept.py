"""A seat that stands: its receipt with a calendar entry, the reminders before it, how it is shown and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot import appointments
from bot.clock import ms
from bot.messages import Button, File
from bot.serving import Engaged
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.events.service import finding, seats
from dialogs.events.service.ground import Ground, begins, ends, told


def stands(turn: Turn, ground: Ground, row: Row) -> None:
    """Somebody signed up: their receipt, and the reminders that are still to come."""
    bells = appointments.set_reminders(turn, seats.REMINDERS, int(row["id"]), begins(turn, row))
    said = told(turn, ground, row)
    turn.say(
        "events.receipt",
        *buttons(turn, ground, row),
        files=[entry(turn, said, row, bells)],
        bells=len(bells),
        clash=clash(turn, row),
        **said,
    )


def clash(turn: Turn, row: Row) -> dict[str, Any] | None:
    """Where else the same child is to be at that time, as another service knows it: its hours and where."""
    if turn.everyone is None or row["subject_id"] is None:
        return None
    day, starts, ends_at = date.fromisoformat(row["day"]), begins(turn, row), ends(turn, row)
    for one in turn.everyone.engaged(turn, int(row["subject_id"]), day):
        own = (one.starts, one.what) == (starts, row["title"])
        if not own and one.starts < ends_at and starts < one.ends:
            zone = turn.ground.settings.zone
            return {
                "place_name": one.where,
                "what": one.what,
                "begins": one.starts.astimezone(zone).time(),
                "ends_at": one.ends.astimezone(zone).time(),
            }
    return None


def engaged(turn: Turn, subject: int, day: date, ground: Ground) -> list[Engaged]:
    """The activities that a child is signed up for on a day."""
    rows = turn.db.all(
        "SELECT * FROM event_seat WHERE subject_id = :child AND day = :day AND state = 'signed' ORDER BY starts",
        child=subject,
        day=day.isoformat(),
    )
    return [
        Engaged(begins(turn, row), ends(turn, row), told(turn, ground, row)["place_name"], row["title"])
        for row in rows
    ]


def buttons(turn: Turn, ground: Ground, row: Row, person: int | None = None) -> list[list[Button]]:
    """What can be done about a seat that stands: somebody else comes in it, or nobody."""
    return [[*_other_button(turn, ground, row, person), cancel_button(turn, row, person)]]


def _other_button(turn: Turn, ground: Ground, row: Row, person: int | None) -> list[Button]:
    one = ground.on(row["event"], row["day"])
    who = next((way for way in finding.ways_of(one) if way != row["who"]), None) if one is not None else None
    if who is None:
        return []
    payload, deadline = {"seat": int(row["id"]), "who": who}, begins(turn, row)
    return [
        turn.action("events.comes", f"events.button.comes_{who}", payload, person=person, deadline=deadline)
    ]


def comes(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """换人来: grandma in the place of mum, in the same seat; those who hold it see it on their list."""
    number = int(payload["seat"])
    row = seats.by_number(turn, number)
    if row["state"] != "signed":
        turn.say("events.gone_already", ways(turn))
        return
    if not seats.comes(turn, number, str(payload["who"])):
        turn.say("events.comes_twice", [cancel_button(turn, row)], **told(turn, ground, row))
        return
    row = seats.by_number(turn, number)
    turn.say("events.comes", *buttons(turn, ground, row), **told(turn, ground, row))


def entry(
    turn: Turn, said: dict[str, Any], row: Row, bells: Sequence[datetime] = (), *, cancelled: bool = False
) -> File:
    """A seat for the telephone's calendar; or the word that it is no more. The later word holds."""
    one = appointments.Entry(
        f"event-{row['id']}",
        begins(turn, row),
        ends(turn, row),
        turn.label("events.calendar_entry", **said),
        f"{said['place_name']}, {said['address']}".strip(", "),
        said["phone"],
        (ms(turn.now) - int(row["created"])) // 1000,
        tuple(bells),
    )
    return appointments.calendar_file(turn, (one,), cancelled=cancelled)


def cancel_button(turn: Turn, row: Row, person: int | None = None) -> Button:
    """The button that gives a seat back, until its date begins."""
    return turn.action(
        "events.cancel",
        "events.button.cancel",
        {"seat": int(row["id"])},
        person=person,
        deadline=begins(turn, row),
    )


def cancelled(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """Somebody does not come: for three minutes they can have it back, then others are asked."""
    number = int(payload["seat"])
    row = seats.by_number(turn, number)
    until = min(turn.now + seats.UNDO, begins(turn, row))
    if not seats.leaves(turn, number, until):
        turn.say("events.gone_already", ways(turn))
        return
    undo = turn.action("events.cancel_undo", "events.button.undo", {"seat": number}, deadline=until)
    said = told(turn, ground, row)
    turn.say("events.given_back", [undo], ways(turn), files=[entry(turn, said, row, cancelled=True)], **said)


def cancel_undone(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """撤销: the seat stands as before."""
    number = int(payload["seat"])
    if not seats.stays(turn, number):
        turn.say("events.undone_late", ways(turn))
        return
    row = seats.by_number(turn, number)
    bells = appointments.set_reminders(turn, seats.REMINDERS, number, begins(turn, row))
    said = told(turn, ground, row)
    turn.say("events.undone", *buttons(turn, ground, row), files=[entry(turn, said, row, bells)], **said)


def left(turn: Turn, due: Due) -> None:
    """Nobody thought better of it: the seat is free."""
    seats.end(turn, int(due.key), ("leaving",), "cancelled")


def remind(turn: Turn, due: Due, ground: Ground, key: str) -> None:
    """The evening before, and two hours before."""
    row = seats.by_number(turn, int(due.key))
    if row["state"] != "signed":
        return
    person = int(row["person_id"])
    rows, said = buttons(turn, ground, row, person), told(turn, ground, row)
    appointments.remind(turn, key, person, begins(turn, row), *rows, again=str(row["id"]), **said)


def my_things(turn: Turn, ground: Ground) -> int:
    """Show the seats of what is still to come."""
    rows = [row for row in _own(turn) if ends(turn, row) > turn.now]
    for row in rows:
        turn.say("events.mine", *buttons(turn, ground, row), **told(turn, ground, row))
    return len(rows)


def to_cancel(turn: Turn, ground: Ground) -> None:
    """取消活动: what one is signed up for, each with its button."""
    if not my_things(turn, ground):
        turn.say("events.nothing_mine", ways(turn))


def ways(turn: Turn) -> list[Button]:
    """The way to other activities."""
    return [turn.go("events.button.others", "events")]


def _own(turn: Turn) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM event_seat WHERE person_id = :person AND state IN ('signed', 'came') AND day >= :today"
        " ORDER BY day, starts",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )
