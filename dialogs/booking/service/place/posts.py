"""For which place somebody on its staff speaks."""

from __future__ import annotations

from bot.turn import Turn
from dialogs.booking.rules import houses
from dialogs.booking.service.kept import ROLE
from knowledge.city import City
from knowledge.normalise import normalise
from knowledge.places import Place


def places(turn: Turn, city: City) -> list[Place]:
    """The places of whoever talks, where some hours are booked."""
    own = {place for role, place in turn.who.roles if role == ROLE}
    return [place for place in city.places if houses.bookable(place) and (place.id in own or "" in own)]


def meant(turn: Turn, city: City, text: str) -> Place | None:
    """The place that words are about: one's own, or of several the one that is named. None: said so already."""
    own = places(turn, city)
    if len(own) == 1:
        return own[0]
    said = normalise(text)
    named = [place for place in own if place.id in said or normalise(place.name)[:2] in said]
    if len(named) == 1:
        return named[0]
    turn.say(
        "booking.duty.which_place", places=[place.name for place in own[:4]], place=own[0].name if own else ""
    )
    return None


def mine(turn: Turn, place: str) -> bool:
    """Whether whoever talks may act for a place: a button may be passed on. False: said so already."""
    if any(role == ROLE and own in ("", place) for role, own in turn.who.roles):
        return True
    turn.say("booking.not_your_place")
    return False
