"""Working days: weekends, a public holiday, a day worked to make up for it, a year nobody has published yet."""

from __future__ import annotations

from datetime import date

import pytest

from bot.workdays import is_workday, workdays_after


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),  # National Day
        (date(2025, 9, 28), True),  # a Sunday worked to make up for it
        (date(2025, 11, 21), True),
        (date(2025, 11, 22), False),
        (date(2090, 1, 2), True),
        (date(2090, 1, 1), False),  # a Monday, a Sunday: no holidays published
    ],
)
def test_is_workday(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_five_days_over_the_national_holiday() -> None:
    assert workdays_after(date(2025, 9, 29), 5) == date(2025, 10, 13)
