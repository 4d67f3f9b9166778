"""What somebody agreed to come to at an hour: its reminders, how long a place that came free is on offer, its calendar file.

What is agreed on and with whom is the service's business: it sets the timers, makes the offers and says the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from bot.messages import Button, File
from bot.turn import Turn

Reminder = Literal["evening", "soon"]
EVENING_AT = time(18)
SOON_BEFORE = timedelta(hours=2)
PART = 4
"""An offer stands for a quarter of the time that is left: two more people can be asked after it."""
LEAST, MOST = timedelta(minutes=15), timedelta(hours=24)


def reminders(starts: datetime, now: datetime, zone: ZoneInfo) -> dict[Reminder, datetime]:
    """When one is reminded of what begins then: the evening before and two hours before, as far as that is still to come."""
    evening = datetime.combine(starts.astimezone(zone).date() - timedelta(days=1), EVENING_AT, zone)
    both: dict[Reminder, datetime] = {"evening": evening, "soon": starts - SOON_BEFORE}
    return {name: due for name, due in both.items() if due > now}


def on_offer(now: datetime, starts: datetime) -> int:
    """For how many minutes an offer of it stands (scarce.Wanted), in whole hours or quarters of one: that can be said."""
    left = int(min(max((starts - now) / PART, LEAST), MOST).total_seconds()) // 60
    return left // 60 * 60 if left >= 60 else left // 15 * 15


def set_reminders(turn: Turn, kinds: Mapping[Reminder, str], number: int, starts: datetime) -> list[datetime]:
    """Set the reminders that are still to come, each a timer of its kind whose key is the number; when they are."""
    found = reminders(starts, turn.now, turn.ground.settings.zone)
    for name, due in found.items():
        turn.timer(kinds[name], str(number), due)
    return list(found.values())


def remind(
    turn: Turn, key: str, person: int, starts: datetime, /, *rows: Sequence[Button], again: str, **said: Any
) -> None:
    """Remind somebody, once for what `again` names, and never after it has begun."""
    turn.push(person, key, *rows, lane="reminder", dedupe=f"{key}:{again}", deadline=starts, **said)


@dataclass(frozen=True)
class Entry:
    """A line of a calendar. `name` is its own among all (booking-12): a calendar that is given it again has it once.

    Of two words about it that with the higher `sequence` holds. It rings at each instant of `alarms`.
    """

    name: str
    starts: datetime
    ends: datetime
    summary: str
    location: str = ""
    contact: str = ""
    sequence: int = 0
    alarms: tuple[datetime, ...] = ()


def calendar_file(turn: Turn, entries: Sequence[Entry], *, cancelled: bool = False) -> File:
    """Entries for the telephone's own calendar (RFC 5545), or the word that they are no more (RFC 5546, CANCEL).

    Times are UTC: no zone to be known. There is one entry at least.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Doorstep//{entries[0].name.partition('-')[0]}//ZH")
    calendar.add("version", "2.0")
    if cancelled:
        calendar.add("method", "CANCEL")
    for entry in entries:
        calendar.add_component(_event(turn, entry, cancelled))
    return File(f"{entries[0].name}.ics", "text/calendar", calendar.to_ical())


def _event(turn: Turn, entry: Entry, cancelled: bool) -> Event:
    event = Event()
    event.add("uid", f"{entry.name}@{urlsplit(turn.ground.settings.public_url).hostname or 'doorstep'}")
    event.add("dtstamp", turn.now)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts.astimezone(turn.now.tzinfo))
    event.add("dtend", entry.ends.astimezone(turn.now.tzinfo))
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("contact", entry.contact)
    if cancelled:
        event.add("status", "CANCELLED")
        event.add("organizer", turn.ground.settings.page)
        return event
    for at in entry.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", at.astimezone(turn.now.tzinfo) - entry.starts)
        event.add_component(alarm)
    return event
