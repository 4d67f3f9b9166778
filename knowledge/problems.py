"""How the knowledge package reports bad data: one Problem per bad thing, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One bad thing in a data file. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    reason: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.reason} -- {self.remedy}"


class PackError(Exception):
    """A data folder cannot be used. `problems` holds every problem found, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
