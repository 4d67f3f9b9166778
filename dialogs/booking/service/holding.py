"""A stay at a place: held for ten minutes, booked, given back. All children of it together, or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot import scarce, timers
from bot.clock import ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import House, Span, Stay
from dialogs.booking.service import room

HOLD = timedelta(minutes=10)
UNDO = timedelta(minutes=3)
"""How long a cancelled stay keeps its room, so that whoever pressed by mistake has it back."""
SHORTEST = timedelta(minutes=30)
"""What begins sooner is offered to nobody any more: it could not be told, answered and reached."""
TIMER, LEAVES, EVENING, SOON = "booking.hold", "booking.leaves", "booking.evening", "booking.soon"
FREED = "booking.freed"
"""The timer that lets those who wait be asked; its key is the place, a slash and the day."""
TAKING = ("held", "booked", "leaving", "came")
"""The states in which a booking takes room."""
AWAITED = ("held", "booked", "came")
"""Those in which its children are expected."""


@dataclass(frozen=True)
class Child:
    """A child of a booking: its subject (None: named when it is booked), and its completed months on the day."""

    subject: int | None
    months: int


@dataclass(frozen=True)
class Wish:
    """Who is to come when. `price` and `credit` in fen, as they were told; price None: the place publishes none."""

    house: House
    span: Span
    children: tuple[Child, ...]
    service: str = "hourly"
    price: int | None = None
    credit: int = 0

    @property
    def subjects(self) -> list[int]:
        """Those of the children who are known."""
        return [child.subject for child in self.children if child.subject is not None]

    @property
    def stays(self) -> list[Stay]:
        """The room that it takes."""
        return [Stay(child.months, self.span.slots) for child in self.children]


def hold(turn: Turn, wish: Wish) -> int | Literal["full", "twice"]:
    """Hold the room for ten minutes: the booking's number. `twice`: a child of it is somewhere at that time already."""
    if elsewhere(turn, wish.subjects, wish.span):
        return "twice"
    taken = room.take(turn.db, wish.house, wish.span.day, wish.stays)
    if taken is None:
        return "full"
    booking = int(
        turn.db.value(
            "INSERT INTO booking (person_id, place, service, day, starts, ends, state, until, renewed, flexible, price,"
            " credit, taken, created) VALUES (:person, :place, :service, :day, :starts, :ends, 'held', :until, 0, 0,"
            " :price, :credit, :taken, :now) RETURNING id",
            person=turn.who.id,
            place=wish.house.place,
            service=wish.service,
            day=wish.span.day.isoformat(),
            starts=wish.span.first,
            ends=wish.span.last,
            until=ms(turn.now + HOLD),
            price=wish.price,
            credit=wish.credit,
            taken=json.dumps(taken),
            now=ms(turn.now),
        )
    )
    for child in wish.children:
        if child.subject is not None:
            comes(turn, booking, child.subject, child.months)
    turn.timer(TIMER, str(booking), turn.now + HOLD)
    turn.audit("booking.held", f"booking:{booking}", place=wish.house.place)
    return booking


def standing(turn: Turn, wish: Wish) -> int:
    """How many bookings to come a child of it has already; the most of several children."""
    return max(
        (
            int(
                turn.db.value(
                    "SELECT count(*) FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id ="
                    " :child AND b.state = 'booked' AND b.day >= :today",
                    child=child.subject,
                    today=turn.today.isoformat(),
                )
            )
            for child in wish.children
            if child.subject is not None
        ),
        default=0,
    )


def comes(turn: Turn, booking: int, subject: int, months: int) -> None:
    """Note which child a booking is for."""
    turn.db.run(
        "INSERT INTO booked_child (booking_id, subject_id, months) VALUES (:booking, :subject, :months)"
        " ON CONFLICT DO NOTHING",
        booking=booking,
        subject=subject,
        months=months,
    )


def book(turn: Turn, booking: int) -> Literal["booked", "full", "twice", "gone"]:
    """Make a held stay a booking. One whose hold has ended is taken again where there still is room.

    `twice`: since its hold ended a child of it has another stay at that time; `gone`: it was cancelled, or booked before.
    """
    row = _mine(turn, booking)
    if row["state"] == "lapsed" and row["person_id"] == turn.who.id:
        subjects = [int(child["subject_id"]) for child in children_of(turn, booking)]
        if elsewhere(turn, subjects, span_of(row)):
            return "twice"
        if not scarce.take(turn.db, json.loads(row["taken"])):
            return "full"
        _state(turn, booking, ("lapsed",), "held")
    if not _state(turn, booking, ("held",), "booked"):
        return "gone"
    turn.db.run("UPDATE booking SET until = NULL WHERE id = :id", id=booking)
    return "booked"


def cancel(turn: Turn, booking: int) -> bool:
    """Give a stay's room back at once. False: it takes none any more."""
    return end(turn, booking, ("held", "booked", "leaving", "waiting"), "cancelled")


def leaves(turn: Turn, booking: int, until: datetime) -> bool:
    """Somebody does not come: the room is given back at `until`, unless they think better of it. False: no booking stands."""
    if not _state(turn, booking, ("booked",), "leaving"):
        return False
    turn.db.run("UPDATE booking SET until = :until WHERE id = :id", until=ms(until), id=booking)
    turn.timer(LEAVES, str(booking), until)
    return True


def stays(turn: Turn, booking: int) -> Literal["booked", "twice", "gone"]:
    """They come after all. `gone`: the room was given back already; `twice`: a child of it is elsewhere by now."""
    row = by_number(turn, booking)
    subjects = [int(child["subject_id"]) for child in children_of(turn, booking)]
    if elsewhere(turn, subjects, span_of(row)):
        return "twice"
    if not _state(turn, booking, ("leaving",), "booked"):
        return "gone"
    timers.cancel(turn.db, LEAVES, str(booking))
    turn.db.run("UPDATE booking SET until = NULL WHERE id = :id", id=booking)
    return "booked"


def left(turn: Turn, booking: int) -> bool:
    """The minutes in which it could be undone are over. False: it was undone."""
    return end(turn, booking, ("leaving",), "cancelled")


def came(turn: Turn, booking: int) -> bool:
    """The child is there. False: it was not awaited."""
    return _state(turn, booking, ("booked",), "came")


def gone_home(turn: Turn, booking: int) -> bool:
    """The child was taken home: what it had left of its time is free."""
    return end(turn, booking, ("came",), "left")


def missed(turn: Turn, booking: int) -> bool:
    """Nobody came, and the time is over."""
    return end(turn, booking, ("booked",), "missed")


def was_there(turn: Turn, booking: int) -> bool:
    """Whoever was thought missed was there: the stay is over, its room was given back."""
    return _state(turn, booking, ("missed",), "left")


def lapse(turn: Turn, due: Due) -> None:
    """The ten minutes are over: once more as many while nobody waits for it, then the room is free."""
    row = _mine(turn, int(due.key))
    if row["state"] == "held" and not row["renewed"] and not awaited(turn, row):
        until = turn.now + HOLD
        turn.db.run(
            "UPDATE booking SET renewed = 1, until = :until WHERE id = :id", until=ms(until), id=row["id"]
        )
        turn.timer(TIMER, due.key, until)
    else:
        end(turn, int(row["id"]), ("held",), "lapsed")


def by_number(turn: Turn, booking: int) -> Row:
    """The row of a booking. Raises LookupError."""
    row = turn.db.one("SELECT * FROM booking WHERE id = :id", id=booking)
    if row is None:
        raise LookupError(f"no booking {booking}")
    return row


def children_of(turn: Turn, booking: int) -> list[Row]:
    """(subject_id, months) of the children of a booking, in the order in which they were named."""
    return turn.db.all(
        "SELECT subject_id, months FROM booked_child WHERE booking_id = :id ORDER BY id", id=booking
    )


def recounted(turn: Turn) -> list[str]:
    """What is taken of each counter of care, counted again from the bookings: a line for each that differs."""
    held: dict[str, int] = {}
    for row in turn.db.all(f"SELECT taken FROM booking WHERE state IN {TAKING!r}"):
        for name, units in json.loads(row["taken"]).items():
            held[name] = held.get(name, 0) + units
    used = {name: used for name, (_, used) in scarce.below(turn.db, counting.ROOT).items()}
    return [
        f"{name}: {used.get(name, 0)} taken, {held.get(name, 0)} by the bookings"
        for name in sorted(used.keys() | held.keys())
        if used.get(name, 0) != held.get(name, 0)
    ]


def span_of(row: Row) -> Span:
    """The hours of a booking."""
    return counting.span_of(date.fromisoformat(row["day"]), int(row["starts"]), int(row["ends"]))


def _mine(turn: Turn, booking: int) -> Row:
    """The row of a booking, which nobody else moves on until the end of the turn: its room is taken once only."""
    if turn.db.postgres:
        turn.db.one("SELECT id FROM booking WHERE id = :id FOR UPDATE", id=booking)
    return by_number(turn, booking)


def elsewhere(turn: Turn, subjects: Iterable[int], span: Span, states: Sequence[str] = AWAITED) -> bool:
    """Whether one of these children has a stay at that time. Holds the children's rows, so that two forms take turns."""
    for child in sorted(subjects):
        if turn.db.postgres:
            turn.db.one("SELECT id FROM subject WHERE id = :id FOR UPDATE", id=child)
        if turn.db.value(
            "SELECT 1 FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id = :child"
            f" AND b.day = :day AND b.state IN {states!r} AND b.starts < :ends AND b.ends > :starts",
            child=child,
            day=span.day.isoformat(),
            starts=span.first,
            ends=span.last,
        ):
            return True
    return False


def awaited(turn: Turn, row: Row) -> bool:
    """Whether somebody waits for room that this booking has: hours that share a half hour with it, here or anywhere."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM booking WHERE state = 'waiting' AND day = :day AND place IN ('', :place)"
            " AND starts < :ends AND ends > :starts LIMIT 1",
            day=row["day"],
            place=row["place"],
            starts=int(row["starts"]) - counting.SLOT_MINUTES,
            ends=int(row["ends"]) + counting.SLOT_MINUTES,
        )
    )


def offered(turn: Turn, booking: int, wish: Wish, taken: str) -> bool:
    """Hold what was taken for a family that waited, until its offer ends. False: it waits no longer."""
    if not _state(turn, booking, ("waiting",), "held"):
        return False
    turn.db.run(
        "UPDATE booking SET place = :place, service = :service, price = :price, taken = :taken WHERE id = :id",
        place=wish.house.place,
        service=wish.service,
        price=wish.price,
        taken=taken,
        id=booking,
    )
    return True


def end(turn: Turn, booking: int, was: Sequence[str], state: str) -> bool:
    """Let a booking in one of the states `was` come to an end: its room is free, and those who wait are asked."""
    row = by_number(turn, booking)
    if not _state(turn, booking, was, state):
        return False
    taken = json.loads(row["taken"])
    scarce.give_back(turn.db, taken)
    if taken and awaited(turn, row):
        turn.timer(FREED, f"{row['place']}/{row['day']}", turn.now)
    return True


def _state(turn: Turn, booking: int, was: Iterable[str], state: str) -> bool:
    """Move a booking on, once whoever comes first; its timer has nothing more to do."""
    listed = ", ".join(f"'{one}'" for one in was)
    done = turn.db.run(
        f"UPDATE booking SET state = :state, decided = :now WHERE id = :id AND state IN ({listed})",
        state=state,
        now=ms(turn.now),
        id=booking,
    )
    if done:
        timers.cancel(turn.db, TIMER, str(booking))
        turn.audit(f"booking.{state}", f"booking:{booking}")
    return done == 1
