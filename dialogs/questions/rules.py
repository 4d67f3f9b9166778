"""What words that no service took are about, and which kind of childcare suits a family."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.flow.model import Look, Problem, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import plain
from bot.words import asks
from knowledge import intents, regions
from knowledge.ages import completed_months
from knowledge.births_in import child_in, unclear_in
from knowledge.entries import Entry
from knowledge.normalise import normalise
from knowledge.search import Asked
from knowledge.sums import CLASSES

NOT_YET = ("meals", "homecare", "events")
"""Services that are declared and do not stand yet; a name leaves this list with its service's first day."""
OFFERS = {"voucher": ("voucher", "mine")}
"""What of the menu is offered beside a question that has no answer yet, by the service it is about."""

TOPICS_OF_FORMS = dict.fromkeys(
    ("voucher", "voucher_guardian", "voucher_together", "voucher_redeem", "voucher_papers"), "voucher"
)
"""What a short question in an open form is about, by the form's name: a topic."""
SUBJECTS = {
    "voucher": "消费券",
    "xian_voucher": "消费券",
    "other_vouchers": "消费券",
    "childcare_subsidy": "育儿补贴",
    "tax": "个税扣除",
    "elder_subsidy": "养老服务消费补贴",
    "ltci": "长护险",
    "meals": "助餐",
    "assessment": "失能评估",
}
"""Topics that are one matter, with the words by which it is asked for: a short question that follows begins with them."""
SHORT = 12
"""Characters and words of a question that may follow another one."""
VALUE_LONGEST = 24
"""Characters of a message that only tells a missing value: 两岁半, 2024年5月生."""
_VALUE = re.compile(
    r"(?:[0-9零〇一二两三四五六七八九十百千万半.,/ -]|个|年|月|日|号|岁|周|大|了|的|出?生|是|我|家|孩子|娃|宝|儿子|女儿|闺女|孙子|孙女"
    r"|现在|刚|满|快|才|她|他|每|元|块|钱|在家|居家|住|机构|养老院|费用|那|呢|吧|啊"
    r"|\b(?:months?|years?|old|and|a|half|he|she|is|my|son|daughter|child|born|in)\b)+"
)
_TAKEN_OUT = re.compile(r"\[[^\[\]]{1,12}\]")
_ASKS = re.compile(r"什么|啥|多少|哪|几[个点号岁天张次]|怎么|咋|如何|谁")


def is_question(text: str) -> bool:
    """Whether words that came into a form ask something of their own."""
    said = spoken(text)
    return asks(said) or _ASKS.search(normalise(said)) is not None


def spoken(text: str) -> str:
    """A message without what stands for a number that was taken out of it ([证件号?])."""
    return _TAKEN_OUT.sub("", text).strip()


def only_a_value(text: str) -> bool:
    """Whether a message tells an age, a day of birth or a sum of money and nothing else."""
    return len(text) <= VALUE_LONGEST and _VALUE.fullmatch(normalise(text).strip(" .?!~")) is not None


def follows(asked: Asked) -> bool:
    """Whether a question is short and names neither matter nor place, so that it belongs to what was said before."""
    return len(asked.chars) <= SHORT and not asked.topics and not asked.named


def one_of_each_place(entries: Sequence[Entry], home: str | None) -> list[Entry]:
    """The first entry of each place, where likely entries answer one question for several places; else [].

    They do where all ask something in common and none is of home or of the whole nation.
    """
    codes = {entry.spot.code for entry in entries}
    alike = all(set(entry.head.facets).intersection(entries[0].head.facets) for entry in entries)
    if len(codes) < 2 or not alike or codes & {regions.NATION, home}:
        return []
    return list({entry.spot.code: entry for entry in reversed(entries)}.values())[::-1]


@dataclass(frozen=True)
class Meant:
    """`service` is one of intents.NAMES, "" where the words name none."""

    kind: Literal["not_yet", "unknown"]
    service: str = ""


def meant(text: str) -> Meant:
    """What the words are about. A question about a service is no wish for it: nothing is started."""
    hits = intents.match(text)
    for hit in hits:
        if hit.kind == "start" and hit.intent in NOT_YET:
            return Meant("not_yet", hit.intent)
    return Meant("unknown", hits[0].intent if hits else "")


# -- which kind of childcare suits us ------------------------------------------------------------------------------

AGES = ("under6", "infant", "small", "large", "over")
"""Below six months, then the ages of the three classes, then three and older."""
_UP_TO = (6, 12, 24, 36)
NEEDS = ("whole_days", "half_days", "hours", "sometimes", "late", "weekend")
"""When somebody is lacking: all day, half of it, a few hours a week, now and then, after closing time, at weekends."""
MATTERS = ("near_home", "near_work", "homely", "kindergarten", "price", "doctor", "anything")
"""What matters most beside it."""


def told(text: str, today: date) -> dict[str, str]:
    """What words that start the talk tell already: age, need, matter; only what is clear."""
    found: dict[str, str] = {}
    child = child_in(text, today)
    if child is not None and not unclear_in(text) and age_group(child.fewest) == age_group(child.months):
        found["age"] = age_group(child.months)
    for name, read in (("need", _need), ("matter", _matter)):
        value = read(Said(text=plain(text)), Look(today))
        if isinstance(value, str):
            found[name] = value
    return found


def age_group(months: int) -> str:
    """One of AGES by completed months."""
    return AGES[sum(months >= top for top in _UP_TO)]


def age_on(birth: date, today: date) -> str:
    """One of AGES for a birth date; before birth the first."""
    return age_group(completed_months(birth, today))


def read_age(said: Said, look: Look) -> Any:
    """An age in the words people have for it, or one of the groups."""
    if (
        said.choice is None
        and said.media is None
        and plain(said.text) not in map(plain, look.labels.values())
    ):
        if unclear_in(said.text):
            return Problem("age_unclear")
        child = child_in(f"孩子{said.text}", look.today) if len(said.text) <= 60 else None
        if child is not None:
            own = age_group(child.months)
            return own if own == age_group(child.fewest) else Problem("age_unclear")
    return _age(said, look)


def old_enough(value: Any, _look: Look) -> str:
    """Whether childcare under three is still the question."""
    return "over" if value == "over" else "ok"


_age = one_of(
    *AGES, words_for={"over": ("上幼儿园了", "四岁", "五岁"), "under6": ("刚出生", "月子里", "newborn")}
)
_need = one_of(
    *NEEDS,
    words_for={
        "whole_days": (
            "全日托",
            "全天",
            "整天",
            "一整天",
            "天天",
            "每天没人带",
            "双职工",
            "上班族",
            "full day",
            "all day",
        ),
        "half_days": ("半日托", "半天", "上午", "下午没人", "half day", "half a day"),
        "hours": ("计时托", "钟点", "小时", "一两个钟头", "by the hour", "hourly"),
        "sometimes": (
            "临时",
            "偶尔",
            "有时",
            "有急事",
            "出趟门",
            "时不时",
            "now and then",
            "sometimes",
            "occasional",
        ),
        "late": ("延时", "下班晚", "加班", "晚接", "赶不上接", "晚上", "late", "after work"),
        "weekend": ("周末", "周六", "周日", "星期六", "星期天", "放假", "假期", "weekend", "holiday"),
    },
)
_matter = one_of(
    *MATTERS,
    words_for={
        "near_home": (
            "离家近",
            "家门口",
            "楼下",
            "小区",
            "社区",
            "走路",
            "近一点",
            "near home",
            "close to home",
        ),
        "near_work": ("单位", "公司", "上班的地方", "near work", "office"),
        "homely": ("人少", "像在家", "家庭", "小一点", "homely", "small group"),
        "kindergarten": ("幼儿园", "衔接", "kindergarten"),
        "price": ("便宜", "普惠", "省钱", "价钱", "实惠", "cheap", "price", "affordable"),
        "doctor": ("医生", "身体", "体弱", "早产", "过敏", "医育", "doctor", "health"),
        "anything": ("都行", "都可以", "随便", "没有", "anything", "no preference"),
    },
)
read_need, read_matter = _need, _matter

FORMS: Mapping[str, str] = {
    "full_day": "care-forms-which-suits",
    "half_day": "care-forms-which-suits",
    "hourly": "care-forms-explained",
    "occasional": "care-forms-explained",
    "extended": "care-late-pickup",
    "weekend": "changsha-yuhua-menu",
    "community": "nursery-one-plus-n",
    "employer": "nursery-one-plus-n",
    "home_site": "nursery-home-based-cap",
    "kindergarten": "nursery-kindergarten-class",
    "inclusive": "nursery-price-list",
    "medical": "nursery-medical-link-what",
}
"""Every kind of care that may be named, and the entry of the corpus that tells of it."""
VISIT = "nursery-checklist"
"""The entry that says what to look at on a visit."""
_BY_NEED = {
    "whole_days": ("full_day",),
    "half_days": ("half_day",),
    "hours": ("hourly",),
    "sometimes": ("occasional",),
    "late": ("full_day", "extended"),
    "weekend": ("weekend",),
}
_BY_MATTER = {
    "near_home": "community",
    "near_work": "employer",
    "homely": "home_site",
    "kindergarten": "kindergarten",
    "price": "inclusive",
    "doctor": "medical",
}
_SHORT = ("hours", "sometimes", "weekend")
"""What most often is on offer at sites in the neighbourhood."""


@dataclass(frozen=True)
class Advice:
    """What to ask for, likeliest first. `ratio`: children to one carer at most in the class `class_name`, 0: no class.

    Source of the classes: 托育机构设置标准（试行）, articles 19 and 20.
    """

    forms: tuple[str, ...]
    class_name: str
    ratio: int


def advise(age: str, need: str, matter: str) -> Advice:
    """Which kinds of care to ask for: by the time that is lacking, then by what matters.

    A kindergarten's class takes children from two; who is younger is told of the sites in the neighbourhood.
    """
    place = _BY_MATTER.get(matter, "community" if need in _SHORT else "")
    if place == "kindergarten" and age != "large":
        place = "community"
    number = AGES.index(age) - 1
    _, _, name, _, ratio = CLASSES[number] if 0 <= number < len(CLASSES) else (0, 0, "", 0, 0)
    return Advice((*_BY_NEED[need], *([place] if place else [])), name, ratio)


# -- what is kept and shown of words -----------------------------------------------------------------------------------

_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){6,}")
EXCERPT, BEFORE = 160, 24
"""Characters of a text that are shown, and how many of them stand before the first one that differs."""


def masked(text: str) -> str:
    """Words without telephone numbers and the like: seven digits and more."""
    return _NUMBER.sub("[号码]", text)


def excerpts(old: str, new: str) -> tuple[str, str]:
    """The parts of two versions in which they differ first, each at most EXCERPT characters and the marks of a cut."""
    same = next(
        (at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, same - BEFORE)
    return _part(old, start), _part(new, start)


def _part(text: str, start: int) -> str:
    shown = text[start : start + EXCERPT]
    return ("…" if start and shown else "") + shown + ("…" if start + EXCERPT < len(text) else "")
