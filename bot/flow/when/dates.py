"""Dates of the calendar: 12月5号, 2026-12-05, 12/5, 下月3号, 5号, Dec 5th."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.flow.when.said import DayProblem, Said
from bot.flow.when.text import DAY, SEP, N, Sheet, form, number

_YEAR = r"(?P<year>20\d\d|二[〇零]{1}[一二三四五六七八九][〇零一二三四五六七八九]|[今明后去前]年|本年)"
_STOP = r"(?![\d点时:个岁月块元%.])"
_FORMS = tuple(
    form(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}(?:\s*年?的?\s*)(?P<month>{N})月(?P<day>{N})[日号]?{_STOP}",
        r"(?<!\d)(?P<year>20\d\d)\s*[-/.]\s*(?P<month>\d{1,2})\s*[-/.]\s*(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
        rf"(?<![\d一二三四五六七八九十])(?P<month>{N})月份?的?(?P<day>{N})[日号]?{SEP}(?P<last>{N})[日号]",
        rf"(?<![\d一二三四五六七八九十])(?P<month>{N})月份?的?(?P<day>{N})(?:[日号]|{_STOP})",
        r"(?<![\d.])(?P<month>\d{1,2})[./](?P<day>\d{1,2})[日号]",
        rf"(?<![\d一二三四五六七八九十])(?P<month>{N})月份?的?(?P<day>{N})(?=[、,和跟]{N}[日号])",
        r"(?<![\d./])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/.])(?P<slash>)",
        r"(?<![\d.午上晚早])(?P<month>1[0-2]|0?[1-9])\.(?P<day>3[01]|[12]\d|0?[1-9])(?=\s*(?:[上下中早晚]|[放节假]|那天|当天|周|星期|礼拜|\d{1,2}[:点]|[(,]))",
    )
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|t|ober|ember)?\b\.?"
_ENGLISH = tuple(
    form(pattern)
    for pattern in (
        rf"\b{_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:{SEP}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?(?:,?\s*(?P<year>20\d\d))?(?![\d:]|\s*[ap]\.?m)",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{_NAME}(?:,?\s*(?P<year>20\d\d))?(?!\d)",
    )
)
_DAY_ONLY = form(
    rf"(?P<which>这个?月|本月|当月|下个?月|上个?月)的?(?P<day>{N})[日号]|(?<![\d第编工单])(?P<bare>{N})(?:号|(?=[、,和跟]{N}号))|(?<![\d月])(?P<figure>\d{{1,2}})日"
    r"|\b(?:the )?(?P<nth>\d{1,2})(?:st|nd|rd|th)\b"
)
_MAY_MEAN_NEXT_YEAR = 183  # days: a date just past is a slip, one half a year off means the year to come
_LAST_DAY_NAMED = 39  # 45号 is a number of something
_SPAN_AT_MOST = 31


class DateForms:
    """The dates said in a sheet, read on one day."""

    def __init__(self, sheet: Sheet, today: date) -> None:
        self.sheet, self.today = sheet, today
        self.said: list[Said] = []
        self._english = bool(re.search(r"[a-z]{2}", sheet.text)) and sheet.text.isascii()

    def read(self) -> list[Said]:
        """Every date of the calendar."""
        for pattern in (*_FORMS, *(_ENGLISH if self.sheet.latin else ())):
            self.sheet.each(pattern, self._date, DAY)
        self.sheet.each(_DAY_ONLY, self._day_only, DAY)
        return self.said

    def _add(
        self,
        match: re.Match[str],
        days: tuple[date, ...],
        *,
        sure: bool = True,
        problem: DayProblem | None = None,
    ) -> None:
        self.said.append(
            Said(match.start(), match.end(), "date", days, sure, problem, spread=sure and len(days) > 1)
        )

    def _date(self, match: re.Match[str]) -> bool | None:
        part = match.groupdict()
        month = _MONTHS.index(part["name"]) + 1 if part.get("name") else _count(part["month"])
        first = self._on(part.get("year"), month, _count(part["day"]))
        if part.get("slash") is not None and self._english:
            other = self._on(None, _count(part["day"]), month)
            both = tuple(sorted({day for day in (first, other) if day}))
            self._add(match, both, sure=len(both) == 1, problem=None if both else "impossible")
            return None
        if part.get("slash") is not None and first is None:
            return False  # 3/40 is some other figure
        if first is None:
            self._add(match, (), problem="impossible")
            return None
        last = first
        if part.get("last"):
            try:
                last = first.replace(day=_count(part["last"]))
            except ValueError:
                self._add(match, (), problem="impossible")
                return None
        days = tuple(
            first + timedelta(days=away) for away in range(min((last - first).days, _SPAN_AT_MOST) + 1)
        )
        self._add(match, days, problem=None if days else "impossible")
        return None

    def _on(self, year: str | None, month: int, day: int) -> date | None:
        """The date of a month and a day; without a year the one that is probably meant."""
        try:
            if year:
                return date(self._year(year), month, day)
            this = date(self.today.year, month, day) if (month, day) != (2, 29) else self._leap()
        except ValueError:
            return None
        coming = this + relativedelta(years=1)
        if this < self.today and (coming - self.today).days <= _MAY_MEAN_NEXT_YEAR:
            return coming
        return this

    def _leap(self) -> date:
        this = date(self.today.year, 2, 28) < self.today
        return date(self.today.year + this, 2, 29)

    def _year(self, written: str) -> int:
        known = {"今年": 0, "本年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2}
        return self.today.year + known[written] if written in known else number(written)

    def _day_only(self, match: re.Match[str]) -> bool | None:
        day = _count(match["day"] or match["bare"] or match["figure"] or match["nth"])
        if day > _LAST_DAY_NAMED:
            return False
        first = self.today.replace(day=1)
        if which := match["which"]:
            away = {"下": 1, "上": -1}.get(which[0], 0)
            found = _of_month(first + relativedelta(months=away), day)
            self._add(match, (found,) if found else (), problem=None if found else "impossible")
            return None
        if not 1 <= day <= 31:
            self._add(match, (), problem="impossible")
            return None
        coming = [
            _of_month(first + relativedelta(months=month), day) for month in range(day < self.today.day, 4)
        ]
        # 31号 in a month of 30 days is perhaps a slip.
        self._add(match, tuple(day for day in coming if day)[:1], sure=coming[0] is not None)
        return None


def _of_month(first: date, day: int) -> date | None:
    try:
        return first.replace(day=day)
    except ValueError:
        return None


def _count(written: str) -> int:
    try:
        return number(written)
    except ValueError:
        return 0  # 十十: no such number, so no such day
