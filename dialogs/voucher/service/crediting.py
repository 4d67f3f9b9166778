"""What a family's vouchers take off a price at a place on a day."""

from __future__ import annotations

from datetime import date

from bot.serving import Credit
from bot.turn import Turn
from dialogs.voucher.service.usable import SEEN
from knowledge.city import City


def credit_for(turn: Turn, subject: int | None, place: str, day: date, city: City) -> list[Credit]:
    """Every voucher that the person sees and the place takes on that day, the one that ends first at the front.

    `subject`: only those of this child; None, a child that has no row yet: those of all their children.
    """
    rows = turn.db.all(
        "SELECT v.balance, v.last_day, r.programme FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
        f" JOIN voucher_round r ON r.id = t.round_id WHERE {SEEN} AND v.state = 'valid' AND v.last_day >= :day"
        " AND (CAST(:subject AS BIGINT) IS NULL OR t.child_id IN (SELECT child_id FROM voucher_family WHERE"
        " subject_id = :subject)) ORDER BY v.last_day, v.id",
        person=turn.who.id,
        subject=subject,
        day=day.isoformat(),
    )
    programmes = city.programmes
    return [
        Credit(
            int(row["balance"]),
            date.fromisoformat(row["last_day"]),
            programmes[row["programme"]].use == "once",
        )
        for row in rows
        if row["programme"] in programmes and place in programmes[row["programme"]].accepting
    ]
