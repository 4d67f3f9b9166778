"""Texts compared by the short runs they share: a TF-IDF index of grams, and what a gram is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Grams = Sequence[str]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def grams(units: Sequence[str]) -> list[str]:
    """Every unit and every pair of neighbours; a unit is a character, a syllable or a Latin word."""
    return [*units, *map("\x1f".join, pairwise(units))]


class Rows:
    """Rows of grams as numbers. `known`: the number of each gram; `lengths` by row; `flat`: all rows in one."""

    def __init__(self, known: dict[str, int], lengths: Ints, flat: Ints) -> None:
        self.known, self.lengths, self.flat = known, lengths, flat

    def __getitem__(self, part: slice) -> Rows:
        ends = np.concatenate(([0], np.cumsum(self.lengths)))
        start, stop, _ = part.indices(len(self.lengths))
        return Rows(self.known, self.lengths[part], self.flat[ends[start] : ends[stop]])


def numbered(rows: Iterable[Grams]) -> Rows:
    """Rows of grams with a number for each gram."""
    known: dict[str, int] = {}
    lengths, flat = [], []
    for row in rows:
        lengths.append(len(row))
        flat += [known.setdefault(gram, len(known)) for gram in row]
    return Rows(known, np.array(lengths, dtype=np.int64), np.array(flat, dtype=np.int64))


class GramIndex:
    """Rows of grams, each belonging to a group (its entry).

    What is rare among groups weighs more. A question's gram that no row has weighs as the rarest: a question whose
    words are unknown here resembles nothing much.
    """

    def __init__(self, rows: Rows, groups: Sequence[int]) -> None:
        self._known, self.count = rows.known, len(rows.lengths)
        many, group = len(rows.known) or 1, np.array(groups, dtype=np.int64)
        pairs, times = np.unique(
            np.repeat(np.arange(self.count), rows.lengths) * many + rows.flat, return_counts=True
        )
        row, gram = pairs // many, pairs % many
        wide = int(group.max(initial=0)) + 1
        owners = np.bincount(np.unique(gram * wide + group[row]) // wide, minlength=many)
        whole = max(1, len(set(groups)))
        self._rarest = math.log(1.0 + whole)
        self._idf = np.log(1.0 + whole / np.maximum(owners, 1))
        weight = (1.0 + np.log(times)) * self._idf[gram]
        norm = np.sqrt(np.bincount(row, weight * weight, minlength=self.count))
        order = np.argsort(gram, kind="stable")
        self._rows, self._worth = row[order], (weight / norm[row])[order]
        self._starts = np.searchsorted(gram[order], np.arange(many + 1)).tolist()

    def idf(self, gram: str) -> float:
        """How rare a gram is among the groups."""
        number = self._known.get(gram)
        return self._rarest if number is None else float(self._idf[number])

    def cosines(self, question: Grams) -> Floats:
        """How like each row is to the question, 0 to 1, by its number."""
        weights = {
            gram: (1.0 + math.log(times)) * self.idf(gram) for gram, times in Counter(question).items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found = np.zeros(self.count)
        for gram, weight in weights.items():
            if (number := self._known.get(gram)) is not None:
                here = slice(self._starts[number], self._starts[number + 1])
                found[self._rows[here]] += self._worth[here] * (weight / norm)
        return found


class Owners:
    """By gram the groups that have it anywhere."""

    def __init__(self, rows: Rows, groups: Sequence[int], count: int) -> None:
        self._known, self._count = rows.known, count
        wide = max(1, count)
        pairs = np.unique(rows.flat * wide + np.repeat(np.array(groups, dtype=np.int64), rows.lengths))
        self._groups = pairs % wide
        self._starts = np.searchsorted(pairs // wide, np.arange(len(rows.known) + 1)).tolist()

    def share(self, weights: Mapping[str, float]) -> Floats:
        """How much of the weighted grams each group has, 0 to 1."""
        found = np.zeros(self._count)
        for gram, weight in weights.items():
            if (number := self._known.get(gram)) is not None:
                found[self._groups[self._starts[number] : self._starts[number + 1]]] += weight
        return found / (sum(weights.values()) or 1.0)
