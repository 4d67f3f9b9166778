"""What two admins read before they confirm: a programme with its bands and days, a draw with its counts; no names."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bot.clock import instant, local_date
from bot.store.session import Row
from bot.texts import plain
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service.names import named
from dialogs.voucher.service.rows import programme_of
from knowledge.programme import Programme

AHEAD = timedelta(days=400)
"""So far ahead the calendar is searched for the next round."""


def programme_words(turn: Turn, programme: Programme) -> str:
    """A programme in plain words: bands with quota and amount, the days of its next round, how a result reads."""
    coming = (
        planned
        for planned in programme.rounds_between(turn.now, turn.now + AHEAD)
        if planned.closes > turn.now
    )
    planned = min(coming, key=lambda one: one.opens, default=None)
    zone, days = turn.ground.settings.zone, programme.valid_days
    values: dict[str, Any] = {"round": "", "opens": None, "closes": None, "draw": None, "publish": None}
    last = rules.last_day(turn.today, days)
    if planned is not None:
        drawn = programme.allocation == "lottery"
        last = rules.last_day(local_date(planned.publish, zone), days)
        values = {
            "round": planned.id,
            "opens": planned.opens,
            "closes": planned.closes,
            "draw": planned.draw if drawn else None,
            "publish": planned.publish,
        }
    band = programme.bands[0]
    sample = turn.ground.texts.render(
        turn.lang,
        "voucher.result.won",
        {
            "name": turn.label("voucher.child_name.n1"),
            "amount": band.amount_fen,
            "code": "0000 0000 0000",
            "last_day": last.isoformat(),
            "days": days,
            "places": [],
            "more": 0,
            "to_verify": False,
            "round": values["round"],
            "ticket": "000000000",
        },
    )
    return turn.label(
        "voucher.staff.arming",
        title=named(turn, programme),
        bands=[{"name": named(turn, b), "quota": b.quota, "amount": b.amount_fen} for b in programme.bands],
        **values,
        last_day=last.isoformat(),
        days=days,
        sample=plain(sample),
    )


def draw_words(turn: Turn, row: Row) -> str:
    """A drawn round in plain words: of each band the tickets, the quota, who was drawn and who is in reserve."""
    result = json.loads(row["result"])
    bands = []
    for band in programme_of(row).bands:
        order, quota = result[band.id]["order"], result[band.id]["quota"]
        won = min(len(order), quota)
        bands.append(
            {
                "name": named(turn, band),
                "count": len(order),
                "quota": quota,
                "won": won,
                "reserve": len(order) - won,
            }
        )
    return turn.label(
        "voucher.staff.publishing",
        round=row["name"],
        bands=bands,
        list_hash=row["list_hash"][:12],
        publish=instant(int(row["publish"])),
    )
