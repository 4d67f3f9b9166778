"""Answers what nobody else does: says so, and how to reach a person. Never a guess."""

from __future__ import annotations

from functools import lru_cache, partial

from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from dialogs.questions import rules
from knowledge import urgent
from knowledge.intents import Intents, load_intents


@lru_cache(maxsize=1)
def _intents() -> Intents:
    return load_intents()


def claims(text: str, _turn: Turn) -> Claim:
    """Every word that came this far; only a wish for a service not built yet interrupts an open form."""
    meant = rules.meant(text)
    if meant.kind == "not_yet":
        return Claim(call=partial(not_yet, meant.service))
    return Claim(call=partial(unknown, meant.service, text), last=True)


def not_yet(service: str, turn: Turn) -> None:
    """One line for a service that does not stand yet, and a person."""
    words = _intents().stands_in[service]
    line = words.en if turn.lang == "en" else turn.ground.texts.in_script(turn.lang, words.zh)
    turn.say("questions.not_yet", _ways(turn), line=line, telephone=turn.ground.telephone)


def unknown(service: str, text: str, turn: Turn) -> None:
    """An honest "I don't know". Where the words sound heavy, a number to talk comes first."""
    card = urgent.care(text)
    if card is not None:
        lines = card.en if turn.lang == "en" else card.zh
        turn.say("questions.care", lines=[turn.ground.texts.in_script(turn.lang, line) for line in lines])
    turn.say("questions.unknown", _ways(turn), service=service, telephone=turn.ground.telephone)


def _ways(turn: Turn) -> list[Button]:
    return [Button(turn.label(f"common.button.{word}"), id=f"w:{word}") for word in ("person", "menu")]
