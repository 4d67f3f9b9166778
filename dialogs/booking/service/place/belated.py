"""补录: after an outage staff enter who came and went when, in one message. It is said back first, then kept whole or not at all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from bot.store.session import Row
from bot.turn import Turn
from bot.words import fold
from dialogs.booking.rules.belated import Belated
from dialogs.booking.service import holding, terms
from dialogs.booking.service.fetching import door, steps
from dialogs.booking.service.kept import ROLE, told
from knowledge.city import City

Problem = Literal["unreadable", "unknown", "several", "future", "old", "far", "over", "twice", "went"]
EARLY, LATE = timedelta(hours=2), timedelta(hours=4)
"""So long before its stay begins and after it ends a child may have come and gone; beyond that the clock is misread (3:00)."""
BUTTON_LIFE = timedelta(hours=2)


def enter(turn: Turn, lines: list[Belated | str], city: City) -> None:
    """Say every line back, with a tap that keeps them; or say what is wrong with which."""
    found = _checked(turn, city, lines)
    if found is None:
        return
    payload = {
        "lines": [
            {
                "number": int(row["id"]),
                "day": line.day.isoformat(),
                "came": line.came.isoformat(),
                "left": line.left.isoformat() if line.left else "",
            }
            for line, row in found
        ]
    }
    until = turn.now + BUTTON_LIFE
    turn.say(
        "fetching.belated_ask",
        [turn.action("booking.belated", "fetching.button.belated", payload, deadline=until)],
        [turn.action("booking.belated_no", "fetching.button.belated_no", {}, deadline=until)],
        kept_stays=_shown(turn, city, found),
        today=turn.today,
    )


def confirmed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Keep what was said back, marked as entered later: all of it, looked at once more, or nothing."""
    lines: list[Belated | str] = []
    for one in payload["lines"]:
        row = door.of_my_place(turn, {"booking": one["number"]})
        left = time.fromisoformat(one["left"]) if one["left"] else None
        lines.append(
            Belated(
                "、".join(told(turn, city, row)["children"]),
                int(one["number"]),
                "",
                date.fromisoformat(one["day"]),
                time.fromisoformat(one["came"]),
                left,
            )
        )
    found = _checked(turn, city, lines)
    if found is None:
        return
    shown = _shown(turn, city, found)
    for line, row in found:
        _keep(turn, city, line, row)
    turn.say("fetching.belated_done", kept_stays=shown, today=turn.today)


def refused(turn: Turn, _payload: dict[str, Any]) -> None:
    """It was not meant so."""
    turn.say("fetching.belated_not")


def _checked(turn: Turn, city: City, lines: list[Belated | str]) -> list[tuple[Belated, Row]] | None:
    """Each line with its stay; None where one of them cannot be kept, which was said."""
    meant = [(line, _meant(turn, city, line)) for line in lines]
    numbers = [int(row["id"]) for _, row in meant if not isinstance(row, str)]
    found: list[tuple[Belated, Row]] = []
    problems = []
    for line, row in meant:
        if isinstance(line, str) or isinstance(row, str):
            problems.append({"said": line if isinstance(line, str) else line.said, "why": row})
        elif numbers.count(int(row["id"])) > 1:
            problems.append({"said": line.said, "why": "twice"})
        else:
            found.append((line, row))
    if problems or not lines:
        turn.say("fetching.belated_none", refused_lines=problems, days_back=city.settings.care.belated_days)
        return None
    return found


def _keep(turn: Turn, city: City, line: Belated, row: Row) -> None:
    number, came = int(row["id"]), _at(turn, line.day, line.came)
    left = None if line.left is None else _at(turn, line.day, line.left)
    if row["state"] == "missed":
        holding.was_there(turn, number)
        terms.counts(turn, number, yes=False)
        steps.record(turn, number, "came", came, belated=True)
        if left is not None:
            steps.record(turn, number, "left", left, belated=True)
            door.tell_gone(turn, city, row, left, "")
        return
    if row["state"] == "came":
        steps.record(turn, number, "came", came, belated=True)
    else:
        door.arrives(turn, city, row, came, belated=True)
    if left is not None:
        door.goes(turn, holding.by_number(turn, number), left, "", belated=True)
        door.tell_gone(turn, city, row, left, "")


def _meant(turn: Turn, city: City, line: Belated | str) -> Row | Problem:
    """The stay of a line, or why there is none."""
    if isinstance(line, str):
        return "unreadable"
    if max(_at(turn, line.day, line.came), _at(turn, line.day, line.left or line.came)) > turn.now:
        return "future"
    if line.day < turn.today - timedelta(days=city.settings.care.belated_days):
        return "old"
    found = [
        row
        for row in _stays(turn, line.day)
        if (
            int(row["id"]) == line.number
            if line.number
            else line.name in {fold(child) for child in told(turn, city, row)["children"]}
        )
    ]
    if len(found) != 1:
        return "several" if found else "unknown"
    return _fits(turn, line, found[0]) or found[0]


def _fits(turn: Turn, line: Belated, row: Row) -> Problem | None:
    """Why the times cannot be those of the stay."""
    if row["state"] == "left":
        return "over"
    if line.left is None and (row["state"] == "missed" or line.day < turn.today):
        return "went"
    span = holding.span_of(row)
    begins = _at(turn, line.day, time()) + timedelta(minutes=span.first)
    ends = begins + timedelta(minutes=span.length)
    came, left = _at(turn, line.day, line.came), _at(turn, line.day, line.left or line.came)
    return "far" if came < begins - EARLY or came >= ends or left > ends + LATE else None


def _stays(turn: Turn, day: date) -> list[Row]:
    """The stays of a day at the places of whoever asks."""
    own = {place for role, place in turn.who.roles if role == ROLE}
    rows = turn.db.all(
        "SELECT * FROM booking WHERE day = :day AND state IN ('booked', 'leaving', 'came', 'left', 'missed') ORDER BY id",
        day=day.isoformat(),
    )
    return [row for row in rows if row["place"] in own or "" in own]


def _shown(turn: Turn, city: City, found: list[tuple[Belated, Row]]) -> list[dict[str, Any]]:
    return [{**told(turn, city, row), "came_at": line.came, "gone_at": line.left} for line, row in found]


def _at(turn: Turn, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, turn.ground.settings.zone)
