"""Birth dates as people write them, in Chinese and figures, read strictly: a date that could mean two days is asked again.

The Gregorian calendar only. What is said in the lunar calendar, as an age, or without a year is a problem with a code
of its own, so that the answer can say what to look at instead.
"""

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta

from bot.flow.numerals import in_figures

BirthProblem = Literal[
    "lunar", "age_not_date", "future", "impossible", "too_long_ago", "ambiguous", "incomplete", "not_a_date"
]
"""`ambiguous`: several dates, or figures that can be read two ways; `incomplete`: the year, month or day is missing."""
BIRTH_PROBLEMS: tuple[BirthProblem, ...] = get_args(BirthProblem)

OLDEST_YEARS = 120
_READ_AT_MOST = 300  # characters; a longer message is a story, and its dates are not an answer

_SIMPLE = str.maketrans("歲個號農曆陰陽臘兩閏國週滿虛舊節陽○◯零", "岁个号农历阴阳腊两闰国周满虚旧节阳〇〇〇")
_FIGURES = "〇一二三四五六七八九"
_CN = f"[{_FIGURES}十两]"
_LUNAR = re.compile(
    r"农历|阴历|旧历|老历|虚岁|腊月|正月|冬月|闰.{0,3}月|初[一二三四五六七八九十\d]|廿"
    r"|除夕|大年|春节|元宵|端午|中秋|重阳|七夕|lunar"
)
_SOLAR = re.compile(r"(?:阳历|公历|新历|国历|西历)[是:,(\s]*")
_AGE = re.compile(
    rf"(?:\d+|{_CN}+|半|几)\s*(?:个半?|多)?\s*(?:周?岁|月龄|个?半?月大|个半?月(?!\d)|周大|天)|满月|百天|百日|周岁"
    r"|\d+\s*(?:years?|months?|weeks?|days?)\b|刚出生|刚生"
)
_SINCE = {"大前年": 3, "前年": 2, "去年": 1, "上年": 1, "今年": 0, "本年": 0}
_DAYS = {
    "大前天": 3,
    "前天": 2,
    "前日": 2,
    "昨天": 1,
    "昨日": 1,
    "今天": 0,
    "今日": 0,
    "今早": 0,
    "yesterday": 1,
    "today": 0,
}

_BREAK = r"\s*[-/.,、\\\s~_–—]\s*"
_EDGE, _STOP = r"(?<![\d.])", r"(?!\d)"
_TWO = rf"(?:\d{{1,2}}|{_CN}{{1,3}})"
_YEAR = (
    rf"(?P<year>\d{{4}}|[{_FIGURES}]{{4}}|[两二]千(?:〇?{_CN}{{1,3}})?|(?P<short>\d{{2}}|[{_FIGURES}]{{2}})(?=\s*年)"
    rf"|民国\s*(?P<roc>\d{{1,3}}|{_CN}{{1,3}}|{_CN}*百{_CN}*)(?=\s*年)|(?P<since>{'|'.join(_SINCE)}))"
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_NAMES = {name: number for number, month in enumerate(_MONTHS, 1) for name in (month, month[:3], month[:4])}
_NAMED = "|".join(sorted(_NAMES, key=len, reverse=True))

_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2024年5月1日, 去年三月十号, 2024-5-1, 2024 05 01, 民国113年5月1日
        (
            rf"{_EDGE}{_YEAR}(?:\s*年\s*(?:的\s*)?|{_BREAK}|(?<=年)\s*的?\s*)(?P<month>{_TWO})(?:\s*月份?\s*的?\s*|{_BREAK})"
            rf"(?P<day>{_TWO})(?:\s*[日号]|{_STOP}(?!{_CN}))"
        ),
        rf"{_EDGE}(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_STOP}",
        rf"{_EDGE}(?P<year>\d{{4}})\s*年\s*(?P<month>\d{{2}})(?P<day>\d{{2}})(?:\s*日|{_STOP})",
        rf"(?<![a-z])(?P<name>{_NAMED})\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(?P<year>\d{{4}}){_STOP}",
        rf"{_EDGE}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<name>{_NAMED})\.?\s*,?\s*(?P<year>\d{{4}}){_STOP}",
    )
)
_RECENT = re.compile(
    rf"\W*.{{0,6}}?(?P<day>{'|'.join(_DAYS)})"
    r"(?:早上|上午|中午|下午|傍晚|晚上|夜里|凌晨|刚|才|是|的|出|生|了|\W)*"
)
_ASIDE = re.compile(r"\([^)]*(?:农历|阴历|旧历)[^)]*\)")
_YEAR_LAST = re.compile(
    rf"{_EDGE}(?P<one>\d{{1,2}}){_BREAK}(?P<two>\d{{1,2}}){_BREAK}(?P<year>\d{{4}}){_STOP}"
)
_THIS_MONTH = re.compile(rf"(?P<back>上个?月|这个?月|本月|当月)的?\s*(?P<day>{_TWO})\s*[日号]")
_UNCLEAR = re.compile(
    rf"{_EDGE}(?:\d{{5,7}}{_STOP}|\d{{1,3}}{_BREAK}\d{{1,2}}{_BREAK}\d{{1,2}}{_STOP}|\d{{3}}\s*年)"
)
_PART = re.compile(
    rf"{_TWO}\s*月|{_TWO}\s*[日号]|\d\s*年|年$|{_EDGE}(?:19|20)\d\d(?:{_BREAK}\d{{1,2}})?{_STOP}"
    rf"|{_EDGE}\d{{1,2}}[-/.]\d{{1,2}}{_STOP}|{'|'.join(_SINCE)}|[五六][一]$|元旦|国庆|儿童节|圣诞|上个?月|上个?周|星期"
)


def read_birth(text: str, today: date) -> date | BirthProblem:
    """Return the day a text names, not after `today` and at most 120 years before it, or the code of the problem."""
    if len(text) > _READ_AT_MOST:
        return "not_a_date"
    said = unicodedata.normalize("NFKC", text).translate(_SIMPLE).lower().strip()
    said = "".join(
        character for character in said if unicodedata.category(character) not in ("Cf", "Mn", "Me")
    )
    said = _ASIDE.sub("", said)
    solar = _SOLAR.split(said)
    if len(solar) > 1:
        said = re.split(r"农历|阴历|旧历|老历", solar[1])[0]
    elif _LUNAR.search(said):
        return "lunar"
    dates, problem = _dates(said, today)
    if len(dates) > 1:
        return "ambiguous"
    if problem:
        return problem
    if not dates:
        return _why_not(said)
    (day,) = dates
    if day > today:
        return "future"
    return "too_long_ago" if day <= today - relativedelta(years=OLDEST_YEARS) else day


def _dates(said: str, today: date) -> tuple[set[date], BirthProblem | None]:
    """Every different day in the text, and the first problem of a thing written like a date."""
    dates: set[date] = set()
    problems: list[BirthProblem] = []
    for form in _FORMS:
        for match in form.finditer(said):
            day = _day(match, today)
            if day is None:
                problems.append("impossible")
            else:
                dates.add(day)
    for match in _YEAR_LAST.finditer(said):
        _year_last(match, dates, problems)
    for match in _THIS_MONTH.finditer(said):
        first = today.replace(day=1) - relativedelta(months=match["back"].startswith("上"))
        _add(first.year, first.month, _number(match["day"]), dates, problems)
    if not dates and not problems and (recent := _RECENT.fullmatch(said)):
        dates.add(today - timedelta(days=_DAYS[recent["day"]]))
    return dates, problems[0] if problems else None


def _day(match: re.Match[str], today: date) -> date | None:
    part = match.groupdict()
    month = _NAMES[part["name"]] if part.get("name") else _number(part["month"])
    try:
        return date(_year(part, today), month, _number(part["day"]))
    except ValueError:
        return None


def _year(part: dict[str, str | None], today: date) -> int:
    """A year of two figures lies in the hundred years up to this one."""
    if since := part.get("since"):
        return today.year - _SINCE[since]
    if roc := part.get("roc"):
        return 1911 + _number(roc)
    year = _number(part["year"] or "")
    if part.get("short"):
        year += today.year // 100 * 100
        return year if year <= today.year else year - 100
    return year


def _year_last(match: re.Match[str], dates: set[date], problems: list[BirthProblem]) -> None:
    """25/12/2024 is clear, 5/1/2024 is not: the habits of two continents differ."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if one != two and one <= 12 and two <= 12:
        problems.append("ambiguous")
    elif one > 12:
        _add(year, two, one, dates, problems)
    else:
        _add(year, one, two, dates, problems)


def _add(year: int, month: int, day: int, dates: set[date], problems: list[BirthProblem]) -> None:
    try:
        dates.add(date(year, month, day))
    except ValueError:
        problems.append("impossible")


def _number(written: str) -> int:
    if written.isdigit() and written.isascii():
        return int(written)
    if set(written) <= set(_FIGURES):  # figure by figure: 二〇二四, 〇五
        return int("".join(str(_FIGURES.index(figure)) for figure in written))
    try:
        return in_figures(written)
    except ValueError:
        return 0  # 十十: no such number, so no such day


def _why_not(said: str) -> BirthProblem:
    if _UNCLEAR.search(said):
        return "ambiguous"
    if _AGE.search(said):
        return "age_not_date"
    return "incomplete" if _PART.search(said) else "not_a_date"
