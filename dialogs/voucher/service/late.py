"""补录: what was taken during an outage is entered within three days, for the day on which it happened."""

from __future__ import annotations

from datetime import date, timedelta

from bot.clock import instant, local_date
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import redraw, rounds

DAYS = 3
"""How many days after the outage an entry may still be made."""


def choices(turn: Turn) -> list[dict[str, str]]:
    """The days that can still be entered, yesterday first."""
    found = [(turn.today - timedelta(days=back)).isoformat() for back in range(1, DAYS + 1)]
    return [{"value": day, "label": turn.label("voucher_redeem.day_label", day=day)} for day in found]


def in_time(turn: Turn, day: str) -> bool:
    """Whether an entry for this day may (still) be made."""
    return timedelta(0) < turn.today - date.fromisoformat(day) <= timedelta(days=DAYS)


def was_good(turn: Turn, voucher: Row, day: str) -> bool:
    """Whether a voucher could be used on a day: issued by then, not past its last day, not used or given up since."""
    issued = local_date(instant(int(voucher["issued"])), turn.ground.settings.zone).isoformat()
    return voucher["state"] in ("valid", "expired") and issued <= day <= voucher["last_day"]


def take(turn: Turn, voucher: Row, amount: int, day: str) -> bool:
    """Take an amount as on that day, once whoever comes first.

    What was really used counts, even where the place of an expired voucher has gone to the next family meanwhile: then
    the band's counter stands above its quota.
    """
    if not in_time(turn, day) or not turn.db.run(
        "UPDATE voucher SET balance = balance - :amount, freed = NULL, state = CASE WHEN balance = :amount"
        " THEN 'used' ELSE state END WHERE id = :id AND state IN ('valid', 'expired') AND balance >= :amount"
        " AND last_day >= :day",
        amount=amount,
        id=voucher["id"],
        day=day,
    ):
        return False
    if voucher["freed"] is not None:
        ticket = turn.db.one(
            "SELECT round_id, band FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"]
        )
        if ticket is not None:
            redraw.widen(turn, rounds.round_row(turn.db, int(ticket["round_id"])), ticket["band"])
    return True
