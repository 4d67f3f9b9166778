"""What takes place on certain days: one line of events.csv, the days on which it is held, and until when one can come along.

A repeating one follows a rule of RFC 5545 (FREQ=WEEKLY;BYDAY=SA). It leaves out the days of `except`, those on which its
place is closed by days.csv, and public holidays unless it says `holidays`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr
from pydantic import BeforeValidator, Field, model_validator

from knowledge.opening import Blank, Row, in_order, mainland
from knowledge.places import Place
from knowledge.programme import Identifier
from knowledge.services import YUAN

Kind = Literal[
    "parent_child", "picture_books", "health_talk", "doctor", "dance", "craft", "training", "volunteer"
]
"""亲子活动、绘本时间、健康讲座、医生咨询、跳舞、手工、志愿者培训、志愿班次."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Comes = Literal["pair", "one"]
"""What a seat is: a child with somebody who brings it, or one person."""

_DAYS = re.compile("FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)")
EVENTS_FILE = "events.csv"
COLUMNS = ("id", "kind", "title", "place", "first", "starts", "ends", "seats", "comes")
MORE_COLUMNS = (
    "repeat", "except", "holidays", "months_from", "months_to", "years_from", "fee_fen", "closes_hours", "needs", "gives", "about",
)  # fmt: skip


def _several(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value
    )


class Event(Row):
    """One line. `first`: the day on which it is held, or from which `repeat` counts; `starts`, `ends` local; `seats` of
    one date; `months_from`, `months_to`: completed months of the child, both included; `years_from`: of whoever comes;
    `fee_fen` for one seat, paid there (0: free; None: nobody said); sign-up ends `closes_hours` before the start. `needs`
    is a training that must have been passed, `gives` the one that is passed here."""

    id: Identifier
    kind: Kind
    title: str = Field(min_length=1, max_length=40)
    place: Identifier
    first: date
    starts: time
    ends: time
    seats: int = Field(ge=1, le=1000)
    comes: Comes
    repeat: str = ""
    except_: Annotated[tuple[date, ...], BeforeValidator(_several)] = Field(default=(), alias="except")
    holidays: Annotated[bool | None, Blank] = None
    months_from: Annotated[Annotated[int, Field(ge=0, le=216)] | None, Blank] = None
    months_to: Annotated[Annotated[int, Field(ge=0, le=216)] | None, Blank] = None
    years_from: Annotated[Annotated[int, Field(ge=16, le=100)] | None, Blank] = None
    fee_fen: Annotated[Annotated[int, Field(ge=0, le=1_000_000)] | None, Blank] = None
    closes_hours: Annotated[Annotated[int, Field(ge=0, le=30 * 24)] | None, Blank] = None
    needs: Annotated[Identifier | None, Blank] = None
    gives: Annotated[Identifier | None, Blank] = None
    about: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        in_order(self.starts, self.ends)
        if (self.months_from is None) != (self.months_to is None):
            raise ValueError("months_from and months_to belong together: fill both or none")
        if self.months_from is not None and self.months_to is not None and self.months_from > self.months_to:
            raise ValueError("months_to lies below months_from")
        if self.months_from is not None and self.comes != "pair":
            raise ValueError("comes: a child does not come alone; write pair")
        if self.fee_fen is not None and 0 < self.fee_fen < YUAN:
            raise ValueError(f"fee_fen counts fen: {self.fee_fen} yuan are {self.fee_fen * YUAN}")
        if (self.kind == "training") != (self.gives is not None):
            raise ValueError("gives: a training, and nothing else, gives one")
        if self.needs is not None and self.kind != "volunteer":
            raise ValueError("needs: a training is needed for a volunteer's shift only")
        if next(iter(_rule(self)), None) is None:
            raise ValueError("repeat: this rule has no day at all")
        return self

    @property
    def elders(self) -> bool:
        """Whether it is for old people."""
        return self.years_from is not None or self.kind in ("dance", "craft")

    def days(self, first: date, last: date) -> list[date]:
        """The days of its rule within two days, both included, its exceptions left out."""
        begin, end = datetime.combine(first, time()), datetime.combine(last, time.max)
        return [one.date() for one in _rule(self).between(begin, end, inc=True)]


@lru_cache(maxsize=1024)
def _rule(event: Event) -> rruleset:
    """The rule with its exceptions. Raises ValueError for one that is none, or that is not about days."""
    start = datetime.combine(event.first, event.starts)
    days = rruleset(cache=True)
    if event.repeat:
        try:
            rule = rrulestr(event.repeat, dtstart=start)
        except (ValueError, KeyError, TypeError) as why:
            raise ValueError(
                f"repeat: {event.repeat} is no rule; write FREQ=WEEKLY;BYDAY=SA ({why})"
            ) from why
        if not isinstance(rule, rrule) or not _DAYS.search(event.repeat):
            raise ValueError("repeat: at most once a day: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
        days.rrule(rule)
    else:
        days.rdate(start)
    for day in event.except_:
        days.exdate(datetime.combine(day, event.starts))
    return days


@dataclass(frozen=True)
class Date:
    """One event on one local day, at its place."""

    event: Event
    day: date
    place: Place

    @property
    def key(self) -> str:
        """The name of its seats' counter."""
        return f"event/{self.event.id}/{self.day.isoformat()}"

    def starts(self, zone: ZoneInfo) -> datetime:
        """The instant at which it begins."""
        return datetime.combine(self.day, self.event.starts, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The instant at which it ends."""
        return datetime.combine(self.day, self.event.ends, zone)

    def closes(self, zone: ZoneInfo) -> datetime:
        """The instant from which nobody can sign up any more."""
        return self.starts(zone) - timedelta(hours=self.event.closes_hours or 0)


class Calendar:
    """All events of a pack with their places; what is held at a place that left the list is held no more."""

    def __init__(self, events: tuple[Event, ...], places: tuple[Place, ...]) -> None:
        self._places = {place.id: place for place in places}
        self.events = {event.id: event for event in events if event.place in self._places}

    def between(self, first: date, last: date) -> Iterator[Date]:
        """Every date within two days, both included, the earliest first."""
        found = [
            Date(event, day, self._places[event.place])
            for event in self.events.values()
            for day in event.days(first, last)
            if _held(event, day, self._places[event.place])
        ]
        return iter(sorted(found, key=lambda one: (one.day, one.event.starts, one.event.id)))

    def on(self, event_id: str, day: date) -> Date | None:
        """An event on a day; None where there is none."""
        event = self.events.get(event_id)
        if event is None or not event.days(day, day) or not _held(event, day, self._places[event.place]):
            return None
        return Date(event, day, self._places[event.place])


def _held(event: Event, day: date, place: Place) -> bool:
    if any(one.date == day and one.opens is None for one in place.specials):
        return False
    return not event.repeat or event.holidays is True or mainland(day) != "holiday"
