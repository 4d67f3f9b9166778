"""A family whose booking cannot be kept: a sorry, other places held for it, one tap; yes, no, silence, and all as before.

Its booking is `moving` until it is settled, and keeps its room, so that it can be given back as it was. What is held for it
are bookings `aside`, in three places at most: nobody else is offered them. How long they are is an offer (bot/scarce.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

from bot import appointments, desk, scarce
from bot.capability import NotDone
from bot.clock import ms
from bot.store import people
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.service import elsewhere, holding, kept, sorry
from dialogs.booking.service.finding import Offer
from dialogs.booking.service.place import house as at_home
from knowledge.city import City

MOVED = "booking.moved"
"""The kind of the offer, and its timer; its object is the row of booking_move."""
Why = Literal["short", "illness", "closed"]


@dataclass(frozen=True)
class Cause:
    """Why a booking cannot be kept. `stop` is the row of care_stop, None where carers are missing."""

    why: Why
    stop: int | None = None


def begin(turn: Turn, city: City, booking: int, cause: Cause) -> bool:
    """Tell a family that its booking cannot be kept, and hold what else there is. False: look again, others were quicker.

    A booking that does not stand any more, or whose child is there, is left alone.
    """
    if turn.db.postgres:
        turn.db.one("SELECT id FROM booking WHERE id = :id FOR UPDATE", id=booking)
    row = holding.by_number(turn, booking)
    if row["state"] != "booked":
        return True
    offers = elsewhere.found(turn, city, row)
    wanted: Counter[str] = Counter()
    caps: dict[str, int] = {}
    for offer in offers:
        wanted.update(counting.wanted(offer.wish.house, offer.wish.span.day, offer.wish.stays))
        caps.update(counting.caps(offer.wish.house, offer.wish.span.day))
    if offers and not (
        all(at_home.still(turn.db, offer.wish.house) for offer in offers)
        and scarce.take(turn.db, wanted, {name: caps.get(name, 0) for name in wanted})
    ):
        return False
    holding.move_on(turn, booking, ("booked",), "moving")
    move = int(
        turn.db.value(
            "INSERT INTO booking_move (booking_id, why, stop_id, state, created) VALUES (:booking, :why, :stop, 'asked', :now)"
            " RETURNING id",
            booking=booking,
            why=cause.why,
            stop=cause.stop,
            now=ms(turn.now),
        )
    )
    turn.audit("booking.move", f"booking:{booking}", why=cause.why, stop=cause.stop, offered=len(offers))
    aside = [_aside(turn, row, offer) for offer in offers]
    if not aside:
        _nothing(turn, city, row, move)
        return True
    until = _until(turn, row, aside)
    stands = appointments.on_offer(turn.now, until)
    wish = scarce.Wanted(MOVED, move, int(row["person_id"]), "", until, minutes=stands)
    scarce.make(turn, wish, partial(sorry.tell, turn, city, row, aside, stands))
    return True


def _until(turn: Turn, row: Row, aside: Sequence[Row]) -> datetime:
    """Nothing is held past its start, nor past the hour of the old booking, where that leaves time to answer."""
    begins = [kept.begins(turn, one) for one in (row, *aside)]
    return min(begins) if begins[0] > turn.now + holding.SHORTEST else min(begins[1:])


def _aside(turn: Turn, row: Row, offer: Offer) -> Row:
    """Another stay for the same children, held for their family only. Its room has been taken."""
    wish = offer.wish
    number = int(
        turn.db.value(
            "INSERT INTO booking (person_id, place, service, day, starts, ends, state, renewed, flexible, price, credit, fetcher,"
            " note, taken, created, instead_of) SELECT person_id, :place, :service, :day, :starts, :ends, 'aside', 0, flexible,"
            " :price, :credit, fetcher, note, :taken, :now, id FROM booking WHERE id = :of RETURNING id",
            place=wish.house.place,
            service=wish.service,
            day=wish.span.day.isoformat(),
            starts=wish.span.first,
            ends=wish.span.last,
            price=wish.price,
            credit=_credit(turn, row, offer),
            taken=json.dumps(counting.wanted(wish.house, wish.span.day, wish.stays)),
            now=ms(turn.now),
            of=row["id"],
        )
    )
    for child in wish.children:
        if child.subject is not None:
            holding.comes(turn, number, child.subject, child.months)
    turn.audit("booking.aside", f"booking:{number}", of=int(row["id"]), place=wish.house.place)
    return holding.by_number(turn, number)


def _credit(turn: Turn, row: Row, offer: Offer) -> int:
    """What the family's voucher takes off there, in fen."""
    if turn.everyone is None or not offer.wish.price:
        return 0
    theirs = replace(turn, person=people.person_of(turn.db, int(row["person_id"])))
    child = next(iter(offer.wish.subjects), None)
    found = turn.everyone.credit_for(theirs, child, offer.place.id, offer.wish.span.day)
    return found[0].fen if found else 0


def _nothing(turn: Turn, city: City, row: Row, move: int) -> None:
    """There is nothing else anywhere: it is said, the booking is over, and a person looks after it."""
    said = sorry.said(turn, city, row, [])
    _settled(turn, move, "none", "asked")
    holding.end_all(turn, [int(row["id"])], holding.PUT_OFF, "cancelled")
    _case(turn, row)
    turn.push(
        int(row["person_id"]),
        "booking.move_nothing",
        kept.turn_again(turn),
        lane=sorry.lane(turn, row),
        dedupe=f"booking.move_nothing:{move}",
        **said,
    )


def _case(turn: Turn, row: Row) -> None:
    """Somebody on duty looks after a family that has nowhere to go."""
    theirs = replace(turn, person=people.person_of(turn.db, int(row["person_id"])), address_id=None)
    desk.open_case(theirs, "moved", f"booking:{row['id']}")


# -- what the family answers -----------------------------------------------------------------------------------------


def take(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """One of those held: it is booked, the others and the old one are free."""
    move, row, aside = _open(turn, int(payload["offer"]))
    chosen = next((one for one in aside if int(one["id"]) == int(payload["booking"])), None)
    if move["state"] != "asked":
        turn.say("booking.move_late", kept.turn_again(turn))
        return
    if chosen is None:
        turn.say("booking.move_gone", *sorry.buttons(turn, city, int(payload["offer"]), row, aside))
        return
    children = [int(child["subject_id"]) for child in holding.children_of(turn, int(chosen["id"]))]
    if holding.elsewhere(turn, children, holding.span_of(chosen)):
        turn.say("booking.twice.said")
        raise NotDone
    if not scarce.answer(turn, int(payload["offer"]), "accepted"):
        turn.say("booking.move_late", kept.turn_again(turn))
        return
    _settled(turn, int(move["id"]), "taken", "asked", int(chosen["id"]))
    holding.move_on(turn, int(chosen["id"]), ("aside",), "booked")
    others = [int(one["id"]) for one in aside if one is not chosen]
    holding.end_all(turn, [int(row["id"]), *others], holding.PUT_OFF, "cancelled")
    kept.stands(turn, city, holding.by_number(turn, int(chosen["id"])))
    _tell_place(turn, city, row, "taken")


def none(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """都不行: the booking is over at nobody's cost, and somebody on duty is told."""
    move, row, aside = _open(turn, int(payload["offer"]))
    if move["state"] != "asked" or not scarce.answer(turn, int(payload["offer"]), "declined"):
        turn.say("booking.move_late", kept.turn_again(turn))
        return
    _settled(turn, int(move["id"]), "refused", "asked")
    holding.end_all(turn, [int(one["id"]) for one in (row, *aside)], holding.PUT_OFF, "cancelled")
    _case(turn, row)
    turn.say("booking.move_refused", kept.turn_again(turn), telephone=turn.ground.telephone)
    _tell_place(turn, city, row, "refused")


def silent(turn: Turn, due: Due, city: City) -> None:
    """Nobody answered in time: all of it is free, somebody rings them up, and the place knows."""
    was = scarce.lapse(turn, int(due.key))
    if was is None:
        return
    move, row, aside = _open(turn, int(due.key))
    if not _settled(turn, int(move["id"]), "silent", "asked"):
        return
    holding.end_all(turn, [int(one["id"]) for one in (row, *aside)], holding.PUT_OFF, "cancelled")
    said = sorry.said(turn, city, row, aside)
    person = int(row["person_id"])
    message = turn.letter(sorry.lang_of(turn, person), "booking.move_silent", kept.turn_again(turn), **said)
    turn.db.run(
        "INSERT INTO call_list (person_id, outbox_id, reason, words, state, created)"
        " VALUES (:person, NULL, 'unanswered', :words, 'open', :now)",
        person=person,
        words=turn.ground.keys.seal(message.to_json(), "outbox.payload"),
        now=ms(turn.now),
    )
    turn.push(
        person,
        "booking.move_silent",
        kept.turn_again(turn),
        lane=sorry.lane(turn, row),
        dedupe=f"booking.move_silent:{due.key}",
        **said,
    )
    _tell_place(turn, city, row, "silent")


def restore(turn: Turn, city: City, move: Row) -> bool:
    """The booking can be kept after all: it stands as before. False: its family has answered already."""
    offer = scarce.of(turn.db, MOVED, int(move["id"]))
    if offer is None or not scarce.is_open(offer) or not scarce.answer(turn, int(offer["id"]), "declined"):
        return False
    _, row, aside = _open(turn, int(offer["id"]))
    children = [int(child["subject_id"]) for child in holding.children_of(turn, int(row["id"]))]
    if holding.elsewhere(turn, children, holding.span_of(row)):  # its family found something itself meanwhile
        _settled(turn, int(move["id"]), "refused", "asked")
        holding.end_all(turn, [int(one["id"]) for one in (row, *aside)], holding.PUT_OFF, "cancelled")
        return False
    if not _settled(turn, int(move["id"]), "back", "asked"):
        return False
    holding.move_on(turn, int(row["id"]), ("moving",), "booked")
    holding.end_all(turn, [int(one["id"]) for one in aside], ("aside",), "cancelled")
    row = holding.by_number(turn, int(row["id"]))
    kept.remind_of(turn, row)
    left = turn.db.value("SELECT state FROM outbox WHERE id = :id", id=offer["outbox_id"]) != "cancelled"
    if left:
        person = int(row["person_id"])
        turn.push(
            person,
            "booking.move_back",
            *kept.ways(turn, row, person),
            lane=sorry.lane(turn, row),
            dedupe=f"booking.move_back:{move['id']}",
            **kept.told(turn, city, row),
        )
    return True


def gone(turn: Turn, booking: int) -> None:
    """The person is gone: what is held for them is free, and nobody asks them any more. For leaving.erase, which ends the rows."""
    for move in open_moves(turn, "m.booking_id = :booking", booking=booking):
        offer = scarce.of(turn.db, MOVED, int(move["id"]))
        if offer is not None and scarce.is_open(offer):
            scarce.answer(turn, int(offer["id"]), "declined")
        _settled(turn, int(move["id"]), "refused", "asked")


def mine(turn: Turn, city: City) -> int:
    """Show the bookings of the person that could not be kept, with what is held for them. How many."""
    moves = open_moves(turn, "b.person_id = :person", person=turn.who.id)
    shown = 0
    for move in moves:
        offer = scarce.of(turn.db, MOVED, int(move["id"]))
        if offer is not None and scarce.is_open(offer):
            _, row, aside = _open(turn, int(offer["id"]))
            turn.say(
                "booking.mine_moving",
                *sorry.buttons(turn, city, int(offer["id"]), row, aside),
                **sorry.said(turn, city, row, aside),
            )
            shown += 1
    return shown


# -- rows ------------------------------------------------------------------------------------------------------------


def open_moves(turn: Turn, where: str, **values: Any) -> list[Row]:
    """The moves that are not settled yet, with `where` about m (booking_move) and b (its booking)."""
    return turn.db.all(
        "SELECT m.* FROM booking_move m JOIN booking b ON b.id = m.booking_id WHERE m.state = 'asked' AND"
        f" {where} ORDER BY m.id",
        **values,
    )


def _open(turn: Turn, offer: int) -> tuple[Row, Row, list[Row]]:
    """The move of an offer, its booking, and what is still held for it; their rows are held to the end of the turn."""
    number = int(scarce.by_number(turn.db, offer)["object"])
    booking = turn.db.value("SELECT booking_id FROM booking_move WHERE id = :id", id=number)
    lock = " FOR UPDATE" if turn.db.postgres else ""
    rows = turn.db.all(
        f"SELECT * FROM booking WHERE id = :id OR (instead_of = :id AND state = 'aside') ORDER BY id{lock}",
        id=booking,
    )
    move = turn.db.one("SELECT * FROM booking_move WHERE id = :id", id=number)
    if move is None or not rows:
        raise LookupError(f"no move {number}")
    return move, rows[0], rows[1:]


def _settled(turn: Turn, move: int, state: str, was: str, chosen: int | None = None) -> bool:
    done = turn.db.run(
        "UPDATE booking_move SET state = :state, chosen = :chosen, decided = :now WHERE id = :id AND state = :was",
        state=state,
        chosen=chosen,
        now=ms(turn.now),
        id=move,
        was=was,
    )
    if done:
        turn.audit(f"booking.move_{state}", f"move:{move}", chosen=chosen)
    return done == 1


def _tell_place(turn: Turn, city: City, row: Row, answer: str) -> None:
    turn.push_staff(
        (kept.ROLE,),
        "booking.move_answer",
        place=str(row["place"]),
        dedupe=f"booking.move_answer:{row['id']}:{answer}:{ms(turn.now)}",
        answer=answer,
        **kept.told(turn, city, row),
    )
