"""How staff say that their place, or one of its classes, stops for some days, and that it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import cn2an

from bot.flow import when
from bot.texts import simplified
from bot.words import asks
from knowledge.places import Place

LONGEST = 40
"""Characters of words that stop something; who writes more tells a story."""
ILLNESSES = ("hfmd", "flu", "noro", "chickenpox", "herpangina", "other")
"""What families are told of: these words only, whatever staff wrote."""
_ILLNESS = {
    "hfmd": r"手足口|\bhfmd\b|hand,? foot",
    "flu": r"流感|\bflu\b|influenza",
    "noro": r"诺如|\bnoro",
    "chickenpox": r"水痘|chicken ?pox",
    "herpangina": r"疱疹性?咽峡炎|herpangina",
    "other": r"传染病|感染|生病|illness|infect",
}
SOME_CLASS = "some"
"""A class that was not named: it is asked which."""
_CLASSES = {
    "older": r"托?大班|\bolder\b",
    "toddler": r"托?小班|\btoddlers?\b",
    "infant": r"乳儿班|\binfants?\b",
    "mixed": r"混龄班?|\bmixed\b",
}
_STOP = re.compile(
    r"停课|停班|停业|停园|闭园|关园|休园|暂停营业|关门歇业|(?:要|得|只好|只能|必须|临时)关门|开不了(?:门|园)|不(?:能)?开(?:门|园)(?:了|$)|\b(?:close|closes|closed|closing|suspend(?:ed)?|shut)\b"
)
_BROKE_OUT = re.compile(r"有(?:人|孩子|个|一个|两个|几个)?|出现|得|发现|确诊|得了|爆发|查出")
"""Words by which an illness is reported in a class that is not said to stop: it is asked whether it does."""
_OPEN = re.compile(
    r"(?:恢复|重新|可以)(?:开园|开业|营业|上课|开课|开班|开门|开放)|复课|复园|复业|\b(?:re-?open(?:s|ed)?|resumes?)\b"
)
_DAYS = re.compile(r"(\d{1,2}|[一二两三四五六七八九十]{1,3})个?(天|周|星期|礼拜)|(\d{1,2})\s*(days?|weeks?)")
_UNTIL = re.compile(r"到|至|直到|\b(?:until|till|to|through)\b")
_SAMPLE = re.compile(r"（[^）]*）")


@dataclass(frozen=True)
class Said:
    """What staff said: `opens` instead of a stop; a class by its kind or its name ("" the whole place), an illness of
    ILLNESSES, the first and last local day (None: not said)."""

    opens: bool
    about: str
    illness: str
    first: date
    last: date | None
    text: str


def read(text: str, now: datetime) -> Said | None:
    """What the words stop or let go on; None where they do neither, or ask."""
    plain = simplified(text).casefold().strip()
    if len(plain) > LONGEST or asks(plain):
        return None
    opens = _OPEN.search(plain) is not None
    of_class, illness = _first(_CLASSES, plain), _first(_ILLNESS, plain)
    if not opens and _STOP.search(plain) is None:
        if illness in ("", "other") or _BROKE_OUT.search(plain) is None:
            return None
        return Said(False, of_class or SOME_CLASS, illness, now.date(), None, plain)
    first, last = _span(plain, now)
    return Said(opens, of_class, illness, first, last, plain)


def rooms(place: Place, said: Said) -> list[str]:
    """The classes of a place that are meant: ids as in rules/houses.py; the one that is named, else all of that kind."""
    named = [
        f"{number}-{one.class_}"
        for number, one in enumerate(place.classes, 1)
        if one.name and _SAMPLE.sub("", one.name).casefold() in said.text
    ]
    kind = [
        f"{number}-{one.class_}" for number, one in enumerate(place.classes, 1) if one.class_ == said.about
    ]
    return named[:1] or kind


def places(known: tuple[Place, ...], said: Said) -> list[Place]:
    """The places whose name, or the first two characters of it, stands in the words."""
    bare = {place.id: _SAMPLE.sub("", place.name) for place in known}
    whole = [place for place in known if bare[place.id] in said.text]
    return whole or [place for place in known if bare[place.id][: len("柳荫")] in said.text]


def of_a_class(said: Said) -> bool:
    """Whether one class is meant, though the place may have none like it."""
    return bool(said.about) or "班" in said.text.replace("停班", "").replace("开班", "")


def _first(words: dict[str, str], text: str) -> str:
    return next((name for name, pattern in words.items() if re.search(pattern, text)), "")


def _span(text: str, now: datetime) -> tuple[date, date | None]:
    days = when.read(_DAYS.sub(" ", text), now).days
    counted = _DAYS.search(text)
    first: date = days[0] if days else now.date()
    if counted is not None:
        return first, first + timedelta(days=_count(counted) - 1)
    if not days:
        return now.date(), None
    if len(days) == 1 and _UNTIL.search(text):
        return now.date(), days[0]
    return first, days[-1]


def _count(found: re.Match[str]) -> int:
    number, unit = found[1] or found[3], found[2] or found[4]
    many = int(number) if number.isdigit() else int(cn2an.cn2an(number.replace("两", "二"), "smart"))
    return max(1, many * (1 if unit in ("天", "day", "days") else len("一二三四五六日")))
