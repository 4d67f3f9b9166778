"""Texts compared by the short runs they share: a TF-IDF index of grams, and what a gram is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

Grams = Sequence[str]


def grams(units: Sequence[str]) -> list[str]:
    """Every unit and every pair of neighbours; a unit is a character, a syllable or a Latin word."""
    return [*units, *(f"{a}\x1f{b}" for a, b in zip(units, units[1:], strict=False))]


class GramIndex:
    """Rows of grams, each belonging to a group (its entry).

    What is rare among groups weighs more. A question's gram that no row has weighs as the rarest: a question whose
    words are unknown here resembles nothing much.
    """

    def __init__(self, rows: Iterable[Grams], groups: Sequence[int]) -> None:
        counted = [Counter(row) for row in rows]
        seen: dict[str, set[int]] = {}
        for row, group in zip(counted, groups, strict=True):
            for gram in row:
                seen.setdefault(gram, set()).add(group)
        many = max(1, len(set(groups)))
        self._rarest = math.log(1.0 + many)
        self._idf = {gram: math.log(1.0 + many / len(where)) for gram, where in seen.items()}
        self._count = len(counted)
        self._postings: dict[str, list[tuple[int, float]]] = {gram: [] for gram in seen}
        for number, row in enumerate(counted):
            weights = self._weights(row)
            norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for gram, weight in weights.items():
                self._postings[gram].append((number, weight / norm))

    def idf(self, gram: str) -> float:
        """How rare a gram is among the groups."""
        return self._idf.get(gram, self._rarest)

    def cosines(self, question: Grams) -> list[float]:
        """How like each row is to the question, 0 to 1, by its number."""
        weights = self._weights(Counter(question))
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found = [0.0] * self._count
        for gram, weight in weights.items():
            share = weight / norm
            for number, own in self._postings.get(gram, ()):
                found[number] += share * own
        return found

    def _weights(self, row: Counter[str]) -> dict[str, float]:
        return {
            gram: self.idf(gram) if count == 1 else (1.0 + math.log(count)) * self.idf(gram)
            for gram, count in row.items()
        }
