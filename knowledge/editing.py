"""The door for the people who edit the corpus: what `doorstep knowledge` prints, from the folders that the chat reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from knowledge import export, grading, regions, trying
from knowledge.answering import Answers
from knowledge.coverage import covers
from knowledge.entries import Entry
from knowledge.grading import Graded
from knowledge.shelves import shelves, spot_of


def corpus(pack: str, content: Path, *more: Path) -> tuple[Entry, ...]:
    """The entries that the chat of a home pack answers from; `more` folders win over them. Raises PackError."""
    return shelves(pack, content).entries(*more)


def answers(pack: str, content: Path, *more: Path) -> Answers:
    """What the chat of a home pack answers with, as `corpus` reads it. Raises PackError."""
    return shelves(pack, content).answers(*more)


def place(written: str, pack: str, content: Path) -> str:
    """A region as `tried` takes it, the pack's own for no words. Raises ValueError for an unknown one."""
    return regions.checked(written) if written else spot_of(pack, content).code


def tried(known: Answers, text: str, region: str | None, at: datetime) -> Iterable[str]:
    """Lines on one question that is asked from a region at a local moment."""
    return trying.tried(known, text, region, at)


def questions(file: Path) -> Sequence[Graded]:
    """A file of graded questions. Raises PackError for what cannot be read in it."""
    return grading.read_graded(file)


def graded(known: Answers, asked: Sequence[Graded]) -> Iterable[str]:
    """The tables over graded questions."""
    return grading.graded_report(known, asked, covers())


def left_out(known: Answers, many: int) -> Iterable[str]:
    """The tables over questions made from the corpus itself."""
    return grading.left_out_report(known, many)


def exported(entries: Iterable[Entry], as_json: bool) -> str:
    """The whole corpus, as JSON lines or as CSV with a byte order mark."""
    covered = covers()
    if as_json:
        return "".join(f"{line}\n" for line in export.json_lines(entries, covered))
    return export.table(entries, covered)
