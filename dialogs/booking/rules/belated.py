"""补录, read from words: times of several children, of today or of some days before, in one message. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.words import fold

_LATE = re.compile(r"(?:补录|補錄|補録|late entry)[:：\s]*", re.IGNORECASE)
# A comma ends a line too, but not between a child and its times, nor between the two times.
_SPLIT = re.compile(r"[;；\n。]+|[,，、](?!\s*(?:到|来|走|离开|接走|(?:in|out)\s))", re.IGNORECASE)
_DAY = re.compile(
    r"(?P<word>今天|今日|昨天|昨日|昨儿|大前天|前天|前日|today|yesterday)"
    r"|(?P<iso>20\d\d-\d{1,2}-\d{1,2})|(?:(?P<month>\d{1,2})月|(?P<english>\d{1,2})/)(?P<day>\d{1,2})[日号]?"
    r"|(?:上?个?)(?:周|星期|礼拜)(?P<week>[一二三四五六日天])"
)
_BACK = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "昨儿": 1, "yesterday": 1, "前天": 2, "前日": 2, "大前天": 3}  # fmt: skip
_CLOCK = r"\d{1,2}(?:[:：]\d{2}|点半|点\d{0,2}分?)"
_LINE = re.compile(
    r"(?:(?:编号|no\.?)(?P<number>\d+)|(?P<name>[^\d:：,，;；]{1,12}?))"
    rf"[,，]?(?:到|来了?|in)(?P<came>{_CLOCK})(?:[,，]?(?:走|接走|离开|out)(?P<left>{_CLOCK}))?"
)


@dataclass(frozen=True)
class Belated:
    """A line of what is entered later: which child (`number` of the booking, or `name`), on which day it came and went."""

    said: str
    number: int | None
    name: str
    day: date
    came: time
    left: time | None


def read(text: str, today: date) -> list[Belated | str] | None:
    """The lines behind 「补录」, in order; one that cannot be read as it was said. None: it is no such message.

    A day is said before the children whom it is for, and goes for those behind it; none is today. A weekday is the last one.
    """
    said = text.strip()
    found = _LATE.match(said)
    if found is None:
        return None
    lines: list[Belated | str] = []
    day = today
    for one in (part.strip() for part in _SPLIT.split(said[found.end() :])):
        told = fold(one)
        dated = _DAY.match(told)
        if dated is not None:
            try:
                day = _day(dated, today)
            except ValueError:
                return [one]
            told = told[dated.end() :].strip(",，:： ")
        if told or (one and dated is None):
            lines.append(_line(one, told, day))
    return lines


def _day(found: re.Match[str], today: date) -> date:
    """The day that is meant, never one to come where it can be helped. Raises ValueError on 2月30日."""
    if found["word"]:
        return today - timedelta(days=_BACK[found["word"]])
    if found["iso"]:
        return date(*map(int, found["iso"].split("-")))
    if found["week"]:
        weekday = "一二三四五六日".index(found["week"].replace("天", "日"))
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    day = date(today.year, int(found["month"] or found["english"]), int(found["day"]))
    # In January, 12月30日 was last year.
    return day if day <= today + timedelta(days=180) else day.replace(year=today.year - 1)


def _line(said: str, told: str, day: date) -> Belated | str:
    found = _LINE.fullmatch(told)
    if found is None:
        return said
    came, left = _clock(found["came"]), _clock(found["left"]) if found["left"] else None
    if came is None or (found["left"] and left is None) or (left is not None and left <= came):
        return said
    number = int(found["number"]) if found["number"] else None
    return Belated(said, number, found["name"] or "", day, came, left)


def _clock(said: str) -> time | None:
    hour, _, minute = re.sub("[：点]", ":", said.rstrip("分")).partition(":")
    try:
        return time(int(hour), 30 if minute == "半" else int(minute or 0))
    except ValueError:
        return None
