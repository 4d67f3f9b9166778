"""Which nursery a sentence names: 约小满明天上午, 想约石桥托育园. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.words import asks
from knowledge.normalise import normalise

_KIND = r"(?:家庭托育点|社区托育点|厂区托育点|社区宝宝屋|幼儿园托班|托育中心|早托之家|托育园|托育点|托育站|宝宝屋|幼儿园|托班)"
_LESS = re.compile(r"[（(].*?[）)]")
_SENT = r"(?:约|去|送到?|放到?|到)"
_UNKNOWN = re.compile(rf"{_SENT}([\u4e00-\u9fff]{{2,8}}?{_KIND})")
_BOOKS = re.compile(
    r"(?:我们?|咱们?|请|想|要|得|帮|给|替|孩子|娃|宝宝|[ ,])*(?:预约|预定|预订|约|订)(?!了|过|好|的)"
)
_NO_SPOT = r"(?!(?:小区|片区|路|街|巷|里|胡同|站|社区|附近|旁|医院|市场|公园|学校|小学|广场|地铁))"
_SPOT = re.compile(r"(?:在|住|从|离)([\u4e00-\u9fff]{2,8}?)(?:这边|那边|附近|出发|这里|那里|近|的|[ ,.!]|$)")
_BESIDE = re.compile(
    r"(?:我们?|咱们?|就|那|要|想|去|约|换|改|成|在|到|送|这家|那家|的|吧|了|好|行|可以|[ ,。.!])*"
)
_ANY = re.compile(r"附近|最近|近|哪|家|个|普惠|公办|民办|便宜|社区托|小区|旁边|的|一下")
"""What is said of any nursery, and is no name."""
_OTHER = re.compile(r"附近|最近的|近一?点|就近|哪家|别家|别的|另外|其他|换一?家|便宜|随便")


def place_in(words: str, places: Mapping[str, str], *, short: bool = False) -> str:
    """The id of the place (id to name) whose whole name stands in the words, or whose own part of it after 约, 去, 送到; "" for
    none or several.

    `short`: its own part is enough anywhere (柳荫的周三下午), where it begins no spot's name (柳荫路, 柳荫小区附近).
    """
    said = normalise(words)
    plain = {id_: normalise(_LESS.sub("", name)) for id_, name in places.items()}
    whole = [id_ for id_, name in plain.items() if name in said]
    if whole:
        return max(whole, key=lambda id_: len(plain[id_]))
    own = {id_: re.sub(rf"{_KIND}$", "", name) for id_, name in plain.items()}
    found = [
        id_
        for id_, name in own.items()
        if len(name) > 1
        and re.search(
            rf"{re.escape(name)}{_NO_SPOT}"
            if short
            else rf"{_SENT}{re.escape(name)}(?=[的那这,，。 ]|{_KIND}|$)|(?:^|[,，。 ]){re.escape(name)}[那这]?家?(?=[,，。 ]|$)",
            said,
        )
    ]
    return found[0] if len(found) == 1 else ""


def books_one(words: str, places: Mapping[str, str]) -> bool:
    """Whether words say that a place of these is to be booked: 约一下石桥托育园."""
    return _BOOKS.match(normalise(words)) is not None and not asks(words) and bool(place_in(words, places))


def spot_in(words: str) -> str:
    """What follows 在, 住, 从 as the spot from where somebody comes: 东塘 of 宝宝1岁半，在东塘; "" for nothing."""
    found = _SPOT.search(normalise(words))
    return found[1] if found else ""


def only_place(words: str, places: Mapping[str, str]) -> str:
    """The id of the place that words name, where they say no more than that it is to be that one: 换成石桥托育园; else ""."""
    found = place_in(words, places)
    name = normalise(_LESS.sub("", places[found])) if found else ""
    own = re.sub(rf"{_KIND}$", "", name)
    said = normalise(words)
    left = said.replace(name, "", 1) if name in said else said.replace(own, "", 1)
    return found if found and _BESIDE.fullmatch(left) else ""


def unknown_place(words: str, names: Iterable[str]) -> str:
    """A nursery's name that none of `names` holds, "" where none is said."""
    found = _UNKNOWN.search(words)
    if found is None or _ANY.search(found[1]) or any(found[1] in name for name in names):
        return ""
    return found[1]


def any_place(words: str) -> bool:
    """Whether words want another place than one that was named: 附近, 换一家, 便宜点的."""
    return _OTHER.search(normalise(words)) is not None
