"""The nearest places: the same as a plain scan finds, whatever is wanted; distances, minutes, hours, an honest nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.directory import Directory
from knowledge.geo import Point, from_wgs84, metres
from knowledge.places import CARE, Place
from knowledge.wanted import Wanted
from tests.knowledge.scan import CENTRE, STRANGE_DAY, scan, town, wishes

PLACES = town(400)
DIRECTORY = Directory(PLACES)
MONDAY = datetime(2026, 11, 30, 10, 30)  # noqa: DTZ001 -- local
MOMENTS = [
    MONDAY,
    datetime(2026, 11, 28, 17, 15),  # noqa: DTZ001 -- a Saturday
    datetime(2026, 10, 1, 10, 0),  # noqa: DTZ001 -- National Day, a Thursday
    datetime(2026, 10, 10, 10, 0),  # noqa: DTZ001 -- a Saturday worked to make up for it
    datetime.combine(STRANGE_DAY, time(10, 30)),
    datetime.combine(STRANGE_DAY, time(12, 30)),
]


def place(**changes: Any) -> Place:
    row = {
        "id": "one",
        "name": "示例",
        "address": "示例",
        "phone": "000-0000-0000",
        "lat": CENTRE.lat,
        "lon": CENTRE.lon,
        "datum": "WGS-84",
        "months_from": 6,
        "months_to": 36,
        "kind": "centre",
    }
    return Place.model_validate(row | changes)


def found(*places: Place, at: datetime | None = None, **wanted: Any) -> list[str]:
    return [near.place.id for near in Directory(places).nearest(CENTRE, Wanted(**wanted), at=at)]


@given(st.integers(0, 10**6), st.sampled_from(MOMENTS), st.sampled_from([1, 3, 10]))
@settings(max_examples=300, deadline=None)
def test_the_directory_finds_what_a_plain_scan_finds(seed: int, at: datetime, k: int) -> None:
    rng = random.Random(seed)
    point = Point(CENTRE.lat + rng.gauss(0, 0.05), CENTRE.lon + rng.gauss(0, 0.05))
    wanted = wishes(rng)
    assert [near.place.id for near in DIRECTORY.nearest(point, wanted, k, at)] == scan(
        PLACES, point, wanted, k, at
    )


def test_it_says_how_far_and_how_long_and_whether_it_is_open() -> None:
    far = place(id="far", lat=CENTRE.lat + 0.01, hours=[{"days": "1-5", "opens": "08:00", "closes": "18:00"}])
    (near,) = Directory([far]).nearest(CENTRE, Wanted(), at=MONDAY)
    assert (
        near.metres == pytest.approx(metres(CENTRE, far.point), abs=0.01) == pytest.approx(1111.95, abs=0.1)
    )
    assert (near.minutes, near.open_now) == (21, True)
    (elders,) = Directory([far]).nearest(CENTRE, Wanted(), elder=True)
    assert (elders.minutes, elders.open_now) == (29, None)


def test_a_place_of_another_datum_lies_where_it_lies() -> None:
    """The same spot on three maps: nobody is sent half a kilometre off."""
    spots = [(datum, from_wgs84(CENTRE, datum)) for datum in ("WGS-84", "GCJ-02", "BD-09")]
    places = [place(id=datum.lower(), lat=spot.lat, lon=spot.lon, datum=datum) for datum, spot in spots]
    assert [near.metres < 1 for near in Directory(places).nearest(CENTRE, Wanted())] == [True] * 3


def test_equally_near_places_keep_the_order_of_the_pack() -> None:
    twins = [place(id=f"{name}", lat=CENTRE.lat + (name % 3) * 0.01) for name in range(90)]
    names = [int(near.place.id) for near in Directory(twins).nearest(CENTRE, Wanted(), 70)]
    assert names == sorted(range(90), key=lambda name: (name % 3, name))[:70]


def test_nothing_within_the_circle_is_nothing() -> None:
    edge = 15 * 70 / 1.3 / 111_195.08
    inside, outside = (
        place(id="in", lat=CENTRE.lat + edge * 0.999),
        place(id="out", lat=CENTRE.lat + edge * 1.001),
    )
    assert [near.place.id for near in Directory([inside, outside]).within(CENTRE, Wanted())] == ["in"]
    assert Directory([outside]).within(CENTRE, Wanted()) == []
    assert Directory([inside]).within(CENTRE, Wanted(), elder=True) == []
    assert Directory([inside]).within(CENTRE, Wanted(minutes=5)) == []
    assert Directory([]).within(CENTRE, Wanted(weekdays=frozenset({6}), months=7, max_fen=1), at=MONDAY) == []


def test_a_filter_lets_only_through_what_was_published() -> None:
    silent = place()
    for wish in (
        {"inclusive": True},
        {"weekdays": frozenset({6})},
        {"hour": time(10)},
        {"max_fen": 10**9},
        {"doctor": True},
    ):
        assert found(silent, **wish) == []
    assert found(silent, at=MONDAY, open_now=True) == []
    assert found(silent, months=7, kinds=CARE) == ["one"]
    assert found(silent, months=5) == found(silent, months=200) == found(silent, months=-1) == []


def test_a_class_that_is_missing_takes_nobody() -> None:
    toddlers = {"class": "toddler", "months_from": 12, "months_to": 24, "ratio": "1:5", "cap": 15}
    assert found(place(classes=[toddlers]), months=7) == []
    assert found(place(classes=[toddlers]), months=12) == ["one"]


@pytest.mark.parametrize(
    ("hour", "after", "open_"),
    [(time(18), False, True), (time(18), True, False), (time(17, 59), True, True), (time(18, 1), False, False), (time(7, 59), False, False)],
)  # fmt: skip
def test_an_hour_at_the_closing(hour: time, after: bool, open_: bool) -> None:
    to_six = place(hours=[{"days": "1-5", "opens": "08:00", "closes": "18:00"}])
    assert bool(found(to_six, hour=hour, after=after)) is open_


def test_a_service_with_hours_of_its_own_lengthens_the_day() -> None:
    row = {"service": "extended", "opens": "17:00", "closes": "19:30"}
    late = place(hours=[{"days": "1-5", "opens": "08:00", "closes": "17:00"}], services=[row])
    assert found(late, hour=time(18), after=True) == ["one"]
    assert found(late, hour=time(18), after=True, weekdays=frozenset({6})) == []
    evening = MONDAY.replace(hour=18)
    assert found(late, at=evening, open_now=True) == []


def test_a_weekend_service_is_there_at_weekends_without_an_hour() -> None:
    weekend = place(services=[{"service": "weekend"}])
    assert found(weekend, weekdays=frozenset({6})) == ["one"]
    assert found(weekend, weekdays=frozenset({6}), hour=time(10)) == []


@pytest.mark.parametrize(
    ("days", "moment", "open_"),
    [
        ("1-5", (2026, 10, 1), False),  # National Day
        ("1-5;holiday", (2026, 10, 1), True),
        ("1-5", (2026, 10, 10), False),  # Saturday, worked
        ("1-5;makeup", (2026, 10, 10), True),
        ("1-6", (2026, 10, 10), True),
        ("1-6", (2026, 10, 17), True),  # Saturday
        ("1-5", (2031, 10, 1), True),  # a year that nobody has published yet
    ],
)
def test_public_holidays_and_the_days_that_make_up_for_them(
    days: str, moment: tuple[int, int, int], open_: bool
) -> None:
    at = datetime.combine(date(*moment), time(10))
    one = place(hours=[{"days": days, "opens": "08:00", "closes": "18:00"}])
    (near,) = Directory([one]).nearest(CENTRE, Wanted(), at=at)
    assert near.open_now is open_
    assert bool(found(one, at=at, open_now=True)) is open_


def test_a_day_that_differs_wins_over_the_week() -> None:
    hours = [{"days": "1-5", "opens": "08:00", "closes": "18:00"}]
    shut = place(id="shut", hours=hours, specials=[{"date": "2026-11-30", "why": "停水"}])
    short = place(id="short", specials=[{"date": "2026-11-30", "opens": "10:00", "closes": "11:00"}])
    assert found(shut, short, at=MONDAY, open_now=True) == ["short"]
    assert shut.opening.on(date(2026, 11, 30)) == ()
    assert short.opening.on(date(2026, 12, 1)) is None


def test_open_now_needs_a_moment() -> None:
    with pytest.raises(ValueError, match="moment"):
        found(place(), open_now=True)


def test_the_doctor_comes_on_some_weeks() -> None:
    visits = place(
        doctor=[{"days": "3", "weeks": "1;3", "opens": "09:00", "closes": "11:00", "who": "儿科医生（示例）"}]
    )
    assert visits.doctor_on(date(2026, 12, 2))
    assert not visits.doctor_on(date(2026, 12, 9))
    assert visits.doctor_on(date(2026, 12, 16))
    assert not visits.doctor_on(date(2026, 12, 3))


def test_the_cheapest_of_several_prices_counts_by_its_unit() -> None:
    rows = [{"service": "hourly", "price_fen": fen, "unit": "hour"} for fen in (1500, 2500)]
    priced = place(services=[*rows, {"service": "full_day", "price_fen": 180_000, "unit": "month"}])
    assert found(priced, max_fen=2000, unit="hour") == ["one"]
    assert found(priced, max_fen=100_000, unit="month") == []
    assert found(priced, max_fen=100_000, services=frozenset({"full_day"})) == []
    assert found(priced, max_fen=100_000) == ["one"]


@pytest.mark.parametrize("seed", range(20))
def test_counting_and_listing_agree_with_what_is_found(seed: int) -> None:
    wanted = wishes(random.Random(seed))
    found = DIRECTORY.nearest(CENTRE, wanted, None, MONDAY)
    assert DIRECTORY.count(CENTRE, wanted, MONDAY) == len(found)
    anywhere = replace(wanted, minutes=None)
    everywhere = {near.place.id for near in DIRECTORY.nearest(CENTRE, anywhere, None, MONDAY)}
    in_order = [one.id for one in PLACES if one.id in everywhere]
    assert [near.place.id for near in DIRECTORY.listed(wanted, 5, MONDAY)] == in_order[:5]
    assert DIRECTORY.count(None, wanted, MONDAY) == len(in_order)
