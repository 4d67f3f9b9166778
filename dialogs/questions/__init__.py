"""Questions: answers from the knowledge base, choices, the honest "I don't know"; which kind of childcare suits us."""

from __future__ import annotations

from pathlib import Path

from bot.capability import Capability, Job
from dialogs.questions import choosing, flow, service, tables
from dialogs.questions.service import given
from knowledge.current import Current

__all__ = ["capability", "tables"]


def capability(corpus: Current, home: str | None = None) -> Capability:
    """Questions as the registry sees them, answered from a corpus, asked at home in a region (its code).

    They end the routing order.
    """
    desk = service.Questions(corpus, home)
    return Capability(
        name="questions",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={"choosing.look": choosing.look, "choosing.advise": choosing.advise},
        claims=desk.claims,
        actions={
            "questions.choose": desk.choose,
            "questions.none": service.none_of_them,
            "questions.useful": service.useful,
            "questions.useless": desk.useless,
        },
        jobs=(Job("questions.forget", "45 3 * * *", given.forget),),
        join=given.join,
        export=desk.export,
        erase=given.erase,
    )
