"""Vouchers are made: those of a draw all at once, with the round's last day; one at a time with days of its own."""

from __future__ import annotations

import secrets

from bot import timers
from bot.clock import end_of_day, instant, local_date, ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import codes, rules
from dialogs.voucher.service.names import code_hash
from knowledge.programme import Programme


def issue(turn: Turn, ticket: Row, last_day: str, expires: int) -> str:
    """Make the voucher of a ticket; its code (12 digits). One ticket has one voucher."""
    while True:
        code = codes.new_voucher(secrets.SystemRandom())
        made = turn.db.run(
            "INSERT INTO voucher (ticket_id, code_hash, code, amount, balance, state, issued, last_day, expires)"
            " VALUES (:ticket, :hash, :code, :amount, :amount, 'valid', :now, :last, :ends)"
            " ON CONFLICT (code_hash) DO NOTHING",
            ticket=ticket["id"],
            hash=code_hash(turn, code),
            code=turn.seal(code, "voucher.code"),
            amount=ticket["amount"],
            now=ms(turn.now),
            last=last_day,
            ends=expires,
        )
        if made == 1:
            return code


def issue_now(turn: Turn, ticket: Row, programme: Programme) -> Row:
    """Make a ticket's voucher outside the draw: its days run from today, with reminders and an end of its own."""
    last = rules.last_day(turn.today, programme.valid_days)
    issue(turn, ticket, last.isoformat(), ms(end_of_day(last, turn.ground.settings.zone)))
    turn.db.run("UPDATE voucher_ticket SET state = 'won', held = NULL WHERE id = :id", id=ticket["id"])
    voucher = of(turn, int(ticket["id"]))
    if voucher is None:
        raise LookupError(f"the voucher of ticket {ticket['id']} is gone")
    arm(turn, voucher, programme)
    turn.audit("voucher.issued", f"voucher:{voucher['id']}", ticket=ticket["id"])
    return voucher


def arm(turn: Turn, voucher: Row, programme: Programme) -> None:
    """Set the timers of a voucher that has days of its own; to be done again when its last day has moved."""
    expires = instant(int(voucher["expires"]))
    zone = turn.ground.settings.zone
    last = local_date(expires, zone) - rules.A_DAY
    for left, at in rules.reminder_moments(last, programme.reminder_days, zone):
        if at > turn.now:
            timers.set_timer(turn.db, "voucher.remind_one", f"{voucher['id']}:{left}", at)
    timers.set_timer(turn.db, "voucher.expire_one", str(voucher["id"]), expires)


def valid_of(turn: Turn, ticket_id: int) -> Row | None:
    """The voucher of a ticket as long as it can be used, or None."""
    return turn.db.one("SELECT * FROM voucher WHERE ticket_id = :id AND state = 'valid'", id=ticket_id)


def of(turn: Turn, ticket_id: int) -> Row | None:
    """The voucher of a ticket, or None."""
    return turn.db.one("SELECT * FROM voucher WHERE ticket_id = :id", id=ticket_id)
