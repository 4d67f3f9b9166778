"""Days, hours and lengths said back as people say them: 明天（11月26日 周四）下午2:00–4:30, tomorrow (Thu 26 Nov) 2:00–4:30 pm.

Pure; `today` is the local day. What is said here, `bot.flow.when` reads. Templates have it as the filters `near(today)`,
`hours(ends)` and `lasting` (bot/texts.py). `lang` is "en" or Chinese, in Simplified script.
"""

from __future__ import annotations

from datetime import date, time, timedelta

_WEEKDAYS = "一二三四五六日"
_NEAR = {0: ("今天", "today"), 1: ("明天", "tomorrow"), 2: ("后天", ""), -1: ("昨天", "yesterday")}
_PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_SAME = {"早上": "上午"}
"""Nobody says 早上8:00–上午11:30: the second word is left out."""


def day(when: date | str, today: date | str, lang: str = "zh") -> str:
    """A day by its name from today, its date and its weekday; with the year when that is another."""
    when, today = _date(when), _date(today)
    zh, en = _NEAR.get((when - today).days, ("", ""))
    if lang == "en":
        written = f"{when:%a} {when.day} {when:%b}" + (f" {when.year}" if when.year != today.year else "")
        return f"{en} ({written})" if en else written
    written = f"{when.month}月{when.day}日"
    if when.year != today.year:
        written = f"{when.year}年{written}"
    weekday = f"周{_WEEKDAYS[when.weekday()]}"
    if zh:
        return f"{zh}（{written} {weekday}）"
    # Only ahead, and only where no other week can be meant.
    weeks = (when - timedelta(days=when.weekday()) - today + timedelta(days=today.weekday())).days // 7
    if when > today and weeks in (0, 1):
        return f"{'这' if weeks == 0 else '下'}{weekday}（{written}）"
    return f"{written}（{weekday}）"


def hours(starts: time | str, ends: time | str | None = None, lang: str = "zh") -> str:
    """An hour, or a span of a day; an end of 00:00 is midnight."""
    starts = _time(starts)
    if ends is None:
        return _hour_en(starts) if lang == "en" else f"{_part(starts)}{_figures(starts)}"
    ends = _time(ends)
    if lang == "en":
        same = (starts < time(12)) == (ends < time(12)) and time(12) not in (starts, ends) and ends != time(0)
        first = _figures(starts) if same else _hour_en(starts)
        return f"{first}–{_hour_en(ends)}"
    one, two = _part(starts), "晚上" if ends == time(0) else _part(ends)
    second = "" if _SAME.get(one, one) == _SAME.get(two, two) else two
    return f"{one}{_figures(starts)}–{second}{_figures(ends)}"


def span(
    when: date | str, starts: time | str, ends: time | str | None, today: date | str, lang: str = "zh"
) -> str:
    """A day and its hours: 明天（11月26日 周四）下午2:00–4:30."""
    between = ", " if lang == "en" else ""
    return f"{day(when, today, lang)}{between}{hours(starts, ends, lang)}"


def lasting(minutes: int, lang: str = "zh") -> str:
    """A length in minutes: 2个半小时, 45分钟, 2 hours 30 minutes."""
    whole, left = divmod(minutes, 60)
    if lang == "en":
        said = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in ((whole, "hour"), (left, "minute")) if n]
        return " ".join(said) or "0 minutes"
    if left == 30:
        return f"{whole}个半小时" if whole else "半小时"
    return (f"{whole}小时" if whole else "") + (f"{left}分钟" if left or not whole else "")


def _part(at: time) -> str:
    return next(name for before, name in _PARTS if at.hour < before)


def _figures(at: time) -> str:
    """Twelve hours, as on a clock on the wall."""
    return f"{at.hour % 12 or 12}:{at.minute:02}"


def _hour_en(at: time) -> str:
    if at == time(12):
        return "noon"
    return "midnight" if at == time(0) else f"{_figures(at)} {'am' if at.hour < 12 else 'pm'}"


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _time(value: time | str) -> time:
    return time.fromisoformat(value) if isinstance(value, str) else value
