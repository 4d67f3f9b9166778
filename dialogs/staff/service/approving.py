"""What waits for a second person: shown with what it is about, confirmed, refused or taken back."""

from __future__ import annotations

from typing import Any

from bot import approvals
from bot.capability import NotDone
from bot.messages import Button
from bot.turn import Turn
from dialogs.staff import rules

DECIDES = "admin"
"""An auditor sees what waits; an admin decides."""


def waiting(turn: Turn) -> None:
    """What waits for a second person, each with who asked and what one may do about it."""
    found = approvals.pending(turn.db, turn.now)
    if not found:
        turn.say("staff.no_approvals")
        return
    turn.say("staff.approvals", count=len(found))
    for approval in found[: rules.APPROVALS_SHOWN]:
        turn.say(
            "staff.approval",
            *[[button] for button in _buttons(turn, approval)],
            kind=kind_name(turn, approval.kind),
            subject=approval.subject,
            summary=approval.summary,
            asker=_asker(turn, approval),
            asked=approval.asked,
            own=approval.asked_by == turn.who.id,
        )


def _buttons(turn: Turn, approval: approvals.Approval) -> list[Button]:
    """Confirming is the act of the service that asked: its action bears the approval's kind (bot/approvals.py)."""
    if not turn.who.may(DECIDES):
        return []
    until = approval.asked + approvals.LIFE
    refusing = {"approval": approval.id}
    if approval.asked_by == turn.who.id:
        return [turn.action("approval.refuse", "staff.button.take_back", refusing, deadline=until)]
    confirming = {"approval": approval.id, "subject": approval.subject, "hash": approval.hash}
    return [
        turn.action(approval.kind, "staff.button.confirm", confirming, deadline=until),
        turn.action("approval.refuse", "staff.button.refuse", refusing, deadline=until),
    ]


def refuse(turn: Turn, payload: dict[str, Any]) -> None:
    """A second person's no, which the asker is told; or the asker takes it back."""
    if not turn.who.may(DECIDES) or turn.overheard:
        turn.say("staff.overheard" if turn.overheard else "staff.no_longer")
        raise NotDone
    found = [a for a in approvals.pending(turn.db, turn.now) if a.id == payload["approval"]]
    if not found or not approvals.refuse(turn, found[0].id):
        turn.say("staff.decided_before")
        return
    approval, subject = found[0], found[0].subject
    kind = kind_name(turn, approval.kind)
    if approval.asked_by == turn.who.id:
        turn.say("staff.taken_back", kind=kind, subject=subject)
        return
    turn.say("staff.refused", kind=kind, subject=subject)
    turn.push(
        approval.asked_by,
        "staff.refused_for_you",
        lane="reply",
        dedupe=f"approval:{approval.id}:refused",
        kind=kind,
        name=turn.who.name,
        subject=subject,
    )


def kind_name(turn: Turn, kind: str) -> str:
    """What a kind of approval is called: each service names its own under approval.<kind>.name."""
    key = f"approval.{kind}.name"
    return turn.label(key if turn.ground.texts.has(key) else "approval.other.name")


def _asker(turn: Turn, approval: approvals.Approval) -> str:
    return str(
        turn.db.value(
            "SELECT name FROM staff WHERE person_id = :id ORDER BY id LIMIT 1", id=approval.asked_by
        )
        or ""
    )
