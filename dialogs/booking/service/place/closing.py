"""A place closes, or a class stays at home with an illness: one person's right, at once; looked at by another within a day.

Nothing new is booked from that moment on. Families hear one after the other, each in a transaction of its own: sorry, the
illness and never the child, other places held for them, what their voucher is still good for, how to ask for money back.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from bot import approvals, timers
from bot.capability import Claim, NotDone
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules import houses, stopping
from dialogs.booking.rules.stopping import Said
from dialogs.booking.service import holding, kept, moved, sorry
from dialogs.booking.service.kept import ROLE
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import moving, reviewing, stops
from knowledge.city import City
from knowledge.places import Place

MAY = (ROLE, "duty", "admin")
"""Those of a place for theirs, those on duty for every one."""
SWEEP, RESTORE = "booking.stopped", "booking.stop_over"
"""The timers that tell the families, and that give back what they had where it goes on."""
LENGTHS = (3, 7, 10)
"""Days that are offered for a class where none were said."""
BUTTON_LIFE = timedelta(hours=2)
WAS_THERE = timedelta(days=7)
"""Whose child was in the class so short a time before is told of the illness too."""
RETURNS = "care-infection-leave-return"
"""The entry of the corpus on when a child may come back."""


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """Staff's words that stop a place or a class, or let it go on."""
    if turn.overheard or not turn.who.may(*MAY):
        return None
    said = stopping.read(text, turn.now.astimezone(turn.ground.settings.zone))
    return None if said is None else Claim(call=partial(_heard, city=city, said=said))


def _heard(turn: Turn, city: City, said: Said) -> None:
    place = _place(turn, city, said)
    if place is None:
        turn.say("booking.stop_which")
        return
    rooms = stopping.rooms(place, said)
    one_class = stopping.of_a_class(said)
    if said.opens:
        _let_on(turn, city, place, rooms if one_class else None)
        return
    payload = {
        "place": place.id,
        "room": stops.WHOLE,
        "why": said.illness,
        "first": said.first.isoformat(),
        "last": "" if said.last is None else said.last.isoformat(),
        "class": one_class,
    }
    if one_class and len(rooms) != 1:
        names = rooms or [room for room, _ in houses.rooms(place)]
        buttons = [
            [_go_on(turn, {**payload, "room": room}, "booking.stop_room", name=stops.room_name(turn, place, room))] for room in names
        ]  # fmt: skip
        turn.say("booking.stop_which_class", *buttons, place_name=place.name)
        return
    _ask(turn, city, {**payload, "room": rooms[0] if one_class else stops.WHOLE})


def ask(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A button that completes what was said."""
    _ask(turn, city, payload)


def _ask(turn: Turn, city: City, payload: dict[str, Any]) -> None:
    """Ask for what is missing, then show what will happen to how many, with one tap to do it."""
    place = _mine(turn, city, payload["place"])
    if not payload["class"] and _stands(turn, place, payload):
        turn.say("booking.stop_already", **stops.values(turn, place, payload))
        return
    values: dict[str, Any] = {"place_name": place.name, "room": stops.room_name(turn, place, payload["room"])}
    if payload["class"] and not payload["why"]:
        rows = [
            [_go_on(turn, {**payload, "why": why}, f"booking.illness.{why}")] for why in stopping.ILLNESSES
        ]
        turn.say("booking.stop_why", *rows, **values)
        return
    if payload["class"] and not payload["last"]:
        first = date.fromisoformat(payload["first"])
        rows = [
            [_go_on(turn, {**payload, "last": (first + timedelta(days=days - 1)).isoformat()}, "booking.stop_days", days=days)]
            for days in LENGTHS
        ]  # fmt: skip
        turn.say("booking.stop_how_long", *rows, **values)
        return
    concerned = _concerned(turn, place, payload, 0, ("booked", "came"))
    turn.say(
        "booking.stop_ask",
        [turn.action("booking.stop", "booking.button.stop", payload, deadline=turn.now + BUTTON_LIFE)],
        [turn.action("booking.stop_no", "booking.button.stop_no", {}, deadline=turn.now + BUTTON_LIFE)],
        count=sum(row["state"] == "booked" for row in concerned),
        here=sum(row["state"] == "came" and row["day"] == turn.today.isoformat() for row in concerned),
        **stops.values(turn, place, payload),
    )


def refuse(turn: Turn, _payload: dict[str, Any]) -> None:
    """It is not stopped after all: what was to be tapped for it stops nothing any more."""
    turn.db.run(
        "UPDATE action SET used = :now WHERE kind = 'booking.stop' AND person_id = :person AND used IS NULL",
        now=ms(turn.now),
        person=turn.who.id,
    )
    turn.say("booking.stop_not")


def stop(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Stop it now: nothing new is booked from here on, the families are told one after the other, a second person looks."""
    place = _mine(turn, city, payload["place"])
    at_home.change(turn.db, place.id)
    if _stands(turn, place, payload):
        turn.say("booking.stop_already", **stops.values(turn, place, payload))
        return
    number = int(
        turn.db.value(
            "INSERT INTO care_stop (place, room, first, last, why, state, created) VALUES (:place, :room, :first, :last,"
            " :why, 'standing', :now) RETURNING id",
            place=place.id,
            now=ms(turn.now),
            **{name: payload[name] for name in ("room", "first", "last", "why")},
        )
    )
    turn.audit("booking.stop", f"stop:{number}", place=place.id, room=payload["room"])
    turn.timer(SWEEP, str(number), turn.now)
    turn.say("booking.stop_done", **stops.values(turn, place, payload))
    reviewing.ask(turn, city, number)


def _stands(turn: Turn, place: Place, payload: dict[str, Any]) -> bool:
    """Whether it is stopped for all of those days already."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM care_stop WHERE place = :place AND room = :room AND state = 'standing' AND first <= :first AND"
            " (last = '' OR (:last <> '' AND last >= :last))",
            place=place.id,
            **{name: payload[name] for name in ("room", "first", "last")},
        )
    )


# -- who hears -------------------------------------------------------------------------------------------------------


def sweep(turn: Turn, due: Due, city: City) -> str | None:
    """Tell the next family whose booking cannot be kept; the cursor is the last booking that was looked at."""
    row, place = stops.by_number(turn, city, int(due.key))
    if row["state"] != "standing" or place is None:
        return None
    states = ("booked", "held", "leaving", "aside", "waiting")
    for booking in _concerned(turn, place, row, int(due.cursor or 0), states):
        number, state = int(booking["id"]), booking["state"]
        if state == "booked":
            why: moved.Why = "closed" if row["room"] == stops.WHOLE else "illness"
            if not moved.begin(turn, city, number, moved.Cause(why, int(row["id"]))):
                return str(due.cursor or 0)
        elif state == "waiting":
            if row["room"] == stops.WHOLE and holding.end(turn, number, ("waiting",), "cancelled"):
                turn.push(
                    int(booking["person_id"]),
                    "booking.stop_wait_over",
                    kept.turn_again(turn),
                    dedupe=f"booking.stop_wait_over:{number}",
                    **kept.told(turn, city, booking),
                )
        else:
            moving.let_go(turn, booking)
        return str(number)
    if row["why"]:
        _warn(turn, city, place, row)
    turn.push_staff(
        (ROLE,),
        "booking.stop_told",
        place=place.id,
        dedupe=f"booking.stop_told:{row['id']}",
        count=int(turn.db.value("SELECT count(*) FROM booking_move WHERE stop_id = :id", id=row["id"])),
        nowhere=int(
            turn.db.value(
                "SELECT count(*) FROM booking_move WHERE stop_id = :id AND state = 'none'", id=row["id"]
            )
        ),
        place_name=place.name,
    )
    return None


def _warn(turn: Turn, city: City, place: Place, row: Row) -> None:
    """Families whose child was in the class some days ago, or is there now, are told the illness; nobody's child is named."""
    since = (turn.today - WAS_THERE).isoformat()
    for booking in turn.db.all(
        "SELECT * FROM booking WHERE place = :place AND day >= :since AND day <= :today AND state IN ('came', 'left') ORDER BY id",
        place=place.id,
        since=since,
        today=turn.today.isoformat(),
    ):
        if _touches(turn, place, booking, str(row["room"])):
            person = int(booking["person_id"])
            turn.push(
                person,
                "booking.illness_notice",
                [_entry(turn, RETURNS, "booking.button.returns", person)],
                lane="urgent" if booking["state"] == "came" else "result",
                dedupe=f"booking.illness:{row['id']}:{person}",
                here=booking["state"] == "came",
                **{
                    **kept.told(turn, city, booking),
                    **stops.values(turn, place, row, sorry.lang_of(turn, person)),
                },
            )


def _concerned(turn: Turn, place: Place, stop: Any, after: int, states: tuple[str, ...]) -> list[Row]:
    """The bookings from now on that a stop concerns, in the order of their numbers, after one of them."""
    rows = turn.db.all(
        "SELECT * FROM booking WHERE place = :place AND day >= :first AND (:last = '' OR day <= :last) AND id > :after AND state"
        f" IN {states!r} ORDER BY id",
        place=place.id,
        first=max(str(stop["first"]), turn.today.isoformat()),
        last=stop["last"],
        after=after,
    )
    minute = turn.now.astimezone(turn.ground.settings.zone)
    return [
        row
        for row in rows
        if (row["day"] > turn.today.isoformat() or int(row["ends"]) > minute.hour * 60 + minute.minute)
        and _touches(turn, place, row, str(stop["room"]))
    ]


def _touches(turn: Turn, place: Place, booking: Row, room: str) -> bool:
    """Whether a child of the booking belongs to the class; every booking belongs to the whole place."""
    if room == stops.WHOLE:
        return True
    house = houses.house(place, date.fromisoformat(booking["day"]))
    found = (house.class_for(int(child["months"])) for child in holding.children_of(turn, int(booking["id"])))
    return any(one is not None and one.id == room for one in found)


# -- it goes on ------------------------------------------------------------------------------------------------------


def _let_on(turn: Turn, city: City, place: Place, rooms: list[str] | None) -> None:
    """Let what was said go on: the whole place with all of its classes, or one class."""
    standing = turn.db.all(
        "SELECT * FROM care_stop WHERE place = :place AND state = 'standing' AND (last = '' OR last >= :today) ORDER BY id",
        place=place.id,
        today=turn.today.isoformat(),
    )
    found = [row for row in standing if rooms is None or row["room"] in rooms]
    for row in found:
        _end(turn, row, place)
    if found:
        turn.say("booking.stop_over", **stops.values(turn, place, found[0]))
    else:
        turn.say("booking.stop_none", place_name=place.name)


def lift(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """The second person says that it should not have been stopped: it goes on at once, and the place is told."""
    if turn.overheard or not turn.who.may("duty", "admin"):
        turn.say("common.not_yours")
        raise NotDone
    row, place = stops.by_number(turn, city, int(payload["stop"]))
    if row["state"] != "standing" or place is None:
        turn.say("booking.stop_none", place_name=place.name if place else row["place"])
        return
    _end(turn, row, place)
    turn.say("booking.stop_over", **stops.values(turn, place, row))
    turn.push_staff(
        (ROLE,),
        "booking.stop_lifted",
        place=place.id,
        dedupe=f"booking.stop_lifted:{row['id']}",
        **stops.values(turn, place, row),
    )


def _end(turn: Turn, row: Row, place: Place) -> None:
    number = int(row["id"])
    at_home.change(turn.db, place.id)
    turn.db.run(
        "UPDATE care_stop SET state = 'ended', ended = :now WHERE id = :id", now=ms(turn.now), id=number
    )
    turn.audit("booking.stop_over", f"stop:{number}", place=place.id)
    for kind in (SWEEP, reviewing.REVIEW):
        timers.cancel(turn.db, kind, str(number))
    for waiting in approvals.pending(turn.db, turn.now, reviewing.KIND, f"stop:{number}"):
        approvals.refuse(turn, waiting.id)
    turn.timer(RESTORE, str(number), turn.now)


def restore(turn: Turn, due: Due, city: City) -> str | None:
    """Give the next family that has not answered its booking back; then those who wait are asked."""
    after = int(due.cursor or 0)
    for move in moved.open_moves(turn, "m.stop_id = :stop AND m.id > :after", stop=int(due.key), after=after):
        moved.restore(turn, city, move)
        return str(move["id"])
    row, _ = stops.by_number(turn, city, int(due.key))
    for one in turn.db.all(
        "SELECT DISTINCT day FROM booking WHERE state = 'waiting' AND place IN ('', :place) AND day >= :today ORDER BY day",
        place=row["place"],
        today=turn.today.isoformat(),
    ):
        turn.timer(holding.FREED, f"{row['place']}/{one['day']}", turn.now)
    return None


# -- small things ----------------------------------------------------------------------------------------------------


def _place(turn: Turn, city: City, said: Said) -> Place | None:
    """The place that is meant: the one that is named of those that one may stop, else the only one."""
    everywhere = turn.who.may("duty", "admin") or any(
        role == ROLE and own == "" for role, own in turn.who.roles
    )
    own = {own for role, own in turn.who.roles if role == ROLE}
    allowed = tuple(
        place for place in city.places if houses.bookable(place) and (everywhere or place.id in own)
    )
    named = stopping.places(allowed, said)
    if not named and stopping.places(city.places, said):  # another place is meant
        return None
    found = named or list(allowed)
    return found[0] if len(found) == 1 else None


def _mine(turn: Turn, city: City, name: str) -> Place:
    """The place of that id, for those who may stop it. Raises NotDone, which leaves the button as it is."""
    roles = turn.who.roles
    if turn.overheard or not any(
        role in ("duty", "admin") or (role == ROLE and own in ("", name)) for role, own in roles
    ):
        turn.say("booking.not_your_place")
        raise NotDone
    return city.place(name)


def _go_on(turn: Turn, payload: dict[str, Any], label: str, **values: Any) -> Button:
    return turn.action("booking.stop_ask", label, payload, deadline=turn.now + BUTTON_LIFE, **values)


def _entry(turn: Turn, entry: str, label: str, person: int) -> Button:
    return turn.action("questions.choose", label, {"entry": entry}, person=person)
