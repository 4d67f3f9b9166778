"""Working days: weekends, a public holiday, a day worked to make up for it, a year nobody has published yet."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.workdays import is_workday, office_before, office_moment, workdays_after


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


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-12-02T14:20", "2026-12-02T14:20"),
        ("2026-12-02T09:00", "2026-12-02T09:00"),
        ("2026-12-02T20:00", "2026-12-02T20:00"),
        ("2026-12-02T20:01", "2026-12-03T09:00"),
        ("2026-12-02T07:30", "2026-12-02T09:00"),
        ("2026-12-04T23:00", "2026-12-07T09:00"),  # a Friday night
        ("2026-12-05T12:00", "2026-12-07T09:00"),
        ("2025-10-01T10:00", "2025-10-09T09:00"),  # National Day
        ("2025-09-28T10:00", "2025-09-28T10:00"),  # a Sunday that is worked
    ],
)
def test_an_answer_is_due_by_day_only(at: str, ends: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert office_moment(datetime.fromisoformat(at).replace(tzinfo=zone), zone) == datetime.fromisoformat(
        ends
    ).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("at", "last"),
    [
        ("2025-11-21T15:00", "2025-11-21T15:00"),  # in office hours of a Friday
        ("2025-11-21T23:00", "2025-11-21T20:00"),
        ("2025-11-21T09:00", "2025-11-20T20:00"),  # nobody is served before the doors open
        ("2025-11-23T12:00", "2025-11-21T20:00"),  # a Sunday
        ("2025-10-05T12:00", "2025-09-30T20:00"),  # in the National holiday
    ],
)
def test_the_last_office_hour_before_a_moment(at: str, last: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    found = office_before(datetime.fromisoformat(at).replace(tzinfo=zone), zone)
    assert found == datetime.fromisoformat(last).replace(tzinfo=zone)
