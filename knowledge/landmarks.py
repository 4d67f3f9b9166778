"""Landmarks of a city pack: estates, streets, crossings, markets and schools by which people say where they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from knowledge.geo import Datum, Point, to_wgs84
from knowledge.opening import Row
from knowledge.programme import Identifier

COLUMNS = ("id", "name", "other_names", "kind", "lat", "lon", "datum")

LandmarkKind = Literal["estate", "street", "community", "market", "school", "crossing", "station", "park"]


def _names(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value
    )


class Landmark(Row):
    """One of them. `other_names`: old names and what people call it; `lat`, `lon` in degrees of `datum`."""

    id: Identifier
    name: str = Field(min_length=1)
    other_names: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    kind: LandmarkKind
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    datum: Datum

    @property
    def point(self) -> Point:
        """Where it is, in WGS-84; of a street or an estate about its middle."""
        return to_wgs84(Point(self.lat, self.lon), self.datum)
