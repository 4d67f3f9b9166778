"""The children that a place has of its own: on which days one comes, how old it is then, what room it takes."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import Stay
from knowledge.ages import completed_months
from knowledge.opening import Calendar, mainland


@dataclass(frozen=True)
class Regular:
    """When a child of the roster comes. `born`: year and month; `weekdays`: digits, 1 is Monday; `starts`, `ends`:
    minutes of the day; `since`, `until`: local days, both included, `until` None while no end is known."""

    born: str
    weekdays: str
    starts: int
    ends: int
    since: date
    until: date | None = None


def comes(child: Regular, day: date, calendar: Calendar = mainland) -> bool:
    """Whether it is one of its days. On a weekend day worked to make up for a holiday those come who come on Mondays."""
    if day < child.since or (child.until is not None and day > child.until):
        return False
    return ("1" if calendar(day) == "makeup" else str(day.isoweekday())) in child.weekdays


def months(born: str, day: date) -> int:
    """Completed months of a child of whom the month of birth is known: the fewest, for the younger takes more room."""
    year, month = (int(part) for part in born.split("-"))
    return completed_months(date(year, month, monthrange(year, month)[1]), day)


def stay(child: Regular, day: date, calendar: Calendar = mainland) -> Stay | None:
    """What it takes on a day; None where it does not come, or is too young for a place to have it."""
    if not comes(child, day, calendar):
        return None
    age = months(child.born, day)
    if counting.age_class(age) is None:
        return None
    return Stay(age, counting.span_of(day, child.starts, child.ends).slots)


def stays(children: Collection[Regular], day: date, calendar: Calendar = mainland) -> tuple[Stay, ...]:
    """What all who come on a day take."""
    found = (stay(child, day, calendar) for child in children)
    return tuple(one for one in found if one is not None)


NAME = 12
"""Characters of a nickname."""
LineProblem = Literal["name", "born", "young", "hours"]
_SEPARATORS = re.compile(r"[,，;；\t]+")
_MONTH = re.compile(
    r"(?<!\d)(20\d\d)(?:[-/.]|年)(1[0-2]|0?[1-9])(?!\d)(?:月份?)?(?:[-/.]?(?:3[01]|[12]\d|0?[1-9])(?!\d)日?)?生?"
)
_DATE = re.compile(r"(到|至|until|till)?\s*(20\d\d-\d\d-\d\d)")
_HOURS = re.compile(
    r"(\d{1,2})(?:[:：](\d\d)|点(半)?)?\s*(?:-|–|—|~|到|至)\s*(\d{1,2})(?:[:：](\d\d)|点(半)?)"
)
_WEEK = "一二三四五六日"
_RANGE = re.compile(
    r"(?:周|星期|礼拜)?([一二三四五六日天1-7])\s*(?:到|至|-|–|~)\s*(?:周|星期|礼拜)?([一二三四五六日天1-7])"
)
_EACH = re.compile(r"[一二三四五六日天1-7]")
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Line:
    """A line of the roster as it was written. `starts`, `ends`: minutes, None where the whole day is meant."""

    name: str
    born: str
    weekdays: str
    starts: int | None
    ends: int | None
    since: date | None = None
    until: date | None = None


def read_line(text: str, today: date) -> Line | LineProblem:
    """「小宇 2025-03 周一到周五 8:00-17:00」, or what is wrong with it. Of a birth date only the month is read on.

    Without days of the week: Monday to Friday. A full date after that is the first day, one more (or 到…) the last.
    """
    words = _SEPARATORS.sub(" ", text).strip()
    name, _, rest = words.partition(" ")
    if not name or len(name) > NAME or any(one.isdigit() for one in name):
        return "name"
    month = _MONTH.search(rest)
    if month is None:
        return "born"
    born = f"{month[1]}-{int(month[2]):02d}"
    rest = rest[: month.start()] + " " + rest[month.end() :]
    since, until, rest = _dates(rest)
    if months(born, since or today) < counting.MONTHS["infant"][0]:
        return "young"
    span = _HOURS.search(rest)
    starts = ends = None
    if span is not None:
        starts, ends = _minute(span[1], span[2], span[3]), _minute(span[4], span[5], span[6])
        if ends <= starts < 12 * 60:
            ends += 12 * 60  # 8点到5点
        if not starts < ends <= counting.DAY_MINUTES:
            return "hours"
        rest = rest[: span.start()] + " " + rest[span.end() :]
    return Line(name, born, weekdays_in(rest) or "12345", starts, ends, since, until)


def weekdays_in(text: str) -> str:
    """The days of the week that are named, as digits in order; 周一到周五, 周一三五, 1-5, Mon-Fri."""
    said = text.lower()
    if "工作日" in said or "weekdays" in said:
        return "12345"
    for at, name in enumerate(_ENGLISH_DAYS, 1):
        said = re.sub(rf"{name}[a-z]*", str(at), said)
    found = set()
    for first, last in _RANGE.findall(said):
        found |= set(range(_digit(first), _digit(last) + 1))
    found |= {_digit(one) for one in _EACH.findall(_RANGE.sub(" ", said))}
    return "".join(str(one) for one in sorted(found))


def _digit(said: str) -> int:
    return int(said) if said.isdigit() else _WEEK.index("日" if said == "天" else said) + 1


def _minute(hour: str, minute: str | None, half: str | None) -> int:
    return int(hour) * 60 + int(minute or (30 if half else 0))


def _dates(rest: str) -> tuple[date | None, date | None, str]:
    """The first and the last day that are named, and the rest of the words."""
    since = until = None
    for to, said in _DATE.findall(rest):
        try:
            day = date.fromisoformat(said)
        except ValueError:
            continue
        if to or since is not None:
            until = day
        else:
            since = day
    return since, until, _DATE.sub(" ", rest)
