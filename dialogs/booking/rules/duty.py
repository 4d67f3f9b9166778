"""What the staff of a place say of its day, read: carers who are off or back, children away or there, a walk-in, how full it is.

Pure. Which words about time there are is known to bot/flow/when; here only what is said beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from bot.flow import when
from bot.flow.when import When
from dialogs.booking.rules import counting
from knowledge.births_in import child_in
from knowledge.figures_in import number

_N = r"([一二两三四五六七八九十1-9]|one|two|three|four|a)"
_CARER = r"(?:老师|保育员|保育师|阿姨|照护人员|carers?|teachers?)"
_OFF = re.compile(
    rf"(?:少|缺|差|没了)(?:了)?{_N}?(?:位|个|名)?{_CARER}|{_CARER}(?:今天|明天)?(?:少|缺|差)(?:了)?{_N}?(?:位|个|名)?"
    rf"|{_N}(?:位|个|名){_CARER}(?:请假|病了|生病|来不了|不来|不在)"
    rf"|^[\u4e00-\u9fff]{{1,2}}老师(?:(?:请假|病|生病|发烧|感冒|来不了|不来|上不了班)了?[,，、 ]*)+$|^(?:少|缺)(?:了)?{_N}(?:位|个|名)$"
    rf"|\b{_N} (?:carers?|teachers?) (?:is |are )?(?:off|short|sick|ill|missing|away)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    rf"(?:{_N}(?:位|个|名))?{_CARER}(?:都|又)?(?:回来|来|到|齐|到齐)了?(?:{_N}(?:位|个|名))?$|{_CARER}不少了$|回来了?{_N}(?:位|个|名){_CARER}$"
    rf"|\b(?:{_N} )?(?:carers?|teachers?) (?:is |are )?back$",
    re.IGNORECASE,
)
_WALK_IN = re.compile(
    r"现场|临时来|临时到|没(?:有)?(?:预约|约)|直接来|走进来|\bwalk[- ]?ins?\b", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"来了?(?:[两俩二三四五六七八九十]|[2-9]|1\d)(?:个|位|名)?|\b(?:two|three|four) walk-?ins\b"
)
_MONTHS = re.compile(r"\b\d{1,2}[- ]?months?(?:[- ]olds?)?\b", re.IGNORECASE)
"""An age in English, which could be read as a length of time."""
_GONE = re.compile(r"(?:现场|临时).{0,6}(?:走了|接走了|回去了)$|^walk-?in (?:is )?gone$", re.IGNORECASE)
_AWAY = re.compile(
    r"^(?P<name>.{1,12}?)(?:要|想)?(?:请假|不来|不来了|来不了|休息|缺勤|病了|生病了|is away|away|is off)(?P<days>[一二两三四五六七八九十\d]{1,2})?天?了?$",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"^(?P<name>.{1,12}?)(?:又)?(?:来了|来|会来|能来|到了|销假|不请假了|is here|is back|comes)$",
    re.IGNORECASE,
)
_LEVELS: dict[str, Literal["empty", "some", "full"]] = {
    "空": "empty", "空着": "empty", "很空": "empty", "empty": "empty",
    "适中": "some", "一般": "some", "还行": "some", "some room": "some",
    "满": "full", "满了": "full", "已满": "full", "full": "full",
}  # fmt: skip
_TRIMMED = " ,，。.!！、:：;；~"
SHORT_NAME = 4
"""Characters of a name that is taken for one though nobody knows it."""
_ENGLISH = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}


@dataclass(frozen=True)
class Off:
    """`fewer` carers on these days (none said: today), between the hours of `at`."""

    fewer: int
    at: When


@dataclass(frozen=True)
class Back:
    """Carers are back: `many`, or None for all."""

    many: int | None
    at: When


@dataclass(frozen=True)
class WalkIn:
    """A child has come who is not expected: its completed months, where they were said; till when by `at`.

    `several`: more than one came, who are told one after the other. `gone`: one of those who came has gone."""

    months: int | None
    at: When
    several: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Coming:
    """A child of the roster, by a name, comes or stays away; `count` days, where only a number of them was said."""

    name: str
    away: bool
    at: When
    count: int = 0

    def days(self, today: date, own: Sequence[date]) -> list[date]:
        """Which of its own next days (from today on, in order) are meant. Without words for a day: today."""
        said = [*self.at.days, *self.at.perhaps]
        if self.count:
            first = min(said, default=today)
            return [day for day in own if day >= first][: self.count]
        wanted = set(said) or {today}
        return [day for day in own if day in wanted]


def carers(text: str, now: datetime) -> Off | Back | None:
    """Carers off or back, or None: it says something else."""
    at = when.read(text, now)
    rest = at.rest.strip(_TRIMMED)
    if (back := _BACK.search(rest)) is not None:
        return Back(_count(back) or None, at)
    if (off := _OFF.search(rest)) is not None:
        return Off(_count(off) or 1, at)
    return None


def walk_in(text: str, now: datetime) -> WalkIn | None:
    """A child who came without a booking, or None."""
    if _WALK_IN.search(text) is None:
        return None
    at = when.read(_MONTHS.sub(" ", text), now)
    if _GONE.search(text.strip(_TRIMMED)):
        return WalkIn(None, at, gone=True)
    child = child_in(text, now.date()) or child_in(f"孩子{_WALK_IN.sub('', at.rest)}", now.date())
    return WalkIn(None if child is None else child.fewest, at, several=_SEVERAL.search(text) is not None)


def coming(text: str, now: datetime) -> Coming | None:
    """A child away or there after all, or None. Whether there is one of that name the roster knows."""
    at = when.read(text, now)
    rest = at.rest.strip(_TRIMMED)
    for pattern, away in ((_AWAY, True), (_HERE, False)):
        if (found := pattern.match(rest)) is not None:
            days = found.groupdict().get("days")
            return Coming(found["name"].strip(_TRIMMED), away, at, int(number(days) or 0) if days else 0)
    return None


def level(text: str) -> Literal["empty", "some", "full"] | None:
    """How full it is, where nothing else is said."""
    return _LEVELS.get(text.strip(_TRIMMED).lower())


def hours(at: When, now: time | None, usual: tuple[int, int]) -> tuple[int, int] | None:
    """From which minute of a day to which, of what was said; what was not is the place's own day, today from `now` on.

    None: that is no time at which anybody is there.
    """
    opens, closes = usual
    first = (
        opens
        if now is None
        else max(opens, counting.minutes(now) // counting.SLOT_MINUTES * counting.SLOT_MINUTES)
    )
    last = closes
    if at.part in _PARTS:
        begin, end = _PARTS[at.part]
        first, last = max(first, begin), min(closes, end)
    if at.starts is not None:
        first = max(opens, counting.minutes(at.starts))
    if at.ends is not None:
        last = min(closes, counting.minutes(at.ends) or counting.DAY_MINUTES)
    elif at.minutes is not None:
        last = min(closes, first + at.minutes)
    return (first, last) if first < last else None


_PARTS: dict[str | None, tuple[int, int]] = {
    "morning": (0, 12 * 60),
    "noon": (11 * 60 + 30, 13 * 60 + 30),
    "afternoon": (12 * 60, counting.DAY_MINUTES),
    "evening": (17 * 60, counting.DAY_MINUTES),
}
"""Minutes of the day; a carer who is off in the morning is off till noon."""


def _count(found: re.Match[str]) -> int:
    said = next((words for words in found.groups() if words), "")
    return _ENGLISH.get(said.lower()) or int(number(said) or 0) if said else 0
