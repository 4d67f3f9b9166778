"""Days said at one place of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

DayProblem = Literal["impossible", "lunar", "unpublished", "vague"]


@dataclass(frozen=True)
class Said:
    """Days said at one place of a sentence. `kind` tells two ways of saying one day (12月5号 周六) from two days."""

    start: int
    end: int
    kind: str
    days: tuple[date, ...]
    sure: bool = True
    problem: DayProblem | None = None
    weekly: bool = False
    may_be_today: bool = False  # a weekday said on that very day: today, or in a week
    spread: bool = False  # several days said as one (周一三五): all of them are meant
