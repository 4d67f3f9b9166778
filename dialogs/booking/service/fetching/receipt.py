"""The receipt of a stay, as a page to print: it is no invoice, and says who gives one."""

from __future__ import annotations

from datetime import time
from typing import Any

from bot import paper
from bot.capability import NotDone
from bot.clock import instant
from bot.messages import Button
from bot.paper import Facts, Paper, Words
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding
from dialogs.booking.service.fetching import steps
from dialogs.booking.service.kept import told
from knowledge.city import City

KEPT_DAYS = 90
"""For how long the button of a receipt is good."""


def button(turn: Turn, row: Row, person: int | None = None) -> Button:
    """收据, for the family."""
    lang = None
    if person is not None:
        lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    return turn.action(
        "booking.slip",
        "fetching.button.receipt",
        {"booking": int(row["id"])},
        person=person,
        deadline=turn.in_(days=KEPT_DAYS),
        lang=lang,
    )


def asked(turn: Turn, city: City) -> None:
    """「要收据」: of the last stay."""
    row = turn.db.one(
        "SELECT * FROM booking WHERE person_id = :person AND state = 'left' ORDER BY day DESC, starts DESC LIMIT 1",
        person=turn.who.id,
    )
    if row is None:
        turn.say("fetching.no_receipt")
    else:
        _give(turn, city, row)


def pressed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """The button under the message that the child was fetched; it can be pressed again."""
    row = holding.by_number(turn, int(payload["booking"]))
    if row["person_id"] != turn.who.id:
        turn.say("fetching.no_receipt")
        return
    _give(turn, city, row)
    raise NotDone


def _give(turn: Turn, city: City, row: Row) -> None:
    said = {**told(turn, city, row), **times(turn, row), "credit": int(row["credit"])}
    files = paper.file(f"receipt-{row['id']}", _page(turn, said), turn.now, turn.ground.settings.fonts)
    turn.say("fetching.receipt", files=files, **said)
    turn.audit("booking.receipt", f"booking:{row['id']}")


def times(turn: Turn, row: Row) -> dict[str, Any]:
    """When the child came and was fetched as they were entered, None where nobody did; and by whom."""
    came, left = steps.last(turn, int(row["id"]), "came"), steps.last(turn, int(row["id"]), "left")
    return {"came_at": _clock(turn, came), "gone_at": _clock(turn, left), "who": steps.who(turn, left)}


def _clock(turn: Turn, row: Row | None) -> time | None:
    return None if row is None else instant(int(row["at"])).astimezone(turn.ground.settings.zone).time()


def _page(turn: Turn, said: dict[str, Any]) -> Paper:
    def line(key: str) -> tuple[str, str]:
        return turn.label(f"fetching.paper.{key}"), turn.label(f"fetching.paper.{key}_value", **said)

    keys = ["number", "place", "children", "hours", "was", "price"]
    if said["credit"]:
        keys.append("credit")
    return Paper(
        turn.label("fetching.paper.title"),
        [
            Words(turn.label("fetching.paper.no_invoice"), "large"),
            Facts(tuple(line(key) for key in keys)),
            Words(turn.label("fetching.paper.who_invoices")),
        ],
        foot=turn.label("fetching.paper.foot", at=turn.now),
        lang=turn.lang,
    )
