"""Who comes to the door without having signed up: a seat like any other, by a tap of those who hold the activity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import scarce
from bot.capability import NotDone
from bot.clock import ms
from bot.messages import Button
from bot.turn import Turn
from dialogs.events import rules
from dialogs.events.service import seats
from dialogs.events.service.ground import Ground, called_off, mine, said_of
from knowledge.events import Date

BEFORE = timedelta(hours=1)
"""So long before its start people can come to the door of an activity."""
UNDO = timedelta(minutes=10)


def button(turn: Turn, one: Date) -> list[list[Button]]:
    """The way to note one more, while people come; a volunteer's or a trainee's hours are theirs by name only."""
    zone = turn.ground.settings.zone
    if one.event.kind in rules.HELPING or not one.starts(zone) - BEFORE <= turn.now < one.ends(zone):
        return []
    payload = {"event": one.event.id, "day": one.day.isoformat()}
    return [[turn.action("events.walk_in", "events.button.walk_in", payload, deadline=one.ends(zone))]]


def comes(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """现场来了一位: they take a seat, if there is one that nobody waits for."""
    one = ground.on(str(payload["event"]), str(payload["day"]))
    if one is None or not mine(turn, one.place.id):
        turn.say("events.not_your_place")
        raise NotDone
    if called_off(turn, one.event.id, one.day.isoformat()) is not None or not button(turn, one):
        turn.say("events.walk_in_not_now", title=one.event.title)
        raise NotDone
    if seats.left(turn, one) < 1 or not scarce.take(turn.db, {one.key: 1}, {one.key: one.event.seats}):
        turn.say("events.walk_in_full", title=one.event.title, seats=one.event.seats)
        raise NotDone
    number = int(
        turn.db.value(
            "INSERT INTO event_walk_in (event, day, place, state, created) VALUES (:event, :day, :place, 'here', :now)"
            " RETURNING id",
            event=one.event.id,
            day=one.day.isoformat(),
            place=one.place.id,
            now=ms(turn.now),
        )
    )
    turn.audit("events.walk_in", f"event_walk_in:{number}", event=one.event.id)
    undo = turn.action(
        "events.walk_in_undo", "events.button.undo", {"walk_in": number}, deadline=turn.now + UNDO
    )
    turn.say(
        "events.walked_in",
        [undo, *button(turn, one)[0]],
        walked=here(turn, one),
        left=seats.left(turn, one),
        **said_of(turn, one),
    )


def undone(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """撤销: it was a slip; the seat is free."""
    row = turn.db.one("SELECT * FROM event_walk_in WHERE id = :id", id=int(payload["walk_in"]))
    if row is None or not mine(turn, str(row["place"])):
        raise NotDone
    if turn.db.run(
        "UPDATE event_walk_in SET state = 'undone' WHERE id = :id AND state = 'here'", id=row["id"]
    ):
        scarce.give_back(turn.db, {seats.key_of(row): 1})
        turn.timer(seats.FREED, seats.key_of(row), turn.now)
        turn.audit("events.walk_in_undone", f"event_walk_in:{row['id']}")
    one = ground.on(str(row["event"]), str(row["day"]))
    rows = [] if one is None else button(turn, one)
    turn.say("events.walk_in_undone", *rows, walked=0 if one is None else here(turn, one))


def here(turn: Turn, one: Date) -> int:
    """How many came to a date without having signed up."""
    return int(
        turn.db.value(
            "SELECT count(*) FROM event_walk_in WHERE event = :event AND day = :day AND state = 'here'",
            event=one.event.id,
            day=one.day.isoformat(),
        )
    )
