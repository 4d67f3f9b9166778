"""Temporary care: some hours at a place near home, never more children than its carers may look after."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability, Claim, Command
from bot.turn import Turn
from dialogs.booking import flow, tables
from dialogs.booking.service import form, holding, kept, leaving, start
from knowledge.city import City
from knowledge.intents import match

__all__ = ["capability", "tables"]


def claims(text: str, turn: Turn) -> Claim | None:
    """Words that ask for some hours of care, with what they tell already."""
    if turn.overheard:
        return None
    if any(hit.intent == "booking" and hit.kind == "start" for hit in match(text)):
        return Claim(flow="booking", known=form.first_words(text, turn.today))
    return None


def capability(city: City) -> Capability:
    """Temporary care in one home pack."""
    return Capability(
        name="booking",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={
            "booking.look": partial(form.look, city=city),
            "booking.suits": partial(form.suits, city=city),
            "booking.clear": partial(form.clear, city=city),
            "booking.where": partial(start.where, city=city),
            "booking.chosen": partial(start.chosen, city=city),
            "booking.find": partial(form.find, city=city),
            "booking.switch": form.switch,
            "booking.hold": partial(form.hold, city=city),
            "booking.book": partial(kept.book, city=city),
        },
        actions={
            "booking.cancel": partial(kept.cancelled, city=city),
            "booking.cancel_undo": partial(kept.cancel_undone, city=city),
        },
        timers={
            holding.TIMER: holding.lapse,
            holding.LEAVES: partial(kept.left, city=city),
            holding.EVENING: partial(kept.remind, city=city, key="booking.evening"),
            holding.SOON: partial(kept.remind, city=city, key="booking.soon"),
        },
        claims=claims,
        commands=(Command("booking"),),
        my_things=partial(kept.my_things, city=city),
        join=leaving.join,
        export=leaving.export,
        erase=leaving.erase,
        self_checks=holding.recounted,
    )
