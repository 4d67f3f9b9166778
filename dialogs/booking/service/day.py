"""The day at the place: who comes, who came, who was taken home, who was missed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bot.capability import NotDone
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding
from dialogs.booking.service.kept import ROLE, told
from knowledge.city import City

WORDS = frozenset(
    {"今天名单", "今日名单", "名单", "今天谁来", "today list", "todays list", "today's list", "roster"}
)


def morning(turn: Turn, city: City) -> None:
    """Send every place the list of those who come today."""
    for place in city.places:
        rows = _today(turn, place.id)
        if rows:
            turn.push_staff(
                (ROLE,),
                "booking.list",
                *_buttons(turn, rows),
                place=place.id,
                dedupe=f"booking.list:{place.id}:{turn.today.isoformat()}",
                **_list(turn, city, rows),
            )


def shown(turn: Turn, city: City) -> None:
    """The list of today for the places of whoever asks."""
    own = {place for role, place in turn.who.roles if role == ROLE}
    rows = [row for place in city.places if place.id in own or "" in own for row in _today(turn, place.id)]
    if rows:
        turn.say("booking.list", *_buttons(turn, rows), **_list(turn, city, rows))
    else:
        turn.say("booking.nobody")


def came(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A child is there."""
    row = _of_my_place(turn, payload)
    if not holding.came(turn, int(row["id"])):
        _say_over(turn, row)
        return
    gone = turn.action("booking.left", "booking.button.left", {"booking": int(row["id"])})
    turn.say("booking.is_here", [gone], **told(turn, city, row))


def left(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A child was taken home: its family gets the receipt of the stay, and the rest of its time is free."""
    row = _of_my_place(turn, payload)
    if not holding.gone_home(turn, int(row["id"])):
        _say_over(turn, row)
        return
    now = turn.now.astimezone(turn.ground.settings.zone)
    values = {**told(turn, city, row), "at": turn.now}
    turn.say("booking.is_gone", **values)
    turn.push(
        int(row["person_id"]), "booking.stayed", lane="result", dedupe=f"booking.stayed:{row['id']}", **values
    )
    turn.audit("booking.left_at", f"booking:{row['id']}", minute=now.hour * 60 + now.minute)


def evening(turn: Turn, city: City) -> None:
    """Whoever never came is missed: told kindly, and the room was held for nobody."""
    for row in turn.db.all(
        "SELECT * FROM booking WHERE state = 'booked' AND day <= :today ORDER BY id",
        today=turn.today.isoformat(),
    ):
        span = holding.span_of(row)
        end = datetime.combine(span.day, time(), turn.ground.settings.zone) + timedelta(minutes=span.last)
        if end <= turn.now and holding.missed(turn, int(row["id"])):
            turn.push(
                int(row["person_id"]),
                "booking.missed",
                [
                    turn.action(
                        "booking.was_there",
                        "booking.button.was_there",
                        {"booking": int(row["id"])},
                        person=int(row["person_id"]),
                        deadline=turn.in_(days=7),
                    )
                ],
                lane="result",
                dedupe=f"booking.missed:{row['id']}",
                **told(turn, city, row),
            )


def was_there(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A family says that it was there: it counts as having come, and the place is told."""
    row = holding.by_number(turn, int(payload["booking"]))
    if not holding.was_there(turn, int(row["id"])):
        _say_over(turn, row)
        return
    turn.say("booking.believed")
    turn.push_staff(
        (ROLE,),
        "booking.says_there",
        place=str(row["place"]),
        dedupe=f"booking.there:{row['id']}",
        **told(turn, city, row),
    )


def _today(turn: Turn, place: str) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM booking WHERE place = :place AND day = :today AND state IN ('booked', 'came') ORDER BY starts, id",
        place=place,
        today=turn.today.isoformat(),
    )


def _list(turn: Turn, city: City, rows: list[Row]) -> dict[str, Any]:
    return {
        "day": turn.today,
        "today": turn.today,
        "stays": [{**told(turn, city, row), "here": row["state"] == "came"} for row in rows],
    }


def _buttons(turn: Turn, rows: list[Row]) -> list[list[Button]]:
    """For each stay the next thing that happens to it."""
    night = datetime.combine(turn.today + timedelta(days=1), time(), turn.ground.settings.zone)
    return [
        [
            turn.action(
                "booking.came" if row["state"] == "booked" else "booking.left",
                "booking.button.came" if row["state"] == "booked" else "booking.button.went",
                {"booking": int(row["id"])},
                deadline=night,
                number=int(row["id"]),
            )
        ]
        for row in rows
    ]


def _of_my_place(turn: Turn, payload: dict[str, Any]) -> Row:
    """The row, for staff of its place only: a button may be passed on."""
    row = holding.by_number(turn, int(payload["booking"]))
    if not any(role == ROLE and place in ("", row["place"]) for role, place in turn.who.roles):
        turn.say("booking.not_your_place")
        raise NotDone
    return row


def _say_over(turn: Turn, row: Row) -> None:
    turn.say("booking.over", number=int(row["id"]))
