"""`python -m tests.knowledge.fit [--write] [--ablate]`: fit what knowledge/fitted.toml holds, and print the tables.

Marked questions come from the corpus (knowledge/leaveout.py), from out_of_scope.txt (no entry answers) and from the
public sample. The weights are a softmax regression over the candidates, the confidence a logistic regression; two
halves of the entries take turns, so that every printed figure comes from questions that the fit has not seen.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from knowledge import evaluate, regions
from knowledge.answering import SURE, Answers, Kind, Reply, doubts
from knowledge.coverage import covers
from knowledge.entries import Entry, load_corpus
from knowledge.fitted import Fitted
from knowledge.leaveout import CANDIDATES, HOMES, Case, curve, left_out, ranks
from knowledge.saying import in_english, said
from knowledge.search import NAMES, Search

HERE = Path(__file__).parent
SAMPLE, QUESTIONS = HERE / "sample_questions.jsonl", HERE / "own_questions.jsonl"
ASKED = 3000
"""Phrasings that are asked."""
WRONG = 0.015
"""Share of wrong answers among people's questions that the cut for an answer may let through."""
KEPT = 0.985
"""Share of the questions whose answer is among the three likeliest that must be offered it."""
OWN = ("public sample", "own questions", "out of scope")
"""The groups of questions as people ask them."""
WORTH = {"a phrasing left out": 0.05, "an entry left out": 0.1}
"""What a question of a group counts beside one that a person asked."""


@dataclass(frozen=True)
class Drawn:
    """Cases as arrays. `x`: case, candidate, evidence; `absent`: no such candidate; `at`: the right one's place."""

    x: np.ndarray
    absent: np.ndarray
    at: np.ndarray

    def shares(self, w: np.ndarray) -> np.ndarray:
        """Every candidate's share by these weights; a row adds up to 1."""
        scores = np.where(self.absent, -np.inf, self.x @ w)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def drawn(cases: Sequence[Case], names: Sequence[str] = NAMES) -> Drawn:
    """The cases whose right entry is among the candidates."""
    kept = [case for case in cases if any(one.id == case.right for one in case.found)]
    x = np.zeros((len(kept), CANDIDATES, len(names)))
    absent = np.ones((len(kept), CANDIDATES), dtype=bool)
    at = np.zeros(len(kept), dtype=int)
    for number, case in enumerate(kept):
        for place, one in enumerate(case.found):
            x[number, place] = [getattr(one.evidence, name) for name in names]
            absent[number, place] = False
            if one.id == case.right:
                at[number] = place
    return Drawn(x, absent, at)


def fit_weights(cases: Sequence[Case], names: Sequence[str] = NAMES) -> dict[str, float]:
    """The weights under which the right entry has the largest share among the candidates."""
    data = drawn(cases, names)
    every = np.arange(len(data.at))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        shares = data.shares(w)
        slope = (shares[:, :, None] * data.x).sum(axis=1) - data.x[every, data.at]
        return float(-np.log(shares[every, data.at]).mean() + 0.001 * w @ w), slope.mean(axis=0) + 0.002 * w

    best = minimize(loss, np.ones(len(names)), jac=True, method="L-BFGS-B").x
    return {name: round(float(value), 2) for name, value in zip(names, best, strict=True)}


def fit_sure(answers: Answers, groups: Mapping[str, Sequence[Case]]) -> dict[str, float]:
    """How sure that the first entry is the right one. What is known to be unpublished is no answer to learn from.

    Left-out questions crowd among their likes more than people's do, and count less (WORTH).
    """
    rows, right, worth = [], [], []
    for name, case in ((name, case) for name, cases in groups.items() for case in cases):
        if case.found and (case.first or answers.entries[case.found[0].id].head.kind == "answer"):
            values = doubts(case.asked, case.found)
            rows.append([values[name] for name in SURE if name != "bias"])
            right.append(case.first)
            worth.append(WORTH.get(name, 1.0))
    model = LogisticRegression(C=10.0, max_iter=1000).fit(rows, right, worth)
    sure = dict(zip((name for name in SURE if name != "bias"), model.coef_[0].tolist(), strict=True))
    return {name: round(value, 2) for name, value in {**sure, "bias": float(model.intercept_[0])}.items()}


def far_cases(search: Search) -> list[Case]:
    """Questions from outside this world."""
    rng = random.Random(3)
    lines = (HERE / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()
    asked = [search.ask(line, rng.choice(HOMES)) for line in lines if line]
    return [Case(one, search.find(one, CANDIDATES), None) for one in asked]


def graded(answers: Answers, file: Path) -> list[Case]:
    """The graded questions of a file that an entry answers, or that none does.

    The first entry is right where what it says is marked right, whichever entry was meant.
    """
    known = covers()
    found = []
    for one in evaluate.read(file.read_text(encoding="utf-8").splitlines()):
        wanted = evaluate.wanted(one, known)
        kinds = {*one["expect"]["kind_in"]}
        if not ((wanted and "answer" in kinds) or kinds == {"handover", "choices"}):
            continue
        asked = answers.search.ask(one["text"], regions.find(one["region"]) if one["region"] else None)
        candidates = answers.search.find(asked, CANDIDATES)
        first = answers.entries[candidates[0].id]
        text = said(first, datetime.fromisoformat(one["at"]).date(), in_english(one["text"]), asked.bare)
        kind: Kind = "handover" if first.head.kind == "unknown" else "answer"
        told = evaluate.marks(one, Reply(kind, text), known)
        listed = next((entry.id for entry in candidates if entry.id in wanted), min(wanted, default=None))
        found.append(
            Case(asked, candidates, first.id if told.right else listed if listed != first.id else None)
        )
    return found


def halves(entries: Sequence[Entry], cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """The cases by the parity of their entry's number, so that an entry is never both learnt from and asked."""
    number = {entry.id: count for count, entry in enumerate(entries)}
    return [c for c in cases if number[str(c.right)] % 2 == 0], [c for c in cases if number[str(c.right)] % 2]


def unseen(
    entries: Sequence[Entry], cases: Sequence[Case], names: Sequence[str]
) -> tuple[float, float, float]:
    """(first, in three, surprise) of each half by the weights that the other half taught.

    The surprise is the mean of -ln(the right entry's share): small differences show in it first.
    """
    told = []
    one, other = halves(entries, cases)
    for teach, ask in ((one, other), (other, one)):
        weights = fit_weights(teach, names)
        data = drawn(ask, names)
        shares = data.shares(np.array([weights[name] for name in names]))
        own = shares[np.arange(len(data.at)), data.at]
        before = (shares > own[:, None]).sum(axis=1)
        told += [[(before < 1).sum(), (before < 3).sum(), -np.log(own).sum(), len(ask), len(own)]]
    first, three, surprise, asked, found = np.sum(told, axis=0)
    return first / asked, three / asked, surprise / found


def ablation(entries: Sequence[Entry]) -> None:
    """What each evidence is worth: the figures without it."""
    cases, _ = left_out(Search(entries), entries, ASKED, 7)
    print("| | first | in three | surprise |\n|---|--:|--:|--:|")
    for without in (None, *NAMES):
        first, three, surprise = unseen(entries, cases, [name for name in NAMES if name != without])
        title = f"without {without}" if without else "all evidence"
        print(f"| {title} | {first:.3f} | {three:.3f} | {surprise:.3f} |")


def offer_from(answers: Answers, cases: Sequence[Case]) -> float:
    """The highest cut that still offers the right entry to those who would find it among three (KEPT of them)."""
    sure = [
        answers.confidence(case.asked, case.found)
        for case in cases
        if case.right is not None and case.right in [one.id for one in case.found[:3]]
    ]
    return round(float(np.quantile(sure, 1 - KEPT)), 2)


def write(weights: dict[str, float], sure: dict[str, float], answer: float, offer: float) -> None:
    """Put the figures into knowledge/fitted.toml."""
    parts = [
        "# Written by `python -m tests.knowledge.fit --write`.",
        f"answer = {answer}",
        f"offer = {offer}",
    ]
    for title, figures in (("weights", weights), ("sure", sure)):
        parts += ["", f"[{title}]", *(f"{name} = {value}" for name, value in figures.items())]
    target = Path(str(files("knowledge").joinpath("fitted.toml")))
    target.write_text("\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Fit, print, and with --write put the figures into knowledge/fitted.toml."""
    words = argparse.ArgumentParser(prog="python -m tests.knowledge.fit", description=__doc__)
    words.add_argument("--write", action="store_true")
    words.add_argument("--ablate", action="store_true")
    given = words.parse_args()
    entries = load_corpus(files("knowledge").joinpath("corpus"))
    if given.ablate:
        ablation(entries)
        return
    first = Answers(entries)
    learnt, _ = left_out(first.search, entries, ASKED, 7)
    weights = fit_weights([*learnt, *graded(first, SAMPLE), *graded(first, QUESTIONS)])
    search = Search(entries, weights=weights)
    answers = Answers(entries, search)
    inside, outside = left_out(search, entries, ASKED, 8)
    groups = {
        "a phrasing left out": inside,
        "an entry left out": outside,
        "out of scope": far_cases(search),
        "public sample": graded(answers, SAMPLE),
        "own questions": graded(answers, QUESTIONS),
    }
    sure = fit_sure(answers, groups)
    answers.figures = Fitted(weights=weights, sure=sure, answer=0.5, offer=0.1)
    one, three = ranks(inside)
    print(f"weights {weights}\nsure {sure}\na phrasing left out: first {one:.3f}, in three {three:.3f}")
    for name, cases in groups.items():
        print(f"\n{name}: {len(cases)}\n| cut | right | wrong | not answered |\n|---|---|---|---|")
        for point in curve(answers, cases):
            print(f"| {point.cut:.2f} | {point.right:.3f} | {point.wrong:.3f} | {point.held:.3f} |")
    if given.write:
        mixed = [case for name in OWN for case in groups[name]]
        points = curve(answers, mixed, [percent / 100 for percent in range(30, 99)])
        cut = next((point.cut for point in points if point.wrong <= WRONG), 0.99)
        offer = offer_from(answers, mixed)
        write(weights, sure, cut, offer)
        print(f"\nwritten: answer from {cut}, offer from {offer}")


if __name__ == "__main__":
    main()
