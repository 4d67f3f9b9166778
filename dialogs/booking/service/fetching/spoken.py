"""What staff at the door say in words where a button would do: 「宝宝到了」, 「奶奶来接」. A child goes by a tap only."""

from __future__ import annotations

from functools import partial

from bot.capability import Claim
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from bot.words import fold
from dialogs.booking.rules import fetching as rules
from dialogs.booking.service.fetching import door, people
from dialogs.booking.service.kept import told
from knowledge.city import City


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """The words, where a child of today is meant by them."""
    number = rules.number_arrived(text)
    if number is not None:
        return Claim(call=partial(door.arrived, number=number, city=city))
    child = rules.arrived(text)
    if child is not None and (found := _awaited(turn, city, child)):
        return Claim(call=partial(_came, rows=found, city=city))
    name = rules.named(text)
    if name is not None and any(row["state"] == "came" for row in door.here(turn)):
        return Claim(call=partial(_whose, name=name, city=city))
    return None


def _awaited(turn: Turn, city: City, child: str) -> list[int]:
    """The stays of today at the places of whoever asks that await a child of that name."""
    rows = turn.db.all(
        "SELECT * FROM booking WHERE day = :today AND state IN ('booked', 'leaving') ORDER BY starts, id",
        today=turn.today.isoformat(),
    )
    return [
        int(row["id"])
        for row in rows
        if door.is_mine(turn, row) and child in {fold(one) for one in told(turn, city, row)["children"]}
    ]


def _came(turn: Turn, rows: list[int], city: City) -> None:
    """It is there; of several the one that is tapped."""
    if len(rows) == 1:
        door.came(turn, {"booking": rows[0]}, city)
        return
    buttons = [
        [
            turn.action(
                "booking.came",
                "booking.button.came",
                {"booking": number},
                deadline=door.night(turn),
                number=number,
            )
        ]
        for number in rows
    ]
    turn.say("fetching.which_came", *buttons)


def _whose(turn: Turn, name: str, city: City) -> None:
    """Whom somebody comes for: the children on whose list the name stands, else all who are there, to be asked about."""
    here = [row for row in door.here(turn) if row["state"] == "came"]
    listed = [(row, one) for row in here for one in people.of(turn, int(row["id"])) if fold(one.name) == name]
    several = len(listed) > 1
    buttons = [[_goes_with(turn, city, row, known, several)] for row, known in listed]
    rows = buttons or door.name_buttons(turn, city, here)
    turn.say("fetching.whose", *rows, name=name, several=several)


def _goes_with(turn: Turn, city: City, row: Row, known: people.Fetcher, several: bool) -> Button:
    """Looked at once more when it is tapped: whoever was taken off the list takes nobody along."""
    return turn.action(
        "booking.fetched",
        "fetching.button.of_child",
        {"booking": int(row["id"]), "who": known.name, "listed": 1},
        deadline=door.night(turn),
        name=known.name,
        tail=known.tail if several else "",
        **told(turn, city, row),
    )
