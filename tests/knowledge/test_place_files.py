"""The files of a pack's places: what the sample shows, how a broken line is refused, GeoJSON, whose files win."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, datetime, time
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge.city import load_city, pack_folders
from knowledge.directory import Directory
from knowledge.geo import Point, metres
from knowledge.opening import WORKING
from knowledge.places import CARE
from knowledge.problems import PackError, Problem
from knowledge.services import SERVICES
from knowledge.wanted import Wanted

SAMPLE = load_city(pack_folders()["sample"])
HERE = Point(34.2701, 108.9402)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(str(files("knowledge").joinpath("cities", "sample")), folder)
    return folder


def add(file: Path, line: str) -> int:
    """Append a line; returns its number."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text + line + "\n", encoding="utf-8")
    return text.count("\n") + 1


def refused(*folders: Path) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        load_city(*folders)
    assert all(problem.reason and problem.remedy for problem in caught.value.problems)
    return caught.value.problems


def test_the_sample_has_enough_to_find_and_to_book() -> None:
    care = [place for place in SAMPLE.places if place.kind in CARE]
    assert 8 <= len(care) <= 10
    kinds = [place.kind for place in SAMPLE.places]
    assert [kinds.count(kind) for kind in ("home", "kindergarten", "canteen", "station")] == [1, 1, 2, 2]
    assert all(place.hours and place.services for place in SAMPLE.places)
    assert all(place.classes for place in care)
    assert {row.service for place in SAMPLE.places for row in place.services} == set(SERVICES)
    assert len({place.datum for place in SAMPLE.places}) == len({one.datum for one in SAMPLE.landmarks}) == 3
    near = Directory(SAMPLE.places).within(HERE, Wanted(kinds=CARE, months=14))
    assert [one.place.id for one in near] == ["liuyin", "heting", "xiaoman"]


def test_the_sample_is_marked_as_one() -> None:
    assert len(SAMPLE.landmarks) >= 40
    assert all(one.name.endswith("（示例）") for one in (*SAMPLE.places, *SAMPLE.landmarks))
    assert all("示例" in place.source and place.phone.startswith("000-0000-00") for place in SAMPLE.places)
    assert all("示例" in row.who for place in SAMPLE.places for row in place.doctor)
    assert all(metres(HERE, one.point) < 4000 for one in (*SAMPLE.places, *SAMPLE.landmarks))


def test_a_home_based_place_has_five_children_and_three_of_a_carer() -> None:
    (home,) = (place for place in SAMPLE.places if place.kind == "home")
    assert [(row.class_, row.cap, row.children_per_carer) for row in home.classes] == [("home", 5, 3)]


def test_a_place_tells_hours_prices_classes_and_the_doctor() -> None:
    place = SAMPLE.place("liuyin")
    assert place.opening.on(date(2026, 12, 1)) == ((time(7, 30), time(18)),)
    assert place.opening.on(date(2026, 12, 31)) == ((time(7, 30), time(15)),)
    assert place.opening.at(datetime(2026, 12, 31, 15)) is False  # noqa: DTZ001 -- local
    assert [row.price_fen for row in place.offers("full_day")] == [198_000, 240_000]
    assert [row.class_ for row in place.classes_for(7)] == ["infant"]
    assert [row.who for row in place.doctor_on(date(2026, 12, 2))] == ["社区卫生服务中心儿科医生（示例）"]
    assert (place.inclusive, place.stars, place.filing, place.licensed, place.area) == (
        True,
        4,
        "示例备案2026-001",
        60,
        520,
    )
    assert place.source_date == date(2026, 9, 1)


def test_what_nobody_published_is_none() -> None:
    place = SAMPLE.place("dongtang-station")
    assert (place.inclusive, place.stars, place.filing, place.licensed) == (None, None, "", None)
    (care,) = place.offers("day_care")
    assert (care.price_fen, care.unit, care.notice_hours, care.served) == (None, None, None, WORKING)


def test_a_day_for_every_place() -> None:
    assert all(place.opening.on(date(2027, 2, 5)) == () for place in SAMPLE.places)


@pytest.mark.parametrize(
    ("name", "line", "word"),
    [
        ("hours.csv", "nowhere,1-5,08:00,12:00", "nowhere"),
        ("hours.csv", "liuyin,1-8,08:00,12:00", "days"),
        ("hours.csv", "liuyin,,08:00,12:00", "days"),
        ("hours.csv", "liuyin,6,8点,12:00", "opens"),
        ("hours.csv", "liuyin,6,14:00,12:00", "closes must lie after"),
        ("hours.csv", "liuyin,5-6,12:00,13:00", "overlaps the hours of line 2"),
        ("hours.csv", "*,6,12:00,13:00", "days that differ"),
        ("days.csv", "liuyin,2026-12-31,,,停电", "otherwise"),
        ("days.csv", "liuyin,2026-13-31,,,停电", "date"),
        ("days.csv", "liuyin,2026-11-30,08:00,,停电", "belong together"),
        ("classes.csv", "liuyin,infant,,6,11,1:3,11,3", "at most 10"),
        ("classes.csv", "liuyin,toddler,,12,23,1:5,16,3", "at most 15"),
        ("classes.csv", "liuyin,older,,24,36,1:7,21,3", "at most 20"),
        ("classes.csv", "liuyin,mixed,,18,36,1:5,19,3", "at most 18"),
        ("classes.csv", "liuyin,mixed,,12,36,1:5,18,3", "from 18 months"),
        ("classes.csv", "liuyin,infant,,6,11,1:5,10,3", "at most 3 children"),
        ("classes.csv", "liuyin,infant,,3,11,1:3,10,3", "6 to 36 months"),
        ("classes.csv", "liuyin,older,,30,24,1:7,20,3", "months_to lies below"),
        ("classes.csv", "liuyin,home,,6,36,1:3,5,2", "not for a place of kind centre"),
        ("classes.csv", "heting,infant,,6,11,1:3,5,2", "not for a place of kind home"),
        ("classes.csv", "heting,home,,6,36,1:3,6,2", "at most 5"),
        ("classes.csv", "heting,home,,6,36,1:3,2,1", "has one"),
        ("classes.csv", "liuyin,infant,,6,11,1:4,10,3", "ratio"),
        ("services.csv", "liuyin,babysitting,2000,hour,,,,,,", "service"),
        ("services.csv", "liuyin,hourly,20,hour,,,,,,", "2000"),
        ("services.csv", "liuyin,hourly,20.5,hour,,,,,,", "price_fen"),
        ("services.csv", "liuyin,hourly,2000,,,,,,,", "belong together"),
        ("services.csv", "liuyin,hourly,2000,hour,,,18:00,17:00,,", "closes must lie after"),
        ("services.csv", "liuyin,hourly,2000,hour,,,,,24,12", "months_to lies below"),
        ("doctor.csv", "liuyin,3,6,09:00,11:00,医生（示例）", "weeks"),
        ("doctor.csv", "liuyin,holiday,,09:00,11:00,医生（示例）", "weekdays only"),
        ("landmarks.csv", "a-gate,东门（示例）,,gate,34.27,108.94,WGS-84", "kind"),
        ("landmarks.csv", "liuyin-road,东门（示例）,,school,34.27,108.94,WGS-84", "already"),
        ("landmarks.csv", "a-gate,东门（示例）,,school,134.27,108.94,WGS-84", "lat"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_where_it_stands(pack: Path, name: str, line: str, word: str) -> None:
    number = add(pack / name, line)
    told = [p for p in refused(pack) if p.file.endswith(name) and word in str(p)]
    assert [p.line for p in told] == [number]


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("stars", "6", "stars"),
        ("inclusive", "maybe", "inclusive"),
        ("licensed", "0", "licensed"),
        ("source_date", "", "belong together"),
        ("area", "big", "area"),
    ],
)
def test_a_bad_cell_of_an_optional_column_is_refused(pack: Path, column: str, value: str, word: str) -> None:
    rows = _rows(pack)
    rows[1][column] = value
    _write(pack, rows)
    (problem,) = refused(pack)
    assert (Path(problem.file).name, problem.line) == ("places.csv", 3)
    assert word in problem.reason


def test_a_home_with_six_places_is_refused(pack: Path) -> None:
    rows = _rows(pack)
    next(row for row in rows if row["kind"] == "home")["licensed"] = "6"
    _write(pack, rows)
    assert "at most 5" in refused(pack)[0].reason


def test_columns_that_nobody_needs_may_be_left_out_and_others_not_be_invented(pack: Path) -> None:
    rows = _rows(pack)
    _write(pack, [{key: value for key, value in row.items() if key != "stars"} for row in rows])
    assert load_city(pack).place("liuyin").stars is None
    _write(pack, [row | {"smell": "good"} for row in rows])
    assert "other columns" in refused(pack)[0].reason
    _write(pack, [{key: value for key, value in row.items() if key != "kind"} for row in rows])
    assert "it may also name inclusive,stars" in refused(pack)[0].remedy


def test_a_feature_collection_is_the_same_as_the_table(pack: Path) -> None:
    features = _features(pack)
    (pack / "places.csv").unlink()
    _geojson(pack, features)
    city = load_city(pack)
    for ours, theirs in zip(city.places, SAMPLE.places, strict=True):
        assert ours.model_dump(exclude={"lat", "lon", "datum"}) == theirs.model_dump(
            exclude={"lat", "lon", "datum"}
        )
        assert metres(ours.point, theirs.point) < 0.1


def test_a_bad_feature_is_refused_where_it_stands(pack: Path) -> None:
    features = _features(pack)
    (pack / "places.csv").unlink()
    features[2]["properties"]["stars"] = 9  # type: ignore[index]
    features[4]["geometry"] = {"type": "Polygon", "coordinates": []}
    _geojson(pack, features)
    lines = (pack / "places.geojson").read_text(encoding="utf-8").splitlines()
    told = {problem.line: problem for problem in refused(pack)}
    assert "stars" in told[1 + next(n for n, line in enumerate(lines) if '"stars": 9' in line)].reason
    assert "no place" in next(problem.reason for problem in told.values() if "Point" in problem.remedy)


@pytest.mark.parametrize("text", ['{"type": "Feature"}', "[1, 2]", '{"type": '])
def test_what_is_no_feature_collection_is_refused(pack: Path, text: str) -> None:
    (pack / "places.csv").unlink()
    (pack / "places.geojson").write_text(text, encoding="utf-8")
    assert [Path(p.file).name for p in refused(pack)] == ["places.geojson"]


def test_one_table_or_the_other(pack: Path) -> None:
    _geojson(pack, _features(pack))
    assert any("beside" in p.reason for p in refused(pack))


def test_who_replaces_the_places_replaces_what_hangs_on_them(tmp_path: Path, pack: Path) -> None:
    own = tmp_path / "own" / "sample"
    own.mkdir(parents=True)
    (pack / "programmes" / "voucher.yaml").unlink()
    rows = [row | {"accepting": ""} for row in _rows(pack)]
    _write(pack, rows)
    _write(own, rows[:1])
    city = load_city(pack, own)
    assert [place.id for place in city.places] == ["liuyin"]
    assert (city.places[0].hours, city.places[0].classes) == ((), ())
    assert len(city.landmarks) == len(SAMPLE.landmarks)
    (own / "hours.csv").write_text("place,days,opens,closes\nliuyin,1-7,08:00,20:00\n", encoding="utf-8")
    assert len(load_city(pack, own).places[0].hours) == 1
    (own / "places.csv").unlink()
    assert len(load_city(pack, own).place("liuyin").classes) == 3


def test_a_mistake_of_a_place_is_told_once(pack: Path) -> None:
    rows = _rows(pack)
    rows[0]["lat"] = "north"
    _write(pack, rows)
    assert [Path(problem.file).name for problem in refused(pack)] == ["places.csv"]


def _rows(pack: Path) -> list[dict[str, str]]:
    with (pack / "places.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _write(pack: Path, rows: list[dict[str, str]]) -> None:
    with (pack / "places.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _features(pack: Path) -> list[dict[str, object]]:
    """The pack's places as GeoJSON: WGS-84, numbers as numbers, nothing where nothing was published."""
    found: list[dict[str, object]] = []
    for row in _rows(pack):
        place = SAMPLE.place(row["id"])
        said = {key: value for key, value in row.items() if value and key not in ("lat", "lon", "datum")}
        numbers = {
            key: float(said[key]) for key in ("months_from", "months_to", "stars", "licensed") if key in said
        }
        geometry = {"type": "Point", "coordinates": [place.point.lon, place.point.lat]}
        properties = {**said, **{key: int(value) for key, value in numbers.items()}, "area": place.area}
        found.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return found


def _geojson(pack: Path, features: list[dict[str, object]]) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent="\t")
    (pack / "places.geojson").write_text(text, encoding="utf-8")
