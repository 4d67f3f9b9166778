"""Whether a ticket may rest on the words that people gave for it."""

from __future__ import annotations

from bot.agreed import stands
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service.results import guardians


def rests(turn: Turn, ticket: Row, state: str) -> bool:
    """Whether a ticket in this state has the consents it needs: the applicant's own, and a guardian's for the child."""
    subject, applicant = int(ticket["subject_id"]), int(ticket["person_id"])
    if not stands(turn, applicant, subject, "basic"):
        return False
    if state == "unconfirmed":
        return True
    given_by = guardians(ticket) or [applicant]
    return all(stands(turn, person, subject, "child") for person in given_by)
