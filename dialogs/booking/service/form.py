"""What the form of a booking does between its first questions: what the first words tell, and when somebody comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import islice
from typing import Any, Literal

from bot.flow import when
from bot.turn import Turn
from dialogs.booking.rules import changes, counting, spans, wishes
from dialogs.booking.rules.spans import Hours, Told
from dialogs.booking.service import kids, start
from dialogs.booking.service.free import Free
from knowledge.city import City

OPEN_DAYS = 8
"""Days that are offered at once where none was said."""
LATER, OTHER = "later:", "other"
"""What begins the value of 再往后 (a day follows), and the value of 换一天."""
SAID = ("when", "said_at", "partly")
"""What was said of the time, the instant at which it was (明天 is a day by that one), and what of it lacks an answer."""
PARTS = {
    name: (time(*divmod(first, 60)), time(*divmod(last, 60))) for name, (first, last) in spans.PARTS.items()
}
"""The hours that are meant by a part of the day."""
Outcome = Literal["ok", "again", "day", "hours", "none"]


def look(turn: Turn, city: City) -> Literal["again", "first", "nowhere"]:
    """Which children are known, and whether the words that began this say a time and a place."""
    data = turn.data
    data.update(telephone=turn.ground.telephone, today=turn.today.isoformat())
    here = start.bookable(city)
    if not here:
        return "nowhere"
    if data.pop("noted", False):
        turn.say("booking.noted")
    if "place" in data and data["place"] not in here:
        del data["place"]
        turn.say("booking.place_gone")
    words = str(data.pop("words", ""))
    if words:
        said = when.read(words, _local(turn))
        start.named(turn, city, said.rest)
        start.place_named(turn, city, said.rest)
        if wishes.HEALTH.search(words):
            data["health"] = True
        if data.get("when") == words:
            data["said_at"] = _local(turn).isoformat()
    start.as_looked_up(turn, here, words)
    if "place" in data:
        data["wished"] = data["place"]
    return kids.meant(turn, words)


def suits(turn: Turn, city: City) -> Literal["ok", "too_young", "too_old", "unborn", "apart"]:
    """Who comes; and where no time was said, the next days on which somebody has room for all of them."""
    found = kids.suits(turn, city)
    if found == "ok":
        start.at_home(turn, [int(kid["subject"]) for kid in turn.data["kids"] if kid["subject"]])
    if found == "ok" and "when" not in turn.data:
        _offer_days(turn, Free(turn, city, turn.today), Told())
    return found


def clear(turn: Turn, city: City) -> Outcome:
    """Make one day with a beginning and an end of what was said; what is missing is asked, what cannot be is told."""
    data, now = turn.data, _local(turn)
    data["today"] = turn.today.isoformat()
    if str(data["when"]).startswith(LATER):
        _offer_days(turn, Free(turn, city, _since(data.pop("when"))), Told())
        return "again"
    if data.pop("passed", False):
        _forget(turn, "day", "hours", "was")
    since = _since(data.pop("day")) if str(data.get("day", "")).startswith(LATER) else turn.today
    if data.get("hours") == OTHER:
        _forget(turn, "hours", "day")
        data["anyday"] = True
    if "day" in data and (problem := _read_day(turn, now)) is not None:
        return problem
    said = when.read(str(data["when"]), datetime.fromisoformat(data.get("said_at", now.isoformat())))
    if data.pop("anew", False) and "was" in data and "day" not in data and "hours" not in data:
        day, first, last = data["was"]
        was = counting.span_of(date.fromisoformat(day), first, last)
        data.update(changes.as_before(said, was, PARTS))
    later = when.read(str(data["hours"]), now) if "hours" in data else when.When()
    if (problem := _problem(turn, said, later)) is not None:
        return problem
    if len(later.days) == 1:
        data["day"] = later.days[0].isoformat()
    told = _told(said, later, Told(*data.get("partly", ())))
    free = Free(turn, city, since)
    named = () if data.get("anyday") else (*said.days, *later.days)
    days = [date.fromisoformat(data["day"])] if "day" in data else list(dict.fromkeys(named))
    if len(days) != 1:
        perhaps = () if days or data.get("anyday") else (*said.perhaps, *later.perhaps)
        if perhaps:
            data["days"] = [_day_choice(turn, day) for day in perhaps]
            return "day"
        return _ask_day(turn, free, told, [day for day in days if free.fits(day, told)])
    data["day"] = days[0].isoformat()
    if days[0] < turn.today or (days[0] - turn.today).days > city.settings.care.ahead_days:
        past = days[0] < turn.today
        turn.say(
            "booking.when_problem.past" if past else "booking.too_far", days=city.settings.care.ahead_days
        )
        _forget(turn, "day", "hours", *SAID)
        return "again"
    return _clear_hours(turn, free, told, days[0], now)


def _clear_hours(turn: Turn, free: Free, told: Told, day: date, now: datetime) -> Outcome:
    """The hours on one day, as they were said, or else those that are free on it."""
    data = turn.data
    opening = free.opening(day)
    if opening is None:
        turn.say("booking.closed_day", day=day, today=turn.today)
        return _another_day(turn, free, told)
    values: dict[str, Any] = {
        "day": day,
        "today": turn.today,
        "opens_at": _time(opening[0]),
        "shuts_at": _time(opening[1]),
    }
    hours = spans.whole(told if "wait" not in data else spans.wished(told))
    if hours is not None and told.starts is None and _gone_by(day, hours, now):
        hours = None  # 今晚 does not mean its first hour
    if told.ends is None and told.length is not None and told.length > opening[1] - opening[0]:
        turn.say("booking.too_long", **values)
        told, hours = _only_day(turn, day, None), None
    elif hours is not None and not free.is_open(day, hours):
        turn.say("booking.outside", **values)
        told, hours = _only_day(turn, day, hours[1] - hours[0]), None
    if hours is None:
        found = free.hours(day, told)
        if not found:
            turn.say("booking.day_full", day=day, today=turn.today)
            return _another_day(turn, free, told)
        other = {"value": OTHER, "label": turn.label("booking.button.other_day")}
        data["spans"] = [*(_span_choice(one) for one in found), other]
        data["partly"] = [told.starts, told.ends, told.length]
        data.pop("hours", None)
        return "hours"
    if _gone_by(day, hours, now):
        turn.say("booking.when_problem.past")
        _forget(turn, "day", "hours", *SAID)
        return "again"
    data.pop("partly", None)
    data["was"] = [day.isoformat(), *hours]
    data.update(begins=f"{_time(hours[0]):%H:%M}", ends_at=f"{_time(hours[1]):%H:%M}")
    return "ok"


def _gone_by(day: date, hours: Hours, now: datetime) -> bool:
    return datetime.combine(day, _time(hours[0]), now.tzinfo) <= now


def _only_day(turn: Turn, day: date, length: int | None) -> Told:
    """Forget hours that are none on any day; how long somebody wants to stay is known still."""
    _forget(turn, "hours", *SAID)
    turn.data["when"] = day.isoformat()
    return Told(length=length)


def _read_day(turn: Turn, now: datetime) -> Outcome | None:
    """Make a day of what was answered to the question for one: a button's, or words. None: go on."""
    data = turn.data
    words = str(data["day"])
    try:
        date.fromisoformat(words)
    except ValueError:
        said = when.read(words, now)
    else:
        return None
    if said.problem is None and len(said.days) == 1 and _told(said, when.When(), Told()) == Told():
        data["day"] = said.days[0].isoformat()
        return None
    del data["day"]
    if said.problem is not None and said.problem != "ambiguous_hours":
        turn.say(f"booking.when_problem.{said.problem}")
        return "day"
    if said.perhaps and not said.days:
        data["days"] = [_day_choice(turn, day) for day in said.perhaps]
        return "day"
    _forget(turn, "hours", "anyday", *SAID)
    data["when"] = words
    return None


def _problem(turn: Turn, said: when.When, later: when.When) -> Outcome | None:
    """Tell what cannot be of what was said last, which is asked again."""
    problem = later.problem or (said.problem if "hours" not in turn.data else None)
    if problem is None or problem == "ambiguous_hours":
        return None
    nothing = 0 in (later.minutes, said.minutes)
    turn.say("booking.no_length" if nothing else f"booking.when_problem.{problem}")
    _forget(turn, *(("hours",) if later.problem else SAID))
    return "hours" if later.problem else "again"


def _told(said: when.When, later: when.When, partly: Told) -> Told:
    """The hours of what was said first, and of what was said when the hours were asked, now or (`partly`) before."""
    starts, ends = later.starts or said.starts, later.ends or said.ends
    first = None if starts is None else counting.minutes(starts)
    last = None if ends is None else counting.minutes(ends) or counting.DAY_MINUTES
    length = later.minutes or said.minutes
    if later.starts is None and later.ends is None and later.part is None:
        first, last = (first if first is not None else partly.starts), last or partly.ends
    if later.minutes is None and (later.starts is None or later.ends is None) and later.part is None:
        length = length or partly.length
    part = later.part or said.part or ""
    return Told(first, last, length, part, sure=later.part is not None or part == "day")


def _another_day(turn: Turn, free: Free, told: Told) -> Outcome:
    """That day is none: the ones that are."""
    _forget(turn, "day", "hours")
    turn.data["anyday"] = True
    return _ask_day(turn, free, told, [])


def _ask_day(turn: Turn, free: Free, told: Told, days: Iterable[date]) -> Outcome:
    """Let one of these days be chosen, or else one of the next ones that are free; "none": there is no such day."""
    found = list(days)
    if found:
        turn.data["days"] = [_day_choice(turn, day) for day in found]
    else:
        _offer_days(turn, free, told)
    return "day" if turn.data["days"] else "none"


def _offer_days(turn: Turn, free: Free, told: Told) -> None:
    """The next days with room, and a button for those behind them."""
    found = list(islice(free.days(told), OPEN_DAYS + 1))
    turn.data["days"] = [_day_choice(turn, day) for day in found[:OPEN_DAYS]]
    if len(found) > OPEN_DAYS:
        label = turn.label("booking.button.later_days")
        turn.data["days"].append({"value": f"{LATER}{found[-1].isoformat()}", "label": label})


def _since(value: Any) -> date:
    """The day from which further ones are wanted."""
    return date.fromisoformat(str(value).removeprefix(LATER))


def _forget(turn: Turn, *names: str) -> None:
    for name in names:
        turn.data.pop(name, None)


def _day_choice(turn: Turn, day: date) -> dict[str, str]:
    ahead = (day - turn.today).days
    label = turn.label("booking.day_label", ahead=ahead, m=day.month, d=day.day, w=day.weekday())
    return {"value": day.isoformat(), "label": label}


def _span_choice(hours: Hours) -> dict[str, str]:
    words = f"{_time(hours[0]):%H:%M}-{_time(hours[1]):%H:%M}"
    return {"value": words, "label": words}


def _time(minute: int) -> time:
    return time(*divmod(minute % counting.DAY_MINUTES, 60))


def _local(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)
