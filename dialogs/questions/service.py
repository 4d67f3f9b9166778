"""Answers what nobody else does: says so, and how to reach a person. Never a guess."""

from __future__ import annotations

from functools import lru_cache, partial

from rapidfuzz import fuzz, process

from bot import offered
from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from dialogs.questions import rules
from knowledge import urgent
from knowledge.intents import Intents, load_intents
from knowledge.urgent import Card

NEAR = 60
"""How alike (0 to 100) one's words and a menu's words must be for the question whether that was meant."""


@lru_cache(maxsize=1)
def _intents() -> Intents:
    return load_intents()


def claims(text: str, _turn: Turn) -> Claim:
    """Every word that came this far. Into an open form come only a line of care and a service not built yet."""
    card = urgent.care(text)
    if card is not None:
        return Claim(call=partial(care, card))
    meant = rules.meant(text)
    if meant.kind == "not_yet":
        return Claim(call=partial(not_yet, meant.service))
    return Claim(call=partial(unknown, meant.service), last=True)


def not_yet(service: str, turn: Turn) -> None:
    """One line for a service that does not stand yet, and a person."""
    words = _intents().stands_in[service]
    line = words.en if turn.lang == "en" else turn.ground.texts.in_script(turn.lang, words.zh)
    turn.say("questions.not_yet", _ways(turn), line=line, telephone=turn.ground.telephone)


def care(card: Card, turn: Turn) -> None:
    """The words sound heavy: a number to talk to, and a person."""
    lines = card.en if turn.lang == "en" else card.zh
    turn.say(
        "questions.care", _ways(turn), lines=[turn.ground.texts.in_script(turn.lang, line) for line in lines]
    )


def unknown(service: str, turn: Turn) -> None:
    """An honest "I don't know", with a person; and the service whose words are nearest, where one is near.

    The third time in a row it says no more than how to reach somebody.
    """
    before = [key for keys in offered.said(turn, 2) for key in keys]
    if len(before) == 2 and {*before} <= {"questions.unknown", "questions.unknown_again"}:
        turn.say("questions.unknown_again", _ways(turn), telephone=turn.ground.telephone)
        return
    turn.say(
        "questions.unknown",
        *(_offers(turn, service) or _nearest(turn)),
        _ways(turn),
        service=service,
        telephone=turn.ground.telephone,
    )


def _offers(turn: Turn, service: str) -> list[list[Button]]:
    """What the service asked about can do for the person, where it stands here."""
    menu = dict(turn.everyone.menu(turn)) if turn.everyone is not None else {}
    found = [Button(menu[name], id=f"go:{name}") for name in rules.OFFERS.get(service, ()) if name in menu]
    return [found] if found else []


def _nearest(turn: Turn) -> list[list[Button]]:
    menu = turn.everyone.menu(turn) if turn.everyone is not None else []
    found = process.extractOne(turn.words, dict(menu), scorer=fuzz.ratio, score_cutoff=NEAR)
    if found is None:
        return []
    label, _, name = found
    return [[Button(turn.label("questions.did_you_mean", label=label), id=f"go:{name}")]]


def _ways(turn: Turn) -> list[Button]:
    return [Button(turn.label(f"common.button.{word}"), id=f"w:{word}") for word in ("person", "menu")]
