"""Staff's two conversations: taking up an invitation, and answering somebody's case."""

from __future__ import annotations

import unicodedata
from typing import Any

from bot.flow.model import Ask, Do, End, Flow, Look, Problem, Said, as_is
from bot.flow.readers import FREE_TEXT_PROBLEMS, WORDS_PROBLEMS, YES_NO_PROBLEMS, free_text, yes_no
from bot.flow.readers.words import words

SHORTEST, LONGEST = 6, 20
ANSWER_AT_MOST = 500


def read_invitation(said: Said, _look: Look) -> Any:
    """An invitation's code: letters and digits, however spaced."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    code = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isalnum())
    return code.upper() if SHORTEST <= len(code) <= LONGEST else Problem("not_an_invitation")


ONBOARD = Flow(
    "onboard",
    (
        Do("place", to={"ok": "code", "overheard": "overheard"}),
        Ask(
            "code", read=read_invitation, to={"ok": "accept"}, problems=("not_an_invitation", *WORDS_PROBLEMS)
        ),
        Do(
            "accept",
            to={
                "accepted": "welcome",
                "unknown": "code",
                "expired": "expired",
                "used": "used",
                "limited": "limited",
            },
        ),
        End("welcome"),
        End("limited"),
        End("expired"),
        End("used"),
        End("overheard"),
        End("cancelled"),
    ),
)

ANSWER = Flow(
    "answer",
    (
        Do("look", to={"ok": "words", "gone": "gone", "stranger": "stranger"}),
        Ask("words", read=free_text(ANSWER_AT_MOST), to={"ok": "check"}, problems=FREE_TEXT_PROBLEMS),
        Ask(
            "check",
            read=yes_no,
            judge=as_is,
            choices=("yes", "no"),
            to={"yes": "send", "no": "cancelled"},
            changes=("words",),
            problems=YES_NO_PROBLEMS,
            keep=False,
        ),
        Do("send", to={"sent": "sent", "listed": "listed", "gone": "gone"}),
        End("sent"),
        End("listed"),
        End("gone"),
        End("stranger"),
        End("cancelled"),
    ),
)

FLOWS = (ONBOARD, ANSWER)
