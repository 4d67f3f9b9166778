"""One written form for what people type: width, script, case and spaces; and the same words heard by their sound.

`normalise` makes ＶＯＵＣＨＥＲ, 托育消費券 and "领 券" comparable. A `Lexicon` then writes the words it knows where
they were mistyped by sound (拖育券) or typed in pinyin (lingquan), so that everything after it compares plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.constants import PINYIN_DICT

MAX_CHARS = 400
# Rarer readings of a character are scholarship; nobody types by them.
READINGS = 3
# 劵 and 卷 are written for 券 by look, and then read and typed as juan.
ALSO_READ = {"劵": ("quan",)}
# Readings a dictionary lists and nobody uses, which would make 喝了 sound like choking.
_ONLY_READ = {"喝": ("he",)}
# Grammar is no evidence: 短期了 and 断气了 have nothing in common.
_GRAMMAR = frozenset("了的着得地到住上下")
_TYPED_AS = {"juan": ("juan", "quan")}

_HAN = "\u3400-\u9fff"
_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}，。！？,.!?0-9])\s+(?=[{_HAN}0-9])|(?<=[{_HAN}])\s+")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff\u00ad]")
_STOPS = str.maketrans("，。；：！？、…~～·“”‘’（）【】《》", ",.;:!?,.  ·" + "\"\"''()[]<>")
_TOKEN = re.compile(rf"[{_HAN}]|[a-z]+|[0-9]")
_DIGITS = {
    "0": "ling",
    "1": "yi",
    "2": "er",
    "3": "san",
    "4": "si",
    "5": "wu",
    "6": "liu",
    "7": "qi",
    "8": "ba",
    "9": "jiu",
}

_to_simplified = OpenCC("t2s").convert


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The text in NFKC, Simplified, lower case, without invisible characters or spaces beside Chinese ones.

    Only the first MAX_CHARS characters are kept: nobody asks for a service after that.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS])
    text = _to_simplified(_UNSEEN.sub("", text)).lower().translate(_STOPS)
    return _SPACES.sub(" ", _SPACE_BESIDE_HAN.sub("", text)).strip()


def is_traditional(text: str) -> bool:
    """Whether the text holds characters that Simplified writes otherwise."""
    return bool(_to_simplified(text) != text)


def _syllable_table() -> frozenset[str]:
    common = range(0x4E00, 0x9FA6)
    first = {PINYIN_DICT[code].split(",")[0] for code in common if code in PINYIN_DICT}
    plain = {_toneless(mark) for mark in first}
    # Interjections written without a vowel (m, n, ng, hm) would cut every English word into syllables.
    return frozenset(s for s in plain if any(vowel in s for vowel in "aeiouv") and s.isascii())


def _toneless(marked: str) -> str:
    bare = unicodedata.normalize("NFD", marked.replace("ü", "v"))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    return _syllable_table()


@lru_cache(maxsize=8192)
def _readings(char: str) -> tuple[str, ...]:
    if char in _ONLY_READ:
        return _ONLY_READ[char]
    found = pinyin(char, style=Style.NORMAL, heteronym=True)[0][:READINGS]
    return tuple(dict.fromkeys((*found, *ALSO_READ.get(char, ()))))


@lru_cache(maxsize=4096)
def split_pinyin(word: str) -> tuple[str, ...]:
    """The syllables of a word of Latin letters, the fewest that fill it, or () when it is not pinyin."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    known = _syllables()
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            head = best[start]
            if head is None or word[start:end] not in known:
                continue
            here = best[end]
            if here is None or len(head) + 1 < len(here):
                best[end] = (*head, word[start:end])
    return best[len(word)] or ()


class Sound(NamedTuple):
    """One spoken syllable of a normalised text: its possible toneless readings, and its place [start, end)."""

    readings: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=1024)
def sounds(text: str) -> tuple[Sound, ...]:
    """The syllables of a normalised text, in order; an English word is one sound without a reading."""
    found: list[Sound] = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word in _DIGITS:
            found.append(Sound((_DIGITS[word],), token.start(), token.end()))
        elif word[0] <= "z":
            at = token.start()
            parts = split_pinyin(word) if len(word) <= 40 else ()
            for syllable in parts:
                found.append(Sound(_TYPED_AS.get(syllable, (syllable,)), at, at + len(syllable)))
                at += len(syllable)
            if not parts:
                found.append(Sound((), token.start(), token.end()))
        else:
            found.append(Sound(_readings(word), token.start(), token.end()))
    return tuple(found)


class Lexicon:
    """Words that are recognised by their sound.

    `words` are recognised mistyped, as long as one character is right (拖育券, 领卷), and in pinyin; `spelt` in
    pinyin only. `keep` are true words that merely sound like one of them.
    """

    def __init__(self, words: Iterable[str], keep: Iterable[str] = (), spelt: Iterable[str] = ()) -> None:
        self._words = frozenset(words)
        self._keep = frozenset(keep)
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for word in sorted(self._words | frozenset(spelt)):
            for reading in _word_readings(word):
                self._by_first.setdefault(reading[0], []).append((reading, word))
        for entries in self._by_first.values():
            # 托育消费券 before the 托育 it contains.
            entries.sort(key=lambda entry: -len(entry[0]))
        self._firsts = frozenset(word[0] for word in self._words | self._keep)
        self._longest = max((len(w) for w in self._words | self._keep), default=0)

    def repair(self, text: str) -> str:
        """The normalised text with every word of the lexicon in its own characters."""
        heard = sounds(text)
        out: list[str] = []
        done = at = 0
        while at < len(heard):
            word, count = self._at(text, heard, at)
            if word is not None:
                out += (text[done : heard[at].start], word)
                done = heard[at + count - 1].end
            at += count
        out.append(text[done:])
        return _SPACE_BESIDE_HAN.sub("", "".join(out))

    def _at(self, text: str, heard: tuple[Sound, ...], at: int) -> tuple[str | None, int]:
        """The word to write at that syllable, if any, and how many syllables to go on."""
        right = self._written_right(text, heard[at].start)
        for reading in heard[at].readings:
            for syllables, word in self._by_first.get(reading, ()):
                if len(word) <= right:
                    break
                if self._sounds_like(heard, at, syllables) and self._may_be(
                    text, heard[at : at + len(word)], word
                ):
                    return word, len(syllables)
        return None, max(right, 1)

    def _written_right(self, text: str, start: int) -> int:
        """Length of the longest known word that stands there as it should; 0 when none does."""
        if text[start] not in self._firsts:
            return 0
        for length in range(min(self._longest, len(text) - start), 1, -1):
            if (written := text[start : start + length]) in self._words or written in self._keep:
                return length
        return 0

    @staticmethod
    def _sounds_like(heard: tuple[Sound, ...], at: int, syllables: tuple[str, ...]) -> bool:
        if at + len(syllables) > len(heard):
            return False
        return all(s in heard[at + i].readings for i, s in enumerate(syllables))

    def _may_be(self, text: str, run: tuple[Sound, ...], word: str) -> bool:
        start, end = run[0].start, run[-1].end
        if any(stop in ",.;:!?" for stop in text[start:end]):
            return False
        written = [(text[sound.start], right) for sound, right in zip(run, word, strict=True)]
        typed = [(char, right) for char, right in written if not "a" <= char <= "z"]
        if typed and (word not in self._words or all(c != right or c in _GRAMMAR for c, right in typed)):
            return False
        return not any(self._overlaps(text, start, end, kept) for kept in self._keep)

    @staticmethod
    def _overlaps(text: str, start: int, end: int, kept: str) -> bool:
        found = text.find(kept, max(0, start - len(kept) + 1))
        return 0 <= found < end


def _word_readings(word: str) -> list[tuple[str, ...]]:
    spoken = tuple(lazy_pinyin(word, style=Style.NORMAL))
    one_by_one = tuple(_readings(char)[0] for char in word if "\u3400" <= char <= "\u9fff")
    return [r for r in dict.fromkeys((spoken, one_by_one)) if len(r) == len(word)]
