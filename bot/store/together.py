"""Writes that come side by side share a transaction: whatever comes while one is under way goes into the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from bot.store.session import Db, Store, away

log = structlog.get_logger(__name__)
PAUSES_S = (0.2, 0.5, 1, 2, 5, 10, 20, 30)
"""Before the next tries while the database is away."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Writes items by `write`, in the order of their coming, each batch in one transaction.

    A database that is away for a while is tried again: what is written down here has happened already.
    """

    def __init__(self, store: Store, write: Callable[[Db, Item], Result]) -> None:
        self._store = store
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Write an item; what `write` made of it, once it is committed. Raises what the commit raised at last."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        while batch := self._waiting:
            self._waiting = []
            await self._write_batch(batch)

    async def _write_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except Exception as why:  # noqa: BLE001  whoever waits gets it; the others are written without it
            if len(batch) > 1:
                for one in batch:
                    await self._write_batch([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(why)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _commit(self, items: list[Item]) -> list[Result]:
        def write(db: Db) -> list[Result]:
            return [self._write(db, item) for item in items]

        for pause in PAUSES_S:
            try:
                return await self._store.commit(write)
            except Exception as why:
                if not away(why):
                    raise
                log.warning("what happened could not be written down yet", error=type(why).__name__)
                await asyncio.sleep(pause)
        return await self._store.commit(write)
