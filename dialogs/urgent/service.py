"""Shows the card that the words call for, offers a person, and lets duty staff know which card it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from bot.clock import ms
from bot.messages import Button
from bot.router import everywhere, fold
from bot.turn import Turn
from dialogs.urgent import rules
from knowledge import intents, urgent

CRY = "cry_for_help"
ASKED_MINUTES = 10
"""How long the question "what has happened?" stands when nothing else was said to the person since."""
GO_ON = frozenset(
    {"menu", "back", "cancel", "person", "language", "resume", "restart", "repeat", "mistake"}
)  # fmt: skip
"""Words of everywhere that show that somebody went on with something else."""


def interrupts(text: str, turn: Turn) -> Callable[[Turn], None] | None:
    """The act that shows the most pressing card these words call for, or None."""
    if turn.who.roles and text.isdigit():
        return None  # a member of staff who types 120 is writing a sum
    called = urgent.match(text)
    if called:
        return partial(show, called[0])
    if not _asked_what_happened(turn):
        return None
    told = urgent.told(text)
    if told is not None:
        return partial(show, told)
    if rules.is_over(text):
        return over
    return None if turn.overheard or _goes_on(text) else partial(show, CRY)


def show(card_id: str, turn: Turn) -> None:
    """Show a card in the language of the words. Duty staff learn its id only, once an hour and person."""
    card = urgent.card(card_id)
    lang = rules.spoken(turn.words, turn.lang)
    turn.person = turn.who.speaking(lang)
    lines = card.en if lang == "en" else card.zh
    turn.say(
        "urgent.card",
        [Button(turn.label("common.button.person"), id="w:person")],
        lines=[turn.ground.texts.in_script(lang, line) for line in lines],
    )
    turn.audit("urgent.shown", f"person:{turn.who.id}", card=card_id)
    turn.push_staff(
        ("duty",), "urgent.staff", card=card_id, dedupe=f"urgent:{turn.who.id}:{card_id}:{turn.now:%Y%m%d%H}"
    )


def over(turn: Turn) -> None:
    """The all-clear: an ordinary answer, with which the question is no longer the last thing said."""
    turn.lane = "reply"
    turn.person = turn.who.speaking(rules.spoken(turn.words, turn.lang))
    turn.say("urgent.over", [Button(turn.label("common.button.menu"), id="w:menu")])


def _goes_on(text: str) -> bool:
    """Whether the words are about something else: a number of a list, a word of everywhere, a service's name."""
    folded = fold(text)
    return folded.isdigit() or everywhere().get(folded) in GO_ON or bool(intents.match(text))


def _asked_what_happened(turn: Turn) -> bool:
    """Whether the last thing this person was told, not long ago, is the card that asks what has happened."""
    if turn.who.new:
        return False
    last = turn.db.one(
        "SELECT lane, created FROM outbox WHERE address_id = :address AND lane IN ('urgent', 'reply')"
        " ORDER BY id DESC LIMIT 1",
        address=turn.address_id,
    )
    since = ms(turn.in_(minutes=-ASKED_MINUTES))
    if last is None or last["lane"] != "urgent" or int(last["created"]) < since:
        return False
    detail = turn.db.value(
        "SELECT detail FROM audit WHERE act = 'urgent.shown' AND object = :person AND at >= :since"
        " ORDER BY id DESC LIMIT 1",
        person=f"person:{turn.who.id}",
        since=since,
    )
    return detail is not None and json.loads(detail)["card"] == CRY
