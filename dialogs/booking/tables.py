"""Bookings of temporary care: who comes when and where, and what became of it.

How much room there is and what is taken of it stands in `scarce` (bot/scarce.py), by the keys of counting.key.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed, words


class Booking(SQLModel, table=True):
    """Some hours of one day at a place, for one child or siblings.

    state: waiting | held | booked | leaving | cancelled | came | left | missed | lapsed. `day` is a local day; `starts`, `ends` are minutes
    of it. A wish that waits (service/waiting.py) has no place where any will do. `until` is when a hold ends, or when
    what was cancelled (leaving) gives its room back. `price` and `credit` are fen: what is asked, and what a voucher takes off it.
    `taken` says what it holds of which counter (JSON, key to units), so that as much comes back as was taken.
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
