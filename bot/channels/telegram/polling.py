"""Long polling with an offset of our own: it moves only after every update of a batch was stored.

The library's own loop acknowledges before anything is kept. What a crash leaves between storing and acknowledging
comes once more and is known by its number in the inbox.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from datetime import timedelta
from itertools import starmap
from typing import Any
from urllib.parse import urlencode

import orjson
import structlog
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.errors import verdict
from bot.channels.telegram.inlet import Inlet
from bot.channels.telegram.updates import ALLOWED, Json
from bot.clock import Clock, instant, ms
from bot.messages import Place
from bot.store.session import Db, Store

log = structlog.get_logger(__name__)
OFFSET = "telegram.offset"
WAIT_S = 50
"""How long the server may wait for news before it answers with none."""
GRACE_S = 15
"""A call that is this much later than the server's wait is given up, and its connection with it."""
SLOWEST_S = 30.0
FRESH = timedelta(days=6)
"""After a week without an update Telegram counts anew from a random number: an older offset would hide updates."""
CONFLICT = (
    "another process reads this bot's updates (or set a webhook): stop it, or give this one a token of its own;"
    " waiting until it is gone"
)


class Poller:
    """Reads updates until it is cancelled. `trouble` says in words why none can be read now ("" = all well)."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        inlet: Inlet,
        store: Store,
        clock: Clock,
        wait_s: float = WAIT_S,
        first_pause_s: float = 1.0,
    ) -> None:
        self._bot = bot
        self._request = request
        self._inlet = inlet
        self._store = store
        self._clock = clock
        self._wait_s = wait_s
        self._first_pause_s = first_pause_s
        self._answering: set[asyncio.Task[None]] = set()
        self._heard_at: float | None = None
        self._begun_at: float | None = None
        self.trouble = ""

    @property
    def silent_s(self) -> float | None:
        """Seconds since the last successful call (None: there was none). More than two waits is a stall."""
        return None if self._heard_at is None else time.monotonic() - self._heard_at

    @property
    def stalled_s(self) -> float:
        """Seconds without a successful call, counted from the beginning of `run` at the earliest; 0 when it rests."""
        if self._begun_at is None:
            return 0.0
        return time.monotonic() - max(self._begun_at, self._heard_at or 0.0)

    async def run(self) -> None:
        """Read and store, for ever; returns only when the token is refused."""
        self._begun_at = time.monotonic()
        try:
            await self._go_round()
        finally:
            self._begun_at = None

    async def begin_anew(self) -> None:
        """Let go of the connections: whatever a call hung on is gone."""
        await self._request.shutdown()
        await self._request.initialize()

    async def _go_round(self) -> None:
        pause = self._first_pause_s
        while True:
            try:
                batch = await self._read(await asyncio.to_thread(self._store.read, self._offset))
                self._heard_at, self.trouble = time.monotonic(), ""
                if batch:
                    await self._keep(batch)
                pause = self._first_pause_s
            except Exception as why:  # noqa: BLE001  the loop outlives whatever one round raises
                wait = await self._troubled(why, pause)
                if wait is None:
                    return
                await asyncio.sleep(wait)
                pause = min(pause * 2, SLOWEST_S)

    async def stop(self) -> None:
        """Finish the answers to pressed buttons that are under way."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=2)

    # -- within --------------------------------------------------------------------------------------------------

    async def _read(self, offset: int | None) -> list[Any]:
        """One getUpdates as plain JSON: one update that the library cannot read must not spoil the batch."""
        asked: dict[str, Any] = {
            "timeout": int(self._wait_s),
            "allowed_updates": orjson.dumps(ALLOWED).decode(),
        }
        if offset is not None:
            asked["offset"] = offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        async with asyncio.timeout(self._wait_s + GRACE_S):
            found = await self._request.post(url, read_timeout=self._wait_s + GRACE_S / 2)
        return found if isinstance(found, list) else []

    async def _keep(self, batch: list[Any]) -> None:
        """Store a batch, chats side by side and each in its order; then move the offset."""
        chains: dict[Place, list[Json]] = defaultdict(list)
        for raw in batch:
            if (place := self._inlet.place(raw)) is not None:
                chains[place].append(raw)
        kept = await asyncio.gather(*starmap(self._keep_chain, chains.items()), return_exceptions=True)
        for failure in kept:
            if failure is not None:
                raise failure
        last = max(int(raw["update_id"]) for raw in batch)
        value = f"{last + 1} {ms(self._clock.now())}"

        def move(db: Db) -> None:
            db.run(
                "INSERT INTO setting (key, value) VALUES (:key, :value)"
                " ON CONFLICT (key) DO UPDATE SET value = :value",
                key=OFFSET,
                value=value,
            )

        await self._store.commit(move)

    async def _keep_chain(self, place: Place, chain: list[Json]) -> None:
        for raw in chain:
            query = await self._inlet.take(raw, place)
            if query is not None:
                task = asyncio.get_running_loop().create_task(self._answer(query))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    async def _answer(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as why:
            log.info("a press was not acknowledged", reason=verdict(why).reason)

    def _offset(self, db: Db) -> int | None:
        value = db.value("SELECT value FROM setting WHERE key = :key", key=OFFSET)
        if value is None:
            return None
        number, _, moved = str(value).partition(" ")
        return int(number) if self._clock.now() - instant(int(moved)) < FRESH else None

    async def _troubled(self, why: Exception, pause: float) -> float | None:
        """Say what is wrong; how many seconds to wait before the next round. None: there is no use in another."""
        seen = verdict(why)
        wait = random.uniform(pause / 2, pause)
        if seen.reason == "token":
            self.trouble = "the token is refused"
            log.error("Telegram refuses the token; no more updates are read")
            return None
        if seen.reason == "conflict":
            self.trouble = CONFLICT
            log.error("updates cannot be read", why=CONFLICT)
            return wait
        self.trouble = seen.reason
        if isinstance(why, (TelegramError, TimeoutError)):
            log.warning("updates could not be read", reason=seen.reason, silent_s=self.silent_s)
            if isinstance(
                why, TimeoutError
            ):  # the connection is wedged: the library would wait on it for ever
                await self.begin_anew()
            return max(wait, seen.wait_s or 0.0)
        log.error("updates could not be kept; the same ones are read again", exc_info=why)
        return wait
