"""Words that are answered by one entry whatever else they are like: medicine, requests that smell of fraud, closures.

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
    """One list: every expression of `all` must be found in the text, `unless` none.

    `near` are entries of single places, which win over `entry` for who asks there.
    """

    entry: str = Field(min_length=1)
    near: tuple[str, ...] = ()
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
            ([self._compiled(one) for one in rule.all], self._compiled(rule.unless), (*rule.near, rule.entry))
            for rule in data.signposts
        ]

    def match(self, text: str) -> tuple[str, ...]:
        """The ids of the entries that these words lead to, those of single places before the one for all; () if none."""
        said = normalise(text)
        for wanted, unless, entries in self._rules:
            if all(one.search(said) for one in wanted) and not unless.search(said):
                return entries
        return ()

    def problems(self, entries: Collection[str], file: str) -> list[Problem]:
        """Lists that lead nowhere, and samples that a list does not keep."""
        found = []
        for rule in self.data.signposts:
            own = (*rule.near, rule.entry)
            found += [
                Problem(file, 0, f"entry: no {entry} in the corpus", "name an entry that is there")
                for entry in own
                if entry not in entries
            ]
            found += [
                Problem(file, 0, f"hits: {text} leads to {told}, not to {rule.entry}", "widen `all`")
                for text in rule.hits
                if (told := self.match(text)) != own
            ]
            found += [
                Problem(file, 0, f"misses: {text} leads to {told[-1]}", "narrow `all`, or add to `unless`")
                for text in rule.misses
                if (told := self.match(text))
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
def match(text: str) -> tuple[str, ...]:
    """`Signposts.match` over the program's own signposts.toml."""
    return _shipped().match(text)
