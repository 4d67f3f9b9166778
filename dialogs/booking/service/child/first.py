"""Whether a child was at a place before: what a first visit needs is told to those alone for whom it is one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from dateutil.relativedelta import relativedelta

from bot.store.session import Db
from dialogs.booking.service.holding import Child

CHECKED_AGAIN = relativedelta(months=3)
"""So long away asks for a new health check. Source: Order No. 76 of the Ministries of Health and of Education, article 18."""
ABOUT = 1
"""Months by which two ages may differ that were told of one child, whose birthday nobody gave."""


def visit(
    db: Db, person: int, children: Iterable[Child], place: str, day: date
) -> Literal["first", "long", ""]:
    """What a stay at a place on a day is for a family's children: somebody's first one, the first after long, or neither."""
    found: Literal["first", "long", ""] = ""
    for child in children:
        last = _last(db, person, child, place, day)
        if last is None:
            return "first"
        if last + CHECKED_AGAIN <= day:
            found = "long"
    return found


def _last(db: Db, person: int, child: Child, place: str, day: date) -> date | None:
    """The last day on which the child was there. One without a birthday gets a new row each time, and is known by its age."""
    rows = db.all(
        "SELECT b.day, c.subject_id, c.months, s.birth FROM booking b JOIN booked_child c ON c.booking_id = b.id JOIN"
        " subject s ON s.id = c.subject_id WHERE b.person_id = :person AND b.place = :place AND b.day < :day AND b.state"
        " IN ('came', 'left') ORDER BY b.day DESC",
        person=person,
        place=place,
        day=day.isoformat(),
    )
    for row in rows:
        then = date.fromisoformat(row["day"])
        since = relativedelta(day, then)
        age = int(row["months"]) + since.years * 12 + since.months
        same = row["subject_id"] == child.subject
        if same or (row["birth"] is None and abs(age - child.months) <= ABOUT):
            return then
    return None
