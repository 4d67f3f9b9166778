"""The conversations of activities: finding one, taking a seat, and what staff and volunteers do with a few words."""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow, as_is
from bot.flow.readers import (
    CHOICE_PROBLEMS,
    FREE_TEXT_PROBLEMS,
    YES_NO_PROBLEMS,
    free_text,
    one_of,
    yes_no,
)
from bot.flow.readers.words import WORDS_PROBLEMS
from dialogs.events.rules import AGE_PROBLEMS, NAME, REASONS, read_age, read_spot, which_child, which_other

FIND = Flow(
    "events",
    (
        Do("look", to={"told": "told", "ask": "spot"}),
        Ask(
            "spot",
            read=read_spot,
            choices=("anywhere",),
            to={"ok": "where"},
            problems=tuple(dict.fromkeys((*CHOICE_PROBLEMS, *WORDS_PROBLEMS))),
            keyboard="location",
        ),
        Do("where", to={"told": "told", "which": "landmark", "again": "spot"}),
        Ask(
            "landmark", read=one_of(), choices_from="landmarks", to={"ok": "chosen"}, problems=CHOICE_PROBLEMS
        ),
        Do("chosen", to={"told": "told"}),
        End("told", silent=True),
        End("cancelled"),
    ),
)

SEAT = Flow(
    "event_seat",
    (
        Do(
            "look",
            to={
                "who": "who",
                "child": "child",
                "age": "age",
                "ok": "take",
                "over": "no",
                "off": "no",
                "closed": "no",
                "too_young": "no",
                "too_old": "no",
                "untrained": "no",
            },
        ),
        Ask("who", read=one_of(), choices_from="ways", to={"ok": "look"}, problems=CHOICE_PROBLEMS),
        Ask(
            "child",
            read=one_of(),
            judge=which_child,
            choices_from="children",
            to={"known": "look", "another": "age"},
            problems=CHOICE_PROBLEMS,
        ),
        Ask("age", read=read_age, to={"ok": "look"}, problems=AGE_PROBLEMS),
        Do("take", to={"signed": "signed", "full": "instead", "twice": "twice", "waits": "waits"}),
        Ask(
            "instead",
            read=one_of(words_for={"wait": ("等", "我等", "候补", "排队", "有了叫我", "有名额叫我", "wait", "waitlist")}),
            judge=which_other,
            choices_from="others",
            to={"ok": "switch", "wait": "wait"},
            problems=CHOICE_PROBLEMS,
            keep=False,
        ),
        Do("switch", to={"ok": "look"}),
        Do("wait", to={"waits": "waits", "twice": "twice"}),
        End("signed", silent=True),
        End("no", silent=True),
        End("waits"),
        End("twice"),
        End("cancelled"),
    ),
)  # fmt: skip

OFF = Flow(
    "event_off",
    (
        Do("look", to={"ok": "why", "gone": "gone", "stranger": "stranger"}),
        Ask("why", read=one_of(), choices=REASONS, to={"ok": "sure"}, problems=CHOICE_PROBLEMS),
        Ask(
            "sure",
            read=yes_no,
            judge=as_is,
            choices=("yes", "no"),
            to={"yes": "off", "no": "cancelled"},
            changes=("why",),
            problems=YES_NO_PROBLEMS,
            keep=False,
        ),
        Do("off", to={"off": "off_done", "gone": "gone"}),
        End("off_done"),
        End("gone"),
        End("stranger"),
        End("cancelled"),
    ),
)

CERTIFICATE = Flow(
    "event_certificate",
    (
        Do("look", to={"ok": "name", "none": "none"}),
        Ask("name", read=free_text(NAME), to={"ok": "issue"}, problems=FREE_TEXT_PROBLEMS),
        Do("issue", to={"issued": "issued"}),
        End("issued", silent=True),
        End("none"),
        End("cancelled"),
    ),
)

FLOWS: tuple[Flow, ...] = (FIND, SEAT, OFF, CERTIFICATE)
