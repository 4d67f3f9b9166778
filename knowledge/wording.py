"""People's words brought to the corpus's: fillers dropped, synonyms, dialect and English written as one word.

wording.toml holds the words. `topics` and `facets` of the same file say what a question is about and what it asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import Field

from knowledge.normalise import Sound, normalise, sounds
from knowledge.programme import Record
from knowledge.tomlfiles import read_toml

_UNIT = re.compile(r"[\u3400-\u9fff]|[a-z]+|[0-9]+(?:\.[0-9]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


class Wording(Record):
    """wording.toml. `same`: one word for all of a list; `fillers` are dropped; words of `topics`, `facets` as they stand;
    `alone` are those that name no matter."""

    fillers: tuple[str, ...]
    alone: tuple[str, ...]
    same: dict[str, tuple[str, ...]]
    topics: dict[str, tuple[str, ...]] = Field(min_length=1)
    facets: dict[str, tuple[str, ...]] = Field(min_length=1)


class Words:
    """The wording, ready for use."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._same = {normalise(word): one for one, others in wording.same.items() for word in (one, *others)}
        self._find = _Finder(self._same)
        self._fillers = _Finder({normalise(filler): "" for filler in wording.fillers})
        alone = "|".join(
            re.escape(word) for word in sorted(wording.alone, key=lambda word: (-len(word), word))
        )
        self._alone = re.compile(rf"(?:[ ,.?!]*(?:{alone}))+[ ,.?!]*")
        self._topics = {name: self._words(listed) for name, listed in wording.topics.items()}
        self._facets = {name: self._words(listed) for name, listed in wording.facets.items()}

    def _words(self, listed: Iterable[str]) -> re.Pattern[str]:
        return _any_of(self.common(normalise(word)) for word in listed)

    def bare(self, text: str) -> str:
        """The normalised text without courtesy; the whole where nothing would be left."""
        plain = normalise(text)
        return self._fillers.written(plain).strip(" ,.;:!?") or plain

    def common(self, bare: str) -> str:
        """A bare text with people's words written as the corpus writes them."""
        return self._find.written(bare)

    def topics(self, common: str) -> frozenset[str]:
        """What a text in common words is about."""
        return frozenset(name for name, words in self._topics.items() if words.search(common))

    def names_nothing(self, common: str) -> bool:
        """Whether a text in common words names no matter: 要预约吗, 一天多少钱."""
        return self._alone.fullmatch(common) is not None

    def facets(self, common: str) -> frozenset[str]:
        """What a text in common words asks for."""
        return frozenset(name for name, words in self._facets.items() if words.search(common))


class _Finder:
    """Replaces the longest known word at every place; Latin words only whole. Many times quicker than one expression."""

    def __init__(self, instead: dict[str, str]) -> None:
        self._instead = instead
        self._by_head: dict[str, list[str]] = {}
        for word in sorted(filter(None, instead), key=lambda word: (-len(word), word)):
            self._by_head.setdefault(word[:2], []).append(word)
        firsts = {head[0] for head in self._by_head}
        latin, other = (
            "".join(sorted(filter(kind, firsts))) for kind in (_latin, lambda char: not _latin(char))
        )
        # A Latin word is only replaced whole, so it is looked for where one begins.
        self._firsts = re.compile(
            rf"(?<![a-z])[{latin or '0'}]|[{re.escape(other) or '0'}]" if firsts else "(?!)"
        )

    def written(self, text: str) -> str:
        """The text with every known word as it is to be written."""
        out: list[str] = []
        done = 0
        for first in self._firsts.finditer(text):
            at = first.start()
            if at < done:
                continue
            for word in (*self._by_head.get(text[at : at + 2], ()), *self._by_head.get(first[0], ())):
                if text.startswith(word, at) and _whole(text, at, at + len(word)):
                    out += (text[done:at], self._instead[word])
                    done = at + len(word)
                    break
        out.append(text[done:])
        return "".join(out)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no Latin word is cut at either end."""
    return not (
        (start and _latin(text[start - 1]) and _latin(text[start]))
        or (end < len(text) and _latin(text[end - 1]) and _latin(text[end]))
    )


def _latin(char: str) -> bool:
    return "a" <= char <= "z"


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """The longest first; Latin words only whole."""
    listed = sorted(set(words), key=lambda word: (-len(word), word))
    parts = [
        rf"\b{re.escape(word)}\b" if word[0].isascii() and word[-1].isascii() else re.escape(word)
        for word in listed
        if word
    ]
    return re.compile("|".join(parts) or r"(?!)")


def units(text: str) -> list[str]:
    """The characters, Latin words and numbers of a text, in order."""
    return _UNIT.findall(text)


def syllables(bare: str) -> list[str]:
    """A bare text as it sounds: one toneless syllable a character, near sounds merged (zh/z, n-/l-, -ng/-n)."""
    heard: list[str] = []
    for run in _RUN.findall(bare):
        if _HAN.match(run):
            heard += map(_heard, run)
        else:
            heard += [_sound(run, sound) for sound in sounds(run)]
    return heard


@lru_cache(maxsize=8192)
def _heard(char: str) -> str:
    return "".join(_sound(char, sound) for sound in sounds(char))


def _sound(text: str, sound: Sound) -> str:
    return _merged(sound.readings[0]) if sound.readings else text[sound.start : sound.end]


@lru_cache(maxsize=2048)
def _merged(syllable: str) -> str:
    for long, flat in _MERGED:
        if syllable.startswith(long):
            syllable = flat + syllable[len(long) :]
    for long, flat in _ENDS:
        if syllable.endswith(long):
            syllable = syllable[: -len(long)] + flat
    return "l" + syllable[1:] if syllable.startswith("n") and len(syllable) > 1 else syllable


@lru_cache(maxsize=1)
def shipped() -> Words:
    """The wording that comes with the program."""
    return load_wording(files("knowledge").joinpath("wording.toml"))


def load_wording(source: Traversable) -> Words:
    """Read wording.toml. Raises PackError with every problem."""
    return Words(read_toml(Wording, source)[0])
