"""The account's two conversations: opening one's things with a recovery code, and joining a second address."""

from __future__ import annotations

from typing import Any

from bot.flow.model import Ask, Do, End, Flow, Look, Problem, Said, as_is
from bot.flow.readers import CODE_PROBLEMS, RECOVERY, WORDS_PROBLEMS, YES_NO_PROBLEMS, a_code, yes_no
from bot.flow.readers.words import digit_runs, words

YES_NO = ("yes", "no")
JOIN_DIGITS = 6
TAIL_DIGITS = 4


def read_tail(said: Said, _look: Look) -> Any:
    """The last four digits of a telephone number; of a whole number its last four."""
    digits = said.phone if said.phone is not None else _run(said)
    if isinstance(digits, Problem):
        return digits
    whole = len(digits) == TAIL_DIGITS or len(digits) >= 7
    return digits[-TAIL_DIGITS:] if whole else Problem("not_four")


def read_join_code(said: Said, _look: Look) -> Any:
    """Six digits."""
    digits = _run(said)
    return digits if isinstance(digits, Problem) or len(digits) == JOIN_DIGITS else Problem("not_six")


def _run(said: Said) -> str | Problem:
    """The longest run of digits in an answer, "" where there is none."""
    text = words(said)
    return text if isinstance(text, Problem) else max(digit_runs(text), key=len, default="")


RECOVER = Flow(
    "recover",
    (
        Do("place", to={"ok": "code", "overheard": "overheard"}),
        Ask("code", read=a_code(RECOVERY), to={"ok": "tail"}, problems=CODE_PROBLEMS),
        Ask("tail", read=read_tail, to={"ok": "look"}, problems=("not_four", *WORDS_PROBLEMS)),
        Do(
            "look",
            to={"found": "open", "mixed": "mixed", "own": "own", "wrong": "code", "limited": "limited"},
        ),
        Ask(
            "mixed",
            read=yes_no,
            judge=as_is,
            choices=YES_NO,
            to={"yes": "open", "no": "cancelled"},
            problems=YES_NO_PROBLEMS,
            keep=False,
        ),
        Do("open", to={"ok": "opened", "gone": "limited"}),
        End("opened", silent=True),
        End("own"),
        End("limited"),
        End("overheard"),
        End("cancelled"),
    ),
)

JOIN = Flow(
    "join",
    (
        Do("place", to={"ok": "code", "overheard": "overheard"}),
        Ask("code", read=read_join_code, to={"ok": "look"}, problems=("not_six", *WORDS_PROBLEMS)),
        Do("look", to={"found": "confirm", "own": "own", "wrong": "code", "limited": "limited"}),
        Ask(
            "confirm",
            read=yes_no,
            judge=as_is,
            choices=YES_NO,
            to={"yes": "join", "no": "cancelled"},
            problems=YES_NO_PROBLEMS,
            keep=False,
        ),
        Do("join", to={"ok": "joined", "gone": "gone"}),
        End("joined"),
        End("own"),
        End("limited"),
        End("gone"),
        End("overheard"),
        End("cancelled"),
    ),
)

FLOWS = (RECOVER, JOIN)
