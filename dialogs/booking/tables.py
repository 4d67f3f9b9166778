"""Bookings of temporary care: who comes when and where, and what became of it.

How much room there is and what is taken of it stands in `scarce` (bot/scarce.py), by the keys of counting.key.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed, words


class Booking(SQLModel, table=True):
    """Some hours of one day at a place, for one child or siblings.

    state: waiting | held | booked | leaving | cancelled | came | left | missed | lapsed | moving | aside (service/moved.py;
    `instead_of` is the booking in whose place it is held). `day` is a local day; `starts`, `ends` are minutes
    of it. A wish that waits (service/waiting.py) has no place where any will do. `until` is when a hold ends, or when
    what was cancelled (leaving) gives its room back. `price` and `credit` are fen: what is asked, and what a voucher takes off it.
    `taken` says what it holds of which counter (JSON, key to units), so that as much comes back as was taken.
    `flexible`: its family can come at another time too. `series` names the first of those that come weekly. `sequence` counts
    what became of it since, for calendars. `counted`: nobody came and it was not cancelled in time (1), until staff or the
    family say why. `moved_late`: its family moved it after its cut-off, which counts likewise (1), whatever becomes of it.
    `reason`: why it was cancelled, where that matters: "sick" (holding.SICK) is no late cancellation and no absence, ever.
    `fetcher` is who picks up, `note` what the place should know: sealed words.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index("booking_day", "place", "day", "state"),
        Index("booking_person", "person_id", "state"),
        NEVER_AGAIN,
    )
    id: int | None = key()
    person_id: int = refers("person.id")
    place: str
    service: str
    day: str
    starts: int
    ends: int
    state: str = "held"
    until: int | None = big(default=None)
    renewed: int = 0
    flexible: int = 0
    price: int | None = big(default=None)
    credit: int = big(default=0)
    fetcher: bytes | None = sealed(default=None, nullable=True)
    note: bytes | None = sealed(default=None, nullable=True)
    series: int | None = big(default=None)
    taken: str = words(default="{}")
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    counted: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    moved_late: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    instead_of: int | None = big(default=None, index=True)
    created: int = big()
    decided: int | None = big(default=None)


class Enrolled(SQLModel, table=True):
    """A child that a place has of its own, who comes on the same days every week and takes room there first.

    No chat belongs to it: the place's staff keep it, by a nickname (sealed) and the month of birth ("2025-03"), no more.
    `weekdays`: digits, 1 is Monday; `starts`, `ends` are minutes of the day; `since` and `until` are local days, both
    included, `until` empty while no end is known. It is gone some weeks after `until` (service/place/roster.py).
    """

    __tablename__ = "enrolled"
    __table_args__ = (Index("enrolled_place", "place"), NEVER_AGAIN)
    id: int | None = key()
    place: str
    nickname: bytes = sealed()
    born: str
    weekdays: str
    starts: int
    ends: int
    since: str
    until: str = ""
    created: int = big()


class EnrolledAbsent(SQLModel, table=True):
    """A local day on which a child of the roster does not come, though it is one of its days."""

    __tablename__ = "enrolled_absent"
    __table_args__ = (UniqueConstraint("enrolled_id", "day"), NEVER_AGAIN)
    id: int | None = key()
    enrolled_id: int = refers("enrolled.id")
    day: str
    created: int = big()


class CarerOff(SQLModel, table=True):
    """`fewer` carers than usual at a place, from the minute `starts` of a local day to the minute `ends`."""

    __tablename__ = "carer_off"
    __table_args__ = (Index("carer_off_day", "place", "day"), NEVER_AGAIN)
    id: int | None = key()
    place: str
    day: str
    starts: int
    ends: int
    fewer: int = Field(ge=1)
    created: int = big()


class WalkIn(SQLModel, table=True):
    """A child who came without a booking. state: here | left. `months` are completed months; `starts`, `ends` minutes of
    the local `day`; where it left before its time, `ends` is the beginning of the half hour in which it did. `taken` as
    of a booking.
    """

    __tablename__ = "walk_in"
    __table_args__ = (Index("walk_in_day", "place", "day"), NEVER_AGAIN)
    id: int | None = key()
    place: str
    day: str
    months: int = Field(ge=0)
    starts: int
    ends: int
    state: str = "here"
    taken: str = words(default="{}")
    created: int = big()


class Vacancy(SQLModel, table=True):
    """What staff said of the room of their place at an instant. level: empty | some | full. One row to a place."""

    __tablename__ = "vacancy"
    __table_args__ = (UniqueConstraint("place"),)
    id: int | None = key()
    place: str
    level: str
    at: int = big()


class ChildCard(SQLModel, table=True):
    """What a place must know of a child, told by its family (service/child/card.py). NULL: not told; sealed "": there is nothing.

    `contact`, `phone`: who is rung when the family cannot be reached. `changed`: milliseconds UTC.
    """

    __tablename__ = "child_card"
    __table_args__ = (UniqueConstraint("subject_id"), NEVER_AGAIN)
    id: int | None = key()
    subject_id: int = refers("subject.id")
    allergy: bytes | None = sealed(default=None, nullable=True)
    feeding: bytes | None = sealed(default=None, nullable=True)
    sleep: bytes | None = sealed(default=None, nullable=True)
    special: bytes | None = sealed(default=None, nullable=True)
    contact: bytes | None = sealed(default=None, nullable=True)
    phone: bytes | None = sealed(default=None, nullable=True)
    changed: int = big()


class CareStop(SQLModel, table=True):
    """A place, or a class of it (`room`, rules/houses.py; empty: the whole place), that is stopped from one local day to
    another, both included; `last` empty while no end is known. `why`: an illness (rules/stopping.py) or empty. state:
    standing | ended.
    """

    __tablename__ = "care_stop"
    __table_args__ = (Index("care_stop_place", "place", "state"), NEVER_AGAIN)
    id: int | None = key()
    place: str
    room: str = ""
    first: str
    last: str = ""
    why: str = ""
    state: str = "standing"
    created: int = big()
    ended: int | None = big(default=None)


class BookingMove(SQLModel, table=True):
    """A booking that could not be kept. why: short | illness | closed (then `stop_id`). state: asked | taken (`chosen` is
    the booking instead) | refused | silent | none (there was nothing else) | back (it stands as before).
    """

    __tablename__ = "booking_move"
    __table_args__ = (Index("booking_move_stop", "stop_id"), NEVER_AGAIN)
    id: int | None = key()
    booking_id: int = refers("booking.id")
    why: str
    stop_id: int | None = big(default=None)
    state: str = "asked"
    chosen: int | None = big(default=None)
    created: int = big()
    decided: int | None = big(default=None)


class BookedChild(SQLModel, table=True):
    """A child of a booking. `months` are completed on the day; they decide the units that it takes."""

    __tablename__ = "booked_child"
    __table_args__ = (UniqueConstraint("booking_id", "subject_id"), NEVER_AGAIN)
    id: int | None = key()
    booking_id: int = refers("booking.id")
    subject_id: int = refers("subject.id")
    months: int = Field(ge=0)


class Fetcher(SQLModel, table=True):
    """Somebody who may fetch a child, named by its family: `name` as the child calls them, `tail` the last four digits of
    their telephone or nothing. Gone with the consent to the child's data.
    """

    __tablename__ = "fetcher"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    subject_id: int = refers("subject.id")
    name: bytes = sealed()
    tail: bytes = sealed()
    created: int = big()


class StayStep(SQLModel, table=True):
    """Something that happened to a stay (service/fetching/steps.py): came | left | changed | stranger | allowed | refused |
    on_way | late10 | late20 | late40. `at` is when it happened, `created` when it was entered, `belated` says that those
    differ (1). `who` came or fetched, in their words.
    """

    __tablename__ = "stay_step"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    booking_id: int = refers("booking.id")
    step: str
    at: int = big()
    who: bytes | None = sealed(default=None, nullable=True)
    belated: int = 0
    created: int = big()
