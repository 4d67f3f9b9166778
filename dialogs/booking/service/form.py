"""What the form of a booking does between its questions: who comes, when, which places have room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal

from bot.flow import when
from bot.serving import Credit
from bot.turn import Turn
from dialogs.booking.rules import counting, houses, reading
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import finding, holding, start
from dialogs.booking.service.finding import Offer, Sought
from dialogs.booking.service.holding import Child
from knowledge.births_in import child_in
from knowledge.city import CareRules, City

OPEN_DAYS, AHEAD = 6, 14
"""Days that are offered where none was said, and how far is looked for them."""
PARTS = {"morning": (time(9), time(11, 30)), "noon": (time(11, 30), time(13, 30)), "afternoon": (time(14), time(17)),
         "evening": (time(17), time(19)), "day": (time(9), time(17))}  # fmt: skip
"""The hours that are offered for a part of the day."""
DAYLIGHT = range(7 * 60, 19 * 60, 30)
"""Minutes of the day at which another beginning is offered."""


def first_words(text: str, today: date) -> dict[str, Any]:
    """What the words that begin a booking tell already: the child's age, and what is left to be read as a time."""
    found: dict[str, Any] = {"when": text}
    if (child := child_in(text, today)) is not None:
        found["age"] = reading.born(child)
    return found


def look(turn: Turn, city: City) -> Literal["again", "first", "nowhere"]:
    """Which children are known, and whether the words that began this say a time."""
    data = turn.data
    data.update(telephone=turn.ground.telephone, today=turn.today.isoformat())
    if "place" in data:
        data["wished"] = data["place"]
    if not any(houses.bookable(place) for place in city.places):
        return "nowhere"
    if "when" in data:
        said = when.read(str(data["when"]), _local(turn))
        start.named(turn, city, said.rest)
        if not said.said:
            del data["when"]
    known = _known(turn)
    if not known or "age" in data:
        return "first"
    data["children"] = [
        *(
            {"value": str(subject), "label": turn.label("booking.child_label", name=name)}
            for subject, name, _ in known
        ),
        {"value": "another", "label": turn.label("booking.child.choice.another")},
    ]
    if len(known) == 1:
        data["child"] = str(known[0][0])
    return "again"


def suits(turn: Turn, city: City) -> Literal["ok", "too_young", "too_old", "unborn"]:
    """How old the child is, and whether anybody here looks after one of that age."""
    data = turn.data
    data["name"] = turn.label("booking.nameless")
    for subject, name, birth in _known(turn):
        if str(subject) == data.get("child"):
            data["age"] = {"first": birth.isoformat(), "last": birth.isoformat()}
            data["name"] = name
    child = reading.child_of(data["age"], turn.today)
    data["months"] = child.fewest
    if child.unborn:
        return "unborn"
    if counting.age_class(child.fewest) is None:
        return "too_young"
    taken = any(place.takes(child.fewest) for place in city.places if houses.bookable(place))
    return "ok" if taken else "too_old"


def clear(turn: Turn, city: City) -> Literal["ok", "again", "day", "hours"]:
    """Make one day with a beginning and an end of what was said; what is missing is asked, what cannot be is told."""
    data, now = turn.data, _local(turn)
    said = when.read(str(data["when"]), now)
    later = when.read(str(data["hours"]), now) if "hours" in data else when.When()
    problem = later.problem or (said.problem if "hours" not in data else None)
    if problem is not None and problem != "ambiguous_hours":
        turn.say(f"booking.when_problem.{problem}")
        data.pop("hours" if later.problem else "when")
        return "hours" if later.problem else "again"
    days = [date.fromisoformat(data["day"])] if "day" in data else [*(said.days or later.days)]
    perhaps = () if "day" in data or days else (*said.perhaps, *later.perhaps)
    if len(days) != 1:
        data["days"] = [_day_choice(turn, day) for day in (days or perhaps or _open_days(turn, city))]
        return "day"
    if (days[0] - turn.today).days > city.settings.care.ahead_days:
        turn.say("booking.too_far", days=city.settings.care.ahead_days)
        for name in ("day", "hours", "when"):
            data.pop(name, None)
        return "again"
    data["day"] = days[0].isoformat()
    span = _span(said, later)
    if span is None:
        data["spans"] = [_span_choice(turn, *PARTS[part]) for part in _parts(said.part, city, days[0])]
        data.pop("hours", None)
        return "hours"
    starts, ends = span
    if datetime.combine(days[0], starts, now.tzinfo) <= now:
        turn.say("booking.when_problem.past")
        for name in ("day", "hours", "when"):
            data.pop(name, None)
        return "again"
    data.update(begins=starts.strftime("%H:%M"), ends_at=ends.strftime("%H:%M"))
    return "ok"


def find(turn: Turn, city: City) -> Literal["ok", "full", "none"]:
    """The places with room, the nearest first; one of them is taken where none was chosen."""
    data = turn.data
    release(turn)
    wanted = sought(turn)
    found = list(islice(finding.offers(turn, city, wanted, start.point(turn)), finding.SHOWN))
    chosen = data.get("place")
    if chosen is not None and chosen not in {offer.place.id for offer in found}:
        there = next(finding.offers(turn, city, wanted, start.point(turn), chosen), None)
        if there is not None:
            found = [there, *found[: finding.SHOWN - 1]]
        elif found and (named := [place.name for place in city.places if place.id == chosen]):
            turn.say("booking.not_there", place=named[0])
    if not found:
        data.pop("place", None)
        data["others"] = _others(turn, city, wanted)
        if _worth_waiting(turn, city, wanted):
            data["others"].append({"value": "wait", "label": turn.label("booking.button.wait")})
        return "full" if data["others"] else "none"
    data["places"] = [{"value": offer.place.id, "label": _label(turn, offer)} for offer in found]
    if data.get("place") not in {offer.place.id for offer in found}:
        data["place"] = found[0].place.id
    return "ok"


def switch(turn: Turn) -> Literal["ok"]:
    """Another time at a place, as it was offered."""
    data = turn.data
    data["place"], data["day"], data["begins"], data["ends_at"] = str(data.pop("instead")).split("|")
    return "ok"


def hold(turn: Turn, city: City) -> Literal["held", "full", "twice", "many"]:
    """Hold the room, and put what the card says into the form."""
    data = turn.data
    offer = next(finding.offers(turn, city, sought(turn), start.point(turn), data["place"]), None)
    if offer is None:
        data.pop("place")
        return "full"
    if holding.standing(turn, offer.wish) >= city.settings.care.at_once:
        data["at_most"] = city.settings.care.at_once
        return "many"
    credit = _credit(turn, offer)
    held = holding.hold(turn, offer.wish if credit is None else replace(offer.wish, credit=credit.fen))
    if isinstance(held, str):
        data.pop("place")
        return held
    data["booking"] = held
    data["offer"] = _card(offer, credit, city.settings.care)
    return "held"


def release(turn: Turn) -> None:
    """What was held before a change is free again."""
    if (held := turn.data.pop("booking", None)) is not None:
        holding.cancel(turn, int(held))


def sought(turn: Turn) -> Sought:
    """Who is to come when, as the form says by now. A child's months are counted on that day."""
    data = turn.data
    day = date.fromisoformat(data["day"])
    child = reading.child_of(data["age"], day)
    return Sought(
        (Child(_subject(turn), child.fewest),),
        Span(day, time.fromisoformat(data["begins"]), time.fromisoformat(data["ends_at"])),
    )


def _subject(turn: Turn) -> int | None:
    """The child's row, where it is one that is known."""
    chosen = turn.data.get("child", "another")
    return None if chosen == "another" else int(chosen)


def _known(turn: Turn) -> list[tuple[int, str, date]]:
    """(subject, name, birth) of the person's children whose birth is known, in the order in which they were told."""
    rows = turn.db.all(
        "SELECT id, name, birth FROM subject WHERE person_id = :person AND kind = 'child' AND birth IS NOT NULL ORDER BY id",
        person=turn.who.id,
    )
    return [
        (
            int(row["id"]),
            turn.unseal(row["name"], "subject.name"),
            date.fromisoformat(turn.unseal(row["birth"], "subject.birth")),
        )
        for row in rows
    ]


def _span(said: when.When, later: when.When) -> tuple[time, time] | None:
    """Beginning and end, of what was said first and what was said when the hours were asked."""
    starts, ends = later.starts or said.starts, later.ends or said.ends
    minutes = later.minutes or said.minutes
    part = later.part or said.part
    if starts is None and ends is None and minutes is None and later.part in PARTS:
        return PARTS[later.part]
    if starts is None and part is not None and minutes is not None:
        starts = PARTS[part][0]
    if starts is None and part is not None and ends is None and part == "day":
        return PARTS[part]
    if starts is None:
        return None
    if ends is None:
        if minutes is None:
            return None
        last = counting.minutes(starts) + minutes
        if last > counting.DAY_MINUTES:
            return None
        ends = time(*divmod(last % counting.DAY_MINUTES, 60))
    return (
        (starts, ends)
        if (counting.minutes(ends) or counting.DAY_MINUTES) > counting.minutes(starts)
        else None
    )


def _open_days(turn: Turn, city: City) -> Iterable[date]:
    """The next days on which somebody is there."""
    days = (turn.today + timedelta(days=number) for number in range(AHEAD))
    return islice(
        (day for day in days if any(houses.house(p, day).carers for p in city.places if houses.bookable(p))),
        OPEN_DAYS,
    )


def _parts(part: str | None, city: City, day: date) -> list[str]:
    open_then = [houses.house(place, day) for place in city.places if houses.bookable(place)]
    wanted = [part] if part in PARTS and part != "day" else ["morning", "afternoon", "day"]
    kept = [
        one for one in wanted if any(houses.is_open(house, Span(day, *PARTS[one])) for house in open_then)
    ]
    return kept or wanted


def _others(turn: Turn, city: City, wanted: Sought) -> list[dict[str, str]]:
    """Other times with room, as near to the wish as can be: the same day first, then the next ones."""
    found: list[dict[str, str]] = []
    asked = wanted.span
    for later in range(AHEAD):
        day = asked.day + timedelta(days=later)
        begins = sorted(DAYLIGHT, key=lambda at: abs(at - asked.first)) if later == 0 else [asked.first]
        for first in begins:
            if first + asked.length >= counting.DAY_MINUTES:
                continue
            span = counting.span_of(day, first, first + asked.length)
            if finding.instant_of(turn, span) <= turn.now:
                continue
            offer = next(finding.offers(turn, city, Sought(wanted.children, span), start.point(turn)), None)
            if offer is not None:
                found.append(_other(turn, offer))
                break
        if len(found) == finding.SHOWN:
            break
    return found


def _worth_waiting(turn: Turn, city: City, wanted: Sought) -> bool:
    """Whether room could still come back, and be offered in time."""
    soon = finding.instant_of(turn, wanted.span) < turn.now + holding.SHORTEST
    return not soon and finding.possible(turn, city, wanted, turn.data.get("wished", ""))


def _other(turn: Turn, offer: Offer) -> dict[str, str]:
    span = offer.wish.span
    starts, ends = f"{span.starts:%H:%M}", f"{span.ends:%H:%M}"
    return {
        "value": f"{offer.place.id}|{span.day.isoformat()}|{starts}|{ends}",
        "label": turn.label(
            "booking.other_label",
            place=offer.place.name,
            day=span.day,
            today=turn.today,
            begins=starts,
            ends_at=ends,
        ),
    }


def _credit(turn: Turn, offer: Offer) -> Credit | None:
    """The voucher that ends first of those that can be used there for the child on that day."""
    if turn.everyone is None or not offer.wish.price:
        return None
    found = turn.everyone.credit_for(turn, _subject(turn), offer.place.id, offer.wish.span.day)
    return next(iter(found), None)


def _card(offer: Offer, credit: Credit | None, care: CareRules) -> dict[str, Any]:
    """What the card says of the offer."""
    wish, place = offer.wish, offer.place
    return {
        "place": place.name,
        "address": place.address,
        "phone": place.phone,
        "metres": offer.metres,
        "walk": offer.walk,
        "price": wish.price,
        "voucher": credit.fen if credit else 0,
        "once": bool(credit and credit.once),
        "cancel_minutes": care.cancel_minutes,
        "late_minutes": care.late_minutes,
        "service": wish.service,
        "carers": max(wish.house.carers.values(), default=0),
    }


def _label(turn: Turn, offer: Offer) -> str:
    return turn.label(
        "booking.place_label",
        name=offer.place.name,
        walk=offer.walk,
        price=offer.wish.price,
    )


def _day_choice(turn: Turn, day: date) -> dict[str, str]:
    return {"value": day.isoformat(), "label": turn.label("booking.day_label", day=day, today=turn.today)}


def _span_choice(turn: Turn, starts: time, ends: time) -> dict[str, str]:
    words = f"{starts:%H:%M}-{ends:%H:%M}"
    return {"value": words, "label": words}


def _local(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)
