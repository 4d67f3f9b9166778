"""What one service tells another through the registry, which neither knows: the shapes of it.

Whoever asks takes what comes, from none or several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Stopped:
    """A place that serves nobody from a local day to another, both included; `until` None: nobody knows yet."""

    since: date
    until: date | None


@dataclass(frozen=True)
class Credit:
    """What somebody holds that takes something off a price: `fen` at most, good through the local day `last_day`.

    `once`: all of it goes with its first use, whatever is left over.
    """

    fen: int
    last_day: date
    once: bool = False


@dataclass(frozen=True)
class Free:
    """How many could still come to a place on a local day: `most` at once, in its emptiest half hour that is still to
    come; `spans`, local, are those in which at least one more fits, in order. None at all: `most` is 0. `late`: it is too
    late to book any half hour of that day, whoever has room."""

    most: int
    spans: tuple[tuple[time, time], ...] = ()
    late: bool = False


Level = Literal["empty", "some", "full"]


@dataclass(frozen=True)
class Fullness:
    """What somebody on the spot said of how full a place is, and when."""

    level: Level
    at: datetime


@dataclass(frozen=True)
class Engaged:
    """Where somebody is to be: instants, the name of the place, and what for where that has a name."""

    starts: datetime
    ends: datetime
    where: str
    what: str = ""


@dataclass(frozen=True)
class Looked:
    """What somebody looked up just now: the `place` they were shown last ("": none since), and from where, as (latitude,
    longitude) in WGS-84 with its name (None: it was all the same, or their home)."""

    place: str
    spot: tuple[float, float] | None
    name: str


class Serves(Protocol):
    """What the registry answers for all services at once. `turn` is the one that asks (bot/turn.py, which stands above)."""

    def credit_for(self, turn: Any, subject: int | None, place: str, day: date) -> list[Credit]:
        """What takes something off a price there and then, by every service that knows of such a thing."""

    def stands_at(self, turn: Any, place: str) -> int:
        """How many open things stand at a place, with every service."""

    def free_places(self, turn: Any, place: str, day: date, months: int | None = None) -> Free | None:
        """How many more could come to a place on a day; None: nobody knows."""

    def told_ages(self, turn: Any, subject: int) -> list[tuple[date, int]]:
        """How old a subject was said to be, by whatever service they were signed up with: completed months on a day."""

    def engaged(self, turn: Any, subject: int, day: date) -> list[Engaged]:
        """Where a subject is to be on a local day, by every service that knows of it."""

    def fullness(self, turn: Any, place: str) -> Fullness | None:
        """How full a place is just now; None: nobody said."""

    def stopped(self, turn: Any, place: str, day: date) -> Stopped | None:
        """Whether a place serves nobody on a day, by whichever service knows of it."""

    def looked(self, turn: Any) -> Looked | None:
        """What the person of the turn looked up just now; None: nothing."""
