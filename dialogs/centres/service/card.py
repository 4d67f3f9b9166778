"""A place's card: where it is, when it is open, what it offers and costs; a field stands there only if published."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from bot.messages import Button
from bot.turn import Turn
from dialogs.centres.rules import looking as rules
from dialogs.centres.service import served
from dialogs.centres.service.answering import price_words
from dialogs.centres.service.spot import Ground, remembered
from knowledge.normalise import normalise
from knowledge.opening import WORKING
from knowledge.places import CARE, Place
from knowledge.services import Service

VISIT = "nursery-checklist"
"""The entry of the corpus that says what to look at before one signs."""
HERE = "here"
"""Ends the id of the button that books here."""
_WEEKEND = frozenset("67")
# What may stand beside a place's name where its card is asked for.
_ASKS_CARD = re.compile(
    r"(?:的|在|是|怎么|咋|走|去|哪里|哪儿|哪|地址|位置|电话|号码|多少钱|收费|价格|几点|什么时候|开门|关门|营业|今天|现在|开着|开|吗|呢|呀|啊|多少|联系|方式|介绍|一下|看看"
    r"|\b(?:where|is|address|phone|price|of|the|open|hours)\b|[ ,.?!;'])*"
)


def names(text: str, ground: Ground) -> Place | None:
    """The place that words name, where its card is all that they ask for."""
    id_, left = rules.names_in(text, ground.place_names)
    return ground.city.place(id_) if id_ and _ASKS_CARD.fullmatch(normalise(left)) else None


def book_button(turn: Turn, place: Place) -> Button:
    """The way to a booking there, good for ever."""
    return Button(turn.label("centres.button.here"), id=f"go:place:{place.id}:{HERE}")


def map_button(turn: Turn, place: Place) -> Button:
    """A link to the place on a map."""
    return Button(turn.label("centres.button.map"), url=rules.map_link(place))


def can_book(place: Place, told: dict[str, Any]) -> bool:
    """Whether a stay there can be booked, by the place and what its card says."""
    return place.bookable and told["served"]["stopped"] is None


def show(turn: Turn, place: Place, around: Button) -> None:
    """The venue on a map, then the card with its buttons; `around` leads to the places near it."""
    turn.say(
        "centres.venue", location=(place.point.lat, place.point.lon), name=place.name, address=place.address
    )
    rows: list[list[Button]] = []
    told = values(turn, place)
    if can_book(place, told):
        rows.append([book_button(turn, place)])
    rows.append([map_button(turn, place), around])
    if place.kind in CARE:
        rows.append([turn.action("questions.choose", "centres.button.visit", {"entry": VISIT})])
    rows.append(
        [
            turn.go("centres.button.another", "centres"),
            Button(turn.label("common.button.person"), id="w:person"),
        ]
    )
    turn.say("centres.card", *rows, **told)


def values(turn: Turn, place: Place, weekdays: Collection[int] = ()) -> dict[str, Any]:
    """What a message says of a place: what was published, and what the services know of it just now; its hours on `day`, the
    next of the weekdays that were asked for, else today."""
    asked = remembered(turn)
    day = next(
        day
        for day in (turn.today + timedelta(days=later) for later in range(7))
        if not weekdays or day.isoweekday() in weekdays
    )
    special = next((one for one in place.specials if one.date == day), None)
    return {
        "name": place.name,
        "kind": turn.label(f"centres.kind.{place.kind}"),
        "address": place.address,
        "phone": place.phone,
        "day": day,
        "spans": place.opening.on(day),
        "why": special.why if special is not None else "",
        "seen": _seen(turn, place),
        "offers": [_offer(turn, row) for row in place.services],
        "rooms": [
            {
                "name": one.name or turn.label(f"centres.class.{one.class_}"),
                "from": one.months_from,
                "to": one.months_to,
                "ratio": one.children_per_carer,
                "cap": one.cap,
            }
            for one in place.classes
        ],
        "doctor": [
            {
                "days": [turn.label(f"centres.weekday.d{day}") for day in sorted(one.days)],
                "weeks": sorted(one.weeks),
                "opens": one.opens,
                "closes": one.closes,
                "who": one.who,
            }
            for one in place.doctor
        ],
        "served": served.told(turn, place, weekdays or (() if asked is None else asked.wanted.weekdays)),
        "today": turn.today,
        "takes": None if place.months_from is None else (place.months_from, place.months_to),
        "inclusive": place.inclusive is True,
        "voucher": bool(place.accepting),
        "stars": place.stars,
        "filing": place.filing,
        "licensed": place.licensed,
        "area": place.area,
        "source": place.source,
        "source_date": place.source_date,
    }


def _seen(turn: Turn, place: Place) -> dict[str, Any] | None:
    """How full it looked to somebody there, and how many minutes ago."""
    found = None if turn.everyone is None else turn.everyone.fullness(turn, place.id)
    if found is None:
        return None
    return {
        "words": turn.label(f"centres.fullness.{found.level}"),
        "ago": int((turn.now - found.at).total_seconds()) // 60,
    }


def _offer(turn: Turn, row: Service) -> dict[str, Any]:
    """A line of the card: the service, its price, for whom and when."""
    if row.price_fen is not None and row.unit is not None:
        words = price_words(turn, rules.Price(row.service, row.price_fen, row.unit))
    else:
        words = turn.label(f"centres.service.{row.service}")
    days = row.days or frozenset()
    weekend = _WEEKEND if row.service == "weekend" else frozenset()
    return {
        "words": words,
        "months": None
        if row.months_from is None or row.months_to is None
        else (row.months_from, row.months_to),
        "opens": row.opens,
        "closes": row.closes,
        "days": [
            turn.label(f"centres.weekday.d{day}")
            for day in sorted(days)
            if day.isdecimal() and days != WORKING and days != weekend and len(days) < len("1234567")
        ],
        "notice": row.notice_hours,
    }
