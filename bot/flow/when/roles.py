"""Which hour begins and which ends, and whether it is of the morning or of the evening.

An hour without a word beside it is read as people mean it by day: one to five in the afternoon, eight to twelve as it
stands; six and seven may be both and are asked, unless the other end of the span, an hour already gone or a word decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

from bot.flow.when.hours import Hour, Spot
from bot.flow.when.text import DAY, SEP, TIMES, form

HourProblem = Literal["impossible", "reversed", "ambiguous_hours", "several"]
MIDNIGHT, NOON = 24 * 60, 12 * 60
_SIX, _TEN_AT_NIGHT = 6 * 60, 22 * 60
_LATEST_GUESSED_END = 20 * 60 + 30  # minutes: ten till nine means a slip rather than eleven hours

_RANGE = form(rf"(?:[^\d,.。;!?、\s{TIMES}]{{0,5}}?)?(?:{SEP})(?:第二天)?$")
_BETWEEN = form(r"\s*(?:and|和|跟)\s*$")
_OR = form(r"或|还是|要么|\bor\b")
_UNTIL = form(r"(?:到|至|截止到?|\b(?:till|until|til|by|before)(?:\s+about)?)\s*(?:大概|约)?$")
_FROM = form(r"(?:从|自|打|\b(?:from|after|since))\s*(?:大概|约)?$")
_BEFORE = form(r"\s*(?:钟)?(?:之前|以前|前(?!台|面|后)|为止)")
_AFTER = form(r"\s*(?:钟)?(?:之后|以后|过后|后(?!面|门)|起|开始|onwards)")
_LEAVES = form(
    r"\s*(?:再|就|左右|来|去|过来|过去|回来|准时|才|能|可以|要|我|把|前后|吧|,)*(?:接|走|结束|完事?|离开|领)"
)
_COMES = form(r"\s*(?:就|左右|来|去|过来|过去|准时|能|可以|要|我|把|给|前后)*(?:送|到(?!\S))")
_BESIDE = form(r"(?:的|大概|大约|约|差不多|在|是|就|,|\s)*$")
_IN_THE = form(r"\s+(?:in|at)\s+")


@dataclass(frozen=True)
class Span:
    """What the hours of a sentence say: minutes of the day."""

    starts: int | None = None
    ends: int | None = None
    problem: HourProblem | None = None
    used: frozenset[int] = (
        frozenset()
    )  # starts of the parts of the day that belong to an hour or stand for one

    @property
    def times(self) -> tuple[time | None, time | None]:
        """The two as times; midnight at the end of a day is 00:00."""
        return _time(self.starts), _time(self.ends)


@dataclass
class _Bound:
    """One end of a span: the minutes it can mean, and where it stands."""

    start: int
    end: int
    can: list[int]
    bare: int | None  # the hour, when nothing tells morning from evening
    role: str = ""
    doubt: bool = False


def span(left: str, hours: list[Hour], parts: list[Spot], today_at: int | None) -> Span:
    """Give the hours their places. `left` is the covered sentence, `today_at` the minute it is when they are today's."""
    if any(not hour.possible for hour in hours):
        return Span(problem="impossible", used=frozenset(_beside(left, hour, parts)[1] for hour in hours))
    used: set[int] = set()
    bounds = []
    for hour in hours:
        part, at = _beside(left, hour, parts)
        used.add(at)
        bounds.append(_bound(hour, part, at))
    bounds += _noons(left, [part for part in parts if part.start not in used], bounds)
    used |= {bound.start for bound in bounds}
    bounds.sort(key=lambda bound: bound.start)
    several = _give_roles(left, bounds) or any(hour.choice for hour in hours)
    starts = [bound for bound in bounds if bound.role == "start"]
    ends = [bound for bound in bounds if bound.role == "end"]
    if several or len(starts) > 1 or len(ends) > 1:
        first = _likely(bounds[0])
        only_end = len(bounds) == 1 and bounds[0].role == "end"
        return Span(None if only_end else first, first if only_end else None, "several", frozenset(used))
    if starts and today_at is not None and starts[0].bare in (6, 7, 8):
        starts[0].can = [minute for minute in starts[0].can if minute >= today_at] or starts[0].can
    if starts and ends:
        return _both(starts[0], ends[0], frozenset(used))
    if starts:
        return _start_alone(starts[0], frozenset(used))
    if ends:
        return _end_alone(ends[0], [part for part in parts if part.start not in used], frozenset(used))
    return Span(used=frozenset(used))


def _beside(left: str, hour: Hour, parts: list[Spot]) -> tuple[Spot | None, int]:
    """The part of the day that belongs to an hour, and where the two begin."""
    for part in parts:
        if part.end <= hour.start and _BESIDE.fullmatch(left[part.end : hour.start]):
            return part, part.start
        # 9 in the morning
        if part.start >= hour.end and _IN_THE.fullmatch(left[hour.end : part.start]):
            return part, part.start
    return None, hour.start


def _bound(hour: Hour, part: Spot | None, at: int) -> _Bound:
    """The minutes an hour can mean, told by the part of the day beside it."""
    minute, doubt, bare = hour.minute, False, None
    h = hour.hour
    if hour.half:
        can = [h % 12 + 12 * (hour.half == "pm")] if h <= 12 else [h]
    elif hour.exact or h > 12 or h == 0:
        can = [h]
    elif part is None or part.part == "day":
        can, bare = [h, h + 12], h
    elif part.part == "morning":
        can, doubt = ([h, h + 12], True) if h < 5 else ([h], False)
    elif part.part in ("noon", "afternoon"):
        can = [h if h == 12 or (part.part == "noon" and h > 9) else h + 12]
    elif part.part == "evening":
        can = [24 if h == 12 else h if h < 5 else h + 12]
    else:
        can = [24 if h == 12 else h if h < 8 else h + 12]
    end = max(hour.end, part.end if part else 0)
    return _Bound(min(at, hour.start), end, [60 * one + minute for one in can], bare, doubt=doubt)


def _noons(left: str, parts: list[Spot], bounds: list[_Bound]) -> list[_Bound]:
    """从九点到中午, 中午送: noon as an hour."""
    found = []
    for part in parts:
        if part.part != "noon":
            continue
        ahead, behind = _around(left, part.start, part.end)
        closes = any(b.end <= part.start and _RANGE.match(left[b.end : part.start]) for b in bounds)
        opens = any(b.start >= part.end and _RANGE.match(left[part.end : b.start]) for b in bounds)
        if closes or opens or _UNTIL.search(ahead) or _LEAVES.match(behind) or _COMES.match(behind):
            found.append(_Bound(part.start, part.end, [NOON], None))
    return found


def _give_roles(left: str, bounds: list[_Bound]) -> bool:
    """Say of each whether it begins or ends; whether several spans seem to be meant."""
    before: _Bound | None = None
    several = False
    for bound in bounds:
        ahead, behind = _around(left, bound.start, bound.end)
        gap = left[before.end : bound.start] if before else ""
        if before and (_RANGE.match(gap) or (_BETWEEN.match(gap) and "between" in left[: before.start])):
            before.role, bound.role = before.role or "start", "end"
        elif before and _OR.search(gap):
            several = True
        elif _FROM.search(ahead) or (_AFTER.match(behind) and not _RANGE.match(behind)):
            bound.role = "start"
        elif _UNTIL.search(ahead) or _BEFORE.match(behind) or _LEAVES.match(behind):
            bound.role = "end"
        elif _COMES.match(behind):
            bound.role = "start"
        before = bound
    return _give_the_rest(left, bounds) or several


def _give_the_rest(left: str, bounds: list[_Bound]) -> bool:
    """Hours with no word beside them: what is free, in order; beside a start and an end they are no hours of this."""
    taken = {bound.role: bound for bound in bounds if bound.role}
    if {"start", "end"} <= taken.keys():
        return False
    for bound in bounds:
        if bound.role:
            continue
        start, end = taken.get("start"), taken.get("end")
        if start is None and (end is None or bound.start < end.start):
            bound.role = "start"
        elif start and end is None and bound.start > start.start and DAY not in left[start.end : bound.start]:
            bound.role = "end"
        else:
            return True
        taken[bound.role] = bound
    return False


def _both(start: _Bound, end: _Bound, used: frozenset[int]) -> Span:
    if len(start.can) == 1:
        return _close(start.can[0], start, end, used)
    if len(end.can) == 1:
        before = [minute for minute in start.can if minute < end.can[0]]
        if not before:
            return Span(_likely(start), end.can[0], "reversed", used)
        return Span(before[-1], end.can[0], None, used)
    if start.bare in (6, 7) or start.doubt:
        can = [
            (one, min(later))
            for one in start.can
            if (later := [minute for minute in end.can if minute > one])
            and one >= _SIX
            and min(later) <= _TEN_AT_NIGHT
            and min(later) - one <= NOON
        ]
        if can:
            return Span(*can[0], "ambiguous_hours" if len(can) > 1 else None, used)
    return _close(_likely(start), start, end, used)


def _close(starts: int, start: _Bound, end: _Bound, used: frozenset[int]) -> Span:
    """The first reading of the end after the start."""
    later = [minute for minute in end.can if minute > starts]
    if later and len(end.can) > 1 and starts < NOON and later[0] == end.can[-1]:
        same = start.bare == end.bare and start.bare in (7, 8, 9)
        if later[0] > _LATEST_GUESSED_END and not same:
            later = []
    if not later:
        return Span(starts, _likely(end), "reversed", used)
    return Span(starts, later[0], None, used)


def _start_alone(start: _Bound, used: frozenset[int]) -> Span:
    doubt = start.doubt or (start.bare in (6, 7) and len(start.can) > 1)
    return Span(start.can[0] if doubt else _likely(start), None, "ambiguous_hours" if doubt else None, used)


def _end_alone(end: _Bound, parts: list[Spot], used: frozenset[int]) -> Span:
    """Till six is in the evening; till eight may be both."""
    if len(end.can) == 1:
        return Span(None, end.can[0], None, used)
    late = any(part.part in ("afternoon", "evening") for part in parts)
    early = any(part.part == "morning" for part in parts)
    if end.bare == 8 and not late and not early:
        return Span(None, end.can[0], "ambiguous_hours", used)
    after = end.bare is not None and (end.bare < 8 or (late and end.bare < 12))
    return Span(None, end.can[1] if after else end.can[0], None, used)


def _around(left: str, start: int, end: int) -> tuple[str, str]:
    """The few characters before and after a place: a word further off belongs to something else."""
    return left[max(0, start - 12) : start], left[end : end + 12]


def _likely(bound: _Bound) -> int:
    """The reading by day: of two, the afternoon for one to five."""
    if len(bound.can) == 1:
        return bound.can[0]
    return bound.can[1] if bound.bare is not None and bound.bare <= 5 else bound.can[0]


def _time(minute: int | None) -> time | None:
    if minute is None:
        return None
    return time(minute % MIDNIGHT // 60, minute % 60)
