"""events.csv: on which days something takes place, what the sample shows, how a broken line is refused."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from knowledge.city import load_city, pack_folders
from knowledge.events import KINDS, Calendar
from knowledge.problems import PackError

SAMPLE = load_city(pack_folders()["sample"])
CALENDAR = Calendar(SAMPLE.events, SAMPLE.places)
ZONE = ZoneInfo("Asia/Shanghai")
GOOD = "tea,craft,茶会（示例）,songbai,2026-12-04,15:00,16:00,5,one,,,,,,,,,,,"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(str(files("knowledge").joinpath("cities", "sample")), folder)
    return folder


def with_line(pack: Path, line: str) -> int:
    """Append a line to events.csv; its number."""
    file = pack / "events.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + line + "\n", encoding="utf-8")
    return text.count("\n") + 1


def days(event: str, first: str, last: str) -> list[str]:
    found = CALENDAR.between(date.fromisoformat(first), date.fromisoformat(last))
    return [one.day.isoformat() for one in found if one.event.id == event]


@pytest.mark.parametrize("start", [date(2025, 6, 1), date(2026, 12, 1), date(2027, 2, 1), date(2031, 9, 29)])
def test_something_of_every_kind_always_lies_ahead_in_the_sample(start: date) -> None:
    ahead = list(CALENDAR.between(start, start + timedelta(days=40)))
    assert {one.event.kind for one in ahead} == set(KINDS)
    assert all("（示例）" in event.title for event in SAMPLE.events)
    assert len(SAMPLE.events) >= 15


def test_a_rule_leaves_out_its_exceptions_closed_days_and_public_holidays() -> None:
    assert days("morning-liuyin", "2026-12-12", "2027-01-01") == ["2026-12-12", "2026-12-19"], "not the 26th"
    assert days("books-liuyin", "2026-09-28", "2026-10-14") == ["2026-09-30", "2026-10-14"]
    assert "2026-10-06" in days("dance-songbai", "2026-10-01", "2026-10-08"), "they dance on holidays too"
    assert days("first-aid", "2026-12-01", "2026-12-31") == [], "the place is closed on the third Saturday"
    assert CALENDAR.on("first-aid", date(2026, 12, 19)) is None
    assert CALENDAR.on("first-aid", date(2027, 1, 16)) is not None


def test_a_date_knows_when_it_begins_ends_and_closes() -> None:
    one = CALENDAR.on("morning-liuyin", date(2026, 12, 5))
    assert one is not None
    assert one.key == "event/morning-liuyin/2026-12-05"
    assert one.starts(ZONE).isoformat() == "2026-12-05T09:30:00+08:00"
    assert one.ends(ZONE).isoformat() == "2026-12-05T11:00:00+08:00"
    assert one.closes(ZONE).isoformat() == "2026-12-04T21:30:00+08:00"


def test_once_is_on_its_day_even_on_a_holiday(pack: Path) -> None:
    with_line(pack, GOOD.replace("2026-12-04", "2027-01-01"))
    city = load_city(pack)
    calendar = Calendar(city.events, city.places)
    found = [one.day for one in calendar.between(date(2026, 1, 1), date(2028, 1, 1)) if one.event.id == "tea"]
    assert found == [date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("songbai", "nowhere", "no place nowhere"),
        ("craft", "party", "kind"),
        ("2026-12-04", "2026-13-04", "first"),
        ("16:00", "14:00", "closes must lie after"),
        (",5,one,", ",0,one,", "seats"),
        (",one,,", ",one,EVERY SATURDAY,", "is no rule"),
        (",one,,", ",one,FREQ=HOURLY,", "at most once a day"),
        (",one,,", ",one,FREQ=WEEKLY;UNTIL=20200101,", "no day at all"),
        ("one,,,,,,,,,,,", "one,,,,18,,,,,,,", "fill both or none"),
        ("one,,,,,,,,,,,", "one,,,,18,36,,,,,,", "does not come alone"),
        ("one,,,,,,,,,,,", "one,,,,,,,20,,,,", "2000"),
        ("one,,,,,,,,,,,", "one,,,,,,,,,basic,,", "volunteer's shift"),
        ("craft,茶会（示例）,songbai,2026-12-04,15:00,16:00,5,one,,,,,,,,,,,", "volunteer,茶会（示例）,songbai,2026-12-04,15:00,16:00,5,one,,,,,,,,,tea,,", "no training gives tea"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_where_it_stands(pack: Path, old: str, new: str, word: str) -> None:
    assert old in GOOD
    number = with_line(pack, GOOD.replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        load_city(pack)
    (problem,) = caught.value.problems
    assert problem.file.endswith("events.csv")
    assert problem.line == number
    assert word in problem.reason + problem.remedy, problem
    assert problem.remedy


def test_a_pack_without_events_has_none_and_foreign_places_take_theirs_along(
    pack: Path, tmp_path: Path
) -> None:
    (pack / "events.csv").unlink()
    assert load_city(pack).events == ()
    own = tmp_path / "own"
    own.mkdir()
    (own / "places.csv").write_text(
        (pack / "places.csv").read_text(encoding="utf-8").replace("songbai", "pine")
    )
    assert load_city(pack_folders()["sample"], own).events == (), "the shipped ones name places that are gone"
