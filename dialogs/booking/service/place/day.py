"""The day at the place: who comes, and who was missed. Coming and going stand in service/fetching/door.py."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from bot.words import folded
from dialogs.booking.rules import counting
from dialogs.booking.service import holding, hours, terms
from dialogs.booking.service.child import card, note
from dialogs.booking.service.kept import ROLE, told
from dialogs.booking.service.place import posts, roster, walkins
from knowledge.city import City

WORDS = folded(
    ("今天名单", "今日名单", "名单", "今天谁来", "今天有谁", "今天来几个", "今天几个孩子", "今天有几个孩子", "今天来几个孩子", "今天多少孩子", "今天有多少孩子", "today list", "todays list", "today's list")
)  # fmt: skip


def morning(turn: Turn, city: City) -> None:
    """Send every place the list of those who come today."""
    for place in city.known:
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
    rows = [row for place in city.known if place.id in own or "" in own for row in _today(turn, place.id)]
    if rows:
        turn.say("booking.list", *_buttons(turn, rows), **_list(turn, city, rows))
    # Everybody is asked for, so that each place says of its own what there is.
    if not sum(_others(turn, place.id) for place in posts.places(turn, city)) and not rows:
        turn.say("booking.nobody")


def _others(turn: Turn, place: str) -> bool:
    """Say who else is there today: those who came without a booking, and how many of the roster. False: nobody."""
    present, due = walkins.here(turn, place), roster.of_day(turn, place)
    if present:
        turn.say(
            "booking.walk_in.here",
            *[[walkins.gone_button(turn, int(row["id"]), "booking.button.walk_in_which")] for row in present],
            walk_ins=[
                {
                    "number": int(row["id"]),
                    "months": int(row["months"]),
                    "ends_at": counting.at_minute(int(row["ends"])),
                }
                for row in present
            ],
        )
    if due["own"] or due["away"]:
        turn.say("booking.own", **due)
    return bool(present or due["own"] or due["away"])


def evening(turn: Turn, city: City) -> None:
    """Whoever never came is missed: told kindly, and the room was held for nobody."""
    expected = turn.db.all(
        "SELECT * FROM booking WHERE state = 'booked' AND day <= :today", today=turn.today.isoformat()
    )
    over = [int(row["id"]) for row in expected if hours.ends(turn, row) <= turn.now]
    for row in holding.missed(turn, over):
        terms.counts(turn, int(row["id"]))
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
    terms.counts(turn, int(row["id"]), yes=False)
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
        "stays": [
            {**told(turn, city, row), "here": row["state"] == "came", "note": note.of(turn, row)}
            for row in rows
        ],
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
            ),
            *card.place_buttons(turn, row),
        ]
        for row in rows
    ]


def _say_over(turn: Turn, row: Row) -> None:
    turn.say("booking.over", number=int(row["id"]))
