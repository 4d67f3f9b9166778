"""What cannot wait goes to the whole family: to every chat that was joined to it (关联), a father's as a mother's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import outbox
from bot.messages import Button
from bot.store import people
from bot.turn import Turn


def tell(
    turn: Turn,
    person: int,
    key: str,
    /,
    *rows: Sequence[Button],
    dedupe: str,
    deadline: datetime | None = None,
    **values: Any,
) -> None:
    """Say it at once in each of a person's chats; whoever taps first has answered for all."""
    turn.push(person, key, *rows, lane="urgent", dedupe=dedupe, deadline=deadline, **values)
    first = people.reachable(turn.db, person)
    others = [chat for chat in people.chats(turn.db, person) if chat != first]
    if not others:
        return
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    message = turn.letter(lang, key, *rows, **values)
    for chat in others:
        turn.post(outbox.Post(chat, message, "urgent", dedupe=f"{dedupe}:{chat}", deadline=deadline))
