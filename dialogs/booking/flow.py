"""The conversation of a booking: who, when, from where, which place; a hold of ten minutes, a yes."""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow
from bot.flow.readers import CHOICE_PROBLEMS, one_of
from dialogs.booking.rules.reading import (
    AGE_PROBLEMS,
    TIME_PROBLEMS,
    WAIT,
    read_age,
    read_spot,
    read_summary,
    read_time,
    which_child,
    which_other,
)

BOOK = Flow(
    "booking",
    (
        Do("look", to={"again": "child", "first": "age", "nowhere": "nowhere"}),
        Ask(
            "child",
            read=one_of(),
            judge=which_child,
            choices_from="children",
            to={"known": "suits", "another": "age"},
            problems=CHOICE_PROBLEMS,
            invalidates=("age", "place"),
        ),
        Ask("age", read=read_age, to={"ok": "suits"}, problems=AGE_PROBLEMS, invalidates=("child", "place")),
        Do("suits", to={"ok": "when", "too_young": "too_young", "too_old": "too_old", "unborn": "unborn"}),
        Ask(
            "when",
            read=read_time,
            to={"ok": "clear"},
            problems=TIME_PROBLEMS,
            invalidates=("day", "hours", "place"),
        ),
        Do("clear", to={"ok": "spot", "again": "when", "day": "day", "hours": "hours"}),
        Ask(
            "day",
            read=one_of(),
            choices_from="days",
            to={"ok": "clear"},
            problems=CHOICE_PROBLEMS,
        ),
        Ask("hours", read=read_time, choices_from="spans", to={"ok": "clear"}, problems=TIME_PROBLEMS),
        Ask(
            "spot",
            read=read_spot,
            choices=("anywhere",),
            to={"ok": "where"},
            problems=CHOICE_PROBLEMS,
            keyboard="location",
            invalidates=("place", "landmark"),
        ),
        Do("where", to={"ok": "find", "which": "landmark", "again": "spot"}),
        Ask(
            "landmark", read=one_of(), choices_from="landmarks", to={"ok": "chosen"}, problems=CHOICE_PROBLEMS
        ),
        Do("chosen", to={"ok": "find"}),
        Do("find", to={"ok": "place", "full": "instead", "none": "none"}),
        Ask(
            "instead",
            read=one_of(words_for={"wait": WAIT}),
            judge=which_other,
            choices_from="others",
            to={"ok": "switch", "wait": "wait"},
            changes=("when",),
            problems=CHOICE_PROBLEMS,
            keep=False,
        ),
        Do("switch", to={"ok": "find"}),
        Do("wait", to={"waits": "waits", "twice": "twice"}),
        Ask("place", read=one_of(), choices_from="places", to={"ok": "hold"}, problems=CHOICE_PROBLEMS),
        Do("hold", to={"held": "confirm", "full": "find", "twice": "twice", "many": "many"}),
        Ask(
            "confirm",
            read=read_summary,
            judge=lambda value, _look: str(value),
            choices=("book",),
            to={"book": "book"},
            changes=("place", "when", "age"),
            problems=CHOICE_PROBLEMS,
            keep=False,
        ),
        Do("book", to={"booked": "booked", "full": "find", "twice": "twice", "gone": "gone"}),
        End("booked", silent=True),
        End("waits"),
        End("nowhere"),
        End("none"),
        End("too_young"),
        End("too_old"),
        End("unborn"),
        End("twice"),
        End("many"),
        End("gone"),
        End("cancelled"),
    ),
)

FLOWS: tuple[Flow, ...] = (BOOK,)
