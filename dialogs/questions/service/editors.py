"""What those who write the corpus read: which choice people meant, and which answers were of use. Never who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.capability import Claim, OperatorCommand
from bot.clock import ms
from bot.turn import Turn
from bot.words import fold
from dialogs.questions.service import given, speaking
from knowledge.current import Current

ROLES = ("admin", "duty", "auditor")
WORDS = ("答案", "answers", "/answers")
SHOWN = 8
_VERDICTS = ("answer.useful", "answer.useless")


class Editors:
    """For staff and the operator. The corpus gives the entries' questions."""

    def __init__(self, corpus: Current) -> None:
        self._corpus = corpus

    def claims(self, text: str, turn: Turn) -> Claim | None:
        """答案, typed by staff who may see figures."""
        return Claim(call=self.verdicts) if turn.who.may(*ROLES) and fold(text) in WORDS else None

    def verdicts(self, turn: Turn) -> None:
        """How often answers were of use and of none in given.DAYS, and of which entries most often of none."""
        counted: dict[str, list[int]] = {}
        for row in turn.db.all(
            "SELECT act, object, count(*) AS n FROM audit WHERE act IN (:useful, :useless) AND at > :since"
            " GROUP BY act, object",
            useful=_VERDICTS[0],
            useless=_VERDICTS[1],
            since=ms(turn.now - timedelta(days=given.DAYS)),
        ):
            pair = counted.setdefault(str(row["object"]).removeprefix("entry:"), [0, 0])
            pair[_VERDICTS.index(row["act"])] += int(row["n"])
        people = turn.db.value(
            "SELECT count(*) FROM answer_given WHERE forgotten > :today", today=turn.today.isoformat()
        )
        worst = sorted(counted.items(), key=lambda pair: (-pair[1][1], -pair[1][0], pair[0]))
        turn.say(
            "questions.verdicts",
            days=given.DAYS,
            count=int(people),
            useful=sum(pair[0] for pair in counted.values()),
            useless=sum(pair[1] for pair in counted.values()),
            entries=[(self._title(turn, name), *pair) for name, pair in worst[:SHOWN]],
        )

    def _title(self, turn: Turn, name: str) -> str:
        entry = self._corpus.get().entries.get(name)
        return name if entry is None else speaking.title(turn, entry, turn.lang)


def staff_words(turn: Turn) -> list[tuple[str, str]]:
    """答案 for who may see figures."""
    if not turn.who.may(*ROLES):
        return []
    return [(turn.label("questions.duty.answers"), turn.label("questions.duty.verdicts"))]


def taps(turn: Turn, _values: Sequence[str]) -> str:
    """Every question whose choices were tapped, oldest first: it, the entry that was meant ("-": none), those offered."""
    rows = turn.db.all(
        "SELECT question, chosen, offered FROM answer_tap WHERE chosen IS NOT NULL ORDER BY id"
    )
    turn.audit("taps.read", "taps", rows=len(rows))
    lines = [
        "\t".join(
            (
                " ".join(turn.unseal(row["question"], "answer_tap.question").split()),
                row["chosen"] or "-",
                row["offered"],
            )
        )
        for row in rows
    ]
    return "\n".join(lines or ["nobody has tapped a choice yet"])


COMMANDS: Mapping[str, OperatorCommand] = {
    "knowledge taps": OperatorCommand(
        taps,
        about="Questions with the entry that was meant, for new phrasings: question, entry, offered; without who asked.",
    )
}
