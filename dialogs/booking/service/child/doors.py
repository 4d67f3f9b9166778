"""The buttons by which a family tells more about the child of a booking: its card, a word to the place."""

from __future__ import annotations

from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import hours


def family_buttons(turn: Turn, row: Row, person: int | None = None) -> list[Button]:
    """填孩子的情况 and 跟园里说一句, until the stay is over."""
    end = hours.ends(turn, row)
    of = {"booking": int(row["id"])}
    return [
        turn.action("booking.card_fill", "child_card.button.fill", of, person=person, deadline=end),
        turn.action("booking.note", "child_note.button.say", of, person=person, deadline=end),
    ]
