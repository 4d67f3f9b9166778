"""How the answers of a booking are read: a child's age or birth, where somebody is, the last look at the card."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from bot.flow import when
from bot.flow.model import CHANGE, Look, Problem, Said
from bot.flow.readers import one_of
from bot.flow.readers.words import WORDS_PROBLEMS, plain, words
from bot.words import asks
from knowledge.births_in import Child, child_in, unclear_in

AGE_PROBLEMS = (*WORDS_PROBLEMS, "age_unclear", "not_an_age")
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
_YES = frozenset(
    ("好", "好的", "行", "可以", "就这个", "就它", "就约这个", "约", "预约", "确认", "没问题", "是", "对", "ok", "yes", "book", "bookit", "确定", "订")
)  # fmt: skip


def born(child: Child) -> dict[str, str]:
    """A child as the form keeps it: the first and the last day on which it can have been born."""
    return {"first": child.first.isoformat(), "last": child.last.isoformat()}


def child_of(kept: dict[str, str], today: date) -> Child:
    """The same, read back."""
    return Child(date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]), today)


def read_age(said: Said, look: Look) -> Any:
    """A birth date or an age: {"first", "last"}, the days between which the child was born."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    found = child_in(text, look.today) or child_in(f"孩子{text}", look.today)
    if found is None:
        return Problem("age_unclear" if unclear_in(text) else "not_an_age")
    return born(found)


def read_time(said: Said, look: Look) -> Any:
    """Words that say a day, an hour or a length, as they were said: what they mean depends on the hour of reading."""
    chosen = one_of()(said, look) if look.labels or said.choice is not None else Problem("not_a_choice")
    if not isinstance(chosen, Problem) or said.choice is not None or plain(said.text).isdigit():
        return chosen
    text = words(said, WORDS)
    if isinstance(text, Problem):
        return text
    return text if when.read(text, datetime.combine(look.today, time(12))).said else Problem("not_a_time")


def which_child(value: Any, _look: Look) -> str:
    """Whether one was chosen whose birth is known, or another one is meant."""
    return "another" if value == "another" else "known"


def which_other(value: Any, _look: Look) -> str:
    """Whether another time was chosen, or the one that was asked for is waited for."""
    return "wait" if value == "wait" else "ok"


def read_spot(said: Said, look: Look) -> Any:
    """Where somebody is: [latitude, longitude] in WGS-84, "anywhere", or the words by which a landmark was named."""
    if said.location is not None:
        return list(said.location)
    found = one_of("anywhere", words_for={"anywhere": ANYWHERE})(said, look)
    if not isinstance(found, Problem) or found.code != "not_a_choice":
        return found
    return found if asks(said.text) else words(said, LANDMARK)


def read_summary(said: Said, look: Look) -> Any:
    """Whether it is booked as it stands, or what is to be changed."""
    if said.choice is None and said.media is None:
        short = plain(said.text).rstrip("了吧啊呀哦的啦")
        if short in _YES or plain(said.text) in _YES:
            return "book"
        for step, meant in (
            ("place", ("换一家", "换地方", "别家", "远")),
            ("when", ("换时间", "改时间", "换个时间")),
        ):
            if any(word in short for word in meant) and CHANGE + step in look.labels:
                return CHANGE + step
    return one_of()(said, look)
