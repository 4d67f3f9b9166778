"""Filters in people's words: 110 sentences, what is left of them, and that nothing breaks the reader."""

from __future__ import annotations

import csv
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.city import load_city, pack_folders
from knowledge.directory import Directory
from knowledge.geo import Point
from knowledge.places import CARE
from knowledge.wanted import Wanted, read

TODAY = date(2026, 11, 23)
with (Path(__file__).parent / "wanted_sentences.csv").open(encoding="utf-8", newline="") as source:
    SENTENCES = list(csv.DictReader(source))


def spelt(written: str) -> Wanted:
    """`weekdays=6;7 hour=18:00 after max=1000/month voucher` as filters."""
    found: dict[str, Any] = {}
    for part in written.split():
        name, _, value = part.partition("=")
        match name:
            case "kinds":
                found["kinds"] = CARE if value == "care" else frozenset(value.split(";"))
            case "services":
                found["services"] = frozenset(value.split(";"))
            case "weekdays":
                found["weekdays"] = frozenset(map(int, value.split(";")))
            case "hour":
                found["hour"] = time.fromisoformat(value)
            case "months" | "minutes":
                found[name] = int(value)
            case "max":
                yuan, _, unit = value.partition("/")
                found |= {"max_fen": int(yuan) * 100, "unit": unit or None}
            case "open":
                found["open_now"] = True
            case _:
                found[name] = True
    return Wanted(**found)


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["said"])
def test_a_sentence(row: dict[str, str]) -> None:
    asked = read(row["said"], TODAY)
    assert asked.wanted == spelt(row["wanted"])
    assert asked.rest == row["rest"].lower()


def test_there_are_enough_of_them() -> None:
    assert len(SENTENCES) >= 80


def test_a_birth_date_is_counted_to_months() -> None:
    assert read("2025年9月1日生的，周六能托的", TODAY) == (Wanted(months=14, weekdays=frozenset({6})), "")


def test_what_is_said_finds_places() -> None:
    sample = load_city(pack_folders()["sample"])
    near = Directory(sample.places).nearest
    here = Point(34.2701, 108.9402)
    for said, first in (
        ("周六能托的，收14个月的", "xiaoman"),
        ("收7个月的，能用券", "liuyin"),
        ("一个月1000以内", "qinghe"),
        ("晚上七点以后能接的", "xiaoman"),
        ("附近的食堂", "songbai"),
        ("普惠的，收18个月的，每小时15以内", "dongtang"),
    ):
        assert near(here, read(said, TODAY).wanted)[0].place.id == first, said


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    read(text, TODAY)


@given(
    st.text("周六日一二三十百千万零半点刻0123456789:以内下每小时月个岁分钟能托券到后早晚上午", max_size=25)
)
def test_no_sentence_breaks_it(text: str) -> None:
    asked = read(text, TODAY)
    assert "\x00" not in asked.rest
    assert asked.wanted.minutes is None or asked.wanted.minutes >= 0
