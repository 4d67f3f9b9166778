"""Finds the entries that a question may mean, best first, with the evidence for each.

Two spellings are compared with every phrasing: characters after people's words were brought to the corpus's, and
syllables before it (so that mistyped and pinyin questions find the same row). rapidfuzz orders what both find. The
topic, the facet, the place and the answer's own words are evidence beside it. knowledge/README.md has the measurements.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz

from knowledge import regions
from knowledge.entries import Entry
from knowledge.fitted import fitted
from knowledge.grams import Floats, GramIndex, Owners, grams, numbered
from knowledge.wording import Words, shipped, syllables, units

ROWS = 80
"""Phrasings that rapidfuzz orders."""
SOUND = 0.9
"""What a likeness in sound is worth beside one in characters."""
BODIES = 10
"""Entries whose own text is looked at though no phrasing was found."""
_PRIVATE = 0xE000


class Evidence(NamedTuple):
    """What speaks for an entry: see EVIDENCE for each figure's meaning."""

    ratio: float = 0.0
    others: float = 0.0
    body: float = 0.0
    cover: float = 0.0
    topic: float = 0.0
    facet: float = 0.0
    here: float = 0.0
    away: float = 0.0


EVIDENCE = {
    "ratio": "rapidfuzz's ratio of the phrasing it fits best, characters or 0.9 times sound, 0 to 1",
    "others": "the cosines of the second and the third likeliest phrasing, added: an entry is rarely meant by one alone",
    "body": "the cosine of question, answer and plain answer as one text",
    "cover": "the share of the question, by rarity, that stands anywhere in the entry, written or by sound",
    "topic": "1 where its topic is among the question's, -1 where only others are, 0 where it names none",
    "facet": "the same for what is asked",
    "here": "1 where the place that is named, or home, is the entry's; 0.6 where one lies in the other",
    "away": "below 0 where the entry is about another place",
}
NAMES = Evidence._fields


@dataclass(frozen=True)
class Found:
    """One entry that may be meant. `chance`: its share among all candidates, 0 to 1, by the fitted weights."""

    id: str
    score: float
    chance: float
    evidence: Evidence


@dataclass(frozen=True)
class Asked:
    """A question, prepared once. `named`: regions in its words; `home`: where the person is, None unknown."""

    bare: str
    common: str
    chars: tuple[str, ...]
    sounds: tuple[str, ...]
    topics: frozenset[str]
    facets: frozenset[str]
    named: tuple[str, ...]
    home: str | None


@dataclass(frozen=True)
class _Row:
    entry: int
    common: str
    spoken: str


@dataclass
class _Shape:
    """What an entry is compared by, beside its phrasings."""

    id: str
    code: str
    topic: str
    facets: frozenset[str]
    rows: list[int] = field(default_factory=list)


class Search:
    """The entries, indexed. Immutable; build another one when the corpus changes."""

    def __init__(
        self, entries: Sequence[Entry], words: Words | None = None, weights: Mapping[str, float] | None = None
    ) -> None:
        self.words = words or shipped()
        given = fitted().weights if weights is None else weights
        self._weights = tuple(given.get(name, 0.0) for name in NAMES)
        self._shapes = [
            _Shape(entry.id, entry.spot.code, entry.head.topic, frozenset(entry.head.facets))
            for entry in entries
        ]
        self._counties = tuple({shape.code for shape in self._shapes if not shape.code.endswith("00")})
        bodies = [
            f"{entry.head.question} {entry.answer} {entry.head.plain} {entry.head.en}" for entry in entries
        ]
        self._index([entry.phrasings for entry in entries], bodies)

    def _index(self, phrasings: Sequence[Iterable[str]], bodies: Sequence[str]) -> None:
        self._code: dict[str, str] = {}
        self._rows: list[_Row] = []
        chars, sounds, groups = [], [], []
        for number, listed in enumerate(phrasings):
            for phrasing in listed:
                bare = self.words.bare(phrasing)
                common, syllabic = self.words.common(bare), syllables(bare)
                self._shapes[number].rows.append(len(self._rows))
                self._rows.append(_Row(number, common, self._spoken(syllabic)))
                chars.append(grams(units(common)))
                sounds.append(grams(syllabic))
                groups.append(number)
        self._pieces = list(zip(chars, sounds, strict=True))
        self._own = [grams(units(self.words.common(self.words.bare(text)))) for text in bodies]
        written, heard, own = numbered([*chars, *self._own]), numbered(sounds), range(len(self._own))
        self._chars, self._sounds = GramIndex(written[: len(chars)], groups), GramIndex(heard, groups)
        self._bodies = GramIndex(written[len(chars) :], own)
        self._written = Owners(written, [*groups, *own], len(own))
        self._heard = Owners(heard, groups, len(own))

    def ask(self, text: str, home: str | None = None) -> Asked:
        """Prepare a question asked by somebody at home in a region (its code)."""
        bare = self.words.bare(text)
        common = self.words.common(bare)
        return Asked(
            bare,
            common,
            tuple(units(common)),
            tuple(syllables(bare)),
            self.words.topics(common),
            self.words.facets(common),
            regions.mentioned(common, self._counties),
            home,
        )

    def rows_of(self, number: int) -> tuple[int, ...]:
        """The rows of the numberth entry's phrasings, in their order."""
        return tuple(self._shapes[number].rows)

    def find(self, asked: Asked, k: int = 5, left: tuple[int, int] | None = None) -> list[Found]:
        """The k likeliest entries. `left` leaves out, for measurements, a row of an entry; row -1: the whole entry."""
        pieces, heard = grams(asked.chars), grams(asked.sounds)
        phrased = self._phrasings_like(asked, pieces, heard, left)
        bodies = self._bodies.cosines(pieces)
        for number in _largest(bodies, BODIES):
            if left is None or left != (number, -1):
                phrased.setdefault(number, [])
        cover = self._covered(pieces, heard)
        if left is not None:
            cover[left[0]] = self._covered_without(left, pieces, heard)
        weighed = []
        for number, likes in phrased.items():
            shape = self._shapes[number]
            here, away = _place(shape.code, asked)
            evidence = Evidence(
                ratio=max((ratio for _, ratio in likes), default=0.0),
                others=sum(sorted((cosine for cosine, _ in likes), reverse=True)[1:3]),
                body=float(bodies[number]),
                cover=float(cover[number]),
                topic=_agree(asked.topics, {shape.topic}),
                facet=_agree(asked.facets, shape.facets),
                here=here,
                away=away,
            )
            weighed.append((self._score(evidence), number, evidence))
        top = max((score for score, _, _ in weighed), default=0.0)
        whole = sum(math.exp(score - top) for score, _, _ in weighed)
        found = [
            Found(self._shapes[number].id, score, math.exp(score - top) / whole, evidence)
            for score, number, evidence in weighed
        ]
        return sorted(found, key=lambda one: (-one.score, one.id))[:k]

    def _phrasings_like(
        self, asked: Asked, pieces: list[str], heard: list[str], left: tuple[int, int] | None
    ) -> dict[int, list[tuple[float, float]]]:
        """(cosine, ratio) of the likeliest phrasings, by entry."""
        chars, sounds = self._chars.cosines(pieces), self._sounds.cosines(heard)
        like = np.maximum(chars, SOUND * sounds)
        if left is not None:
            for row in self._shapes[left[0]].rows if left[1] < 0 else left[1:]:
                like[row] = 0.0
        spoken = self._spoken(asked.sounds)
        found: dict[int, list[tuple[float, float]]] = {}
        for row in _largest(like, ROWS):
            own = self._rows[row]
            if not like[row]:
                break
            ratio = max(fuzz.ratio(asked.common, own.common), SOUND * fuzz.ratio(spoken, own.spoken)) / 100
            found.setdefault(own.entry, []).append((float(like[row]), ratio))
        return found

    def _covered(self, pieces: Sequence[str], heard: Sequence[str]) -> Floats:
        """By entry the share of the question that stands anywhere in it, written or by sound."""
        chars, sounds = self._chars, self._sounds
        written = self._written.share({gram: chars.idf(gram) for gram in pieces})
        spoken = self._heard.share({gram: sounds.idf(gram) for gram in heard})
        return np.maximum(written, SOUND * spoken)

    def _covered_without(self, left: tuple[int, int], pieces: Sequence[str], heard: Sequence[str]) -> float:
        """The same of one entry without one of its rows."""
        rows = [self._pieces[row] for row in self._shapes[left[0]].rows if row != left[1]]
        written = set(self._own[left[0]]).union(*(own for own, _ in rows))
        spoken = set[str]().union(*(own for _, own in rows))
        shares = [
            sum(index.idf(gram) for gram in {*asked} if gram in had) / (sum(map(index.idf, {*asked})) or 1.0)
            for index, asked, had in ((self._chars, pieces, written), (self._sounds, heard, spoken))
        ]
        return max(shares[0], SOUND * shares[1])

    def _score(self, evidence: Evidence) -> float:
        return sum(weight * value for weight, value in zip(self._weights, evidence, strict=True))

    def _spoken(self, heard: Sequence[str]) -> str:
        """One private-use character a syllable, so that rapidfuzz compares syllables."""
        code = self._code
        return "".join(code.setdefault(one, chr(_PRIVATE + len(code) % 6000)) for one in heard)


def _largest(values: Floats, k: int) -> list[int]:
    """The numbers of the k largest values, the largest first."""
    some = np.argpartition(-values, k)[:k] if len(values) > k else np.arange(len(values))
    return [int(number) for number in some[np.argsort(-values[some], kind="stable")]]


def _agree(asked: frozenset[str], own: Iterable[str]) -> float:
    return 0.0 if not asked else 1.0 if not asked.isdisjoint(own) else -1.0


def _place(code: str, asked: Asked) -> tuple[float, float]:
    """`here` and `away` of an entry's region."""
    if asked.named:
        if any(regions.within(code, one) for one in asked.named):
            return 1.0, 0.0
        return 0.0, 0.0 if any(regions.within(one, code) for one in asked.named) else -2.0
    if asked.home is None or code == regions.NATION:
        return 0.0, 0.0
    if regions.within(code, asked.home) or regions.within(asked.home, code):
        return 1.0 if code == asked.home else 0.6, 0.0
    # A neighbour district of the same city is nearer than another city.
    return 0.0, -0.5 if code[:4] == asked.home[:4] else -2.0


def build(entries: Iterable[Mapping[str, Any]]) -> Callable[[str, int], list[tuple[str, float]]]:
    """The bare engine over {"id", "phrasings"}, for comparisons: search(text, k) -> [(id, score)]."""
    given = list(entries)
    engine = Search([])
    engine._shapes = [_Shape(str(one["id"]), regions.NATION, "", frozenset()) for one in given]
    engine._index([one["phrasings"] for one in given], ["" for _ in given])

    def search(text: str, k: int) -> list[tuple[str, float]]:
        return [(one.id, one.score) for one in engine.find(engine.ask(text), k)]

    return search
