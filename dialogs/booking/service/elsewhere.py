"""What else there is for children whose booking cannot be kept: other places then, the same place at another time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.service import finding, holding, room
from dialogs.booking.service.finding import Offer, Sought
from dialogs.booking.service.holding import Child
from knowledge.city import City
from knowledge.geo import Point

SHOWN = 3
AT_THE_TIME = 2
"""So many other places at the same time come before another time at the same place."""
DAYS = 7
"""For so many days the same hours are looked for."""
SHIFTS = (60, -60, 120, -120, 180, -180)
"""Minutes by which the same day's hours are shifted, the nearest first."""


def found(turn: Turn, city: City, row: Row) -> list[Offer]:
    """At most three stays with room for all of them together, the best first."""
    chosen: list[Offer] = []
    left: dict[str, dict[str, int]] = {}
    for offer in _best(turn, city, row):
        span, house = offer.wish.span, offer.wish.house
        head = counting.head(house.place, span.day)
        if head not in left:
            left[head] = room.left(turn.db, house, span.day)
        # Two stays at one place may share half hours: both are held, so both must fit.
        if not room.fits(left[head], house, span.day, offer.wish.stays) or _late(turn, offer):
            continue
        if holding.elsewhere(turn, offer.wish.subjects, span, but=int(row["id"])):
            continue
        for name, units in counting.wanted(house, span.day, offer.wish.stays).items():
            left[head][name] -= units
        chosen.append(offer)
        if len(chosen) == SHOWN:
            break
    return chosen


def _best(turn: Turn, city: City, row: Row) -> Iterator[Offer]:
    """What there is, the best first, each once."""
    place = next((one for one in city.known if one.id == row["place"]), None)
    spot = None if place is None else place.point
    sought = Sought(
        tuple(
            Child(int(one["subject_id"]), int(one["months"]))
            for one in holding.children_of(turn, int(row["id"]))
        ),
        holding.span_of(row),
    )
    then = [offer for offer in finding.offers(turn, city, sought, spot) if offer.place.id != row["place"]]
    yield from then[:AT_THE_TIME]
    here = (
        next(finding.offers(turn, city, other, spot, str(row["place"])), None)
        for other in _other_times(turn, sought)
    )
    first = next((offer for offer in here if offer is not None), None)
    if first is not None:
        yield first
    yield from then[AT_THE_TIME:]
    for other in _other_times(turn, sought):
        for offer in _near(turn, city, other, spot):
            if first is None or offer.wish.span != first.wish.span or offer.place.id != first.place.id:
                yield offer


def _near(turn: Turn, city: City, sought: Sought, spot: Point | None) -> Iterator[Offer]:
    found = next(finding.offers(turn, city, sought, spot), None)
    if found is not None:
        yield found


def _other_times(turn: Turn, sought: Sought) -> Iterator[Sought]:
    """The same length at other times: the same day first, then the same hours of the days after."""
    asked = sought.span
    spans = [
        (asked.day, asked.first + shift)
        for shift in SHIFTS
        if asked.first + shift >= 0 and asked.last + shift < counting.DAY_MINUTES
    ]
    spans += [(asked.day + timedelta(days=later), asked.first) for later in range(1, DAYS + 1)]
    for day, first in spans:
        span = counting.span_of(day, first, first + asked.length)
        if finding.instant_of(turn, span) > turn.now:
            yield Sought(sought.children, span)


def _late(turn: Turn, offer: Offer) -> bool:
    """Whether it begins too soon to be told, answered and reached."""
    begins: datetime = finding.instant_of(turn, offer.wish.span)
    return begins < turn.now + holding.SHORTEST
