"""Points on the map: WGS-84, GCJ-02 and BD-09 both ways, metres between two points, minutes on foot.

Telephones send WGS-84. Maps made in mainland China are shifted by up to 700 m (GCJ-02), Baidu's by as much again
(BD-09). Everything inside the program is WGS-84; `to_wgs84` brings what a pack says there.

The formulas are the published ones of both shifts. The packages that have them were measured: those that are kept
up leave 4 m on the way back, the exact one (coord-convert, 2019) brings a GIS library along, and all of them decide
by one rectangle what is China, so that a point in Seoul moves by 459 m.
"""

from __future__ import annotations

from itertools import pairwise
from math import asin, atan2, ceil, cos, hypot, pi, radians, sin, sqrt
from typing import Literal, NamedTuple, get_args

Datum = Literal["WGS-84", "GCJ-02", "BD-09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)

EARTH = 6_371_008.8
"""Mean radius in metres (IUGG)."""
DETOUR = 1.3
"""How much longer a way on foot is than the straight line."""
PACE, ELDERS_PACE = 70, 50
"""Metres a minute."""
# Krasovsky's ellipsoid of 1940, on which the shift is computed.
_AXIS, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
_BAIDU_NORTH, _BAIDU_EAST = 0.006, 0.0065
# Of a degree: below a millimetre. The shift changes slowly, so five rounds are enough anywhere.
_SETTLED, _ROUNDS = 1e-9, 20

# (longitude, latitude) of corners around the mainland, Hong Kong and Macao, rough at the border and well out at sea.
_OUTLINE = (
    (135.1, 48.5), (134.4, 48.5), (132.5, 47.9), (130.7, 48.9), (127.6, 50.3), (126.2, 52.8), (123.6, 53.7), (120.0, 53.4), (119.8, 52.5),
    (120.7, 52.0), (119.1, 50.2), (117.6, 49.7), (116.6, 50.0), (115.4, 48.0), (117.8, 47.5), (119.5, 46.8), (116.0, 46.4),
    (111.7, 45.2), (111.8, 43.7), (109.5, 42.4), (105.0, 41.6), (101.8, 42.6), (97.0, 42.8), (95.4, 44.3), (91.0, 45.2),
    (90.9, 47.0), (87.8, 49.3), (85.4, 48.3), (85.4, 47.1), (83.0, 47.3), (82.2, 45.5), (79.9, 45.0), (80.1, 42.2),
    (76.4, 40.5), (73.4, 39.6), (73.7, 38.4), (74.9, 37.1), (77.6, 35.4), (78.6, 34.0), (78.4, 32.5), (79.0, 31.0),
    (81.0, 30.1), (84.0, 28.8), (85.9, 27.9), (88.0, 27.8), (88.9, 27.2), (91.6, 27.7), (95.0, 28.9), (97.3, 28.0),
    (98.5, 27.5), (98.6, 25.9), (97.5, 24.8), (97.6, 23.9), (98.8, 23.2), (99.1, 22.1), (100.0, 21.4), (101.2, 21.1),
    (101.9, 21.2), (101.7, 22.5), (103.9, 22.5), (105.3, 23.3), (106.6, 22.0), (107.9, 21.5), (108.0, 20.5), (108.2, 17.8),
    (110.6, 17.8), (112.0, 20.5), (114.6, 21.9), (117.6, 22.8), (119.2, 24.2), (120.2, 25.6), (122.0, 27.0), (123.4, 29.5),
    (123.0, 32.0), (121.6, 34.5), (123.3, 36.7), (123.0, 38.5), (124.0, 39.5), (124.6, 40.1), (126.0, 40.8), (126.9, 41.7),
    (129.0, 42.0), (130.0, 42.7), (130.6, 42.4), (131.3, 43.5), (131.1, 44.8), (133.1, 45.0), (135.1, 48.5),
)  # fmt: skip


class Point(NamedTuple):
    """A place on the map, degrees; WGS-84 wherever nothing else is said."""

    lat: float
    lon: float


def shifted(point: Point) -> bool:
    """Whether maps of this place are shifted: the mainland, Hong Kong and Macao, up to a few kilometres at the border."""
    inside = False
    for (lon, lat), (next_lon, next_lat) in pairwise(_OUTLINE):
        if (lat > point.lat) != (next_lat > point.lat):
            crossing = lon + (point.lat - lat) / (next_lat - lat) * (next_lon - lon)
            inside ^= point.lon < crossing
    return inside


def to_wgs84(point: Point, datum: Datum) -> Point:
    """A point of that datum in WGS-84, to the centimetre; outside China it stays where it is."""
    if datum == "WGS-84":
        return point
    plain = _undone(point, datum)
    return plain if shifted(plain) else point


def from_wgs84(point: Point, datum: Datum) -> Point:
    """A WGS-84 point in that datum; outside China it stays where it is."""
    return point if datum == "WGS-84" or not shifted(point) else _shift(point, datum)


def converted(point: Point, datum: Datum, wanted: Datum) -> Point:
    """A point of one datum in another."""
    return point if datum == wanted else from_wgs84(to_wgs84(point, datum), wanted)


def metres(one: Point, other: Point) -> float:
    """The great circle between two points of the same datum, in metres (haversine, within 0.6 % of the ellipsoid)."""
    lat, other_lat = radians(one.lat), radians(other.lat)
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def minutes(straight: float, elder: bool = False) -> int:
    """About how many minutes on foot a straight line of so many metres takes, rounded up; 0 only for no way at all."""
    # Rounded first, or 700 m · 1.3 / 70 = 13.000000000000002 would be a fourteenth minute.
    return ceil(round(straight * DETOUR / (ELDERS_PACE if elder else PACE), 6))


def reach(within: int, elder: bool = False) -> float:
    """Metres of straight line that can be walked in so many minutes: what `minutes` says is no more."""
    return within * (ELDERS_PACE if elder else PACE) / DETOUR


def _undone(point: Point, datum: Datum) -> Point:
    """The point that `_shift` brings there: guess, shift the guess, correct by what it is off."""
    guess = point
    for _ in range(_ROUNDS):
        reached = _shift(guess, datum)
        north, east = point.lat - reached.lat, point.lon - reached.lon
        guess = Point(guess.lat + north, guess.lon + east)
        if hypot(north, east) < _SETTLED:
            break
    return guess


def _shift(point: Point, datum: Datum) -> Point:
    gcj = _gcj02(point)
    return gcj if datum == "GCJ-02" else _bd09(gcj)


def _gcj02(point: Point) -> Point:
    """Source of the formula: the transformation published in 2010 with the first source code of GCJ-02 readers."""
    x, y = point.lon - 105, point.lat - 35
    both = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (
        (both + 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30))
        * 2
        / 3
    )
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (
        (both + 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30))
        * 2
        / 3
    )
    flat = 1 - _ECCENTRICITY2 * sin(radians(point.lat)) ** 2
    degree_north = radians(_AXIS * (1 - _ECCENTRICITY2) / (flat * sqrt(flat)))
    degree_east = radians(_AXIS / sqrt(flat) * cos(radians(point.lat)))
    return Point(point.lat + north / degree_north, point.lon + east / degree_east)


def _bd09(gcj: Point) -> Point:
    """Source of the formula: the transformation published with the first source code of BD-09 readers."""
    turn = pi * 3000 / 180
    length = hypot(gcj.lat, gcj.lon) + 0.00002 * sin(gcj.lat * turn)
    angle = atan2(gcj.lat, gcj.lon) + 0.000003 * cos(gcj.lon * turn)
    return Point(length * sin(angle) + _BAIDU_NORTH, length * cos(angle) + _BAIDU_EAST)
