"""Questions: answers from the knowledge base, choices, the honest "I don't know"; which kind of childcare suits us."""

from __future__ import annotations

from pathlib import Path

from bot import two
from bot.capability import Capability, Claim, Job
from bot.turn import Turn
from dialogs.questions import choosing, flow, service, tables
from dialogs.questions.service import corrections, editors, kept
from knowledge.current import Current

__all__ = ["capability", "tables"]


def capability(corpus: Current, home: str | None = None) -> Capability:
    """Questions as the registry sees them, answered from a corpus, asked at home in a region (its code).

    They end the routing order.
    """
    desk, right, read = (
        service.Questions(corpus, home),
        corrections.Corrections(corpus),
        editors.Editors(corpus),
    )

    def claims(text: str, turn: Turn) -> Claim:
        return right.claims(text, turn) or read.claims(text, turn) or desk.claims(text, turn)

    return Capability(
        name="questions",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={"choosing.look": choosing.look, "choosing.advise": choosing.advise},
        claims=claims,
        prepares=corpus.get,
        actions={
            "questions.choose": desk.choose,
            "questions.none": service.none_of_them,
            "questions.go": desk.go,
            "questions.whole": desk.whole,
            "questions.begin": desk.begin,
            "questions.useful": service.useful,
            "questions.useless": desk.useless,
            "questions.propose": right.propose,
            "questions.dismiss": right.dismiss,
            "questions.dismiss_undo": right.dismiss_undo,
            corrections.KIND: two.confirming(right.approved),
        },
        timers={corrections.SENDING: right.on_sending},
        composes={corrections.COMPOSER: right.words},
        operator=editors.COMMANDS,
        jobs=(Job("questions.daily", "10 9 * * *", right.daily),),
        join=kept.join,
        export=desk.export,
        erase=kept.erase,
        staff_words=_staff_words,
        self_checks=corrections.self_check,
    )


def _staff_words(turn: Turn) -> list[tuple[str, str]]:
    return [*corrections.staff_words(turn), *editors.staff_words(turn)]
