"""What an editor may want to look at, and what is no mistake: words that another entry answers, and dates.

An entry's own words are asked while they are left out, as people ask who have not read them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from rapidfuzz import fuzz, process

from knowledge import regions
from knowledge.answering import LOOKED_AT, Answers
from knowledge.corpus_check import ALIKE, asked_in
from knowledge.entries import Entry
from knowledge.normalise import normalise
from knowledge.problems import Problem

SOON = timedelta(days=60)
"""What ends within this time is listed."""
OLD = timedelta(days=365)
"""What was reviewed longer ago is listed."""
ASKED_ELSEWHERE = "make clear in both what sets them apart, or let one entry answer both"
NEAREST = 4
"""Phrasings of others that are compared."""


def dates(entries: Sequence[Entry], today: date) -> Iterator[Problem]:
    """What ends soon, the soonest first, then what was reviewed long ago, the oldest first, as of a local day."""
    ends = [(entry.head.valid.until, entry) for entry in entries]
    soon = [(until, entry) for until, entry in ends if until is not None and today <= until <= today + SOON]
    for until, entry in sorted(soon, key=lambda pair: (pair[0], pair[1].id)):
        days = (until - today).days
        remedy = "look for what comes after it, and write down what has ended"
        yield Problem(entry.file, entry.line("valid"), f"ends on {until}, in {days} days", remedy)
    looked = [(entry.head.reviewed_on, entry) for entry in entries]
    long_ago = [(day, entry) for day, entry in looked if day is not None and day < today - OLD]
    for day, entry in sorted(long_ago, key=lambda pair: (pair[0], pair[1].id)):
        remedy = "read it against its source, and write the new date"
        yield Problem(entry.file, entry.line("reviewed"), f"was reviewed on {day}, over a year ago", remedy)


def unread(entries: Sequence[Entry]) -> int:
    """How many entries nobody has read against their source."""
    return sum(not entry.head.reviewed for entry in entries)


def rivals(answers: Answers, ids: Collection[str]) -> list[Problem]:
    """Phrasings of these entries that another one answers, or that another one has in nearly the same words.

    The surest first. Each is asked from the place of its entry, while it is itself left out.
    """
    entries = tuple(answers.entries.values())
    others = [(entry, text, normalise(text)) for entry in entries for _, text in asked_in(entry)]
    folded = [text for _, _, text in others]
    found: list[tuple[float, Problem]] = []
    for number, entry in enumerate(entries):
        if entry.id not in ids:
            continue
        rows = answers.search.rows_of(number)
        for row, (line, text) in zip(rows, asked_in(entry), strict=True):
            if (told := _answered(answers, entry, text, (number, row))) is not None:
                found.append(
                    (told[0], Problem(entry.file, line, f"{told[1]} answers: {text}", ASKED_ELSEWHERE))
                )
            near = process.extract(
                normalise(text), folded, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=NEAREST
            )
            for _, score, at in near:
                other, words, _ = others[at]
                if other.id != entry.id and _one_place(entry, text, other, words):
                    reason = f"{other.id} asks nearly the same: {text} / {words}"
                    found.append((score / 100, Problem(entry.file, line, reason, ASKED_ELSEWHERE)))
                    break
    return [problem for _, problem in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def _answered(answers: Answers, entry: Entry, text: str, left: tuple[int, int]) -> tuple[float, str] | None:
    """Confidence and id of another entry that would be given as the answer."""
    home = None if entry.spot.code == regions.NATION else entry.spot.code
    asked = answers.search.ask(text, home)
    found = answers.search.find(asked, LOOKED_AT, left)
    if not found or found[0].id == entry.id or found[0].evidence.away <= -1.0:
        return None
    sure = answers.confidence(asked, found)
    return (sure, found[0].id) if sure >= answers.figures.answer else None


def _one_place(entry: Entry, text: str, other: Entry, words: str) -> bool:
    """Whether two phrasings ask about the same place: the same words name another city's rule."""
    here, there = entry.spot.code, other.spot.code
    near = regions.within(here, there) or regions.within(there, here)
    return near and regions.mentioned(text) == regions.mentioned(words)
