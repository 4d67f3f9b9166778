"""coverage.csv: which entries tell which fact (F…) and system (S…). One pair a line; ids and entries recur."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from knowledge.packfiles import read_csv, read_text
from knowledge.problems import PackError, Problem

NAME = "coverage.csv"
IDS = (*(f"F{number:03}" for number in range(1, 280)), *(f"S{number:02}" for number in range(1, 48)))
"""Everything that the corpus was made from."""


def covers(folder: Traversable | None = None) -> dict[str, frozenset[str]]:
    """The entries of every fact and system, by its id. Raises PackError for a table that cannot be read."""
    found: dict[str, set[str]] = {}
    for _, told, entry in _pairs(folder or files("knowledge")):
        found.setdefault(told, set()).add(entry)
    return {told: frozenset(entries) for told, entries in found.items()}


def coverage_problems(entries: Collection[str], folder: Traversable | None = None) -> list[Problem]:
    """Ids that nothing tells, that are none, or whose entry is none of these."""
    try:
        pairs = list(_pairs(folder or files("knowledge")))
    except PackError as why:
        return list(why.problems)
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for line, told, entry in pairs:
        if told not in IDS:
            problems.append(
                Problem(
                    NAME,
                    line,
                    f"id: there is no {told}",
                    f"use {IDS[0]} to {IDS[278]} or {IDS[279]} to {IDS[-1]}",
                )
            )
        if entry not in entries:
            problems.append(
                Problem(
                    NAME,
                    line,
                    f"entry: there is no {entry}",
                    "write the name of a file of the corpus, without .md",
                )
            )
        if (before := seen.setdefault((told, entry), line)) != line:
            problems.append(Problem(NAME, line, f"says what line {before} says", "remove one of the two"))
    told_of = {told for _, told, _ in pairs}
    problems += [
        Problem(NAME, 0, f"no entry tells {one}", "add a line with the entry that does")
        for one in IDS
        if one not in told_of
    ]
    return problems


def _pairs(folder: Traversable) -> Iterator[tuple[int, str, str]]:
    """Line, id and entry of every row."""
    text = read_text(folder.joinpath(NAME), NAME)
    if isinstance(text, Problem):
        raise PackError([text])
    rows, problems = read_csv(text, NAME, ("id", "entry"))
    if problems:
        raise PackError(problems)
    yield from ((row.first_line, row.value["id"], row.value["entry"]) for row in rows)
