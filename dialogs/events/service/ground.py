"""What every act of this service stands on: the calendar of the pack, its landmarks, and what is said of a date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bot.store.session import Row
from bot.turn import Turn
from knowledge.city import City
from knowledge.events import Calendar, Date
from knowledge.landmarks import Landmarks

ROLES = ("centre", "canteen")
"""Posts whose holders organise what takes place at their place."""
ELDERS = frozenset({"canteen", "station"})


class Ground:
    """The pack as activities need it, made once."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.calendar = Calendar(city.events, city.places)
        self.landmarks = Landmarks(city.landmarks)

    def between(self, turn: Turn, first: date, last: date) -> list[Date]:
        """Every date within two days, both included, that was not called off."""
        off = {
            (row["event"], row["day"])
            for row in turn.db.all(
                "SELECT event, day FROM event_off WHERE day BETWEEN :first AND :last",
                first=first.isoformat(),
                last=last.isoformat(),
            )
        }
        found = self.calendar.between(first, last)
        return [one for one in found if (one.event.id, one.day.isoformat()) not in off]

    def on(self, event: str, day: str) -> Date | None:
        """An activity on a day (ISO), called off or not; None where there is none, or no such day."""
        try:
            return self.calendar.on(event, date.fromisoformat(day))
        except ValueError:
            return None


def stopped(turn: Turn, one: Date) -> bool:
    """Whether the place of a date serves nobody on that day."""
    return turn.everyone is not None and turn.everyone.stopped(turn, one.place.id, one.day) is not None


def called_off(turn: Turn, event: str, day: str) -> str | None:
    """Why a date was called off; None where it was not."""
    found = turn.db.value(
        "SELECT why FROM event_off WHERE event = :event AND day = :day", event=event, day=day
    )
    return None if found is None else str(found)


def mine(turn: Turn, place: str) -> bool:
    """Whether the person organises what takes place at this place."""
    return any(role in ROLES and own in ("", place) for role, own in turn.who.roles)


def local(turn: Turn) -> datetime:
    """Now, on the clock of the wall."""
    return turn.now.astimezone(turn.ground.settings.zone)


def minutes(at: time) -> int:
    """Minutes of the day."""
    return at.hour * 60 + at.minute


def begins(turn: Turn, row: Row) -> datetime:
    """The instant at which a seat's date begins."""
    return _at(turn, row, "starts")


def ends(turn: Turn, row: Row) -> datetime:
    """The instant at which it ends."""
    return _at(turn, row, "ends")


def _at(turn: Turn, row: Row, which: str) -> datetime:
    midnight = datetime.combine(date.fromisoformat(row["day"]), time(), turn.ground.settings.zone)
    return midnight + timedelta(minutes=int(row[which]))


def said_of(turn: Turn, one: Date) -> dict[str, Any]:
    """What a message says of a date."""
    event = one.event
    return {
        "title": event.title,
        "kind": event.kind,
        "day": one.day,
        "today": turn.today,
        "begins": event.starts,
        "ends_at": event.ends,
        "place_name": one.place.name,
        "address": one.place.address,
        "phone": one.place.phone,
        "pair": event.comes == "pair",
        "takes": None if event.months_from is None else (event.months_from, event.months_to),
        "years": event.years_from,
        "fee": event.fee_fen,
        "about": event.about,
    }


def told(turn: Turn, ground: Ground, row: Row) -> dict[str, Any]:
    """What a message says of a seat, also where its activity has left the pack since."""
    place = next((one for one in ground.city.known if one.id == row["place"]), None)
    event = ground.calendar.events.get(row["event"])
    return {
        "number": int(row["id"]),
        "title": row["title"],
        "who": row["who"],
        "day": date.fromisoformat(row["day"]),
        "today": turn.today,
        "begins": begins(turn, row).astimezone(turn.ground.settings.zone).time(),
        "ends_at": ends(turn, row).astimezone(turn.ground.settings.zone).time(),
        "place_name": place.name if place else row["place"],
        "address": place.address if place else "",
        "phone": place.phone if place else "",
        "fee": event.fee_fen if event else None,
        "about": event.about if event else "",
        "volunteer": event is not None and event.kind == "volunteer",
        "months": row["months"],
    }
