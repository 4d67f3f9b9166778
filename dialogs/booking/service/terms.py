"""What the rules of booking say of a child and its family: free visits of the year, stays that were missed or given up late."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import terms
from dialogs.booking.rules.terms import Free
from dialogs.booking.service import holding
from knowledge.care import CareRules
from knowledge.city import City

FORGIVES = re.compile(r"不算\s*(?:编号)?\s*(\d{1,12})|forgive\s+(\d{1,12})", re.IGNORECASE)
"""Staff's words that take back what counted, with the number of the booking."""

Why = Literal["counted", "moved_late"]
"""What counts against a family, by the columns of a booking: missed or given up late; moved after its cut-off."""
WHYS: tuple[Why, ...] = ("counted", "moved_late")


def gifts(
    turn: Turn, city: City, place: str, subjects: Sequence[int | None], day: date, but: int = 0
) -> list[Free | None]:
    """For each child whether a visit there on that day is free; the booking `but` does not count."""
    allowed = city.settings.care.at(place).free_visits
    return [
        terms.free(_visits(turn, city, one, day.year, but), allowed) if allowed else None for one in subjects
    ]


def _visits(turn: Turn, city: City, subject: int | None, year: int, but: int) -> int:
    """How many visits of the calendar year a child had or has before it, at all places where some are free."""
    giving = [place.id for place in city.known if city.settings.care.at(place.id).free_visits]
    if subject is None or not giving:
        return 0
    names = {f"place{number}": place for number, place in enumerate(giving)}
    among = ", ".join(f":{name}" for name in names)
    return int(
        turn.db.value(
            "SELECT count(*) FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id = :child AND"
            f" b.place IN ({among}) AND b.id <> :but AND b.day >= :first AND b.day <= :last AND (b.state IN"
            f" {(*holding.TAKING, 'left')!r} OR b.counted = 1)",
            child=subject,
            but=but,
            first=f"{year}-01-01",
            last=f"{year}-12-31",
            **names,
        )
    )


def counted(turn: Turn, rules: CareRules, person: int) -> int:
    """How many stays of a family counted against it lately: missed, given up late, or moved late."""
    since = turn.today - timedelta(days=rules.counted_days)
    return int(
        turn.db.value(
            "SELECT COALESCE(sum(counted + moved_late), 0) FROM booking WHERE person_id = :person AND day > :since"
            " AND (counted = 1 OR moved_late = 1)",
            person=person,
            since=since.isoformat(),
        )
    )


def soonest_only(turn: Turn, rules: CareRules, day: date) -> date | None:
    """The last day that the family may book for now, where `day` lies behind it; None: it may book that day."""
    last = terms.until(
        turn.today, counted(turn, rules, turn.who.id), rules.counted_most, rules.counted_ahead_days
    )
    return last if last is not None and day > last else None


def last_chance(turn: Turn, rules: CareRules) -> dict[str, int] | None:
    """What is told before a booking where one more missed stay brings the family to the limit: `counted` stays in `days`,
    then only `ahead` days can be booked. None: it is farther from it, beyond it, or there is none."""
    already = counted(turn, rules, turn.who.id)
    if not terms.one_left(already, rules.counted_most):
        return None
    return {"counted": already, "days": rules.counted_days, "ahead": rules.counted_ahead_days}


def counts(turn: Turn, booking: int, yes: bool = True, why: Why = "counted") -> bool:
    """A stay counts against its family, or does no more, as missed or given up late or as moved late. False: it was so before."""
    done = turn.db.run(
        f"UPDATE booking SET {why} = :yes WHERE id = :id AND {why} <> :yes", yes=int(yes), id=booking
    )
    if done:
        turn.audit(f"booking.{why}", f"booking:{booking}", yes=yes)
    return done == 1


def move_counts(turn: Turn, city: City, row: Row) -> int:
    """The minutes of the cut-off (0: none) that have begun for a stay, so that moving it counts against its family.

    What the place moves (service/moved.py) never does: that is no move of the family's.
    """
    care = city.settings.care.at(str(row["place"]))
    span = holding.span_of(row)
    begins = datetime.combine(span.day, span.starts, turn.ground.settings.zone)
    late = care.moved_late_counts and terms.too_late(turn.now, begins, care.cancel_minutes)
    return care.cancel_minutes if late and not row["moved_late"] else 0


def excused(turn: Turn, payload: dict[str, Any]) -> None:
    """孩子不舒服: believed, nothing counts. `why` (moved_late) where it is a move that was late."""
    counts(turn, int(payload["booking"]), yes=False, why=payload.get("why", "counted"))
    turn.say("booking.excused")


def forgiven(turn: Turn, words: str) -> None:
    """Staff say that a stay at their place does not count: 「不算 12」. Its family is told."""
    found = FORGIVES.fullmatch(words.strip())
    row = found and turn.db.one(
        "SELECT id, person_id, place FROM booking WHERE id = :id", id=int(found[1] or found[2])
    )
    if row is None or not any(
        role == holding.ROLE and place in ("", row["place"]) for role, place in turn.who.roles
    ):
        turn.say("booking.not_your_place")
        return
    number = int(row["id"])
    if not [why for why in WHYS if counts(turn, number, yes=False, why=why)]:
        turn.say("booking.not_counted", number=number)
        return
    turn.say("booking.forgiven", number=number)
    turn.push(int(row["person_id"]), "booking.set_right", dedupe=f"booking.right:{number}", number=number)
