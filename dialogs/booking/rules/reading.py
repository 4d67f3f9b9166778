"""How the answers of a booking are read: a child's age or birth, where somebody is, the last look at the card."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from bot.flow import when
from bot.flow.model import CHANGE, Look, Problem, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import WORDS_PROBLEMS, plain, words
from bot.words import asks
from dialogs.booking.rules.saying import gives_up, waits
from knowledge.births_in import EXPECTED, Child, children_in, unclear_in
from knowledge.normalise import normalise

AGE_PROBLEMS = (*WORDS_PROBLEMS, "age_unclear", "not_an_age", "one_more_age")
SIBLING_PROBLEMS = (*WORDS_PROBLEMS, "age_unclear", "not_an_age", "not_a_choice", "one_only", "stale")
TIME_PROBLEMS = (*WORDS_PROBLEMS, "not_a_time", "not_a_choice", "stale")
WORDS = 200
"""Characters in which somebody says when."""
LANDMARK = 30
"""Characters of a landmark's name."""
ANYWHERE = ("都行", "随便", "哪里都行", "哪儿都行", "不用管远近", "anywhere", "any", "skip", "跳过")
WAIT = (
    "等",
    "我等",
    "等着",
    "候补",
    "排队",
    "有位子叫我",
    "有位置叫我",
    "有空叫我",
    "有了叫我",
    "wait",
    "waitlist",
    "waiting list",
)
_COUNT = re.compile(
    r"[两俩2三仨3四4]个?(?:都)?(?:孩子|娃|宝|小孩|小朋友)|双胞胎?|龙凤胎?|三胞胎?|two (?:kids|children)|twins"
)
_COUNTED = {"三": 3, "仨": 3, "3": 3, "四": 4, "4": 4}
_ALIKE = re.compile(r"都|双胞|龙凤|三胞|一样|同岁|同龄|twins|both")
_ANY_TIME = frozenset(
    (
        "随便",
        "都行",
        "都可以",
        "哪天都行",
        "随便哪天",
        "什么时候都行",
        "几点都行",
        "你看着办",
        "您看着办",
        "你定",
        "您定",
        "看你们",
        "any",
        "any time",
        "whenever",
    )
)
"""Whoever says so at a question for a day or hours takes the first that is offered."""
_PRICE = re.compile(r"多少(?!个?月|岁)|几块|几钱|收费|价|\bhow much\b")
"""一个月多少钱 asks for a price, and tells no age."""
_MONTH_AHEAD = re.compile(r"(?:明年|后年|今年)\d{1,2}月份?(?:初|中旬?|底)?")
_NO_LANDMARK = re.compile(
    r"(?:等一?下|等等|不对|还是|我们?|咱们?|要|想|改|换|成|到|约|的|是|那|就|吧|行|可以|[ ,，。.])*"
)
TOGETHER = ("都去", "一起去", "两个都去", "三个都去", "都要去", "两个一起", "一起", "both", "all of them")
_YES = frozenset(
    ("好", "好的", "行", "可以", "就这个", "就它", "就约这个", "约", "预约", "确认", "没问题", "是", "对", "ok", "yes", "book", "bookit", "确定", "订")
)  # fmt: skip


def born(child: Child) -> dict[str, str]:
    """A child as the form keeps it: the first and the last day on which it can have been born."""
    return {"first": child.first.isoformat(), "last": child.last.isoformat()}


def child_of(kept: dict[str, str], today: date) -> Child:
    """The same, read back."""
    return Child(date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]), today)


def count_in(text: str) -> int:
    """How many children words speak of; 1 where they do not say."""
    found = _COUNT.search(normalise(text))
    return 1 if found is None else _COUNTED.get(found[0][0], 2)


def ages_in(text: str, today: date) -> list[dict[str, str]]:
    """Every child whose age words tell, as the form keeps it; one age of several children (双胞胎14个月) is that of each."""
    children = children_in(text, today)
    if any(child.unborn for child in children) and not EXPECTED.search(normalise(text)):
        # 明年5月1号上午，孩子14个月: the day is when they come, not when they are born.
        children = children_in(when.read(text, datetime.combine(today, time(12))).rest, today) or children
        if all(child.unborn for child in children):  # 孩子35个月，明年2月想托
            children = children_in(_MONTH_AHEAD.sub("", text), today) or children
    found = [born(child) for child in children]
    if len(found) == 1 and _ALIKE.search(normalise(text)):
        return found * max(count_in(text), 1)
    return found


def read_age(said: Said, look: Look) -> Any:
    """Birth dates or ages: a list of {"first", "last"}, the days between which each child was born.

    `one_more_age`: one was told, of several children.
    """
    text = words(said)
    if isinstance(text, Problem):
        return text
    if _PRICE.search(text):
        return Problem("not_an_age")
    count = int(look.data.get("count", 1))
    found = max(
        (ages_in(f"{told}{text}", look.today) for told in ("", "孩子", "两个孩子，")), key=len, default=[]
    )
    if not found:
        return Problem("age_unclear" if unclear_in(text) else "not_an_age")
    if len(found) < count:
        return found * count if _ALIKE.search(normalise(text)) else Problem("one_more_age")
    return found


def read_sibling(said: Said, look: Look) -> Any:
    """One more child: the value of a known one, or ages as `read_age` has them."""
    chosen = one_of()(said, look) if look.labels or said.choice is not None else Problem("not_a_choice")
    if not isinstance(chosen, Problem) or said.choice is not None or said.media is not None:
        return chosen
    return read_age(said, replace(look, data={}))


def read_time(said: Said, look: Look) -> Any:
    """Words that say a day, an hour or a length, as they were said: what they mean depends on the hour of reading."""
    chosen = one_of()(said, look) if look.labels or said.choice is not None else Problem("not_a_choice")
    if not isinstance(chosen, Problem) or said.choice is not None or plain(said.text).isdigit():
        return chosen
    text = words(said, WORDS)
    if isinstance(text, Problem):
        return text
    if look.labels and plain(text).rstrip("吧的啊了") in _ANY_TIME:
        return next(iter(look.labels))
    if gives_up(text):
        return Problem("not_a_time")
    return text if when.read(text, datetime.combine(look.today, time(12))).said else Problem("not_a_time")


def which_child(value: Any, _look: Look) -> str:
    """Whether all that were chosen are known, or another one is meant."""
    return "another" if "another" in value else "known"


def which_other(value: Any, _look: Look) -> str:
    """Whether another time was chosen, or the one that was asked for is waited for."""
    return "wait" if value == "wait" else "ok"


def read_other(said: Said, look: Look) -> Any:
    """Another time that was offered, or "wait": also in a sentence (那就有空位叫我一声)."""
    found = one_of(words_for={"wait": WAIT})(said, look)
    asked = isinstance(found, Problem) and said.choice is None and waits(said.text)
    return "wait" if asked and "wait" in look.labels else found


def read_spot(said: Said, look: Look) -> Any:
    """Where somebody is: [latitude, longitude] in WGS-84, "anywhere", or the words by which a landmark was named."""
    if said.location is not None:
        return list(said.location)
    found = one_of("anywhere", words_for={"anywhere": ANYWHERE})(said, look)
    if not isinstance(found, Problem) or found.code != "not_a_choice":
        return found
    return found if asks(said.text) or _tells_time(said.text, look.today) else words(said, LANDMARK)


def _tells_time(text: str, today: date) -> bool:
    """Whether words say a time and nothing that could be a landmark: 改到下午三点, but not 五一广场."""
    told = when.read(text, datetime.combine(today, time(12)))
    return told.said and _NO_LANDMARK.fullmatch(told.rest) is not None


def read_summary(said: Said, look: Look) -> Any:
    """Whether it is booked as it stands, or what is to be changed."""
    if said.choice is None and said.media is None:
        short = plain(said.text).rstrip("了吧啊呀哦的啦")
        if short in _YES or plain(said.text) in _YES:
            return "book"
        for step, meant in (
            ("place", ("换一家", "换地方", "别家", "远")),
            ("when", ("换时间", "改时间", "换个时间")),
            ("sibling", ("还有一个", "还有个", "加一个", "再加")),
        ):
            if any(word in short for word in meant) and not look.labels.keys().isdisjoint(
                {step, CHANGE + step}
            ):
                return CHANGE + step
    found = one_of()(said, look)
    return CHANGE + "sibling" if found == "sibling" else found
