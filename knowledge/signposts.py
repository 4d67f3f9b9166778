"""Words that are answered by one entry whatever else they are like: medicine and illness, and requests that smell of fraud.

A likeness of words may not decide these: a wrong answer harms. signposts.toml says which words lead to which entry; each
list of it has samples, and `check` runs them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import Field

from knowledge.intents import Pattern
from knowledge.normalise import normalise
from knowledge.problems import Problem
from knowledge.programme import Record
from knowledge.tomlfiles import read_toml


class Signpost(Record):
    """One list: every expression of `all` must be found in the text, `unless` none."""

    entry: str = Field(min_length=1)
    all: tuple[Pattern, ...] = Field(min_length=1)
    unless: Pattern = r"(?!)"
    hits: tuple[str, ...] = Field(min_length=1)
    misses: tuple[str, ...] = ()


class SignpostFile(Record):
    """signposts.toml as a whole. `words` are lists that the expressions name as <name>."""

    words: dict[str, str]
    signposts: tuple[Signpost, ...]


class Signposts:
    """The lists, ready to be matched; the first that fits wins."""

    def __init__(self, data: SignpostFile) -> None:
        self.data = data
        self._rules = [
            ([self._compiled(one) for one in rule.all], self._compiled(rule.unless), rule.entry)
            for rule in data.signposts
        ]

    def match(self, text: str) -> str | None:
        """The id of the entry that these words lead to, or None."""
        said = normalise(text)
        for wanted, unless, entry in self._rules:
            if all(one.search(said) for one in wanted) and not unless.search(said):
                return entry
        return None

    def problems(self, entries: Collection[str], file: str) -> list[Problem]:
        """Lists that lead nowhere, and samples that a list does not keep."""
        found = []
        for rule in self.data.signposts:
            if rule.entry not in entries:
                found.append(
                    Problem(file, 0, f"entry: no {rule.entry} in the corpus", "name an entry that is there")
                )
            found += [
                Problem(
                    file, 0, f"hits: {text} leads to {self.match(text)}, not to {rule.entry}", "widen `all`"
                )
                for text in rule.hits
                if self.match(text) != rule.entry
            ]
            found += [
                Problem(file, 0, f"misses: {text} leads to {entry}", "narrow `all`, or add to `unless`")
                for text in rule.misses
                if (entry := self.match(text)) is not None
            ]
        return found

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        for name, words in self.data.words.items():
            pattern = pattern.replace(f"<{name}>", f"(?:{words})")
        return re.compile(pattern)


def load_signposts(source: Traversable | None = None) -> Signposts:
    """Read signposts.toml, by default the one that comes with the program. Raises PackError."""
    data, _ = read_toml(SignpostFile, source or files("knowledge").joinpath("signposts.toml"))
    return Signposts(data)


@lru_cache(maxsize=1)
def _shipped() -> Signposts:
    return load_signposts()


@lru_cache(maxsize=256)
def match(text: str) -> str | None:
    """`Signposts.match` over the program's own signposts.toml."""
    return _shipped().match(text)
