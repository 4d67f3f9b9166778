"""`python -m tests.knowledge.fit_hearing [--write]`: fit knowledge/hearing.npz on the examples, and print how it does.

What starts nothing is learnt from the examples' own `none`, from every phrasing of the corpus and from out_of_scope.txt.
The table comes from three folds: every sentence is marked by a model that has not seen it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from knowledge import evaluate, urgent
from knowledge.entries import load_corpus
from knowledge.hearing import CALM, CARD, NOTHING, SPREAD, features

HERE = Path(__file__).parent
GRADED = ("sample_questions.jsonl", "own_questions.jsonl")
EXAMPLES = Path(str(files("knowledge").joinpath("examples")))
TARGET = Path(str(files("knowledge").joinpath("hearing.npz")))
CUTS = tuple(percent / 100 for percent in range(20, 75))
FALSE_ALARMS = 0.031
"""Share of the harmless sentences that may show a card: near misses are far more frequent here than with people, and
an emergency that is not heard is worse than a card that somebody waves off."""
FALSE_STARTS = 0.014
"""Share of sentences that start nothing and may start something; near misses are many here too."""


def examples() -> list[tuple[str, str]]:
    """(sentence, label) of every example file, of the cards' own samples, of intent_rows.csv and of the graded questions."""
    found = []
    for file in sorted(EXAMPLES.glob("*.csv")):
        with file.open(encoding="utf-8") as source:
            found += [(row["text"], row["label"]) for row in csv.DictReader(source)]
    for card, (hits, misses) in urgent.shipped().samples.items():
        if not urgent.shipped().soft(card):
            found += [(text, CARD + card) for text in hits]
        found += [(text, NOTHING) for text in misses]
    with (HERE / "intent_rows.csv").open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            kind, *service = row["want"].split()
            found.append((row["text"], service[0] if kind == "start" else NOTHING))
    for one in evaluate.read(line for name in GRADED for line in (HERE / name).open(encoding="utf-8")):
        kinds, services = {*one["expect"]["kind_in"]}, one["expect"]["dialog_in"] or []
        if {"urgent", "dialog"}.isdisjoint(kinds):
            found.append((one["text"], NOTHING))
        elif kinds == {"dialog"} and len(services) == 1:
            found.append((one["text"], services[0]))
    return list(dict.fromkeys(found))


def others() -> list[tuple[str, str]]:
    """Questions that start nothing."""
    asked = [text for entry in load_corpus(files("knowledge").joinpath("corpus")) for text in entry.phrasings]
    far = (HERE / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()
    return [(text, NOTHING) for text in [*asked, *far] if text]


def digest() -> str:
    """What the fit was made from, so that a test can tell when examples were changed and not fitted."""
    return hashlib.sha256(repr(examples()).encode()).hexdigest()


def fit(
    marked: Sequence[tuple[str, str]], tolerance: float = 1e-4
) -> tuple[TfidfVectorizer, LogisticRegression]:
    """The model over (sentence, label)."""
    vector = TfidfVectorizer(analyzer=features, sublinear_tf=True, min_df=2, norm="l2")
    rows = vector.fit_transform([text for text, _ in marked])
    return vector, LogisticRegression(C=50, max_iter=1000, tol=tolerance).fit(
        rows, [label for _, label in marked]
    )


def unseen(marked: Sequence[tuple[str, str]]) -> tuple[np.ndarray, list[str]]:
    """The chances of every label for every sentence, by a model that has not seen it; and the labels."""
    labels = [label for _, label in marked]
    names = sorted(set(labels))
    chances = np.zeros((len(marked), len(names)))
    for seen, new in StratifiedKFold(3, shuffle=True, random_state=1).split(labels, labels):
        vector, model = fit([marked[at] for at in seen], 1e-3)
        chances[new] = model.predict_proba(vector.transform([marked[at][0] for at in new]))
    return chances, names


def cuts(marked: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Print what each cut does, and return the lowest ones for a card and a service that err seldom enough."""
    chances, names = unseen(marked)
    called = np.array([bool(urgent.shipped().match(text)) for text, _ in marked])
    labels, known = np.array([label for _, label in marked]), np.array(names)
    card = np.char.startswith(known, CARD)
    service = ~card & (known != NOTHING)
    is_card, is_none = np.char.startswith(labels, CARD), labels == NOTHING
    wish, alarm = ~is_card & ~is_none, chances[:, card].sum(axis=1)
    also = called & (alarm >= CALM)
    best = np.where(service, chances, 0)
    start, right = best.max(axis=1), known[best.argmax(axis=1)] == labels
    print(
        "| cut | emergencies heard | with the expressions | false alarms | services heard | wrong one | false starts |"
    )
    print("|---|---|---|---|---|---|---|")
    found = [1.0, 1.0]
    for cut in CUTS:
        false_alarms, false_starts = (alarm[~is_card] >= cut).mean(), (start[is_none] >= cut).mean()
        if round(cut * 100) % 5 == 0:
            print(
                f"| {cut:.2f} | {(alarm[is_card] >= cut).mean():.3f}"
                f" | {((alarm >= cut) | also)[is_card].mean():.3f} | {false_alarms:.4f}"
                f" | {((start >= cut) & right)[wish].mean():.3f} | {((start >= cut) & ~right)[wish].mean():.3f}"
                f" | {false_starts:.4f} |"
            )
        found[0] = min(found[0], cut) if false_alarms <= FALSE_ALARMS else found[0]
        found[1] = min(found[1], cut) if false_starts <= FALSE_STARTS else found[1]
    return found[0], found[1]


def write(marked: Sequence[tuple[str, str]], alarm: float, start: float) -> None:
    """Put the model into knowledge/hearing.npz."""
    vector, model = fit(marked)
    names = np.array(sorted(vector.vocabulary_, key=vector.vocabulary_.__getitem__))
    weights = np.clip(np.round(model.coef_.T * SPREAD), -32767, 32767).astype(np.int16)
    kept = np.abs(weights).max(axis=1) >= SPREAD / 10
    np.savez_compressed(
        TARGET,
        features=names[kept],
        rarity=vector.idf_[kept].astype(np.float32),
        weights=weights[kept],
        bias=model.intercept_,
        labels=np.array([str(name) for name in model.classes_]),
        alarm=np.array(alarm),
        start=np.array(start),
        digest=np.array(digest()),
    )
    print(
        f"written: a card from {alarm}, a service from {start}, {int(kept.sum())} features, {TARGET.stat().st_size // 1024} KB"
    )


def main() -> None:
    """Print the table; with --write fit on everything and keep it."""
    words = argparse.ArgumentParser(prog="python -m tests.knowledge.fit_hearing", description=__doc__)
    words.add_argument("--write", action="store_true")
    given = words.parse_args()
    marked = [*examples(), *others()]
    alarm, start = cuts(marked)
    if given.write:
        write(marked, alarm, start)


if __name__ == "__main__":
    main()
