"""The urgent cards: which words call for one, and the fixed lines it shows.

Words and lines are data in knowledge/urgent/*.toml, one card a file. A card's first line is the number to call; a
line stands on it only with a source, and `reviewed` stays empty until a professional has read it. The rules of
detection: a word and a sign that it is happening; where both an innocent and an urgent reading fit, the card is
shown, because a needless card can be taken back and a missing one cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from knowledge import hearing
from knowledge.normalise import MAX_CHARS, Lexicon, normalise
from knowledge.problems import PackError, Problem
from knowledge.programme import Record
from knowledge.tomlfiles import read_toml

WORDS_FILE = "words.toml"
MAX_LINES = 3
MAX_NUMBERS = 2
# A long message is read in pieces; the overlap keeps a sentence whole that lies across a border.
OVERLAP = 40
_BLOT = "□"
LINE_END = "\n"
_GROUP = re.compile(r"<(\w+)>")

Line = Annotated[str, Field(min_length=1, max_length=240)]
Number = Annotated[str, Field(pattern=r"^\d{3,5}$")]


class Expressions(Record):
    """A list of regular expressions."""

    expressions: tuple[str, ...]


class SharedWords(Record):
    """words.toml: what all cards share. `routine`: whole sentences of daily work that only sound like something."""

    groups: dict[str, str]
    blot: Expressions
    calm: Expressions
    keep: tuple[str, ...]
    now: Expressions
    routine: Expressions = Expressions(expressions=())


class CardFile(Record):
    """One card as written.

    `hit`: expressions that call for it; `with`: one of these must stand there too; `without`: none of these may.
    `calmed`: no card in talk of courses, insurance or last year without a sign of the moment. `alone`: shown when no
    other card is. `soft`: never interrupts. `weak`: words too slight to call it, except in answer to the question
    what has happened. `hits` and `misses` are samples for the tests.
    """

    family: str
    severity: int = Field(ge=1, le=999)
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MAX_NUMBERS)
    reviewed: Literal[""] | Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} .+")]
    sources: tuple[str, ...]
    sounds: tuple[str, ...]
    spelt: tuple[str, ...] = ()
    hit: tuple[str, ...] = Field(min_length=1)
    with_: tuple[str, ...] = Field(default=(), alias="with")
    without: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    calmed: bool = True
    alone: bool = False
    soft: bool = False
    outside_first: bool = False
    zh: tuple[Line, ...] = Field(min_length=1, max_length=MAX_LINES)
    en: tuple[Line, ...] = Field(min_length=1, max_length=MAX_LINES)
    hits: tuple[str, ...] = Field(min_length=1)
    misses: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _number_first(self) -> Self:
        for lines in (self.zh, self.en):
            # In an emergency a choice between two numbers is a delay: line one has the one to call first.
            if _numbers(lines[0]) != self.numbers[:1]:
                raise ValueError(f"the first line must name {self.numbers[0]} and no other number")
            if tuple(n for n in _numbers(" ".join(lines)) if n in self.numbers) != self.numbers:
                raise ValueError(f"the lines must name {', '.join(self.numbers)}, in that order")
        if len(self.zh) != len(self.en):
            raise ValueError("zh and en must have the same number of lines")
        if len(self.zh) > 1 and not self.sources and not self.alone:
            raise ValueError("a card without sources shows the number alone")
        return self


def _numbers(line: str) -> tuple[str, ...]:
    """The telephone numbers of a line, each once, in order."""
    return tuple(dict.fromkeys(re.findall(r"(?<!\d)(?:1[12]\d|12356|96110)(?!\d)", line)))


@dataclass(frozen=True)
class Card:
    """A card to show. `id` is its file's name; several ids may belong to one `family`."""

    id: str
    family: str
    severity: int
    numbers: tuple[str, ...]
    zh: tuple[str, ...]
    en: tuple[str, ...]


class _Compiled:
    """A card's expressions, ready."""

    def __init__(self, card_id: str, data: CardFile, groups: Mapping[str, str]) -> None:
        self.card = Card(card_id, data.family, data.severity, data.numbers, data.zh, data.en)
        self.data = data
        self._hit = _compile(data.hit, groups)
        self._with = _compile(data.with_, groups) if data.with_ else None
        self._without = _compile(data.without, groups) if data.without else None
        self.weak = _compile(data.weak, groups) if data.weak else None

    def called(self, text: str, heard: dict[int, bool]) -> bool:
        """`heard`: which signs the text shows, kept because several cards look for the same ones."""
        # The short list first: most words are told apart by it.
        if self._with and not self._with.search(text):
            return False
        signs = id(self._hit)
        if signs not in heard:
            heard[signs] = self._hit.search(text) is not None
        if not heard[signs]:
            return False
        return not (self._without and self._without.search(text))


def _compile(expressions: tuple[str, ...], groups: Mapping[str, str]) -> re.Pattern[str]:
    whole = "|".join(f"(?:{expression})" for expression in expressions)
    while _GROUP.search(whole):
        whole = _GROUP.sub(lambda found: f"(?:{groups[found[1]].replace(LINE_END, '')})", whole)
    # re gives one object for one expression, so cards with the same signs share what `called` heard.
    return re.compile(whole)


class UrgentCards:
    """All cards, ready to be matched. `samples` are the (hits, misses) of each card id."""

    def __init__(self, shared: SharedWords, cards: Mapping[str, CardFile]) -> None:
        compiled = [_Compiled(card_id, data, shared.groups) for card_id, data in cards.items()]
        self._cards = sorted(compiled, key=lambda c: (c.card.severity, c.card.id))
        self._blot = _compile(shared.blot.expressions, shared.groups)
        self._calm = _compile(shared.calm.expressions, shared.groups)
        self._now = _compile(shared.now.expressions, shared.groups)
        self._routine = _compile(shared.routine.expressions, shared.groups)
        self._lexicon = Lexicon(
            [word for data in cards.values() for word in data.sounds],
            keep=shared.keep,
            spelt=[word for data in cards.values() for word in data.spelt],
        )
        self.cards: Mapping[str, Card] = {c.card.id: c.card for c in self._cards}
        self.samples = {card_id: (data.hits, data.misses) for card_id, data in cards.items()}

    def soft(self, card_id: str) -> bool:
        """Whether a card only adds a line and interrupts nothing."""
        return next(card.data.soft for card in self._cards if card.card.id == card_id)

    def match(self, text: str) -> list[str]:
        """Ids of the cards the words call for, the most pressing first; [] when none."""
        found = [card for card in self._called(text) if not card.data.soft]
        # A bare cry for help asks what happened; with anything more said, the card for that is enough.
        found = [card for card in found if not card.data.alone] or found
        return [card.card.id for card in found]

    def routine(self, text: str) -> bool:
        """Whether the words are daily work from beginning to end: what they merely sound like is not looked for."""
        return self._routine.fullmatch(normalise(text)) is not None

    def care(self, text: str) -> str | None:
        """Id of a soft card, a line to add that interrupts nothing; None when none or when a card is due."""
        found = self._called(text)
        return found[0].card.id if found and all(card.data.soft for card in found) else None

    def told(self, text: str) -> str | None:
        """Id of the card for words that answer the question what has happened, the most pressing; None when none."""
        said = self._read(normalise(text))
        return next((card.card.id for card in self._cards if card.weak and card.weak.search(said)), None)

    def _called(self, text: str) -> list[_Compiled]:
        if len(text) <= MAX_CHARS:
            return self._in_piece(text)
        step = MAX_CHARS - OVERLAP
        pieces = [text[at : at + MAX_CHARS] for at in range(0, len(text), step)]
        called = {card.card.id for piece in pieces for card in self._in_piece(piece)}
        return [card for card in self._cards if card.card.id in called]

    def _in_piece(self, text: str) -> list[_Compiled]:
        plain = normalise(text)
        said = self._read(plain)
        calm = self._calm.search(plain) is not None and self._now.search(said) is None
        cards = (card for card in self._cards if not (calm and card.data.calmed))
        # The soft card looks at the words themselves: what is blotted out as a manner of speech may still be meant.
        heard: dict[int, bool] = {}
        return [card for card in cards if card.called(plain if card.data.soft else said, heard)]

    def _read(self, plain: str) -> str:
        """The normalised words as the cards read them: manners of speech blotted out, mistypings mended."""
        said = self._blot.sub(_BLOT, plain)
        mended = self._lexicon.repair(said)
        return said if mended == said else self._blot.sub(_BLOT, mended)


def load_urgent(folder: Traversable | None = None) -> UrgentCards:
    """Read the cards of a folder, by default those that come with the program. Raises PackError."""
    folder = folder or files("knowledge").joinpath("urgent")
    shared, _ = read_toml(SharedWords, folder.joinpath(WORDS_FILE))
    cards: dict[str, CardFile] = {}
    problems: list[Problem] = []
    for source in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not source.name.endswith(".toml") or source.name == WORDS_FILE:
            continue
        try:
            cards[source.name.removesuffix(".toml")], _ = read_toml(CardFile, source)
        except PackError as error:
            problems += error.problems
    if problems:
        raise PackError(problems)
    return UrgentCards(shared, cards)


@lru_cache(maxsize=1)
def shipped() -> UrgentCards:
    """The program's own cards."""
    return load_urgent()


@lru_cache(maxsize=256)
def match(text: str) -> tuple[str, ...]:
    """Ids of the program's own cards that the words call for or sound like, the most pressing first; () when none."""
    called = tuple(shipped().match(text))
    if called:
        return () if hearing.calm(text) else called
    sounds_like = None if shipped().routine(text) else hearing.alarming(text)
    return (sounds_like,) if sounds_like else ()


def told(text: str) -> str | None:
    """`UrgentCards.told` over the program's own cards."""
    return shipped().told(text)


def card(card_id: str) -> Card:
    """One of the program's own cards. Raises KeyError."""
    return shipped().cards[card_id]


def care(text: str) -> Card | None:
    """A line of care to add without interrupting, or None."""
    found = shipped().care(text)
    return shipped().cards[found] if found else None
