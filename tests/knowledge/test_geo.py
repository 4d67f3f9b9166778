"""Datums against published pairs and round trips, what is China, distances, minutes on foot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.geo import (
    DATUMS,
    EARTH,
    Datum,
    Point,
    converted,
    from_wgs84,
    metres,
    minutes,
    reach,
    shifted,
    to_wgs84,
)

# As published with eviltransform (Shanghai, Shenzhen, Beijing) and with coordtransform (the last).
WGS_GCJ = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
]
GCJ_BD = [((39.915, 116.404), (39.92133699351021, 116.41036949371029))]
WGS_BD = [((39.915, 116.404), (39.922699552216216, 116.41662724378733))]
# The way back as published is one step of the approximation: some metres beside.
BD_WGS = [((39.915, 116.404), (39.907253214522164, 116.3913836995125))]
HOME = {
    "西安": (34.26, 108.95), "乌鲁木齐": (43.83, 87.62), "喀什": (39.47, 75.99), "拉萨": (29.65, 91.10), "漠河": (52.97, 122.53),
    "抚远": (48.36, 134.29), "三亚": (18.25, 109.51), "香港": (22.28, 114.16), "澳门": (22.19, 113.54), "丹东": (40.12, 124.38),
    "瑞丽": (24.01, 97.85), "珲春": (42.86, 130.36), "舟山": (30.01, 122.20), "伊宁": (43.91, 81.28), "阿勒泰": (47.84, 88.13),
    "二连浩特": (43.65, 111.98), "满洲里": (49.59, 117.40), "河口": (22.55, 103.94), "荣成": (37.16, 122.45), "大连": (38.91, 121.61),
    "景洪": (22.01, 100.80), "厦门": (24.48, 118.09), "绥芬河": (44.40, 131.15), "银川": (38.49, 106.23), "通辽": (43.65, 122.24),
}  # fmt: skip
ABROAD = {
    "Seoul": (37.57, 126.98), "Pyongyang": (39.03, 125.75), "Tokyo": (35.68, 139.77), "Singapore": (1.35, 103.82),
    "Taipei": (25.03, 121.56), "Hanoi": (21.03, 105.85), "Ulaanbaatar": (47.92, 106.92), "Almaty": (43.24, 76.89),
    "Kathmandu": (27.72, 85.32), "Mandalay": (21.97, 96.08), "Vladivostok": (43.12, 131.89), "Delhi": (28.61, 77.21),
    "Chita": (52.03, 113.50), "Vientiane": (17.97, 102.63), "Sydney": (-33.87, 151.21), "New York": (40.71, -74.01),
}  # fmt: skip

mainland = st.builds(Point, st.floats(24, 40), st.floats(99.5, 117))
datums = st.sampled_from(DATUMS)


@pytest.mark.parametrize(("wgs", "gcj"), WGS_GCJ)
def test_published_pairs_of_gcj02(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert metres(from_wgs84(Point(*wgs), "GCJ-02"), Point(*gcj)) < 0.001
    assert metres(to_wgs84(Point(*gcj), "GCJ-02"), Point(*wgs)) < 0.001


@pytest.mark.parametrize(("gcj", "bd"), GCJ_BD)
def test_published_pairs_of_bd09(gcj: tuple[float, float], bd: tuple[float, float]) -> None:
    assert metres(converted(Point(*gcj), "GCJ-02", "BD-09"), Point(*bd)) < 0.01
    assert metres(converted(Point(*bd), "BD-09", "GCJ-02"), Point(*gcj)) < 0.01


@pytest.mark.parametrize(("wgs", "bd"), WGS_BD)
def test_published_pairs_over_both_shifts(wgs: tuple[float, float], bd: tuple[float, float]) -> None:
    assert metres(from_wgs84(Point(*wgs), "BD-09"), Point(*bd)) < 0.01
    assert metres(to_wgs84(Point(*bd), "BD-09"), Point(*wgs)) < 0.01


@pytest.mark.parametrize(("bd", "wgs"), BD_WGS)
def test_published_pairs_from_bd09_to_wgs84(bd: tuple[float, float], wgs: tuple[float, float]) -> None:
    assert metres(to_wgs84(Point(*bd), "BD-09"), Point(*wgs)) < 5


@given(mainland, datums, datums)
def test_there_and_back_is_below_a_metre(point: Point, datum: Datum, other: Datum) -> None:
    there = converted(point, datum, other)
    assert metres(converted(there, other, datum), point) < 0.01


@given(mainland, st.sampled_from(["GCJ-02", "BD-09"]))
def test_the_wrong_datum_would_be_a_wrong_answer(point: Point, datum: Datum) -> None:
    assert 50 < metres(from_wgs84(point, datum), point) < 2000


@pytest.mark.parametrize("name", HOME)
def test_maps_of_china_are_shifted(name: str) -> None:
    assert shifted(Point(*HOME[name]))


@pytest.mark.parametrize("name", ABROAD)
@pytest.mark.parametrize("datum", DATUMS)
def test_outside_china_nothing_moves(name: str, datum: Datum) -> None:
    point = Point(*ABROAD[name])
    assert to_wgs84(point, datum) == from_wgs84(point, datum) == point


def test_metres_along_the_great_circle() -> None:
    """Shanghai to Beijing as published with eviltransform; a degree of the equator; the other end of the world."""
    shanghai, beijing = (
        Point(31.17530398364597, 121.531541859215),
        Point(39.91334545536069, 116.38404722455657),
    )
    assert (
        abs(metres(shanghai, beijing) * 6_378_137 / EARTH - 1_078_164) < 1
    )  # theirs is the radius at the equator
    assert round(metres(Point(0, 0), Point(0, 1))) == 111_195
    assert round(metres(Point(0, 0), Point(0, 180))) == 20_015_114
    assert metres(shanghai, shanghai) == 0


@pytest.mark.parametrize(
    ("straight", "elder", "takes"),
    [(0, False, 0), (1, False, 1), (53, False, 1), (54, False, 2), (700, False, 13), (700, True, 19), (807, False, 15), (808, False, 16)],
)  # fmt: skip
def test_minutes_on_foot_are_rounded_up(straight: float, elder: bool, takes: int) -> None:
    assert minutes(straight, elder) == takes


@given(st.integers(1, 600), st.booleans())
def test_reach_is_the_other_side_of_minutes(within: int, elder: bool) -> None:
    assert minutes(reach(within, elder), elder) == within
    assert minutes(reach(within, elder) + 0.01, elder) == within + 1
