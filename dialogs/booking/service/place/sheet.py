"""Tomorrow at the place, as one page to print: who comes, how old, what they must not eat, who fetches them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot import paper
from bot.messages import File
from bot.paper import Paper, Table, Words
from bot.store.session import Row
from bot.turn import Turn
from bot.words import fold
from dialogs.booking.service.child import card
from dialogs.booking.service.fetching import people
from dialogs.booking.service.kept import ROLE, told
from knowledge.city import City

WORDS = frozenset(
    {
        "明天名单",
        "明日名单",
        "名单pdf",
        "明天谁来",
        "明天有谁",
        "明天来几个",
        "明天几个孩子",
        "明天有几个孩子",
        "明天来几个孩子",
        "明天有多少孩子",
        "打印名单",
        "tomorrowslist",
        "tomorrow'slist",
        "listpdf",
    }
)
_COLUMNS = ("number", "hours", "child", "mind", "fetch", "ring")
_WIDTHS = (2, 4, 6, 9, 5, 4)
TAIL = 4
"""Digits of a telephone that are printed: a page lies about."""


def evening(turn: Turn, city: City) -> None:
    """At 18:00 each place that expects somebody tomorrow gets its page."""
    day = turn.today + timedelta(days=1)
    for place in city.known:
        rows = _rows(turn, place.id, day)
        if rows:
            turn.push_staff(
                (ROLE,),
                "fetching.sheet",
                place=place.id,
                dedupe=f"booking.sheet:{place.id}:{day.isoformat()}",
                files=_page(turn, city, place.name, rows, day),
                day=day,
                today=turn.today,
                count=len(rows),
                open=True,
            )


def asked(turn: Turn, city: City, text: str) -> None:
    """The page on demand: of tomorrow, or of today where 名单 PDF is said."""
    day = turn.today + timedelta(days="pdf" not in fold(text) and "打印" not in text)
    own = {place for role, place in turn.who.roles if role == ROLE}
    shown = 0
    for place in city.known:
        rows = _rows(turn, place.id, day) if place.id in own or "" in own else []
        if rows:
            shown += 1
            turn.say(
                "fetching.sheet",
                files=_page(turn, city, place.name, rows, day),
                day=day,
                today=turn.today,
                count=len(rows),
                open=card.may_see(turn, rows[0]),
            )
    if not shown:
        turn.say("fetching.nobody", day=day, today=turn.today)


def _rows(turn: Turn, place: str, day: date) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM booking WHERE place = :place AND day = :day AND state IN ('booked', 'came') ORDER BY starts, id",
        place=place,
        day=day.isoformat(),
    )


def _page(turn: Turn, city: City, name: str, rows: list[Row], day: date) -> list[File]:
    """The page in the language of whoever asks; in a job, of the house."""
    head = tuple(turn.label(f"fetching.column.{one}") for one in _COLUMNS)
    page = Paper(
        turn.label("fetching.sheet_title", place=name, day=day, today=turn.today),
        [
            Table(head, tuple(_line(turn, city, row) for row in rows), _WIDTHS),
            Words(turn.label("fetching.sheet_note"), "small"),
        ],
        foot=turn.label("fetching.paper.foot", at=turn.now),
        lang=turn.lang,
        landscape=True,
    )
    return paper.file(f"list-{day.isoformat()}", page, turn.now, turn.ground.settings.fonts)


def _line(turn: Turn, city: City, row: Row) -> tuple[str, ...]:
    number = int(row["id"])
    said: dict[str, Any] = told(turn, city, row)
    cards = card.for_place(turn, number)
    mind = [f"{one.name}: {part}" if len(cards) > 1 else part for one in cards for part in _mind(turn, one)]
    note = [] if row["note"] is None else [turn.unseal(row["note"], "booking.note")]
    return (
        str(number),
        turn.label("fetching.sheet_hours", **said),
        turn.label("fetching.sheet_child", **said),
        "；".join([*mind, *note]),
        "，".join(f"{one.name} {one.tail}".strip() for one in people.of(turn, number)),
        "，".join(f"{one.contact or ''} {one.phone[-TAIL:]}".strip() for one in cards if one.phone),
    )


def _mind(turn: Turn, one: card.Card) -> list[str]:
    """What must be minded, allergies first; what there is nothing of is left out."""
    return [
        f"{turn.label(f'child_card.{name}.name')}：{said}"
        for name, said in (("allergy", one.allergy), ("special", one.special), ("feeding", one.feeding))
        if said
    ]
