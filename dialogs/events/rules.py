"""What somebody looks for among the activities, read from their words; which dates suit; how answers are read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.flow import when
from bot.flow.model import Look, Problem, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import WORDS_PROBLEMS, words
from bot.words import asks
from knowledge.births_in import Child, child_in, unclear_in
from knowledge.events import Date, Event, Kind
from knowledge.normalise import normalise

SHOWN = 4
"""Dates of one message."""
AHEAD = 35
"""Days that are looked through where none is said."""
REASONS = ("weather", "speaker", "place", "few", "illness", "other")
"""Why a date is called off."""
NAME = 20
"""Characters of a name on a certificate."""
LANDMARK = 30
"""Characters of a landmark's name."""
AGE_PROBLEMS = (*WORDS_PROBLEMS, "age_unclear", "not_an_age")
ANYWHERE = ("都行", "随便", "哪里都行", "哪儿都行", "不用管远近", "anywhere", "any", "skip", "跳过")
NEARBY = re.compile(
    r"附近|周边|周围|就近|最近的|跟前|家门口|离(?:我|家)|走路能?到|nearby|near me|nearest|close to"
)
_AROUND = re.compile(r"附近|周边|周围")
_FROM_HERE = re.compile(
    r"(?:请问|我们?|咱们?|俺|孩子|宝宝|娃|老人|爷爷|奶奶|[爸妈]+|住|在|从|离|家里?|这[里边儿]?|想|要|去|带|找|看看|问|有没有|有|那|的|[ ,])*"
)
"""What may stand before 附近 and names no spot."""
HELPING: frozenset[Kind] = frozenset({"volunteer", "training"})
"""What is shown to those only who ask for it."""
Part = Literal["", "morning", "afternoon", "evening"]
"""A part of the day; "": any."""
AFTERNOON, EVENING = time(12), time(17, 30)
_KINDS: tuple[tuple[re.Pattern[str], frozenset[Kind]], ...] = (
    (re.compile(r"绘本|讲故事|听故事|读书|阅读|story|picture[- ]?book|reading"), frozenset({"picture_books"})),
    (re.compile(r"志愿|义工|volunteer"), HELPING),
    (re.compile(r"舞|danc"), frozenset({"dance"})),
    (re.compile(r"编织|毛线|饺子|剪纸|书法|国画|钩针|刺绣"), frozenset({"craft"})),
    (re.compile(r"手工|craft"), frozenset({"craft", "parent_child"})),
    (re.compile(r"讲座|健康课|急救|培训|公益课|防摔|防跌|talk|lecture|first[- ]?aid"), frozenset({"health_talk"})),
    (re.compile(r"义诊|咨询|量血压|问医生|医生|大夫|doctor"), frozenset({"doctor"})),
    (re.compile(r"亲子|早教|parent[- ]?child|playgroup"), frozenset({"parent_child", "picture_books"})),
)  # fmt: skip
_ELDER = re.compile(
    r"老人|老年|长者|长辈|爷爷奶奶|爸妈|我妈(?!妈)|我爸(?!爸)|elder|senior|older people|grandparents?"
)
_FOR_ELDER = re.compile(
    r"(?:我|俺|咱|帮|给|替|带|陪|家里?的?)(?:妈|爸|爸妈|父母|父亲|母亲|老人|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈母娘|老伴)(?![妈爸带])"
    r"|(?:婆婆|公公|老伴|爷爷|奶奶|姥姥|姥爷|外公|外婆|岳母|岳父)[^,.?!]{0,3}[想要]|\bmy (?:mum|mom|mother|dad|father|parents|grandma|grandpa|grandmother|grandfather)\b"
)
"""Somebody speaks for an old person of their family."""
_NAMED = re.compile(
    r"剪纸|书法|国画|画画|合唱|唱歌|唱戏|秦腔|太极|八段锦|瑜伽|交谊舞|广场舞|民族舞|下棋|象棋|棋牌|摄影|手机|英语|钩针|刺绣|毛线|编织|饺子|急救|辅食|血压"
)
"""What somebody names that has no kind of its own; where none is held, they are told so."""
_CHILD = re.compile(r"孩子|宝宝|娃|小朋友|孙子|孙女|带孙|宝贝|child|kid|baby|toddler|son|daughter")
_FREE = re.compile(r"免费|不要钱|不花钱|free")
_AGE = re.compile(r"(?:\d+|[一二两三四五六七八九十半]+)(?:个半?月|周?岁半?)大?|months?|years? old|\d+")
_FILLING = re.compile(
    r"给|的|有|吗|么|呢|能|可以|可|去|来|参加|玩|带|适合|合适|要|想|我|看|只|那|就|都|吧|啊|呀|家|大|[\s,.?!，。？！、]|\b(?:for|the|in|on|ones?|a|what|about|only|please|we|can|go|to)\b"
)
NARROWING = 20
"""Characters of words that narrow a list which was shown."""


_WHERE = re.compile(r"附近|周边|哪里|哪儿|地方|有没有|有什么")
_OF_NAME = re.compile(
    r"请问|我们?|想|要|去|参加|报名?|有没有|有|会不会|什么时候|啥时候|哪天|几点|开始|在哪里?|活动|那个|这个|的|吗|么|呢|啊|了|怎么|[(（].*?[)）]|[\s,.?!，。？！、]"
)
SHORTEST = 3
"""Characters by which an activity is named at least."""


def named(text: str, events: Iterable[tuple[str, str]]) -> str:
    """The id of the one activity of (id, title) that words name and nothing else, whole or leaving something out
    (辅食讲座 for 辅食添加讲座); "" for none or several."""
    said = _OF_NAME.sub("", normalise(text))
    if len(said) < SHORTEST:
        return ""
    found = [id_ for id_, title in events if _shortens(said, _OF_NAME.sub("", normalise(title)))]
    return found[0] if len(found) == 1 else ""


def _shortens(said: str, name: str) -> bool:
    """Whether a name with some of its middle or beginning left out is what was said."""
    left = iter(name)
    return name.endswith(said[-1]) and all(char in left for char in said)


def asks_where(text: str) -> bool:
    """Whether words ask where there is something."""
    return _WHERE.search(text) is not None


@dataclass(frozen=True)
class Sought:
    """What is looked for; what is empty filters nothing. `for_whom`: child | elder; `months`: of the child; `days` local;
    `near`: the nearest first is wished; `page` from 0; `part` of the day; `word`: the very thing that was named;
    `relative`: whoever asks speaks for an old person of their family."""

    kinds: frozenset[Kind] = frozenset()
    for_whom: str = ""
    months: int | None = None
    days: tuple[date, ...] = ()
    free: bool = False
    near: bool = False
    page: int = 0
    part: Part = ""
    word: str = ""
    relative: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a button."""
        return {
            "kinds": sorted(self.kinds),
            "for_whom": self.for_whom,
            "months": self.months,
            "days": [day.isoformat() for day in self.days],
            "free": self.free,
            "near": self.near,
            "page": self.page,
            "part": self.part,
            "word": self.word,
            "relative": self.relative,
        }

    @classmethod
    def of_json(cls, tree: Mapping[str, Any]) -> Sought:
        """Read back."""
        days = tuple(date.fromisoformat(day) for day in tree["days"])
        return cls(**{**tree, "kinds": frozenset(tree["kinds"]), "days": days})

    @property
    def plain(self) -> bool:
        """Whether it filters nothing."""
        return replace(self, page=0, near=False, relative=False) == Sought()

    def narrowed(self, by: Sought) -> Sought:
        """This look-up with what is said of it afterwards: what is named anew takes the place of what was."""
        named = {name: value for name, value in vars(by).items() if value != getattr(Sought(), name)}
        return replace(self, **{"page": 0, **named})


def read(text: str, now: datetime) -> Sought:
    """What words look for, at a local moment. Kinds, whom for, a child's age, days, and whether it is to be near."""
    said, time = normalise(text), when.read(text, now)
    kinds = next((kinds for pattern, kinds in _KINDS if pattern.search(said)), frozenset[Kind]())
    child = child_in(text, now.date())
    relative = _FOR_ELDER.search(said) is not None
    elder = relative or _ELDER.search(said) is not None
    word = _NAMED.search(said)
    small = child is not None or _CHILD.search(said) is not None
    return Sought(
        kinds,
        "child" if small and not kinds & HELPING else "elder" if elder and not kinds & HELPING else "",
        child.fewest if child is not None and not child.unborn else None,
        tuple(day for day in time.days or time.perhaps if day >= now.date()),
        _FREE.search(said) is not None,
        NEARBY.search(said) is not None,
        part=_part(time),
        word=word[0] if word is not None else "",
        relative=relative,
    )


def names_a_spot(text: str, now: datetime, whose: Iterable[str] = ()) -> bool:
    """Whether words say 附近 of something that stands before it, a home of those in `whose` apart: 火星基地附近有活动吗."""
    said = normalise(text)
    found = _AROUND.search(said)
    if found is None:
        return False
    before = when.read(said[: found.start()], now).rest
    for name in whose:
        before = before.replace(normalise(name), "")
    return _FROM_HERE.fullmatch(normalise(before)) is None


def _part(said: when.When) -> Part:
    """The part of the day that was said, or that an hour lies in."""
    if said.starts is not None:
        return part_of(said.starts)
    parts: dict[str, Part] = {
        "morning": "morning",
        "afternoon": "afternoon",
        "evening": "evening",
        "night": "evening",
    }
    return parts.get(said.part or "", "")


def part_of(at: time) -> Part:
    """The part of the day in which something begins."""
    return "morning" if at < AFTERNOON else "afternoon" if at < EVENING else "evening"


def only_narrows(text: str, now: datetime) -> bool:
    """Whether words say nothing but when, for whom and what it costs: 「这周末」「上午的」「8个月能去的」「免费的」."""
    rest = when.read(text, now).rest
    rest = _FREE.sub("", _ELDER.sub("", _CHILD.sub("", _AGE.sub("", normalise(rest)))))
    return len(text) <= NARROWING and not _FILLING.sub("", rest) and read(text, now) != Sought()


def suits(one: Event, sought: Sought) -> bool:
    """Whether an activity is what is looked for, whatever its days."""
    if sought.kinds and one.kind not in sought.kinds:
        return False
    if not sought.kinds and one.kind in HELPING:
        return False
    if sought.for_whom == "child" and one.elders:
        return False
    if sought.for_whom == "elder" and (one.comes == "pair" or one.kind in HELPING):
        return False
    if sought.months is not None and not takes(one, sought.months):
        return False
    if sought.part and part_of(one.starts) != sought.part:
        return False
    if sought.word and sought.word not in one.title + one.about:
        return False
    return not sought.free or one.fee_fen == 0


def takes(one: Event, months: int) -> bool:
    """Whether a child of so many completed months may come; an activity that names no ages takes any."""
    return (one.months_from is None or one.months_from <= months) and (
        one.months_to is None or months <= one.months_to
    )


def found(dates: Iterable[Date], sought: Sought, now: datetime, zone: ZoneInfo) -> list[Date]:
    """The dates that are what is looked for and have not begun, the earliest first: where days are named all of them,
    else those for which one can still sign up, of each activity the next one, or all of an only one."""
    open_ = [
        one
        for one in dates
        if suits(one.event, sought)
        and (one.day in sought.days and one.starts(zone) > now if sought.days else one.closes(zone) > now)
    ]
    first = list({one.event.id: one for one in reversed(open_)}.values())
    if sought.days or len(first) == 1:
        return open_
    return sorted(first, key=lambda one: (one.day, one.event.starts))


def born(child: Child) -> dict[str, str]:
    """A child as the form keeps it: the first and the last day on which it can have been born."""
    return {"first": child.first.isoformat(), "last": child.last.isoformat()}


def child_of(kept: Mapping[str, str], day: date) -> Child:
    """The same, read back, as it will be on a day."""
    return Child(date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]), day)


def read_age(said: Said, look: Look) -> Any:
    """A birth date or an age: {"first", "last"}, the days between which the child was born."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    child = child_in(text, look.today) or child_in(f"孩子{text}", look.today)
    if child is None or child.unborn:
        return Problem("age_unclear" if unclear_in(text) else "not_an_age")
    return born(child)


def read_spot(said: Said, look: Look) -> Any:
    """Where somebody is: [latitude, longitude] in WGS-84, "anywhere", or the words by which a landmark was named."""
    if said.location is not None:
        return list(said.location)
    chosen = one_of("anywhere", words_for={"anywhere": ANYWHERE})(said, look)
    if not isinstance(chosen, Problem) or chosen.code != "not_a_choice":
        return chosen
    return chosen if asks(said.text) else words(said, LANDMARK)


def which_child(value: Any, _look: Look) -> str:
    """Whether one was chosen whose birth is known, or another one is meant."""
    return "another" if value == "another" else "known"


def which_other(value: Any, _look: Look) -> str:
    """Whether another date was chosen, or the one that was asked for is waited for."""
    return "wait" if value == "wait" else "ok"


def counted(came: datetime, left: datetime, starts: datetime, ends: datetime) -> int:
    """The minutes of a volunteer's shift that count: from the arrival, to the leaving, never outside the shift."""
    return max(0, int((min(left, ends) - max(came, starts)).total_seconds()) // 60)
