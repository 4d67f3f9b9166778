"""Answers what no service took: from the knowledge base, with choices, or by an honest "I don't know". Never a guess."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from rapidfuzz import fuzz, process

from bot import desk, offered
from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from bot.words import asks
from dialogs.questions import rules
from dialogs.questions.service import given
from knowledge import urgent
from knowledge.answering import Reply
from knowledge.current import Current
from knowledge.intents import Intents, load_intents
from knowledge.saying import said
from knowledge.urgent import Card

NEAR = 60
"""How alike (0 to 100) one's words and a menu's words must be for the question whether that was meant."""


@lru_cache(maxsize=1)
def _intents() -> Intents:
    return load_intents()


class Questions:
    """What is asked of the corpus. `home`: the district's region, by its code."""

    def __init__(self, corpus: Current, home: str | None) -> None:
        self._corpus, self._home = corpus, home

    def claims(self, text: str, turn: Turn) -> Claim:
        """Every word that came this far. Into an open form come care, a service not built yet, a sure answer."""
        card = urgent.care(text)
        if card is not None:
            return Claim(call=partial(care, card))
        if rules.asks_which(text):
            return Claim(flow="choosing", known=rules.told(text, turn.today))
        meant = rules.meant(text)
        if meant.kind == "not_yet":
            return Claim(call=partial(not_yet, meant.service))
        if turn.busy and not asks(text):  # an answer to the form's question, most likely
            return Claim(call=partial(unknown, meant.service), last=True)
        reply = self._corpus.get().answer(text, self._home, turn.today, turn.lang == "en")
        if reply.kind == "answer":
            return Claim(call=partial(self.answer, reply))
        if reply.entries:
            return Claim(
                call=partial(self.known_unknown if reply.kind == "handover" else choices, reply), last=True
            )
        return Claim(call=partial(unknown, meant.service), last=True)

    def answer(self, reply: Reply, turn: Turn) -> None:
        """A curated answer with its source; the service that goes on from it; was it of use?"""
        entry = self._corpus.get().entries[reply.entries[0].id]
        given.told(turn, entry)
        _say_entry(turn, entry.id, reply.text, entry.head.dialog)

    def known_unknown(self, reply: Reply, turn: Turn) -> None:
        """What nobody has published: said so, with a person."""
        given.told(turn, self._corpus.get().entries[reply.entries[0].id])
        turn.say("questions.answer", _ways(turn), text=turn.ground.texts.in_script(turn.lang, reply.text))

    def choose(self, turn: Turn, payload: dict[str, Any]) -> None:
        """One of the choices was meant."""
        entry = self._corpus.get().entries.get(str(payload["entry"]))
        if entry is None:
            unknown("", turn)
            return
        given.tapped(turn, payload, entry.id)
        given.told(turn, entry)
        _say_entry(turn, entry.id, said(entry, turn.today, turn.lang == "en"), entry.head.dialog)

    def useless(self, turn: Turn, payload: dict[str, Any]) -> None:
        """It was of no use: a case for staff, with what was answered."""
        turn.audit("answer.useless", f"entry:{payload['entry']}")
        entry = self._corpus.get().entries.get(str(payload["entry"]))
        title = entry.head.question if entry else ""
        case = desk.open_case(turn, "useless_answer", f"entry:{payload['entry']}", title)
        turn.say("questions.sorry", case=case, telephone=turn.ground.telephone)

    def export(self, turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
        """What was answered to a person, by the entries' questions."""
        english, entries = turn.lang == "en", self._corpus.get().entries.values()
        titles = {e.id: e.head.question_en if english else e.head.question for e in entries}
        return given.export(turn, person, titles)


def choices(reply: Reply, turn: Turn) -> None:
    """Did you mean one of these? At most three, and none of them."""
    tap = given.offered(turn, [found.id for found in reply.entries])
    rows = [
        [
            turn.action(
                "questions.choose", "questions.button.entry", {"entry": found.id, "tap": tap}, title=label
            )
        ]
        for found, label in zip(reply.entries, reply.choices, strict=True)
    ]
    none = turn.action("questions.none", "questions.button.none", {"tap": tap})
    turn.say("questions.choices", *rows, [none, *_ways(turn)])


def none_of_them(turn: Turn, payload: dict[str, Any]) -> None:
    """None of the choices was meant: an honest no, and a person."""
    given.tapped(turn, payload)
    unknown("", turn)


def useful(turn: Turn, payload: dict[str, Any]) -> None:
    """It was of use."""
    turn.audit("answer.useful", f"entry:{payload['entry']}")
    turn.say("questions.thanks")


def _say_entry(turn: Turn, name: str, text: str, dialog: str) -> None:
    menu = dict(turn.everyone.menu(turn)) if turn.everyone is not None else {}
    start = [Button(menu[dialog], id=f"go:{dialog}")] if dialog in menu else []
    verdict = [
        turn.action(f"questions.{word}", f"questions.button.{word}", {"entry": name})
        for word in ("useful", "useless")
    ]
    rows = [row for row in (start, [*verdict, _ways(turn)[0]]) if row]
    turn.say("questions.answer", *rows, text=turn.ground.texts.in_script(turn.lang, text))


def not_yet(service: str, turn: Turn) -> None:
    """One line for a service that does not stand yet, and a person."""
    words = _intents().stands_in[service]
    line = words.en if turn.lang == "en" else turn.ground.texts.in_script(turn.lang, words.zh)
    rows = [[turn.go("questions.button.which", "choosing")]] if service == "centres" else []
    turn.say("questions.not_yet", *rows, _ways(turn), line=line, telephone=turn.ground.telephone)


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
