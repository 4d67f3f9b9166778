"""07:05, a carer is ill: who would have to move and why, in one message; one tap, and those families are asked.

Who was told already and fits after all is told so at once. Whoever stands at the door (`came`) never moves. What nobody was
promised yet (a card being looked at, a place held as one of three) goes before any booking does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot import scarce, timers
from bot.capability import NotDone
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.rules import moving as rule
from dialogs.booking.rules.counting import CARER_UNITS, House, Stay
from dialogs.booking.rules.moving import Promise
from dialogs.booking.service import holding, kept, moved, waiting
from dialogs.booking.service.kept import ROLE
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import there
from dialogs.booking.service.place.there import Above
from knowledge.city import City
from knowledge.places import Place

SHORT, MOVES = "booking.short", "booking.moves"
"""The timers that look at a place's day once more (its key: the place, a slash and the day), and that tell the families."""
AGAIN = timedelta(minutes=15)
"""After so long the place is asked once more, the last time with those on duty: until then it is above its ratio."""
TIMES = 3


@dataclass(frozen=True)
class Plan:
    """Who has to move on a day, whose booking can stand after all, and by how much those who are there are too many."""

    house: House
    moves: list[Row]
    back: list[Row]
    stuck: bool


def needed(turn: Turn, place: Place, day: date) -> bool:
    """Look whether more children are expected than the place now has room for; if so, whoever must move is looked for."""
    much = bool(above(turn, place, day))
    if much or _asked(turn, place.id, day):
        turn.timer(SHORT, f"{place.id}/{day.isoformat()}", turn.now)
    return much


def above(turn: Turn, place: Place, day: date) -> list[Above]:
    """The half hours of a day, from now on, in which more is taken than the place has."""
    if day < turn.today:
        return []
    house = at_home.on(turn.db, place, day)
    zone = turn.ground.settings.zone
    halves = there.standing(house, day, there.guests(turn.db, day, zone, place.id))
    return list(there.above(house, day, [half for half in halves if half.slot >= _from(turn, day)]))


def plan(turn: Turn, city: City, place: Place, day: date) -> Plan:
    """Look at a day of a place: the fewest of its bookings that must move, by the rule of the city."""
    house = at_home.on(turn.db, place, day)
    asked = {int(move["booking_id"]): move for move in _asked(turn, place.id, day)}
    rows = [
        row
        for row in turn.db.all(
            "SELECT * FROM booking WHERE place = :place AND day = :day AND state IN ('booked', 'came', 'moving') ORDER BY id",
            place=place.id,
            day=day.isoformat(),
        )
        if row["state"] != "moving" or int(row["id"]) in asked
    ]
    takes = {int(row["id"]): _takes(turn, house, day, row) for row in rows}
    fixed = [takes[int(row["id"])] for row in rows if row["state"] == "came"]
    fixed += _walked_in(turn, house, day)
    promises = [
        Promise(
            int(row["id"]),
            takes[int(row["id"])],
            int(row["created"]),
            int(row["ends"]) - int(row["starts"]),
            bool(row["flexible"]),
            row["state"] == "moving",
        )
        for row in rows
        if row["state"] != "came"
    ]
    needs = rule.above(counting.caps(house, day), [*fixed, *(one.takes for one in promises)])
    most = {name: sum(one.takes.get(name, 0) for one in promises) for name in needs}
    care = city.settings.care
    ordered = rule.order(promises, care.moves_first, day, care.moves_seed)
    wanted = {name: min(need, most[name]) for name, need in needs.items() if most[name]}
    chosen = {one.number for one in rule.must_move(wanted, ordered) or ()}
    return Plan(
        house,
        [row for row in rows if int(row["id"]) in chosen and row["state"] == "booked"],
        [move for booking, move in asked.items() if booking not in chosen],
        any(need > most[name] for name, need in needs.items()),
    )


def short(turn: Turn, due: Due, city: City) -> None:
    """Tell the place who would have to move, and those who need not any more that all is as before."""
    name, _, said = due.key.partition("/")
    place = next((one for one in city.known if one.id == name), None)
    day = date.fromisoformat(said)
    if place is None or day < turn.today:
        return
    _clear(turn, place, day)
    made = plan(turn, city, place, day)
    for move in made.back:
        moved.restore(turn, city, move)
    if made.back:
        turn.push_staff(
            (ROLE,), "booking.moves_back", place=name, count=len(made.back), place_name=place.name
        )
    if not made.moves and not made.stuck:
        return
    times = int(due.payload.get("times", 0))
    values = _shown(turn, city, place, day, made)
    turn.push_staff((ROLE,), "booking.short", *_button(turn, place, day, made), place=name, **values)
    if times + 1 >= TIMES:
        turn.push_staff(("duty", "admin"), "booking.short_unheard", **values)
    elif made.moves:
        turn.timer(SHORT, due.key, turn.now + AGAIN, times=times + 1)


def tell(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """就这样: those families are told, one after the other. What has changed since is shown anew."""
    place = next((one for one in city.known if one.id == payload["place"]), None)
    if place is None or not any(role == ROLE and own in ("", place.id) for role, own in turn.who.roles):
        turn.say("booking.not_your_place")
        raise NotDone
    day = date.fromisoformat(payload["day"])
    made = plan(turn, city, place, day)
    numbers = [int(row["id"]) for row in made.moves]
    key = f"{place.id}/{day.isoformat()}"
    if not numbers:
        timers.cancel(turn.db, SHORT, key)
        turn.say("booking.moves_none")
        return
    if numbers != payload["numbers"]:
        turn.say("booking.short", *_button(turn, place, day, made), **_shown(turn, city, place, day, made))
        return
    timers.cancel(turn.db, SHORT, key)
    turn.timer(MOVES, f"short/{key}", turn.now, numbers=numbers)
    turn.audit("booking.moves", f"place:{place.id}", day=day.isoformat(), numbers=numbers)
    turn.say("booking.moves_told", count=len(numbers))


def move_next(turn: Turn, due: Due, city: City) -> str | None:
    """Tell the next of the families; each in a transaction of its own, as what is held for it is taken in order."""
    left = [number for number in due.payload["numbers"] if number > int(due.cursor or 0)]
    if not left:
        return None
    done = moved.begin(turn, city, left[0], moved.Cause("short"))
    return str(left[0]) if done else str(due.cursor or 0)


def let_go(turn: Turn, row: Row) -> None:
    """End what nobody was promised yet; a family that waited goes back to its place in the line."""
    number, state = int(row["id"]), str(row["state"])
    offer = scarce.of(turn.db, waiting.OFFER, number) if state == "held" else None
    if offer is not None and scarce.is_open(offer):
        scarce.answer(turn, int(offer["id"]), "declined")
        waiting.again(turn, number)
        turn.push(
            int(row["person_id"]),
            "booking.offer_gone",
            lane="result",
            dedupe=f"booking.offer_gone:{offer['id']}",
        )
        return
    holding.end_all(turn, [number], (state,), "cancelled" if state == "leaving" else "lapsed")


def _clear(turn: Turn, place: Place, day: date) -> None:
    """Give up what was not promised where the day is above what the house has."""
    house = at_home.on(turn.db, place, day)
    rows = turn.db.all(
        "SELECT * FROM booking WHERE place = :place AND day = :day AND state IN ('booked', 'came', 'held', 'leaving', 'aside')"
        " ORDER BY id",
        place=place.id,
        day=day.isoformat(),
    )
    takes = [_takes(turn, house, day, row) for row in rows]
    needs = rule.above(counting.caps(house, day), [*takes, *_walked_in(turn, house, day)])
    for row, one in zip(rows, takes, strict=True):
        if row["state"] in ("held", "leaving", "aside") and needs.keys() & one.keys():
            let_go(turn, row)


def _asked(turn: Turn, place: str, day: date) -> list[Row]:
    return moved.open_moves(
        turn, "m.why = 'short' AND b.place = :place AND b.day = :day", place=place, day=day.isoformat()
    )


def _from(turn: Turn, day: date) -> int:
    """The first half hour of a day that is not over."""
    return counting.slot_of(turn.now.astimezone(turn.ground.settings.zone).time()) if day == turn.today else 0


def _takes(turn: Turn, house: House, day: date, row: Row) -> dict[str, int]:
    """What a booking takes in the half hours that are not over, by counter."""
    slots = counting.touched(int(row["starts"]), int(row["ends"]))
    ahead = range(max(slots.start, _from(turn, day)), slots.stop)
    months = [int(child["months"]) for child in holding.children_of(turn, int(row["id"]))]
    if months:
        return counting.wanted(house, day, [Stay(age, ahead) for age in months if counting.age_class(age)])
    heads = tuple(counting.key(house.place, day, slot, "") for slot in ahead)
    return {name: units for name, units in json.loads(row["taken"]).items() if name.startswith(heads)}


def _walked_in(turn: Turn, house: House, day: date) -> list[dict[str, int]]:
    found = []
    for row in there.walked_in(turn.db, day, house.place):
        slots = counting.touched(int(row["starts"]), int(row["ends"]))
        ahead = range(max(slots.start, _from(turn, day)), slots.stop)
        found.append(counting.wanted(house, day, [Stay(int(row["months"]), ahead)]))
    return found


def _button(turn: Turn, place: Place, day: date, made: Plan) -> list[list[Any]]:
    if not made.moves:
        return []
    numbers = [int(row["id"]) for row in made.moves]
    payload = {"place": place.id, "day": day.isoformat(), "numbers": numbers}
    until = max(kept.begins(turn, row) for row in made.moves) + timedelta(hours=1)
    return [
        [turn.action("booking.moves", "booking.button.moves", payload, deadline=max(until, turn.now + AGAIN))]
    ]


def _shown(turn: Turn, city: City, place: Place, day: date, made: Plan) -> dict[str, Any]:
    return {
        "place_name": place.name,
        "day": day,
        "today": turn.today,
        "times": _times(made.house, above(turn, place, day)),
        "moves": [{**kept.told(turn, city, row), "flexible": bool(row["flexible"])} for row in made.moves],
        "rule": city.settings.care.moves_first,
        "stuck": made.stuck,
    }


def _times(house: House, found: Iterable[Above]) -> list[dict[str, Any]]:
    """Those half hours with their numbers; of equal ones in a row only one, with the end of the last."""
    times: list[dict[str, Any]] = []
    for half in {one.half.slot: one.half for one in found}.values():
        numbers: Mapping[str, int] = {
            "carers": house.carers.get(half.slot, 0),
            "children": sum(half.ages.values()),
            "need": -(-half.wanted["care"] // CARER_UNITS),
        }
        begins, ends = counting.at(half.slot), counting.at(half.slot + 1)
        if times and times[-1]["ends_at"] == begins and times[-1]["numbers"] == numbers:
            times[-1]["ends_at"] = ends
        else:
            times.append({"begins": begins, "ends_at": ends, "numbers": numbers})
    return times
