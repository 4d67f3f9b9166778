"""Finding a place: where somebody is, if they did not say it, and the nearest ones. What is known is not asked."""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow
from bot.flow.readers import CHOICE_PROBLEMS, one_of
from bot.flow.readers.words import WORDS_PROBLEMS
from dialogs.centres.rules.looking import read_spot

FIND = Flow(
    "centres",
    (
        Do("look", to={"known": "answer", "ask": "spot", "which": "landmark", "elsewhere": "elsewhere"}),
        Ask(
            "spot",
            read=read_spot,
            choices=("anywhere",),
            to={"ok": "where"},
            problems=tuple(dict.fromkeys((*CHOICE_PROBLEMS, *WORDS_PROBLEMS))),
            keyboard="location",
        ),
        Do("where", to={"known": "answer", "which": "landmark", "again": "spot", "elsewhere": "elsewhere"}),
        Ask(
            "landmark", read=one_of(), choices_from="landmarks", to={"ok": "chosen"}, problems=CHOICE_PROBLEMS
        ),
        Do("chosen", to={"ok": "answer", "ask": "spot"}),
        Do("answer", to={"told": "told", "far": "spot", "whom": "landmark"}),
        End("told", silent=True),
        End("elsewhere", silent=True),
        End("cancelled"),
    ),
)

FLOWS: tuple[Flow, ...] = (FIND,)
