"""The rules by which some hours are booked and given up, pure. A district and its places set the numbers (CareRules).

No national rule says what a late cancellation or a missed stay costs: every place sets its own, so nothing here has a
number of its own. Free visits are known from Shanghai's 宝宝屋: at least 12 a year for each child, beyond that the
public-benefit price (中新视频, 2024-10-27).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Free:
    """A visit that costs nothing: which of the calendar year it is, counted from 1, and how many are free after it."""

    nth: int
    left: int


def free(visits: int, allowed: int) -> Free | None:
    """Whether the next visit of a child is free that had so many in the calendar year. None: it is not."""
    return Free(visits + 1, allowed - visits - 1) if visits < allowed else None


def charged(prices: Sequence[int | None], free_of: Sequence[Free | None]) -> int | None:
    """Fen for all children together, those left out who come free; None where a price is wanted that nobody published."""
    owed = [price for price, gift in zip(prices, free_of, strict=True) if gift is None]
    known = [price for price in owed if price is not None]
    return sum(known) if len(known) == len(owed) else None


def too_late(now: datetime, begins: datetime, cancel_minutes: int) -> bool:
    """Whether a cancellation at `now` counts: less than that long before the beginning. 0 minutes: none does."""
    return cancel_minutes > 0 and now > begins - timedelta(minutes=cancel_minutes)


def one_left(counted: int, most: int) -> bool:
    """Whether one more stay that counts against a family brings it to the limit. 0 as `most` is no such rule."""
    return most > 0 and counted == most - 1


def until(today: date, counted: int, most: int, ahead_days: int) -> date | None:
    """The last day that may be booked by a family with so many stays that counted against it; None: as for everybody.

    0 as `most` is no such rule.
    """
    return today + timedelta(days=ahead_days) if most and counted >= most else None
