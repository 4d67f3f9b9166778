"""The answers as the folders say now: read at first use, and again when a file of them has changed.

A change that cannot be read changes nothing: what was right goes on, and the problems are kept for the operator.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from time import monotonic

from knowledge.answering import Answers
from knowledge.entries import Spot, load_corpus
from knowledge.problems import PackError, Problem

LOOK_AGAIN_S = 5.0
"""How often the folders are looked at."""
Seen = tuple[tuple[str, int, int], ...]


class Current:
    """`folders` as for load_corpus; those that people edit are the ones on disk in `edited`, a later one wins."""

    def __init__(
        self,
        shipped: Sequence[Traversable],
        edited: Sequence[Path],
        here: Spot | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._shipped, self._edited, self._here, self._now = tuple(shipped), tuple(edited), here, now
        self._lock = threading.Lock()
        self._answers: Answers | None = None
        self._seen: Seen = ()
        self._looked = 0.0
        self.problems: tuple[Problem, ...] = ()

    def get(self) -> Answers:
        """The answers. Raises PackError where the first reading fails."""
        if self._answers is not None and self._now() < self._looked + LOOK_AGAIN_S:
            return self._answers
        if self._answers is not None and self._lock.locked():
            return self._answers  # another thread is reading; nobody waits for it
        with self._lock:
            self._looked, seen = self._now(), _files(self._edited)
            if self._answers is None or self._seen != seen:
                self._answers = self._read()
                self._seen = seen
            return self._answers

    def _read(self) -> Answers:
        edited = tuple(folder for folder in self._edited if folder.is_dir())
        try:
            answers = (
                _answers((*self._shipped, *edited), self._here) if edited else _own(self._shipped, self._here)
            )
        except PackError as why:
            self.problems = tuple(why.problems)
            if self._answers is None:
                raise
            return self._answers
        self.problems = ()
        return answers


def _answers(folders: tuple[Traversable, ...], here: Spot | None) -> Answers:
    return Answers(load_corpus(*folders, here=here))


# What comes with the program is the same for everyone in a process.
_own = lru_cache(maxsize=4)(_answers)


def _files(folders: Sequence[Path]) -> Seen:
    """Every file below the folders with its size and the instant of its change."""
    found = []
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent, name)
                stat = path.stat()
                found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))
