"""The instants of a stay: its row says a local day and minutes of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding


def ends(turn: Turn, row: Row) -> datetime:
    """The instant at which a stay is booked to end."""
    span = holding.span_of(row)
    return datetime.combine(span.day, time(), turn.ground.settings.zone) + timedelta(minutes=span.last)
