"""Staff: invited once, they see cases and calls in their own chat; and the way to a person for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot.capability import Capability, Command
from dialogs.staff import flow, rules, service
from dialogs.staff.service import approving, calls, cases, posts


def capability(places: Mapping[str, str] | None = None) -> Capability:
    """Staff's side as the registry sees it. `places`: what the places of their posts are called, by id."""
    return Capability(
        name="staff",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        claims=partial(service.claims, places=places or {}),
        does={
            "onboard.place": posts.onboard_place,
            "onboard.accept": posts.onboard_accept,
            "answer.look": cases.answer_look,
            "answer.send": cases.answer_send,
        },
        actions={
            "case.take": cases.take,
            "case.close": cases.close,
            "case.answer": cases.answer,
            "case.show": cases.show,
            "approval.refuse": approving.refuse,
            "call.reached": calls.reached,
            "call.missed": calls.missed,
        },
        links={"staff": posts.opened},
        describes={"call": calls.describe},
        commands=(
            *(Command(word, rules.MAY[word]) for word in ("cases", "calls", "counter", "approvals", "audit")),
            Command("duty", rules.MAY["help"]),
        ),
    )
