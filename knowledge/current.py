"""The answers as the folders say now: read at first use, and again when a file of them has changed.

A change that cannot be read changes nothing: what was right goes on, and the problems are logged for the operator. At
a start there is nothing that was right before: then the bad files are left out, and what they were to replace with them.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from time import monotonic

from knowledge import hotlines
from knowledge.answering import Answers
from knowledge.entries import HIDDEN, Spot, read_corpus
from knowledge.problems import Problem
from knowledge.shelves import came_with

LOOK_AGAIN_S = 5.0
"""How often the folders are looked at."""
log = logging.getLogger(__name__)
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
        """The answers. Raises PackError where what comes with the program cannot be read."""
        if self._answers is not None and self._now() < self._looked + LOOK_AGAIN_S:
            return self._answers
        if self._answers is not None and self._lock.locked():
            return self._answers  # another thread is reading; nobody waits for it
        with self._lock:
            self._looked, seen = self._now(), _files(self._edited)
            if self._answers is None or self._seen != seen:
                self._answers = self._read(bool(seen))
                self._seen = seen
            return self._answers

    def _read(self, edited: bool) -> Answers:
        if not edited:
            self.problems = ()
            return shipped_answers(self._shipped, self._here)
        folders = [folder for folder in self._edited if folder.is_dir()]
        shipped = came_with(self._shipped, self._here)
        entries, problems = read_corpus(*folders, here=self._here, over=shipped)
        lines, bad = hotlines.in_folders(folders)
        self.problems = (*problems, *bad)
        for problem in self.problems:
            log.warning("%s", problem)
        if self.problems and self._answers is not None:
            return self._answers
        answers = Answers(entries)
        answers.hotlines = lines
        return answers


@lru_cache(maxsize=4)
def shipped_answers(folders: tuple[Traversable, ...], here: Spot | None) -> Answers:
    """The answers of what came with the program, the same for everyone in a process. Raises PackError."""
    return Answers(came_with(folders, here))


def _files(folders: Sequence[Path]) -> Seen:
    """Every file below the folders with its size and the instant of its change."""
    found = []
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                if name.startswith(HIDDEN):
                    continue
                path = Path(parent, name)
                try:
                    stat = path.stat()
                except OSError:  # gone between two looks, or a link that leads nowhere
                    continue
                found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))
