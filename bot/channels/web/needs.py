"""What the web chat needs of the running bot. `bot.live.Live` is that; this file keeps the import pointing downwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from bot.capability import Registry
from bot.messages import Channel, Inbound, Place
from bot.redact import Redactor
from bot.store.crew import Crew
from bot.store.session import Store
from bot.turn import Ground
from bot.watch import Watch


class Movable(Protocol):
    """A clock that can be moved forward."""

    def now(self) -> datetime:
        """The present instant."""

    def move_to(self, instant: datetime) -> None:
        """Show `instant` from now on. Raises ValueError for a past one."""


class House(Protocol):
    """The parts of the assembled bot that the web chat looks at."""

    ground: Ground
    store: Store
    crew: Crew
    registry: Registry
    redactor: Redactor
    channels: dict[str, Channel]
    watch: Watch

    def expects(self, place: Place) -> bool:
        """Whether a document number is being asked at this place."""

    def next_due(self) -> datetime | None:
        """When something is due next."""


class Live(Protocol):
    """The bot in real time."""

    @property
    def house(self) -> House:
        """What runs."""

    async def receive(self, inbound: Inbound) -> bool:
        """Keep what arrived; False when it is known already."""

    async def advance(self, clock: Movable, target: datetime) -> None:
        """Play the time up to `target`."""

    def hear(self, topic: str, act: Callable[[Any], None]) -> None:
        """Have `act` called, in the event loop, with what other workers tell on a topic."""

    def wake(self, address_id: int) -> None:
        """Somebody's page is open: send what was withheld for them."""
