"""Questions made from the corpus itself: a phrasing is asked while it, or its whole entry, is left out of the index.

The first kind has one right entry, the second none. Both tell how the search does on words that it has not seen.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge import regions
from knowledge.answering import Answers
from knowledge.entries import Entry
from knowledge.search import Asked, Found, Search

CANDIDATES = 25
"""Entries that are kept for each question."""
HOMES = ("610100", "610104", "210100", "640100", None)
"""Where somebody asks a national question."""
AT_HOME = 0.75
"""Share of the questions that are asked by somebody whose place is known."""
CUTS = tuple(percent / 100 for percent in range(30, 100, 5))


@dataclass(frozen=True)
class Case:
    """One question with its candidates; `right` is the entry that answers it, None where none does."""

    asked: Asked
    found: list[Found]
    right: str | None

    @property
    def first(self) -> bool:
        """Whether the right entry came first."""
        return bool(self.found) and self.found[0].id == self.right


def left_out(search: Search, entries: Sequence[Entry], many: int, seed: int) -> tuple[list[Case], list[Case]]:
    """`many` questions whose phrasing is left out, and a quarter of them again with their entry left out."""
    rng = random.Random(seed)
    jobs = [
        (number, row, phrasing)
        for number, entry in enumerate(entries)
        for row, phrasing in zip(search.rows_of(number), entry.phrasings, strict=True)
    ]
    rng.shuffle(jobs)
    inside, outside = [], []
    for count, (number, row, phrasing) in enumerate(jobs[:many]):
        entry = entries[number]
        home = entry.spot.code if entry.spot.code != regions.NATION else rng.choice(HOMES)
        asked = search.ask(phrasing, home if rng.random() < AT_HOME else None)
        inside.append(Case(asked, search.find(asked, CANDIDATES, (number, row)), entry.id))
        if count % 4 == 0:
            outside.append(Case(asked, search.find(asked, CANDIDATES, (number, -1)), None))
    return inside, outside


@dataclass(frozen=True)
class Point:
    """What one cut does, as shares of all questions, 0 to 1."""

    cut: float
    right: float
    wrong: float
    held: float


def curve(answers: Answers, cases: Sequence[Case], cuts: Sequence[float] = CUTS) -> list[Point]:
    """By cut: answered right, answered wrong, not answered. To say that nobody has published it answers nothing."""
    marked = []
    for case in cases:
        known = bool(case.found) and answers.entries[case.found[0].id].head.kind == "answer"
        sure = answers.confidence(case.asked, case.found)
        marked.append((sure if known or case.first else 0.0, case.first))
    whole = len(marked) or 1
    points = []
    for cut in cuts:
        right = sum(sure >= cut and first for sure, first in marked) / whole
        wrong = sum(sure >= cut and not first for sure, first in marked) / whole
        points.append(Point(cut, right, wrong, 1 - right - wrong))
    return points


def ranks(cases: Sequence[Case]) -> tuple[float, float]:
    """Shares with the right entry first, and among the first three."""
    whole = len(cases) or 1
    three = sum(case.right in [one.id for one in case.found[:3]] for case in cases)
    return sum(case.first for case in cases) / whole, three / whole
