"""Days and hours that have room for the children of a form, so that nothing is offered that is refused afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from bot.turn import Turn
from dialogs.booking.rules import counting, houses, spans
from dialogs.booking.rules.counting import House, Span
from dialogs.booking.rules.spans import Hours, Told
from dialogs.booking.service import finding, holding, kids, room
from dialogs.booking.service.finding import Sought
from dialogs.booking.service.place import house as at_home
from knowledge.city import City
from knowledge.places import Place

SOUGHT = 14
"""Days of which what is taken is read at once."""


class Free:
    """What is free for the children of a form from a day on. What is taken is read once for each place and fortnight.

    Where a place was asked for, what is free there comes before what is free anywhere.
    """

    def __init__(self, turn: Turn, city: City, since: date) -> None:
        self.since = since
        self._turn = turn
        self._city = city
        self._places = [
            place
            for place in city.places
            if houses.bookable(place) and all(place.takes(kid["months"]) for kid in turn.data["kids"])
        ]
        wished = [place for place in self._places if place.id == turn.data.get("wished")]
        self._preferred = (wished, self._places) if wished else (self._places,)
        self._taken: dict[tuple[str, int], Mapping[str, tuple[int, int]]] = {}
        self._houses: dict[tuple[str, date], House] = {}
        self._room: dict[tuple[str, date], Mapping[str, int]] = {}
        self._busy = _busy(turn, since)

    def hours(self, day: date, told: Told) -> list[Hours]:
        """Hours of a day that fit what was said and have room somewhere: a handful, in their order."""
        for places in self._preferred:
            for tier in spans.tiers(told):
                if found := [hours for hours in tier if self._fits(day, hours, places)]:
                    return sorted(spans.spread(found))
        return []

    def days(self, told: Told) -> Iterator[date]:
        """The days, as far ahead as is booked, on which something that fits what was said is free; the next one first."""
        ahead = (self._turn.today - self.since).days + self._city.settings.care.ahead_days
        for places in self._preferred:
            any_day = False
            for day in (self.since + timedelta(days=number) for number in range(ahead + 1)):
                if self.fits(day, told, places):
                    any_day = True
                    yield day
            if any_day:
                return

    def fits(self, day: date, told: Told, places: Sequence[Place] = ()) -> bool:
        """Whether something that fits what was said is free on a day, anywhere or at one of these places."""
        tried = places or self._places
        return any(self._fits(day, hours, tried) for tier in spans.tiers(told) for hours in tier)

    def opening(self, day: date) -> Hours | None:
        """From when to when some place that takes all of them is open on a day; None: none is."""
        slots = [slot for place in self._places for slot in self._house(place, day).carers]
        return (
            (min(slots) * counting.SLOT_MINUTES, (max(slots) + 1) * counting.SLOT_MINUTES) if slots else None
        )

    def is_open(self, day: date, hours: Hours) -> bool:
        """Whether some place that takes all of them is open for all of these hours."""
        if not 0 <= hours[0] < hours[1] <= counting.DAY_MINUTES:
            return False
        span = counting.span_of(day, *hours)
        return any(houses.is_open(self._house(place, day), span) for place in self._places)

    def _fits(self, day: date, hours: Hours, places: Sequence[Place]) -> bool:
        span = counting.span_of(day, *hours)
        if finding.instant_of(self._turn, span) <= self._turn.now:
            return False
        if any(
            on == day.isoformat() and start < span.last and span.first < end for on, start, end in self._busy
        ):
            return False
        # The places behind are looked at only where those before them have no room.
        return any(self._has_room(place, span) for place in places)

    def _has_room(self, place: Place, span: Span) -> bool:
        house = self._house(place, span.day)
        if not house.carers:
            return False
        sought = Sought(kids.on_day(self._turn, span.day), span)
        wish = finding.wish_for(self._turn, self._city, place, house, sought)
        return wish is not None and room.fits(self._left(place, span.day), house, span.day, wish.stays)

    def _house(self, place: Place, day: date) -> House:
        """The place on a day."""
        if (place.id, day) not in self._houses:
            self._houses[place.id, day] = at_home.on(self._turn.db, place, day)
        return self._houses[place.id, day]

    def _left(self, place: Place, day: date) -> Mapping[str, int]:
        """What is left there by counter."""
        if (place.id, day) not in self._room:
            fortnight = (day - self.since).days // SOUGHT
            if (place.id, fortnight) not in self._taken:
                first = self.since + timedelta(days=fortnight * SOUGHT)
                last = first + timedelta(days=SOUGHT - 1)
                self._taken[place.id, fortnight] = room.taken(self._turn.db, place.id, first, last)
            house, known = self._house(place, day), self._taken[place.id, fortnight]
            self._room[place.id, day] = room.left(self._turn.db, house, day, known)
        return self._room[place.id, day]


def _busy(turn: Turn, since: date) -> list[tuple[str, int, int]]:
    """(day, first, last minute) of what the known children of the form have booked from a day on."""
    known = [int(kid["subject"]) for kid in turn.data["kids"] if kid["subject"] is not None]
    if not known:
        return []
    rows = turn.db.all(
        "SELECT b.day, b.starts, b.ends FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE b.day >= :since"
        f" AND b.state IN {holding.AWAITED!r} AND b.id <> :own AND c.subject_id IN ({', '.join(map(str, known))})",
        since=since.isoformat(),
        own=int(turn.data.get("booking", 0)),
    )
    return [(row["day"], int(row["starts"]), int(row["ends"])) for row in rows]
