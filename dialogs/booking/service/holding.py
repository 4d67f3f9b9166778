"""A stay at a place: held for ten minutes, booked, given back. All children of it together, or none."""

from __future__ import annotations

import json
from collections import Counter
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
ROLE = "centre"
"""The role of those who look after the children at a place."""
UNDO = timedelta(minutes=3)
"""How long a cancelled stay keeps its room, so that whoever pressed by mistake has it back."""
SHORTEST = timedelta(minutes=30)
"""What begins sooner is offered to nobody any more: it could not be told, answered and reached."""
TIMER, LEAVES, EVENING, SOON = "booking.hold", "booking.leaves", "booking.evening", "booking.soon"
SICK = "sick"
"""The reason of a booking whose child is ill: it is cancelled without any penalty, however late."""
FREED = "booking.freed"
"""The timer that lets those who wait be asked; its key is the place, a slash and the day."""
PUT_OFF = ("moving", "aside")
"""The states of what cannot be kept and of what is held instead (service/moved.py): they take room, and nobody is in it."""
TAKING = ("held", "booked", "leaving", "came", *PUT_OFF)
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


def standing(turn: Turn, wish: Wish, series: int | None = None) -> int:
    """How many bookings to come a child of it has, those of a series as one (`series` left out); the most of several."""
    return max(
        (
            int(
                turn.db.value(
                    "SELECT count(DISTINCT COALESCE(b.series, b.id)) FROM booking b JOIN booked_child c ON c.booking_id = b.id"
                    " WHERE c.subject_id = :child AND b.state = 'booked' AND b.day >= :today"
                    " AND COALESCE(b.series, b.id) <> :own",
                    child=child.subject,
                    today=turn.today.isoformat(),
                    own=series or 0,
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


def book(turn: Turn, booking: int, house: House | None = None) -> Literal["booked", "full", "twice", "gone"]:
    """Make a held stay a booking. One whose hold has ended is taken again where there still is room in `house` (None: as
    much as its place had when somebody last took of it).

    `twice`: since its hold ended a child of it has another stay at that time; `gone`: it was cancelled, or booked before.
    """
    row = mine(turn, booking)
    if row["state"] == "lapsed" and row["person_id"] == turn.who.id:
        subjects = [int(child["subject_id"]) for child in children_of(turn, booking)]
        if elsewhere(turn, subjects, span_of(row)):
            return "twice"
        taken = json.loads(row["taken"])
        if not (
            scarce.take(turn.db, taken)
            if house is None
            else room.take_again(turn.db, house, span_of(row).day, taken)
        ):
            return "full"
        move_on(turn, booking, ("lapsed",), "held")
    if not move_on(turn, booking, ("held",), "booked"):
        return "gone"
    turn.db.run("UPDATE booking SET until = NULL WHERE id = :id", id=booking)
    return "booked"


def taken(row: Row) -> dict[str, int]:
    """What a booking holds, by counter."""
    units: dict[str, int] = json.loads(row["taken"])
    return units


def cancel(turn: Turn, booking: int) -> bool:
    """Give a stay's room back at once. False: it takes none any more."""
    return end(turn, booking, ("held", "booked", "leaving", "waiting"), "cancelled")


def cancel_all(turn: Turn, bookings: Sequence[int]) -> int:
    """Give the room of several stays back at once; how many of them took any. Their rows are held first, then every counter
    once, in the order of the keys: one by one a counter would be held while a row is waited for, whose holder waits for it.
    """
    return len(
        end_all(turn, bookings, ("held", "booked", "leaving", "waiting", "moving", "aside"), "cancelled")
    )


def end_all(turn: Turn, bookings: Sequence[int], was: Sequence[str], state: str) -> list[Row]:
    """The same for those of them that are in one of the states `was`, with another end: these as they were, in order."""
    if turn.db.postgres and bookings:
        listed = ", ".join(str(int(one)) for one in bookings)
        turn.db.all(f"SELECT id FROM booking WHERE id IN ({listed}) ORDER BY id FOR UPDATE")
    back: Counter[str] = Counter()
    ended = []
    for number in sorted(bookings):
        row = by_number(turn, number)
        if move_on(turn, number, was, state):
            back.update(json.loads(row["taken"]))
            ended.append(row)
    scarce.give_back(turn.db, back)
    for row in ended:
        ask_others(turn, row)
    return ended


def leaves(turn: Turn, booking: int, until: datetime, reason: str = "") -> bool:
    """Somebody does not come: the room is given back at `until`, unless they think better of it. False: no booking stands.

    `reason`: SICK, or none that matters.
    """
    if not move_on(turn, booking, ("booked",), "leaving"):
        return False
    turn.db.run(
        "UPDATE booking SET until = :until, sequence = sequence + 1, reason = :reason WHERE id = :id",
        until=ms(until),
        reason=reason,
        id=booking,
    )
    turn.timer(LEAVES, str(booking), until)
    return True


def stays(turn: Turn, booking: int) -> Literal["booked", "twice", "gone"]:
    """They come after all. `gone`: the room was given back already; `twice`: a child of it is elsewhere by now."""
    row = mine(turn, booking)
    subjects = [int(child["subject_id"]) for child in children_of(turn, booking)]
    if elsewhere(turn, subjects, span_of(row)):
        return "twice"
    if not move_on(turn, booking, ("leaving",), "booked"):
        return "gone"
    timers.cancel(turn.db, LEAVES, str(booking))
    turn.db.run(
        "UPDATE booking SET reason = '', until = NULL, sequence = sequence + 1 WHERE id = :id", id=booking
    )
    return "booked"


def left(turn: Turn, booking: int) -> bool:
    """The minutes in which it could be undone are over. False: it was undone."""
    return end(turn, booking, ("leaving",), "cancelled")


def came(turn: Turn, booking: int) -> bool:
    """The child is there, though its family may have cancelled a minute ago. False: it was not awaited."""
    timers.cancel(turn.db, LEAVES, str(booking))
    return move_on(turn, booking, ("booked", "leaving"), "came")


def gone_home(turn: Turn, booking: int) -> bool:
    """The child was taken home: what it had left of its time is free."""
    return end(turn, booking, ("came",), "left")


def missed(turn: Turn, bookings: Sequence[int]) -> list[Row]:
    """Nobody came, and the time is over. Returns those of which that is so."""
    return end_all(turn, bookings, ("booked",), "missed")


def was_there(turn: Turn, booking: int) -> bool:
    """Whoever was thought missed was there: the stay is over, its room was given back."""
    return move_on(turn, booking, ("missed",), "left")


def lapse(turn: Turn, due: Due) -> None:
    """The ten minutes are over: once more as many while nobody waits for it, then the room is free."""
    row = mine(turn, int(due.key))
    if row["state"] == "held" and not row["renewed"] and not awaited(turn, row):
        until = turn.now + HOLD
        turn.db.run(
            "UPDATE booking SET renewed = 1, until = :until WHERE id = :id", until=ms(until), id=row["id"]
        )
        turn.timer(TIMER, due.key, until)
    else:
        end(turn, int(row["id"]), ("held",), "lapsed")


def stands_at(turn: Turn, place: str) -> int:
    """How many stays are still to come at a place or are wished for there."""
    found = turn.db.value(
        f"SELECT count(*) FROM booking WHERE place = :place AND day >= :today AND state IN {(*TAKING, 'waiting')!r}",
        place=place,
        today=turn.today.isoformat(),
    )
    return int(found or 0)


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
    """What is taken of each counter of care, counted again from the rows: a line for each that differs."""
    held: dict[str, int] = {}
    for row in turn.db.all(
        f"SELECT taken FROM booking WHERE state IN {TAKING!r} UNION ALL SELECT taken FROM walk_in WHERE state = 'here'"
    ):
        for name, units in json.loads(row["taken"]).items():
            held[name] = held.get(name, 0) + units
    used = {name: used for name, (_, used) in scarce.below(turn.db, counting.ROOT).items()}
    return [
        f"{name}: {used.get(name, 0)} taken, {held.get(name, 0)} by the bookings and walk-ins"
        for name in sorted(used.keys() | held.keys())
        if used.get(name, 0) != held.get(name, 0)
    ]


def span_of(row: Row) -> Span:
    """The hours of a booking."""
    return counting.span_of(date.fromisoformat(row["day"]), int(row["starts"]), int(row["ends"]))


def mine(turn: Turn, booking: int) -> Row:
    """The row of a booking, which nobody else moves on until the end of the turn: its room is taken once only."""
    if turn.db.postgres:
        turn.db.one("SELECT id FROM booking WHERE id = :id FOR UPDATE", id=booking)
    return by_number(turn, booking)


def elsewhere(
    turn: Turn, subjects: Iterable[int], span: Span, states: Sequence[str] = AWAITED, but: int = 0
) -> bool:
    """Whether one of these children has a stay at that time, other than `but`. Holds their rows: two forms take turns."""
    for child in sorted(subjects):
        if turn.db.postgres:
            turn.db.one("SELECT id FROM subject WHERE id = :id FOR UPDATE", id=child)
        if turn.db.value(
            "SELECT 1 FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id = :child"
            f" AND b.day = :day AND b.state IN {states!r} AND b.starts < :ends AND b.ends > :starts"
            " AND b.id <> :but",
            child=child,
            but=but,
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
    if not move_on(turn, booking, ("waiting",), "held"):
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
    row = mine(turn, booking)
    if not move_on(turn, booking, was, state):
        return False
    scarce.give_back(turn.db, json.loads(row["taken"]))
    ask_others(turn, row)
    return True


def ask_others(turn: Turn, row: Row) -> None:
    """Let those who wait be asked about the room that this booking had."""
    if row["taken"] != "{}" and awaited(turn, row):
        turn.timer(FREED, f"{row['place']}/{row['day']}", turn.now)


def move_on(turn: Turn, booking: int, was: Iterable[str], state: str) -> bool:
    """Move a booking on, once whoever comes first; its timer has nothing more to do. False: it was in no state `was`."""
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
