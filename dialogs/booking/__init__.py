"""Temporary care: some hours at a place near home, never more children than its carers may look after."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability, Claim, Command, Job
from bot.turn import Turn
from bot.words import fold
from dialogs.booking import flow, tables
from dialogs.booking.service import day, form, holding, kept, leaving, proof, start, waiting
from knowledge.city import City
from knowledge.intents import match

__all__ = ["capability", "tables"]


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """Words that ask for some hours of care, with what they tell already."""
    if turn.overheard:
        return None
    if turn.who.may(kept.ROLE) and fold(text) in day.WORDS:
        return Claim(call=partial(day.shown, city=city))
    if any(hit.intent == "booking" and hit.kind == "start" for hit in match(text)):
        return Claim(flow="booking", known=form.first_words(text, turn.today))
    return None


def _staff_words(turn: Turn) -> list[tuple[str, str]]:
    return (
        [(turn.label("booking.duty.list"), turn.label("booking.duty.lists"))]
        if turn.who.may(kept.ROLE)
        else []
    )


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
            "booking.wait": waiting.wait,
            "booking.hold": partial(form.hold, city=city),
            "booking.book": partial(kept.book, city=city),
        },
        actions={
            "booking.came": partial(day.came, city=city),
            "booking.left": partial(day.left, city=city),
            "booking.was_there": partial(day.was_there, city=city),
            "booking.cancel": partial(kept.cancelled, city=city),
            "booking.cancel_undo": partial(kept.cancel_undone, city=city),
            "booking.offer_accept": partial(waiting.accept, city=city),
            "booking.offer_decline": waiting.decline,
            "booking.wait_leave": waiting.leave,
        },
        timers={
            holding.TIMER: holding.lapse,
            holding.LEAVES: partial(kept.left, city=city),
            holding.FREED: partial(waiting.freed, city=city),
            waiting.OFFER: partial(waiting.silent, city=city),
            waiting.ENDS: partial(waiting.ends, city=city),
            holding.EVENING: partial(kept.remind, city=city, key="booking.evening"),
            holding.SOON: partial(kept.remind, city=city, key="booking.soon"),
        },
        jobs=(
            Job("booking.morning", "30 7 * * *", partial(day.morning, city=city)),
            Job("booking.evening", "0 21 * * *", partial(day.evening, city=city)),
        ),
        staff_words=_staff_words,
        claims=partial(claims, city=city),
        commands=(Command("booking"),),
        operator=proof.commands(city),
        my_things=partial(waiting.my_things, city=city),
        join=leaving.join,
        export=leaving.export,
        erase=leaving.erase,
        self_checks=holding.recounted,
    )
