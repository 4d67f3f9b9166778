"""What is said around the reserve list: 我的券 of somebody on it, and what staff heard from them on the telephone."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from bot import scarce
from bot.capability import Claim
from bot.clock import instant
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import first_come, reserve, results, reviewing, rounds, tickets
from knowledge.city import City

ROLES = ("duty", "admin", "counter")
_ON_BEHALF = re.compile(r"(?:候补|reserve)\s*(\d{3}\s?\d{3}\s?\d{3})\s*(不要|要|yes|no)", re.IGNORECASE)
_YES = ("要", "yes")


def say(turn: Turn, ticket: Row, row: Row, values: dict[str, Any]) -> None:
    """Say where a reserve ticket stands. `values` are those of every ticket."""
    offer = scarce.of(turn.db, reserve.KIND, int(ticket["id"]))
    if offer is not None and scarce.is_open(offer):
        until = instant(int(offer["deadline"] if offer["deadline"] is not None else offer["until"]))
        turn.say(
            "voucher.mine.offered",
            *reserve.buttons(turn, int(offer["id"]), turn.who.id, instant(int(offer["until"]))),
            until=until,
            **values,
        )
        return
    review = reviewing.button(turn, ticket)
    if offer is not None:
        again_until = (
            results.next_round(turn, row)["again_until"] if tickets.let_go(turn.db, ticket) else None
        )
        again = [] if again_until is None else [[turn.go("voucher.button.again", "voucher")]]
        why = offer["why"] or offer["state"]
        turn.say("voucher.mine.offer_over", *again, *review, why=why, again_until=again_until, **values)
        return
    quota = rounds.programme_of(row).band(ticket["band"]).quota
    leave, leave_until = [], first_come.may_leave(turn, row, ticket)
    if leave_until is not None and turn.who.id in (ticket["person_id"], *results.guardians(ticket)):
        leave.append(
            turn.action(
                "voucher.withdraw", "voucher.button.withdraw", {"ticket": ticket["id"]}, deadline=leave_until
            )
        )
    turn.say(
        "voucher.mine.reserve",
        *([leave] if leave else []),
        *review,
        place=int(ticket["rank"]) - quota,
        until=None if row["reserve_until"] is None else instant(int(row["reserve_until"])),
        open=reserve.lives(turn, row),
        **values,
    )


# -- by telephone ------------------------------------------------------------------------------------------------------


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """候补 TICKET 要, 候补 TICKET 不要: what a family answered on the telephone, typed by staff."""
    found = _ON_BEHALF.fullmatch(text.strip())
    if found is None or not any(turn.who.may(role) for role in ROLES):
        return None
    return Claim(
        call=partial(on_behalf, number=found[1].replace(" ", ""), takes=found[2].lower() in _YES, city=city)
    )


def on_behalf(turn: Turn, number: str, takes: bool, city: City) -> None:
    """Answer for a family; the code is for reading it out."""
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE number = :number", number=number)
    offer = None if ticket is None else scarce.of(turn.db, reserve.KIND, int(ticket["id"]))
    if ticket is None or offer is None:
        turn.say("voucher.staff.no_offer", ticket=number)
        return
    turn.audit("offer.by_telephone", f"offer:{offer['id']}", takes=takes)
    if takes:
        reserve.accept(turn, {"offer": offer["id"]}, city)
    else:
        reserve.decline(turn, {"offer": offer["id"]})
