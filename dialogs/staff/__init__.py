"""Staff: invited once, they see cases and calls in their own chat; and the way to a person for everybody."""

from __future__ import annotations

from pathlib import Path

from bot.capability import Capability, Command
from dialogs.staff import flow, rules, service


def capability() -> Capability:
    """Staff's side as the registry sees it."""
    return Capability(
        name="staff",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        claims=service.claims,
        does={
            "onboard.place": service.onboard_place,
            "onboard.accept": service.onboard_accept,
            "answer.look": service.answer_look,
            "answer.send": service.answer_send,
        },
        actions={
            "case.take": service.take,
            "case.close": service.close,
            "case.answer": service.answer,
            "call.reached": service.reached,
            "call.missed": service.missed,
        },
        links={"staff": service.opened},
        commands=(
            *(Command(word, rules.MAY[word]) for word in ("cases", "calls", "approvals", "audit")),
            Command("duty", rules.MAY["help"]),
        ),
    )
