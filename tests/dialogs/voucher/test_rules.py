"""The voucher's rules: the odds in words, the last day, when people are reminded, default names, working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import end_of_day, local_date
from bot.flow.model import Look, Problem, Said
from dialogs.voucher import rules

SHANGHAI = ZoneInfo("Asia/Shanghai")
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


# -- the odds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quota", "applied", "said"),
    [
        (800, 0, ("all", 10)),
        (800, 640, ("all", 10)),
        (800, 800, ("all", 10)),
        (800, 801, ("some", 9)),
        (800, 1000, ("some", 8)),
        (800, 1600, ("some", 5)),
        (200, 1999, ("some", 1)),
        (200, 2000, ("some", 1)),
        (200, 1_000_000, ("some", 1)),
        (1, 2, ("some", 5)),
        (1, 11, ("some", 1)),
    ],
)
def test_the_odds_in_words(quota: int, applied: int, said: tuple[str, int]) -> None:
    assert rules.odds(quota, applied) == said


@given(quota=st.integers(1, 5000), applied=st.integers(0, 50_000))
def test_the_odds_never_promise_more_than_there_is(quota: int, applied: int) -> None:
    kind, of_ten = rules.odds(quota, applied)
    assert (kind == "all") == (applied <= quota)
    assert 1 <= of_ten <= 10
    if kind == "some" and of_ten > 1:
        assert of_ten * applied <= 10 * quota


@given(quota=st.integers(1, 500), applied=st.integers(0, 5000))
def test_one_more_applicant_never_raises_the_odds(quota: int, applied: int) -> None:
    assert rules.odds(quota, applied + 1)[1] <= rules.odds(quota, applied)[1]


# -- the days of a voucher -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "valid_days", "last"),
    [
        ("2026-12-01", 30, "2026-12-30"),
        ("2026-12-02", 30, "2026-12-31"),
        ("2027-01-31", 30, "2027-03-01"),
        ("2028-01-31", 30, "2028-02-29"),
        ("2026-12-31", 1, "2026-12-31"),
        ("2026-12-31", 365, "2027-12-30"),
    ],
)
def test_the_issue_day_is_the_first_of_its_days(issued: str, valid_days: int, last: str) -> None:
    assert rules.last_day(date.fromisoformat(issued), valid_days) == date.fromisoformat(last)


@given(issued=days, valid_days=st.integers(1, 400), hour=st.integers(0, 23))
def test_whenever_on_a_day_it_is_issued_it_ends_at_the_same_midnight(
    issued: date, valid_days: int, hour: int
) -> None:
    at = datetime(issued.year, issued.month, issued.day, hour, 59, tzinfo=SHANGHAI)
    end = end_of_day(rules.last_day(local_date(at, SHANGHAI), valid_days), SHANGHAI).astimezone(SHANGHAI)
    assert (end.hour, end.minute) == (0, 0)
    assert (end.date() - issued).days == valid_days


# -- reminders -------------------------------------------------------------------------------------------------------


def test_the_reminders_of_a_voucher() -> None:
    found = rules.reminder_moments(date(2026, 12, 30), (1, 7), SHANGHAI)
    assert [(left, at.isoformat()) for left, at in found] == [
        (7, "2026-12-23T10:00:00+08:00"),
        (1, "2026-12-29T10:00:00+08:00"),
    ]
    assert rules.reminder_moments(date(2026, 12, 30), (), SHANGHAI) == []


@given(last=days, left=st.sets(st.integers(1, 60), max_size=6))
def test_reminders_come_in_order_in_daylight_and_before_the_last_day(last: date, left: set[int]) -> None:
    found = rules.reminder_moments(last, tuple(left), SHANGHAI)
    assert {days for days, _ in found} == left
    assert [at for _, at in found] == sorted(at for _, at in found)
    for days_left, at in found:
        assert (last - at.astimezone(SHANGHAI).date()).days == days_left
        assert at.astimezone(SHANGHAI).hour == 10


FROZEN = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours_before", "still"), [(200, 3), (72.01, 3), (72, 2), (25, 2), (24, 1), (3.5, 1), (3, 0), (0, 0)]
)
def test_a_missing_guardian_is_reminded_of_what_is_still_to_come(hours_before: float, still: int) -> None:
    found = rules.guardian_moments(FROZEN, FROZEN - timedelta(hours=hours_before))
    assert len(found) == still
    assert found == sorted(found)
    assert [(FROZEN - at) / timedelta(hours=1) for at in found] == [72, 24, 3][3 - still :]


# -- small things ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("known", "number"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (9, 5)])
def test_which_child_of_the_family(known: int, number: int) -> None:
    assert rules.child_number(known) == number


@pytest.mark.parametrize("words", ["中", "对", "是", "嗯", "OK", "好的", "是的", "对的呀"])
def test_a_plain_yes_is_a_yes_at_every_question_that_wants_one(words: str) -> None:
    consent = Look(date(2026, 12, 1), labels={"agree": "都同意", "refuse": "不同意"})
    summary = Look(date(2026, 12, 1), labels={"confirm": "确认申请", "change:birth": "改出生日期"})
    said = Said(text=words)
    assert rules.agreement(said, consent) == "agree"
    assert (
        rules.guardian_answer(said, Look(date(2026, 12, 1), labels={"agree": "同意", "refuse": "不同意"}))
        == "agree"
    )
    assert rules.read_summary(said, summary) == "confirm"
    assert rules.confirmation(said, Look(date(2026, 12, 1), labels={"confirm": "确认核销"})) == "confirm"


@pytest.mark.parametrize("words", ["这是什么意思", "中国", "不是", "2", "对不对呀我不知道"])
def test_what_is_no_yes_agrees_to_nothing(words: str) -> None:
    labels = {"agree": "都同意", "refuse": "不同意"}
    assert rules.agreement(Said(text=words), Look(date(2026, 12, 1), labels=labels)) != "agree"
    assert isinstance(
        rules.confirmation(Said(text=words), Look(date(2026, 12, 1), labels={"confirm": "确认核销"})), Problem
    )
