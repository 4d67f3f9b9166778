"""The answers as the folders say now: read at first use, and again when a file of them has changed.

A change that cannot be read changes nothing: what was right goes on, and the problems are logged for the operator. At
a start there is nothing that was right before: then the bad files are left out, and what they were to replace with them.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from knowledge.answering import Answers
from knowledge.entries import HIDDEN
from knowledge.problems import Problem
from knowledge.shelves import Shelves

LOOK_AGAIN_S = 5.0
"""How often the folders are looked at."""
log = logging.getLogger(__name__)
Seen = tuple[tuple[str, int, int], ...]


class Current:
    """What stands on the shelves; what people edit there may change while the program runs."""

    def __init__(self, shelf: Shelves, now: Callable[[], float] = monotonic) -> None:
        self._shelf, self._now = shelf, now
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
            self._looked, seen = self._now(), _files(self._shelf.edited)
            if self._answers is None or self._seen != seen:
                self._answers = self._read()
                self._seen = seen
            return self._answers

    def _read(self) -> Answers:
        answers, self.problems = self._shelf.read()
        for problem in self.problems:
            log.warning("%s", problem)
        return self._answers if self.problems and self._answers is not None else answers


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
