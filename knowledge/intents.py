"""Which service a person's words mean, and whether they start it or ask about it.

The words stand in intents.toml. The names are part of the program's outside: `doorstep ask` answers with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge import hearing
from knowledge.normalise import Lexicon, normalise
from knowledge.programme import Record
from knowledge.tomlfiles import read_toml

NAMES = ("voucher", "booking", "centres", "meals", "homecare", "events", "status", "staff", "settings")
# The topic of a question that no topic of the service names.
OTHER = "other"
COURTESY = re.compile(
    r"^(?:请问|你好|您好|喂|hi|hello|嗨|在吗|麻烦(?:你|您)?|请|劳驾|那个|哎|我?(?:想要|要|想|来)(?=.{2})|[,.;:!?~ ])+"
    r"|(?:谢谢|多谢|谢了|thanks|thank you|please|一下|[啊呀吧哦呢嘛啦哈噢喔哇]|[,.;:!?~ 。])+$"
)

LATIN = re.compile(r"[a-z]{6,9}")
"""Long enough that one wrong letter leaves no doubt."""

Kind = Literal["start", "question"]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Words(Record):
    """One line in both languages."""

    zh: str = Field(min_length=1, max_length=80)
    en: str = Field(min_length=1, max_length=160)


class Intent(Record):
    """One service's words; the head of intents.toml says what each list means."""

    name: Literal[
        "voucher", "booking", "centres", "meals", "homecare", "events", "status", "staff", "settings"
    ]
    rank: int
    sounds: tuple[str, ...]
    spelt: tuple[str, ...]
    exact: tuple[str, ...]
    whole: tuple[Pattern, ...] = ()
    wish: tuple[Pattern, ...]
    start: tuple[Pattern, ...]
    about: tuple[Pattern, ...]
    asked_alone: bool = False
    each_place_its_own: bool = False
    firm: tuple[str, ...]
    topics: dict[str, tuple[Pattern, ...]]
    stands_in: Words

    @model_validator(mode="after")
    def _firm_topics_exist(self) -> Self:
        unknown = sorted(set(self.firm) - set(self.topics))
        if unknown:
            raise ValueError(f"firm names no topic: {', '.join(unknown)}")
        return self


class IntentFile(Record):
    """intents.toml as a whole."""

    typed: tuple[str, ...]
    mask: tuple[Pattern, ...]
    asking: tuple[Pattern, ...]
    keep: tuple[str, ...]
    intents: tuple[Intent, ...]

    @model_validator(mode="after")
    def _all_nine(self) -> Self:
        if sorted(intent.name for intent in self.intents) != sorted(NAMES):
            raise ValueError(f"the intents must be exactly {', '.join(NAMES)}")
        return self


@dataclass(frozen=True)
class Hit:
    """A service the words mean. `topic` names what a question is about, and is None for a start."""

    intent: str
    kind: Kind
    topic: str | None = None


class _Compiled:
    """One intent with its lists as single expressions."""

    def __init__(self, intent: Intent) -> None:
        self.name, self.rank, self.asked_alone = intent.name, intent.rank, intent.asked_alone
        self.exact = frozenset(normalise(words) for words in intent.exact)
        self.whole = _any(intent.whole)
        self.wish, self.start, self.about = _any(intent.wish), _any(intent.start), _any(intent.about)
        self.firm = [(topic, _any(intent.topics[topic])) for topic in intent.firm]
        self.loose = [(t, _any(patterns)) for t, patterns in intent.topics.items() if t not in intent.firm]

    def hit(self, text: str, bare: str, asks: bool) -> Hit | None:
        if bare in self.exact or self.whole.fullmatch(bare):
            return Hit(self.name, "start")
        wish = self.wish.search(text) is not None
        named = wish or self.start.search(text) is not None
        if self.about.search(text) and (named or self.asked_alone):
            topic = self._topic(self.firm, text)
            # A plain wish needs no second look at its words; a question within it does.
            topic = topic or (self._topic(self.loose, text) if asks or not wish else None)
            if topic:
                return Hit(self.name, "question", topic)
        if not named:
            return None
        return Hit(self.name, "start") if wish or not asks else Hit(self.name, "question", OTHER)

    @staticmethod
    def _topic(topics: list[tuple[str, re.Pattern[str]]], text: str) -> str | None:
        return next((topic for topic, pattern in topics if pattern.search(text)), None)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    # An empty list matches nothing, where an empty expression would match everything.
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


class Intents:
    """The nine services, ready to be matched."""

    def __init__(self, data: IntentFile) -> None:
        self.stands_in: Mapping[str, Words] = {intent.name: intent.stands_in for intent in data.intents}
        words = [word for intent in data.intents for word in intent.sounds]
        self._lexicon = Lexicon(words, data.keep, [word for intent in data.intents for word in intent.spelt])
        self._typed = data.typed
        self._local = frozenset(intent.name for intent in data.intents if intent.each_place_its_own)
        self._mask, self._asking = _any(data.mask), _any(data.asking)
        self._intents = sorted((_Compiled(intent) for intent in data.intents), key=lambda intent: intent.rank)

    def match(self, text: str) -> tuple[Hit, ...]:
        """The services the words mean, starts before questions, the likelier first; () when none."""
        # Masked twice: a word must not be mended out of one that belongs to somebody else, nor escape by a mistake.
        plain = LATIN.sub(self._meant, normalise(text))
        said = self._lexicon.repair(self._mask.sub("□", plain))
        said = self._mask.sub("□", said)
        bare = COURTESY.sub("", COURTESY.sub("", said))
        asks = self._asking.search(said) is not None
        hits = [hit for intent in self._intents if (hit := intent.hit(said, bare, asks)) is not None]
        return tuple(sorted(hits, key=lambda hit: (hit.kind != "start", hit.topic == OTHER)))

    def how_of_a_place(self, service: str, text: str) -> bool:
        """Whether words ask about a service that every city has of its own kind (怎么申请)."""
        return service in self._local and self._asking.search(normalise(text)) is not None

    def _meant(self, found: re.Match[str]) -> str:
        """The Latin word, or the known one that it is but for one letter."""
        word = found[0]
        near = process.extractOne(word, self._typed, scorer=OSA.distance, score_cutoff=1)
        return word if near is None else str(near[0])


def load_intents(source: Traversable | None = None) -> Intents:
    """Read intents.toml, by default the one that comes with the program. Raises PackError."""
    data, _ = read_toml(IntentFile, source or files("knowledge").joinpath("intents.toml"))
    return Intents(data)


@lru_cache(maxsize=1)
def shipped() -> Intents:
    """The program's own intents.toml."""
    return load_intents()


@lru_cache(maxsize=256)
def match(text: str) -> tuple[Hit, ...]:
    """The services that the words name by the program's own intents.toml, or sound like a wish for; starts first."""
    hits = tuple(
        Hit(hit.intent, "question", OTHER)
        if hit.kind == "start" and hearing.unlikely(text, hit.intent)
        else hit
        for hit in shipped().match(text)
    )
    service = hearing.started(text)
    taken = any(hit.kind == "start" or (hit.intent == service and hit.topic != OTHER) for hit in hits)
    if service is None or taken:
        return hits
    return (Hit(service, "start"), *(hit for hit in hits if hit.intent != service))
