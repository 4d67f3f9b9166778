"""A place that is named or tapped, and what is asked after its card: its telephone, the way, hours, prices, whether one can book."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from bot.capability import Claim
from bot.lookups import LookUps
from bot.messages import Button
from bot.turn import Turn
from dialogs.centres import rules
from dialogs.centres.rules import Find
from dialogs.centres.service import answering, card
from dialogs.centres.service.spot import WORDS_LIFE, Ground
from knowledge.places import CARE, Place
from knowledge.wanted import Wanted

CARDS = LookUps("centres.card", timedelta(hours=2))
"""The place of the card that was shown last, in the button by which others near it are shown."""


def claims(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """The button of a place, the button that books there, a place's name, or a short question where a card was shown in the
    last half hour."""
    head, _, rest = text.partition(":")
    if head == "place" and rest:
        return _of_button(rest, ground)
    if turn.overheard or turn.busy:
        return None
    if (named := card.names(text, ground)) is not None:
        return Claim(call=partial(show, place=named))
    asked = rules.asked_of(text)
    if asked is None:
        return None
    kept = CARDS.last(turn, WORDS_LIFE)
    place = None if kept is None else _place(ground, kept)
    return None if place is None else Claim(call=partial(answer, place=place, asked=asked))


def telephones(turn: Turn, ground: Ground) -> list[tuple[str, str]]:
    """The telephone of the place whose card was shown in the last half hour."""
    kept = None if turn.overheard else CARDS.last(turn, WORDS_LIFE)
    place = None if kept is None else _place(ground, kept)
    return [] if place is None or not place.phone else [(place.name, place.phone)]


def _of_button(rest: str, ground: Ground) -> Claim:
    name, _, here = rest.partition(":")
    place = next((one for one in ground.city.places if one.id == name), None)
    if place is None:
        return Claim(call=_gone)
    if here == card.HERE:
        return Claim(flow="booking", known={"place": place.id, "spot": "anywhere"})
    return Claim(call=partial(show, place=place))


def _gone(turn: Turn) -> None:
    turn.say("centres.place_gone", [turn.go("centres.button.another", "centres")])


def answer(turn: Turn, place: Place, asked: rules.Asked) -> None:
    """The one thing, with the button that belongs to it."""
    values = card.values(turn, place)
    rows: list[list[Button]] = []
    if asked == "way":
        rows.append([card.map_button(turn, place)])
    if asked in ("book", "price") and card.can_book(place, values):
        rows.append([card.book_button(turn, place)])
    turn.say(
        f"centres.asked.{asked}",
        *rows,
        [Button(turn.label("common.button.person"), id="w:person")],
        bookable=card.can_book(place, values),
        **values,
    )


def show(turn: Turn, place: Place) -> None:
    """The card, remembered for the questions that follow it."""
    CARDS.forget(turn)
    card.show(turn, place, CARDS.button(turn, "centres.button.around", {"place": place.id}))


def around(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """The places of its kind that are nearest to a place, itself first."""
    kept = CARDS.opened(turn, payload)
    place = None if kept is None else _place(ground, kept)
    if place is None:
        turn.start("centres")
        return
    wanted = Wanted() if place.kind in CARE else Wanted(kinds=frozenset({place.kind}))
    answering.tell(turn, ground, Find(wanted, place.point, place.name))


def _place(ground: Ground, kept: dict[str, Any]) -> Place | None:
    return next((one for one in ground.city.places if one.id == kept["place"]), None)
