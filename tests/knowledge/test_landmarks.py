"""Landmarks by what people type: 203 names with mistakes, every name by its sound, corners, choices, and plain words."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import lazy_pinyin

from knowledge.city import load_city, pack_folders
from knowledge.geo import metres
from knowledge.landmarks import CHOICES, Landmark, Landmarks

SAMPLE = load_city(pack_folders()["sample"])
FOUND = Landmarks(SAMPLE.landmarks)
with (Path(__file__).parent / "typed_landmarks.csv").open(encoding="utf-8", newline="") as source:
    TYPED = list(csv.DictReader(source))
NAMES = [
    (re.sub("（.*）", "", name), one.id) for one in SAMPLE.landmarks for name in (one.name, *one.other_names)
]


def ids(text: str) -> tuple[list[str], bool]:
    meant = FOUND.find(text)
    return [spot.landmark.id for spot in meant.spots], meant.sure


@pytest.mark.parametrize("row", TYPED, ids=lambda row: row["said"])
def test_a_typed_name(row: dict[str, str]) -> None:
    """`how`: sure = this one; any = this one, taken for it or offered; offered = these to choose from; none = nothing."""
    found, sure = ids(row["said"])
    wanted = [one for one in row["expected"].split(";") if one]
    match row["how"]:
        case "sure":
            assert (found, sure) == (wanted, True)
            assert FOUND.find(row["said"]).spots[0].note == row["note"]
        case "any":
            assert set(found) & set(wanted)
            assert not sure or found[0] in wanted
        case "offered":
            assert not sure
            assert set(found) <= set(wanted)
            assert len(found) == min(CHOICES, len(wanted))
        case how:
            assert (how, found, sure) == ("none", [], False)


def test_there_are_enough_of_them() -> None:
    assert len(TYPED) >= 200
    assert len({row["said"] for row in TYPED}) == len(TYPED)


def test_whoever_means_one_finds_it_first() -> None:
    one = [row for row in TYPED if row["how"] in ("sure", "any")]
    first = [
        row for row in one if ids(row["said"])[0][:1] and ids(row["said"])[0][0] in row["expected"].split(";")
    ]
    assert len(one) >= 190
    assert len(first) == len(one)


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


@pytest.mark.parametrize(
    "written", ["as it stands", "Traditional", "pinyin", "pinyin in syllables", "a house in it"]
)
def test_every_name_is_found_however_it_is_written(written: str) -> None:
    for name, landmark in NAMES:
        text = {
            "as it stands": name,
            "Traditional": _traditional().convert(name),
            "pinyin": "".join(lazy_pinyin(name)),
            "pinyin in syllables": " ".join(lazy_pinyin(name)),
            "a house in it": f"{name}15号楼2单元",
        }[written]
        found, sure = ids(text)
        assert landmark in found, (text, found)
        assert found == [landmark] or not sure, (text, found)


@pytest.mark.parametrize(
    ("way", "north", "east"),
    [("西北角", 1, -1), ("东南角", -1, 1), ("北侧", 1, 0), ("东边", 0, 1), ("西南", -1, -1)],
)
def test_a_corner_of_a_crossing_lies_that_way(way: str, north: int, east: int) -> None:
    (spot,) = FOUND.find(f"柳荫十字{way}").spots
    middle = spot.landmark.point
    assert spot.note == "corner"
    assert metres(spot.point, middle) == pytest.approx(40, abs=0.5)
    assert (round((spot.point.lat - middle.lat) * 1e6) > 0) - (
        (spot.point.lat - middle.lat) * 1e6 < -1
    ) == north
    assert (round((spot.point.lon - middle.lon) * 1e6) > 0) - (
        (spot.point.lon - middle.lon) * 1e6 < -1
    ) == east


def test_a_side_of_an_estate_is_only_about_it() -> None:
    (spot,) = FOUND.find("柳荫小区北边").spots
    assert (spot.note, spot.point) == ("about", spot.landmark.point)


def test_a_landmark_of_another_map_lies_where_it_lies() -> None:
    shifted = [one for one in SAMPLE.landmarks if one.datum != "WGS-84"]
    assert shifted
    for one in shifted:
        (spot,) = FOUND.find(one.name).spots
        assert spot.point == one.point != (one.lat, one.lon)


@pytest.mark.parametrize(
    "text", ["柳荫路小学分校", "柳荫医院", "石桥大学", "清禾街", "锦澜湾南苑小学", "小满路"]
)
def test_what_is_only_like_a_name_is_never_taken_for_it(text: str) -> None:
    assert FOUND.find(text).sure is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "。",
        "附近",
        "我家附近",
        "十字",
        "东门",
        "3号楼",
        "不想说",
        "妈妈",
        "1",
        "北京",
        "hello",
        "在哪",
        "零十零",
    ],
)
def test_plain_words_are_no_landmark(text: str) -> None:
    assert ids(text) == ([], False)


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    meant = FOUND.find(text)
    assert len(meant.spots) <= CHOICES
    assert not meant.sure or len(meant.spots) == 1


@given(st.text("柳荫石桥清禾路街小区十字西北角一二三百0123号楼附近我在", max_size=15))
def test_no_address_breaks_it(text: str) -> None:
    meant = FOUND.find(text)
    assert not meant.sure or len(meant.spots) == 1


def test_two_of_one_name_are_a_choice() -> None:
    def one(name: str, lat: float) -> Landmark:
        return Landmark.model_validate(
            {"id": name, "name": "幸福小区", "kind": "estate", "lat": lat, "lon": 108, "datum": "WGS-84"}
        )

    meant = Landmarks([one("a", 34), one("b", 35)]).find("幸福小区2号楼")
    assert [(spot.landmark.id, spot.note) for spot in meant.spots] == [("a", "about"), ("b", "about")]
    assert not meant.sure
    assert Landmarks([]).find("幸福小区").spots == ()


def _common() -> list[str]:
    """The 3,755 characters of GB 2312's first level."""
    pairs = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return [pair.decode("gb2312", "ignore") for pair in pairs if pair < b"\xd7\xfa"]


def _mistakes(rng: random.Random) -> Iterator[tuple[str, str]]:
    """(landmark, its name with one mistake): another character of the same sound, one lost, swapped, doubled, wrong."""
    characters = _common()
    by_sound: dict[str, list[str]] = {}
    for one in characters:
        by_sound.setdefault(lazy_pinyin(one)[0], []).append(one)
    for name, landmark in NAMES:
        if len(name) < 3:
            continue
        for _ in range(5):
            at, next_ = rng.randrange(len(name)), rng.randrange(len(name) - 1)
            same = rng.choice(by_sound.get(lazy_pinyin(name[at])[0], [name[at]]))
            yield landmark, name[:at] + same + name[at + 1 :]
            if len(name) > 3:
                yield landmark, name[:at] + name[at + 1 :]
            yield landmark, name[:next_] + name[next_ + 1] + name[next_] + name[next_ + 2 :]
            yield landmark, name[:at] + name[at] + name[at:]
            yield landmark, name[:at] + rng.choice(characters) + name[at + 1 :]


def test_a_name_with_one_mistake_is_found_or_offered_and_hardly_ever_taken_for_another() -> None:
    sure = offered = wrong = 0
    names = {name for name, _ in NAMES}
    rows = [(landmark, text) for landmark, text in _mistakes(random.Random(3)) if text not in names]
    for landmark, text in rows:
        found, certain = ids(text)
        sure += certain and found == [landmark]
        offered += not certain and landmark in found
        wrong += certain and found != [landmark]
    figures = (
        f"{len(rows)} names: {sure / len(rows):.1%} found, {offered / len(rows):.1%} offered, {wrong} wrong"
    )
    assert sure / len(rows) > 0.45, figures
    assert (sure + offered) / len(rows) > 0.95, figures
    assert wrong / len(rows) < 0.001, figures
