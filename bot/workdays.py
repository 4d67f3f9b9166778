"""Working days of the mainland: weekends, public holidays and the days worked to make up for them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

FRIDAY = 4


def is_workday(day: date) -> bool:
    """Whether a day is worked. A year whose holidays are not published yet counts Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() <= FRIDAY


def workdays_after(day: date, count: int) -> date:
    """The day on which `count` working days after `day` have passed."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
