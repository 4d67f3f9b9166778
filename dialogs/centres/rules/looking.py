"""What somebody looks for and where, as it is kept between two messages; how answers are read; which prices are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from bot.flow.model import Look as Before
from bot.flow.model import Problem, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import words
from bot.words import asks
from knowledge.directory import Near
from knowledge.geo import Point, from_wgs84
from knowledge.normalise import normalise
from knowledge.places import CARE, Place
from knowledge.services import SERVICES, Service
from knowledge.wanted import ELDER, Wanted, read

SHOWN = 3
"""Places of one message."""
FAR = 30_000
"""Metres from the nearest place from which on somebody must be asking for another person, or another district."""
LOST = 1_000_000
"""Metres from which on a telephone that is mistaken is the likelier cause."""
WORDS = 60
"""Characters in which somebody says where and what."""
ANYWHERE = ("都行", "随便", "哪里都行", "哪儿都行", "不用管远近", "anywhere", "any", "skip", "跳过")
NEARBY = re.compile(
    r"附近|周边|周围|就近|最近的|跟前|家门口|离(?:我|家)|走路能?到|nearby|near me|nearest|closest|close to"
)
AROUND = ("附近", "周边", "周围", "nearby")
_HERE = re.compile(
    r"有|哪|附近|周边|近|离|这|那|找|想|\b(?:near|nearby|nearest|there|any|find|which|where)\b"
)
_ASKS_KIND = re.compile(
    r"(?:请问|我们?|咱们?|想|要|找|去|在|有没有|有|哪里|哪儿|哪|什么|地方|几点|啥时候|时候|这里|这儿|区里|怎么走|的|吗|么|呢|啊|是|都"
    r"|\b(?:where|is|are|the|there|any|a|find)\b|[ ,.?!])*"
)
_ELDERS_HOME = re.compile(
    r"(?:请问|我们?|想|要|找|给|送|去|有没有|有|哪里|哪儿|哪家|哪个|哪些|附近|周边|最近|近一?点�?|近|好一?点|好|靠谱|推荐|介绍|一下|一?家|个|在|离家|地方|住|的|吗|么|呢|啊|是|都|[ ,.?!]"
    r"|\b(?:where|is|are|the|there|any|a|find|near|nearby|nearest|good)\b)*"
    r"(?:养老院|敬老院|老年公寓|护理院|养老公寓|养老机构|老人院|\b(?:nursing|care) homes?\b)"
    r"(?:请问|我们?|想|要|找|有没有|有|哪里|哪儿|哪家|哪个|哪些|附近|周边|最近|近一?点儿?|近|好一?点|好|靠谱|推荐|介绍|一下|一?家|个|在|离家|地方|的|吗|么|呢|啊|是|都|[ ,.?!]|\b(?:near|me|nearby|here)\b)*"
)
_ELDERS = frozenset({"canteen", "station"})
_SETS = ("kinds", "services", "weekdays")
_BRACKETS = re.compile(r"（[^）]*）")
# Words around a landmark that say no more than that somebody is there.
_AROUND = re.compile(
    r"(?:我|俺|咱|们|家|人|现在|就|住|在|的|附近|周边|周围|旁边|边上|门口|对面|这边|那边|这里|那里|这儿|那儿|有没有|有|没有|吗|呢|吧|啊|都|离|从|到|最|近|找|想|要"
    r"|哪家|哪些|哪里|什么|地方|出发|路口|\b(?:i|am|m|live|near|at|by|the|is|there|any|close|to|find|what)\b|[ ,.?!;、'])+"
)


@dataclass(frozen=True)
class Find:
    """A look-up. `spot` in WGS-84, None where it is all the same; `name`: of the landmark; `page` from 0; `slow`: whoever walks does so slowly;
    `home`: from somebody's home, which `name` says."""

    wanted: Wanted = field(default_factory=Wanted)
    spot: Point | None = None
    name: str = ""
    page: int = 0
    slow: bool = False
    home: bool = False

    @property
    def elder(self) -> bool:
        """Whether it is walked at an elder's pace: by who said so, or to what is for old people."""
        return self.slow or for_elders(self.wanted)

    def narrowed(self, more: Wanted) -> Find:
        """The same with what was added or said anew, from its first page."""
        return replace(self, wanted=merged(self.wanted, more), page=0)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        spot = None if self.spot is None else [self.spot.lat, self.spot.lon]
        return {
            "wanted": kept(self.wanted),
            "spot": spot,
            "name": self.name,
            "page": self.page,
            "slow": self.slow,
            "home": self.home,
        }

    @classmethod
    def of_json(cls, tree: Mapping[str, Any]) -> Find:
        """What was kept, read back."""
        spot = tree["spot"]
        return cls(
            wanted_of(tree["wanted"]),
            None if spot is None else Point(*spot),
            tree["name"],
            tree["page"],
            bool(tree.get("slow")),
            bool(tree.get("home")),
        )


def kept(wanted: Wanted) -> dict[str, Any]:
    """Filters as JSON: what filters nothing is left out."""
    found: dict[str, Any] = {}
    for one in fields(Wanted):
        value = getattr(wanted, one.name)
        if value is None or value is False or value == frozenset():
            continue
        if isinstance(value, frozenset):
            found[one.name] = sorted(value)
        else:
            found[one.name] = value.isoformat() if isinstance(value, time) else value
    return found


def wanted_of(tree: Mapping[str, Any]) -> Wanted:
    """Filters, read back from JSON."""
    found: dict[str, Any] = {
        name: frozenset(value) if name in _SETS else value for name, value in tree.items()
    }
    if "hour" in found:
        found["hour"] = time.fromisoformat(found["hour"])
    return Wanted(**found)


def merged(old: Wanted, more: Wanted) -> Wanted:
    """Filters with those that came later; what is said anew takes the place of what was."""
    tree = kept(more)
    if "max_fen" in tree and "unit" not in tree:
        old = replace(old, unit=None)
    if "hour" in tree and "after" not in tree:
        old = replace(old, after=False)
    return wanted_of({**kept(old), **tree})


def with_kinds(wanted: Wanted) -> Wanted:
    """Where nothing is said of the kind, places of care are meant."""
    return wanted if wanted.kinds else replace(wanted, kinds=CARE)


def names_in(text: str, names: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The id of the longest of the (name, id) that a text holds, "" where there is none; and the text without it."""
    said = normalise(text)
    for name, id_ in sorted(names, key=lambda pair: -len(pair[0])):
        plain = normalise(bare(name))
        if len(plain) > 1 and plain in said:
            return id_, said.replace(plain, " ", 1)
    return "", said


def named_elsewhere(text: str, today: date) -> str:
    """What words say 附近 of, where it stands before it and nobody knows it: 火星基地 of 火星基地附近有托育吗; else ""."""
    found = NEARBY.search(normalise(text))
    if found is None or found[0] not in AROUND:
        return ""
    before = normalise(text)[: found.start()].strip()
    return "" if nothing_else(before, today) else before


def asks_for_a_kind(text: str, today: date) -> bool:
    """Whether words ask where there is a place of some kind, and nothing more: 养老驿站在哪, 有没有宝宝屋, 几点开饭."""
    asked = read(text, today)
    return bool(asked.wanted.kinds) and _ASKS_KIND.fullmatch(normalise(asked.rest)) is not None


def asks_for_elders_home(text: str) -> bool:
    """Whether words ask where there is a home for old people, of which no pack has a list: 附近的养老院."""
    said = normalise(text)
    return len(said) <= WORDS // 2 and _ELDERS_HOME.fullmatch(ELDER.sub("", said)) is not None


def for_elders(wanted: Wanted) -> bool:
    """Whether only what is for old people is looked for."""
    return bool(wanted.kinds) and wanted.kinds <= _ELDERS


def of_all(text: str, wanted: Wanted) -> bool:
    """Whether words ask about a kind of places as such: 幼儿园能用券吗, but not 有能用券的幼儿园吗."""
    return bool(wanted.kinds) and asks(text) and not _HERE.search(normalise(text))


def walks_slowly(text: str) -> bool:
    """Whether words say that an old person is on the way."""
    return ELDER.search(normalise(text)) is not None


def bare(name: str) -> str:
    """A name without what stands in brackets: 柳荫小区（示例）."""
    return _BRACKETS.sub("", name)


def nothing_else(rest: str, today: date) -> bool:
    """Whether words say no more than where somebody is and what is looked for."""
    left = ELDER.sub("", read(rest, today).rest).strip()
    return not left or _AROUND.fullmatch(left) is not None


def read_spot(said: Said, before: Before) -> Any:
    """Where somebody is: [latitude, longitude] in WGS-84, "anywhere", or the words that say it, with filters or not."""
    if said.location is not None:
        return list(said.location)
    found = one_of("anywhere", words_for={"anywhere": ANYWHERE})(said, before)
    if not isinstance(found, Problem) or found.code != "not_a_choice":
        return found
    return found if asks(said.text) else words(said, WORDS)


@dataclass(frozen=True)
class Price:
    """What is told of a service: fen for one unit; `more`: other prices of it are higher."""

    service: str
    fen: int
    unit: str
    more: bool = False


def prices(place: Place, wanted: Wanted, most: int = 2) -> list[Price]:
    """The cheapest published price of the services that are looked for, else of the first ones."""
    rows = [
        row
        for row in place.services
        if row.price_fen is not None
        and row.unit is not None
        and (wanted.months is None or row.ages[0] <= wanted.months <= row.ages[1])
    ]
    asked = [row for row in rows if row.service in wanted.services] or [
        row for row in rows if wanted.unit is not None and row.unit == wanted.unit
    ]
    chosen = asked or [row for row in rows if row.service != "extended"]
    found = []
    for name in SERVICES:
        own = sorted((row for row in chosen if row.service == name), key=lambda row: row.price_fen or 0)
        if own:
            found.append(_price(own))
    return found[:most]


def cheapest_first(found: Iterable[Near], wanted: Wanted) -> list[Near]:
    """Places by what they ask for one unit, that which most of them publish; those that publish no price for it come last.

    Equally dear ones stay in the order in which they came.
    """
    near = list(found)
    told = [{price.unit: price.fen for price in reversed(prices(one.place, wanted))} for one in near]
    units = Counter(unit for one in told for unit in one)
    if not units:
        return near
    unit: str = wanted.unit or max(units, key=lambda one: units[one])
    dear = float("inf")
    order = sorted(range(len(near)), key=lambda at: told[at].get(unit, dear))
    return [near[at] for at in order]


def _price(rows: list[Service]) -> Price:
    first = rows[0]
    more = any(row.price_fen != first.price_fen for row in rows)
    return Price(first.service, first.price_fen or 0, first.unit or "", more)


def map_link(place: Place) -> str:
    """The address of a map with a mark at the place; Chinese maps want GCJ-02."""
    there = from_wgs84(place.point, "GCJ-02")
    return "https://uri.amap.com/marker?" + urlencode(
        {"position": f"{there.lon:.6f},{there.lat:.6f}", "name": place.name, "coordinate": "gaode"}
    )
