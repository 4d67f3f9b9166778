"""Days with a name: holidays, the days worked to make up for them, and what the lunar calendar calls by name.

The State Council publishes a year's holidays in the autumn before; `chinesecalendar` carries them. What it does not carry
is not guessed: a holiday whose days are unknown has no days here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants
from dateutil.relativedelta import relativedelta

from bot.flow.when.text import form

_NAMED: dict[str, tuple[str, tuple[int, int] | None]] = {
    "元旦": ("New Year's Day", (1, 1)),
    "new year's day": ("New Year's Day", (1, 1)),
    "春节": ("Spring Festival", None),
    "过年": ("Spring Festival", None),
    "spring festival": ("Spring Festival", None),
    "chinese new year": ("Spring Festival", None),
    "清明": ("Tomb-sweeping Day", None),
    "tomb-sweeping day": ("Tomb-sweeping Day", None),
    "qingming": ("Tomb-sweeping Day", None),
    "五一": ("Labour Day", (5, 1)),
    "劳动节": ("Labour Day", (5, 1)),
    "labour day": ("Labour Day", (5, 1)),
    "labor day": ("Labour Day", (5, 1)),
    "may day": ("Labour Day", (5, 1)),
    "端午": ("Dragon Boat Festival", None),
    "dragon boat festival": ("Dragon Boat Festival", None),
    "中秋": ("Mid-autumn Festival", None),
    "mid-autumn festival": ("Mid-autumn Festival", None),
    "国庆": ("National Day", (10, 1)),
    "十一": ("National Day", (10, 1)),
    "national day": ("National Day", (10, 1)),
}
_PLAIN = {
    "圣诞": (12, 25),
    "christmas": (12, 25),
    "平安夜": (12, 24),
    "christmas eve": (12, 24),
    "六一": (6, 1),
    "儿童节": (6, 1),
    "children's day": (6, 1),
    "妇女节": (3, 8),
    "三八节": (3, 8),
    "教师节": (9, 10),
}
_TERMS = {"清明": "清明", "qingming": "清明", "tomb-sweeping day": "清明", "冬至": "冬至"}
_HOLIDAYS = "|".join(name for name in sorted(_NAMED, key=len, reverse=True) if name not in ("十一", "五一"))
_DAYS_OFF = r"(?:长假|小长假|假期?|放假|黄金周|期间|这几天|那几天|holidays?|week)"
_THE_DAY = r"(?:当天|那天|当日|正日子)"
# 五一 stands in 周五一天 as well, and 十一 in every number from eleven on.
NAMED = form(
    rf"(?P<name>{_HOLIDAYS}|(?<![周期拜十\d])五一(?![点个号月天小]|十)|(?<![二三四五六七八九十\d周期拜])十一(?={_DAYS_OFF}|{_THE_DAY}))节?"
    rf"\s*的?(?:(?P<off>{_DAYS_OFF}+)|(?P<day>{_THE_DAY}))?"
    r"|(?P<plain>christmas eve|christmas|children's day|圣诞|平安夜|(?<![\d十])六一(?=儿童|节|那天|当天)|儿童节|妇女节|三八节|教师节)"
    r"(?:儿童)?节?(?:那天|当天)?|(?P<term>冬至)(?:那天|当天)?"
)
MADE_UP = form(
    rf"(?:(?P<name>{_HOLIDAYS}|五一|十一)节?(?P<side>前|后)?的?)?(?:补班|调休上班|调班)(?:的?(?:那天|日))?"
)
_LUNAR_DAY = r"(?:初[一二三四五六七八九十\d]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|\d{1,2})"
LUNAR = form(
    rf"(?:农历|阴历|旧历|老历)[的是]?(?:[正冬腊一二三四五六七八九十\d]{{1,2}}月)?{_LUNAR_DAY}?"
    rf"|(?:正月|腊月|冬月){_LUNAR_DAY}?|大年(?:{_LUNAR_DAY}|夜)?|年三十|年夜|除夕|元宵节?|腊八节?|小年(?:夜|那天)|重阳节?|七夕节?"
    rf"|[一二三四五六七八九]月初[一二三四五六七八九十](?![号日])|lunar\s+\w+"
)


def run_of(holiday: str, today: date) -> tuple[date, ...]:
    """The next days off of a holiday (the rest of them when it has begun), or none where they are not published."""
    days = sorted(day for day, name in constants.holidays.items() if name == holiday and day >= today)
    run: list[date] = []
    for day in days:
        if run and day - run[-1] > timedelta(days=1):
            break
        run.append(day)
    return tuple(run) if run and run[0] - today < timedelta(days=366) else ()


def named_days(match: re.Match[str], today: date) -> tuple[tuple[date, ...], bool]:
    """(days, sure) of a match of NAMED: the one day, or the days of which one is meant; none where nobody knows."""
    if plain := match["plain"]:
        return (_next(*_PLAIN[plain], today),), True
    name = match["term"] or match["name"]
    if match["term"] or (name in _TERMS and not match["off"]):
        day = _solar_term(_TERMS[name], today)
        return ((day,), True) if day else ((), False)
    holiday, fixed = _NAMED[name]
    if fixed and (match["day"] or (name in ("元旦", "new year's day") and not match["off"])):
        return (_next(*fixed, today),), True
    return run_of(holiday, today), False


def made_up(match: re.Match[str], today: date) -> date | None:
    """The next weekend day that is worked for a holiday, or for the one named."""
    wanted = _NAMED[match["name"]][0] if match["name"] else None
    days = sorted(
        day
        for day, name in constants.workdays.items()
        if day >= today and day.weekday() >= 5 and wanted in (None, name)
    )
    if not days:
        return None
    near = [day for day in days if day - days[0] < timedelta(days=40)]
    found: date = near[-1] if match["side"] == "后" else near[0]
    return found


def _next(month: int, day: int, today: date) -> date:
    found = date(today.year, month, day)
    return found if found >= today else found + relativedelta(years=1)


def _solar_term(term: str, today: date) -> date | None:
    for day, name in chinese_calendar.get_solar_terms(today, today + timedelta(days=366)):
        if name == term:
            found: date = day
            return found
    return None
