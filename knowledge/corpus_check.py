"""What is wrong with a corpus as a whole: names that nothing knows, near-copies, phrasings that two entries claim.

The loader has refused files that cannot be read; this looks at what their words do among each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from knowledge.entries import Entry
from knowledge.normalise import normalise
from knowledge.problems import Problem
from knowledge.wording import Words

ALIKE = 82
"""rapidfuzz ratio from which two phrasings of an entry are one."""


def corpus_problems(entries: Sequence[Entry], words: Words) -> list[Problem]:
    """Every problem, in the order of the entries."""
    problems: list[Problem] = []
    asked: dict[str, Entry] = {}
    for entry in entries:
        problems += _names(entry, words) + _near_copies(entry)
        for phrasing in entry.phrasings:
            other = asked.setdefault(normalise(phrasing), entry)
            if other is not entry:
                problems.append(
                    Problem(
                        entry.file, 0, f"asks what {other.file} asks: {phrasing}", "ask it in other words"
                    )
                )
    return problems


def _names(entry: Entry, words: Words) -> list[Problem]:
    problems = []
    if entry.head.topic not in words.wording.topics:
        known = ", ".join(sorted(words.wording.topics))
        problems.append(
            Problem(entry.file, 0, f"topic: no {entry.head.topic} in wording.toml", f"use one of {known}")
        )
    for facet in entry.head.facets:
        if facet not in words.wording.facets:
            known = ", ".join(sorted(words.wording.facets))
            problems.append(
                Problem(entry.file, 0, f"facets: no {facet} in wording.toml", f"use one of {known}")
            )
    return problems


def _near_copies(entry: Entry) -> list[Problem]:
    own = [normalise(phrasing) for phrasing in (entry.head.question, *entry.head.phrasings)]
    return [
        Problem(
            entry.file,
            0,
            f"says nearly the same twice: {one} / {other}",
            "use different words, not particles",
        )
        for number, one in enumerate(own)
        for other in own[:number]
        if fuzz.ratio(one, other) > ALIKE
    ]
