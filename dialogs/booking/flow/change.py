"""The conversation that moves a booking: which one, to when, a last look."""

from __future__ import annotations

from bot.flow.model import Ask, Do, End, Flow
from bot.flow.readers import CHOICE_PROBLEMS, one_of
from dialogs.booking.rules.changes import AGREED, KEEP, read_other, which_other, which_sure
from dialogs.booking.rules.reading import TIME_PROBLEMS, read_time

CHANGE = Flow(
    "booking_change",
    (
        Do("look", to={"one": "old", "which": "which", "none": "none"}),
        Ask("which", read=one_of(), choices_from="bookings", to={"ok": "old"}, problems=CHOICE_PROBLEMS),
        Do("old", to={"ok": "when", "gone": "gone"}),
        Ask(
            "when",
            read=read_time,
            to={"ok": "clear"},
            problems=TIME_PROBLEMS,
            invalidates=("day", "hours", "days", "anyday", "place"),
        ),
        Do("clear", to={"ok": "find", "again": "when", "day": "day", "hours": "hours"}),
        Ask(
            "day", read=one_of(), choices_from="days", columns=2, to={"ok": "clear"}, problems=CHOICE_PROBLEMS
        ),
        Ask(
            "hours",
            read=read_time,
            choices_from="spans",
            columns=3,
            to={"ok": "clear"},
            problems=TIME_PROBLEMS,
        ),
        Do("find", to={"ok": "sure", "full": "instead", "again": "anew", "gone": "gone"}),
        Ask(
            "instead",
            read=read_other(KEEP),
            judge=which_other,
            choices_from="others",
            to={"ok": "switch", "keep": "kept", "time": "hear"},
            changes=("when",),
            problems=CHOICE_PROBLEMS,
        ),
        Do("switch", to={"ok": "find"}),
        Ask(
            "sure",
            read=read_other(KEEP, AGREED),
            judge=which_sure,
            choices=("change", "keep"),
            to={"change": "change", "keep": "kept", "time": "hear"},
            changes=("when",),
            problems=CHOICE_PROBLEMS,
        ),
        Do("hear", to={"ok": "anew"}),
        Do(
            "change",
            to={"changed": "changed", "full": "find", "late": "find", "twice": "twice", "gone": "gone"},
        ),
        End("changed", silent=True),
        End("anew", silent=True),
        End("kept"),
        End("none"),
        End("twice"),
        End("gone"),
        End("cancelled"),
    ),
)
