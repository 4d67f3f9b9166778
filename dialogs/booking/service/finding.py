"""Which places could have the children at that time, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.turn import Turn
from dialogs.booking.rules import houses
from dialogs.booking.rules import terms as rules
from dialogs.booking.rules.counting import House, Span
from dialogs.booking.rules.houses import Price
from dialogs.booking.rules.terms import Free
from dialogs.booking.service import room, terms
from dialogs.booking.service.holding import Child, Wish
from dialogs.booking.service.place import house as at_home
from knowledge.city import City
from knowledge.directory import Near
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
    gifts: tuple[Free | None, ...] = ()
    """For each child whether this visit is free for it."""

    @property
    def free(self) -> Free | None:
        """Where no child of it costs anything: the last of their free visits."""
        free = [gift for gift in self.gifts if gift is not None]
        return max(free, key=lambda gift: gift.nth) if free and len(free) == len(self.gifts) else None


@dataclass(frozen=True)
class Sought:
    """Who is to come when, wherever it is. `back`: units by counter that come back when they do, for they move, the booking `moves`."""

    children: tuple[Child, ...]
    span: Span
    back: Mapping[str, int] = field(default_factory=dict)
    moves: int = 0


def offers(turn: Turn, city: City, sought: Sought, spot: Point | None, only: str = "") -> Iterator[Offer]:
    """Every place with room for the stay, the nearest first; `only` one of them."""
    for near in _near(city, spot):
        if near.place.id == only or not only:
            found = _offer(turn, city, near, sought)
            if found is not None:
                yield found if spot is not None else replace(found, metres=None, walk=None)


def possible(turn: Turn, city: City, sought: Sought, only: str = "") -> bool:
    """Whether a place could have the children then if it were empty: whether there is anything to wait for."""
    return any(
        _offer(turn, city, near, sought, empty=True) is not None
        for near in _near(city, None)
        if near.place.id == only or not only
    )


def _near(city: City, spot: Point | None) -> Sequence[Near]:
    if spot is None:
        return [Near(place, 0.0, 0, None) for place in city.places if houses.bookable(place)]
    return [near for near in city.directory.nearest(spot, Wanted(), k=None) if houses.bookable(near.place)]


def _offer(turn: Turn, city: City, near: Near, sought: Sought, empty: bool = False) -> Offer | None:
    place, span = near.place, sought.span
    house = at_home.on(turn.db, place, span.day)
    told = _prices(turn, city, place, house, sought)
    if told is None:
        return None
    subjects = [child.subject for child in sought.children]
    gifts = terms.gifts(turn, city, place.id, subjects, span.day, sought.moves)
    fen = rules.charged([price.fen for price in told], gifts)
    wish = Wish(house, span, sought.children, told[0].service, fen)
    left = {name: n + sought.back.get(name, 0) for name, n in room.left(turn.db, house, span.day).items()}
    if not empty and not room.fits(left, house, span.day, wish.stays):
        return None
    return Offer(place, wish, round(near.metres), near.minutes, tuple(gifts))


def wish_for(turn: Turn, city: City, place: Place, house: House, sought: Sought) -> Wish | None:
    """The stay at a place as it would be if it were empty, without its price; None where it is closed, or takes or sells
    no such thing."""
    told = _prices(turn, city, place, house, sought)
    return None if told is None else Wish(house, sought.span, sought.children, told[0].service)


def _prices(turn: Turn, city: City, place: Place, house: House, sought: Sought) -> list[Price] | None:
    """What the place asks for each child; None as above."""
    span = sought.span
    if not houses.is_open(house, span):
        return None
    if not all(place.takes(child.months) and house.takes(child.months) for child in sought.children):
        return None
    ahead = (instant_of(turn, span) - turn.now) / timedelta(hours=1)
    if ahead * 60 < city.settings.care.at(place.id).latest_minutes:
        return None
    prices = [houses.price(place, span, one.months, ahead) for one in sought.children]
    told = [price for price in prices if price is not None]
    if len(told) < len(prices):
        return None
    return told


def instant_of(turn: Turn, span: Span) -> datetime:
    """The instant at which a stay begins."""
    return datetime.combine(span.day, span.starts, turn.ground.settings.zone)
