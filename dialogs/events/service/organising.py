"""The organiser's side: who is signed up, who came, who was missed; for staff of the place where it is held."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bot.capability import NotDone
from bot.clock import instant, ms
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from bot.words import folded
from dialogs.events import rules
from dialogs.events.service import seats, volunteering, walkins
from dialogs.events.service.ground import ROLES, Ground, begins, ends, mine, said_of, told
from knowledge.events import Date

WORDS = folded(
    (
        "活动名单",
        "活动签到",
        "我们的活动",
        "取消一场活动",
        "活动安排",
        "our events",
        "event list",
        "events list",
    )
)
AHEAD = timedelta(days=7)
"""Days whose dates are listed."""
HERE = ("signed", "came", "left")


def shown(turn: Turn, ground: Ground) -> None:
    """The dates of a week at the places of whoever asks, each with its list and the way to call it off."""
    dates = _mine(turn, ground)
    if not dates:
        turn.say("events.none_here")
        return
    listed_ = dates[: rules.SHOWN * 2]
    rows = [
        [
            turn.action(
                "events.list", "events.button.list", _ref(one), deadline=_night(turn, one), number=number
            ),
            turn.action(
                "events.off_ask", "events.button.off", _ref(one), deadline=_night(turn, one), number=number
            ),
        ]
        for number, one in enumerate(listed_, 1)
    ]
    taken = [
        {
            **said_of(turn, one),
            "taken": len(_rows(turn, one)) + walkins.here(turn, one),
            "seats": one.event.seats,
        }
        for one in listed_
    ]
    turn.say("events.ours", *rows, dates=taken)


def staff_words(turn: Turn) -> list[tuple[str, str]]:
    """What organisers may type."""
    if not any(turn.who.may(role) for role in ROLES):
        return []
    return [(turn.label("events.duty.list"), turn.label("events.duty.lists"))]


def listed(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """The list of one date; asked for again and again, so its button stays good."""
    one = ground.on(str(payload["event"]), str(payload["day"]))
    if one is None or not mine(turn, one.place.id):
        turn.say("events.not_your_place")
        raise NotDone
    _say_list(turn, one)
    raise NotDone


def morning(turn: Turn, ground: Ground) -> None:
    """Every place gets the lists of what it holds today."""
    for one in ground.between(turn, turn.today, turn.today):
        if rows := _rows(turn, one):
            turn.push_staff(
                ROLES,
                "events.list",
                *_buttons(turn, one, rows),
                *walkins.button(turn, one),
                place=one.place.id,
                dedupe=f"events.list:{one.key}",
                **_values(turn, one, rows),
            )


def came(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """到了: somebody is there; a volunteer's hours begin, a training can be ticked."""
    row = _of_my_place(turn, payload)
    number = int(row["id"])
    if not seats.moved(turn, number, ("signed",), "came"):
        _over(turn, row)
        return
    turn.db.run("UPDATE event_seat SET came = :now WHERE id = :id", now=ms(turn.now), id=number)
    event = ground.calendar.events.get(row["event"])
    button: list[list[Button]] = []
    if event is not None and event.kind == "volunteer":
        button = [[turn.action("events.gone", "events.button.gone", {"seat": number}, number=number)]]
    elif event is not None and event.gives is not None:
        button = [[turn.action("events.passed", "events.button.passed", {"seat": number}, number=number)]]
    turn.say("events.is_here", *button, **told(turn, ground, row))


def gone(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """走了: a volunteer's shift is over, its hours count."""
    row = _of_my_place(turn, payload)
    if not volunteering.over(turn, ground, row):
        _over(turn, row)
        return
    turn.say(
        "events.is_gone", worked=seats.by_number(turn, int(row["id"]))["minutes"], **told(turn, ground, row)
    )


def evening(turn: Turn, ground: Ground) -> None:
    """Where somebody was ticked as there, who was not is missed, and told kindly; nobody is where no list was kept."""
    for row in turn.db.all(
        "SELECT * FROM event_seat WHERE state IN ('signed', 'came') AND day <= :today ORDER BY id",
        today=turn.today.isoformat(),
    ):
        if ends(turn, row) > turn.now:
            continue
        if row["state"] == "came":
            if not volunteering.over(turn, ground, row):
                seats.moved(turn, int(row["id"]), ("came",), "left")
        elif not _kept(turn, row):
            seats.moved(turn, int(row["id"]), ("signed",), "left")
        elif seats.moved(turn, int(row["id"]), ("signed",), "missed"):
            person = int(row["person_id"])
            button = turn.action(
                "events.was_there", "events.button.was_there", {"seat": int(row["id"])}, person=person, deadline=turn.in_(days=7)
            )  # fmt: skip
            turn.push(
                person,
                "events.missed",
                [button],
                lane="result",
                dedupe=f"events.missed:{row['id']}",
                **told(turn, ground, row),
            )


def was_there(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """Somebody says that they were there: they are believed, and the place is told; a volunteer's hours are for staff."""
    row = seats.by_number(turn, int(payload["seat"]))
    if not seats.moved(turn, int(row["id"]), ("missed",), "left"):
        _over(turn, row)
        return
    turn.say("events.believed")
    turn.push_staff(
        ROLES,
        "events.says_there",
        place=str(row["place"]),
        dedupe=f"events.there:{row['id']}",
        **told(turn, ground, row),
    )


def _mine(turn: Turn, ground: Ground) -> list[Date]:
    zone = turn.ground.settings.zone
    dates = ground.between(turn, turn.today, turn.today + AHEAD)
    return [
        one
        for one in dates
        if mine(turn, one.place.id) and (one.day == turn.today or one.ends(zone) > turn.now)
    ]


def _rows(turn: Turn, one: Date) -> list[Row]:
    return turn.db.all(
        f"SELECT * FROM event_seat WHERE event = :event AND day = :day AND state IN {HERE!r} ORDER BY id",
        event=one.event.id,
        day=one.day.isoformat(),
    )


def _say_list(turn: Turn, one: Date) -> None:
    rows = _rows(turn, one)
    turn.say(
        "events.list", *_buttons(turn, one, rows), *walkins.button(turn, one), **_values(turn, one, rows)
    )


def _values(turn: Turn, one: Date, rows: list[Row]) -> dict[str, Any]:
    return {
        **said_of(turn, one),
        "people": [
            {
                "number": int(row["id"]),
                "who": turn.label(f"events.coming.{row['who']}"),
                "months": row["months"],
                "here": row["state"] != "signed",
                "came": None if row["came"] is None else instant(int(row["came"])),
            }
            for row in rows
        ],
        "walked": walkins.here(turn, one),
        "waiting": turn.db.value(
            "SELECT count(*) FROM event_seat WHERE event = :event AND day = :day AND state = 'waiting'",
            event=one.event.id,
            day=one.day.isoformat(),
        ),
    }


def _buttons(turn: Turn, one: Date, rows: list[Row]) -> list[list[Button]]:
    """For each seat the next thing that happens to it."""
    found = []
    for row in rows:
        act = (
            "came"
            if row["state"] == "signed"
            else "gone"
            if row["state"] == "came" and one.event.kind == "volunteer"
            else ""
        )
        if row["state"] != "signed" and one.event.gives is not None:
            act = "" if volunteering.trained(turn, int(row["person_id"]), one.event.gives) else "passed"
        if act:
            number = int(row["id"])
            found.append(
                [turn.action(f"events.{act}", f"events.button.{act}", {"seat": number}, deadline=_night(turn, one), number=number)]
            )  # fmt: skip
    return found


def _ref(one: Date) -> dict[str, str]:
    return {"event": one.event.id, "day": one.day.isoformat()}


def _night(turn: Turn, one: Date) -> datetime:
    return datetime.combine(one.day + timedelta(days=1), time(), turn.ground.settings.zone)


def _kept(turn: Turn, row: Row) -> bool:
    """Whether somebody was ticked as there on this date."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM event_seat WHERE event = :event AND day = :day AND came IS NOT NULL LIMIT 1",
            event=row["event"],
            day=row["day"],
        )
    )


def _of_my_place(turn: Turn, payload: dict[str, Any]) -> Row:
    """The row, for staff of its place only: a button may be passed on. Nobody is there before the day."""
    row = seats.held_still(turn, int(payload["seat"]))
    if not mine(turn, row["place"]):
        turn.say("events.not_your_place")
        raise NotDone
    if begins(turn, row).astimezone(turn.ground.settings.zone).date() > turn.today:
        turn.say("events.not_today", number=int(row["id"]))
        raise NotDone
    return row


def _over(turn: Turn, row: Row) -> None:
    turn.say("events.over_already", number=int(row["id"]))
