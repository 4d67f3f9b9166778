"""What a sentence would start, a service or a safety card, learnt from example sentences.

The expressions of intents.toml and urgent/ know the words that people were heard to say; this knows the words that are
like them. A linear model over characters and syllables (and their pairs) of the sentence; `python -m
tests.knowledge.fit_hearing --write` fits it on examples/*.csv and on the corpus, and writes hearing.npz.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.grams import Floats, grams
from knowledge.wording import shipped, syllables, units

LONGEST = 160
"""Characters that are looked at; of a longer text the end, where a dictated question stands."""
CARD = "!"
"""Begins the label of a safety card; a service's label is its name."""
NOTHING = "none"
CALM = 0.03
"""Below it what an expression called is not shown, nor begun: 公示名单里找不到我家孩子, 南京送饭做卫生的五位号码是啥."""
ONE = 0.1
"""How likely the likeliest card must be: what might be a little of everything calls for none of them."""
SOME, ENOUGH = 4, 8
"""Different characters and Latin words that are more than a word; and that are a sentence."""
SPREAD = 100.0
"""What a stored weight is divided by: they are kept as whole numbers."""


def features(text: str) -> list[str]:
    """What the model sees of a sentence."""
    return _seen(shipped().bare(text))


def _seen(bare: str) -> list[str]:
    end = bare[-LONGEST:]
    return [*(f"s{gram}" for gram in grams(syllables(end))), *(f"o{gram}" for gram in grams(units(end)))]


@dataclass(frozen=True)
class Heard:
    """How likely a sentence starts each service, calls for each card, or does neither: `chances` by label, in all 1.

    `service`, `card`: the likeliest one; `urgent`: that any card is called for; `some`: more than a word or two,
    whose meaning intents.toml knows; `long`: enough to judge by, whatever expressions say.
    """

    chances: Mapping[str, float]
    service: str
    card: str
    urgent: float
    some: bool
    long: bool


class Model:
    """labels by column, features by row: `weights` (times `rarity` of the feature) plus `bias`, then softmax.

    `alarm`, `start`: from which sureness a card is shown, a service begun. `digest`: of what it was fitted on.
    """

    def __init__(self, kept: Mapping[str, NDArray[Any]]) -> None:
        self._known = {name: number for number, name in enumerate(kept["features"].tolist())}
        self._rarity = kept["rarity"].astype(np.float64)
        self._weights = kept["weights"].astype(np.float64) / SPREAD
        self._bias, self.labels = kept["bias"], kept["labels"].tolist()
        self.alarm, self.start, self.digest = float(kept["alarm"]), float(kept["start"]), str(kept["digest"])

    def _chances(self, seen: Iterable[str]) -> Floats:
        """How likely each label is; they sum to 1."""
        counted = Counter(self._known[one] for one in seen if one in self._known)
        rows = np.fromiter(counted, dtype=np.int64, count=len(counted))
        worth = (
            1.0 + np.log(np.fromiter(counted.values(), dtype=np.float64, count=len(counted)))
        ) * self._rarity[rows]
        norm = math.sqrt(float(worth @ worth)) or 1.0
        scores = (worth / norm) @ self._weights[rows] + self._bias
        chances = np.exp(scores - scores.max())
        return np.asarray(chances / chances.sum())

    def hear(self, text: str) -> Heard:
        """The likeliest service and the likeliest card."""
        bare = shipped().bare(text)
        chances = dict(zip(self.labels, self._chances(_seen(bare)).tolist(), strict=True))
        cards = {
            label.removeprefix(CARD): chance for label, chance in chances.items() if label.startswith(CARD)
        }
        services = {
            label: chance for label, chance in chances.items() if not label.startswith((CARD, NOTHING))
        }
        service, card = max(services, key=services.__getitem__), max(cards, key=cards.__getitem__)
        many = len({*units(bare)})
        return Heard(chances, service, card, sum(cards.values()), many >= SOME, many >= ENOUGH)


def load_model(source: Traversable) -> Model:
    """Read hearing.npz."""
    with as_file(source) as path, np.load(path, allow_pickle=False) as kept:
        return Model(kept)


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that comes with the program."""
    return load_model(files("knowledge").joinpath("hearing.npz"))


@lru_cache(maxsize=256)
def hear(text: str) -> Heard:
    """`Model.hear` of the model that comes with the program."""
    return model().hear(text)


def alarming(text: str) -> str | None:
    """The card that a sentence sounds like, None where it does not."""
    heard = hear(text)
    sure = heard.urgent >= model().alarm and heard.chances[CARD + heard.card] >= ONE
    return heard.card if heard.long and sure else None


def calm(text: str) -> bool:
    """Whether a sentence sounds like nothing urgent at all, whatever words stand in it."""
    heard = hear(text)
    return heard.long and len(text) <= LONGEST and heard.urgent < CALM


def started(text: str) -> str | None:
    """The service that a sentence sounds like a wish for, None where it does not."""
    heard = hear(text)
    return heard.service if heard.some and heard.chances[heard.service] >= model().start else None


def unlikely(text: str, service: str) -> bool:
    """Whether a sentence sounds like no wish for a service at all, whatever words stand in it."""
    heard = hear(text)
    return heard.long and heard.chances[service] < CALM
