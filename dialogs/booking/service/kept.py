"""A booking that stands: the yes, its receipt, the reminders before it, how it is shown and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from bot import agreed, appointments, timers
from bot.messages import Button, File
from bot.serving import Engaged
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import terms as rules
from dialogs.booking.service import calendar, choosing, holding, kids, start, terms
from dialogs.booking.service.child import doors, first
from dialogs.booking.service.fetching import steps
from dialogs.booking.service.place import house as at_home
from knowledge.city import City

PURPOSES = ("basic", "child")
REMINDERS: dict[appointments.Reminder, str] = {"evening": holding.EVENING, "soon": holding.SOON}
ROLE = holding.ROLE


def book(turn: Turn, city: City) -> Literal["booked", "full", "twice", "gone"]:
    """The yes: the booking stands, its child is known by name, its reminders are set, the place hears of it."""
    data = turn.data
    family_takes_turns(turn)
    number = int(data["booking"])
    held = holding.by_number(turn, number)
    met = kids.recognised(turn)
    if met and holding.elsewhere(turn, met, holding.span_of(held)):
        choosing.release(turn)
        return "twice"
    place = next((one for one in city.known if one.id == held["place"]), None)
    house = None if place is None else at_home.on(turn.db, place, holding.span_of(held).day)
    done = holding.book(turn, number, house)
    if done != "booked":
        data.pop("booking", None)
        data.pop("place", None)
        return done
    row = holding.by_number(turn, number)
    agreed_for(turn, kids.named(turn, row))
    stands(turn, city, row, start.to_remember(turn, city))
    if data.get("health"):
        turn.say(
            "booking.health_untold",
            doors.family_buttons(turn, row)[:1],
            place_name=place.name if place else "",
        )
    return "booked"


def family_takes_turns(turn: Turn) -> None:
    """Two telephones of one person say yes one after the other: the second finds the child that the first has named."""
    if turn.db.postgres:
        turn.db.one("SELECT id FROM person WHERE id = :id FOR UPDATE", id=turn.who.id)


def agreed_for(turn: Turn, subjects: Sequence[int]) -> None:
    """What the yes to a card agrees to, for each child."""
    for subject in subjects:
        for purpose in PURPOSES:
            agreed.give(turn, subject, purpose)


def stands(turn: Turn, city: City, row: Row, more: Sequence[Button] = ()) -> None:
    """A stay was booked: its receipt, with `more` buttons, its reminders; the place hears of one that is today."""
    remind_of(turn, row)
    said = told(turn, city, row)
    reminded = list(appointments.reminders(begins(turn, row), turn.now, turn.ground.settings.zone))
    rows = [*ways(turn, row), *([more] if more else [])]
    turn.say("booking.receipt", *rows, files=[entry(turn, city, row)], **said, reminded=reminded)
    if row["day"] == turn.today.isoformat():
        tell_place(turn, row, "booking.comes_today", f"booking.today:{row['id']}", said)


def tell_place(turn: Turn, row: Row, key: str, dedupe: str, said: dict[str, Any]) -> None:
    """Let those who care at the place of a booking hear of it."""
    turn.push_staff((ROLE,), key, place=str(row["place"]), dedupe=dedupe, **said)


def entry(turn: Turn, city: City, row: Row) -> File:
    """The stay for the telephone's calendar, with the reminders that are still to come."""
    return calendar.file_of(turn, told(turn, city, row), alarms(turn, row))


def alarms(turn: Turn, row: Row) -> list[datetime]:
    """The instants of the reminders that are still to come."""
    return list(appointments.reminders(begins(turn, row), turn.now, turn.ground.settings.zone).values())


def told(turn: Turn, city: City, row: Row) -> dict[str, Any]:
    """What a message says of a booking."""
    span = holding.span_of(row)
    place = next((one for one in city.known if one.id == row["place"]), None)
    known = holding.children_of(turn, int(row["id"]))
    subjects = [int(child["subject_id"]) for child in known]
    children = [
        turn.unseal(turn.db.value("SELECT name FROM subject WHERE id = :id", id=subject), "subject.name")
        for subject in subjects
    ]
    months = [int(child["months"]) for child in known]
    coming = [holding.Child(*pair) for pair in zip(subjects, months, strict=True)]
    return {
        "number": int(row["id"]),
        "sequence": int(row["sequence"]),
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
        "visit": first.visit(turn.db, int(row["person_id"]), coming, str(row["place"]), span.day),
        "telephone": turn.ground.telephone,
        "code": steps.code(turn, int(row["id"])),
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


def ways(turn: Turn, row: Row, person: int | None = None) -> list[list[Button]]:
    """What can be done about a booking that stands."""
    change = turn.action(
        "booking.change",
        "booking.button.change",
        {"booking": int(row["id"])},
        person=person,
        deadline=begins(turn, row),
    )
    return [
        doors.family_buttons(turn, row, person),
        [change, cancel_button(turn, row, person)],
        [_flexible_button(turn, row, person), weekly_button(turn, row, person)],
    ]


def weekly_button(turn: Turn, row: Row, person: int | None = None) -> Button:
    """每周都要; where it comes weekly already, the end of it."""
    kind = "weekly" if row["series"] is None else "weekly_stop"
    return turn.action(
        f"booking.{kind}",
        f"booking.button.{kind}",
        {"booking": int(row["id"])},
        person=person,
        deadline=begins(turn, row),
    )


def _flexible_button(turn: Turn, row: Row, person: int | None = None) -> Button:
    kind = "flexible_undo" if row["flexible"] else "flexible"
    return turn.action(
        f"booking.{kind}",
        f"booking.button.{kind}",
        {"booking": int(row["id"])},
        person=person,
        deadline=begins(turn, row),
    )


def flexible(turn: Turn, payload: dict[str, Any], yes: int) -> None:
    """Whether the family can come at another time too: it is asked first where stays must move, never moved unasked."""
    number = int(payload["booking"])
    turn.db.run("UPDATE booking SET flexible = :yes WHERE id = :id AND state = 'booked'", yes=yes, id=number)
    row = holding.by_number(turn, number)
    if row["state"] != "booked":
        turn.say("booking.cancelled_already")
        return
    turn.audit("booking.flexible", f"booking:{number}", yes=yes)
    turn.say("booking.is_flexible" if yes else "booking.not_flexible", [_flexible_button(turn, row)])


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
    minutes = city.settings.care.at(str(row["place"])).cancel_minutes
    late = rules.too_late(turn.now, begins(turn, row), minutes) and terms.counts(turn, number)
    said = told(turn, city, holding.by_number(turn, number))
    gone = calendar.file_of(turn, said, cancelled=True)
    if not late:
        turn.say("booking.given_back", [undo], turn_again(turn), files=[gone], **said)
        return
    ill = turn.action(
        "booking.excused", "booking.button.excused", {"booking": number}, deadline=turn.in_(days=7)
    )
    turn.say(
        "booking.given_back_late", [undo, ill], turn_again(turn), files=[gone], cancel_minutes=minutes, **said
    )


def cancel_undone(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """撤销: the booking stands as before, with its reminders."""
    number = int(payload["booking"])
    done = holding.stays(turn, number)
    if done != "booked":
        turn.say("booking.undone_late" if done == "gone" else "booking.twice.said", turn_again(turn))
        return
    terms.counts(turn, number, yes=False)
    row = holding.by_number(turn, number)
    remind_of(turn, row)
    turn.say("booking.undone", *ways(turn, row), files=[entry(turn, city, row)], **told(turn, city, row))


def left(turn: Turn, due: Due, city: City) -> None:
    """Nobody thought better of it: the room is free, and the place hears of it where it was for today."""
    number = int(due.key)
    if not holding.left(turn, number):
        return
    for kind in (holding.EVENING, holding.SOON):
        timers.cancel(turn.db, kind, str(number))
    row = holding.by_number(turn, number)
    if row["day"] == turn.today.isoformat() or row["reason"] == holding.SICK:
        tell_place(turn, row, "booking.comes_not", f"booking.not:{number}", told(turn, city, row))


def turn_again(turn: Turn) -> list[Button]:
    """The way to another booking."""
    return [turn.go("booking.button.again", "booking")]


def remind(turn: Turn, due: Due, city: City, key: str) -> None:
    """The evening before, and two hours before: what to bring, and how to cancel."""
    row = holding.by_number(turn, int(due.key))
    if row["state"] != "booked":
        return
    person = int(row["person_id"])
    buttons = [cancel_button(turn, row, person)]
    again = f"{row['id']}:{row['sequence']}"
    appointments.remind(turn, key, person, begins(turn, row), buttons, again=again, **told(turn, city, row))


def my_things(turn: Turn, city: City) -> int:
    """Show the children that are at a place, and the bookings that are still to come."""
    rows = turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state IN ('booked', 'came') AND day >= :today"
        " ORDER BY day, starts",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )
    for row in rows:
        if row["state"] == "came":
            turn.say("booking.mine_there", doors.family_buttons(turn, row), **told(turn, city, row))
        else:
            turn.say("booking.mine", *ways(turn, row), **told(turn, city, row))
    return len(rows)


def remind_of(turn: Turn, row: Row) -> None:
    """Set the reminders that are still to come."""
    appointments.set_reminders(turn, REMINDERS, int(row["id"]), begins(turn, row))


def engaged(turn: Turn, subject: int, day: date, city: City) -> list[Engaged]:
    """The stays of a child on a day."""
    zone, places = turn.ground.settings.zone, {place.id: place.name for place in city.known}
    return [
        Engaged(
            datetime.combine(day, span.starts, zone),
            datetime.combine(day, span.ends, zone),
            places.get(str(row["place"]), str(row["place"])),
        )
        for row in turn.db.all(
            "SELECT b.* FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id = :child"
            " AND b.day = :day AND b.state = 'booked' ORDER BY b.starts",
            child=subject,
            day=day.isoformat(),
        )
        for span in (holding.span_of(row),)
    ]


def birth(turn: Turn, child: Row) -> date | None:
    """The birthday of a booked child, where it is known."""
    kept = turn.db.value("SELECT birth FROM subject WHERE id = :id", id=child["subject_id"])
    return None if kept is None else date.fromisoformat(turn.unseal(kept, "subject.birth"))
