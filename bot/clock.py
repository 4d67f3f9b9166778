"""The one source of time: instants, local dates and ages.

Nothing else in the project asks the machine what time it is; a clock is handed in, so a month can be played in
seconds. Instants are aware UTC datetimes in code and milliseconds since 1970 (BIGINT) in the database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Clock(Protocol):
    """What hands out the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's own time, moved by an offset (zero, except where a demonstration moves its clock)."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move_to(self, instant: datetime) -> None:
        """Show `instant` from now on; never backwards.

        Raises ValueError when `instant` lies before the present.
        """
        ahead = instant - self.now()
        if ahead < timedelta(0):
            raise ValueError("the clock never goes back")
        self.offset += ahead


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Stand at `instant` from now on; never backwards.

        Raises ValueError when `instant` lies before the present.
        """
        if instant < self._now:
            raise ValueError("the clock never goes back")
        self._now = instant.astimezone(UTC)


def ms(instant: datetime) -> int:
    """The database's form of an aware instant: whole milliseconds since 1970 UTC."""
    return (instant - EPOCH) // _MS


def instant(milliseconds: int) -> datetime:
    """The aware UTC instant of a database value."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day on which `at` falls in `zone`."""
    return at.astimezone(zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of a local day, as an aware instant."""
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO 8601 instant; one without an offset is local. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
