"""First come, first served: a confirmed application takes a voucher of its band at once, or a place in the line.

Where a guardian must still confirm, or staff must see the paper, the voucher is held for a while (`held`, with a timer):
whatever becomes of the ticket, `follow` gives it the voucher or gives the place back. Nothing is drawn and nothing waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot import scarce, timers
from bot.clock import instant, ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from bot.workdays import office_moment
from dialogs.voucher import rules
from dialogs.voucher.service import issuing, quota, reserve, rounds, tickets
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.results import guardians
from knowledge.city import City

HOLD = "voucher.hold"
"""The timer at which a held voucher is given back; its key is the ticket."""
Place = Literal["voucher", "line"]


def is_so(row: Row) -> bool:
    """Whether a round gives its vouchers in the order of coming."""
    return bool(row["programme_json"]) and rounds.programme_of(row).allocation == "first_come"


def left(turn: Turn, row: Row, band: str) -> int:
    """How many vouchers of a band nobody has yet."""
    counted = scarce.count(turn.db, quota.key(int(row["id"]), band))
    return 0 if counted is None else max(0, counted[0] - counted[1])


def claim(turn: Turn, row: Row, band: str) -> Place | None:
    """Take a voucher, or where they are gone a place in the line that the programme keeps; None: neither is there.

    Whoever waits in the line goes first: a voucher that came free is theirs.
    """
    waits = reserve.somebody_waits(turn, row, band)
    if not waits and scarce.take(turn.db, {quota.key(int(row["id"]), band): 1}):
        return "voucher"
    return "line" if reserve.lives(turn, row) else None


def unclaim(turn: Turn, row: Row, band: str, place: Place) -> None:
    """The application did not come about: what was claimed for it is free again."""
    if place == "voucher":
        scarce.give_back(turn.db, {quota.key(int(row["id"]), band): 1})


def grant(turn: Turn, row: Row, ticket: Row, place: Place, city: City) -> Row:
    """Give a new ticket what was claimed for it, and say so: the voucher, the hold, or the place. The ticket as it is now."""
    where = "UPDATE voucher_ticket SET rank = :rank, held = :held, state = :state WHERE id = :id"
    complete = ticket["state"] == "applied"
    if place == "line":
        number = scarce.next_number(turn.db, quota.line(int(row["id"]), ticket["band"]))
        rank = rounds.programme_of(row).band(ticket["band"]).quota + number
        state = "reserve" if complete else ticket["state"]
        turn.db.run(where, rank=rank, held=None, state=state, id=ticket["id"])
        turn.say(
            "voucher.first.in_line",
            place=number,
            name=child_name(turn, ticket),
            ticket=ticket["number"],
            until=instant(int(row["reserve_until"])),
            hours=scarce.HOURS,
        )
    elif complete:
        turn.db.run(where, rank=None, held=None, state="applied", id=ticket["id"])
        voucher = issuing.issue_now(turn, ticket, rounds.programme_of(row))
        reserve.say_voucher(turn, row, ticket, voucher, city)
    else:
        until = _hold_ends(turn, row, ticket["state"])
        turn.db.run(where, rank=None, held=ms(until), state=ticket["state"], id=ticket["id"])
        timers.set_timer(turn.db, HOLD, str(ticket["id"]), until)
        turn.say(
            "voucher.first.held",
            name=child_name(turn, ticket),
            ticket=ticket["number"],
            until=until,
            steps=tickets.steps_left(ticket),
        )
    return _ticket(turn, int(ticket["id"]))


def _hold_ends(turn: Turn, row: Row, state: str) -> datetime:
    hours = rules.HOLD_HOURS["guardian" if state == "unconfirmed" else "paper"]
    at = office_moment(turn.now + timedelta(hours=hours), turn.ground.settings.zone)
    return min(at, instant(int(row["closes"])))


def follow(turn: Turn, ticket_id: int) -> None:
    """Something became of a ticket: complete, it gets its voucher (or stands in the line); out, its place goes on.

    To be called after a guardian's answer, a paper seen, a withdrawal and its undo; nothing happens for a ticket of a
    draw, nor twice. What calls too late is caught up with by the hold's timer.
    """
    ticket = _ticket(turn, ticket_id)
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    if not is_so(row) or ticket["state"] in ("unconfirmed", "unseen", "won"):
        return
    if ticket["state"] == "applied" and ticket["rank"] is not None:
        turn.db.run("UPDATE voucher_ticket SET state = 'reserve' WHERE id = :id", id=ticket_id)
        reserve.ask_next(turn, int(row["id"]), ticket["band"])
    elif ticket["state"] in tickets.OUT and ticket["rank"] is not None:
        reserve.leave_list(turn, ticket)
    elif ticket["state"] == "reserve":
        reserve.ask_next(turn, int(row["id"]), ticket["band"])
    elif ticket["held"] is not None:
        timers.cancel(turn.db, HOLD, str(ticket_id))
        if ticket["state"] == "applied":
            voucher = issuing.issue_now(turn, ticket, rounds.programme_of(row))
            reserve.tell_issued(turn, ticket, voucher)
            return
        if turn.db.run(
            "UPDATE voucher_ticket SET held = NULL WHERE id = :id AND held IS NOT NULL", id=ticket_id
        ):
            scarce.give_back(turn.db, {quota.key(int(row["id"]), ticket["band"]): 1})
            reserve.ask_next(turn, int(row["id"]), ticket["band"])


def may_leave(turn: Turn, row: Row, ticket: Row) -> datetime | None:
    """Until when a ticket that waits in the line may leave it, and come back to its place; None: it does not wait there.

    Whoever has an offer answers that: 要 or 不要.
    """
    if not is_so(row) or ticket["rank"] is None or not reserve.lives(turn, row):
        return None
    offered = scarce.of(turn.db, reserve.KIND, int(ticket["id"])) is not None
    return None if offered else instant(int(row["reserve_until"]))


def may_return(turn: Turn, row: Row, ticket: Row, state: str) -> bool:
    """Whether a ticket that was out may stand again: in a draw always; here only while there is a voucher for it.

    A place in the line is still its own.
    """
    if not is_so(row) or ticket["rank"] is not None or ticket["held"] is not None:
        return True
    if not scarce.take(turn.db, {quota.key(int(row["id"]), ticket["band"]): 1}):
        return False
    until = _hold_ends(turn, row, state)
    turn.db.run("UPDATE voucher_ticket SET held = :held WHERE id = :id", held=ms(until), id=ticket["id"])
    timers.set_timer(turn.db, HOLD, str(ticket["id"]), until)
    return True


def on_hold(turn: Turn, due: Due) -> None:
    """The hold is over: who did not confirm or show in time is told, and the next family gets the place."""
    ticket = _ticket(turn, int(due.key))
    if ticket["held"] is None:
        return
    if ticket["state"] in ("unconfirmed", "unseen"):
        turn.db.run("UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id", id=ticket["id"])
        turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}", because="hold")
        row = rounds.round_row(turn.db, int(ticket["round_id"]))
        for person in (int(ticket["person_id"]), *guardians(ticket)):
            turn.push(
                person,
                "voucher.first.hold_over",
                dedupe=f"hold:{ticket['id']}:{ticket['held']}:{person}",
                name=child_name(turn, ticket),
                closes=instant(int(row["closes"])),
            )
    follow(turn, int(due.key))


def _ticket(turn: Turn, ticket_id: int) -> Row:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=ticket_id)
    if ticket is None:
        raise LookupError(f"no ticket {ticket_id}")
    return ticket
