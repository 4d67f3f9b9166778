"""Taking a seat: who comes, whether the child's age or a training fits, the seat itself, or the waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

from bot import agreed
from bot.clock import ms
from bot.turn import Turn
from dialogs.events import rules
from dialogs.events.service import finding, kept, seats, volunteering
from dialogs.events.service.ground import Ground, called_off, said_of, stopped
from knowledge.births_in import Child
from knowledge.events import Date

PURPOSES = ("basic", "child")
Looked = Literal[
    "who", "child", "age", "ok", "over", "off", "closed", "too_young", "too_old", "untrained"
]  # fmt: skip
Refused = Literal["over", "off", "closed", "too_young", "too_old"]


@dataclass(frozen=True)
class Known:
    """A child of the person whose age is known."""

    subject: int
    name: str
    child: Child


def look(turn: Turn, ground: Ground) -> Looked:
    """What is still to be asked before a seat can be taken; whatever stands against it is said, with other dates."""
    data = turn.data
    one = ground.on(str(data["event"]), str(data["day"]))
    zone = turn.ground.settings.zone
    if one is None or one.starts(zone) <= turn.now:
        return _no(turn, ground, "over")
    data.update(title=one.event.title, telephone=turn.ground.telephone)
    if called_off(turn, one.event.id, one.day.isoformat()) is not None:
        return _no(turn, ground, "off")
    if one.closes(zone) <= turn.now:
        return _no(turn, ground, "closed")
    if stopped(turn, one):
        return _no(turn, ground, "off", "stopped")
    if one.event.needs is not None and not volunteering.trained(turn, turn.who.id, one.event.needs):
        volunteering.say_untrained(turn, ground, one)
        return "untrained"
    ways = finding.ways_of(one)
    if data.get("who") not in ways:
        data.pop("who", None)
        if len(ways) > 1:
            data["ways"] = [{"value": way, "label": turn.label(f"events.way.{way}")} for way in ways]
            return "who"
        data["who"] = ways[0]
    return _age(turn, ground, one) if one.event.months_from is not None else "ok"


def _age(turn: Turn, ground: Ground, one: Date) -> Looked:
    """Whether the child's age is known and fits on that day."""
    data, known = turn.data, _known(turn)
    if "age" not in data and "child" not in data:
        fitting = [one_ for one_ in known if _fits(one, one_.child)]
        if len(known) == 1 or len(fitting) == 1:
            data["child"] = str((fitting or known)[0].subject)
        elif known:
            data["children"] = [
                *({"value": str(one_.subject), "label": one_.name} for one_ in known),
                {"value": "another", "label": turn.label("event_seat.child.choice.another")},
            ]
            return "child"
        else:
            return "age"
    child = _child(turn, known)
    if child is None:
        return "age"
    low, high = one.event.months_from or 0, one.event.months_to or 0
    months = _on(child, one.day).fewest
    data.update(months=months, low=low, high=high)
    if months < low:
        return _no(turn, ground, "too_young")
    return "ok" if months <= high else _no(turn, ground, "too_old")


def take(turn: Turn, ground: Ground) -> Literal["signed", "full", "twice", "waits"]:
    """Take the seat; where none is left, other dates are offered, or the list where that was wished."""
    data = turn.data
    wish = _wish(turn, ground)
    number = seats.take(turn, wish)
    if number == "twice":
        return "twice"
    if number != "full":
        kept.stands(turn, ground, seats.by_number(turn, number))
        return "signed"
    if data.get("wait"):
        return wait(turn, ground)
    months = data.get("months")
    others = finding.alternatives(turn, ground, wish.date.event.id, wish.date.day, months)
    data["others"] = [
        {
            "value": f"{one.event.id}|{one.day.isoformat()}",
            "label": turn.label("events.button.other", **said_of(turn, one)),
        }
        for one in others
    ] + [{"value": "wait", "label": turn.label("events.button.wait")}]
    return "full"


def switch(turn: Turn) -> Literal["ok"]:
    """Another date it is."""
    data = turn.data
    data["event"], _, data["day"] = str(data.pop("instead")).partition("|")
    return "ok"


def wait(turn: Turn, ground: Ground) -> Literal["waits", "twice"]:
    """Put the wish on the list."""
    number = seats.wait(turn, _wish(turn, ground))
    if number == "twice":
        return "twice"
    turn.data["ahead"] = seats.ahead(turn, seats.by_number(turn, number))
    return "waits"


def _wish(turn: Turn, ground: Ground) -> seats.Wish:
    data = turn.data
    one = ground.on(str(data["event"]), str(data["day"]))
    if one is None:
        raise LookupError(f"{data['event']} is not held on {data['day']}")
    if one.event.months_from is None:
        return seats.Wish(one, str(data["who"]))
    return seats.Wish(one, str(data["who"]), _subject(turn), int(data["months"]))


def _no(turn: Turn, ground: Ground, why: Refused, key: str = "") -> Refused:
    """Say why not (`key`: in other words), with up to three dates that may do instead."""
    data = turn.data
    months = data.get("months") if why in ("too_young", "too_old") else None
    try:
        day = date.fromisoformat(str(data["day"]))
    except ValueError:
        day = turn.today
    known = ground.calendar.events.get(str(data["event"]))
    event = known.id if known is not None else ""
    others = finding.alternatives(turn, ground, event, day, months) if event else []
    turn.say(
        f"events.no.{key or why}",
        *([finding.date_button(turn, one)] for one in others),
        kept.ways(turn),
        title=known.title if known is not None else "",
        others=len(others),
        **({name: data[name] for name in ("months", "low", "high")} if months is not None else {}),
    )
    return why


def _fits(one: Date, child: Child) -> bool:
    return rules.takes(one.event, _on(child, one.day).fewest)


def _on(child: Child, day: date) -> Child:
    return Child(child.first, child.last, day)


def _child(turn: Turn, known: list[Known]) -> Child | None:
    """The child of the form: a known one, or one whose age was told."""
    chosen = next((one.child for one in known if str(one.subject) == turn.data.get("child")), None)
    if chosen is not None:
        return chosen
    return rules.child_of(turn.data["age"], turn.today) if "age" in turn.data else None


def _known(turn: Turn) -> list[Known]:
    """The person's children: by their birth date, else by the age that was told before, here or for a stay."""
    found = []
    for row in turn.db.all(
        "SELECT id, name, birth FROM subject WHERE person_id = :person AND kind = 'child' ORDER BY id",
        person=turn.who.id,
    ):
        name = turn.unseal(row["name"], "subject.name")
        if row["birth"] is not None:
            day = date.fromisoformat(turn.unseal(row["birth"], "subject.birth"))
            found.append(Known(int(row["id"]), name, Child(day, day, turn.today)))
            continue
        if told := [] if turn.everyone is None else turn.everyone.told_ages(turn, int(row["id"])):
            found.append(Known(int(row["id"]), name, _between(told, turn.today)))
    return found


def _between(told: Sequence[tuple[date, int]], today: date) -> Child:
    """The days between which a child was born that was so many months old on these days; the last word where they differ."""
    lasts = [day - relativedelta(months=months) for day, months in told]
    first, last = max(lasts) - relativedelta(months=1, days=-1), min(lasts)
    if first > last:
        return _between(told[-1:], today)
    return Child(first, last, today)


def _subject(turn: Turn) -> int:
    """The child as a row; one that is new is known by the days between which it was born only."""
    data: dict[str, Any] = turn.data
    chosen = str(data.get("child", ""))
    if chosen.isdigit():
        return int(chosen)
    born = rules.child_of(data["age"], turn.today)
    subject = int(
        turn.db.value(
            "INSERT INTO subject (person_id, kind, name, birth, created) VALUES (:person, 'child', :name, :birth, :now)"
            " RETURNING id",
            person=turn.who.id,
            name=turn.seal(turn.label("events.nameless"), "subject.name"),
            birth=turn.seal(born.first.isoformat(), "subject.birth") if born.exact else None,
            now=ms(turn.now),
        )
    )
    data["child"] = str(subject)
    for purpose in PURPOSES:
        agreed.give(turn, subject, purpose)
    return subject
