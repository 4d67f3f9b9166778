"""Which kind of childcare suits us: three questions and a piece of advice.

A question gets its answer in one message and needs no conversation: the form that is open stays as it is.
"""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow
from bot.flow.readers import CHOICE_PROBLEMS
from dialogs.questions.rules import (
    AGES,
    MATTERS,
    NEEDS,
    old_enough,
    read_age,
    read_matter,
    read_need,
)

CHOOSING = Flow(
    "choosing",
    (
        Do("look", to={"ok": "age"}),
        Ask(
            "age",
            read=read_age,
            judge=old_enough,
            choices=AGES,
            to={"ok": "need", "over": "too_old"},
            problems=("age_unclear", *CHOICE_PROBLEMS),
        ),
        Ask("need", read=read_need, choices=NEEDS, to={"ok": "matter"}, problems=CHOICE_PROBLEMS),
        Ask("matter", read=read_matter, choices=MATTERS, to={"ok": "advise"}, problems=CHOICE_PROBLEMS),
        Do("advise", to={"ok": "advised"}),
        End("advised", silent=True),
        End("too_old"),
        End("cancelled"),
    ),
)

FLOWS: tuple[Flow, ...] = (CHOOSING,)
