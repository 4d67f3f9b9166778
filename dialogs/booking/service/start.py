"""From where a family sets out: a location that was shared, or a landmark that was named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Literal

from bot import homes
from bot.messages import Button
from bot.turn import Turn
from dialogs.booking.rules import houses
from dialogs.booking.rules import names as rules
from knowledge.city import City
from knowledge.geo import Point, metres
from knowledge.landmarks import Landmark, Landmarks, next_to, says_home

FAR = 30_000
"""Metres to the nearest place from which nobody brings a child for some hours."""


def where(turn: Turn, city: City) -> Literal["ok", "which", "again"]:
    """Make a point of what was said; several landmarks that may be meant are offered."""
    data = turn.data
    if data["spot"] == "anywhere":
        for name in ("home", "spot_name"):
            data.pop(name, None)
        return "ok"
    if not isinstance(data["spot"], str):
        if "home" in data and data["spot"] != data["home"]:  # another spot was shared instead
            for name in ("home", "spot_name"):
                data.pop(name, None)
        here = Point(*data["spot"])
        away = min(metres(here, place.point) for place in city.places if houses.bookable(place))
        if away <= FAR:
            return "ok"
        del data["spot"]
        turn.say("booking.spot_far", city=city.name, km=round(away / 1000))
        return "again"
    if says_home(data["spot"]) and homes.known(turn):
        del data["spot"]
        at_home(turn, [int(kid["subject"]) for kid in data["kids"] if kid["subject"]])
        return "ok"
    meant = _landmarks(city.landmarks).find(data["spot"])
    if not meant.spots and (found := rules.place_in(data["spot"], bookable(city), short=True)):
        data.update(place=found, wished=found, spot="anywhere")
        return "ok"
    if not meant.spots:
        turn.say("booking.spot_unknown", said=data.pop("spot"))
        return "again"
    if meant.sure:
        _stand(turn, meant.spots[0].landmark, meant.spots[0].point)
        return "ok"
    data["landmarks"] = [{"value": one.landmark.id, "label": one.landmark.name} for one in meant.spots]
    return "which"


def chosen(turn: Turn, city: City) -> Literal["ok"]:
    """The landmark that was meant."""
    name = turn.data.pop("landmark")
    landmark = next(one for one in city.landmarks if one.id == name)
    _stand(turn, landmark, landmark.point)
    return "ok"


def named(turn: Turn, city: City, words: str) -> None:
    """A landmark that a longer sentence surely names is where its family sets out; of 在东塘 it is asked which."""
    meant = _landmarks(city.landmarks).find(words)
    if meant.sure:
        _stand(turn, meant.spots[0].landmark, meant.spots[0].point)
    elif (said := rules.spot_in(words)) and _begins(city, said):
        turn.data["spot"] = said


def at_home(turn: Turn, subjects: Sequence[int]) -> None:
    """The children set out from the home that is remembered, where nothing else was said."""
    data = turn.data
    asked_for = data.get("spot") == "anywhere" and "wished" in data and "spot_name" not in data
    if "spot" in data and "home" not in data and not asked_for:
        return
    home = homes.of_children(turn, subjects)
    if home is None:
        for name in ("spot", "home", "spot_name") if "home" in data else ():
            data.pop(name, None)
        return
    data["spot"] = data["home"] = [home.spot.lat, home.spot.lon]
    data["spot_name"] = homes.said(turn, home, aside=True)


def to_remember(turn: Turn, city: City) -> list[Button]:
    """The button by which the spot of the form is somebody's home from now on; not where it is one."""
    here = point(turn)
    if here is None or "home" in turn.data:
        return []
    near = str(turn.data.get("spot_name", "")) or next_to(city.landmarks, here)
    return homes.button(turn, homes.Spot(*here, near.split("（")[0]))


def place_named(turn: Turn, city: City, words: str) -> None:
    """A nursery that a sentence names is the one that is wanted; a name that nobody has is told."""
    if "place" in turn.data:
        return
    here = bookable(city)
    found = rules.place_in(words, here)
    if found:
        turn.data["place"] = found
        turn.data.setdefault("spot", "anywhere")
    elif unknown := rules.unknown_place(words, here.values()):
        turn.say("booking.place_unknown", said=unknown)


def as_looked_up(turn: Turn, here: Collection[str], words: str) -> None:
    """Where neither a place nor a spot was said: the place whose card they just saw, and the spot from where they looked."""
    data = turn.data
    looked = turn.everyone.looked(turn) if turn.everyone is not None else None
    if looked is None or "place" in data or "spot" in data:
        return
    if looked.place in here and not rules.any_place(words):
        data["place"], data["spot"] = looked.place, "anywhere"
    if looked.spot is not None and not homes.known(turn):
        data["spot"] = list(looked.spot)
        if looked.name:
            data["spot_name"] = looked.name


def books_a_place(words: str, city: City) -> bool:
    """Whether words name a nursery that is to be booked."""
    return rules.books_one(words, bookable(city))


def bookable(city: City) -> dict[str, str]:
    """The names of the places where some hours can be booked, by their ids."""
    return {place.id: place.name for place in city.places if houses.bookable(place)}


def said_in_form(turn: Turn, city: City, words: str) -> dict[str, Any]:
    """What words tell the open form of the place or the spot, whatever it asks; {} where they are about anything else."""
    found = rules.only_place(words, bookable(city))
    if found:
        return {"place": found} if "spot" in turn.data else {"place": found, "spot": "anywhere"}
    meant = _landmarks(city.landmarks).find(words)
    return {"spot": words} if meant.sure or (len(words) > 1 and _begins(city, words)) else {}


def _begins(city: City, words: str) -> bool:
    """Whether landmarks' names begin with these words: 柳荫."""
    return any(name.startswith(words) for one in city.landmarks for name in (one.name, *one.other_names))


def point(turn: Turn) -> Point | None:
    """Where the family sets out, or None where it is all the same."""
    spot = turn.data.get("spot")
    return Point(*spot) if isinstance(spot, list) else None


def _stand(turn: Turn, landmark: Landmark, at: Point) -> None:
    turn.data.pop("home", None)
    turn.data["spot"] = [at.lat, at.lon]
    turn.data["spot_name"] = landmark.name


@lru_cache(maxsize=4)
def _landmarks(known: tuple[Landmark, ...]) -> Landmarks:
    return Landmarks(known)
