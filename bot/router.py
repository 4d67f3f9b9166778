"""Who answers these words: the one order in which everything is asked.

Urgent words, in every state · words that work everywhere · an action button, pressed or named · the open step's
reader · a capability that claims the words · an honest "I don't know", with a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import structlog

from bot import offered
from bot.capability import Claim, NotDone, Registry
from bot.clock import ms
from bot.desk import person_wanted
from bot.dialogue import Dialogue
from bot.messages import Button, Inbound
from bot.store import people
from bot.texts import LANGUAGES
from bot.turn import Turn
from bot.words import LANGUAGE, asks, everywhere, fold, language_of, meaning

log = structlog.get_logger(__name__)
__all__ = ["everywhere", "fold", "route", "urgent"]
NAMES = {"zh": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
"""Every language by its own name, for those who read nothing else."""
IN_GROUPS = ("a:", "w:person")
"""Buttons that work in a group as well: those of a row, which know whom they are for, and the way to a person."""


def route(turn: Turn, inbound: Inbound, registry: Registry, dialogue: Dialogue) -> None:
    """Answer one message. Everything it does is in the turn; the dialogue holds what is open."""
    alone = inbound.private or bool(turn.who.roles)  # staff may act in their group, nobody else
    if inbound.start is not None and alone and _link(turn, inbound.start, registry):
        return
    if inbound.button is not None and (alone or inbound.button.startswith(IN_GROUPS)):
        _button(turn, inbound, registry, dialogue)
        return
    text = inbound.text.strip()
    _hear_language(turn, inbound, text, dialogue)
    if text and _urgent(turn, text, registry):
        if dialogue.asking is not None and dialogue.asking.past and not inbound.proofs:
            turn.say("common.urgent_or_answer")
            dialogue.answer(turn, inbound)
        return
    if not alone:
        turn.say("common.group", link=turn.ground.link.bots.get(inbound.place.channel, ""))
        return
    word = _everywhere(text, dialogue) if text else None
    _hint_traditional(turn, text, word or "", dialogue)
    if word is None:
        dialogue.talk.choosing = []
    if word is not None:
        _do_word(turn, word, dialogue, registry)
    elif dialogue.asking is None and text and _named(turn, inbound, text, registry, dialogue):
        return
    elif dialogue.talk.lapsed:
        turn.say("common.lapsed")
        _claimed_or_unknown(turn, inbound, text, registry, dialogue)
    elif dialogue.asking is not None:
        _answer(turn, inbound, text, registry, dialogue)
    else:
        _claimed_or_unknown(turn, inbound, text, registry, dialogue)


def _hear_language(turn: Turn, inbound: Inbound, text: str, dialogue: Dialogue) -> None:
    """Answer somebody new in the language they write, where their channel does not say which one they read."""
    if dialogue.talk.seq == 0 and not inbound.lang and text:
        turn.person = people.speaks(turn.db, turn.who, language_of(text))


def urgent(turn: Turn, text: str, registry: Registry) -> Callable[[Turn], None] | None:
    """What answers urgent words; None where these are none."""
    if not text:
        return None
    cards = (c.interrupts(text, turn) for c in registry.all if c.interrupts)
    return next((card for card in cards if card is not None), None)


def _urgent(turn: Turn, text: str, registry: Registry) -> bool:
    card = urgent(turn, text, registry)
    if card is not None:
        turn.lane = "urgent"
        card(turn)
    return card is not None


def _everywhere(text: str, dialogue: Dialogue) -> str | None:
    folded = fold(text)
    choosing = dialogue.talk.choosing
    if choosing and folded.isdigit() and 1 <= int(folded) <= len(choosing):
        return choosing[int(folded) - 1]
    word = meaning(text)
    if word == "courtesy" and dialogue.asking is not None:
        return None
    return word


def _do_word(turn: Turn, word: str, dialogue: Dialogue, registry: Registry) -> None:
    dialogue.talk.choosing = []
    if word == "cancel" and dialogue.asking is None and (no := offered.refusal(turn)) is not None:
        _act(turn, no.button.id.removeprefix("a:"), registry, dialogue)
        return
    if word == "cancel" and not dialogue.form and not dialogue.newer and _has_things(turn, registry):
        turn.say("common.cancel_which")
        return
    moves = {
        "cancel": dialogue.cancel,
        "back": dialogue.back,
        "keep": dialogue.keep,
        "resume": dialogue.resume,
        "repeat": dialogue.resume,
        "restart": dialogue.restart,
    }
    if word in moves:
        moves[word](turn)
        return
    match word:
        case "mistake":
            _mistake(turn, dialogue, registry)
        case "person":
            person_wanted(turn)
            dialogue.ask_again(turn)
        case "help":
            turn.say("common.help", commands=registry.menu(turn), open=dialogue.asking is not None)
        case "courtesy":
            turn.say("common.courtesy")
        case "telephone":
            turn.say(
                "common.telephone",
                [_word(turn, "person")],
                telephone=turn.ground.telephone,
                numbers=registry.telephones(turn),
            )
            dialogue.ask_again(turn)
        case "easier":
            ways = [_word(turn, "person"), _word(turn, "menu")] if dialogue.asking is None else []
            turn.say("common.easier", *([ways] if ways else []), telephone=turn.ground.telephone)
            dialogue.ask_again(turn)
        case "language":
            dialogue.talk.choosing = [LANGUAGE + code for code in NAMES]
            lines = [turn.ground.texts.label(code, "common.language") for code in NAMES]
            buttons = [Button(label, id=LANGUAGE + code) for code, label in NAMES.items()]
            turn.say("common.language_asked", buttons, lines=lines)
        case _ if word.startswith(LANGUAGE):
            _speak(turn, word.removeprefix(LANGUAGE), dialogue)
        case _:
            say_menu(turn, registry)


def _has_things(turn: Turn, registry: Registry) -> bool:
    """Show what one has, each with its buttons: 取消 where no form is open means one of them."""
    return not turn.overheard and not turn.who.new and registry.my_things(turn) > 0


def _speak(turn: Turn, lang: str, dialogue: Dialogue) -> None:
    turn.person = people.speaks(turn.db, turn.who, lang)
    turn.say("common.language_set")
    dialogue.talk.full = None
    dialogue.ask_again(turn)


def _mistake(turn: Turn, dialogue: Dialogue, registry: Registry) -> None:
    """In a form one question back; outside, what was done last is undone while it can be."""
    undo = offered.undo(turn) if dialogue.asking is None else None
    if undo is None:
        dialogue.back(turn)
    else:
        _act(turn, undo.button.id.removeprefix("a:"), registry, dialogue)


def _named(turn: Turn, inbound: Inbound, text: str, registry: Registry, dialogue: Dialogue) -> bool:
    """Press the button that these words name, if one was offered; ask which, where it could be several."""
    found = offered.meant(turn, text) if not inbound.proofs else []
    if len(found) > 1:
        lines = [f"{offer.button.label} · {offer.head}" for offer in found]
        turn.say("common.which_button", *([o.button] for o in found), lines=lines)
    elif found:
        _button(turn, replace(inbound, text="", button=found[0].button.id), registry, dialogue)
    return bool(found)


def _word(turn: Turn, word: str) -> Button:
    return Button(turn.label(f"common.button.{word}"), id=f"w:{word}")


def say_menu(turn: Turn, registry: Registry) -> None:
    """What one can do here, as buttons, by the roles of who asks."""
    rows = [[Button(label, id=f"go:{name}")] for name, label in registry.menu(turn)]
    turn.say("common.menu", *rows, [_word(turn, "language")], demo=turn.ground.demo)


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
    elif kind == "lang" and rest in LANGUAGES:
        _speak(turn, rest, dialogue)
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
    if row is None:
        turn.say("common.stale")
    elif row["kind"] not in registry.actions:
        log.warning(
            "an action of an unknown kind is left to a later version", kind=row["kind"], action=row["id"]
        )
        turn.say("common.newer")
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
    if text and not text.isdigit() and _named(turn, inbound, text, registry, dialogue):
        return
    claim = claimed(turn, text, registry) if text and not inbound.proofs else None
    if claim is not None and not claim.last:
        _aside(turn, claim, dialogue)
    elif inbound.proofs and not dialogue.wants_document:
        turn.say("common.number_unasked")
        dialogue.ask_again(turn)
    elif text and not inbound.flaw and (meaning(text) == "courtesy" or asks(text)):
        turn.say("common.courtesy" if meaning(text) == "courtesy" else "common.question_in_form")
        dialogue.ask_again(turn)
    else:
        _hint_english(turn, text)
        dialogue.say_problem(turn, problem)


def _hint_english(turn: Turn, text: str) -> None:
    if turn.lang != "en" and language_of(text) == "en":
        turn.say("common.in_english")


def _hint_traditional(turn: Turn, text: str, word: str, dialogue: Dialogue) -> None:
    """Tell somebody once who writes Traditional and reads Simplified that they may have Traditional too."""
    if turn.lang == "zh" and not dialogue.talk.hinted and language_of(text) == "zh-Hant":
        dialogue.talk.hinted = True
        if not word.startswith(LANGUAGE):
            turn.say("common.in_traditional")


def _aside(turn: Turn, claim: Claim, dialogue: Dialogue) -> None:
    if claim.flow and dialogue.is_open(claim.flow):
        if not (claim.joins and dialogue.join(turn, claim.known)):
            dialogue.offer_resume(turn)
        return
    _take(turn, claim)
    if turn.hand_over is None:
        dialogue.ask_again(turn)


def claimed(turn: Turn, text: str, registry: Registry) -> Claim | None:
    """The first capability, in routing order, whose words these are; a fallback only where they are nobody else's."""
    fallback: Claim | None = None
    for capability in registry.all:
        claim = capability.claims(text, turn) if capability.claims else None
        if claim is not None and not claim.last:
            return claim
        fallback = fallback or claim
    return fallback


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
        if inbound.media == "sticker":
            turn.say("common.courtesy")
        else:
            turn.say("common.media", [_word(turn, "person"), _word(turn, "menu")], media=inbound.media)
        return
    located = next((c.locates for c in registry.all if c.locates is not None), None)
    if inbound.location is not None and located is not None:
        _take(turn, located(inbound.location, turn))
        return
    if inbound.location is not None or inbound.phone is not None:
        turn.say("common.not_asked")
        return
    claim = claimed(turn, text, registry)
    if dialogue.newer and (claim is None or claim.last):
        turn.say("common.newer")
        return
    if claim is None or claim.last:
        _hint_english(turn, text)
    if claim is None:
        turn.say("common.unknown", [_word(turn, "person"), _word(turn, "menu")])
    else:
        _take(turn, claim)
