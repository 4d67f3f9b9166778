"""Consent for each purpose: what stands from before, what was given now, and what follows when it is taken back."""

from __future__ import annotations

from bot.clock import instant, ms
from bot.turn import Turn
from dialogs.voucher.service import guardian, rounds

PURPOSES = ("basic", "child")
WORDING = "2026-11"
"""The version of the consent's words; raise it when they change."""


def stand_for(turn: Turn, subject: int | None) -> list[str]:
    """The relations in which nothing needs to be asked again of this person, for a child known to them or a new one.

    A grandparent gives "basic" only, the guardian gives the child's. What was taken back is asked again; a consent
    for one child stands for a new one too, which the summary says.
    """
    basic, child = (_stands(turn, subject, purpose) for purpose in PURPOSES)
    if not basic:
        return []
    return ["parent", "guardian", "grandparent"] if child else ["grandparent"]


def _stands(turn: Turn, subject: int | None, purpose: str) -> bool:
    """The person's last word on a purpose: about this child, or where there is none, about any."""
    rows = turn.db.all(
        "SELECT subject_id, revoked, given FROM consent WHERE person_id = :person AND purpose = :purpose",
        person=turn.who.id,
        purpose=purpose,
    )
    own = [row for row in rows if subject is not None and row["subject_id"] == subject]
    given = max((int(row["given"]) for row in own or rows if row["revoked"] is None), default=None)
    taken = max((int(row["revoked"]) for row in own or rows if row["revoked"] is not None), default=-1)
    return given is not None and given > taken


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
        known = turn.db.value(
            "SELECT 1 FROM consent WHERE person_id = :person AND subject_id = :subject AND purpose ="
            " :purpose AND revoked IS NULL",
            person=turn.who.id,
            subject=subject,
            purpose=purpose,
        )
        if known is None:
            turn.db.run(
                "INSERT INTO consent (person_id, subject_id, purpose, wording, given) VALUES (:person,"
                " :subject, :purpose, :wording, :now)",
                person=turn.who.id,
                subject=subject,
                purpose=purpose,
                wording=WORDING,
                now=ms(turn.now),
            )


def revoked(turn: Turn, subject_id: int | None, purpose: str) -> None:
    """Whoever takes a consent back takes the tickets out that rest on it, as long as their list is not frozen."""
    if purpose not in PURPOSES:
        return
    for ticket in turn.db.all(
        "SELECT * FROM voucher_ticket WHERE subject_id = :subject AND (person_id = :person OR guardian_id ="
        " :person) AND state IN ('applied', 'unconfirmed') ORDER BY id",
        subject=subject_id,
        person=turn.who.id,
    ):
        row = rounds.round_row(turn.db, int(ticket["round_id"]))
        if row["state"] != "open":
            continue
        turn.db.run("UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id", id=ticket["id"])
        turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}", because="consent")
        closes = instant(int(row["closes"]))
        turn.say("voucher.consent_withdrawn", ticket=ticket["number"], closes=closes)
        guardian.tell_others(turn, ticket, "voucher.withdrawn_by_other")
