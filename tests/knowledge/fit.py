"""`python -m tests.knowledge.fit [--write] [--sample FILE]`: fit what knowledge/fitted.toml holds, and print the tables.

Marked questions come from the corpus itself: each phrasing asked while it is left out of the index (its entry is
right), and asked while its whole entry is left out (nothing is right); beside them out_of_scope.txt (nothing is right)
and the public sample. Half of the phrasings fit the weights, the other half the confidence and its cuts.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from knowledge import evaluate, regions
from knowledge.answering import SURE, doubts
from knowledge.entries import Entry, load_corpus
from knowledge.search import NAMES, Asked, Found, Search

HERE = Path(__file__).parent
ASKED = 1600
"""Phrasings that are asked."""
WRONG = 0.01
"""Share of wrong answers among all questions that the cut for an answer may let through."""
HOMES = ("610100", "610104", "210100", None)
"""Where somebody asks a national question."""


@dataclass
class Case:
    """One question with its candidates; `right` is the entry that answers it, None where none does."""

    asked: Asked
    found: list[Found]
    right: str | None


def cases(search: Search, entries: Sequence[Entry], rng: random.Random) -> tuple[list[Case], list[Case]]:
    """Questions whose phrasing was left out, and questions whose entry was."""
    jobs = [
        (number, row, phrasing)
        for number, entry in enumerate(entries)
        for row, phrasing in zip(search.rows_of(number), entry.phrasings, strict=True)
    ]
    rng.shuffle(jobs)
    inside, outside = [], []
    for count, (number, row, phrasing) in enumerate(jobs[:ASKED]):
        entry = entries[number]
        home = entry.code if entry.code != regions.NATION else rng.choice(HOMES)
        asked = search.ask(phrasing, home if rng.random() < 0.75 else None)
        found = search.find(asked, 25, (number, row))
        inside.append(Case(asked, found, entry.id))
        if count % 4 == 0:
            found = search.find(asked, 8, (number, -1))
            outside.append(Case(asked, found, None))
    return inside, outside


def fit_weights(cases: Sequence[Case], rounds: int = 120) -> dict[str, float]:
    """The weights under which the right entry has the largest share among the candidates (softmax, gradient ascent)."""
    data = []
    for case in cases:
        rows = [tuple(one.evidence) for one in case.found]
        at = next((n for n, one in enumerate(case.found) if one.id == case.right), None)
        if at is not None:
            data.append((rows, at))
    weights = [1.0] * len(NAMES)
    mean, square = [0.0] * len(NAMES), [0.0] * len(NAMES)
    for step in range(1, rounds + 1):
        slope = [0.0] * len(NAMES)
        for rows, at in data:
            scores = [sum(map(float.__mul__, weights, map(float, row))) for row in rows]
            top = max(scores)
            chances = [math.exp(score - top) for score in scores]
            whole = sum(chances)
            for index in range(len(NAMES)):
                expected = sum(chance * row[index] for chance, row in zip(chances, rows, strict=True)) / whole
                slope[index] += rows[at][index] - expected
        for index, value in enumerate(slope):
            value = value / len(data) - 0.002 * weights[index]
            mean[index] = 0.9 * mean[index] + 0.1 * value
            square[index] = 0.99 * square[index] + 0.01 * value * value
            weights[index] += (
                0.3 * 0.98 ** (step / 4) * (mean[index] / (1 - 0.9**step))
                / (math.sqrt(square[index] / (1 - 0.99**step)) + 1e-8)
            )
    return dict(zip(NAMES, weights, strict=True))


def fit_sure(cases: Sequence[Case], rounds: int = 400) -> dict[str, float]:
    """The logistic weights of the confidence: how sure that the first entry is the right one."""
    rows = [(doubts(case.asked, case.found), float(case.found[0].id == case.right)) for case in cases if case.found]
    sure = dict.fromkeys(SURE, 0.0)
    mean, square = dict.fromkeys(SURE, 0.0), dict.fromkeys(SURE, 0.0)
    for step in range(1, rounds + 1):
        slope = dict.fromkeys(SURE, 0.0)
        for values, right in rows:
            off = right - 1.0 / (1.0 + math.exp(-sum(sure[name] * values[name] for name in SURE)))
            for name in SURE:
                slope[name] += off * values[name]
        for name in SURE:
            value = slope[name] / len(rows) - 0.0005 * sure[name]
            mean[name] = 0.9 * mean[name] + 0.1 * value
            square[name] = 0.99 * square[name] + 0.01 * value * value
            sure[name] += (
                0.3 * 0.99 ** (step / 4) * (mean[name] / (1 - 0.9**step))
                / (math.sqrt(square[name] / (1 - 0.99**step)) + 1e-8)
            )
    return sure


def confidence(sure: dict[str, float], case: Case) -> float:
    """As answering.Answers.confidence."""
    if not case.found:
        return 0.0
    values = doubts(case.asked, case.found)
    return 1.0 / (1.0 + math.exp(-sum(sure[name] * values[name] for name in SURE)))


def curve(sure: dict[str, float], cases: Sequence[Case]) -> list[tuple[float, float, float, float]]:
    """By cut: the cut, then right, wrong and held back as shares of all cases."""
    marked = [(confidence(sure, case), bool(case.found) and case.found[0].id == case.right) for case in cases]
    found = []
    for percent in range(30, 100, 5):
        cut = percent / 100
        right = sum(1 for p, good in marked if p >= cut and good) / len(marked)
        wrong = sum(1 for p, good in marked if p >= cut and not good) / len(marked)
        found.append((cut, right, wrong, 1 - right - wrong))
    return found


def covers(path: Path) -> dict[str, frozenset[str]]:
    """The entries of every fact and system."""
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            found.setdefault(row["id"], set()).add(row["entry"])
    return {name: frozenset(entries) for name, entries in found.items()}


def main() -> None:
    """Fit, print, and with --write put the figures into knowledge/fitted.toml."""
    words = argparse.ArgumentParser(prog="python -m tests.knowledge.fit", description=__doc__)
    words.add_argument("--write", action="store_true")
    words.add_argument("--sample", type=Path, default=HERE / "sample_questions.jsonl")
    given = words.parse_args()
    rng = random.Random(7)
    entries = load_corpus(files("knowledge").joinpath("corpus"))
    search = Search(entries)
    inside, outside = cases(search, entries, rng)
    half = len(inside) // 2
    weights = fit_weights(inside[:half])
    print("weights", {name: round(value, 2) for name, value in weights.items()})
    search = Search(entries, weights=weights)
    inside, outside = cases(search, entries, random.Random(8))
    far = [
        Case(asked := search.ask(line, rng.choice(HOMES)), search.find(asked, 8), None)
        for line in (HERE / "out_of_scope.txt").read_text(encoding="utf-8").split("\n")
        if line
    ]
    known = covers(Path(str(files("knowledge").joinpath("coverage.csv"))))
    sample = []
    for one in evaluate.read(given.sample.read_text(encoding="utf-8").splitlines()):
        wanted = frozenset().union(*(known.get(fact, frozenset()) for fact in one["facts"] or one["systems"]))
        asked = search.ask(one["text"], regions.find(one["region"]) if one["region"] else None)
        found = search.find(asked, 8)
        right = found[0].id if found and found[0].id in wanted else next(iter(sorted(wanted)), None)
        sample.append(Case(asked, found, right))
    top = [case.found[0].id == case.right for case in inside if case.found]
    three = [case.right in [one.id for one in case.found[:3]] for case in inside]
    print(f"leave one phrasing out: first {sum(top) / len(inside):.3f}, in first three {sum(three) / len(inside):.3f}")
    marked = [*inside, *outside, *far, *sample]
    sure = fit_sure(marked)
    print("sure", {name: round(value, 2) for name, value in sure.items()})
    for name, some in (("leave one phrasing out", inside), ("entry left out", outside), ("out of scope", far), ("sample", sample)):
        print(name, len(some))
        for cut, right, wrong, held in curve(sure, some):
            print(f"   cut {cut:.2f}   right {right:.3f}   wrong {wrong:.3f}   not answered {held:.3f}")


if __name__ == "__main__":
    main()
