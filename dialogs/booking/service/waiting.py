"""The waiting list: whoever found no room is asked when some comes back, in the order of coming, one tap each.

A wish is a booking that waits; `place` is empty where any will do. What is offered is the same row, held: its room is its
family's until the offer ends (bot/scarce.py), taken by a tap, passed on by another or by silence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from bot import appointments, scarce, timers
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.service import choosing, finding, holding, kept, kids, room
from dialogs.booking.service.finding import Sought
from dialogs.booking.service.holding import Child
from knowledge.city import City

OFFER, ENDS = "booking.offer", "booking.wait"


def wait(turn: Turn, city: City) -> Literal["waits", "twice"]:
    """Put the wish of a form on the list, with the child it is for; nobody waits twice for the same hours."""
    at = str(turn.data.get("wished", ""))
    kept.family_takes_turns(turn)
    kids.recognised(turn)
    row = wish(turn, choosing.sought(turn), at)
    if row is None:
        return "twice"
    turn.data["waits_at"] = next((place.name for place in city.places if place.id == at), "")
    kept.agreed_for(turn, kids.named(turn, row))
    turn.data["ahead"] = ahead(turn, row)
    return "waits"


def wish(turn: Turn, wanted: Sought, place: str, series: int | None = None) -> Row | None:
    """Put a wish on the list: at one place ("": at any), for the stays of a `series` or alone. None: a child of it has
    a stay at that time, or waits for one."""
    subjects = [child.subject for child in wanted.children if child.subject is not None]
    if holding.elsewhere(turn, subjects, wanted.span, (*holding.AWAITED, "waiting")):
        return None
    number = int(
        turn.db.value(
            "INSERT INTO booking (person_id, place, service, day, starts, ends, state, renewed, flexible, credit, series,"
            " taken, created) VALUES (:person, :place, '', :day, :starts, :ends, 'waiting', 0, 0, 0, :series, '{}', :now)"
            " RETURNING id",
            person=turn.who.id,
            place=place,
            day=wanted.span.day.isoformat(),
            starts=wanted.span.first,
            ends=wanted.span.last,
            series=series,
            now=ms(turn.now),
        )
    )
    for child in wanted.children:
        if child.subject is not None:
            holding.comes(turn, number, child.subject, child.months)
    row = holding.by_number(turn, number)
    turn.timer(ENDS, str(number), kept.begins(turn, row) - holding.SHORTEST)
    turn.audit("booking.waiting", f"booking:{number}")
    return row


def ahead(turn: Turn, row: Row) -> int:
    """How many wait before this one for hours that overlap."""
    return int(
        turn.db.value(
            "SELECT count(*) FROM booking WHERE state = 'waiting' AND day = :day AND starts < :ends AND ends > :starts"
            " AND id < :id",
            day=row["day"],
            starts=row["starts"],
            ends=row["ends"],
            id=row["id"],
        )
    )


def freed(turn: Turn, due: Due, city: City) -> str | None:
    """Room came back at a place on a day: the next whose wish fits is offered it. One in each transaction.

    Two offers in one would take counters out of the order of their keys, and wait for a booking that waits for them.
    """
    place, _, day = due.key.partition("/")
    for row in turn.db.all(
        "SELECT * FROM booking WHERE state = 'waiting' AND day = :day AND place IN ('', :place) AND id > :after"
        " ORDER BY id",
        day=day,
        place=place,
        after=int(due.cursor or 0),
    ):
        if _offer(turn, city, row, place):
            return str(row["id"])
    return None


def _offer(turn: Turn, city: City, row: Row, place: str) -> bool:
    number, begins = int(row["id"]), kept.begins(turn, row)
    if turn.now + holding.SHORTEST > begins:
        return False
    children = [
        Child(int(one["subject_id"]), int(one["months"])) for one in holding.children_of(turn, number)
    ]
    span = holding.span_of(row)
    found = next(finding.offers(turn, city, Sought(tuple(children), span), None, place), None)
    if found is None:
        return False
    wish = found.wish
    if holding.elsewhere(turn, wish.subjects, span):
        holding.end(turn, number, ("waiting",), "cancelled")  # they found room themselves
        return False
    if holding.standing(turn, wish, row["series"]) >= city.settings.care.at_once:
        return False
    taken = room.take(turn.db, wish.house, span.day, wish.stays)
    if taken is None:
        return False
    if not holding.offered(turn, number, wish, json.dumps(taken)):
        scarce.give_back(turn.db, taken)
        return False
    stands = appointments.on_offer(turn.now, begins)
    wanted = scarce.Wanted(OFFER, number, int(row["person_id"]), "", begins, minutes=stands)
    scarce.make(turn, wanted, partial(_tell, turn, city, number, begins, stands))
    return True


def _tell(turn: Turn, city: City, number: int, begins: datetime, stands: int, offer: int) -> int | None:
    row = holding.by_number(turn, number)
    person = int(row["person_id"])
    return turn.push(
        person,
        "booking.offer",
        *_buttons(turn, offer, person, begins),
        dedupe=f"{OFFER}:{offer}",
        deadline=begins,
        stands=stands,
        **kept.told(turn, city, row),
    )


def _buttons(turn: Turn, offer: int, person: int, begins: datetime) -> list[list[Button]]:
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    return [
        [
            turn.action(f"booking.{act}", f"booking.button.{act}", {"offer": offer}, person=person, deadline=begins, lang=lang)
        ]
        for act in ("offer_accept", "offer_decline")
    ]  # fmt: skip


def accept(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """要: what was held becomes a booking like any other."""
    number = _of(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "accepted") or holding.book(turn, number) != "booked":
        turn.say("booking.offer_late", kept.turn_again(turn))
        return
    turn.db.run(  # the stay whose weeks were waited for is the first of them, though none of the others had room
        "UPDATE booking SET series = id WHERE series IS NULL AND id = (SELECT series FROM booking WHERE id = :id)",
        id=number,
    )
    kept.stands(turn, city, holding.by_number(turn, number))


def decline(turn: Turn, payload: dict[str, Any]) -> None:
    """不要: the next family is asked at once."""
    number = _of(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "declined"):
        turn.say("booking.offer_late", kept.turn_again(turn))
        return
    holding.end(turn, number, ("held",), "cancelled")
    turn.say("booking.offer_declined", kept.turn_again(turn))


def silent(turn: Turn, due: Due, city: City) -> None:
    """Nobody answered: the next family is asked. A page that sleeps is told when it wakes."""
    was = scarce.lapse(turn, int(due.key))
    if was is None:
        return
    row = holding.by_number(turn, _of(turn, int(due.key)))
    holding.end(turn, int(row["id"]), ("held",), "lapsed")
    if was in ("offered", "unsent"):
        turn.push(
            int(row["person_id"]),
            "booking.offer_lapsed",
            lane="result" if was == "offered" else "reminder",
            deadline=None if was == "offered" else turn.in_(weeks=2),
            dedupe=f"booking.lapsed:{due.key}",
            **kept.told(turn, city, row),
        )


def again(turn: Turn, number: int) -> None:
    """What was on offer to a family is no more: it waits on, where it stood in the line, for any place."""
    if holding.end_all(turn, [number], ("held",), "waiting"):
        turn.db.run(
            "UPDATE booking SET taken = '{}', place = CASE WHEN series IS NULL THEN '' ELSE place END WHERE id = :id",
            id=number,
        )
        scarce.anew(turn.db, OFFER, number)


def ends(turn: Turn, due: Due, city: City) -> None:
    """No room came back in time: whoever waited is told, so that they can ask somebody else."""
    if holding.end(turn, int(due.key), ("waiting",), "lapsed"):
        row = holding.by_number(turn, int(due.key))
        turn.push(
            int(row["person_id"]),
            "booking.wait_over",
            dedupe=f"booking.wait_over:{due.key}",
            deadline=kept.begins(turn, row),
            **kept.told(turn, city, row),
        )


def leave(turn: Turn, payload: dict[str, Any]) -> None:
    """They wait no longer."""
    number = int(payload["booking"])
    done = holding.end(turn, number, ("waiting",), "cancelled")
    timers.cancel(turn.db, ENDS, str(number))
    turn.say("booking.wait_left" if done else "booking.cancelled_already", kept.turn_again(turn))


def give_up(turn: Turn, series: int, day: str) -> list[int]:
    """Those who want no more weeks wait for none from a local day (ISO) on. Returns the wishes that are over."""
    found = turn.db.all(
        "SELECT * FROM booking WHERE series = :series AND person_id = :person AND state IN ('waiting', 'held') AND day >= :day"
        " ORDER BY id",
        series=series,
        person=turn.who.id,
        day=day,
    )
    for row in found:  # offers before bookings, as an answer to one does it
        gone(turn, row)
    return [
        int(row["id"])
        for row in holding.end_all(turn, [int(row["id"]) for row in found], ("waiting", "held"), "cancelled")
    ]


def take_up(turn: Turn, numbers: Sequence[int]) -> None:
    """They wait after all, where they stood in the line."""
    for number in sorted(numbers):
        if holding.move_on(turn, number, ("cancelled",), "waiting"):
            turn.db.run("UPDATE booking SET taken = '{}' WHERE id = :id", id=number)
            scarce.anew(turn.db, OFFER, number)
            row = holding.by_number(turn, number)
            turn.timer(ENDS, str(number), kept.begins(turn, row) - holding.SHORTEST)


def gone(turn: Turn, row: Row) -> None:
    """The person is gone: what is on offer to them goes on, and nothing of it goes off any more."""
    timers.cancel(turn.db, ENDS, str(row["id"]))
    offer = scarce.of(turn.db, OFFER, int(row["id"]))
    if offer is not None and scarce.is_open(offer):
        scarce.answer(turn, int(offer["id"]), "declined")


def my_things(turn: Turn, city: City) -> int:
    """Show what the person has booked, what they wait for, and what is on offer to them."""
    shown = kept.my_things(turn, city)
    for row in turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state IN ('waiting', 'held') AND day >= :today"
        " ORDER BY day, starts",
        person=turn.who.id,
        today=turn.today.isoformat(),
    ):
        begins, told = kept.begins(turn, row), kept.told(turn, city, row)
        offer = scarce.of(turn.db, OFFER, int(row["id"]))
        if row["state"] == "waiting":
            payload = {"booking": int(row["id"])}
            button = turn.action("booking.wait_leave", "booking.button.wait_leave", payload, deadline=begins)
            turn.say("booking.mine_waits", [button], ahead=ahead(turn, row), **told)
        elif offer is not None and scarce.is_open(offer):
            turn.say("booking.mine_offer", *_buttons(turn, int(offer["id"]), turn.who.id, begins), **told)
        else:
            continue
        shown += 1
    return shown


def _of(turn: Turn, offer: int) -> int:
    """The booking of an offer."""
    return int(scarce.by_number(turn.db, offer)["object"])
