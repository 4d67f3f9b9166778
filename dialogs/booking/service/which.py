"""Which of a family's bookings words mean: by number, day, hour, part of the day, or the child's name."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flow import when
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, saying, spans
from dialogs.booking.service import holding


@dataclass(frozen=True)
class Meant:
    """The bookings that fit; `said`: words told which at all. None fits and `said`: there is no such booking."""

    rows: list[Row]
    said: bool


def standing(turn: Turn) -> list[Row]:
    """The person's bookings that have not begun, in their order."""
    if turn.who.new:
        return []
    now = turn.now.astimezone(turn.ground.settings.zone)
    return turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state = 'booked' AND (day > :today OR (day = :today AND"
        " starts > :minute)) ORDER BY day, starts, id",
        person=turn.who.id,
        today=turn.today.isoformat(),
        minute=counting.minutes(now.time()),
    )


def meant(turn: Turn, rows: list[Row], text: str) -> Meant:
    """Those of the bookings that words mean; all of them where words do not say which."""
    if (number := saying.number(text)) is not None:
        return Meant([row for row in rows if row["id"] == number], True)
    if saying.next_one(text):
        return Meant(rows[:1], True)
    named = [row for row in rows if any(name in text for name in _names(turn, row))]
    told = when.read(text, turn.now.astimezone(turn.ground.settings.zone))
    days = {day.isoformat() for day in (*told.days, *told.perhaps)}
    found = [row for row in named or rows if not days or row["day"] in days]
    hours = [row for row in found if _at(row, told)]
    return Meant(hours or found, bool(days or told.starts or told.part or len(named) in range(1, len(rows))))


def _at(row: Row, told: when.When) -> bool:
    """Whether a booking lies at the hour, or in the part of the day, that was said."""
    if told.starts is not None:
        first = counting.minutes(told.starts)
        return int(row["starts"]) in (first, first + 12 * 60)
    part = spans.PARTS.get(told.part or "")
    return part is None or (int(row["starts"]) < part[1] and part[0] < int(row["ends"]))


def _names(turn: Turn, row: Row) -> list[str]:
    subjects = [int(child["subject_id"]) for child in holding.children_of(turn, int(row["id"]))]
    kept = [turn.db.value("SELECT name FROM subject WHERE id = :id", id=one) for one in subjects]
    return [name for one in kept if len(name := turn.unseal(one, "subject.name")) > 1]
