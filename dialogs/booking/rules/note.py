"""How a word to the place is read."""

from __future__ import annotations

from typing import Any

from bot.flow.model import Look, Problem, Said
from bot.flow.readers import WORDS_PROBLEMS, one_of
from bot.flow.readers.words import plain, words

REMOVE = "remove"
WORDS = 200
"""Characters of a word to the place."""
SHORT = 4
"""Fewer characters may be the number of the button."""
NOTE_PROBLEMS = (*WORDS_PROBLEMS, "stale")


def read_note(said: Said, look: Look) -> Any:
    """Free words of at most WORDS characters, or REMOVE by its button or its label where that is offered."""
    named = {plain(label) for label in look.labels.values()}
    if said.choice is not None or (
        look.labels and (plain(said.text) in named or len(plain(said.text)) < SHORT)
    ):
        found = one_of()(said, look)
        if said.choice is not None or not isinstance(found, Problem):
            return found
    return words(said, WORDS)
