"""A pack taken from a folder: what is shown before, what stands after, and that half of it never does."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from knowledge import loading
from knowledge.city import City, folders_of, load_city
from knowledge.comparing import compared
from knowledge.geo import Point, converted, metres
from knowledge.loading import prepared, put
from knowledge.placefiles import GEOJSON_FILE, HANGING, PLACES_FILE
from knowledge.problems import PackError

SAMPLE = Path(str(files("knowledge").joinpath("cities", "sample")))
HOME = load_city(SAMPLE)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The sample's places in a folder of their own."""
    folder = tmp_path / "given"
    folder.mkdir()
    for name in (PLACES_FILE, *HANGING):
        shutil.copy(SAMPLE / name, folder / name)
    return folder


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return tmp_path / "content"


def without(folder: Path, place: str) -> None:
    for name in (PLACES_FILE, *HANGING):
        lines = (folder / name).read_text("utf-8").splitlines(keepends=True)
        (folder / name).write_text(
            "".join(line for line in lines if not line.startswith(f"{place},")), "utf-8"
        )


def changed(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def loaded(folder: Path, content: Path) -> City:
    home = load_city(*folders_of("sample", content))
    put(prepared(folder, home, content), content)
    return load_city(*folders_of("sample", content))


def as_geojson(folder: Path, **more: Any) -> None:
    features = []
    for place in HOME.places:
        said = place.model_dump(
            include={"id", "name", "address", "phone", "months_from", "months_to", "kind"}
        )
        said |= {"accepting": list(place.accepting), "inclusive": place.inclusive, **more}
        spot = {"type": "Point", "coordinates": [place.point.lon, place.point.lat]}
        features.append({"type": "Feature", "properties": said, "geometry": spot})
    (folder / PLACES_FILE).unlink()
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    (folder / GEOJSON_FILE).write_text(text, "utf-8")


def test_what_is_loaded_again_changes_nothing(given: Path, content: Path) -> None:
    city = loaded(given, content)
    assert (city.places, city.landmarks, city.programmes) == (HOME.places, HOME.landmarks, HOME.programmes)
    assert compared(prepared(given, city, content)) == [
        f"places: 0 added, 0 changed, 0 gone, {len(HOME.places)} as before"
    ]


def test_the_difference_is_shown_field_by_field(given: Path, content: Path) -> None:
    changed(given, PLACES_FILE, "000-0000-0011,34.2701,", "000-0000-0099,34.2746,")
    changed(given, "hours.csv", "liuyin,1-5;makeup,07:30,18:00", "liuyin,1-5;makeup,08:00,18:00")
    changed(given, PLACES_FILE, ",yes,4,", ",,4,")
    without(given, "xiaoman")
    row = "xinyuan,新园（示例）,新园路1号（示例地址）,000-0000-0088,34.27,108.95,GCJ-02,6,36,voucher,centre,,,,,,,\n"
    with (given / PLACES_FILE).open("a", encoding="utf-8") as file:
        file.write(row)
    assert compared(prepared(given, HOME, content)) == [
        f"places: 1 added, 1 changed, 1 gone, {len(HOME.places) - 2} as before",
        "+ xinyuan  新园（示例）, 新园路1号（示例地址）",
        "~ liuyin  柳荫托育中心（示例）",
        "    moved by 500 m: 34.2701,108.94 WGS-84 -> 34.2746,108.94 WGS-84",
        "    phone: 000-0000-0011 -> 000-0000-0099",
        "    inclusive: yes -> nothing",
        "    hours: - days 1;2;3;4;5;makeup, opens 07:30:00, closes 18:00:00",
        "    hours: + days 1;2;3;4;5;makeup, opens 08:00:00, closes 18:00:00",
        "- xiaoman  小满早托之家（示例）: hidden from now on, found and booked no more",
    ]


def test_a_place_that_does_not_come_is_hidden_with_all_that_hangs_on_it(given: Path, content: Path) -> None:
    without(given, "xiaoman")
    city = loaded(given, content)
    assert "xiaoman" not in {place.id for place in city.places}
    assert "xiaoman" not in city.programmes["voucher"].accepting
    kept, was = city.place("xiaoman"), HOME.place("xiaoman")
    assert not kept.bookable
    assert (
        kept.model_copy(update={"hidden": False, "accepting": was.accepting, "specials": was.specials}) == was
    )
    assert loaded(given, content).gone == city.gone, "it stays through further loads"
    shutil.rmtree(given)
    given.mkdir()
    for name in (PLACES_FILE, *HANGING):
        shutil.copy(SAMPLE / name, given / name)
    lines = compared(prepared(given, city, content))
    assert "+ xiaoman  小满早托之家（示例）, 石桥片区小满胡同5号（示例地址）" in lines, "it may come back"
    assert loaded(given, content).places == HOME.places


def test_what_hung_on_the_places_goes_with_those_that_come_without_it(given: Path, content: Path) -> None:
    loaded(given, content)
    (given / "doctor.csv").unlink()
    assert all(not place.doctor for place in loaded(given, content).places)


def test_geojson_is_wgs84_with_the_longitude_first(given: Path, content: Path) -> None:
    as_geojson(given)
    city = loaded(given, content)
    assert not (content / "cities" / "sample" / GEOJSON_FILE).exists()
    for place in HOME.places:
        assert city.place(place.id).datum == "WGS-84"
        assert metres(city.place(place.id).point, place.point) < 0.01
        assert city.place(place.id).accepting == place.accepting


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_csv_says_which_map_its_coordinates_are_of(given: Path, content: Path, datum: Any) -> None:
    there = converted(Point(34.2701, 108.9402), "WGS-84", datum)
    changed(given, PLACES_FILE, "34.2701,108.9402,WGS-84", f"{there.lat:.6f},{there.lon:.6f},{datum}")
    lines = compared(prepared(given, HOME, content))
    assert [line for line in lines if "moved" in line] == [], "the same spot on another map"
    assert metres(loaded(given, content).place("liuyin").point, HOME.place("liuyin").point) < 0.5


def test_coordinates_far_from_all_others_are_doubted(given: Path, content: Path) -> None:
    changed(given, PLACES_FILE, "34.2701,108.9402", "24.2701,108.9402")
    assert "look again: liuyin lies 1111 km from the others; are lat and lon right?" in compared(
        prepared(given, HOME, content)
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (PLACES_FILE, "34.2701,108.9402", "108.9402,34.2701", "places.csv:2: lat: "),
        (PLACES_FILE, "000-0000-0011", "手机", "places.csv:2: phone: "),
        (
            "hours.csv",
            "liuyin,1-5;makeup,07:30,18:00",
            "liuyin,1-5;makeup,18:30,18:00",
            "hours.csv:2: closes ",
        ),
        (
            "services.csv",
            "liuyin,hourly",
            "liuying,hourly",
            "services.csv:2: place: there is no place liuying",
        ),
        (
            PLACES_FILE,
            "voucher,centre",
            "coupon,centre",
            "places.csv:2: accepting: there is no programme coupon",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy_and_nothing_changes(
    given: Path, content: Path, name: str, old: str, new: str, said: str
) -> None:
    changed(given, name, old, new)
    with pytest.raises(PackError) as caught:
        loaded(given, content)
    assert any(f"{given}/{said}" in str(problem) and problem.remedy for problem in caught.value.problems)
    assert not content.exists()


def test_files_that_no_pack_has_and_half_of_the_places_are_refused(given: Path, content: Path) -> None:
    (given / "place.csv").write_text("id\n")
    with pytest.raises(PackError, match=r"place\.csv: is no file of a pack"):
        prepared(given, HOME, content)
    (given / "place.csv").unlink()
    (given / PLACES_FILE).unlink()
    with pytest.raises(PackError, match="comes without the places"):
        prepared(given, HOME, content)
    with pytest.raises(PackError, match="is not a folder"):
        prepared(given / "nowhere", HOME, content)
    empty = content.parent / "empty"
    empty.mkdir()
    with pytest.raises(PackError, match="holds no file of a pack"):
        prepared(empty, HOME, content)


def test_landmarks_alone_leave_the_places_as_they_are(tmp_path: Path, content: Path) -> None:
    folder = tmp_path / "marks"
    folder.mkdir()
    text = (SAMPLE / "landmarks.csv").read_text("utf-8")
    (folder / "landmarks.csv").write_text(
        text + "new-gate,新大门（示例）,,estate,34.27,108.94,BD-09\n", "utf-8"
    )
    lines = compared(prepared(folder, HOME, content))
    assert lines[1:] == ["landmarks: 1 added, 0 changed, 0 gone", "+ new-gate  新大门（示例）"]
    city = loaded(folder, content)
    assert city.places == HOME.places
    assert city.landmarks[-1].id == "new-gate"


def test_a_whole_pack_of_another_district_goes_to_its_own_folder(tmp_path: Path, content: Path) -> None:
    folder = tmp_path / "hedong"
    shutil.copytree(SAMPLE, folder)
    changed(folder, "city.yaml", '"999901"', '"999902"')
    coming = prepared(folder, HOME, content)
    assert (coming.pack, coming.before) == ("hedong", None)
    assert put(coming, content) == content / "cities" / "hedong"
    assert load_city(*folders_of("hedong", content)).code == "999902"
    assert load_city(*folders_of("sample", content)) == HOME


def test_a_load_that_is_cut_short_leaves_what_stood(
    given: Path, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(given, PLACES_FILE, "000-0000-0011", "000-0000-0099")
    first = loaded(given, content)
    without(given, "xiaoman")
    moves: list[Path] = []
    real = Path.replace

    def dies(self: Path, target: Any) -> Path:
        moves.append(self)
        if len(moves) == 2:
            raise OSError("the power is gone")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(OSError, match="power"):
        loaded(given, content)
    monkeypatch.undo()
    assert not (content / "cities" / "sample").exists()
    assert load_city(*folders_of("sample", content)) == first
    assert "xiaoman" not in {place.id for place in loaded(given, content).places}
    assert [path.name for path in (content / "cities").iterdir()] == ["sample"]


def test_what_would_not_be_read_back_the_same_does_not_stand(
    given: Path, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MORE_COLUMNS", ("inclusive",))
    with pytest.raises(PackError):
        loaded(given, content)
    assert not (content / "cities" / "sample").exists()
