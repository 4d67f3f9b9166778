"""A booking that stands: the yes, its receipt, the reminders before it, how it is shown and cancelled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from bot import agreed, timers
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import reading
from dialogs.booking.service import calendar, holding
from knowledge.city import City

PURPOSES = ("basic", "child")
EVENING_AT = time(18)
SOON_BEFORE = timedelta(hours=2)
ROLE = "centre"


def book(turn: Turn, city: City) -> Literal["booked", "full", "twice", "gone"]:
    """The yes: the booking stands, its child is known by name, its reminders are set, the place hears of it."""
    data = turn.data
    number = int(data["booking"])
    done = holding.book(turn, number)
    if done != "booked":
        data.pop("booking", None)
        data.pop("place", None)
        return done
    row = holding.by_number(turn, number)
    subject = named(turn, row)
    for purpose in PURPOSES:
        agreed.give(turn, subject, purpose)
    stands(turn, city, row)
    return "booked"


def stands(turn: Turn, city: City, row: Row) -> None:
    """A stay was booked: its receipt, its reminders; the place hears of one that is today."""
    _remind(turn, row)
    said = told(turn, city, row)
    entry = calendar.file_of(turn, said, (at for _, at in _reminders(turn, row)))
    turn.say("booking.receipt", [cancel_button(turn, row)], files=[entry], **said)
    if row["day"] == turn.today.isoformat():
        turn.push_staff(
            (ROLE,),
            "booking.comes_today",
            place=str(row["place"]),
            dedupe=f"booking.today:{row['id']}",
            **told(turn, city, row),
        )


def told(turn: Turn, city: City, row: Row) -> dict[str, Any]:
    """What a message says of a booking."""
    span = holding.span_of(row)
    place = next((one for one in city.places if one.id == row["place"]), None)
    children = [
        turn.unseal(
            turn.db.value("SELECT name FROM subject WHERE id = :id", id=child["subject_id"]), "subject.name"
        )
        for child in holding.children_of(turn, int(row["id"]))
    ]
    months = [int(child["months"]) for child in holding.children_of(turn, int(row["id"]))]
    return {
        "number": int(row["id"]),
        "children": children,
        "ages": months,
        "place_name": place.name if place else row["place"],
        "address": place.address if place else "",
        "phone": place.phone if place else "",
        "day": span.day,
        "today": turn.today,
        "begins": span.starts,
        "ends_at": span.ends,
        "price": row["price"],
        "telephone": turn.ground.telephone,
    }


def cancel_button(turn: Turn, row: Row, person: int | None = None) -> Button:
    """The button that cancels a booking, until it begins."""
    return turn.action(
        "booking.cancel",
        "booking.button.cancel",
        {"booking": int(row["id"])},
        person=person,
        deadline=begins(turn, row),
    )


def begins(turn: Turn, row: Row) -> datetime:
    """The instant at which a stay begins."""
    span = holding.span_of(row)
    return datetime.combine(span.day, span.starts, turn.ground.settings.zone)


def cancelled(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Somebody does not come: for three minutes they can have it back, then others are asked and the place hears."""
    number = int(payload["booking"])
    row = holding.by_number(turn, number)
    until = min(turn.now + holding.UNDO, begins(turn, row))
    if not holding.leaves(turn, number, until):
        turn.say("booking.cancelled_already")
        return
    undo = turn.action("booking.cancel_undo", "booking.button.undo", {"booking": number}, deadline=until)
    turn.say("booking.given_back", [undo], turn_again(turn), **told(turn, city, row))


def cancel_undone(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """撤销: the booking stands as before, with its reminders."""
    number = int(payload["booking"])
    done = holding.stays(turn, number)
    if done != "booked":
        turn.say("booking.undone_late" if done == "gone" else "booking.twice.said", turn_again(turn))
        return
    row = holding.by_number(turn, number)
    _remind(turn, row)
    turn.say("booking.undone", [cancel_button(turn, row)], **told(turn, city, row))


def left(turn: Turn, due: Due, city: City) -> None:
    """Nobody thought better of it: the room is free, and the place hears of it where it was for today."""
    number = int(due.key)
    if not holding.left(turn, number):
        return
    for kind in (holding.EVENING, holding.SOON):
        timers.cancel(turn.db, kind, str(number))
    row = holding.by_number(turn, number)
    if row["day"] == turn.today.isoformat():
        turn.push_staff(
            (ROLE,),
            "booking.comes_not",
            place=str(row["place"]),
            dedupe=f"booking.not:{number}",
            **told(turn, city, row),
        )


def turn_again(turn: Turn) -> list[Button]:
    """The way to another booking."""
    return [turn.go("booking.button.again", "booking")]


def remind(turn: Turn, due: Due, city: City, key: str) -> None:
    """The evening before, and two hours before: what to bring, and how to cancel."""
    row = holding.by_number(turn, int(due.key))
    if row["state"] != "booked":
        return
    person = int(row["person_id"])
    turn.push(
        person,
        key,
        [cancel_button(turn, row, person)],
        lane="reminder",
        dedupe=f"{key}:{row['id']}",
        deadline=begins(turn, row),
        **told(turn, city, row),
    )


def my_things(turn: Turn, city: City) -> int:
    """Show the bookings that are still to come."""
    rows = turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state = 'booked' AND day >= :today ORDER BY day, starts",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )
    for row in rows:
        turn.say("booking.mine", [cancel_button(turn, row)], **told(turn, city, row))
    return len(rows)


def _remind(turn: Turn, row: Row) -> None:
    for kind, due in _reminders(turn, row):
        turn.timer(kind, str(row["id"]), due)


def _reminders(turn: Turn, row: Row) -> list[tuple[str, datetime]]:
    """The reminders that are still to come: the timer's kind and its instant."""
    start, zone = begins(turn, row), turn.ground.settings.zone
    evening = datetime.combine(start.astimezone(zone).date() - timedelta(days=1), EVENING_AT, zone)
    both = ((holding.EVENING, evening), (holding.SOON, start - SOON_BEFORE))
    return [(kind, due) for kind, due in both if due > turn.now]


def named(turn: Turn, row: Row) -> int:
    """The child of the booking; one that is new is known by the days between which it was born only."""
    known = holding.children_of(turn, int(row["id"]))
    if known:
        return int(known[0]["subject_id"])
    born = reading.child_of(turn.data["age"], turn.today)
    subject = int(
        turn.db.value(
            "INSERT INTO subject (person_id, kind, name, birth, created) VALUES (:person, 'child', :name, :birth, :now)"
            " RETURNING id",
            person=turn.who.id,
            name=turn.seal(turn.label("booking.nameless"), "subject.name"),
            birth=turn.seal(born.first.isoformat(), "subject.birth") if born.exact else None,
            now=ms(turn.now),
        )
    )
    on_the_day = reading.child_of(turn.data["age"], date.fromisoformat(row["day"]))
    holding.comes(turn, int(row["id"]), subject, on_the_day.fewest)
    return subject
