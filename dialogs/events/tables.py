"""Who comes to what: seats at activities, dates that were called off, trainings that were passed, certificates of hours.

How many seats a date has and how many are taken stands in `scarce` (bot/scarce.py), by the key of knowledge.events.Date.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed

_STANDS = "state IN ('waiting', 'offered', 'signed', 'leaving', 'came')"


def _once(name: str, whose: str, *columns: str) -> Index:
    """Nobody has two seats of one date, whatever two phones do at once."""
    where = text(f"{_STANDS} AND subject_id IS {whose}")
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class EventSeat(SQLModel, table=True):
    """A seat on one date of an activity; a pair's is one.

    state: waiting | offered | signed | leaving | came | left | missed | cancelled | lapsed | off. `who` comes: me | elder |
    parent | grandparent. `day` is a local day, `starts`, `ends` minutes of it; `title` and `place` stay what they were.
    `months`: the child's on that day. `until`: when what was cancelled (leaving) gives its seat back. `came`, `gone`:
    instants; `minutes`: of a volunteer's shift that count.
    """

    __tablename__ = "event_seat"
    __table_args__ = (
        Index("event_seat_day", "event", "day", "state"),
        Index("event_seat_person", "person_id", "state"),
        _once("event_seat_child_once", "NOT NULL", "event", "day", "subject_id"),
        _once("event_seat_person_once", "NULL", "event", "day", "person_id", "who"),
        NEVER_AGAIN,
    )
    id: int | None = key()
    person_id: int = refers("person.id")
    subject_id: int | None = refers("subject.id", nullable=True)
    event: str
    title: str
    place: str
    day: str
    starts: int
    ends: int
    who: str
    months: int | None = None
    state: str = "signed"
    until: int | None = big(default=None)
    came: int | None = big(default=None)
    gone: int | None = big(default=None)
    minutes: int | None = None
    created: int = big()
    decided: int | None = big(default=None)


class EventOff(SQLModel, table=True):
    """A date that staff called off, and why: weather | speaker | place | few | illness | other."""

    __tablename__ = "event_off"
    __table_args__ = (UniqueConstraint("event", "day"),)
    id: int | None = key()
    event: str
    day: str
    why: str
    created: int = big()


class EventWalkIn(SQLModel, table=True):
    """Somebody who came to a date without having signed up, a child with its grown-up as one. state: here | undone."""

    __tablename__ = "event_walk_in"
    __table_args__ = (Index("event_walk_in_day", "event", "day", "state"), NEVER_AGAIN)
    id: int | None = key()
    event: str
    day: str
    place: str
    state: str = "here"
    created: int = big()


class EventTraining(SQLModel, table=True):
    """A training that somebody has passed, as staff ticked it."""

    __tablename__ = "event_training"
    __table_args__ = (UniqueConstraint("person_id", "training"), NEVER_AGAIN)
    id: int | None = key()
    person_id: int = refers("person.id")
    training: str
    passed: int = big()


class EventCertificate(SQLModel, table=True):
    """A certificate of a volunteer's hours, by the number printed on it. `first`, `last`: local days of the shifts."""

    __tablename__ = "event_certificate"
    __table_args__ = (UniqueConstraint("number"), NEVER_AGAIN)
    id: int | None = key()
    person_id: int = refers("person.id")
    number: str
    name: bytes = sealed()
    shifts: int
    minutes: int
    first: str
    last: str
    created: int = big()
