"""The reserve list: what comes free is offered down the order of the draw, as many offers at once as places are free.

Whoever lets a voucher go, makes one void or lets one expire calls `freed`; everything else follows from there. An offer
is a row of `bot/scarce.py`: its hours begin when it was sent, one tap answers it, silence passes it on.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from bot import scarce, timers
from bot.clock import instant, local_date, ms
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service import issuing, quota, rounds, tickets
from dialogs.voucher.service.names import child_name, subject_birth
from dialogs.voucher.service.results import (
    guardians,
    language,
    next_round,
    qr_file,
    said_of,
    tell_expired,
    tell_reminder,
)
from knowledge.city import City
from knowledge.programme import LIST_ENDS, Programme

KIND = tickets.OFFER
FREED = "voucher.freed"
"""The timer that gives a declined voucher's place back once it can no longer be undone; its key is the voucher."""


def results_are_out(turn: Turn, row: Row) -> None:
    """Everybody has the result: places of the quota that nobody has (a ticket that became void) go down the list."""
    programme = rounds.programme_of(row)
    quota.settle(turn.db, row, programme)
    for band in programme.bands:
        ask_next(turn, int(row["id"]), band.id)


def freed(turn: Turn, voucher_id: int) -> None:
    """The place of a declined, expired or void voucher goes back, and is offered to the next on the list.

    To be called in the transaction that makes a voucher void (or expired). Once for a voucher, however often it is
    called; a voucher that can still be used, or was used in part, frees nothing. It is over for good: a voucher that
    is to live again must ask `may_live_again` first.
    """
    row, band = _round_of(turn, voucher_id)
    quota.ensure(turn.db, row, rounds.programme_of(row))
    if turn.db.run(
        "UPDATE voucher SET freed = :now WHERE id = :id AND freed IS NULL AND balance = amount"
        " AND state IN ('declined', 'expired', 'void')",
        now=ms(turn.now),
        id=voucher_id,
    ):
        scarce.give_back(turn.db, {quota.key(int(row["id"]), band): 1})
        turn.audit("voucher.freed", f"voucher:{voucher_id}")
        ask_next(turn, int(row["id"]), band)


def may_live_again(turn: Turn, voucher_id: int) -> bool:
    """Whether a voucher that was over may be valid again: its place is still its own, or could be taken back.

    To be called in the transaction that restores it, before its state is changed. False: another family has the place.
    """
    row, band = _round_of(turn, voucher_id)
    if turn.db.value("SELECT freed FROM voucher WHERE id = :id", id=voucher_id) is None:
        return True
    if not scarce.take(turn.db, {quota.key(int(row["id"]), band): 1}):
        return False
    turn.db.run("UPDATE voucher SET freed = NULL WHERE id = :id", id=voucher_id)
    return True


def _round_of(turn: Turn, voucher_id: int) -> tuple[Row, str]:
    found = turn.db.one(
        "SELECT t.round_id, t.band FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id WHERE v.id = :id",
        id=voucher_id,
    )
    if found is None:
        raise LookupError(f"no voucher {voucher_id}")
    return rounds.round_row(turn.db, int(found["round_id"])), str(found["band"])


def on_freed(turn: Turn, due: Due) -> None:
    """A declined voucher can no longer be undone: its place goes on."""
    freed(turn, int(due.key))


def lives(turn: Turn, row: Row) -> bool:
    """Whether what comes free in this round is still offered."""
    until = row["reserve_until"]
    return until is not None and turn.now + rules.SHORTEST_OFFER <= instant(int(until))


def somebody_waits(turn: Turn, row: Row, band: str) -> bool:
    """Whether another family would be asked now if a voucher of this band came free."""
    return lives(turn, row) and _next(turn, int(row["id"]), band) is not None


def ask_next(turn: Turn, round_id: int, band: str) -> None:
    """Offer whatever is free in a band to the next on the list, one offer for each free place."""
    row = rounds.round_row(turn.db, round_id)
    programme = rounds.programme_of(row)
    counter = {quota.key(round_id, band): 1}
    while somebody_waits(turn, row, band) and scarce.take(turn.db, counter):
        if not _offer(turn, row, programme, band):
            scarce.give_back(turn.db, counter)
            return


def _next(turn: Turn, round_id: int, band: str) -> Row | None:
    return turn.db.one(
        "SELECT t.* FROM voucher_ticket t WHERE t.round_id = :round AND t.band = :band AND t.state = 'reserve'"
        " AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.kind = 'voucher.offer' AND o.object = t.id)"
        " ORDER BY t.rank LIMIT 1",
        round=round_id,
        band=band,
    )


def _offer(turn: Turn, row: Row, programme: Programme, band: str) -> bool:
    """Make one offer, to the first on the list who can have it. False: nobody is left."""
    while (ticket := _next(turn, int(row["id"]), band)) is not None:
        if not _stays(turn, ticket):
            continue
        until = instant(int(row["reserve_until"]))
        zone = turn.ground.settings.zone
        born = subject_birth(turn, int(ticket["subject_id"]))
        last = rules.fits_until(programme, band, born, turn.today, local_date(until, zone))
        if last is not None:
            until = min(until, datetime.combine(last, LIST_ENDS, zone))
        why = (
            "outgrew"
            if last is None or until < turn.now + rules.SHORTEST_OFFER
            else _won_since(turn, row, ticket)
        )
        if why:
            _pass_over(turn, row, ticket, why)
            continue
        wanted = scarce.Wanted(
            KIND, int(ticket["id"]), int(ticket["person_id"]), quota.key(int(row["id"]), band), until
        )
        tell = partial(_tell, turn, row, programme, ticket, until)
        if scarce.make(turn, wanted, tell) is not None:
            return True
    return False


def _stays(turn: Turn, ticket: Row) -> bool:
    """Whether a ticket still waits, from here to the end of the transaction: whoever leaves meanwhile finds the offer."""
    lock = " FOR UPDATE" if turn.db.postgres else ""
    found = turn.db.value(f"SELECT state FROM voucher_ticket WHERE id = :id{lock}", id=ticket["id"])
    return bool(found == "reserve")


def _won_since(turn: Turn, row: Row, ticket: Row) -> str:
    """Why a child is passed over: it has a voucher of this programme now, or has had all it may have; "" = it is not."""
    if turn.db.value(
        "SELECT 1 FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id WHERE t.child_id = :child"
        " AND v.state = 'valid' AND v.expires > :now",
        child=ticket["child_id"],
        now=ms(turn.now),
    ):
        return "has_one"
    return "had_all" if tickets.had_enough(turn, int(ticket["child_id"]), row) else ""


def _pass_over(turn: Turn, row: Row, ticket: Row, why: str) -> None:
    if scarce.pass_over(turn, KIND, int(ticket["id"]), int(ticket["person_id"]), why):
        turn.push(
            ticket["person_id"],
            "voucher.result.passed_over",
            dedupe=f"passed:{ticket['id']}",
            name=child_name(turn, ticket),
            why=why,
            **next_round(turn, row),
        )


def _tell(turn: Turn, row: Row, programme: Programme, ticket: Row, until: datetime, offer: int) -> int | None:
    person = int(ticket["person_id"])
    name = child_name(turn, ticket)
    for guardian in guardians(ticket):
        turn.push(guardian, "voucher.result.offer_guardian", dedupe=f"offer:{offer}:{guardian}", name=name)
    return turn.push(
        person,
        "voucher.result.offer",
        *buttons(turn, offer, person, until),
        dedupe=f"offer:{offer}",
        deadline=until,
        name=name,
        amount=ticket["amount"],
        hours=scarce.HOURS,
        until=until,
        days=programme.valid_days,
        ticket=ticket["number"],
        round=row["name"],
    )


def buttons(turn: Turn, offer: int, person: int, until: datetime) -> list[list[Button]]:
    """One tap each: 要, 不要."""
    lang = language(turn, person)
    return [
        [
            turn.action(
                f"voucher.{act}",
                f"voucher.button.{act}",
                {"offer": offer},
                person=person,
                deadline=until,
                lang=lang,
            )
        ]
        for act in ("offer_accept", "offer_decline")
    ]


# -- answers -----------------------------------------------------------------------------------------------------------


def accept(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """要: the voucher is issued at once."""
    ticket, row = _of_offer(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "accepted"):
        turn.say("voucher.offer_late", **next_round(turn, row))
        return
    programme = rounds.programme_of(row)
    voucher = issuing.issue_now(turn, ticket, programme)
    say_voucher(turn, row, ticket, voucher, city)
    tell_issued(turn, ticket, voucher)


def say_voucher(turn: Turn, row: Row, ticket: Row, voucher: Row, city: City) -> None:
    """Answer with a voucher that was just issued: the same words as a result of the draw."""
    code = turn.unseal(voucher["code"], "voucher.code")
    decline = turn.action(
        "voucher.decline",
        "voucher.button.decline",
        {"voucher": voucher["id"]},
        person=ticket["person_id"],
        deadline=instant(int(voucher["expires"])),
    )
    turn.say(
        "voucher.issued",
        [Button(turn.label("voucher.button.where"), id="go:voucher_places")],
        *([[decline]] if turn.who.id == ticket["person_id"] else []),
        files=[qr_file(turn, turn.who.id, code)],
        **said_of(turn, row, ticket, voucher, city),
    )


def tell_issued(turn: Turn, ticket: Row, voucher: Row) -> None:
    """Applicant and guardian, whoever of them is not talking, learn of a voucher."""
    talking = turn.person.id if turn.person is not None else 0
    for person in {int(ticket["person_id"]), *guardians(ticket)} - {talking}:
        turn.push(
            person,
            "voucher.result.issued",
            dedupe=f"taken:{ticket['id']}:{person}",
            name=child_name(turn, ticket),
            amount=voucher["amount"],
            last_day=voucher["last_day"],
        )


def decline(turn: Turn, payload: dict[str, Any]) -> None:
    """不要: the next family is asked at once."""
    ticket, row = _of_offer(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "declined"):
        turn.say("voucher.offer_late", **next_round(turn, row))
        return
    turn.say("voucher.offer_declined", **next_round(turn, row))
    ask_next(turn, int(ticket["round_id"]), ticket["band"])


def on_deadline(turn: Turn, due: Due) -> None:
    """Silence passes on. Who was to be rung up is not sent another message that cannot arrive.

    Where a page sleeps, the line waits in the place of the offer, and nobody rings about it.
    """
    was = scarce.lapse(turn, int(due.key))
    if was is None:
        return
    ticket, row = _of_offer(turn, int(due.key))
    if was in ("offered", "unsent"):
        turn.push(
            ticket["person_id"],
            "voucher.result.offer_lapsed",
            lane="result" if was == "offered" else "reminder",
            deadline=None if was == "offered" else turn.in_(weeks=2),
            dedupe=f"lapsed:{due.key}",
            name=child_name(turn, ticket),
            **next_round(turn, row),
        )
    ask_next(turn, int(ticket["round_id"]), ticket["band"])


def leave_list(turn: Turn, ticket: Row) -> None:
    """A ticket counts no more (void, or its person is gone): it is not asked, and what is on offer to it goes on.

    Nothing is said; once, whatever state the ticket is in.
    """
    number, person = int(ticket["id"]), int(ticket["person_id"])
    if ticket["state"] == "reserve" and scarce.pass_over(turn, KIND, number, person, "left"):
        return
    offer = scarce.of(turn.db, KIND, number)
    if offer is not None and scarce.is_open(offer) and scarce.answer(turn, int(offer["id"]), "declined"):
        ask_next(turn, int(ticket["round_id"]), ticket["band"])


def _of_offer(turn: Turn, offer: int) -> tuple[Row, Row]:
    """The ticket and the round of an offer."""
    found = scarce.by_number(turn.db, offer)
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=found["object"])
    if ticket is None:
        raise LookupError(f"offer {offer} is for no ticket")
    return ticket, rounds.round_row(turn.db, int(ticket["round_id"]))


# -- vouchers with days of their own -----------------------------------------------------------------------------------


def on_remind_one(turn: Turn, due: Due, city: City) -> None:
    """Some days of one voucher are left."""
    voucher_id, _, left = due.key.partition(":")
    ticket, row = _behind(turn, int(voucher_id))
    tell_reminder(turn, row, ticket, int(left), city)


def on_expire_one(turn: Turn, due: Due) -> None:
    """24:00 of the last day of one voucher: it is over if it was not used, and its place is free."""
    if turn.db.run(
        "UPDATE voucher SET state = 'expired' WHERE id = :id AND state = 'valid' AND expires <= :now",
        id=int(due.key),
        now=ms(turn.now),
    ):
        ticket, row = _behind(turn, int(due.key))
        expired(turn, row, ticket)


def expired(turn: Turn, row: Row, ticket: Row) -> None:
    """A voucher ran out: its family is told, its place is free."""
    tell_expired(turn, row, ticket)
    voucher = issuing.of(turn, int(ticket["id"]))
    if voucher is not None and voucher["state"] == "expired":
        freed(turn, int(voucher["id"]))


def _behind(turn: Turn, voucher_id: int) -> tuple[Row, Row]:
    ticket = turn.db.one(
        "SELECT t.* FROM voucher_ticket t JOIN voucher v ON v.ticket_id = t.id WHERE v.id = :id",
        id=voucher_id,
    )
    if ticket is None:
        raise LookupError(f"no voucher {voucher_id}")
    return ticket, rounds.round_row(turn.db, int(ticket["round_id"]))


def let_go(turn: Turn, voucher_id: int, undo_until: datetime) -> None:
    """A voucher was declined: when that can no longer be undone, its place goes on."""
    timers.set_timer(turn.db, FREED, str(voucher_id), undo_until)
