"""From where a family sets out: a location that was shared, or a landmark that was named."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from bot.turn import Turn
from knowledge.city import City
from knowledge.geo import Point
from knowledge.landmarks import Landmark, Landmarks


def where(turn: Turn, city: City) -> Literal["ok", "which", "again"]:
    """Make a point of what was said; several landmarks that may be meant are offered."""
    data = turn.data
    if not isinstance(data["spot"], str) or data["spot"] == "anywhere":
        return "ok"
    meant = _landmarks(city.landmarks).find(data["spot"])
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
    """A landmark that a longer sentence surely names is where its family sets out."""
    meant = _landmarks(city.landmarks).find(words)
    if meant.sure:
        _stand(turn, meant.spots[0].landmark, meant.spots[0].point)


def point(turn: Turn) -> Point | None:
    """Where the family sets out, or None where it is all the same."""
    spot = turn.data.get("spot")
    return Point(*spot) if isinstance(spot, list) else None


def _stand(turn: Turn, landmark: Landmark, at: Point) -> None:
    turn.data["spot"] = [at.lat, at.lon]
    turn.data["spot_name"] = landmark.name


@lru_cache(maxsize=4)
def _landmarks(known: tuple[Landmark, ...]) -> Landmarks:
    return Landmarks(known)
