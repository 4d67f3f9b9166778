"""What a conversation is made of: steps of three kinds and the values that pass between them.

An Ask waits for a person, a Do waits for the world, an End rests. Readers and services return a value or a *named
outcome*; only the table (`Ask.to`, `Do.to`) says where it leads, so a flow can be drawn, exhausted and carried over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.redact import IdProof

CHANGE = "change:"


@dataclass(frozen=True)
class Said:
    """What a person answered, whatever way they did it. `choice` is the value of a pressed question button."""

    text: str = ""
    choice: str | None = None
    phone: str | None = None
    phone_is_own: bool = False
    location: tuple[float, float] | None = None
    media: str | None = None
    proof: IdProof | None = None
    flaw: str | None = None


@dataclass(frozen=True)
class Look:
    """What a reader may look at besides the answer: the day, what is known, the labels of the choices (in order)."""

    today: date
    data: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """An answer that cannot be used: the code of what is wrong with it (its words lie in the texts)."""

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[Said, Look], Any]
"""Turns an answer into a JSON value, or a Problem."""
Judge = Callable[[Any, Look], str]
"""Turns a value into the outcome that the table knows."""


def always_ok(_value: Any, _look: Look) -> str:
    """The judge of an Ask with one way on."""
    return "ok"


def as_is(value: Any, _look: Look) -> str:
    """The judge of a choice: the value is the outcome."""
    return str(value)


@dataclass(frozen=True)
class Ask:
    """A question. Its answer is kept in the data under the step's name.

    `choices` are the values of its buttons; `choices_from` names a data key that holds a list of
    {"value", "label"} instead. `several`: the value is a list of choices. `changes` are the steps that may be
    changed from here (a summary); each adds the outcome "change:<step>". `invalidates` are values forgotten when this
    one changes. `expects` tells the channels' redaction that a document may come. `keyboard` offers the phone's own
    contact or place. `columns` lays short choices side by side, so many in a row. `problems` are all the codes its
    reader can give. `free` marks a question that takes free words, whose several messages are read together. `past` marks
    one that is told of what was or may be: urgent words in its answer show their card, and are the answer all the same.
    """

    name: str
    read: Reader
    to: Mapping[str, str]
    judge: Judge = always_ok
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    several: bool = False
    changes: tuple[str, ...] = ()
    invalidates: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    expects: str = ""
    keyboard: str = ""
    columns: int = 0
    free: bool = False
    past: bool = False
    keep: bool = True

    @property
    def ways(self) -> dict[str, str]:
        """Every outcome with its target, changes included."""
        return {**self.to, **{CHANGE + name: name for name in self.changes}}


@dataclass(frozen=True)
class Do:
    """Something the world decides: the capability's service of this name returns one of the outcomes."""

    name: str
    to: Mapping[str, str]

    @property
    def ways(self) -> dict[str, str]:
        """Every outcome with its target."""
        return dict(self.to)


@dataclass(frozen=True)
class End:
    """Where a conversation rests. `silent` ends say nothing of their own."""

    name: str
    silent: bool = False

    @property
    def ways(self) -> dict[str, str]:
        """None: an end leads nowhere."""
        return {}


Step = Ask | Do | End
Migration = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Flow:
    """A conversation as a table. Its first step is where it begins; "cancelled" ends it from anywhere."""

    name: str
    steps: tuple[Step, ...]
    version: int = 1
    migrations: Mapping[int, Migration] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {step.name: step for step in self.steps})

    @property
    def start(self) -> str:
        """The name of the first step."""
        return self.steps[0].name

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError."""
        by_name: dict[str, Step] = self.__dict__["_by_name"]
        return by_name[name]

    def has(self, name: str) -> bool:
        """Whether there is such a step."""
        return name in self.__dict__["_by_name"]

    def edges(self) -> Iterator[tuple[str, str, str]]:
        """Every (step, outcome, target) that the table draws."""
        for step in self.steps:
            for outcome, target in step.ways.items():
                yield step.name, outcome, target


@dataclass(frozen=True)
class State:
    """A conversation at rest: JSON there and back. `trail` names the questions answered so far, oldest first.

    `aside`: while an answer is being changed, what stood before: {"name" of its question, "step" it is changed from,
    "data", "trail"}. It is gone as soon as that step is reached again.
    """

    flow: str
    version: int
    step: str
    data: Mapping[str, Any] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    aside: Mapping[str, Any] | None = None

    @property
    def changing(self) -> bool:
        """Whether the question asked is the one whose answer is being changed."""
        return self.aside is not None and self.aside["name"] == self.step

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        row = {
            "flow": self.flow,
            "version": self.version,
            "step": self.step,
            "data": dict(self.data),
            "trail": list(self.trail),
        }
        return row if self.aside is None else {**row, "aside": dict(self.aside)}

    @staticmethod
    def of_json(row: Mapping[str, Any]) -> State:
        """From what `to_json` gave."""
        return State(
            row["flow"], row["version"], row["step"], dict(row["data"]), tuple(row["trail"]), row.get("aside")
        )
