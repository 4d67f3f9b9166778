"""Which hours are worth offering where none, or only some, were said: best ones first. Pure; minutes of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dialogs.booking.rules.counting import DAY_MINUTES

OFFERED = 6
"""So many fit into a few short rows."""
STEP = 30
EARLIEST, LATEST = 7 * 60, 20 * 60
PARTS = {
    "morning": (9 * 60, 11 * 60 + 30),
    "noon": (11 * 60 + 30, 13 * 60 + 30),
    "afternoon": (14 * 60, 17 * 60),
    "evening": (17 * 60, 19 * 60),
    "day": (9 * 60, 17 * 60),
}
"""The hours that are meant by a part of the day."""
_WIDE = {"morning": (7 * 60, 12 * 60), "noon": (11 * 60, 14 * 60), "afternoon": (12 * 60, 18 * 60), "evening": (16 * 60, 20 * 60)}  # fmt: skip
_LENGTHS = (120, 180, 60, 240)
Hours = tuple[int, int]


@dataclass(frozen=True)
class Told:
    """What was said of the hours: minutes of the day, of a length; a part of the day ("" none), and whether it is meant
    for the hours themselves (`sure`)."""

    starts: int | None = None
    ends: int | None = None
    length: int | None = None
    part: str = ""
    sure: bool = False


def whole(told: Told) -> Hours | None:
    """The hours, where enough was said of them. They may lie outside the day."""
    starts, part = told.starts, PARTS.get(told.part)
    if starts is None and part is not None:
        if told.ends is None and told.length is None:
            return part if told.sure else None
        starts = part[0] if told.ends is None else None
    if starts is None:
        return None
    ends = told.ends if told.ends is not None else None if told.length is None else starts + told.length
    return None if ends is None or ends <= starts else (starts, ends)


def wished(told: Told) -> Told:
    """The same for hours that are waited for and not chosen from those that are free: a part of the day is all of it, a
    beginning alone the likeliest length."""
    bare = told.starts is not None and told.ends is None and told.length is None
    return replace(told, sure=True, length=_LENGTHS[0] if bare else told.length)


def tiers(told: Told) -> Iterator[Sequence[Hours]]:
    """Hours that fit what was said: the likeliest, and others for where none of those before them is free."""
    early, late = _WIDE.get(told.part, (EARLIEST, LATEST))
    if told.starts is not None:
        yield _within((told.starts, told.starts + length) for length in _lengths(told))
    elif told.ends is not None:
        yield _within((told.ends - length, told.ends) for length in _lengths(told))
    elif told.length is not None:
        yield _within((first, first + told.length) for first in range(early, late, STEP))
    else:
        likely = [told.part] if told.part in PARTS else ["morning", "afternoon", "day"]
        yield [PARTS[part] for part in likely]
        for length in (120, 60):
            yield [(first, first + length) for first in range(early, late - length + 1, STEP)]


def spread(found: Sequence[Hours], most: int = OFFERED) -> list[Hours]:
    """At most so many of them, from the first to the last as far apart as can be."""
    if len(found) <= most:
        return list(found)
    return [found[round(at * (len(found) - 1) / (most - 1))] for at in range(most)]


def _lengths(told: Told) -> Sequence[int]:
    return _LENGTHS if told.length is None else (told.length,)


def _within(found: Iterator[Hours]) -> list[Hours]:
    return sorted(hours for hours in found if 0 <= hours[0] < hours[1] <= DAY_MINUTES)
