"""The atlas: every system that names a place has its row, nothing stands there that its entries do not say, it is found."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge import atlas
from knowledge.atlas import COLUMNS, NAME, atlas_problems, shipped
from knowledge.coverage import IDS, covers
from knowledge.directory import Directory
from knowledge.entries import Entry, load_corpus
from knowledge.places import Place
from knowledge.problems import PackError

ENTRIES = load_corpus(files("knowledge").joinpath("corpus"))
BY_ID: dict[str, Entry] = {entry.id: entry for entry in ENTRIES}
SYSTEMS = {one for one in IDS if one.startswith("S")}
NO_PLACE = {
    "S03": "who runs S02, and an entrance online that nobody published",
    "S05": "a network without a list", "S07": "an aim", "S08": "a rating without results", "S09": "planned", "S11": "a way of linking",
    "S12": "planned", "S14": "who runs S13", "S15": "a team", "S18": "a city's total", "S19": "classes without names",
    "S20": "500 points without a list", "S21": "beds without places", "S22": "a subsidy", "S23": "an aim", "S24": "a policy",
    "S26": "a platform online", "S28": "an assessment", "S30": "a policy", "S31": "a direction", "S32": "a city's total",
    "S33": "28 schools without a list", "S34": "parks without names", "S40": "a voucher", "S41": "policies", "S44": "a change of office",
    "S45": "a subsidy", "S46": "a circle without a list", "S47": "a plan",
}  # fmt: skip


def test_every_system_names_a_place_or_is_none() -> None:
    placed = {place.system for place in shipped().places}
    assert placed | NO_PLACE.keys() == SYSTEMS
    assert placed & NO_PLACE.keys() == set()


def test_what_is_shipped_says_what_its_entries_say() -> None:
    assert atlas_problems(ENTRIES) == []
    for place in shipped().places:
        entries = [BY_ID[one] for one in sorted(covers()[place.system])]
        told = "".join(entry.answer + entry.head.question for entry in entries)
        for figure in (place.area, place.licensed, place.months_from):
            if figure is not None:
                assert re.search(rf"(?<!\d){figure:g}(?!\d)", told), (place.id, figure)
        names = [atlas._bare(name) for name in (place.name, *place.other_names)]
        # One by one: only the beginning of a long text is normalised.
        said = [atlas._bare(entry.head.question + entry.answer) for entry in entries]
        assert any(name in text for name in names for text in said), place.id


def test_nothing_of_it_can_be_booked() -> None:
    """It has no coordinates and no telephone, and is no Place: neither a directory nor a booking can take one."""
    assert not {"lat", "lon", "phone", "accepting"} & set(COLUMNS)
    assert not any(isinstance(place, Place) for place in shipped().places)
    with pytest.raises(AttributeError):
        Directory(shipped().places)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("610104", ["lianhu-complexes", "yongan", "lianhu-guidance"]),
        ("610000", ["lianhu-complexes", "yongan", "lianhu-guidance"]),
        ("370812", ["ruyituo", "baiyitang-canteen", "jining-group"]),
        ("370800", ["ruyituo", "baiyitang-canteen", "jining-group"]),
        ("440303", ["yucun-house", "yucun-space"]),
        ("150502", ["yiyou", "zhihui"]),
        ("110115", ["etown"]),
        ("140105", ["xiaodian", "shanxi-homecare"]),
        ("310101", []),
    ],
)
def test_places_of_a_region(code: str, found: list[str]) -> None:
    assert [place.id for place in shipped().in_region(code)] == found


def test_the_whole_country_is_all_of_them() -> None:
    assert len(shipped().in_region("000000")) == len(shipped().places) >= 18


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("永安社区日间照料中心", ["yongan"]),
        ("永安中心怎么走", ["yongan"]),
        ("儒易托在哪", ["ruyituo"]),
        ("如意托", ["ruyituo"]),
        ("漁邨“漁”你成长小屋", ["yucun-house"]),
        ("渔村渔你成长小屋", ["yucun-house"]),
        ("亿优宝贝", ["yiyou"]),
        ("億優寶貝托育園", ["yiyou"]),
        ("亿忧宝贝", ["yiyou"]),
        ("暖房子", ["nuanfangzi"]),
        ("湖畔嘉苑西区的宝宝屋", ["hupan"]),
        ("东新实验幼托园", ["dongxin"]),
        ("天安门", []),
        ("托育中心", []),
        ("社区", []),
        ("", []),
        ("a", []),
    ],
)
def test_places_by_name(text: str, found: list[str]) -> None:
    assert [place.id for place in shipped().named(text)] == found


def test_a_closed_place_says_so() -> None:
    assert [place.id for place in shipped().places if place.status == "closed"] == ["nuanfangzi"]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("yongan,S02", "yongan,S01", "does not tell S01"),
        ("lianhu-yongan-where", "lianhu-yongan-nowhere", "does not tell"),
        ("2025-01-22,lianhu-yongan-where", "2025-01-23,lianhu-yongan-where", "is not by"),
        ("\nyongan,", "\nlianhu-complexes,", "already"),
        ("610104,红庙坡", "619999,红庙坡", "no code"),
        (",closed,", ",shut,", "status"),
    ],
)
def test_a_row_that_says_otherwise_is_refused(tmp_path: Path, old: str, new: str, word: str) -> None:
    folder = tmp_path / "atlas"
    shutil.copytree(str(files("knowledge").joinpath("atlas")), folder)
    text = (folder / NAME).read_text(encoding="utf-8")
    assert old in text
    (folder / NAME).write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = atlas_problems(ENTRIES, folder)
    assert word in problem.reason
    assert problem.line == 1 + (text.split(old)[0] + old.split("y")[0]).count("\n")


def test_an_unreadable_atlas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError):
        atlas.load(tmp_path)
