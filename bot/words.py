"""What short words mean wherever they are said: words that work everywhere, courtesy, questions, the language of a text.

Everything is compared in Simplified script, so a word typed in Traditional is the same word.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bot.texts import simplified

_WORDS = Path(__file__).with_name("words.toml")
LANGUAGE = "lang:"
"""What stands before a language code where a word (or a button) chooses that language."""
_ENGLISH_WANTED = re.compile(
    r"\b(?:in|speak|use|have|prefer|want|switch to) english\b|\benglish,? please\b"
    r"|\b(?:don'?t|do not|can'?t|cannot|can not|no) (?:speak|read|understand|know|write) (?:any |much )?chinese\b"
    r"|(?:我|俺)?(?:不会|不懂|看不懂|听不懂)(?:说|讲|看)?中文|(?:说|讲|用|换|要|换成)英(?:文|语)"
)
_EITHER = frozenset("乾著瞭夥於後麼徵藉")
"""Characters that a writer of Simplified may have typed as well."""
_QUESTION = re.compile(
    r"[?？]|[吗么呢嘛]\W*$|怎么|怎样|咋|为什么|为啥|为何|凭什么|什么时候|啥时候|几时|谁|能不能|可不可以|可以不"
    r"|行不行|要不要|是不是|有没有|什么用|干什么|干嘛|哪[里儿些家个种]|多少钱|出来了没"
    r"|\b(?:why|what|who|how|when|where|which|can i|may i|do i|is it|are you)\b"
)


@lru_cache(maxsize=1)
def _tree() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def everywhere() -> dict[str, str]:
    """The words that work everywhere, folded, each with the name of what it does."""
    return {fold(word): name for name, words in _tree()["everywhere"].items() for word in words}


@lru_cache(maxsize=1)
def acts() -> tuple[frozenset[str], ...]:
    """Groups of words of one meaning, folded, by which people name a button that was offered to them."""
    return tuple(frozenset(map(fold, words)) for words in _tree()["acts"].values())


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """English words that are no pinyin syllable: one of them tells English from Chinese in Latin letters."""
    return frozenset(_tree()["english"]["only"])


@lru_cache(maxsize=1)
def undoing() -> frozenset[str]:
    """The words of a button that undoes something, folded."""
    return frozenset(map(fold, _tree()["acts"]["undo"]))


def fold(text: str) -> str:
    """Words as they are compared: one width and script, no case, no spaces, no closing punctuation."""
    text = simplified(unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")
    kept = "".join(c for c in text if not c.isspace())
    return kept.strip("。.!！~～,，、…·") or kept


def folded(words: Iterable[str]) -> frozenset[str]:
    """Words to be looked for among those that were folded."""
    return frozenset(map(fold, words))


def meaning(text: str) -> str | None:
    """The name of the word that works everywhere, if the text is one."""
    folded = fold(text)
    if (word := everywhere().get(folded)) is not None:
        return word
    if wants_english(text):
        return f"{LANGUAGE}en"
    return "courtesy" if _courteous(folded) else None


def wants_english(text: str) -> bool:
    """Whether somebody says that they want English, or cannot read Chinese."""
    plain = simplified(text).casefold().replace("’", "'")
    return len(plain) <= 60 and _ENGLISH_WANTED.search(plain) is not None


@lru_cache(maxsize=1)
def _courtesies() -> re.Pattern[str]:
    words = sorted((fold(word) for word in _tree()["everywhere"]["courtesy"]), key=len, reverse=True)
    return re.compile(rf"(?:(?:{'|'.join(map(re.escape, words))})[啊呀哈呢了啦您你的,，。.!！~、]*)+")


def _courteous(folded: str) -> bool:
    """Several courtesies in one breath, or nothing but a friendly sign."""
    if len(folded) <= 40 and _courtesies().fullmatch(folded):
        return True
    kinds = {unicodedata.category(c) for c in folded}
    return "So" in kinds and kinds <= {"So", "Sk", "Mn", "Cf", "Po"}


def asks(text: str) -> bool:
    """Whether the words are a question of somebody's own (a date or a number with a 「吗」 is an answer)."""
    plain = simplified(unicodedata.normalize("NFKC", text)).casefold()
    return sum(c.isdigit() for c in plain) < 4 and _QUESTION.search(plain) is not None


def language_of(text: str) -> str:
    """The language that words are surely written in: "en" for several English ones, "zh-Hant", or "" unknown."""
    latin = re.findall(r"[a-z]+(?:'[a-z]+)?", text.casefold().replace("’", "'"))
    if not any("\u4e00" <= c <= "\u9fff" for c in text):
        return "en" if len(latin) >= 3 and english().intersection(latin) else ""
    changed = {a for a, b in zip(text, simplified(text), strict=False) if a != b}
    return "zh-Hant" if changed - _EITHER else ""
