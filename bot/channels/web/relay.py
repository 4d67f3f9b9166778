"""Pages that are open at another worker: what is to be shown there is told by its number, and so is that it was seen.

The rows are the truth. What a telling misses, the page fetches when it connects again.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot import outbox
from bot.channels.web.channel import ANSWERS, WebChannel
from bot.channels.web.needs import Live
from bot.messages import Place, Sendable
from bot.store.session import Db


class Relay:
    """Joins a worker's channel with those of the others."""

    def __init__(self, live: Live, channel: WebChannel) -> None:
        self._live = live
        self._channel = channel
        self._asked: dict[tuple[str, int], asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        channel.elsewhere = self.elsewhere
        live.hear("web.show", self._show)
        live.hear("web.shown", self._shown)

    async def elsewhere(self, message: Sendable, seconds: float) -> bool:
        """Have other workers show a message on their pages. Whether one of them said within this time that it does;
        with no time it is not waited for."""
        crew, store = self._live.house.crew, self._live.house.store
        if crew.size == 1:
            return False
        key = (message.place.key, message.id)
        if not seconds:
            crew.tell(store, "web.show", key)
            return False
        answered = asyncio.get_running_loop().create_future()
        self._asked[key] = answered
        try:
            crew.tell(store, "web.show", key)
            await asyncio.wait_for(answered, seconds)
            return True
        except TimeoutError:
            return False
        finally:
            self._asked.pop(key, None)

    def seen(self, place: Place, message_id: int) -> None:
        """A page said that it shows what no sending here waits for: perhaps another worker's does."""
        self._live.house.crew.tell(self._live.house.store, "web.shown", (place.key, message_id))

    # -- told by the others, in the event loop ---------------------------------------------------------------------

    def _show(self, what: Any) -> None:
        place, message_id = Place(*str(what[0]).split("|", 3)), int(what[1])
        if self._channel.is_open(place):
            task = asyncio.get_running_loop().create_task(self._load(place, message_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _load(self, place: Place, message_id: int) -> None:
        house = self._live.house

        def load(db: Db) -> list[Sendable]:
            return outbox.load(db, house.ground.keys, [message_id])

        for message in await asyncio.to_thread(house.store.read, load):
            if self._channel.show(message) and (message.kind != "send" or message.lane in ANSWERS):
                self.seen(place, message_id)

    def _shown(self, what: Any) -> None:
        place, message_id = Place(*str(what[0]).split("|", 3)), int(what[1])
        waiting = self._asked.get((place.key, message_id))
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        self._channel.shown(place, message_id)
