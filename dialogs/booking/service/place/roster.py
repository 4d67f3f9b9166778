"""The children whom a place has of its own: kept by its staff in words, away on some days, forgotten some weeks after the end.

No chat belongs to such a child. What is kept is a nickname, a month of birth and the usual hours; the nickname is sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.capability import NotDone
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import counting, roster
from dialogs.booking.rules.duty import Coming
from dialogs.booking.rules.roster import Line
from dialogs.booking.service import holding
from dialogs.booking.service.place import carers, moving, posts
from dialogs.booking.service.place import house as at_home
from knowledge.city import City
from knowledge.places import Place

ABOUT = "enrolled.nickname"
KEPT = timedelta(days=60)
"""How long after its last day a child stays in the roster, so that the proof of the months before can be made."""
AHEAD = 60
"""Days in which those are looked for on which a child comes."""
SOON = 7
"""Days that are looked at when the roster grows."""


@dataclass
class Added:
    """What became of lines of the roster: their names; (line, text key of the problem) of those not understood."""

    names: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)


# -- rows ------------------------------------------------------------------------------------------------------------


def rows(turn: Turn, place: str, day: date | None = None) -> list[Row]:
    """The children of a place who are not gone by today (or a day), in the order in which they were told."""
    return turn.db.all(
        "SELECT * FROM enrolled WHERE place = :place AND (until = '' OR until >= :day) ORDER BY id",
        place=place,
        day=(day or turn.today).isoformat(),
    )


def name_of(turn: Turn, row: Row) -> str:
    """Its nickname."""
    return turn.unseal(row["nickname"], ABOUT)


def named(turn: Turn, place: str, name: str) -> list[Row]:
    """The children of that name."""
    return [row for row in rows(turn, place) if name_of(turn, row).lower() == name.lower()]


def add(turn: Turn, place: Place, lines: Sequence[str]) -> Added:
    """Put lines into the roster, each for itself; one that stands there already is not put in twice."""
    done = Added()
    there = {(name_of(turn, row), row["born"]) for row in rows(turn, place.id)}
    for text in lines:
        line = roster.read_line(text, turn.today)
        if not isinstance(line, Line):
            done.wrong.append((text.strip()[:40], line))
        elif (line.name, line.born) in there:
            done.known.append(line.name)
        else:
            if not done.names:
                at_home.change(turn.db, place.id)
            _put(turn, place, line)
            there.add((line.name, line.born))
            done.names.append(line.name)
    if done.names:
        turn.audit("booking.enrolled", f"place:{place.id}", many=len(done.names))
        for day in _booked_days(turn, place):
            moving.needed(turn, place, day)
    return done


def _put(turn: Turn, place: Place, line: Line) -> None:
    starts, ends = line.starts, line.ends
    if starts is None or ends is None:
        starts, ends = _whole_day(turn, place)
    turn.db.run(
        "INSERT INTO enrolled (place, nickname, born, weekdays, starts, ends, since, until, created) VALUES (:place,"
        " :nickname, :born, :weekdays, :starts, :ends, :since, :until, :now)",
        place=place.id,
        nickname=turn.seal(line.name, ABOUT),
        born=line.born,
        weekdays=line.weekdays,
        starts=starts,
        ends=ends,
        since=(line.since or turn.today).isoformat(),
        until=line.until.isoformat() if line.until else "",
        now=ms(turn.now),
    )


def _whole_day(turn: Turn, place: Place) -> tuple[int, int]:
    """The hours of the next day on which the place is open."""
    days = (turn.today + timedelta(days=number) for number in range(AHEAD))
    return next(
        (span for day in days if (span := carers.usual(place, day)) is not None), (0, counting.DAY_MINUTES)
    )


def _booked_days(turn: Turn, place: Place) -> list[date]:
    """The days to come on which somebody has room there."""
    found = turn.db.all(
        f"SELECT DISTINCT day FROM booking WHERE place = :place AND day >= :today AND state IN {holding.TAKING!r} ORDER BY day",
        place=place.id,
        today=turn.today.isoformat(),
    )
    return [date.fromisoformat(row["day"]) for row in found]


def own_days(turn: Turn, row: Row) -> list[date]:
    """The next days, from today on, on which a child comes."""
    regular = at_home.regular(row)
    days = (turn.today + timedelta(days=number) for number in range(AHEAD))
    return [day for day in days if roster.comes(regular, day)]


def of_day(turn: Turn, place: str) -> dict[str, Any]:
    """Of the roster today: how many are expected (`own`), and the names of those who are away (`away`)."""
    absent = {
        int(row["enrolled_id"])
        for row in turn.db.all(
            "SELECT a.enrolled_id FROM enrolled_absent a JOIN enrolled e ON e.id = a.enrolled_id WHERE e.place = :place"
            " AND a.day = :day",
            place=place,
            day=turn.today.isoformat(),
        )
    }
    due = [row for row in rows(turn, place) if roster.comes(at_home.regular(row), turn.today)]
    away = [name_of(turn, row) for row in due if int(row["id"]) in absent]
    return {"own": len(due) - len(away), "away": away}


# -- what staff say --------------------------------------------------------------------------------------------------


def enter(turn: Turn, text: str, city: City) -> None:
    """加名册, with one or more lines after it."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        turn.say("booking.roster.how")
        return
    done = add(turn, place, lines)
    turn.say(
        "booking.roster.added",
        names=done.names,
        known=done.known,
        wrong=[{"line": line, "why": turn.label(f"booking.roster.wrong.{why}")} for line, why in done.wrong],
        crowded=_crowded(turn, place) if done.names else None,
        today=turn.today,
    )


def _crowded(turn: Turn, place: Place) -> date | None:
    """The first of the next days on which the roster alone is more than the place may have."""
    days = (turn.today + timedelta(days=number) for number in range(SOON))
    return next(
        (
            day
            for day in days
            if any(one.half.own[one.row] > one.has for one in moving.above(turn, place, day))
        ),
        None,
    )


def shown(turn: Turn, text: str, city: City) -> None:
    """名册: who is in it."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    children = [
        {
            "name": name_of(turn, row),
            "born": row["born"],
            "weekdays": row["weekdays"],
            "begins": counting.at_minute(int(row["starts"])),
            "ends_at": counting.at_minute(int(row["ends"])),
            "since": row["since"] if row["since"] > turn.today.isoformat() else "",
            "until": row["until"],
        }
        for row in rows(turn, place.id)
    ]
    if children:
        turn.audit("booking.roster_seen", f"place:{place.id}")
        turn.say("booking.roster.list", enrolled=children, place_name=place.name)
    else:
        turn.say("booking.roster.how")


def coming(turn: Turn, said: Coming, text: str, city: City) -> None:
    """A child of the roster is away, or comes after all; of two with one name, which."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    found = named(turn, place.id, said.name)
    if not found:
        turn.say("booking.roster.unknown", name=said.name)
    elif len(found) == 1:
        _changes(turn, place, found[0], said.away, said.days(turn.today, own_days(turn, found[0])))
    else:
        act = "booking.away" if said.away else "booking.comes"
        turn.say(
            "booking.roster.which",
            *[
                [
                    _which(
                        turn,
                        act,
                        row,
                        [day.isoformat() for day in said.days(turn.today, own_days(turn, row))],
                    )
                ]
                for row in found
            ],
            name=said.name,
        )


def _which(turn: Turn, act: str, row: Row, days: Sequence[str]) -> Button:
    return turn.action(
        act,
        "booking.button.which",
        {"enrolled": int(row["id"]), "days": list(days)},
        deadline=turn.in_(hours=12),
        name=name_of(turn, row),
        born=row["born"],
    )


def pressed(turn: Turn, payload: dict[str, Any], city: City, away: bool) -> None:
    """One of two with the same name was chosen; or an absence is taken back."""
    row, place = _mine(turn, payload, city)
    _changes(turn, place, row, away, [date.fromisoformat(day) for day in payload["days"]])


def _changes(turn: Turn, place: Place, row: Row, away: bool, days: Sequence[date]) -> None:
    """Note that a child is away on days of its, or not away; what that means for the room is said."""
    days = [day for day in days if day >= turn.today]
    name = name_of(turn, row)
    if not days:
        turn.say(
            f"booking.roster.{'not_its_day' if away else 'comes_extra'}", name=name, weekdays=row["weekdays"]
        )
        return
    at_home.change(turn.db, place.id)
    for day in days:
        values = {"id": int(row["id"]), "day": day.isoformat()}
        if away:
            turn.db.run(
                "INSERT INTO enrolled_absent (enrolled_id, day, created) VALUES (:id, :day, :now) ON CONFLICT DO NOTHING",
                now=ms(turn.now),
                **values,
            )
        else:
            turn.db.run("DELETE FROM enrolled_absent WHERE enrolled_id = :id AND day = :day", **values)
    turn.audit("booking.away" if away else "booking.comes", f"enrolled:{row['id']}", days=len(days))
    short = False
    for day in days:
        if away:
            carers.freed(turn, place, day)
        else:
            short = moving.needed(turn, place, day) or short
    told: dict[str, Any] = {"name": name, "days": days, "today": turn.today}
    if not away:
        turn.say("booking.roster.comes", short=short, **told)
        return
    undo = turn.action(
        "booking.comes",
        "booking.button.undo",
        {"enrolled": int(row["id"]), "days": [day.isoformat() for day in days]},
        deadline=turn.in_(hours=12),
    )
    turn.say("booking.roster.away", [undo], **told)


# -- the end ---------------------------------------------------------------------------------------------------------


def leaves(turn: Turn, text: str, until: date | None, city: City, erase: bool = False) -> None:
    """退园 (its last day is today, or a day that is named) or 抹掉 (nothing of it is kept); asked before it is done."""
    place = posts.meant(turn, city, text)
    if place is None:
        return
    found = named(turn, place.id, text.strip())
    if not found:
        turn.say("booking.roster.unknown", name=text.strip()[: roster.NAME])
        return
    day = until or turn.today
    act = "booking.erased" if erase else "booking.leaves_roster"
    turn.say(
        "booking.roster.erase_which" if erase else "booking.roster.leave_which",
        *[[_which(turn, act, row, [day.isoformat()])] for row in found],
        name=text.strip(),
        day=day,
        today=turn.today,
    )


def left(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Its last day is told: from the next one on its room is free."""
    row, place = _mine(turn, payload, city)
    day = date.fromisoformat(payload["days"][0])
    at_home.change(turn.db, place.id)
    turn.db.run("UPDATE enrolled SET until = :day WHERE id = :id", day=day.isoformat(), id=row["id"])
    turn.audit("booking.roster_left", f"enrolled:{row['id']}")
    turn.say("booking.roster.left", name=name_of(turn, row), day=day, today=turn.today, gone=day + KEPT)


def erased(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Nothing of a child is kept any more, at once."""
    row, place = _mine(turn, payload, city)
    at_home.change(turn.db, place.id)
    name = name_of(turn, row)
    _gone(turn, [int(row["id"])])
    turn.audit("booking.roster_erased", f"enrolled:{row['id']}")
    turn.say("booking.roster.erased", name=name)


def forget(turn: Turn) -> None:
    """Children who left long ago are gone from the roster."""
    long_ago = (turn.today - KEPT).isoformat()
    gone = turn.db.all("SELECT id FROM enrolled WHERE until <> '' AND until < :day ORDER BY id", day=long_ago)
    _gone(turn, [int(row["id"]) for row in gone])


def _gone(turn: Turn, numbers: Sequence[int]) -> None:
    for number in numbers:
        turn.db.run("DELETE FROM enrolled_absent WHERE enrolled_id = :id", id=number)
        turn.db.run("DELETE FROM enrolled WHERE id = :id", id=number)


def _mine(turn: Turn, payload: dict[str, Any], city: City) -> tuple[Row, Place]:
    """The child of a button, and its place, for staff of that place only."""
    row = turn.db.one("SELECT * FROM enrolled WHERE id = :id", id=int(payload["enrolled"]))
    place = next((one for one in city.known if row is not None and one.id == row["place"]), None)
    if row is None or place is None:
        turn.say("booking.roster.gone")
        raise NotDone
    if not posts.mine(turn, place.id):
        raise NotDone
    return row, place


# -- the command line ------------------------------------------------------------------------------------------------


def from_file(turn: Turn, values: Sequence[str], city: City) -> str:
    """`doorstep care roster PLACE FILE`: the lines of a CSV file. Raises ValueError with each that cannot be read."""
    place = next((one for one in city.known if one.id == values[0]), None)
    if place is None:
        raise ValueError(f"no such place: {values[0]}")
    try:
        text = Path(values[1]).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as why:
        raise ValueError(f"{values[1]}: {why}") from None
    lines = [
        line
        for line in text.splitlines()
        if line.strip() and not line.lower().startswith(("nickname", "昵称"))
    ]
    found = [(number, roster.read_line(line, turn.today)) for number, line in enumerate(lines, 1)]
    wrong = [f"{values[1]}, child {number}: {why}" for number, why in found if not isinstance(why, Line)]
    if wrong:
        raise ValueError("\n".join(wrong))
    done = add(turn, place, lines)
    return f"{place.id}: {len(done.names)} children added, {len(done.known)} were there already"
