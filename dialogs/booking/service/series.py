"""Every week the same: the stays that follow a booking at its weekday and hours, and giving them all up again.

Each week is a booking of its own, with its number, its code, its reminders and the price of that day; `series` names the
first. Weeks that cannot be are left out and told by date. All weeks of a series count as one of the bookings that a child
may have at once (holding.standing): how many weeks there are is what `care.weeks` limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal

from bot import scarce
from bot.capability import Act
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules import terms as rules
from dialogs.booking.service import calendar, changing, finding, holding, kept, terms, waiting
from dialogs.booking.service.finding import Sought
from dialogs.booking.service.place import house as at_home
from knowledge.city import City
from knowledge.places import Place

Why = Literal["far", "closed", "age", "twice", "full"]
"""Why a week is left out: too far ahead by the rules, the place is closed then, the children's ages, another stay, no room."""


def actions(city: City) -> dict[str, Act]:
    """What a family taps."""
    return {
        "booking.weekly": partial(every_week, city=city),
        "booking.weekly_stop": partial(stop, city=city),
        "booking.weekly_undo": partial(undo, city=city),
        "booking.weekly_wait": partial(wait, city=city),
    }


def every_week(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """每周都要: the same on the weeks that follow, as far as each has room; one message says which, and which not."""
    row = holding.mine(turn, int(payload["booking"]))
    place = next((one for one in city.places if one.id == row["place"]), None)
    if row["state"] != "booked" or place is None:
        turn.say("booking.weekly_gone", kept.turn_again(turn))
        return
    if row["series"] is not None:
        turn.say("booking.weekly_already")
        return
    wishes = _wishes(turn, city, row)
    _make_counters(turn, place, wishes)
    made: list[Row] = []
    left: list[dict[str, Any]] = []
    for sought in wishes:
        done = _book(turn, city, place, sought)
        if isinstance(done, int):
            made.append(holding.by_number(turn, done))
        else:
            left.append({"day": sought.span.day, "why": done})
    if not made:
        ways = [*_wait_button(turn, city, row, wishes, left), *kept.turn_again(turn)]
        turn.say(
            "booking.weekly_none", *([way] for way in ways), left_weeks=left, **kept.told(turn, city, row)
        )
        return
    for one in (row, *made):
        turn.db.run("UPDATE booking SET series = :first WHERE id = :id", first=row["id"], id=one["id"])
    for one in made:
        kept.remind_of(turn, one)
    turn.audit("booking.weekly", f"booking:{row['id']}", weeks=len(made))
    turn.say(
        "booking.weekly_done",
        *([way] for way in _wait_button(turn, city, row, wishes, left)),
        [kept.weekly_button(turn, holding.by_number(turn, int(made[0]["id"])))],
        files=[_file(turn, city, made)],
        made_weeks=[_line(turn, city, one) for one in made],
        left_weeks=left,
        **kept.told(turn, city, row),
    )


def _wait_button(
    turn: Turn, city: City, row: Row, wishes: Sequence[Sought], left: Sequence[dict[str, Any]]
) -> list[Button]:
    """有空位叫我 for the weeks that were full, where room could still come back."""
    full = {one["day"] for one in left if one["why"] == "full"}
    days = [
        one.span.day
        for one in wishes
        if one.span.day in full and finding.possible(turn, city, one, str(row["place"]))
    ]
    if not days:
        return []
    payload = {"booking": int(row["id"]), "days": [day.isoformat() for day in days]}
    deadline = finding.instant_of(turn, wishes[-1].span) - holding.SHORTEST
    return [turn.action("booking.weekly_wait", "booking.button.weekly_wait", payload, deadline=deadline)]


def wait(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """The weeks that were full: booked where there is room by now, else on the waiting list, for this series."""
    row = holding.mine(turn, int(payload["booking"]))
    place = next((one for one in city.places if one.id == row["place"]), None)
    wishes = [one for one in _wishes(turn, city, row) if one.span.day.isoformat() in payload["days"]]
    wishes = [one for one in wishes if finding.instant_of(turn, one.span) > turn.now + holding.SHORTEST]
    if row["state"] not in ("booked", "came", "left") or place is None or not wishes:
        turn.say("booking.weekly_gone", kept.turn_again(turn))
        return
    first = int(row["series"] or row["id"])
    _make_counters(turn, place, wishes)
    made: list[Row] = []
    waits: list[dict[str, Any]] = []
    for sought in wishes:
        done = _book(turn, city, place, sought)
        if isinstance(done, int):
            turn.db.run("UPDATE booking SET series = :first WHERE id IN (:first, :id)", first=first, id=done)
            made.append(holding.by_number(turn, done))
            kept.remind_of(turn, made[-1])
        elif done == "full" and (wish := waiting.wish(turn, sought, place.id, first)) is not None:
            waits.append({"day": sought.span.day, "ahead": waiting.ahead(turn, wish)})
    turn.say(
        "booking.weekly_waits",
        kept.turn_again(turn),
        files=[_file(turn, city, made)] if made else [],
        made_weeks=[_line(turn, city, one) for one in made],
        wait_weeks=waits,
        **kept.told(turn, city, row),
    )


def _wishes(turn: Turn, city: City, row: Row) -> list[Sought]:
    """The stays of the weeks that follow, in the order of their days."""
    was = holding.span_of(row)
    days = [was.day + timedelta(weeks=week) for week in range(1, city.settings.care.weeks + 1)]
    return [
        Sought(changing.children_on(turn, row, day), counting.span_of(day, was.first, was.last))
        for day in days
    ]


def _make_counters(turn: Turn, place: Place, wishes: Sequence[Sought]) -> None:
    """Make the counters of all weeks before any of them is held: one by one, a week's counters would be held while those
    of the next are waited for, whose maker waits for the first."""
    caps: dict[str, int] = {}
    for sought in wishes:
        caps |= counting.caps(at_home.on(turn.db, place, sought.span.day), sought.span.day)
    scarce.make_counters(turn.db, caps)


def _book(turn: Turn, city: City, place: Place, sought: Sought) -> int | Why:
    """Book one week: its number, or why it is left out."""
    care, day = city.settings.care, sought.span.day
    if (day - turn.today).days > care.ahead_days or terms.soonest_only(turn, care, day) is not None:
        return "far"
    house = at_home.on(turn.db, place, day)
    if not houses.is_open(house, sought.span):
        return "closed"
    if not all(place.takes(child.months) for child in sought.children):
        return "age"
    offer = next(finding.offers(turn, city, sought, None, place.id), None)
    if offer is None:
        return "twice" if _busy(turn, sought) else "full"
    held = holding.hold(turn, offer.wish)
    if isinstance(held, str):
        return held
    holding.book(turn, held)
    return held


def _busy(turn: Turn, sought: Sought) -> bool:
    return holding.elsewhere(
        turn, [child.subject for child in sought.children if child.subject is not None], sought.span
    )


def _line(turn: Turn, city: City, row: Row) -> dict[str, Any]:
    """A week as a message shows it."""
    told = kept.told(turn, city, row)
    return {name: told[name] for name in ("day", "price", "code", "number")}


def _file(turn: Turn, city: City, rows: Sequence[Row]) -> Any:
    """All of them for the telephone's calendar, with their alarms."""
    return calendar.file_of_all(turn, [(kept.told(turn, city, row), kept.alarms(turn, row)) for row in rows])


def stop(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """后面每周都取消: this stay and those of its series behind it; all back with one 撤销 within three minutes."""
    row = holding.by_number(turn, int(payload["booking"]))
    rows = turn.db.all(
        "SELECT * FROM booking WHERE series = :series AND person_id = :person AND state = 'booked' AND day >= :day"
        " ORDER BY id",
        series=row["series"],
        person=turn.who.id,
        day=row["day"],
    )
    rows = [one for one in rows if kept.begins(turn, one) > turn.now]
    waits = waiting.give_up(turn, int(row["series"]), str(row["day"])) if row["series"] is not None else []
    if not rows:
        turn.say("booking.wait_left" if waits else "booking.cancelled_already")
        return
    until = min(turn.now + holding.UNDO, *(kept.begins(turn, one) for one in rows))
    gone = [int(one["id"]) for one in rows if holding.leaves(turn, int(one["id"]), until)]
    late = [number for number in gone if _counts(turn, city, holding.by_number(turn, number))]
    payload = {"bookings": gone, "waits": waits}
    shown = sorted((holding.by_number(turn, number) for number in gone), key=lambda one: str(one["day"]))
    buttons = [turn.action("booking.weekly_undo", "booking.button.undo", payload, deadline=until)]
    if late:
        of = {"booking": late[0]}
        deadline = turn.in_(days=7)
        buttons.append(turn.action("booking.excused", "booking.button.excused", of, deadline=deadline))
    turn.say(
        "booking.weekly_stopped",
        buttons,
        kept.turn_again(turn),
        files=[
            calendar.file_of_all(turn, [(kept.told(turn, city, one), ()) for one in shown], cancelled=True)
        ],
        gone_days=[date.fromisoformat(one["day"]) for one in shown],
        counts_one=bool(late),
        no_waits=len(waits),
        **kept.told(turn, city, shown[0]),
    )


def _counts(turn: Turn, city: City, row: Row) -> bool:
    """Whether one of them is given up so late that it counts, as when it is cancelled alone."""
    minutes = city.settings.care.at(str(row["place"])).cancel_minutes
    begins: datetime = kept.begins(turn, row)
    return rules.too_late(turn.now, begins, minutes) and terms.counts(turn, int(row["id"]))


def undo(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """撤销: all that were given up together stand as before, but those whose child is elsewhere by now."""
    numbers = sorted(int(number) for number in payload["bookings"])
    for number in numbers:  # their rows before those of the children: two undos at once take turns
        holding.mine(turn, number)
    back = [number for number in numbers if holding.stays(turn, number) == "booked"]
    if not back:
        turn.say("booking.undone_late", kept.turn_again(turn))
        return
    for number in back:
        terms.counts(turn, number, yes=False)
        kept.remind_of(turn, holding.by_number(turn, number))
    waiting.take_up(turn, payload.get("waits", ()))
    rows = sorted((holding.by_number(turn, number) for number in back), key=lambda one: str(one["day"]))
    turn.say(
        "booking.weekly_back",
        files=[_file(turn, city, rows)],
        gone_days=[date.fromisoformat(one["day"]) for one in rows],
        **kept.told(turn, city, rows[0]),
    )
