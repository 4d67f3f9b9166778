"""The children of a question: their ages and birth dates as people tell them.

What is told is seldom a day. 20个月, 两岁半, 2024年5月生 leave a range of birth days, and a Child is that range, so that a
sum can see whether it comes out the same for all of them. What nobody can count from (虚岁, a season, the lunar calendar)
is no age: `unclear_in` says so.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from knowledge.ages import completed_months
from knowledge.figures_in import CN, NUMBER, number
from knowledge.normalise import normalise

OLDEST = 72
"""Months: what is older is not the child that a question here is about."""
AHEAD = 300
"""Days: a birth that far ahead is one that is expected."""
_CHILD = re.compile(
    r"孩|娃|宝|囡|崽|孙|儿子|女儿|闺女|小朋友|baby|child|kid|月龄|month|toddler|daughter|son\b|大的?[能可要]|龙凤|双胞|老[大二三]|小的|生日|出生"
)
_SEVERAL = re.compile(
    r"老[大二三四]|大宝|二宝|三宝|大的|小的|哥哥?|姐姐?|弟弟?|妹妹?|二胎|三胎|一个[^.?!]{2,24}一个|[两俩三仨234]个?(?:都)?(?:孩子|娃|宝|小孩)|各"
)
_Y = r"(?P<y>20\d\d|(?<!\d)\d\d(?=年)|二[零〇]二[零〇一二三四五六七八九]|二[零〇一二三四五六七八九](?=年)|大前年|去年|前年|今年|明年)"
_M = r"(?P<m>1[0-2]|0?[1-9](?!\d)|十[一二]?|[一二三四五六七八九])"
_D = r"(?P<d>[12]\d|3[01]|0?[1-9](?!\d)|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_BIRTH = r"[^,.?!\d]{0,5}(?:生(?!活|病|育)|产(?!假|检)|落地|born)"
_BEFORE = r"(?:生日|出生日期|出生年月|出生在|出生于|出生|生于|生在|预产期|born)[^,.?!\d]{0,4}"
_BORN = (
    re.compile(rf"{_Y}年?的?{_M}月份?(?:{_D}[日号]?)?{_BIRTH}"),
    re.compile(rf"{_BEFORE}{_Y}(?:年|[-/.])?{_M}(?:月份?|[-/.]|$)?(?:{_D}[日号]?)?"),
    re.compile(r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>\d\d)?" + _BIRTH),
    re.compile(r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})" + _BIRTH),
)
_DATED = re.compile(
    rf"{_Y}年?的?{_M}月份?(?:{_D}[日号]?)?(?!份?(?:[日号])?(?:起|开始|以?前|以?后|之|截止|到期|为止|申|发|领|报|办|能|公布|出台|实施))"
)
"""A month beside a word for a child and none for a birth: taken where no process is told of."""
_YEAR = re.compile(rf"{_Y}年?(?:出)?(?:生(?!活|病|育)|产(?!假|检)|落地)")
_IN_MONTHS = re.compile(
    rf"(?P<when>这个?月|本月|下个?月|上个?月)[^,.?!\d]{{0,4}}?(?P<n>[{CN}\d]{{1,2}})周?岁(?!半)"
)
_LACKS = re.compile(rf"(?:再过|还有|还差|差|过){NUMBER}个?月[^,.?!\d]{{0,3}}?(?:满|到|就|才)*{NUMBER}周?岁")
_TURNS = re.compile(rf"{_Y}?{_M}月份?(?:{_D}[日号]?)?[^,.?!\d生]{{0,4}}?(?P<n>[{CN}\d]{{1,2}})周?岁")
_UNCLEAR = re.compile(
    r"虚岁|毛岁|虚[一二两三四五\d]|农历|阴历|腊月|正月|冬月|属[鼠牛虎兔龙蛇马羊猴鸡狗猪]"
    r"|(?:[去前今]年|大前年|(?:20)?\d\d年)[^,.?!]{0,3}(?:[春夏秋冬][天季里]?|[年月]?[底初末中]|[上下]半年|过年|春节)[^,.?!]{0,4}(?:生|出生|落地)"
    r"|(?:过年|春节|中秋|国庆|端午|开学|年初|年底|年末|年中|上半年|下半年)[^,.?!]{0,4}(?:生(?!活|病|育)|落地)"
    r"|(?<![年\d.])(?:\d{1,2}|十?[一二三四五六七八九十])月份?(?:\d{1,2}[日号])?(?:出?生(?!活|病|育)|落地)"
)
_NOT_AN_AGE = re.compile(
    r"(?:虚岁?|不到|不满|未满|没满|到|[上下前后每第这那几]|提前|再过|还有|还差|等|领了?|交了?|托了?|付|缴|有效期?|期限|保质期|最多|至少)$"
)
_NO_AGE_AFTER = re.compile(r"虚岁|以下|以上|以内|以前|之前|以后|之后|内|前|后|一次|有效|付|交|发|里|期限")
Months = Callable[[re.Match[str]], tuple[int, int]]


def _years(found: re.Match[str]) -> tuple[int, int]:
    whole = 12 * number(found["n"])
    return (whole + 1 if found["more"] else whole), whole + (0 if found["just"] else 11)


_AGE: tuple[tuple[re.Pattern[str], Months], ...] = (
    (
        re.compile(rf"{NUMBER}周?岁(?:零|又|加|多)?{NUMBER}个?月"),
        lambda f: (12 * number(f[1]) + number(f[2]),) * 2,
    ),
    (re.compile(rf"{NUMBER}周?岁半"), lambda f: (12 * number(f[1]) + 6,) * 2),
    (re.compile(r"半岁"), lambda _: (6, 6)),
    (re.compile(rf"{NUMBER}个?半月(?:大|龄)"), lambda f: (number(f[1]),) * 2),
    (
        re.compile(r"(?:快|将近|马上|就要)(?:满|到)?(?P<n>[一二两三四五六1-6])周?岁"),
        lambda f: (12 * number(f["n"]) - 3, 12 * number(f["n"]) - 1),
    ),
    (
        re.compile(rf"{NUMBER}个月(?=$|[,.?!]|上哪|上什|能|该|可以|属于|算|进|分|送|够|了)"),
        lambda f: (number(f[1]),) * 2,
    ),
    (
        re.compile(
            r"(?<![\d十百])(?P<just>刚刚?满?|才满)?(?:满|过)?(?P<n>[一二两三1-3])周?岁(?P<more>多|出头|几个月)?"
        ),
        _years,
    ),
    (re.compile(r"十几个月"), lambda _: (11, 19)),
    (re.compile(r"二十(?:几|多|来)个月|20(?:几|多|来)个月"), lambda _: (20, 29)),
    (re.compile(rf"{NUMBER}个多?月(?:大|龄)?|{NUMBER}月龄"), lambda f: (number(f[1] or f[2]),) * 2),
    (re.compile(r"(\d{1,2})[ -]?months?(?:[ -]old)?"), lambda f: (int(f[1]),) * 2),
    (re.compile(r"(\d)[ -]?(?:and a half|\.5)[ -]?years?"), lambda f: (12 * int(f[1]) + 6,) * 2),
    (re.compile(r"(\d)[ -]?years?[ -]old"), lambda f: (12 * int(f[1]), 12 * int(f[1]) + 11)),
    (
        re.compile(
            rf"(?P<just>刚刚?满?|才满)?(?:满|过)?(?P<n>\d{{1,2}}|[{CN}]{{1,4}})周?岁(?P<more>多|出头|几个月)?"
        ),
        _years,
    ),
    (re.compile(r"刚出生|刚生(?!效)|新生儿|坐月子|newborn"), lambda _: (0, 0)),
    (re.compile(r"满百天|一百天|百日"), lambda _: (3, 3)),
)
PLAIN = 7
"""So many of the ages are a small child's without any word for one."""
EXPECTED = re.compile(r"怀孕|怀着|怀了|肚子里|预产期|还没(?:出)?生|没出生|未出生|待产|pregnant|unborn")


@dataclass(frozen=True)
class Child:
    """A child of a question: born on one of the days from `first` to `last`, both included; `today` is the day of asking."""

    first: date
    last: date
    today: date

    @property
    def exact(self) -> bool:
        """Whether the very day is known."""
        return self.first == self.last

    @property
    def months(self) -> int:
        """Completed months, where it was born as early as can be."""
        return completed_months(self.first, self.today)

    @property
    def fewest(self) -> int:
        """Completed months, where it was born as late as can be; below 0: not yet."""
        return completed_months(self.last, self.today)

    @property
    def unborn(self) -> bool:
        """Whether it is expected."""
        return self.first > self.today


def aged(fewest: int, most: int, today: date) -> Child:
    """A child of so many completed months: every birth day that gives them."""
    return Child(_born_before(most + 1, today) + timedelta(days=1), _born_before(fewest, today), today)


def child_in(text: str, today: date) -> Child | None:
    """The one child whose age or birth a question tells, the first of several; None where it tells none."""
    return next(iter(children_in(text, today)), None)


def children_in(text: str, today: date) -> tuple[Child, ...]:
    """Every child that a question tells, in its order; more than one only where it speaks of several."""
    said = normalise(text)
    births = list(_births(said, today))
    ages = list(_ages(said, today, [span for span, _ in births]))
    found = births or ages
    if _SEVERAL.search(said):
        known = [child for _, child in births]
        found = sorted(
            [*births, *(pair for pair in ages if not any(_may_be_one(pair[1], one) for one in known))],
            key=lambda pair: pair[0],
        )
        return tuple(child for _, child in found)
    if not found and EXPECTED.search(said):
        return (Child(today + timedelta(days=1), today + timedelta(days=AHEAD), today),)
    return tuple(child for _, child in found[:1])


def aged_in(said: str, today: date) -> tuple[tuple[int, int], Child] | None:
    """The first age or birth in a normalised text that is known to be about a child: where it stands, and the child."""
    births = list(_births(said, today))
    return next(iter(births or list(_ages(said, today, [], child=True))), None)


def unclear_in(text: str) -> bool:
    """Whether an age is told in a way that nobody can count from: 虚岁, a season, the lunar calendar, a zodiac year."""
    said = normalise(text)
    return _UNCLEAR.search(said) is not None and not any(pattern.search(said) for pattern in _BORN)


def _may_be_one(one: Child, other: Child) -> bool:
    return one.first <= other.last and other.first <= one.last


def _births(said: str, today: date) -> Iterator[tuple[tuple[int, int], Child]]:
    """(place, child) of every birth that is told as a date, the earliest in the text first."""
    taken: list[tuple[int, int]] = []
    found: list[tuple[tuple[int, int], Child]] = []
    for pattern in (*_BORN, _TURNS, *([_DATED] if _CHILD.search(said) else []), _YEAR):
        for match in pattern.finditer(said):
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in taken):
                continue
            child = _dated(match, today, years=pattern is _TURNS, whole=pattern is _YEAR)
            if child is not None and not (pattern is _YEAR and _UNCLEAR.search(said)):
                taken.append(span)
                found.append((span, child))
    yield from sorted(found, key=lambda pair: pair[0])


def _dated(match: re.Match[str], today: date, years: bool, whole: bool) -> Child | None:
    part = match.groupdict()
    try:
        year = _year(part.get("y"), today)
        if year is None:  # 8月满三岁: the next one
            month = number(part["m"])
            year = today.year + (month < today.month)
        if years:
            year -= number(part["n"])
        if whole:
            first, last = date(year, 1, 1), date(year, 12, 31)
        else:
            month = number(part["m"])
            first = date(year, month, number(part["d"]) if part.get("d") else 1)
            last = first if part.get("d") else first.replace(day=monthrange(year, month)[1])
    except (ValueError, TypeError):
        return None
    oldest, ahead = today - relativedelta(months=OLDEST), today + timedelta(days=AHEAD)
    if last < oldest or first > ahead:
        return None
    if first <= today < last:
        last = today
    return Child(first, last, today)


def _year(written: str | None, today: date) -> int | None:
    if not written:
        return None
    since = {"大前年": 3, "前年": 2, "去年": 1, "今年": 0, "明年": -1}
    if written in since:
        return today.year - since[written]
    year = number(written)
    return year if year > 99 else 2000 + year


def _ages(
    said: str, today: date, taken: list[tuple[int, int]], child: bool = False
) -> Iterator[tuple[tuple[int, int], Child]]:
    """The same of every age; without a word for a child (or `child`) only what is clearly a small child's."""
    known = child or _CHILD.search(said) is not None
    found = list(_turning(said, today))
    spans = [*taken, *(span for span, _ in found)]
    for place, (pattern, months_of) in enumerate(_AGE):
        for match in pattern.finditer(said):
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in spans):
                continue
            if (not known and place >= PLAIN) or not _an_age(said, match):
                continue
            try:
                fewest, most = months_of(match)
            except ValueError:
                continue
            if 0 <= fewest <= most and fewest <= OLDEST:
                spans.append(span)
                found.append((span, aged(fewest, most, today)))
    yield from sorted(found, key=lambda pair: pair[0])


def _an_age(said: str, match: re.Match[str]) -> bool:
    before, after = said[: match.start()], said[match.end() :]
    return not _NOT_AN_AGE.search(before) and not _NO_AGE_AFTER.match(after)


def _turning(said: str, today: date) -> Iterator[tuple[tuple[int, int], Child]]:
    """下个月满三岁, 还差两个月一岁: the month of the birthday is known."""
    ahead = {"下": 1, "上": -1}
    turning = [(found, ahead.get(found["when"][0], 0), found["n"]) for found in _IN_MONTHS.finditer(said)]
    turning += [(found, number(found[1]), found[2]) for found in _LACKS.finditer(said)]
    for found, months, years in turning:
        if number(years) * 12 <= OLDEST:
            first = today.replace(day=1) + relativedelta(months=months - 12 * number(years))
            yield found.span(), Child(first, first + relativedelta(months=1, days=-1), today)


def _born_before(months: int, today: date) -> date:
    """The latest birth day of one who has completed so many months today."""
    day = today - relativedelta(months=months)
    while completed_months(day + timedelta(days=1), today) >= months:
        day += timedelta(days=1)
    return day
