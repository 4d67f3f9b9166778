"""The conversations about a child: its card, one question at a time; and a word to the place."""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow, as_is
from bot.flow.readers import CHOICE_PROBLEMS, one_of
from dialogs.booking.rules.card import (
    CONTACT_PROBLEMS,
    FIELD_PROBLEMS,
    FIELDS,
    NONE,
    SKIP,
    read_contact,
    read_field,
)
from dialogs.booking.rules.note import NOTE_PROBLEMS, read_note

AGREE = ("同意", "好", "好的", "行", "可以", "agree", "ok", "yes")
PAPER = ("不同意", "不", "不要", "不填", "纸上写", "不好", "disagree", "no", "paper")


def _field(name: str) -> Ask:
    return Ask(
        name,
        read=read_contact if name == "contact" else read_field,
        choices=(NONE, SKIP),
        to={"ok": "next"},
        problems=CONTACT_PROBLEMS if name == "contact" else FIELD_PROBLEMS,
        free=True,
        past=True,
    )


CARD = Flow(
    "child_card",
    (
        Do("look", to={"one": "agreed", "which": "child", "none": "none"}),
        Ask("child", read=one_of(), choices_from="children", to={"ok": "agreed"}, problems=CHOICE_PROBLEMS),
        Do("agreed", to={"ask": "agree", "fill": "next", "shown": "shown"}),
        Ask(
            "agree",
            read=one_of(words_for={"agree": AGREE, "paper": PAPER}),
            judge=as_is,
            choices=("agree", "paper"),
            to={"agree": "give", "paper": "paper"},
            problems=CHOICE_PROBLEMS,
        ),
        Do("give", to={"ok": "next"}),
        Do("next", to={**{name: name for name in FIELDS}, "done": "shown", "paper": "paper"}),
        *(_field(name) for name in FIELDS),
        End("shown", silent=True),
        End("paper"),
        End("none"),
        End("cancelled"),
    ),
)

NOTE = Flow(
    "child_note",
    (
        Do("look", to={"one": "words", "which": "stay", "none": "none"}),
        Ask("stay", read=one_of(), choices_from="stays", to={"ok": "look"}, problems=CHOICE_PROBLEMS),
        Ask(
            "words", read=read_note, choices_from="ways", to={"ok": "keep"}, problems=NOTE_PROBLEMS, past=True
        ),
        Do("keep", to={"kept": "kept", "told": "told", "removed": "removed", "gone": "gone"}),
        End("kept"),
        End("told"),
        End("removed"),
        End("gone"),
        End("none"),
        End("cancelled"),
    ),
)
