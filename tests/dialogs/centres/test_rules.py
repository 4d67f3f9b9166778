"""A look-up between two messages: what is kept of it, what narrows it, which prices are told, the map's own datum."""

from __future__ import annotations

from datetime import date, time
from urllib.parse import parse_qs, urlparse

import pytest

import dialogs
from dialogs.centres.rules import looking as rules
from dialogs.centres.rules.looking import Find
from knowledge.geo import Point, metres, to_wgs84
from knowledge.wanted import Wanted, read
from tests.flow.samples import SETTINGS

CITY = dialogs.home(SETTINGS)
TODAY = date(2026, 12, 1)
EVERYTHING = Wanted(
    kinds=frozenset({"centre"}),
    months=7,
    services=frozenset({"hourly"}),
    weekdays=frozenset({6, 7}),
    hour=time(18, 30),
    after=True,
    max_fen=100_000,
    unit="month",
    voucher=True,
    inclusive=True,
    doctor=True,
    open_now=True,
    minutes=15,
)


def test_a_look_up_comes_back_as_it_was_kept() -> None:
    for find in (Find(), Find(EVERYTHING, Point(34.27, 108.94), "柳荫小区", 2)):
        assert Find.of_json(find.to_json()) == find
    assert rules.kept(Wanted()) == {}


def test_what_is_said_later_is_added_or_takes_the_place_of_what_was() -> None:
    find = Find(Wanted(max_fen=100_000, unit="month", hour=time(18), after=True), page=2)
    narrowed = find.narrowed(read("周六早上八点开着的，每小时30块以下", TODAY).wanted)
    assert narrowed.page == 0
    assert narrowed.wanted.weekdays == frozenset({6})
    assert (narrowed.wanted.max_fen, narrowed.wanted.unit) == (3_000, "hour")
    assert (narrowed.wanted.hour, narrowed.wanted.after) == (time(8), False)


@pytest.mark.parametrize(
    ("kinds", "elder"),
    [(set(), False), ({"canteen"}, True), ({"canteen", "station"}, True), ({"centre"}, False)],
)
def test_canteens_and_stations_are_walked_to_slowly(kinds: set[str], elder: bool) -> None:
    assert Find(rules.wanted_of({"kinds": sorted(kinds)})).elder is elder


def test_the_longest_name_in_the_words_is_meant() -> None:
    names = [(one.name, one.id) for one in CITY.landmarks]
    assert rules.names_in("锦澜湾北区附近", names)[0] == "jinlan-north"
    assert rules.names_in("我想問問", names)[0] == ""


def test_the_price_of_what_is_looked_for_is_told() -> None:
    liuyin = CITY.place("liuyin")
    assert [(one.service, one.fen, one.more) for one in rules.prices(liuyin, Wanted())] == [
        ("hourly", 2_000, False),
        ("half_day", 6_000, False),
    ]
    full = rules.prices(liuyin, Wanted(services=frozenset({"full_day"})))
    assert [(one.fen, one.more) for one in full] == [(198_000, True)]
    small = rules.prices(liuyin, Wanted(services=frozenset({"full_day"}), months=7))
    assert [(one.fen, one.more) for one in small] == [(240_000, False)]
    assert rules.prices(CITY.place("dongtang-station"), Wanted()) == []


def test_the_map_is_given_what_chinese_maps_want() -> None:
    for place in CITY.places:
        query = parse_qs(urlparse(rules.map_link(place)).query)
        lon, lat = map(float, query["position"][0].split(","))
        assert metres(to_wgs84(Point(lat, lon), "GCJ-02"), place.point) < 1
        assert metres(Point(lat, lon), place.point) > 300
