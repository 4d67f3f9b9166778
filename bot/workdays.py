"""Working days of the mainland: weekends, public holidays and the days worked to make up for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

FRIDAY = 4
OFFICE = (time(9), time(20))
"""Between these local times of a working day what somebody must answer may end: nobody loses a place overnight."""


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


def office_moment(at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the next instant after it that lies between 9:00 and 20:00 of a working day."""
    local, (opens, ends) = at.astimezone(zone), OFFICE
    day = local.date()
    if is_workday(day) and local.time() <= ends:
        return at if local.time() >= opens else datetime.combine(day, opens, zone).astimezone(at.tzinfo)
    return datetime.combine(workdays_after(day, 1), opens, zone).astimezone(at.tzinfo)


def office_before(at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the last instant before it that lies between 9:00 and 20:00 of a working day: till when a counter is open."""
    local, (opens, ends) = at.astimezone(zone), OFFICE
    day = local.date()
    if is_workday(day) and local.time() > opens:
        return at if local.time() <= ends else datetime.combine(day, ends, zone).astimezone(at.tzinfo)
    day -= timedelta(days=1)
    while not is_workday(day):
        day -= timedelta(days=1)
    return datetime.combine(day, ends, zone).astimezone(at.tzinfo)
