"""City packs: the sample, how a broken pack is refused, rounds, bands and places."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.care import CareRules, PlaceRules
from knowledge.check import check
from knowledge.city import City, load_city, pack_folders
from knowledge.problems import PackError, Problem
from knowledge.programme import Programme

SHANGHAI = ZoneInfo("Asia/Shanghai")
SAMPLE = load_city(pack_folders()["sample"])
VOUCHER = SAMPLE.programmes["voucher"]

LISTED = """\
rounds:
  - id: 2025-11
    opens: 2025-11-10T09:00
    closes: 2025-11-20T20:00
    frozen: 2025-11-20T20:30
    draw: 2025-11-21T09:00
    publish: 2025-11-21T09:30
    reference_day: 2025-11-10
  - id: 2025-12
    opens: 2025-12-10T09:00
    closes: 2025-12-20T20:00
    frozen: 2025-12-20T20:30
    draw: 2025-12-21T09:00
    publish: 2025-12-21T09:30
    reference_day: 2025-12-10
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "cities" / "sample"
    shutil.copytree(str(files("knowledge").joinpath("cities", "sample")), folder)
    return folder


def edit(file: Path, old: str, new: str) -> int:
    """Replace once; returns the line of the change."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return 1 + text.split(old)[0].count("\n")


def refused(*folders: Path) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        load_city(*folders)
    assert all(problem.reason and problem.remedy for problem in caught.value.problems)
    return caught.value.problems


def with_listed_rounds(pack: Path) -> Programme:
    file = pack / "programmes" / "voucher.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.split("rounds:")[0] + LISTED + "valid_days:" + text.split("valid_days:")[1], encoding="utf-8"
    )
    return load_city(pack).programmes["voucher"]


def test_the_sample_is_invented_from_end_to_end() -> None:
    assert SAMPLE.demo
    assert SAMPLE.code == "999901"
    assert [parent.name for parent in SAMPLE.settings.parents] == ["全国"]
    assert all("示例" in place.name for place in SAMPLE.places)
    assert all("示例" in place.address for place in SAMPLE.places)
    assert all(place.phone.startswith("000-") for place in SAMPLE.places)
    assert all("示例" in programme.name for programme in SAMPLE.programmes.values())


def test_the_sample_programme_has_the_shape_it_promises() -> None:
    rows = [(b.months_from, b.months_to, b.amount_fen, b.quota) for b in VOUCHER.bands]
    assert rows == [(0, 12, 100_000, 200), (13, 24, 50_000, 800), (25, "kindergarten", 50_000, 800)]
    assert (VOUCHER.valid_days, VOUCHER.reminder_days, VOUCHER.publish) == (30, (7, 1), "automatic")


def test_some_place_takes_a_voucher_in_every_band_and_none_below_six_months() -> None:
    for months in (6, 12, 13, 24, 25, 36, 40):
        assert SAMPLE.places_for("voucher", months)
    assert SAMPLE.places_for("voucher", 5) == []
    assert sum("voucher" in place.accepting for place in SAMPLE.places) == 6


@given(st.integers(0, 100 * 366 * 86400))
@settings(max_examples=60, deadline=None)
def test_exactly_one_sample_round_is_open_whenever_the_clock_stands(seconds: int) -> None:
    at = datetime(2000, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=seconds)
    assert len([r for r in VOUCHER.rounds_between(at, at) if r.is_open(at)]) == 1


def test_a_monthly_round_has_its_instants() -> None:
    at = datetime(2026, 12, 5, tzinfo=SHANGHAI)
    (found,) = [r for r in VOUCHER.rounds_between(at, at) if r.is_open(at)]
    assert found.id == "2026-12"
    assert found.opens == datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
    assert found.closes == found.frozen == datetime(2027, 1, 1, 9, tzinfo=SHANGHAI)
    assert found.draw - found.closes == timedelta(hours=1)
    assert found.publish - found.closes == timedelta(minutes=90)
    assert found.reference_day == date(2026, 12, 1)


def test_rounds_between_meets_a_round_from_opening_to_publication() -> None:
    publish = datetime(2026, 12, 1, 10, 30, tzinfo=SHANGHAI)
    ids = [r.id for r in VOUCHER.rounds_between(publish, publish)]
    assert ids == ["2026-11", "2026-12"]
    later = publish + timedelta(seconds=1)
    assert [r.id for r in VOUCHER.rounds_between(later, later)] == ["2026-12"]
    with pytest.raises(ValueError, match="aware"):
        VOUCHER.rounds_between(publish.replace(tzinfo=None), publish)


def test_listed_rounds_are_local_instants(pack: Path) -> None:
    programme = with_listed_rounds(pack)
    year = (datetime(2025, 1, 1, tzinfo=SHANGHAI), datetime(2026, 1, 1, tzinfo=SHANGHAI))
    first, second = programme.rounds_between(*year)
    assert (first.id, second.id) == ("2025-11", "2025-12")
    assert first.opens == datetime(2025, 11, 10, 9, tzinfo=SHANGHAI)
    assert first.reference_day == date(2025, 11, 10)
    assert Programme.from_canonical(programme.canonical()) == programme


def test_listed_rounds_may_not_overlap(pack: Path) -> None:
    with_listed_rounds(pack)
    edit(pack / "programmes" / "voucher.yaml", "opens: 2025-12-10T09:00", "opens: 2025-11-15T09:00")
    assert "opens before round 2025-11 closes" in refused(pack)[0].reason


@pytest.mark.parametrize(
    ("birth", "band", "why"),
    [
        (date(2026, 12, 1), "m00-12", None),
        (date(2026, 12, 2), None, "unborn"),
        (date(2025, 12, 1), "m00-12", None),
        (date(2025, 11, 1), "m13-24", None),
        (date(2024, 12, 1), "m13-24", None),
        (date(2024, 11, 1), "m25-k", None),
        (date(2023, 9, 1), "m25-k", None),
        (date(2023, 8, 31), None, "too_old"),
    ],
)
def test_a_birth_date_has_its_band_on_the_reference_day(
    birth: date, band: str | None, why: str | None
) -> None:
    at = datetime(2026, 12, 5, tzinfo=SHANGHAI)
    round_ = VOUCHER.rounds_between(at, at)[0]
    found = VOUCHER.band_of(birth, round_)
    assert (found.id if found else None) == band
    assert VOUCHER.why_no_band(birth, round_) == why


@pytest.mark.parametrize(
    ("old", "new", "reason", "remedy"),
    [
        ("ahead_days: 40", "ahead_days: 0", "greater than or equal to 1", "a number within"),
        ("at_once: 3", "at_once: three", "valid integer", "whole number"),
        ("cancel_minutes: 120", "cancel_minutes: -5", "greater than or equal to 0", "a number within"),
        ("late_minutes: 30", "late_minutes: 241", "less than or equal to 240", "a number within"),
        ("late_minutes: 30", "latest_minutes: 10081", "less than or equal to 10080", "a number within"),
        ("late_minutes: 30", "latest_minuts: 60", "not permitted", "correct its spelling"),
        ("late_minutes: 30", "free_visits: 367", "less than or equal to 366", "a number within"),
        ("late_minutes: 30", "moved_late_counts: perhaps", "boolean", "true or false"),
        ("counted_most: 3", "counted_most: 101", "less than or equal to 100", "a number within"),
        ("counted_days: 90", "counted_days: 0", "greater than or equal to 1", "a number within"),
        ("counted_ahead_days: 7", "counted_ahead_days: 0", "greater than or equal to 1", "a number within"),
        ("weeks: 4", "weeks: 13", "less than or equal to 12", "a number within"),
        ("moves_first: latest", "moves_first: dice", "'latest', 'shortest' or 'lot'", "one of the values"),
        ("{free_visits: 12}", "{free_visits: -1}", "greater than or equal to 0", "a number within"),
        ("{free_visits: 12}", "{at_once: 2}", "not permitted", "correct its spelling"),
        ("{free_visits: 12}", "{latest_minutes: 1d}", "valid integer", "whole number"),
        ("dongtang: {free", "dongtan: {free", "there is no place dongtan", "correct the id"),
    ],
)
def test_a_rule_of_care_that_cannot_be_is_refused_with_its_line(
    pack: Path, old: str, new: str, reason: str, remedy: str
) -> None:
    line = edit(pack / "city.yaml", old, new)
    (problem,) = refused(pack)
    assert (problem.file, problem.line) == (str(pack / "city.yaml"), line)
    assert reason in problem.reason
    assert remedy in problem.remedy


def test_every_rule_of_care_that_a_place_may_set_is_one_of_the_districts() -> None:
    assert PlaceRules.model_fields.keys() < CareRules.model_fields.keys()


def test_a_child_too_young_for_the_first_band_is_told_so(pack: Path) -> None:
    edit(pack / "programmes" / "voucher.yaml", "months_from: 0", "months_from: 6")
    programme = load_city(pack).programmes["voucher"]
    at = datetime(2026, 12, 5, tzinfo=SHANGHAI)
    assert programme.why_no_band(date(2026, 10, 1), programme.rounds_between(at, at)[0]) == "too_young"


def test_fields_that_came_later_say_nothing_where_they_are_not_used() -> None:
    """What was armed by its hash before there was a reserve list stays armed."""
    plain = VOUCHER.model_copy(update={"allocation": "lottery", "reserve_until": None})
    assert b"allocation" not in plain.canonical()
    assert b"reserve_until" not in plain.canonical()
    assert Programme.from_canonical(plain.canonical()) == plain
    other = plain.model_copy(update={"allocation": "first_come", "reserve_until": datetime(2027, 1, 20, 20)})  # noqa: DTZ001
    assert b'"reserve_until":"2027-01-20T20:00:00"' in other.canonical()
    assert Programme.from_canonical(other.canonical()) == other


def test_canonical_bytes_survive_the_way_there_and_back(pack: Path) -> None:
    assert Programme.from_canonical(VOUCHER.canonical()) == VOUCHER
    assert Programme.from_canonical(VOUCHER.canonical()).canonical() == VOUCHER.canonical()
    edit(pack / "programmes" / "voucher.yaml", "# Invented sample", "# Another comment")
    assert load_city(pack).programmes["voucher"].canonical() == VOUCHER.canonical()
    edit(pack / "programmes" / "voucher.yaml", "quota: 200", "quota: 201")
    assert load_city(pack).programmes["voucher"].canonical() != VOUCHER.canonical()


Break = Callable[[Path], tuple[str, int]]


def in_file(name: str, old: str, new: str) -> Break:
    return lambda pack: (name, edit(pack / name, old, new))


YAML = "programmes/voucher.yaml"


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (in_file(YAML, "quota: 200", "quota: many"), "quota"),
        (in_file(YAML, "use: once", "use: twice"), "use"),
        (in_file(YAML, "use: once", "use: once\nallocation: first_come"), ""),
        (in_file(YAML, "months_from: 13", "months_from: 14"), "must begin at 13"),
        (in_file(YAML, "residents_only: false", "residents_only: no"), "residents_only"),
        (in_file(YAML, "proof: [id_card,", "proof: [photo,"), "proof"),
        (in_file(YAML, "reminder_days: [7, 1]", "reminder_days: [30, 1]"), "reminder day"),
        (in_file(YAML, "accepting: listed", "accepting: [liuyin, nowhere]"), "nowhere"),
        (in_file(YAML, "valid_days: 30", "valid_days: 30\ntz: UTC"), "tz"),
        (in_file(YAML, "use: once", "use: [once"), "YAML"),
        (in_file(YAML, "use: once", "use: once\nuse: balance"), "twice"),
        (in_file("city.yaml", "tz: Asia/Shanghai", "tz: Asia/Nowhere"), "time zone"),
        (in_file("city.yaml", 'code: "999901"', "code: 9999"), "code"),
        (in_file("city.yaml", "number: 000-0000-0001", "number: 010-0000-0001"), "somebody"),
        (in_file("places.csv", "34.2655", "north"), "lat"),
        (in_file("places.csv", "dongtang,", "liuyin,"), "liuyin"),
        (in_file("places.csv", "000-0000-0013", "029-0000-0013"), "somebody"),
        (in_file("places.csv", ",6,36,voucher,home", ",6,36,vaucher,home"), "vaucher"),
        (in_file("places.csv", ",24,47,", ",24,,"), "belong together"),
        (in_file("places.csv", ",10,36,voucher,centre", ",10,36,voucher,centre,more"), "cells"),
    ],
)
def test_a_spoilt_pack_is_refused_with_file_line_reason_and_remedy(
    pack: Path, spoil: Break, word: str
) -> None:
    name, line = spoil(pack)
    problems = refused(pack)
    near = [p for p in problems if p.file.endswith(name) and word in p.reason]
    assert near
    # An added line stands below the changed one; a rule over several keys is reported at the file's beginning.
    assert any(p.line in (line, line + 1, 1) for p in near)


def test_every_problem_is_reported_at_once_with_its_own_line(pack: Path) -> None:
    first = edit(pack / YAML, "quota: 200", "quota: many")
    second = edit(pack / YAML, "use: once", "use: twice")
    third = edit(pack / "places.csv", "34.2655", "north")
    found = [(Path(p.file).name, p.line) for p in refused(pack)]
    assert found == [("places.csv", third), ("voucher.yaml", first), ("voucher.yaml", second)]


def test_an_unknown_key_is_reported_on_its_own_line(pack: Path) -> None:
    line = edit(pack / YAML, "use: once", "use: once\nreserve_ends: never")
    assert [(p.line, p.reason.split(":")[0]) for p in refused(pack)] == [(line + 1, "reserve_ends")]


def test_a_missing_file_is_reported(pack: Path) -> None:
    (pack / "places.csv").unlink()
    assert any("places.csv" in p.file and "missing" in p.reason for p in refused(pack))


def test_a_file_that_is_not_utf8_is_reported(pack: Path) -> None:
    (pack / "places.csv").write_bytes("名称".encode("gb18030"))
    assert any("UTF-8" in p.reason for p in refused(pack))


def test_a_districts_own_file_wins_over_the_shipped_one(tmp_path: Path, pack: Path) -> None:
    own = tmp_path / "content" / "cities" / "sample"
    (own / "programmes").mkdir(parents=True)
    text = (pack / YAML).read_text(encoding="utf-8")
    (own / YAML).write_text(text.replace("quota: 200", "quota: 150"), encoding="utf-8")
    city: City = load_city(pack, own)
    assert city.programmes["voucher"].bands[0].quota == 150
    assert len(city.places) == len(SAMPLE.places)
    assert check(tmp_path / "content") == []


def test_check_finds_nothing_in_what_is_shipped() -> None:
    assert check() == []


def test_check_reports_a_spoilt_pack(tmp_path: Path, pack: Path) -> None:
    line = edit(pack / YAML, "use: once", "use: twice")
    (problem,) = check(tmp_path)
    assert (problem.file, problem.line) == (str(pack / YAML), line)
