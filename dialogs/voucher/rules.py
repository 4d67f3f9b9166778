"""The service's rules, pure: who stands where, what the odds are in words, when things happen. Dates are arguments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

COUNTED = ("applied", "won", "reserve")
"""Ticket states that stand in the draw."""
UNDO_MINUTES = 10
DISPUTE_DAYS = 7
REVIEW_DAYS = 5
REMIND_AT = time(10, 0)
GUARDIAN_HOURS = (72, 24, 3)
"""Hours before the freeze at which a grandparent is reminded that a guardian must confirm."""
PAPER_TRIES = 3
"""Wrong numbers typed from a paper before the redemption is stopped and duty looks at it."""
PAPER_LOCK = timedelta(hours=24)
"""How long it stays stopped where duty does not settle it before."""

Odds = Literal["all", "some"]


def odds(quota: int, applied: int) -> tuple[Odds, int]:
    """The chance in words: ("all", 10) when everybody gets one, else ("some", how many of ten, at least 1)."""
    if applied <= quota:
        return "all", 10
    return "some", max(1, min(9, quota * 10 // applied))


def last_day(issued: date, valid_days: int) -> date:
    """The last day of a voucher: its days run from the issue date to 24:00 of that day, the same for all.

    Rule: a voucher of 30 days issued on 1 December is good on 1 December and through 30 December.
    """
    return issued + timedelta(days=valid_days - 1)


def reminder_moments(last: date, days: tuple[int, ...], zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """When to remind: (days left, instant) for each of the programme's reminder days, earliest first."""
    return [
        (left, datetime.combine(last - timedelta(days=left), REMIND_AT, zone)) for left in sorted(days)[::-1]
    ]


def guardian_moments(frozen: datetime, now: datetime) -> list[datetime]:
    """The instants still to come at which a missing guardian is reminded of."""
    found = [frozen - timedelta(hours=hours) for hours in GUARDIAN_HOURS]
    return [at for at in found if at > now]


def child_number(count: int) -> int:
    """Which child of the family this is (1 = the first): decides the default name 宝宝, 二宝, 三宝."""
    return min(count + 1, 5)
