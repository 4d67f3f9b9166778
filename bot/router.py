"""Who answers these words: the one order in which everything is asked.

Urgent words, in every state · words that work everywhere · an action button · the open step's reader · a capability
that claims the words · an honest "I don't know", with a person.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

from bot.capability import Claim, NotDone, Registry
from bot.clock import ms
from bot.desk import person_wanted
from bot.dialogue import Dialogue
from bot.messages import Button, Inbound
from bot.turn import Turn

_WORDS = Path(__file__).with_name("words.toml")
IN_GROUPS = ("a:", "w:person")
"""Buttons that work in a group as well: those of a row, which know whom they are for, and the way to a person."""


@lru_cache(maxsize=1)
def everywhere() -> dict[str, str]:
    """The words that work everywhere, folded, each with the name of what it does."""
    tree = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {fold(word): name for name, words in tree.items() for word in words}


def fold(text: str) -> str:
    """Words as they are compared: one width, no case, no spaces, no closing punctuation or emoji."""
    text = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in text if not c.isspace())
    return kept.strip("。.!！~～,，、…·") or kept


def route(turn: Turn, inbound: Inbound, registry: Registry, dialogue: Dialogue) -> None:
    """Answer one message. Everything it does is in the turn; the dialogue holds what is open."""
    alone = inbound.private or bool(turn.who.roles)  # staff may act in their group, nobody else
    if inbound.start is not None and alone and _link(turn, inbound.start, registry):
        return
    if inbound.button is not None and (alone or inbound.button.startswith(IN_GROUPS)):
        _button(turn, inbound, registry, dialogue)
        return
    text = inbound.text.strip()
    if text and _urgent(turn, text, registry):
        return
    if not alone:
        turn.say("common.group", link=turn.ground.link.bots.get(inbound.place.channel, ""))
        return
    word = _everywhere(text, dialogue) if text else None
    if word is not None:
        _do_word(turn, word, dialogue, registry)
    elif dialogue.talk.lapsed:
        turn.say("common.lapsed")
        _claimed_or_unknown(turn, inbound, text, registry, dialogue)
    elif dialogue.asking is not None:
        _answer(turn, inbound, text, registry, dialogue)
    else:
        _claimed_or_unknown(turn, inbound, text, registry, dialogue)


def _urgent(turn: Turn, text: str, registry: Registry) -> bool:
    for capability in registry.all:
        card = capability.interrupts(text, turn) if capability.interrupts else None
        if card is not None:
            turn.lane = "urgent"
            card(turn)
            return True
    return False


def _everywhere(text: str, dialogue: Dialogue) -> str | None:
    folded = fold(text)
    choosing = dialogue.talk.choosing
    if choosing and folded.isdigit() and 1 <= int(folded) <= len(choosing):
        return choosing[int(folded) - 1]
    word = everywhere().get(folded)
    if word == "courtesy" and dialogue.asking is not None:
        return None
    return word


def _do_word(turn: Turn, word: str, dialogue: Dialogue, registry: Registry) -> None:
    dialogue.talk.choosing = []
    match word:
        case "cancel":
            dialogue.cancel(turn)
        case "back" | "mistake":
            dialogue.back(turn)
        case "keep":
            dialogue.keep(turn)
        case "resume" | "repeat":
            dialogue.resume(turn)
        case "restart":
            dialogue.restart(turn)
        case "person":
            person_wanted(turn)
            dialogue.ask_again(turn)
        case "help":
            turn.say("common.help", commands=registry.menu(turn), open=dialogue.asking is not None)
        case "courtesy":
            turn.say("common.courtesy")
        case "language":
            turn.say(
                "common.language",
                [
                    Button(label, id=f"lang:{code}")
                    for code, label in (("zh", "简体中文"), ("zh-Hant", "繁體中文"), ("en", "English"))
                ],
            )
        case _:
            say_menu(turn, registry)


def say_menu(turn: Turn, registry: Registry) -> None:
    """What one can do here, as buttons, by the roles of who asks."""
    rows = [[Button(label, id=f"go:{name}")] for name, label in registry.menu(turn)]
    turn.say("common.menu", *rows, demo=turn.ground.demo)


def _link(turn: Turn, payload: str, registry: Registry) -> bool:
    prefix, _, rest = payload.partition("_")
    opener = registry.links.get(prefix)
    if opener is not None and rest:
        opener(turn, rest)
        return True
    claim = claimed(turn, payload.replace("_", " "), registry) if payload else None
    if claim is not None:
        _take(turn, claim)
        return True
    return False


def _button(turn: Turn, inbound: Inbound, registry: Registry, dialogue: Dialogue) -> None:
    kind, _, rest = (inbound.button or "").partition(":")
    if kind == "q":
        dialogue.press(turn, inbound, rest)
    elif kind == "a":
        _act(turn, rest, registry, dialogue)
    elif kind == "w":
        _do_word(turn, rest, dialogue, registry)
    elif kind == "lang" and rest in ("zh", "zh-Hant", "en"):
        turn.db.run("UPDATE person SET lang = :lang WHERE id = :id", lang=rest, id=turn.who.id)
        turn.person = turn.who.speaking(rest)
        turn.say("common.language_set")
        dialogue.ask_again(turn)
    elif kind == "go" and rest in registry.flows:
        turn.start(rest)
    elif kind == "go" and (claim := claimed(turn, rest, registry)) is not None:
        _take(turn, claim)
    else:
        turn.say("common.stale")
        dialogue.ask_again(turn)


def _act(turn: Turn, rest: str, registry: Registry, dialogue: Dialogue) -> None:
    number, _, sign = rest.partition(":")
    row = None
    if number.isdigit() and turn.ground.keys.check_sign(sign, "action", number):
        lock = " FOR UPDATE" if turn.db.postgres else ""
        row = turn.db.one(
            f"SELECT id, kind, payload, person_id, deadline, used FROM action WHERE id = :id{lock}",
            id=int(number),
        )
    if row is None or row["kind"] not in registry.actions:
        turn.say("common.stale")
    elif row["person_id"] is not None and row["person_id"] != turn.who.id:
        turn.say("common.not_yours")
    elif row["used"] is not None:
        turn.say("common.used")
    elif row["deadline"] is not None and int(row["deadline"]) < ms(turn.now):
        turn.say("common.late")
    else:
        try:
            registry.actions[row["kind"]](turn, json.loads(row["payload"]))
        except NotDone:
            return
        turn.db.run("UPDATE action SET used = :now WHERE id = :id", now=ms(turn.now), id=row["id"])
    if turn.hand_over is None:
        dialogue.ask_again(turn)


def _answer(turn: Turn, inbound: Inbound, text: str, registry: Registry, dialogue: Dialogue) -> None:
    """The open question's reader first; what it cannot use may be somebody else's words."""
    if dialogue.takes_free_words and text and not inbound.proofs:
        claim = claimed(turn, text, registry)
        if claim is not None and not claim.last:
            _aside(turn, claim, dialogue)
            return
    problem = dialogue.answer(turn, inbound)
    if problem is None:
        return
    claim = claimed(turn, text, registry) if text and not inbound.proofs else None
    if claim is not None and not claim.last:
        _aside(turn, claim, dialogue)
    else:
        dialogue.say_problem(turn, problem)


def _aside(turn: Turn, claim: Claim, dialogue: Dialogue) -> None:
    if claim.flow and dialogue.is_open(claim.flow):
        dialogue.offer_resume(turn)
        return
    _take(turn, claim)
    if turn.hand_over is None:
        dialogue.ask_again(turn)


def claimed(turn: Turn, text: str, registry: Registry) -> Claim | None:
    """The first capability, in routing order, whose words these are."""
    for capability in registry.all:
        claim = capability.claims(text, turn) if capability.claims else None
        if claim is not None:
            return claim
    return None


def _take(turn: Turn, claim: Claim) -> None:
    if claim.flow:
        turn.start(claim.flow, **claim.known)
    elif claim.call is not None:
        claim.call(turn)


def _claimed_or_unknown(
    turn: Turn, inbound: Inbound, text: str, registry: Registry, dialogue: Dialogue
) -> None:
    if inbound.proofs or inbound.flaw:
        turn.say("common.number_unasked")
        return
    if inbound.media and not text:
        turn.say("common.media" if inbound.media != "sticker" else "common.courtesy")
        return
    if inbound.location is not None or inbound.phone is not None:
        turn.say("common.not_asked")
        return
    claim = claimed(turn, text, registry)
    if claim is None:
        turn.say(
            "common.unknown",
            [
                Button(turn.label("common.button.person"), id="w:person"),
                Button(turn.label("common.button.menu"), id="w:menu"),
            ],
        )
    else:
        _take(turn, claim)
