"""Tickets: one for a child and a round, whatever its family does; the unique index stands behind it."""

from __future__ import annotations

import secrets

from bot import scarce
from bot.clock import ms
from bot.store.session import Db, Row
from bot.turn import Turn
from dialogs.voucher import codes
from dialogs.voucher.service import rounds
from dialogs.voucher.service.names import keyed, subject_birth

OUT = ("withdrawn", "refused")
"""Ticket states from which the child may be applied for again in the same round."""
OFFER = "voucher.offer"
"""The kind of an offer of what came free; it is for a ticket."""


def take(turn: Turn, row: Row, child: int, subject: int, phone_hash: str | None) -> Row | None:
    """The ticket of a child in a round: a new one, or its own one that was withdrawn. None when it stands already."""
    must_show = bool(turn.data.get("must_show"))
    state = "unseen" if must_show else "applied"
    state = "unconfirmed" if turn.data["relation"] == "grandparent" else state
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
        "show": int(must_show),
        "now": ms(turn.now),
        **_marks(turn, row["programme"]),
    }
    made = turn.db.run(
        "INSERT INTO voucher_ticket (number, round_id, child_id, person_id, subject_id, band, amount, state,"
        " to_verify, must_show, mark_birth, mark_phone, mark_name, void_reason, phone_hash, applied) VALUES (:number,"
        " :round, :child, :person, :subject, :band, :amount, :state, :verify, :show, :mark_birth, :mark_phone,"
        " :mark_name, '', :phone, :now) ON CONFLICT DO NOTHING",
        number=new_ticket_number(turn.db),
        **values,
    )
    if not made:
        lock = " FOR UPDATE" if turn.db.postgres else ""
        before = turn.db.one(
            f"SELECT * FROM voucher_ticket WHERE round_id = :round AND child_id = :child{lock}",
            round=row["id"],
            child=child,
        )
        again = before is not None and let_go(turn.db, before)
        made = turn.db.run(
            "UPDATE voucher_ticket SET person_id = :person, subject_id = :subject, guardian_id = NULL, band = :band,"
            " amount = :amount, state = CASE WHEN :state = 'applied' AND must_show = 1 THEN 'unseen' ELSE :state END,"
            " to_verify = :verify, must_show = CASE WHEN must_show = 1 THEN 1 ELSE :show END, phone_hash = :phone,"
            " mark_birth = :mark_birth, mark_phone = :mark_phone, mark_name = :mark_name, applied = :now"
            " WHERE round_id = :round AND child_id = :child AND (state IN ('withdrawn', 'refused') OR :again = 1)",
            again=int(again),
            **values,
        )
        if made and before is not None and again:
            scarce.anew(turn.db, OFFER, int(before["id"]))
    ticket = ticket_of(turn, child)
    if not made or ticket is None:
        return None
    turn.audit(
        "ticket.taken",
        f"ticket:{ticket['id']}",
        round=row["name"],
        band=ticket["band"],
        state=ticket["state"],
    )
    return ticket


def steps_left(ticket: Row) -> int:
    """How many steps of its people a ticket lacks: a guardian's yes, a paper seen by staff."""
    return int(ticket["state"] == "unconfirmed") + int(ticket["must_show"])


def ticket_of(turn: Turn, child: int) -> Row | None:
    return turn.db.one(
        "SELECT * FROM voucher_ticket WHERE round_id = :round AND child_id = :child",
        round=turn.data["round_id"],
        child=child,
    )


def standing(turn: Turn, ticket: Row | None) -> bool:
    """Whether a ticket stands; tells the flow's text whether it is their own."""
    stands = ticket is not None and ticket["state"] not in OUT and not let_go(turn.db, ticket)
    turn.data["own"] = bool(stands and ticket is not None and ticket["person_id"] == turn.who.id)
    return stands


def let_go(db: Db, ticket: Row) -> bool:
    """Whether a ticket's people let go what was offered to it, by a no or by silence: they may join the line's end again."""
    offer = scarce.of(db, OFFER, int(ticket["id"])) if ticket["state"] == "reserve" else None
    return offer is not None and offer["state"] in ("declined", "lapsed")


def _marks(turn: Turn, programme: str) -> dict[str, str]:
    """What makes tickets alike, as keyed hashes: the birth date, alone, with the telephone, with a name of its own.

    The name a child has by default says nothing, so it leaves no mark.
    """
    born = turn.data["birth"]
    name = "".join(str(turn.data["nickname"]).split()).casefold()
    common = {turn.label(f"voucher.child_name.n{n}").casefold() for n in range(1, 6)} | {""}
    return {
        "mark_birth": keyed(turn, programme, f"alike birth\n{born}"),
        "mark_phone": keyed(turn, programme, f"alike phone\n{born}\n{turn.data['phone']}"),
        "mark_name": "" if name in common else keyed(turn, programme, f"alike name\n{born}\n{name}"),
    }


def had_enough(turn: Turn, child: int, row: Row, but: int = 0) -> bool:
    """Whether a child has had all the vouchers that a round's programme gives it, not counting the ticket `but`."""
    programme = rounds.programme_of(row)
    if programme.awards_per_child == "unlimited":
        return False
    had = turn.db.value(
        "SELECT count(*) FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
        " WHERE t.child_id = :child AND t.id <> :but AND v.state IN ('valid', 'used')",
        child=child,
        but=but,
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
