"""One sentence in, what it says of days, hours and lengths out, with the words that were not about time.

Pure, and without a clock: the local moment is handed in. Nothing here knows opening hours or a grid; whoever asks rounds,
refuses and confirms. What can be meant in two ways is never decided in silence (`perhaps`, `problem`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from bot.flow.when.days import Days
from bot.flow.when.gathering import Gathered, gather
from bot.flow.when.hours import Hour, Hours, Part, Spot, read_parts
from bot.flow.when.keep import cover_what_is_no_time
from bot.flow.when.lengths import Length, read_lengths
from bot.flow.when.roles import Span, span
from bot.flow.when.said import Said
from bot.flow.when.text import KEPT, OTHER, TIMES, N, Sheet, form

WhenProblem = Literal[
    "impossible", "past", "reversed", "several", "ambiguous_hours", "ambiguous_length", "lunar", "unpublished", "vague"
]  # fmt: skip
PROBLEMS: tuple[WhenProblem, ...] = get_args(WhenProblem)

READ_AT_MOST = 500
"""Characters; what a longer message says after them stays in the rest."""

_PART_OVER = {"morning": time(12), "noon": time(14), "afternoon": time(18)}
_COUNTED_WEEK = form(
    rf"(?:每|一)个?(?:周|星期|礼拜)(?:{N}[次回趟])|每个?(?:周|星期|礼拜)(?={N}(?:天|节|个?(?:半)?(?:小时|钟头)))"
    r"|\bonce a week\b|\bweekly\b|\bevery week\b(?!end)|每个?(?:周|星期|礼拜)(?![一二三四五六日天末1-7])"
)
_NOW = form(
    r"(?:就)?现在|马上就?|立刻|立马|即刻|这会儿|这阵儿|而家|宜家|眼下|\b(?:right )?now\b|\basap\b|\bimmediately\b"
)
_SOON = form(
    r"(?:待|等|过|再过)一?会儿?|(?<![\u3400-\u9fff])一会儿?(?=[\u3400-\u9fff])|(?<=我)一会儿?|\bin a (?:while|bit|moment)\b"
)
_AHEAD = form(
    r"(?:从|在|到|至|于|就|约在?|大概|大约|差不多|截止|逢|\b(?:on|at|from|between|for|in|till|until|by|before|after|about|around|the|coming)\b|\s)+$"
)
_BEHIND = form(
    r"(?:的?时候|左右|前后|之前|以前|之后|以后|过后|起|开始|那天|为止|前|后|都行|的(?![\u3400-\u9fff]))+"
)
_JOINT = form(
    r"[\s,、()]*(?:和|与|跟|或者?|还是|以及|到|至|的|[-~—–]|\band\b|\bor\b|\bto\b|\btill\b)*[\s,、()]*"
)


@dataclass(frozen=True)
class When:
    """What a sentence says of time. All days and hours are local.

    `days`: every day meant, in order (周三和周五: two; 12月1号到3号: three); empty when none was said for sure.
    `perhaps`: days of which one is meant, and it is not certain which, or that it is (周末; 31号 in a month of 30): ask.
    Beside `days` it is one more day (周三和周五, said on a Wednesday). `starts`, `ends`: hours said; 00:00 as an end is
    midnight. `minutes`: a length said. `part`: a part of the day, said without the hour at which something begins;
    "day" is the whole day, or any time of it. `weekly`: again every week (每周三; 每天 has seven days). `rest`: the
    sentence without what was read. `problem`:

    - "impossible": no such day or hour, or no length at all (2月30号, 25点)
    - "past": the day is over, or so is the hour on it; `days` and `starts` say which
    - "reversed": the end is not after the start
    - "several": different hours for different days, or a choice of hours: ask for one after the other
    - "ambiguous_hours": `starts` (and `ends`) hold the earlier reading; the other is twelve hours later
    - "ambiguous_length": `minutes` holds the shorter one (两三个小时)
    - "lunar": a day of the lunar calendar; "unpublished": a holiday whose days are not known yet; "vague": 下个月, 过几天
    """

    days: tuple[date, ...] = ()
    perhaps: tuple[date, ...] = ()
    starts: time | None = None
    ends: time | None = None
    minutes: int | None = None
    part: Part | None = None
    weekly: bool = False
    problem: WhenProblem | None = None
    rest: str = ""

    @property
    def said(self) -> bool:
        """Whether anything about time was said."""
        return self != When(rest=self.rest)


def read(text: str, now: datetime) -> When:
    """Read what `text` says of time, at the local moment `now`. Never raises, whatever the text."""
    sheet = Sheet(text[:READ_AT_MOST])
    cover_what_is_no_time(sheet)
    counted: list[tuple[int, int]] = []
    sheet.each(_COUNTED_WEEK, lambda match: counted.append(match.span()), OTHER)
    said = Days(sheet, now.date()).read()
    hours = Hours(sheet)
    hours.early_late()
    lengths = read_lengths(sheet)
    parts = read_parts(sheet)
    found = hours.read()
    told = _Told(sheet, now, said, found, parts, lengths, weekly=bool(counted))
    return told.when(text[READ_AT_MOST:])


class _Told:
    """The places of one sentence, put together."""

    def __init__(
        self,
        sheet: Sheet,
        now: datetime,
        said: list[Said],
        hours: list[Hour],
        parts: list[Spot],
        lengths: list[Length],
        *,
        weekly: bool,
    ) -> None:
        self.sheet, self.now = sheet, now.replace(second=0, microsecond=0, tzinfo=None)
        self.said, self.hours, self.parts, self.lengths = said, hours, parts, lengths
        self.weekly = weekly

    def when(self, beyond: str) -> When:
        """Everything together; `beyond` is text that was not read."""
        gathered = gather(self.sheet.left, self.said, self.now.date())
        today = gathered.days == (self.now.date(),)
        minute = self.now.hour * 60 + self.now.minute if today else None
        hours = span(self.sheet.left, self.hours, self.parts, minute)
        starts, ends = hours.times
        part = self._part(hours) if starts is None else None
        gathered = gathered.without_today(self._over(starts, ends, part))
        moment = self._from_now(gathered, starts)
        days, perhaps = gathered.days, gathered.perhaps
        if moment:
            days, starts = (moment.date(),), moment.time()
        elif not gathered.spoken and (spoken := self._now(starts)):
            days, starts = (self.now.date(),), starts or spoken[0]
        minutes, length_problem = self._minutes(moment)
        problem = self._problem(gathered, hours, minutes, days, perhaps, self._over(starts, ends, part))
        if problem == "several":
            part = None  # one word for different days would be wrong of one of them
        self._drop_fillers()
        rest = self.sheet.rest() + beyond
        weekly = self.weekly or gathered.weekly
        return When(days, perhaps, starts, ends, minutes, part, weekly, problem or length_problem, rest)

    def _part(self, hours: Span) -> Part | None:
        """The part of the day that stands without an hour; of several, the day."""
        named = {part.part for part in self.parts if part.start not in hours.used}
        if not named and hours.problem == "impossible":
            return None
        return named.pop() if len(named) == 1 else "day" if named else None

    def _over(self, starts: time | None, ends: time | None, part: Part | None) -> bool:
        """Whether what was said of hours lies behind, if it is today's."""
        now = self.now.time()
        if starts is not None:
            return starts < now
        if ends is not None and ends != time(0):
            return ends <= now
        return part in _PART_OVER and _PART_OVER[part] <= now

    def _from_now(self, gathered: Gathered, starts: time | None) -> datetime | None:
        """半小时后: counted from now, unless an hour or another day was said (两点送，三小时后接)."""
        if starts is not None or (gathered.spoken and gathered.days != (self.now.date(),)):
            return None
        away = next((length for length in self.lengths if length.from_now), None)
        return self.now + timedelta(minutes=away.minutes) if away else None

    def _now(self, starts: time | None) -> tuple[time | None] | None:
        """(the minute, or None for a while) when 现在 or 一会儿 is said of what is wanted, not of how old somebody is."""
        left = self.sheet.left
        for match in _NOW.finditer(left):
            if starts is None and not re.match(rf"[^,。;]{{0,3}}{KEPT}", left[match.end() :]):
                self.sheet.cover(match.start(), match.end(), OTHER)
                return (self.now.time(),)
        for match in _SOON.finditer(left):
            self.sheet.cover(match.start(), match.end(), OTHER)
            return (None,)
        return None

    def _minutes(self, moment: datetime | None) -> tuple[int | None, WhenProblem | None]:
        """The length said, when it is one and not counted from now."""
        lengths = list(self.lengths)
        if moment:
            lengths.remove(next(length for length in lengths if length.from_now))
        exact = [length for length in lengths if not length.half_day] or lengths
        if not exact:
            return None, None
        minutes = min(length.minutes for length in exact)
        doubtful = len({length.minutes for length in exact}) > 1 or any(length.doubtful for length in exact)
        return minutes, "ambiguous_length" if doubtful else None

    def _problem(
        self,
        gathered: Gathered,
        hours: Span,
        minutes: int | None,
        days: tuple[date, ...],
        perhaps: tuple[date, ...],
        over: bool,
    ) -> WhenProblem | None:
        """The first of what is wrong, in the order in which one would ask."""
        if gathered.problem == "impossible" or hours.problem == "impossible" or minutes == 0:
            return "impossible"
        today = self.now.date()
        if days and (min(days) < today or (set(days) == {today} and over)):
            return "past"
        if hours.problem in ("reversed", "several"):
            return hours.problem
        if self._differ(days):
            return "several"
        if gathered.problem and not days and not perhaps:
            return gathered.problem
        return hours.problem

    def _differ(self, days: tuple[date, ...]) -> bool:
        """明天上午和后天下午: another day has hours of its own."""
        if len(days) < 2 or len(self.said) < 2:
            return False
        marks = sorted(
            [(one.start, "day") for one in self.said]
            + [(part.start, part.part) for part in self.parts]
            + [(hour.start, "hour") for hour in self.hours]
        )
        first, last = self.said[0].start, self.said[-1].start
        between = [kind for at, kind in marks if first < at < last and kind != "day"]
        after = [kind for at, kind in marks if at > last and kind != "day"]
        return bool(between and after)

    def _drop_fillers(self) -> None:
        """Take 从, 左右, on, the comma between two days out of the rest."""
        sheet, left = self.sheet, self.sheet.left
        for match in re.finditer(rf"[{TIMES}]+", left):
            start, end = match.span()
            if ahead := _AHEAD.search(left, max(0, start - 12), start):
                sheet.drop(ahead.start(), start)
            if behind := _BEHIND.match(left, end):
                sheet.drop(end, behind.end())
            joint = _JOINT.match(left, end)
            if joint and left[joint.end() : joint.end() + 1] in tuple(TIMES):
                sheet.drop(end, joint.end())
