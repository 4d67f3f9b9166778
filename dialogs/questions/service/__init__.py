"""Answers what no service took: from the knowledge base, with choices, or by an honest "I don't know". Never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from rapidfuzz import fuzz, process

from bot import desk, offered
from bot.capability import Claim, NotDone
from bot.messages import Button
from bot.turn import Turn
from dialogs.questions import rules
from dialogs.questions.service import given, speaking, talk
from dialogs.questions.service.speaking import ways
from knowledge import intents, regions, urgent, whereabouts
from knowledge.answering import NEAR, Reply
from knowledge.current import Current
from knowledge.entries import Entry
from knowledge.hotlines import Hotline, with_number
from knowledge.saying import in_english, sum_of
from knowledge.suiting import asks_which
from knowledge.urgent import Card

ALIKE = 60
"""How alike (0 to 100) one's words and a menu's words must be for the question whether that was meant."""


class Questions:
    """What is asked of the corpus. `home`: the district's region, by its code."""

    def __init__(self, corpus: Current, home: str | None) -> None:
        self._corpus, self._home = corpus, home

    def claims(self, text: str, turn: Turn) -> Claim:
        """Every word that came this far. Into an open form come care, a service not built yet, a sure answer."""
        card = urgent.care(text)
        if card is not None:
            return Claim(call=partial(care, card))
        if (placed := self._place(text, turn)) is not None:
            return placed
        return self._asked(text, turn, talk.place(turn) or self._home)

    def _asked(self, text: str, turn: Turn, home: str | None) -> Claim:
        if asks_which(text):
            return Claim(flow="choosing", known=rules.told(text, turn.today))
        meant = rules.meant(text)
        if meant.kind == "not_yet":
            return Claim(call=partial(not_yet, meant.service))
        if (entry := self._completed(text, turn, home)) is not None:
            return Claim(call=partial(self.say, entry.id, f"孩子{text}"))
        if turn.busy and not rules.is_question(text):  # an answer to the form's question, most likely
            return Claim(call=partial(unknown, meant.service), last=True)
        if not turn.busy and self._names_nothing(text) and not self._about(turn, home):
            return Claim(call=which_matter, last=True)
        reply = self._reply(text, turn, home)
        if reply.kind == "answer":
            return Claim(call=partial(self.say, reply.entries[0].id, text))
        # Choices come into a form where its reader could make nothing of the words.
        last = not turn.busy or turn.free
        if reply.entries and reply.kind == "handover":
            return Claim(call=partial(self.known_unknown, reply.entries[0].id, text), last=last)
        if reply.entries:
            return Claim(call=partial(self.choices, reply, text), last=last)
        line = reply.line if rules.is_question(text) else None
        return Claim(call=partial(unknown, meant.service, line=line), last=True)

    # -- which entry ---------------------------------------------------------------------------------------------

    def _reply(self, text: str, turn: Turn, home: str | None) -> Reply:
        """The corpus's reply; to a short question that names no matter, the one about what the talk is about."""
        answers, english = self._corpus.get(), _english(text, turn)
        plain = answers.answer(text, home, turn.today, english)
        asked = answers.search.ask(text, home)
        if plain.kind != "answer" and home not in (None, self._home) and not asked.named:
            placed = answers.answer(_asked_of(text, str(home)), home, turn.today, english)
            plain = placed if placed.kind == "answer" else plain
        about = self._about(turn, home)
        if not about or not rules.follows(asked):
            return plain
        narrowed = answers.answer(f"{about}{text}", home, turn.today, english)
        if narrowed.kind == "answer" and (plain.kind != "answer" or narrowed.confidence > plain.confidence):
            return narrowed
        return plain if plain.entries or not narrowed.entries else narrowed

    def _names_nothing(self, text: str) -> bool:
        words = self._corpus.get().search.words
        return words.names_nothing(words.common(words.bare(text)))

    def _about(self, turn: Turn, home: str | None) -> str:
        """What the open form or the last answer is about, in words that a question can begin with."""
        if (subject := rules.SUBJECTS.get(rules.TOPICS_OF_FORMS.get(turn.form, ""))) is not None:
            return subject
        last = talk.last(turn)
        entry = self._corpus.get().entries.get(last.entry) if last is not None else None
        if entry is None or (subject := rules.SUBJECTS.get(entry.head.topic)) is None:
            return ""
        here = entry.spot.code in (regions.NATION, home)
        return subject if here else f"{regions.short(entry.spot.name)}{subject}"

    def _completed(self, text: str, turn: Turn, home: str | None) -> Entry | None:
        """The entry whose sum these few words tell the missing value of (两岁半): the one that fits the value best."""
        last = talk.last(turn) if rules.only_a_value(text) else None
        answers = self._corpus.get()
        entry = answers.entries.get(last.entry) if last is not None else None
        own = None if entry is None or entry.ended(turn.today) else sum_of(entry)
        if entry is None or own is None or not own.line(f"孩子{text}", turn.today):
            return None
        again = answers.answer(
            f"{rules.SUBJECTS.get(entry.head.topic, '')}孩子{text}能领多少", home, turn.today
        )
        other = answers.entries[again.entries[0].id] if again.kind == "answer" else entry
        return other if other.head.sum == entry.head.sum else entry

    # -- the place -----------------------------------------------------------------------------------------------

    def _place(self, text: str, turn: Turn) -> Claim | None:
        """Somebody says where they are, that they are elsewhere, or a place's bare name after a question."""
        if whereabouts.leaves(text) and (not turn.busy or talk.place(turn) is not None):
            return Claim(call=self._leave)
        if turn.busy:
            return None
        told = whereabouts.told(text)
        if told is not None:
            then = self._asked(told.rest, turn, told.region) if told.rest else None
            return Claim(call=partial(self._go_to, told.region, then))
        code = whereabouts.bare(text)
        last = talk.last(turn) if code is not None else None
        if code is None or last is None:
            return None
        then = self._asked(_asked_of(last.words, code), turn, code)
        # The answer to 您问的是哪里 is remembered; 那银川呢 asks about another place once.
        return Claim(call=partial(self._go_to, code, then)) if not last.entry else then

    def _go_to(self, code: str, then: Claim | None, turn: Turn) -> None:
        """Ask about a place from now on, and answer the question that came with it or waits for it."""
        at_home = self._home is not None and regions.within(self._home, code) and code != regions.NATION
        if at_home:
            talk.home_again(turn)
        else:
            talk.ask_about(turn, code)
        waiting = talk.last(turn) if then is None else None
        if waiting is not None and not waiting.entry:
            then = self._asked(waiting.words, turn, code)
        rows = [] if then is not None else [ways(turn)]
        turn.say("questions.place", *rows, place=_name(turn, code))
        if then is not None and then.call is not None:
            then.call(turn)
        elif then is not None:
            turn.start(then.flow, **then.known)

    def _leave(self, turn: Turn) -> None:
        """Back home, whatever place was asked about."""
        talk.home_again(turn)
        turn.say("questions.home_again", ways(turn))

    def go(self, turn: Turn, payload: dict[str, Any]) -> None:
        """A city was chosen: its entry, and the questions that come are asked about it."""
        entry = self._corpus.get().entries.get(str(payload["entry"]))
        if entry is None:
            unknown("", turn)
            return
        given.tapped(turn, payload, entry.id)
        words = talk.words_of(turn, payload.get("asked"))
        self._go_to(entry.spot.code, Claim(call=partial(self.say, entry.id, words)), turn)

    # -- what is said --------------------------------------------------------------------------------------------

    def say(self, name: str, words: str, turn: Turn) -> None:
        """An entry as the answer to words: with its source, the service that goes on from it; was it of use?"""
        entry = self._corpus.get().entries.get(name)
        if entry is None:
            unknown("", turn)
            return
        given.told(turn, entry)
        asked = talk.keep(turn, entry.id, words)
        here = entry.spot.code in (regions.NATION, self._home)
        speaking.say_entry(turn, entry, words, asked, english=_english(words, turn), here=here)

    def known_unknown(self, name: str, words: str, turn: Turn) -> None:
        """What nobody has published: said so, with a person."""
        entry = self._corpus.get().entries[name]
        given.told(turn, entry)
        talk.keep(turn, name, words)
        english = _english(words, turn)
        text = speaking.text_of(turn, entry, words, english=english)
        if not turn.who.plain:  # there the buttons lead to a person, and three lines are enough
            place = self._home if entry.spot.code == regions.NATION else entry.spot.code
            line = self._corpus.get().hotlines.best(place, [entry.head.topic])
            text = turn.ground.texts.in_script(turn.lang, with_number(text, line, english))
        turn.say("questions.answer", ways(turn), text=text)

    def choices(self, reply: Reply, words: str, turn: Turn) -> None:
        """Did you mean one of these, or which city? At most three, and none of them."""
        answers = self._corpus.get()
        tap = given.offered(turn, [found.id for found in reply.entries])
        entries = [answers.entries[found.id] for found in reply.entries]
        near = [f.id for f in reply.entries if reply.entries[0].score - f.score < NEAR]
        cities = rules.one_of_each_place([answers.entries[name] for name in near], self._home)
        if cities and not answers.search.ask(words).named:
            self._which_city(cities, words, tap, turn)
            return
        titles = [(entry, _question(entry, turn)) for entry in entries]
        turn.say("questions.choices", *_offered(turn, "questions.choose", titles, {"tap": tap}))

    def _which_city(self, entries: list[Entry], words: str, tap: int, turn: Turn) -> None:
        asked = talk.keep(turn, "", words)
        titles = [(entry, entry.spot.name) for entry in entries]
        turn.say(
            "questions.which_city",
            *_offered(turn, "questions.go", titles, {"tap": tap, "asked": asked}),
            cities=[(entry.spot.name, _question(entry, turn)) for entry in entries],
        )

    def choose(self, turn: Turn, payload: dict[str, Any]) -> None:
        """One of the choices was meant."""
        given.tapped(turn, payload, str(payload["entry"]))
        self.say(str(payload["entry"]), talk.words_offered(turn, payload.get("tap")), turn)

    def whole(self, turn: Turn, payload: dict[str, Any]) -> None:
        """The entry in full, in Chinese, after its short answer."""
        entry = self._corpus.get().entries.get(str(payload["entry"]))
        if entry is None:
            unknown("", turn)
            return
        words = talk.words_of(turn, payload.get("asked"))
        turn.say("questions.answer", ways(turn), text=speaking.whole(turn, entry, words))

    def begin(self, turn: Turn, payload: dict[str, Any]) -> None:
        """Begin the service that goes on from an answer, with what the question told. The button stays good."""
        if turn.everyone is not None:
            turn.everyone.begin(turn, str(payload["dialog"]), talk.words_of(turn, payload.get("asked")))
        raise NotDone

    def useless(self, turn: Turn, payload: dict[str, Any]) -> None:
        """It was of no use: a case for staff, with what was asked and what was answered (sealed)."""
        turn.audit("answer.useless", f"entry:{payload['entry']}")
        entry = self._corpus.get().entries.get(str(payload["entry"]))
        words = talk.words_of(turn, payload.get("asked"))
        said = turn.label("questions.for_staff", words=words, title=entry.head.question if entry else "")
        case = desk.open_case(turn, "useless_answer", f"entry:{payload['entry']}", said)
        turn.say("questions.sorry", ways(turn), case=case, telephone=turn.ground.telephone)

    # -- of a person ---------------------------------------------------------------------------------------------

    def export(self, turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
        """What a person asked and was answered, by the entries' questions."""
        english, entries = turn.lang == "en", self._corpus.get().entries.values()
        titles = {entry.id: entry.title(english) for entry in entries}
        return {**given.export(turn, person, titles), **talk.export(turn, person, titles)}


def none_of_them(turn: Turn, payload: dict[str, Any]) -> None:
    """None of the choices was meant: an honest no, a way to ask again, and a person."""
    given.tapped(turn, payload)
    turn.say("questions.none_of_them", ways(turn), telephone=turn.ground.telephone)


def useful(turn: Turn, payload: dict[str, Any]) -> None:
    """It was of use."""
    turn.audit("answer.useful", f"entry:{payload['entry']}")
    turn.say("questions.thanks")


def _asked_of(words: str, code: str) -> str:
    """A question asked of another place: its name in the place of those that the words name."""
    for named in regions.mentioned(words):
        for name in (regions.full_name(named), regions.names()[named], regions.short(regions.names()[named])):
            words = words.replace(name, "")
    return f"{regions.short(regions.names()[code])}{words}"


def _offered(
    turn: Turn, act: str, titles: Iterable[tuple[Entry, str]], payload: dict[str, Any]
) -> list[list[Button]]:
    """A button for each entry under its title, then none of them, a person, the menu."""
    rows = [
        [turn.action(act, "questions.button.entry", {"entry": entry.id, **payload}, title=title)]
        for entry, title in titles
    ]
    none = turn.action("questions.none", "questions.button.none", {"tap": payload["tap"]})
    return [*rows, [none, *ways(turn)]]


def _question(entry: Entry, turn: Turn) -> str:
    return entry.title(turn.lang == "en")


def _english(words: str, turn: Turn) -> bool:
    return turn.lang == "en" or in_english(words)


def _name(turn: Turn, code: str) -> str:
    return turn.ground.texts.in_script(turn.lang, regions.full_name(code))


def not_yet(service: str, turn: Turn) -> None:
    """One line for a service that does not stand yet, and a person."""
    words = intents.shipped().stands_in[service]
    line = words.en if turn.lang == "en" else turn.ground.texts.in_script(turn.lang, words.zh)
    turn.say("questions.not_yet", ways(turn), line=line, telephone=turn.ground.telephone)


def care(card: Card, turn: Turn) -> None:
    """The words sound heavy: a number to talk to, and a person."""
    lines = card.en if turn.lang == "en" else card.zh
    turn.say(
        "questions.care", ways(turn), lines=[turn.ground.texts.in_script(turn.lang, line) for line in lines]
    )


def which_matter(turn: Turn) -> None:
    """It was asked how much, or whether one must book, and nothing is known that it could be of."""
    turn.say("questions.which_matter", ways(turn))


def unknown(service: str, turn: Turn, line: Hotline | None = None) -> None:
    """An honest "I don't know", with a person; and the service whose words are nearest, where one is near.

    `line` is whom to ring about what was asked.
    The third time in a row it says no more than how to reach somebody.
    """
    before = [key for keys in offered.said(turn, 2) for key in keys]
    if len(before) == 2 and {*before} <= {"questions.unknown", "questions.unknown_again"}:
        turn.say("questions.unknown_again", ways(turn), telephone=turn.ground.telephone)
        return
    turn.say(
        "questions.unknown",
        *(_offers(turn, service) or _nearest(turn)),
        ways(turn),
        service=service,
        telephone=turn.ground.telephone,
        hotline=line.number if line else "",
        about=_about(turn, line) if line else "",
    )


def _about(turn: Turn, line: Hotline) -> str:
    return line.what_en if turn.lang == "en" else turn.ground.texts.in_script(turn.lang, line.what)


def _offers(turn: Turn, service: str) -> list[list[Button]]:
    """What the service asked about can do for the person, where it stands here."""
    menu = dict(turn.everyone.menu(turn)) if turn.everyone is not None else {}
    found = [Button(menu[name], id=f"go:{name}") for name in rules.OFFERS.get(service, ()) if name in menu]
    return [found] if found else []


def _nearest(turn: Turn) -> list[list[Button]]:
    menu = turn.everyone.menu(turn) if turn.everyone is not None else []
    found = process.extractOne(turn.words, dict(menu), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if found is None:
        return []
    label, _, name = found
    return [[Button(turn.label("questions.did_you_mean", label=label), id=f"go:{name}")]]
