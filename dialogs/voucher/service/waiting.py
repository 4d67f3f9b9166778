"""我的券 of somebody on the reserve list: the place, an open offer with its deadline and buttons, or how it ended."""

from __future__ import annotations

from typing import Any

from bot import scarce
from bot.clock import instant
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import reserve, rounds


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
    review = turn.action(
        "voucher.review", "voucher.button.review", {"ticket": ticket["id"]}, deadline=turn.in_(days=30)
    )
    if offer is not None:
        turn.say("voucher.mine.offer_over", [review], why=offer["why"] or offer["state"], **values)
        return
    quota = rounds.programme_of(row).band(ticket["band"]).quota
    turn.say(
        "voucher.mine.reserve",
        [review],
        place=int(ticket["rank"]) - quota,
        until=None if row["reserve_until"] is None else instant(int(row["reserve_until"])),
        open=reserve.lives(turn, row),
        **values,
    )
