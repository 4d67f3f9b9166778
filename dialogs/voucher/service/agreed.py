"""What a person's word on a purpose is by now, and whether a ticket may rest on the words that were given for it."""

from __future__ import annotations

from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service.results import guardians


def stands(turn: Turn, person: int, subject: int | None, purpose: str) -> bool:
    """A person's last word on a purpose: about this child, or where there is none, about any."""
    rows = turn.db.all(
        "SELECT subject_id, revoked, given FROM consent WHERE person_id = :person AND purpose = :purpose",
        person=person,
        purpose=purpose,
    )
    own = [row for row in rows if subject is not None and row["subject_id"] == subject]
    given = max((int(row["given"]) for row in own or rows if row["revoked"] is None), default=None)
    taken = max((int(row["revoked"]) for row in own or rows if row["revoked"] is not None), default=-1)
    return given is not None and given > taken


def rests(turn: Turn, ticket: Row, state: str) -> bool:
    """Whether a ticket in this state has the consents it needs: the applicant's own, and a guardian's for the child."""
    subject, applicant = int(ticket["subject_id"]), int(ticket["person_id"])
    if not stands(turn, applicant, subject, "basic"):
        return False
    if state == "unconfirmed":
        return True
    given_by = guardians(ticket) or [applicant]
    return all(stands(turn, person, subject, "child") for person in given_by)
