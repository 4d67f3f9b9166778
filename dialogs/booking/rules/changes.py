"""What stays as it was when a booking is moved: the hours or the day of which nothing was said, and how old its children are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from bot.flow import when
from bot.flow.model import Look, Reader, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import plain, words
from bot.flow.when import When
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import Span
from dialogs.booking.rules.reading import WORDS
from knowledge.ages import completed_months

SHORTEST_MONTH = 28
KEEP = ("不改了", "不改", "算了", "还是原来的", "原来的", "保持原样", "不用改了", "别改了", "keep", "no")
AGREED = (
    "好",
    "好的",
    "行",
    "可以",
    "改吧",
    "就改到这个",
    "确认",
    "确定",
    "是",
    "对",
    "没问题",
    "ok",
    "yes",
)


def read_other(keep: tuple[str, ...], agreed: tuple[str, ...] = ()) -> Reader:
    """The reader of a choice at which another time can be said at once: {"when": words} for that."""
    meant = {"keep": keep, "change": agreed}

    def read(said: Said, look: Look) -> Any:
        text = words(said, WORDS)
        if (
            said.choice is None
            and isinstance(text, str)
            and not plain(text).isdigit()
            and plain(text) not in {plain(label) for label in look.labels.values()}
            and when.read(text, datetime.combine(look.today, time(12))).said
        ):
            return {"when": text}
        return one_of(words_for=meant)(said, look)

    return read


def which_other(value: Any, _look: Look) -> str:
    """Whether other hours were chosen, it stays as it was, or another time was said."""
    return "time" if isinstance(value, dict) else "keep" if value == "keep" else "ok"


def which_sure(value: Any, _look: Look) -> str:
    """Whether it is moved, stays as it was, or another time was said."""
    return "time" if isinstance(value, dict) else str(value)


def as_before(said: When, was: Span, parts: Mapping[str, tuple[time, time]]) -> dict[str, str]:
    """`day` (ISO) and `hours` (words that say a time) as far as they follow from the hours that stood before.

    Without a day it is the same day; without hours the same hours; with a beginning or a part of the day (`parts`) only,
    as long as before. Nothing where what was said cannot be.
    """
    if said.problem is not None and said.problem != "ambiguous_hours":
        return {}
    found = {} if said.days or said.perhaps else {"day": was.day.isoformat()}
    if said.starts is None and said.ends is None and said.minutes is None:
        begins, ends = parts.get(said.part or "", (was.starts, was.ends))
        within = said.part is None or (begins < was.ends and was.starts < ends)
        found["hours"] = f"{was.starts:%H:%M}-{was.ends:%H:%M}" if within else f"{was.length}分钟"
    elif said.starts is not None and said.ends is None and said.minutes is None:
        found["hours"] = f"{was.length}分钟"
    elif said.minutes is not None and said.starts is None and said.part is None:
        last = was.first + said.minutes
        if last < counting.DAY_MINUTES:
            found["hours"] = f"{was.starts:%H:%M}-{counting.span_of(was.day, was.first, last).ends:%H:%M}"
    return found


def months_on(months: int, birth: date | None, was: date, day: date) -> int:
    """How many months a child has completed on `day` at least, who had `months` on `was`: never more than it has.

    Without its birthday it may have been born late in the month: fewer months take more room, so that no ratio is broken.
    """
    if birth is not None:
        return completed_months(birth, day)
    if day >= was:
        return months
    youngest = counting.MONTHS["infant"][0]
    fewer = months - -(-(was - day).days // SHORTEST_MONTH)
    return max(fewer, youngest) if months >= youngest else months
