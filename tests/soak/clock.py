"""The bot on a clock that the soak drives: `python -m tests.soak.clock` is `doorstep run` with the time of a file.

The file says which instant was shown at which real one, and how fast it has gone since. It is read at every look, so
all processes show the same time, and it can jump or change its pace while they run.
"""

from __future__ import annotations

import logging
import os
import time
from datetime import datetime
from pathlib import Path

from bot.cli import logs
from bot.cli import run as runs
from bot.cli.errors import load_settings
from bot.clock import SystemClock, instant, ms

FILE = "SOAK_CLOCK"


class FileClock(SystemClock):
    """The time that a file says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def now(self) -> datetime:
        shown, real, speed = map(float, self._path.read_text().split())
        return instant(int(shown + (time.time() * 1000 - real) * speed)) + self.offset


class Wheel:
    """Drives the clock of a file; it never goes back."""

    def __init__(self, path: Path, start: datetime) -> None:
        self.path = path
        self._set(ms(start), 1.0)

    @property
    def now(self) -> datetime:
        return FileClock(self.path).now()

    def go(self, speed: float, at_least: datetime | None = None) -> None:
        """From now on at this pace, beginning at `at_least` where that is later than now."""
        now = self.now
        self._set(ms(max(now, at_least or now)), speed)

    def _set(self, shown: int, speed: float) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{shown} {time.time() * 1000:.0f} {speed}")
        fresh.replace(self.path)


if __name__ == "__main__":
    path = Path(os.environ[FILE])
    vars(runs)["SystemClock"] = lambda: FileClock(path)  # the clock is the rim
    logs.set_up(logging.INFO)
    runs.run(load_settings())
