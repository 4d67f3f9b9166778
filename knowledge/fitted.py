"""The figures that were fitted, not chosen: what each evidence is worth, and from which confidence one may answer.

fitted.toml is written by `python -m tests.knowledge.fit` and never by hand.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from pydantic import Field

from knowledge.programme import Record
from knowledge.tomlfiles import read_toml


class Fitted(Record):
    """`weights` by the names of search.Evidence; `sure` by the names of answering.SURE; the two cuts, 0 to 1."""

    weights: dict[str, float]
    sure: dict[str, float]
    answer: float = Field(gt=0, lt=1)
    offer: float = Field(ge=0, lt=1)


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    """What comes with the program."""
    return read_toml(Fitted, files("knowledge").joinpath("fitted.toml"))[0]
