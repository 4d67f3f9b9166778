"""Days said at several places of a sentence: a span, a list, a choice, or one day said twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.flow.when.said import DayProblem, Said
from bot.flow.when.text import SEP, form

_SPAN = form(rf"\s*{SEP}(?:下个?)?$")
_OR = form(r"或|还是|要么|要不|\bor\b|^\s*/\s*$")
_SAME = form(r"[\s()\[\]的是就即也]*$")
_COMMA = form(r"[\s,]*$")
_UNTIL = form(r"\s*(?:之前|以前|前(?![后面台天]))")
_AFTER = form(r"\s*(?:之后|以后|后(?![面天日晌儿]))")
CHOICE_AT_MOST = 7
"""Days that are offered as a choice."""
SPAN_AT_MOST = 31
"""Days; who names a longer span wants something else than a list."""


@dataclass(frozen=True)
class Gathered:
    """`days` are meant for sure; one of `perhaps` is meant, or it alone, uncertainly. `spoken`: any day was said."""

    days: tuple[date, ...] = ()
    perhaps: tuple[date, ...] = ()
    problem: DayProblem | None = None
    weekly: bool = False
    spoken: bool = False
    today_or_next: date | None = None  # today, where a weekday said today leaves it open

    def without_today(self, over: bool) -> Gathered:
        """The same when the hour said is over today: a weekday then means the next one."""
        if not over or self.today_or_next is None or self.today_or_next not in self.perhaps:
            return self
        left = tuple(day for day in self.perhaps if day != self.today_or_next)
        if len(left) == 1:
            return replace(self, days=tuple(sorted({*self.days, *left})), perhaps=())
        return replace(self, perhaps=left)


def gather(left: str, said: list[Said], today: date) -> Gathered:
    """Put together what was said; `left` is the covered sentence."""
    days: set[date] = set()
    perhaps: set[date] = set()
    either: set[int] = set()
    units = list(said)
    at = 0
    while at + 1 < len(units):
        one, two = units[at], units[at + 1]
        gap = left[one.end : two.start]
        if one.days and two.days and _SPAN.fullmatch(gap):
            units[at : at + 2] = [_between(one, two)]
        elif (same := _same(one, two, gap)) is not None:
            units[at : at + 2] = [same]
        else:
            if _OR.search(gap):
                either |= {one.start, two.start}
            at += 1
    units = [_until_or_after(left, unit, today) for unit in units]
    for unit in units:
        sure = unit.sure and unit.start not in either
        (days if sure else perhaps).update(unit.days)
    perhaps -= days
    past = {day for day in perhaps if day < today}
    open_today = any(unit.may_be_today for unit in units) and today in perhaps
    problems = [unit.problem for unit in units if unit.problem]
    return Gathered(
        tuple(sorted(days)),
        tuple(sorted(perhaps - past)),
        "impossible" if "impossible" in problems else problems[0] if problems else None,
        any(unit.weekly for unit in units),
        bool(units),
        today if open_today else None,
    )


def _until_or_after(left: str, unit: Said, today: date) -> Said:
    """周五之前 is a choice of days, 周五以后 and 国庆前 more than can be listed."""
    behind = left[unit.end : unit.end + 4]
    if not unit.days or not (found := _UNTIL.match(behind) or _AFTER.match(behind)):
        return unit
    count = (unit.days[-1] - today).days + 1
    if found.re is _AFTER or unit.kind == "named" or not 1 <= count <= CHOICE_AT_MOST:
        return Said(unit.start, unit.end, unit.kind, (), problem="vague")
    days = tuple(today + timedelta(days=away) for away in range(count))
    return Said(unit.start, unit.end, unit.kind, days, sure=False)


def _between(one: Said, two: Said) -> Said:
    """周一到周五: every day of the span. The end is the first that lies after the start."""
    first, last = one.days[0], two.days[-1] if two.spread else two.days[0]
    while last < first and two.kind == "weekday":
        last += timedelta(days=7)
    count = (last - first).days + 1
    if count < 1:
        return Said(one.start, two.end, "span", (), problem="impossible")
    if count > SPAN_AT_MOST:
        return Said(one.start, two.end, "span", (), problem="vague")
    days = tuple(first + timedelta(days=away) for away in range(count))
    weekly = one.weekly or two.weekly
    return Said(one.start, two.end, "span", days, one.sure, weekly=weekly, spread=True)


def _same(one: Said, two: Said, gap: str) -> Said | None:
    """12月5号 周六, 明天（周四）: one day said twice, or a contradiction, in which either may be meant."""
    kinds = {one.kind, two.kind}
    if len(kinds) != 2 or not kinds <= {"date", "weekday", "relative", "named"} or one.spread or two.spread:
        return None
    both = tuple(day for day in one.days if day in two.days)
    weekday = one if one.kind == "weekday" else two
    other = two if weekday is one else one
    if not both and weekday.days and other.days:  # a weekday beside a date that is further off
        both = tuple(day for day in other.days if day.weekday() == weekday.days[0].weekday())
    if both and (_SAME.fullmatch(gap) or _COMMA.fullmatch(gap)):
        return Said(one.start, two.end, "date", both[:1], problem=one.problem or two.problem)
    if not _SAME.fullmatch(gap) or one.problem or two.problem:
        return None
    near = _near(weekday.days, other.days) if "weekday" in kinds else weekday.days
    return Said(one.start, two.end, "date", tuple(sorted({*other.days, *near})), sure=False)


def _near(weekdays: tuple[date, ...], days: tuple[date, ...]) -> tuple[date, ...]:
    """The weekday that lies nearest to a date which it contradicts."""
    if not weekdays or not days:
        return weekdays
    away = (weekdays[0].weekday() - days[0].weekday() + 3) % 7 - 3
    return (days[0] + timedelta(days=away),)
