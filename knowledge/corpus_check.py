"""What is wrong with a corpus as a whole: names that nothing knows, near-copies, phrasings that two entries claim.

The loader has refused files that cannot be read; this looks at what their words do among each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from knowledge.entries import Entry
from knowledge.intents import NAMES
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
        for line, phrasing in asked_in(entry):
            other = asked.setdefault(normalise(phrasing), entry)
            if other is not entry:
                reason = f"asks what {other.file} asks: {phrasing}"
                problems.append(Problem(entry.file, line, reason, "ask it in other words"))
    return problems


def asked_in(entry: Entry) -> list[tuple[int, str]]:
    """Every way to ask for an entry, in the order of Entry.phrasings, with its line in the file."""
    return [
        (entry.line("question"), entry.head.question),
        (entry.line("question_en"), entry.head.question_en),
        *((entry.line("phrasings", number), text) for number, text in enumerate(entry.head.phrasings)),
    ]


def _names(entry: Entry, words: Words) -> list[Problem]:
    problems = []
    if entry.head.topic not in words.wording.topics:
        known = ", ".join(sorted(words.wording.topics))
        reason = f"topic: no {entry.head.topic} in wording.toml"
        problems.append(Problem(entry.file, entry.line("topic"), reason, f"use one of {known}"))
    for number, facet in enumerate(entry.head.facets):
        if facet not in words.wording.facets:
            known = ", ".join(sorted(words.wording.facets))
            reason = f"facets: no {facet} in wording.toml"
            problems.append(Problem(entry.file, entry.line("facets", number), reason, f"use one of {known}"))
    if entry.head.dialog and entry.head.dialog not in NAMES:
        reason = f"dialog: there is no service {entry.head.dialog}"
        remedy = f"use one of {', '.join(NAMES)}, or leave it out"
        problems.append(Problem(entry.file, entry.line("dialog"), reason, remedy))
    return problems


def _near_copies(entry: Entry) -> list[Problem]:
    own = [(line, normalise(text)) for line, text in asked_in(entry) if text != entry.head.question_en]
    return [
        Problem(
            entry.file,
            line,
            f"says nearly the same twice: {one} / {other}",
            "use different words, not particles",
        )
        for number, (line, one) in enumerate(own)
        for _, other in own[:number]
        if fuzz.ratio(one, other) > ALIKE
    ]
