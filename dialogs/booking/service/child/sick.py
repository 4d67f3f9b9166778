"""A child is ill and a stay is near: one tap cancels it without any penalty; the rule of coming back, no diagnosis.

The place learns that the child does not come. What it has is told in the family's own words, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.capability import Claim
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import illness
from dialogs.booking.rules.illness import Ill
from dialogs.booking.service import calendar, holding, hours, kept
from knowledge import saying
from knowledge.answering import Answers
from knowledge.city import City

Corpus = Callable[[], Answers]
RETURN, HFMD = "care-infection-leave-return", "care-hfmd-return"
"""The entries of the corpus that say when a child may come back."""


def claims(text: str, turn: Turn, city: City, corpus: Corpus | None) -> Claim | None:
    """孩子发烧了今天去不了, where a stay is booked for today or tomorrow; in an open form only words that speak of coming."""
    heard = illness.told(text)
    if heard is None or (turn.busy and not (heard.away or heard.may)):
        return None
    rows = _near(turn, heard)
    named = [row for row in rows if any(name in text for name in kept.told(turn, city, row)["children"])]
    if not rows:
        return None
    return Claim(call=lambda now: offer(now, city, named or rows, heard, corpus))


def offer(turn: Turn, city: City, rows: Sequence[Row], heard: Ill, corpus: Corpus | None = None) -> None:
    """What can be done: a button for each stay, and the rule of coming back with its source."""
    buttons = []
    for row in rows:
        told = kept.told(turn, city, row)
        values = {name: told[name] for name in ("day", "today", "begins", "ends_at")}
        payload = {"booking": int(row["id"])}
        buttons.append(
            [
                turn.action(
                    "booking.sick",
                    "child_sick.button.cancel",
                    payload,
                    deadline=hours.ends(turn, row),
                    **values,
                )
            ]
        )
    turn.say(
        "child_sick.said",
        *buttons,
        may=heard.may and not heard.away,
        today=turn.today,
        stays=[kept.told(turn, city, row) for row in rows],
        rules=_rules(turn, heard, corpus),
    )


def cancelled(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Cancelled for illness, however late: never counted. The family may tell the place what it is, or leave it."""
    number = int(payload["booking"])
    row = holding.by_number(turn, number)
    begins = kept.begins(turn, row)
    until = turn.now + holding.UNDO
    until = until if begins <= turn.now else min(until, begins)
    if not holding.leaves(turn, number, until, holding.SICK):
        turn.say("booking.cancelled_already")
        return
    undo = turn.action("booking.cancel_undo", "booking.button.undo", {"booking": number}, deadline=until)
    tell = turn.action(
        "booking.note",
        "child_sick.button.tell",
        {"booking": number, "sick": True},
        deadline=hours.ends(turn, row),
    )
    said = kept.told(turn, city, holding.by_number(turn, number))
    turn.say(
        "child_sick.cancelled", [undo], [tell], files=[calendar.file_of(turn, said, cancelled=True)], **said
    )


def _near(turn: Turn, heard: Ill) -> list[Row]:
    """The person's stays of today and tomorrow that are not over; of one of the days, where it was named."""
    days = {"today": turn.today, "tomorrow": turn.today + timedelta(days=1)}
    wanted = [days[name].isoformat() for name in heard.days or days]
    rows = turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state = 'booked' AND day IN (:first, :last) ORDER BY day, starts",
        person=turn.who.id,
        first=wanted[0],
        last=wanted[-1],
    )
    return [row for row in rows if hours.ends(turn, row) > turn.now]


def _rules(turn: Turn, heard: Ill, corpus: Corpus | None) -> list[str]:
    """When a child may come back, as the corpus says it today; the newest words of the district win there."""
    if corpus is None:
        return []
    entries, names = corpus().entries, (RETURN, HFMD) if heard.hfmd else (RETURN,)
    return [
        (" " if turn.lang == "en" else "").join(
            saying.brief(entries[name], turn.today, turn.lang == "en").split("\n")
        )
        for name in names
        if name in entries and entries[name].holds(turn.today)
    ]
