"""Shows the card that the words call for, offers a person, and lets duty staff know which card it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.messages import Button
from bot.turn import Turn
from knowledge import urgent


def interrupts(text: str) -> Callable[[Turn], None] | None:
    """The act that shows the most pressing card these words call for, or None."""
    called = urgent.match(text)
    return partial(show, called[0]) if called else None


def show(card_id: str, turn: Turn) -> None:
    """Show a card. Duty staff learn its id only, once an hour and person: never the words."""
    card = urgent.card(card_id)
    lines = card.en if turn.lang == "en" else card.zh
    turn.say(
        "urgent.card",
        [Button(turn.label("common.button.person"), id="w:person")],
        lines=[turn.ground.texts.in_script(turn.lang, line) for line in lines],
    )
    turn.audit("urgent.shown", f"person:{turn.who.id}", card=card_id)
    turn.push_staff(
        ("duty",), "urgent.staff", card=card_id, dedupe=f"urgent:{turn.who.id}:{card_id}:{turn.now:%Y%m%d%H}"
    )
