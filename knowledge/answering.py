"""What a question gets: an answer, a question back, a service, a safety card, or an honest "I don't know".

`Answers.reply` is pure: the words, where the person is and the moment go in, one Reply comes out. A score is no
confidence: what speaks for an answer is its lead over the next entry and the share of the question that it covers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from knowledge import hotlines, intents, regions, signposts, urgent
from knowledge.entries import Entry, Source
from knowledge.fitted import fitted
from knowledge.hotlines import Hotline, Hotlines
from knowledge.saying import in_english, said, sum_of
from knowledge.search import Asked, Evidence, Found, Search

Kind = Literal["answer", "choices", "dialog", "urgent", "handover"]
NEAR = 2.5
"""Points of score within which two places' entries answer the same question."""
LOOKED_AT = 8
"""Entries that a reply is chosen from."""
OFFERED = 3
"""How many entries "did you mean" offers at most."""

SURE = ("lead", "here", "length", "size", "bias")
"""What makes the confidence: the first entry's lead in chance, its place, 1 / the question's length, and that length up to LONG."""
LONG = 60


@dataclass(frozen=True)
class Reply:
    """What `doorstep ask` prints and the chat says. `region` is a name; `choices` are the labels offered."""

    kind: Kind
    text: str
    entries: tuple[Found, ...] = ()
    choices: tuple[str, ...] = ()
    dialog: str | None = None
    region: str | None = None
    confidence: float = 0.0
    sources: tuple[Source, ...] = ()
    line: Hotline | None = None
    """Whom to ring about what was not answered."""


class Answers:
    """The corpus with its search, the services' words and the safety cards."""

    def __init__(
        self, entries: Sequence[Entry], search: Search | None = None, lines: Hotlines | None = None
    ) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.search = search or Search(entries)
        self.figures = fitted()
        self.hotlines = lines or hotlines.shipped()

    def reply(self, text: str, region: str | None, at: datetime) -> Reply:
        """The reply to words said from a region (a name or code, None unknown) at a local moment."""
        home = None if region is None else regions.find(region) or region
        name = regions.told_name(home)
        english = in_english(text)
        cards = urgent.match(text)
        if cards:
            card = urgent.card(cards[0])
            return Reply("urgent", "\n".join(card.en if english else card.zh), region=name)
        if not signposts.match(text) and (service := self._starts(text)) is not None:
            line = intents.shipped().stands_in[service]
            return Reply("dialog", line.en if english else line.zh, dialog=service, region=name)
        return self.answer(text, home, at.date(), english)

    def answer(self, text: str, home: str | None, day: date, english: bool = False) -> Reply:
        """What the corpus says to a question from a region (its code) on a local day: answer, choices or handover."""
        name = regions.told_name(home)
        asked = self.search.ask(text, home)
        if (sign := self._signpost(text, asked.named or ((home,) if home else ()))) is not None:
            kind: Kind = "handover" if sign.head.kind == "unknown" else "answer"
            found = Found(sign.id, 0.0, 1.0, Evidence())
            return Reply(kind, said(sign, day, english), (found,), (), None, name, 1.0, sign.head.sources)
        reply = self._decide(asked, self.search.find(asked, LOOKED_AT), day, english, name)
        return self._with_line(reply, asked, english) if reply.kind == "handover" else reply

    def _with_line(self, reply: Reply, asked: Asked, english: bool) -> Reply:
        """An honest "I don't know" with whom to ring where the question is about, or where it is asked."""
        topics = {self.entries[one.id].head.topic for one in reply.entries} or asked.topics
        line = self.hotlines.best(asked.named[0] if asked.named else asked.home, topics)
        return replace(reply, text=hotlines.with_number(reply.text, line, english), line=line)

    def confidence(self, asked: Asked, found: Sequence[Found], alike: frozenset[str] = frozenset()) -> float:
        """How sure it is that the first entry is meant and answers, 0 to 1; or one of `alike`, which count as one."""
        if not found:
            return 0.0
        z = sum(
            self.figures.sure.get(name, 0.0) * value for name, value in doubts(asked, found, alike).items()
        )
        return 1.0 / (1.0 + math.exp(-z))

    def _signpost(self, text: str, places: Sequence[str]) -> Entry | None:
        """The entry that the words lead to by themselves: that of the place where there is one."""
        signs = [self.entries[sign] for sign in signposts.match(text) if sign in self.entries]
        return next(
            (
                sign
                for sign in signs
                if any(regions.within(one, sign.spot.code) for one in places or (regions.NATION,))
            ),
            None,
        )

    def _starts(self, text: str) -> str | None:
        """The service that the words begin; how to get what a named city gives is a question about that city."""
        started = next((hit.intent for hit in intents.match(text) if hit.kind == "start"), None)
        if started is None or not intents.shipped().how_of_a_place(started, text):
            return started
        return None if regions.mentioned(self.search.words.common(self.search.words.bare(text))) else started

    def _decide(self, asked: Asked, found: list[Found], day: date, english: bool, name: str | None) -> Reply:
        sure = self.confidence(asked, found)
        cities = self._cities(found)
        # That several places answer the same makes none of them likely, and all of them together as likely as one.
        together = self.confidence(asked, found, frozenset(one.id for one in cities))
        if cities and asked.home is None and not asked.named and together >= self.figures.offer:
            return self._which_city(cities, english, together)
        # What is told of another place is offered with its name, never said as if it held here.
        floor = self.figures.offer if self._same_sum(asked, found, day) else self.figures.answer
        named = not self.search.words.names_nothing(asked.common)
        if named and sure >= floor and found[0].evidence.away > -1.0 and self._placed(asked, found[0]):
            entry = self.entries[found[0].id]
            kind: Kind = "handover" if entry.head.kind == "unknown" else "answer"
            text = said(entry, day, english, asked.bare)
            return Reply(kind, text, (found[0],), region=name, confidence=sure, sources=entry.head.sources)
        if together >= self.figures.offer:
            offered = tuple(found[:OFFERED])
            labels = tuple(self.entries[one.id].title(english) for one in offered)
            ask = "Did you mean one of these?" if english else "您是想问下面哪一个？"
            return _choices(ask, offered, labels, name, sure)
        sorry = (
            "I have no reliable answer to this. A person can help: send “agent”."
            if english
            else "这个我现在答不准，不乱说。要找人帮您问，发「找人」。"
        )
        return Reply("handover", sorry, region=name, confidence=sure)

    def _placed(self, asked: Asked, first: Found) -> bool:
        """Whether the place is known, or does not matter."""
        return (
            asked.home is not None or bool(asked.named) or self.entries[first.id].spot.code == regions.NATION
        )

    def _same_sum(self, asked: Asked, found: Sequence[Found], day: date) -> bool:
        """Whether the two likeliest entries compute the same sum from what was told: which one says it is all the same."""
        likeliest = [self.entries[one.id] for one in found[:2]]
        sums = {entry.head.sum for entry in likeliest if entry.holds(day)}
        if len(likeliest) < 2 or len(sums) != 1 or not any(sums):
            return False
        own = sum_of(likeliest[0])
        return own is not None and own.line(asked.bare, day) != ""

    def _cities(self, found: Sequence[Found]) -> tuple[Found, ...]:
        """The entries of several places that answer the same question, where the first is one of them; else ()."""
        if not found:
            return ()
        first = self.entries[found[0].id]
        alike: dict[str, Found] = {}
        for one in found:
            entry = self.entries[one.id]
            if (
                entry.spot.code != regions.NATION
                and entry.head.facets[0] == first.head.facets[0]
                and found[0].score - one.score < NEAR
            ):
                alike.setdefault(entry.spot.code, one)
        return tuple(alike.values())[:OFFERED] if len(alike) > 1 and first.spot.code != regions.NATION else ()

    def _which_city(self, cities: tuple[Found, ...], english: bool, sure: float) -> Reply:
        entries = [self.entries[one.id] for one in cities]
        labels = tuple(f"{entry.spot.name}：{entry.title(english)}" for entry in entries)
        ask = "Which city do you mean?" if english else "您问的是哪个城市？"
        return _choices(ask, cities, labels, None, sure)


def _choices(
    ask: str, offered: tuple[Found, ...], labels: tuple[str, ...], name: str | None, sure: float
) -> Reply:
    lines = "\n".join(f"{number} {label}" for number, label in enumerate(labels, 1))
    return Reply("choices", f"{ask}\n{lines}", offered, labels, region=name, confidence=sure)


def doubts(asked: Asked, found: Sequence[Found], alike: frozenset[str] = frozenset()) -> dict[str, float]:
    """The figures that SURE names. The first entry and those `alike` count as one."""
    first = found[0]
    one = {first.id, *alike}
    own = sum(other.chance for other in found if other.id in one)
    return {
        "lead": own - max((other.chance for other in found if other.id not in one), default=0.0),
        "here": first.evidence.here + first.evidence.away,
        "length": 1.0 / max(1, len(asked.chars)),
        "size": min(1.0, len(asked.chars) / LONG),
        "bias": 1.0,
    }
