"""What the words around an emergency are: their language, in which the card answers, and the all-clear."""

from __future__ import annotations

import re

from knowledge.normalise import is_traditional, normalise, split_pinyin

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[a-z]+")
_OVER = re.compile(
    r"^(现在|已经)?(没事|没事儿|没什么事|好了|打错|发错|按错|说错|误会|开玩笑|试(一)?试|测试)(了|啦|的|一下)?$"
    r"|^(it.?s |all |i.?m )?(fine|ok(ay)? now|false alarm|never mind|nothing|a mistake|a test)( now)?$"
)


def is_over(text: str) -> bool:
    """Whether the whole message says that nothing is the matter."""
    return _OVER.search(normalise(text).strip(" ,.!~")) is not None


def spoken(text: str, own: str) -> str:
    """The language of the words: zh, zh-Hant or en; `own`, the person's setting, where the words do not tell.

    Latin letters that are all pinyin are Chinese. Words that read the same in both scripts follow the setting.
    """
    if _HAN.search(text):
        if is_traditional(text):
            return "zh-Hant"
        return "zh" if own == "en" else own
    words = _LATIN.findall(text.lower())
    if not words:
        return own
    if all(split_pinyin(word) for word in words):
        return "zh" if own == "en" else own
    return "en"
