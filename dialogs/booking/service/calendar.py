"""A booking as a file for the telephone's own calendar, with alarms: RFC 5545."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.appointments import Entry, calendar_file
from bot.messages import File
from bot.turn import Turn


def file_of(
    turn: Turn, told: dict[str, Any], alarms: Iterable[datetime] = (), *, cancelled: bool = False
) -> File:
    """The stay that a message tells of (kept.told), with an alarm at each instant; or the word that it is no more."""
    return calendar_file(turn, (_entry(turn, told, alarms),), cancelled=cancelled)


def file_of_all(
    turn: Turn, stays: Sequence[tuple[dict[str, Any], Iterable[datetime]]], *, cancelled: bool = False
) -> File:
    """Several stays in one file, each with its alarms; or the word that they are no more."""
    return calendar_file(turn, [_entry(turn, told, alarms) for told, alarms in stays], cancelled=cancelled)


def _entry(turn: Turn, told: dict[str, Any], alarms: Iterable[datetime]) -> Entry:
    zone = turn.ground.settings.zone
    starts = datetime.combine(told["day"], told["begins"], zone)
    ends = datetime.combine(told["day"], told["ends_at"], zone)
    return Entry(
        f"booking-{told['number']}",
        starts,
        ends if ends > starts else ends + timedelta(days=1),
        turn.label("booking.calendar_entry", **told),
        f"{told['place_name']}, {told['address']}".strip(", "),
        told["phone"],
        told["sequence"],
        tuple(alarms),
    )
