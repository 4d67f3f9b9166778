"""A booking as a file for the telephone's own calendar, with alarms: RFC 5545."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from bot.messages import File
from bot.turn import Turn


def file_of(turn: Turn, told: dict[str, Any], alarms: Iterable[datetime]) -> File:
    """The stay that a message tells of (kept.told), with an alarm at each instant. Times are UTC: no zone to be known.

    The number of the booking names it, so that a calendar that is given it again has it once.
    """
    zone = turn.ground.settings.zone
    starts = datetime.combine(told["day"], told["begins"], zone)
    ends = datetime.combine(told["day"], told["ends_at"], zone)
    event = Event()
    event.add(
        "uid", f"booking-{told['number']}@{urlsplit(turn.ground.settings.public_url).hostname or 'doorstep'}"
    )
    event.add("dtstamp", turn.now)
    event.add("dtstart", starts.astimezone(turn.now.tzinfo))
    event.add("dtend", (ends if ends > starts else ends + timedelta(days=1)).astimezone(turn.now.tzinfo))
    summary = turn.label("booking.calendar_entry", **told)
    event.add("summary", summary)
    event.add("location", f"{told['place_name']}, {told['address']}".strip(", "))
    event.add("contact", told["phone"])
    for at in alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", at.astimezone(turn.now.tzinfo) - starts)
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Doorstep//booking//ZH")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return File(f"booking-{told['number']}.ics", "text/calendar", calendar.to_ical())
