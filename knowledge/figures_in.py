"""Ages, birth months and sums of money in a question, for the answers that compute."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from knowledge.ages import completed_months
from knowledge.normalise import normalise

_N = r"(\d{1,4}|[零〇一二两三四五六七八九十百千]{1,7})"
_CHILD = re.compile(
    r"孩|娃|宝|囡|崽|孙|儿子|女儿|闺女|小朋友|baby|child|kid|月龄|month|toddler|daughter|son\b|大的?[能可要]|龙凤|双胞"
)
_AGE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int]], ...] = (
    (re.compile(rf"{_N}周?岁(?:零|又|加)?{_N}个?月"), lambda f: 12 * number(f[1]) + number(f[2])),
    (re.compile(rf"{_N}周?岁半"), lambda f: 12 * number(f[1]) + 6),
    (re.compile(r"半岁"), lambda _: 6),
    (re.compile(rf"{_N}个?半月(?:大|龄)"), lambda f: number(f[1])),
    (
        re.compile(
            rf"(?<![每第这那下上头前后几]){_N}(?:个月(?:大|的[孩娃宝])?|月龄|个月龄)(?!内|以内|一次|有效|付|交|发)"
        ),
        lambda f: number(f[1]),
    ),
    (re.compile(r"(\d{1,2})[ -]?months?[ -]old"), lambda f: int(f[1])),
    (re.compile(r"(\d)[ -]?(?:and a half|\.5)[ -]?years?"), lambda f: 12 * int(f[1]) + 6),
    (re.compile(r"(\d)[ -]?years?[ -]old"), lambda f: 12 * int(f[1])),
    (re.compile(rf"{_N}周?岁"), lambda f: 12 * number(f[1])),
)
_BORN = (
    re.compile(r"(?P<y>20\d\d|(?<!\d)\d\d)年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号]?)?[^,.?!]{0,4}生"),
    re.compile(r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>20\d\d|(?<!\d)\d\d)年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?"),
)
_MONEY = re.compile(rf"{_N}(?:元|块钱?|大洋)")
_UNCLEAR = re.compile(
    r"虚岁|毛岁|虚[一二两三四五\d]|农历|阴历|腊月|正月|冬月"
    r"|(?:[去前今]年|大前年|(?:20)?\d\d年)[^,.?!]{0,3}(?:[春夏秋冬][天季里]?|[年月]?[底初末中]|[上下]半年)?[^,.?!]{0,3}(?:生的?$|出生|生人|落地)"
)
PLAIN = 3
"""So many of the ages are a small child's without any word for one."""
OLDEST = 72
"""Months: what is older is not the child that a question here is about."""


@dataclass(frozen=True)
class Child:
    """A child of a question: completed months on the day of asking; `birth` is its day, or the first day of its month."""

    months: int
    birth: date
    exact: bool


def child_in(text: str, today: date) -> Child | None:
    """The one child whose age or birth month a question tells; None where it tells none."""
    said = normalise(text)
    if (born := _born(said, today)) is not None:
        birth, exact = born
        return Child(completed_months(birth, today), birth, exact)
    child = _CHILD.search(said) is not None
    for number_of, (pattern, months_of) in enumerate(_AGE):
        if (child or number_of < PLAIN) and (found := pattern.search(said)) is not None:
            months = months_of(found)
            if 0 <= months <= OLDEST:
                return Child(months, today - relativedelta(months=months), exact=False)
    return None


def unclear_in(text: str) -> bool:
    """Whether an age is told in a way that nobody can count from: 虚岁, a season or only a year of birth."""
    said = normalise(text)
    return _UNCLEAR.search(said) is not None and not any(pattern.search(said) for pattern in _BORN)


def yuan_in(text: str) -> int | None:
    """The largest sum of money of a question, in yuan."""
    return max((number(found) for found in _MONEY.findall(normalise(text))), default=None)


def number(written: str) -> int:
    """A number in digits or Chinese numerals. Raises ValueError."""
    if written.isdecimal():
        return int(written)
    from cn2an import cn2an  # noqa: PLC0415  loading it takes a tenth of a start, and most questions never need it

    return int(cn2an(written.replace("两", "二").replace("〇", "零"), "smart"))


def _born(said: str, today: date) -> tuple[date, bool] | None:
    for pattern in _BORN:
        for found in pattern.finditer(said):
            year = int(found["y"]) if len(found["y"]) == 4 else 2000 + int(found["y"])
            try:
                day = date(year, int(found["m"]), int(found["d"] or 1))
            except ValueError:
                continue
            if today - relativedelta(months=OLDEST) <= day <= today:
                return day, found["d"] is not None
    return None
