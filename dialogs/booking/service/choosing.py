"""What the form does once it knows who comes when: which places have room, another time where none has, the hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import islice
from typing import Any, Literal

from bot.flow import when
from bot.serving import Credit
from bot.turn import Turn
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import finding, holding, kids, start, terms
from dialogs.booking.service.child.first import visit
from dialogs.booking.service.finding import Offer, Sought
from dialogs.booking.service.form import SAID
from dialogs.booking.service.holding import Wish
from dialogs.booking.service.place import house as at_home
from knowledge.care import CareRules
from knowledge.city import City

AHEAD = 14
"""Days in which another time is looked for."""
DAYLIGHT = range(7 * 60, 19 * 60, 30)
"""Minutes of the day at which another beginning is offered."""


def find(turn: Turn, city: City) -> Literal["ok", "full", "wait", "again", "none"]:
    """The places with room, the nearest first; one of them is taken where none was chosen. `again`: that time has passed.
    `wait`: there is none now, and the words that began the form asked to be told when there is (at the place they named)."""
    data = turn.data
    release(turn)
    data["today"] = turn.today.isoformat()
    wanted = sought(turn)
    if finding.instant_of(turn, wanted.span) <= turn.now:
        turn.say("booking.when_problem.past")
        data["passed"] = (
            True  # the day stays till there is another: one may go back to a question that shows it
        )
        for name in SAID:
            data.pop(name, None)
        return "again"
    if data.pop("wait", False):
        at = str(data.get("wished", ""))
        if next(finding.offers(turn, city, wanted, None, at), None) is not None:
            turn.say("booking.room_now")
        elif _worth_waiting(turn, city, wanted):
            return "wait"
    found = list(islice(finding.offers(turn, city, wanted, start.point(turn)), finding.SHOWN))
    chosen = data.get("place") or data.get("wished") or data.get("was_at")
    if chosen is not None and chosen not in {offer.place.id for offer in found}:
        there = next(finding.offers(turn, city, wanted, start.point(turn), chosen), None)
        if there is not None:
            found = [there, *found[: finding.SHOWN - 1]]
        elif found and not data.pop("told_why", False):
            _say_why_not(turn, city, wanted, chosen)
    if not found:
        data.pop("place", None)
        data["others"] = _others(turn, city, wanted)
        if _worth_waiting(turn, city, wanted):
            data["others"].append({"value": "wait", "label": turn.label("booking.button.wait")})
        return "full" if data["others"] else "none"
    data["places"] = [{"value": offer.place.id, "label": _label(turn, offer)} for offer in found]
    data["place"] = chosen if chosen in {offer.place.id for offer in found} else found[0].place.id
    return "ok"


def _say_why_not(turn: Turn, city: City, wanted: Sought, chosen: str) -> None:
    """Why the place that was asked for is none: the children's ages, its hours, or no room."""
    place = next((one for one in city.places if one.id == chosen), None)
    if place is None:
        turn.say("booking.place_gone")
        return
    house, day = at_home.on(turn.db, place, wanted.span.day), wanted.span.day
    if not all(place.takes(child.months) for child in wanted.children):
        turn.say("booking.not_that_age", place=place.name)
    elif not house.carers:
        turn.say("booking.not_that_day", place=place.name, day=day, today=turn.today)
    elif not houses.is_open(house, wanted.span):
        turn.say(
            "booking.not_then", place=place.name, day=day, today=turn.today, spans=place.opening.on(day) or ()
        )
    else:
        span, months = wanted.span, wanted.children[0].months
        ahead = (finding.instant_of(turn, span) - turn.now) / timedelta(hours=1)
        sells = houses.price(place, span, months) is not None
        soon = sells and houses.price(place, span, months, ahead) is None
        turn.say(
            "booking.too_soon" if soon else "booking.not_there" if sells else "booking.not_sold",
            place=place.name,
        )


def switch(turn: Turn) -> Literal["ok"]:
    """Another time at a place, as it was offered."""
    data = turn.data
    data["place"], data["day"], data["begins"], data["ends_at"] = str(data.pop("instead")).split("|")
    return "ok"


def hold(turn: Turn, city: City) -> Literal["held", "full", "twice", "many"]:
    """Hold the room, and put what the card says into the form."""
    data = turn.data
    release(turn)
    offer = next(finding.offers(turn, city, sought(turn), start.point(turn), data["place"]), None)
    if offer is None:
        _say_why_not(turn, city, sought(turn), data.pop("place"))
        data["told_why"] = True
        return "full"
    if holding.standing(turn, offer.wish) >= city.settings.care.at_once:
        data["at_most"] = city.settings.care.at_once
        return "many"
    if (last := terms.soonest_only(turn, city.settings.care, offer.wish.span.day)) is not None:
        data.update(at_most=0, last_day=last.isoformat(), days=city.settings.care.counted_days)
        return "many"
    vouchers = _credits(turn, offer)
    _let_go(turn, offer.wish)
    held = holding.hold(turn, replace(offer.wish, credit=sum(credit.fen for credit in vouchers)))
    if isinstance(held, str):
        data.pop("place")
        return held
    data["booking"], data["was_at"] = held, offer.place.id
    known = visit(turn.db, turn.who.id, offer.wish.children, offer.place.id, offer.wish.span.day)
    data["offer"] = {
        **_card(
            offer,
            vouchers,
            city.settings.care.at(offer.place.id),
            turn.now
            > finding.instant_of(turn, offer.wish.span)
            - timedelta(minutes=city.settings.care.at(offer.place.id).cancel_minutes),
        ),
        "visit": known,
        "clash": _beside(turn, offer.wish),
        "last_chance": terms.last_chance(turn, city.settings.care),
        "weekly": when.read(str(data.get("when", "")), turn.now).weekly,
    }
    return "held"


def _beside(turn: Turn, wish: Wish) -> dict[str, Any] | None:
    """What else a child of a wish is signed up for at that time, with another service."""
    begins = finding.instant_of(turn, wish.span)
    ends = begins + timedelta(minutes=wish.span.length)
    for child in wish.subjects:
        for one in turn.everyone.engaged(turn, child, wish.span.day) if turn.everyone is not None else ():
            if one.what and one.starts < ends and begins < one.ends:
                zone = turn.ground.settings.zone
                at = (f"{moment.astimezone(zone):%H:%M}" for moment in (one.starts, one.ends))
                return {"what": one.what, **dict(zip(("begins", "ends_at"), at, strict=True))}
    return None


def release(turn: Turn) -> None:
    """What was held before a change is free again."""
    if (held := turn.data.pop("booking", None)) is not None:
        holding.cancel(turn, int(held))


def _let_go(turn: Turn, wish: Wish) -> None:
    """What the family holds for the same children at that time in a form that it left: this card takes its place.

    Held in a form that is still open on its other telephone, it can be booked there as long as there is room for it.
    """
    for child in wish.subjects:
        for row in turn.db.all(
            "SELECT b.id FROM booking b JOIN booked_child c ON c.booking_id = b.id WHERE c.subject_id = :child"
            " AND b.person_id = :person AND b.state = 'held' AND b.until IS NOT NULL AND b.day = :day"
            " AND b.starts < :ends AND b.ends > :starts ORDER BY b.id",
            child=child,
            person=turn.who.id,
            day=wish.span.day.isoformat(),
            starts=wish.span.first,
            ends=wish.span.last,
        ):
            holding.end(turn, int(row["id"]), ("held",), "lapsed")


def sought(turn: Turn) -> Sought:
    """Who is to come when, as the form says by now. A child's months are counted on that day."""
    data = turn.data
    day = date.fromisoformat(data["day"])
    return Sought(
        kids.on_day(turn, day),
        Span(day, time.fromisoformat(data["begins"]), time.fromisoformat(data["ends_at"])),
    )


def cheaper(turn: Turn, city: City) -> str:
    """The cheapest place with room for what the card says, the nearer of two; "" where none asks for less than the card's."""
    price = turn.data["offer"]["price"]
    found = [
        (offer.wish.price, at, offer.place.id)
        for at, offer in enumerate(finding.offers(turn, city, sought(turn), start.point(turn)))
        if offer.wish.price is not None and (price is None or offer.wish.price < price)
    ]
    return min(found)[2] if found else ""


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


def _credits(turn: Turn, offer: Offer) -> list[Credit]:
    """For each child the voucher that ends first of those that can be used there on that day."""
    if turn.everyone is None or not offer.wish.price:
        return []
    place, day = offer.place.id, offer.wish.span.day
    known = offer.wish.subjects
    if not known:  # whoever they are, no voucher is counted twice
        return turn.everyone.credit_for(turn, None, place, day)[: len(offer.wish.children)]
    found = (turn.everyone.credit_for(turn, child, place, day) for child in known)
    return [one[0] for one in found if one]


def _card(offer: Offer, held: Sequence[Credit], care: CareRules, late: bool) -> dict[str, Any]:
    """What the card says of the offer."""
    wish, place = offer.wish, offer.place
    return {
        "place": place.name,
        "address": place.address,
        "phone": place.phone,
        "metres": offer.metres,
        "walk": offer.walk,
        "price": wish.price,
        "voucher": sum(credit.fen for credit in held),
        "once": any(credit.once for credit in held),
        "free": None if offer.free is None else {"nth": offer.free.nth, "left": offer.free.left},
        "spent": care.free_visits if None in offer.gifts else 0,
        "free_for": sum(gift is not None for gift in offer.gifts),
        "late": late,
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
