"""Seats on one date: taken, given back, passed on to those who wait; each state once, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot import appointments, scarce, timers
from bot.clock import ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.events.service.ground import minutes
from knowledge.events import Date

UNDO = timedelta(minutes=3)
"""How long a cancelled seat is kept, so that whoever pressed by mistake has it back."""
SHORTEST = timedelta(minutes=30)
"""What begins sooner is offered to nobody any more."""
LEAVES, FREED, OFFER, ENDS = "events.leaves", "events.freed", "events.offer", "events.wait"
REMINDERS: dict[appointments.Reminder, str] = {"evening": "events.evening", "soon": "events.soon"}
TAKING = ("signed", "leaving", "came", "left", "missed")
"""The states in which a row takes a seat; what is offered is held by its offer."""
STANDING = ("waiting", "offered", "signed", "leaving", "came")


@dataclass(frozen=True)
class Wish:
    """Who is to come. `subject`: the child, None where no age is asked; `months`: its, on that day."""

    date: Date
    who: str
    subject: int | None = None
    months: int | None = None


def take(turn: Turn, wish: Wish) -> int | Literal["full", "twice"]:
    """Take a seat: its number. Those who wait come first; `twice`: they have one, or wait for one."""
    if _waiting(turn, wish.date) is not None:
        return "twice" if _stands(turn, wish) else "full"
    number = _row(turn, wish, "signed")
    if number is None:
        return "twice"
    if not scarce.take(turn.db, {wish.date.key: 1}, {wish.date.key: wish.date.event.seats}):
        turn.db.run("DELETE FROM event_seat WHERE id = :id", id=number)
        return "full"
    turn.audit("events.signed", f"seat:{number}", event=wish.date.event.id)
    return number


def wait(turn: Turn, wish: Wish) -> int | Literal["twice"]:
    """Put somebody at the end of the list of a date: the row's number."""
    number = _row(turn, wish, "waiting")
    if number is None:
        return "twice"
    zone = turn.ground.settings.zone
    turn.timer(ENDS, str(number), wish.date.starts(zone) - SHORTEST)
    turn.audit("events.waiting", f"seat:{number}", event=wish.date.event.id)
    if (left(turn, wish.date) or 0) > 0:  # one came free since they were told that there was none
        turn.timer(FREED, wish.date.key, turn.now)
    return number


def left(turn: Turn, date: Date) -> int:
    """How many seats anybody could take now: none while somebody waits."""
    if _waiting(turn, date) is not None:
        return 0
    counted = scarce.count(turn.db, date.key)
    return date.event.seats - (0 if counted is None else counted[1])


def ahead(turn: Turn, row: Row) -> int:
    """How many wait before this one."""
    return int(
        turn.db.value(
            "SELECT count(*) FROM event_seat WHERE state = 'waiting' AND event = :event AND day = :day AND id < :id",
            event=row["event"],
            day=row["day"],
            id=row["id"],
        )
    )


def stands_at(turn: Turn, place: str) -> int:
    """How many seats of dates at a place are still to come, or are waited for."""
    return int(
        turn.db.value(
            f"SELECT count(*) FROM event_seat WHERE place = :place AND day >= :today AND state IN {STANDING!r}",
            place=place,
            today=turn.today.isoformat(),
        )
    )


def told_ages(turn: Turn, subject: int) -> list[tuple[date, int]]:
    """How many completed months a child was said to have on the days of its seats."""
    rows = turn.db.all(
        "SELECT day, months FROM event_seat WHERE subject_id = :child AND months IS NOT NULL ORDER BY id",
        child=subject,
    )
    return [(date.fromisoformat(row["day"]), int(row["months"])) for row in rows]


def by_number(turn: Turn, number: int) -> Row:
    """The row of a seat. Raises LookupError."""
    row = turn.db.one("SELECT * FROM event_seat WHERE id = :id", id=number)
    if row is None:
        raise LookupError(f"no seat {number}")
    return row


def held_still(turn: Turn, number: int) -> Row:
    """The row of a seat, which nobody else moves on until the end of the turn. Rows come before counters everywhere."""
    if turn.db.postgres:
        turn.db.one("SELECT id FROM event_seat WHERE id = :id FOR UPDATE", id=number)
    return by_number(turn, number)


def moved(turn: Turn, number: int, was: Iterable[str], state: str) -> bool:
    """Move a seat on, once whoever comes first."""
    listed = ", ".join(f"'{one}'" for one in was)
    done = turn.db.run(
        f"UPDATE event_seat SET state = :state, decided = :now WHERE id = :id AND state IN ({listed})",
        state=state,
        now=ms(turn.now),
        id=number,
    )
    if done:
        turn.audit(f"events.{state}", f"seat:{number}")
    return done == 1


def comes(turn: Turn, number: int, who: str) -> bool:
    """Somebody else comes in the same seat. False: it stands no more, or they have a seat of their own."""
    done = turn.db.run(
        "UPDATE event_seat SET who = :who WHERE id = :id AND state = 'signed' AND NOT EXISTS (SELECT 1 FROM event_seat o"
        " WHERE o.subject_id IS NULL AND event_seat.subject_id IS NULL AND o.person_id = event_seat.person_id"
        f" AND o.event = event_seat.event AND o.day = event_seat.day AND o.who = :who AND o.state IN {STANDING!r})",
        who=who,
        id=number,
    )
    if done:
        turn.audit("events.comes", f"seat:{number}", who=who)
    return done == 1


def leaves(turn: Turn, number: int, until: datetime) -> bool:
    """Somebody does not come: the seat is given back at `until`, unless they think better of it."""
    if not moved(turn, number, ("signed",), "leaving"):
        return False
    turn.db.run("UPDATE event_seat SET until = :until WHERE id = :id", until=ms(until), id=number)
    turn.timer(LEAVES, str(number), until)
    return True


def stays(turn: Turn, number: int) -> bool:
    """They come after all. False: the seat was given back already."""
    if not moved(turn, number, ("leaving",), "signed"):
        return False
    timers.cancel(turn.db, LEAVES, str(number))
    turn.db.run("UPDATE event_seat SET until = NULL WHERE id = :id", id=number)
    return True


def end(turn: Turn, number: int, was: Iterable[str], state: str) -> bool:
    """Let a seat come to an end: what it took is free, and those who wait are asked. False: it was not in `was`."""
    row = held_still(turn, number)
    if row["state"] == "offered":
        offer = scarce.of(turn.db, OFFER, number)
        if offer is not None and scarce.is_open(offer):
            scarce.answer(turn, int(offer["id"]), "declined")
    if not moved(turn, number, was, state):
        return False
    if row["state"] in TAKING:
        scarce.give_back(turn.db, {key_of(row): 1})
    for kind in (LEAVES, ENDS, *REMINDERS.values()):
        timers.cancel(turn.db, kind, str(number))
    if row["state"] != "waiting" and state != "off":
        turn.timer(FREED, key_of(row), turn.now)
    return True


def key_of(row: Row) -> str:
    """The counter of a seat's date, as knowledge.events.Date names it."""
    return f"event/{row['event']}/{row['day']}"


def next_waiting(turn: Turn, date: Date) -> Row | None:
    """Hold a seat that came free for the first who waits; None: nobody does, or there is none."""
    row = _waiting(turn, date)
    if row is None or held_still(turn, int(row["id"]))["state"] != "waiting":
        return None
    if not scarce.take(turn.db, {date.key: 1}, {date.key: date.event.seats}):
        return None
    if not moved(turn, int(row["id"]), ("waiting",), "offered"):
        scarce.give_back(turn.db, {date.key: 1})
        return None
    return row


def recounted(turn: Turn) -> list[str]:
    """What is taken of each date's seats, counted again from the rows: a line for each that differs."""
    held: dict[str, int] = {}
    for row in turn.db.all(
        f"SELECT event, day, count(*) AS n FROM event_seat WHERE state IN {TAKING!r} GROUP BY event, day"
    ):
        held[key_of(row)] = int(row["n"])
    for row in turn.db.all(
        "SELECT event, day, count(*) AS n FROM event_walk_in WHERE state = 'here' GROUP BY event, day"
    ):
        held[key_of(row)] = held.get(key_of(row), 0) + int(row["n"])
    used = {name: used for name, (_, used) in scarce.below(turn.db, "event").items()}
    found = []
    for name in sorted(used.keys() | held.keys()):
        there = held.get(name, 0) + scarce.held(turn.db, name)
        if used.get(name, 0) != there:
            found.append(f"{name}: {used.get(name, 0)} taken, {there} by the seats")
    return found


def _row(turn: Turn, wish: Wish, state: str) -> int | None:
    date = wish.date
    made = turn.db.value(
        "INSERT INTO event_seat (person_id, subject_id, event, title, place, day, starts, ends, who, months, state, created)"
        " VALUES (:person, :subject, :event, :title, :place, :day, :starts, :ends, :who, :months, :state, :now)"
        " ON CONFLICT DO NOTHING RETURNING id",
        person=turn.who.id,
        subject=wish.subject,
        event=date.event.id,
        title=date.event.title,
        place=date.place.id,
        day=date.day.isoformat(),
        starts=minutes(date.event.starts),
        ends=minutes(date.event.ends),
        who=wish.who,
        months=wish.months,
        state=state,
        now=ms(turn.now),
    )
    return None if made is None else int(made)


def _waiting(turn: Turn, date: Date) -> Row | None:
    return turn.db.one(
        "SELECT * FROM event_seat WHERE state = 'waiting' AND event = :event AND day = :day ORDER BY id LIMIT 1",
        event=date.event.id,
        day=date.day.isoformat(),
    )


def _stands(turn: Turn, wish: Wish) -> bool:
    return bool(
        turn.db.value(
            f"SELECT 1 FROM event_seat WHERE event = :event AND day = :day AND state IN {STANDING!r}"
            " AND ((subject_id IS NULL AND person_id = :person AND who = :who) OR subject_id = :subject)",
            event=wish.date.event.id,
            day=wish.date.day.isoformat(),
            person=turn.who.id,
            who=wish.who,
            subject=wish.subject,
        )
    )
