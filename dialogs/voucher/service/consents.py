"""Consent for each purpose: what stands from before, what was given now, and what follows when it is taken back."""

from __future__ import annotations

from typing import Literal

from bot import agreed
from bot.agreed import stands
from bot.clock import instant
from bot.turn import Turn
from dialogs.voucher.service import aliases, first_come, guardian, rounds

PURPOSES = ("basic", "child")


def on_paper(turn: Turn) -> Literal["ok", "signed"]:
    """At the counter a consent given now is on a signed form, whose number is asked; elsewhere the press is it."""
    return "signed" if turn.attended and turn.data.get("consent") != "stands" else "ok"


def stand_for(turn: Turn, subject: int | None) -> list[str]:
    """The relations in which nothing needs to be asked again of this person, for a child known to them or a new one.

    A grandparent gives "basic" only, the guardian gives the child's. What was taken back is asked again; a consent
    for one child stands for a new one too, which the summary says.
    """
    basic, child = (stands(turn, turn.who.id, subject, purpose) for purpose in PURPOSES)
    if not basic:
        return []
    return ["parent", "guardian", "grandparent"] if child else ["grandparent"]


def remember(turn: Turn, subject: int) -> None:
    """Keep the phone (sealed) and the consents given in this form, one row for each purpose."""
    turn.db.run(
        "UPDATE person SET phone = :phone WHERE id = :id",
        phone=turn.seal(str(turn.data["phone"]), "person.phone"),
        id=turn.who.id,
    )
    for purpose in PURPOSES:
        if purpose == "child" and turn.data["relation"] == "grandparent":
            continue  # the guardian gives it, through the link
        agreed.give(turn, subject, purpose, turn.data.get("form", ""))


def revoked(turn: Turn, subject_id: int | None, purpose: str) -> None:
    """Whoever takes a consent back takes the tickets out that rest on it: withdrawn, and once their list is frozen void.

    A frozen list keeps its lines, and says beside them what became of a ticket. A voucher in hand stays: duty has a case.
    """
    if purpose not in PURPOSES:
        return
    for ticket in turn.db.all(
        "SELECT * FROM voucher_ticket WHERE subject_id = :subject AND (person_id = :person OR guardian_id ="
        " :person) AND (state IN ('applied', 'unconfirmed', 'unseen', 'reserve') OR (state = 'won' AND id NOT IN"
        " (SELECT ticket_id FROM voucher))) ORDER BY id",
        subject=subject_id,
        person=turn.who.id,
    ):
        row = rounds.round_row(turn.db, int(ticket["round_id"]))
        if row["state"] != "open":
            if ticket["state"] not in ("unconfirmed", "unseen"):  # those are in no list
                aliases.make_void(turn, row, ticket, "consent")
            continue
        turn.db.run("UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id", id=ticket["id"])
        turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}", because="consent")
        first_come.follow(turn, int(ticket["id"]))
        closes = instant(int(row["closes"]))
        turn.say("voucher.consent_withdrawn", ticket=ticket["number"], closes=closes)
        guardian.tell_others(turn, ticket, "voucher.withdrawn_by_other")
