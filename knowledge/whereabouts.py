"""Where people say that they are: 我在银川, 我家在莲湖区, 不在西安, 换个城市, and a place's bare name."""

from __future__ import annotations

import re
from typing import NamedTuple

from knowledge import regions
from knowledge.normalise import normalise

_AM_IN = re.compile(
    r"(?:你好|您好|,|\s)*(?:(?:我|俺|咱)们?(?:家|这边|这里|现在|目前|平时|人|的?户口)*|家|人|户口)(?:就|都|是)?"
    r"(?:在|住在|住|是|搬到了?|搬来|来自)(?P<rest>.+)"
    r"|(?:hi|hello|,|\s)*(?:i.?m|i am|we.?re|we are|i|we)(?: live| living| based| now)*(?: in| at| from)(?P<english>.+)"
)
_NOT_IN = re.compile(r"(?:(?:我|俺|咱)们?(?:家|人)?)?(?:现在|已经)?(?:不|没)(?:是|在|住在|住)(?P<rest>.+)")
_ELSEWHERE = frozenset(
    [
        "换个城市",
        "换城市",
        "换一个城市",
        "换个地方",
        "换地方",
        "换个区",
        "换一个地方",
        "不是这个城市",
        "不是这个地方",
        "城市不对",
        "地方不对",
        "城市错了",
        "地方错了",
        "回到本地",
        "回本地",
        "本地",
        "我在本地",
        "我在这里",
        "我就在这里",
        "我们这里",
    ]
) | frozenset(("change city", "another city", "other city", "wrong city", "switch city", "here", "local"))
_AFTER = re.compile(r"(?:的|人|这边|这里|那边|那里|市里|上班|工作|,|\.|!|\?|~|;|:|了|啊|呢|哦|呀|吧|\s)+")
_BARE = re.compile(r"(?:那|那么|换成|换|问|要是|如果是|what about|how about|and|in|\s)*(?P<rest>.+)")
LONGEST = 12
"""Characters of a region's name, with its city before it."""
_LATIN = {"xian": "610100", "yinchuan": "640100", "beijing": "110000", "shanghai": "310000", "shenzhen": "440300",
          "chengdu": "510100", "hangzhou": "330100", "changsha": "430100", "dalian": "210200", "shenyang": "210100"}  # fmt: skip
"""Cities by the names that people write in English."""


class Told(NamedTuple):
    """A region's code, and what else was said."""

    region: str
    rest: str


def told(text: str) -> Told | None:
    """Where somebody says that they are, and the question behind it, as it was written; None where they say none."""
    said = _without_leaving(normalise(text))
    found = _AM_IN.match(said)
    if found is None:
        return None
    named = _at_the_beginning((found["rest"] or found["english"]).strip(), whole=True)
    if named is None:
        return None
    code, rest = named
    after = _AFTER.match(rest)
    if after is None and rest:  # 我在西安路…: a street, or a question about the place without a pause
        return Told(code, text) if len(rest) > 3 else None
    return Told(code, text if rest[after.end() if after else 0 :] else "")


def bare(text: str) -> str | None:
    """The region whose name is all that is said (西安, 那银川呢); None where there is more."""
    found = _BARE.match(normalise(text))
    named = None if found is None else _at_the_beginning(found["rest"].strip())
    if named is None:
        return None
    after = _AFTER.match(named[1])
    return named[0] if not named[1] or (after is not None and after.end() == len(named[1])) else None


def leaves(text: str) -> bool:
    """Whether somebody says no more than that the place is another one, not which."""
    said = normalise(text).strip(" ,.!?~")
    if said in _ELSEWHERE:
        return True
    found = _NOT_IN.fullmatch(said)
    return found is not None and bare(found["rest"]) is not None


def _without_leaving(said: str) -> str:
    """我不在西安,在银川 says where one is in its second half."""
    first, comma, rest = said.partition(",")
    if comma and leaves(first):
        return rest if rest.startswith(("我", "俺", "咱", "i")) else f"我{rest}"
    return said


def _at_the_beginning(said: str, whole: bool = False) -> tuple[str, str] | None:
    """The region with whose name the words begin, the longest, and what follows it.

    `whole`: a county only by its whole name, for some short ones are words (回民, 东方).
    """
    plain = said.replace("'", "")
    for name, code in _LATIN.items():
        if plain.startswith(name) and not plain[len(name) : len(name) + 1].isalpha():
            return code, plain[len(name) :]
    for end in range(min(LONGEST, len(said)), 1, -1):
        code_ = regions.find(said[:end])
        if code_ is None or code_ == regions.NATION or said[:end].isdigit():
            continue
        if code_.endswith("00") or not whole or said[end - 1] in "区县市旗":
            return code_, said[end:]
    return None
