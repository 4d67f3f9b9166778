"""The children of a booking: which of a family's are meant, those that are new, their names and months.

The form keeps them as `kids`: {"subject" (a number as text, None: new), "name", "months" today, "first", "last"}, the last
two being the days between which the child was born.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.clock import instant, local_date, ms
from bot.flow import when
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, houses, reading, wishes
from dialogs.booking.service import holding
from knowledge.ages import completed_months
from knowledge.births_in import Child, aged
from knowledge.city import City

MOST = 4
"""Children of one booking that are offered to be added."""
_TOGETHER = re.compile(r"都去|都来|都托|一起|都要|全部")


@dataclass(frozen=True)
class Known:
    """A child of the person whose age is known, and its name."""

    subject: int
    name: str
    child: Child


def known(turn: Turn) -> list[Known]:
    """The person's children, in the order in which they were told: by their birth, or by what was told of their age first."""
    rows = turn.db.all(
        "SELECT id, name, birth FROM subject WHERE person_id = :person AND kind = 'child' ORDER BY id",
        person=turn.who.id,
    )
    found = []
    for row in rows:
        subject, today = int(row["id"]), turn.today
        if row["birth"] is not None:
            birth = date.fromisoformat(turn.unseal(row["birth"], "subject.birth"))
            child = Child(birth, birth, today)
        elif (told := _told(turn, subject)) is not None:
            child = told
        else:
            continue
        found.append(Known(subject, turn.unseal(row["name"], "subject.name"), child))
    return found


def _told(turn: Turn, subject: int) -> Child | None:
    """A child by the age that was told of it first, here or to another service; None: it never was."""
    ages = told_ages(turn, subject) if turn.everyone is None else turn.everyone.told_ages(turn, subject)
    if not ages:
        return None
    on, months = min(ages, key=lambda said: said[0])
    told = aged(months, months, on)
    return Child(told.first, told.last, turn.today)


def _said(turn: Turn, row: Row) -> tuple[date, int]:
    """The day of a booking and the months that were told on it: those that passed until the child came are taken off."""
    on = local_date(instant(int(row["created"])), turn.ground.settings.zone)
    return on, max(0, int(row["months"]) - completed_months(on, date.fromisoformat(row["day"])))


def told_ages(turn: Turn, subject: int) -> list[tuple[date, int]]:
    """How many completed months a child was said to have, by the days on which it was."""
    rows = turn.db.all(
        "SELECT c.months, b.day, b.created FROM booked_child c JOIN booking b ON b.id = c.booking_id"
        " WHERE c.subject_id = :child ORDER BY c.id",
        child=subject,
    )
    return [_said(turn, row) for row in rows]


def meant(turn: Turn, words: str) -> Literal["again", "first"]:
    """Which of the known children the words that began the form mean; `first`: none is known, or all are new.

    Ages that fit one known child each are theirs; where an age fits two of them, it is asked which.
    """
    data, mine = turn.data, known(turn)
    data["count"] = reading.count_in(words)
    if not mine:
        return "first"
    data["children"] = _choices(turn, mine)
    told = [reading.child_of(one, turn.today) for one in data.get("age", ())]
    if told:
        pairs = [(one, _same(one, mine)) for one in told]
        if any(len(same) > 1 for _, same in pairs):
            del data["age"]
        else:
            new = [reading.born(one) for one, same in pairs if not same]
            if len(new) == len(told):
                return "first"
            data["child"] = [str(same[0].subject) for _, same in pairs if same]
            data.pop("age")
            if new:
                data["child"].append("another")
                data["age"] = new
        return "again"
    named = [one for one in mine if len(one.name) > 1 and one.name in words]
    if named and len({one.name for one in named}) == len(named):
        data["child"] = [str(one.subject) for one in named]
    elif len(mine) == 1 and data["count"] < 2:
        data["child"] = [str(mine[0].subject)]
    elif len(mine) > 1 and (data["count"] == len(mine) or _TOGETHER.search(words)):
        data["child"] = ["together"]
    return "again"


def suits(turn: Turn, city: City) -> Literal["ok", "too_young", "too_old", "unborn", "apart"]:
    """Who comes and how old they are, and whether somebody here looks after all of them.

    Of several, one whom nobody takes is left out, and that is told; `apart`: nobody takes all of them.
    """
    data, mine = turn.data, known(turn)
    places = [place for place in city.places if houses.bookable(place)]
    data["known"] = [one.subject for one in mine]
    while True:
        kids = _chosen(turn, mine)
        problems = [_problem(turn, one, places_take(places, [one])) for one in kids]
        good = [one for one, problem in zip(kids, problems, strict=True) if problem is None]
        if not good:
            return next(problem for problem in problems if problem is not None)
        if places_take(places, good):
            break
        if not data.get("more"):
            return "apart"
        data["more"] = data["more"][:-1]
        turn.say("booking.apart_from")
    if len(good) < len(kids):
        left = [one["name"] for one, problem in zip(kids, problems, strict=True) if problem is not None]
        why = next(problem for problem in problems if problem is not None)
        turn.say(f"booking.without_{why}", names=left)
    data["kids"] = good
    data["siblings"] = [
        one
        for one in _choices(turn, mine)[: len(mine)]
        if one["value"] not in {kid["subject"] for kid in good}
    ]
    return "ok"


def joined(turn: Turn) -> Literal["ok"]:
    """One more child: a known one, or as old as was said."""
    said = turn.data.pop("sibling")
    turn.data["more"] = [*turn.data.get("more", ()), *([said] if isinstance(said, str) else said)]
    return "ok"


def one_more(turn: Turn, text: str) -> dict[str, Any]:
    """What 还有老大，30个月 tells the form that knows of a child already: that one and one more; {} where nothing is added."""
    data = turn.data
    ages = reading.ages_in(text, turn.today) if data.get("kids") and wishes.adds(text) else []
    if not ages:
        return {}
    return {
        **{name: data[name] for name in ("child", "age") if name in data},
        "more": [*data.get("more", ()), *ages],
    }


def on_day(turn: Turn, day: date) -> tuple[holding.Child, ...]:
    """The children of the form, with their completed months on the day they come."""
    return tuple(
        holding.Child(
            None if kid["subject"] is None else int(kid["subject"]), reading.child_of(kid, day).fewest
        )
        for kid in turn.data["kids"]
    )


def recognised(turn: Turn) -> list[int]:
    """New children of the form whom the family's other telephone has booked for meanwhile: their subjects."""
    data = turn.data
    since = [one for one in known(turn) if one.subject not in data["known"]]
    found = []
    for kid in data["kids"]:
        if kid["subject"] is None and len(same := _same(reading.child_of(kid, turn.today), since)) == 1:
            kid["subject"] = str(same[0].subject)
            since.remove(same[0])
            found.append(same[0].subject)
    return found


def named(turn: Turn, row: Row) -> list[int]:
    """The children of a booking that was made from the form; new ones are written down, by a birth that is known exactly."""
    day = date.fromisoformat(row["day"])
    for kid in turn.data["kids"]:
        born = reading.child_of(kid, day)
        if kid["subject"] is None:
            kid["subject"] = str(
                turn.db.value(
                    "INSERT INTO subject (person_id, kind, name, birth, created) VALUES (:person, 'child', :name, :birth,"
                    " :now) RETURNING id",
                    person=turn.who.id,
                    name=turn.seal(kid["name"], "subject.name"),
                    birth=turn.seal(born.first.isoformat(), "subject.birth") if born.exact else None,
                    now=ms(turn.now),
                )
            )
        holding.comes(turn, int(row["id"]), int(kid["subject"]), born.fewest)
    return [int(child["subject_id"]) for child in holding.children_of(turn, int(row["id"]))]


def of_booking(turn: Turn, row: Row) -> list[dict[str, Any]]:
    """The children of a booking that stands, as the form keeps them."""
    coming = {int(child["subject_id"]) for child in holding.children_of(turn, int(row["id"]))}
    return [
        {"subject": str(one.subject), "name": one.name, "months": one.child.fewest, **reading.born(one.child)}
        for one in known(turn)
        if one.subject in coming
    ]


def places_take(places: Sequence[Any], kids: Sequence[dict[str, Any]]) -> bool:
    """Whether one of these places takes children of all these ages."""
    return any(all(place.takes(kid["months"]) for kid in kids) for place in places)


def _problem(
    turn: Turn, kid: dict[str, Any], taken: bool
) -> Literal["too_young", "too_old", "unborn"] | None:
    if reading.child_of(kid, turn.today).unborn:
        return "unborn"
    if counting.age_class(kid["months"]) is None:
        return "too_young"
    return None if taken else "too_old"


def _chosen(turn: Turn, mine: Sequence[Known]) -> list[dict[str, Any]]:
    """The children of the form: known ones that were chosen, new ones whose age was told, and those that were added."""
    data = turn.data
    more = data.get("more", ())
    chosen = [*data.get("child", ()), *(one for one in more if isinstance(one, str))]
    new = [*data["age"]] if "age" in data and ("child" not in data or "another" in chosen) else []
    new += [one for one in more if not isinstance(one, str)]
    here = [one for one in mine if str(one.subject) in chosen or "together" in chosen]
    names = _new_names(turn, len(new), [one.name for one in mine], alone=not here)
    kids: list[tuple[str | None, str, dict[str, str]]] = [
        *((str(one.subject), one.name, reading.born(one.child)) for one in here),
        *((None, name, born) for name, born in zip(names, new, strict=True)),
    ]
    return [
        {
            "subject": subject,
            "name": name,
            "months": _months(turn, born),
            **born,
        }
        for subject, name, born in kids
    ]


def _months(turn: Turn, born: dict[str, str]) -> int:
    """How many months a child has completed; one who is too young today may be old enough on the day that was said."""
    now = reading.child_of(born, turn.today).fewest
    if counting.age_class(now) is not None or "when" not in turn.data:
        return now
    days = when.read(str(turn.data["when"]), turn.now.astimezone(turn.ground.settings.zone)).days
    then = reading.child_of(born, days[0]).fewest if len(days) == 1 and days[0] > turn.today else now
    return now if counting.age_class(then) is None else then


def _new_names(turn: Turn, count: int, taken: Sequence[str], alone: bool) -> list[str]:
    """What children without a name are called until they have one."""
    nameless = turn.label("booking.nameless")
    if count == 1 and alone and nameless not in taken:
        return [nameless]
    free = [name for n in range(1, 10) if (name := turn.label("booking.nth", n=n)) not in taken]
    return free[:count]


def _same(child: Child, mine: Sequence[Known]) -> list[Known]:
    """Known children who may be one whose age was told."""
    return [one for one in mine if one.child.first <= child.last and child.first <= one.child.last]


def _choices(turn: Turn, mine: Sequence[Known]) -> list[dict[str, str]]:
    names = [one.name for one in mine]
    found = [
        {
            "value": str(one.subject),
            "label": turn.label(
                "booking.child_label",
                name=one.name,
                months=one.child.fewest if names.count(one.name) > 1 else None,
            ),
        }
        for one in mine
    ]
    ways = ("together", "another") if len(mine) > 1 else ("another",)
    return [
        *found,
        *(
            {"value": way, "label": turn.label(f"booking.child.choice.{way}", count=len(mine))}
            for way in ways
        ),
    ]
