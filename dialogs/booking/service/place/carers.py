"""Carers who are not there: the place has less room at once, and as much as before when they are back."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import timers
from bot.capability import NotDone
from bot.clock import ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, duty
from dialogs.booking.rules.duty import Back, Off
from dialogs.booking.service import holding
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import moving, posts
from knowledge.city import City
from knowledge.places import Place


def off(turn: Turn, place: Place, day: date, starts: int, ends: int, fewer: int = 1) -> tuple[int, bool]:
    """`fewer` carers less between two minutes of a day: the number of the row, and whether more children are now expected
    than may be there."""
    at_home.change(turn.db, place.id)
    number = int(
        turn.db.value(
            "INSERT INTO carer_off (place, day, starts, ends, fewer, created) VALUES (:place, :day, :starts, :ends, :fewer,"
            " :now) RETURNING id",
            place=place.id,
            day=day.isoformat(),
            starts=starts,
            ends=ends,
            fewer=fewer,
            now=ms(turn.now),
        )
    )
    turn.audit("booking.carer_off", f"carer_off:{number}", place=place.id, day=day.isoformat(), fewer=fewer)
    return number, moving.needed(turn, place, day)


def back(turn: Turn, place: Place, day: date, at: int, many: int | None = None) -> int:
    """From the minute `at` of a day on `many` carers are back, those who came off last first (None: all). How many.

    What was before that minute stays, for the proof of the month.
    """
    at_home.change(turn.db, place.id)
    left = many if many is not None else 10**6
    done = 0
    for row in reversed(at_home.carers_off(turn.db, place.id, day)):
        if left and int(row["ends"]) > at:
            came = min(left, int(row["fewer"]))
            _back(turn, row, at, came)
            done, left = done + came, left - came
    if done:
        turn.audit("booking.carer_back", f"place:{place.id}", day=day.isoformat(), many=done)
        freed(turn, place, day)
    return done


def said_off(turn: Turn, words: Off, text: str, city: City) -> None:
    """「今天老师少一位」: for every day that is meant, in the hours that were said or the place's own."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    have = sum(one.carers or 0 for one in place.classes)
    if words.fewer > have:
        turn.say("booking.carers.too_many", fewer=words.fewer, have=have)
        return
    numbers: list[int] = []
    times: list[dict[str, Any]] = []
    short = False
    for day in words.at.days or (turn.today,):
        span = None if day < turn.today else _hours(turn, words, place, day)
        if span is None:
            turn.say("booking.carers.closed", day=day, today=turn.today)
            continue
        number, above = off(turn, place, day, *span, words.fewer)
        numbers, short = [*numbers, number], short or above
        begins, ends_at = (counting.at_minute(minute) for minute in span)
        least = _least(turn, place, day, *span)
        times.append({"day": day, "begins": begins, "ends_at": ends_at, "left": least})
    if times:
        undo = turn.action(
            "booking.carers_undo",
            "booking.button.undo",
            {"place": place.id, "numbers": numbers},
            deadline=turn.in_(minutes=30),
        )
        turn.say("booking.carers.off", [undo], fewer=words.fewer, days=times, today=turn.today, short=short)


def said_back(turn: Turn, words: Back, text: str, city: City) -> None:
    """「老师回来了」: from now on, or on the day that is meant."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    for day in words.at.days or (turn.today,):
        at = 0
        if words.at.starts is not None:
            at = counting.minutes(words.at.starts)
        elif day == turn.today:
            now = counting.slot_of(turn.now.astimezone(turn.ground.settings.zone).time())
            at = now * counting.SLOT_MINUTES
        many = back(turn, place, day, at, words.many)
        turn.say(
            "booking.carers.back" if many else "booking.carers.none_off", many=many, day=day, today=turn.today
        )


def undone(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """撤销: it was a slip of the finger."""
    place = next((one for one in city.known if one.id == payload["place"]), None)
    if place is None or not posts.mine(turn, str(payload["place"])):
        raise NotDone
    at_home.change(turn.db, place.id)
    days = set()
    for number in payload["numbers"]:
        day = turn.db.value("DELETE FROM carer_off WHERE id = :id RETURNING day", id=int(number))
        days |= set() if day is None else {date.fromisoformat(day)}
    turn.audit("booking.carer_undone", f"place:{place.id}")
    for day in sorted(days):
        freed(turn, place, day)
    turn.say("booking.carers.undone")


def _hours(turn: Turn, words: Off, place: Place, day: date) -> tuple[int, int] | None:
    span = usual(place, day)
    now = turn.now.astimezone(turn.ground.settings.zone).time() if day == turn.today else None
    return None if span is None else duty.hours(words.at, now, span)


def _least(turn: Turn, place: Place, day: date, starts: int, ends: int) -> int:
    """The fewest carers who are left in a half hour of these."""
    present = at_home.on(turn.db, place, day).carers
    return min((present[slot] for slot in counting.touched(starts, ends) if slot in present), default=0)


def freed(turn: Turn, place: Place, day: date) -> None:
    """There is more room than before: whoever waits is asked, and nobody need move who now fits."""
    timers.set_timer(turn.db, holding.FREED, f"{place.id}/{day.isoformat()}", turn.now)
    moving.needed(turn, place, day)


def usual(place: Place, day: date) -> tuple[int, int] | None:
    """From which minute of a day to which somebody is there by the pack; None: it is closed."""
    spans = [
        (counting.minutes(opens), counting.minutes(closes)) for opens, closes in place.opening.on(day) or ()
    ]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _back(turn: Turn, row: Row, at: int, came: int) -> None:
    """End a row at a minute for as many as are back; the others stay away to its end."""
    if int(row["starts"]) >= at and came == int(row["fewer"]):
        turn.db.run("DELETE FROM carer_off WHERE id = :id", id=row["id"])
        return
    if came == int(row["fewer"]):
        turn.db.run("UPDATE carer_off SET ends = :at WHERE id = :id", id=row["id"], at=at)
        return
    turn.db.run("UPDATE carer_off SET fewer = fewer - :came WHERE id = :id", id=row["id"], came=came)
    if int(row["starts"]) < at:
        turn.db.run(
            "INSERT INTO carer_off (place, day, starts, ends, fewer, created) SELECT place, day, starts, :at, :came, created"
            " FROM carer_off WHERE id = :id",
            id=row["id"],
            at=at,
            came=came,
        )
