"""Tickets: one for a child and a round, whatever its family does; the unique index stands behind it."""

from __future__ import annotations

import secrets

from bot.clock import ms
from bot.store.session import Db, Row
from bot.turn import Turn
from dialogs.voucher import codes
from dialogs.voucher.service import rounds
from dialogs.voucher.service.names import subject_birth

OUT = ("withdrawn", "refused")
"""Ticket states from which the child may be applied for again in the same round."""


def take(turn: Turn, row: Row, child: int, subject: int, phone_hash: str | None) -> Row | None:
    """The ticket of a child in a round: a new one, or its own one that was withdrawn. None when it stands already."""
    state = "unconfirmed" if turn.data["relation"] == "grandparent" else "applied"
    values = {
        "round": row["id"],
        "child": child,
        "person": turn.who.id,
        "subject": subject,
        "band": turn.data["band"],
        "amount": turn.data["amount"],
        "state": state,
        "phone": phone_hash,
        "verify": int(bool(turn.data.get("to_verify"))),
        "now": ms(turn.now),
    }
    made = turn.db.run(
        "INSERT INTO voucher_ticket (number, round_id, child_id, person_id, subject_id, band, amount, state,"
        " to_verify, phone_hash, applied) VALUES (:number, :round, :child, :person, :subject, :band, :amount, :state,"
        " :verify, :phone, :now) ON CONFLICT DO NOTHING",
        number=new_ticket_number(turn.db),
        **values,
    )
    if not made:
        made = turn.db.run(
            "UPDATE voucher_ticket SET person_id = :person, subject_id = :subject, guardian_id = NULL, band = :band,"
            " amount = :amount, state = :state, to_verify = :verify, phone_hash = :phone, applied = :now"
            " WHERE round_id = :round AND child_id = :child AND state IN ('withdrawn', 'refused')",
            **values,
        )
    ticket = ticket_of(turn, child)
    if not made or ticket is None:
        return None
    turn.audit("ticket.taken", f"ticket:{ticket['id']}", round=row["name"], band=ticket["band"], state=state)
    return ticket


def ticket_of(turn: Turn, child: int) -> Row | None:
    return turn.db.one(
        "SELECT * FROM voucher_ticket WHERE round_id = :round AND child_id = :child",
        round=turn.data["round_id"],
        child=child,
    )


def standing(turn: Turn, ticket: Row | None) -> bool:
    """Whether a ticket stands; tells the flow's text whether it is their own."""
    stands = ticket is not None and ticket["state"] not in OUT
    turn.data["own"] = bool(stands and ticket is not None and ticket["person_id"] == turn.who.id)
    return stands


def had_enough(turn: Turn, child: int) -> bool:
    programme = rounds.programme_of(rounds.round_row(turn.db, turn.data["round_id"]))
    if programme.awards_per_child == "unlimited":
        return False
    had = turn.db.value(
        "SELECT count(*) FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
        " WHERE t.child_id = :child AND v.state IN ('valid', 'used')",
        child=child,
    )
    return int(had) >= programme.awards_per_child


def twin_stands(turn: Turn, child: int | None) -> bool:
    for ticket in turn.db.all(
        "SELECT * FROM voucher_ticket WHERE round_id = :round AND person_id = :person"
        " AND state NOT IN ('withdrawn', 'refused')",
        round=turn.data["round_id"],
        person=turn.who.id,
    ):
        if (
            ticket["child_id"] != child
            and subject_birth(turn, ticket["subject_id"]).isoformat() == turn.data["birth"]
        ):
            return True
    return False


def new_ticket_number(db: Db) -> str:
    """A ticket number that nobody has."""
    while True:
        number = codes.new_ticket(secrets.SystemRandom())
        if db.value("SELECT 1 FROM voucher_ticket WHERE number = :number", number=number) is None:
            return number
