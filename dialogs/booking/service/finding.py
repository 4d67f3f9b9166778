"""Which places could have the children at that time, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.turn import Turn
from dialogs.booking.rules import houses
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import room
from dialogs.booking.service.holding import Child, Wish
from knowledge.city import City
from knowledge.directory import Directory, Near
from knowledge.geo import Point
from knowledge.places import Place
from knowledge.wanted import Wanted

SHOWN = 3


@dataclass(frozen=True)
class Offer:
    """A stay that has room now, and how far it is: metres and about so many minutes on foot, None where unknown."""

    place: Place
    wish: Wish
    metres: int | None = None
    walk: int | None = None


@dataclass(frozen=True)
class Sought:
    """Who is to come when, wherever it is."""

    children: tuple[Child, ...]
    span: Span


def offers(turn: Turn, city: City, sought: Sought, spot: Point | None, only: str = "") -> Iterator[Offer]:
    """Every place with room for the stay, the nearest first; `only` one of them."""
    for near in _near(city, spot):
        if near.place.id == only or not only:
            found = _offer(turn, near, sought)
            if found is not None:
                yield found if spot is not None else replace(found, metres=None, walk=None)


def possible(turn: Turn, city: City, sought: Sought, only: str = "") -> bool:
    """Whether a place could have the children then if it were empty: whether there is anything to wait for."""
    return any(
        _offer(turn, near, sought, empty=True) is not None
        for near in _near(city, None)
        if near.place.id == only or not only
    )


def _near(city: City, spot: Point | None) -> Sequence[Near]:
    places = [place for place in city.places if houses.bookable(place)]
    if spot is None:
        return [Near(place, 0.0, 0, None) for place in places]
    return Directory(places).nearest(spot, Wanted(), k=None)


def _offer(turn: Turn, near: Near, sought: Sought, empty: bool = False) -> Offer | None:
    place, span = near.place, sought.span
    house = houses.house(place, span.day)
    if not houses.is_open(house, span):
        return None
    if not all(place.takes(child.months) and house.takes(child.months) for child in sought.children):
        return None
    ahead = (instant_of(turn, span) - turn.now) / timedelta(hours=1)
    prices = [houses.price(place, span, one.months, ahead) for one in sought.children]
    told = [price for price in prices if price is not None]
    if len(told) < len(prices):
        return None
    fen = [price.fen for price in told if price.fen is not None]
    wish = Wish(house, span, sought.children, told[0].service, sum(fen) if len(fen) == len(told) else None)
    if not empty and not room.fits(room.left(turn.db, house, span.day), house, span.day, wish.stays):
        return None
    return Offer(place, wish, round(near.metres), near.minutes)


def instant_of(turn: Turn, span: Span) -> datetime:
    """The instant at which a stay begins."""
    return datetime.combine(span.day, span.starts, turn.ground.settings.zone)
