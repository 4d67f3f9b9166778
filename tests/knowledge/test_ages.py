"""Completed months and the day a child is of kindergarten age."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.ages import completed_months, kindergarten_day

BIRTHS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("birth", "on", "months"),
    [
        (date(2025, 5, 1), date(2025, 5, 1), 0),
        (date(2025, 5, 2), date(2026, 5, 1), 11),
        (date(2025, 5, 1), date(2026, 5, 1), 12),
        (date(2025, 1, 31), date(2025, 2, 27), 0),
        (date(2025, 1, 31), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2027, 2, 28), 36),
        (date(2026, 12, 2), date(2026, 12, 1), -1),
    ],
)
def test_completed_months(birth: date, on: date, months: int) -> None:
    assert completed_months(birth, on) == months


@given(BIRTHS, st.integers(0, 3000))
@settings(deadline=None)
def test_months_never_go_back_and_grow_by_at_most_one_a_day(birth: date, days: int) -> None:
    today = birth + timedelta(days=days)
    step = completed_months(birth, today + timedelta(days=1)) - completed_months(birth, today)
    assert step in (0, 1)


@pytest.mark.parametrize(
    ("birth", "leaves"),
    [
        (date(2023, 8, 31), date(2026, 9, 1)),
        (date(2023, 9, 1), date(2027, 9, 1)),
        (date(2024, 2, 29), date(2027, 9, 1)),
        (date(2023, 12, 31), date(2027, 9, 1)),
    ],
)
def test_kindergarten_day(birth: date, leaves: date) -> None:
    assert kindergarten_day(birth) == leaves


@given(BIRTHS)
@settings(deadline=None)
def test_kindergarten_begins_between_three_and_four_years(birth: date) -> None:
    assert 36 <= completed_months(birth, kindergarten_day(birth)) <= 48
