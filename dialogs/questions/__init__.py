"""Questions: answers from the knowledge base, choices, the honest "I don't know" with a person."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability
from dialogs.questions import flow, service


def capability(home: str | None = None) -> Capability:
    """Questions as the registry sees them, asked at home in a region (its code); they end the routing order."""
    return Capability(
        name="questions",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        claims=partial(service.claims, home),
        actions={
            "questions.choose": service.choose,
            "questions.none": service.none_of_them,
            "questions.useful": service.useful,
            "questions.useless": service.useless,
        },
    )
