"""Children who come without a booking: they take room like any other stay, until they go or their hour is over."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from bot import scarce, timers
from bot.capability import NotDone
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import counting, duty
from dialogs.booking.rules.counting import House, Stay
from dialogs.booking.rules.duty import WalkIn
from dialogs.booking.service import room
from dialogs.booking.service.place import carers, posts, there
from dialogs.booking.service.place import house as at_home
from knowledge.city import City
from knowledge.places import Place

TIMER = "booking.walk_in"
"""Ends a stay at its hour; the key is its number."""
LENGTHS = (60, 120, 180)
"""Minutes that are offered where nobody said until when."""


def said(turn: Turn, words: WalkIn, text: str, city: City) -> None:
    """「现场来了一个 1岁8个月 到11点」."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    if words.gone:
        _gone_by_words(turn, place, city)
        return
    now = _now(turn)
    usual = carers.usual(place, turn.today)
    if usual is None or not usual[0] <= counting.minutes(now) < usual[1]:
        turn.say("booking.walk_in.closed")
    elif words.several:
        turn.say("booking.walk_in.one_by_one")
    elif words.months is None:
        turn.say("booking.walk_in.how_old")
    elif counting.age_class(words.months) is None or not place.takes(words.months):
        turn.say("booking.walk_in.not_that_age", months=words.months)
    elif words.at.ends is None and words.at.minutes is None:
        turn.say("booking.walk_in.until", _lengths(turn, place, words.months, usual[1]), months=words.months)
    else:
        span = duty.hours(words.at, now, usual)
        if span is None or span[1] <= counting.minutes(now):
            turn.say("booking.walk_in.past")
        else:
            comes(turn, place, words.months, span[1])


def pressed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Until when, by a tap."""
    place = next((one for one in city.known if one.id == payload["place"]), None)
    if place is None or not posts.mine(turn, str(payload["place"])):
        raise NotDone
    comes(turn, place, int(payload["months"]), int(payload["until"]))


def comes(turn: Turn, place: Place, months: int, until: int) -> None:
    """Take the room from now to a minute of today, all rows or none; where there is too little, say of what."""
    now = _now(turn)
    first = counting.minutes(now)
    house = at_home.on(turn.db, place, turn.today)
    stay = Stay(months, counting.touched(first, until))
    taken = room.take(turn.db, house, turn.today, [stay])
    if taken is None:
        _full(turn, house, stay, until)
        return
    number = int(
        turn.db.value(
            "INSERT INTO walk_in (place, day, months, starts, ends, state, taken, created) VALUES (:place, :day, :months,"
            " :starts, :ends, 'here', :taken, :now) RETURNING id",
            place=place.id,
            day=turn.today.isoformat(),
            months=months,
            starts=first,
            ends=until,
            taken=json.dumps(taken),
            now=ms(turn.now),
        )
    )
    turn.timer(TIMER, str(number), _at(turn, turn.today, until))
    turn.audit("booking.walk_in", f"walk_in:{number}", place=place.id)
    turn.say(
        "booking.walk_in.noted",
        [gone_button(turn, number)],
        months=months,
        ends_at=counting.at_minute(until),
        number=number,
    )


def gone(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """走了: the rest of its time is free."""
    row = turn.db.one("SELECT * FROM walk_in WHERE id = :id", id=int(payload["walk_in"]))
    if row is None or not posts.mine(turn, str(row["place"])):
        raise NotDone
    _leaves(turn, row, city)


def over(turn: Turn, due: Due, city: City) -> None:
    """Its hour is over."""
    row = turn.db.one("SELECT * FROM walk_in WHERE id = :id", id=int(due.key))
    if row is not None:
        _ends(turn, row, int(row["ends"]), city)


def here(turn: Turn, place: str) -> list[Row]:
    """Who came without a booking and is still there."""
    return [row for row in there.walked_in(turn.db, turn.today, place) if row["state"] == "here"]


def gone_button(turn: Turn, number: int, label: str = "booking.button.walk_in_gone") -> Button:
    """The button by which a child who came without a booking goes."""
    night = datetime.combine(turn.today + timedelta(days=1), time(), turn.ground.settings.zone)
    return turn.action("booking.walk_in_gone", label, {"walk_in": number}, deadline=night, number=number)


def _gone_by_words(turn: Turn, place: Place, city: City) -> None:
    present = here(turn, place.id)
    if not present:
        turn.say("booking.walk_in.nobody")
    elif len(present) == 1:
        _leaves(turn, present[0], city)
    else:
        rows = [[gone_button(turn, int(row["id"]), "booking.button.walk_in_which")] for row in present]
        turn.say("booking.walk_in.which", *rows)


def _leaves(turn: Turn, row: Row, city: City) -> None:
    # The half hour in which it goes is free for the next one, as when a booked child is taken home.
    minute = counting.slot_of(_now(turn)) * counting.SLOT_MINUTES
    if _ends(turn, row, min(int(row["ends"]), minute), city):
        turn.say("booking.walk_in.left", number=int(row["id"]))
    else:
        turn.say("booking.walk_in.left_already", number=int(row["id"]))


def _ends(turn: Turn, row: Row, minute: int, city: City) -> bool:
    """End a stay at a minute of its day, once; whoever waits is asked."""
    number = int(row["id"])
    done = turn.db.run(
        "UPDATE walk_in SET state = 'left', ends = :minute WHERE id = :id AND state = 'here'",
        minute=minute,
        id=number,
    )
    if not done:
        return False
    timers.cancel(turn.db, TIMER, str(number))
    scarce.give_back(turn.db, json.loads(row["taken"]))
    turn.audit("booking.walk_in_left", f"walk_in:{number}")
    place = next((one for one in city.known if one.id == row["place"]), None)
    if place is not None:
        carers.freed(turn, place, date.fromisoformat(row["day"]))
    return True


def _full(turn: Turn, house: House, stay: Stay, until: int) -> None:
    """Say of what there is too little, and since when there would be enough: to the same hour, or as long later today."""
    left = room.left(turn.db, house, turn.today)
    wanted = counting.wanted(house, turn.today, [stay])
    short = sorted(name for name, units in wanted.items() if left.get(name, 0) < units)
    lacking = {name.rsplit("/", 1)[1].partition(":")[0] for name in short}
    blocked = sorted({int(name.rsplit("/", 2)[1]) for name in short})
    turn.say(
        "booking.walk_in.full",
        lacking=next((one for one in ("care", "class", "heads") if one in lacking), "changed"),
        begins=counting.at(blocked[0]) if blocked else None,
        ends_at=counting.at(blocked[-1] + 1) if blocked else None,
        since=_since(left, house, turn.today, stay),
        until=counting.at_minute(until),
    )


def _since(left: dict[str, int], house: House, day: date, stay: Stay) -> time | None:
    """The first half hour from which the child finds room, to the end of its stay or as long after; None: not today."""
    for first in range(stay.slots.start + 1, max(house.carers, default=0) + 1):
        last = stay.slots.stop if first < stay.slots.stop else first + len(stay.slots)
        later = Stay(stay.months, range(first, last))
        if all(slot in house.carers for slot in later.slots) and room.fits(left, house, day, [later]):
            return counting.at(first)
    return None


def _lengths(turn: Turn, place: Place, months: int, closes: int) -> list[Button]:
    """Buttons with hours until when."""
    now = counting.minutes(_now(turn))
    ends = {min(closes, -(-(now + minutes) // 10) * 10) for minutes in LENGTHS}
    return [
        turn.action(
            "booking.walk_in",
            "booking.button.until",
            {"place": place.id, "months": months, "until": until},
            deadline=turn.in_(minutes=30),
            ends_at=counting.at_minute(until),
        )
        for until in sorted(ends)
    ]


def _now(turn: Turn) -> time:
    return turn.now.astimezone(turn.ground.settings.zone).time()


def _at(turn: Turn, day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), turn.ground.settings.zone) + timedelta(minutes=minute)
