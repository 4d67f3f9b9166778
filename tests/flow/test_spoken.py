"""Days and hours said back: as people say them, and so that the reader understands each again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow import spoken
from bot.flow.when import When, read
from bot.texts import Texts

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        ("2026-11-25", "今天（11月25日 周三）", "today (Wed 25 Nov)"),
        ("2026-11-26", "明天（11月26日 周四）", "tomorrow (Thu 26 Nov)"),
        ("2026-11-27", "后天（11月27日 周五）", "Fri 27 Nov"),
        ("2026-11-29", "这周日（11月29日）", "Sun 29 Nov"),
        ("2026-12-02", "下周三（12月2日）", "Wed 2 Dec"),
        ("2026-12-07", "12月7日（周一）", "Mon 7 Dec"),
        ("2027-01-03", "2027年1月3日（周日）", "Sun 3 Jan 2027"),
        ("2026-11-23", "11月23日（周一）", "Mon 23 Nov"),
        ("2026-11-24", "昨天（11月24日 周二）", "yesterday (Tue 24 Nov)"),
    ],
)
def test_a_day(day: str, zh: str, en: str) -> None:
    assert (spoken.day(day, TODAY), spoken.day(day, TODAY, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("starts", "ends", "zh", "en"),
    [
        ("14:00", "16:30", "下午2:00–4:30", "2:00–4:30 pm"),
        ("08:30", "11:30", "早上8:30–11:30", "8:30–11:30 am"),
        ("09:00", "12:00", "上午9:00–中午12:00", "9:00 am–noon"),
        ("11:00", "14:00", "上午11:00–下午2:00", "11:00 am–2:00 pm"),
        ("17:00", "19:00", "下午5:00–晚上7:00", "5:00–7:00 pm"),
        ("12:00", "13:30", "中午12:00–下午1:30", "noon–1:30 pm"),
        ("19:30", None, "晚上7:30", "7:30 pm"),
        ("22:00", "00:00", "晚上10:00–12:00", "10:00 pm–midnight"),
    ],
)
def test_hours(starts: str, ends: str | None, zh: str, en: str) -> None:
    assert (spoken.hours(starts, ends), spoken.hours(starts, ends, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (30, "半小时", "30 minutes"),
        (45, "45分钟", "45 minutes"),
        (60, "1小时", "1 hour"),
        (80, "1小时20分钟", "1 hour 20 minutes"),
        (150, "2个半小时", "2 hours 30 minutes"),
        (0, "0分钟", "0 minutes"),
    ],
)
def test_a_length(minutes: int, zh: str, en: str) -> None:
    assert (spoken.lasting(minutes), spoken.lasting(minutes, "en")) == (zh, en)


QUARTERS = st.integers(24, 88).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@given(st.integers(1, 900), QUARTERS, QUARTERS, st.sampled_from(("zh", "en")))
@settings(max_examples=80, deadline=None)
def test_what_is_said_is_read_again(away: int, one: time, two: time, lang: str) -> None:
    day, (starts, ends) = TODAY + timedelta(days=away), sorted((one, two))
    if starts == ends:
        ends = time(23)
    now = datetime.combine(TODAY, time(10))
    assert read(spoken.span(day, starts, ends, TODAY, lang), now) == When((day,), (), starts, ends)


@given(st.integers(1, 1000), st.sampled_from(("zh", "en")))
@settings(max_examples=50, deadline=None)
def test_a_length_is_read_again(minutes: int, lang: str) -> None:
    assert read(spoken.lasting(minutes, lang), datetime.combine(TODAY, time(10))) == When(minutes=minutes)


def test_the_filters_speak_the_language_of_the_text(tmp_path: Path) -> None:
    words = 'slot = "{{ day|near(today) }} {{ starts|hours(ends) }} {{ minutes|lasting }}"\n'
    for lang in ("zh", "en"):
        (tmp_path / f"texts.{lang}.toml").write_text(words, encoding="utf-8")
    texts = Texts([tmp_path], ZoneInfo("Asia/Shanghai"))
    values = {"day": "2026-11-27", "today": "2026-11-25", "starts": "14:00", "ends": "16:00", "minutes": 120}
    assert [texts.render(lang, "slot", values) for lang in ("zh", "zh-Hant", "en")] == [
        "后天（11月27日 周五） 下午2:00–4:00 2小时",
        "後天（11月27日 週五） 下午2:00–4:00 2小時",
        "Fri 27 Nov 2:00–4:00 pm 2 hours",
    ]
