"""What other services know of a place just now: how many could still come, how full it looked, whether it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from bot.turn import Turn
from knowledge.places import Place

AHEAD = 7
"""Days in which a place that is closed today is looked at."""


def told(turn: Turn, place: Place, weekdays: Iterable[int] = (), months: int | None = None) -> dict[str, Any]:
    """`free` places on `day`, the first day asked for on which it is still open (None: nobody knows), `late`: too late to
    book one there that day; `level`: as somebody
    there saw it `ago` minutes ago ("": nobody did). `stopped`: since when and until when (None: nobody knows) it serves
    nobody today; then nothing else is told."""
    day = _day(turn, place, frozenset(weekdays))
    everyone = turn.everyone
    stopped = None if everyone is None else everyone.stopped(turn, place.id, turn.today)
    if stopped is not None:
        return {"free": None, "late": False, "day": day, "level": "", "ago": 0, "stopped": stopped}
    free = (
        everyone.free_places(turn, place.id, day, months)
        if everyone is not None and day is not None
        else None
    )
    seen = everyone.fullness(turn, place.id) if everyone is not None else None
    return {
        "free": None if free is None else free.most,
        "late": free is not None and free.late,
        "day": day,
        "level": turn.label(f"centres.fullness.{seen.level}") if seen is not None else "",
        "ago": 0 if seen is None else int((turn.now - seen.at) / timedelta(minutes=1)),
        "stopped": None,
    }


def shut(turn: Turn, places: Iterable[Place]) -> frozenset[str]:
    """The ids of those that serve nobody today: what is open by its hours may have been stopped."""
    everyone = turn.everyone
    if everyone is None:
        return frozenset()
    return frozenset(place.id for place in places if everyone.stopped(turn, place.id, turn.today) is not None)


def _day(turn: Turn, place: Place, weekdays: frozenset[int]) -> date | None:
    """The first of those weekdays (none: any) on which the place has hours that are not over; None: none is published."""
    zone = turn.ground.settings.zone
    for later in range(AHEAD + 1):
        day = turn.today + timedelta(days=later)
        spans = place.opening.on(day) if not weekdays or day.isoweekday() in weekdays else None
        if spans and datetime.combine(day, spans[-1][1], zone) > turn.now:
            return day
    return None
