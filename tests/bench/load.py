"""Load on a bot's webhook: so many updates outstanding at any time, or so many a second whatever comes back.

A turn's time runs from the update being due to its reply being seen at the Bot API server. A reply leaves after the
commit, so this is never less than the time to the commit.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from tests.bench.farend import Caller, FarEnd

LOST_S = 60.0
"""A reply that takes longer counts as lost."""
_numbers = itertools.count(1)


@dataclass
class Taken:
    """What was measured: seconds from due to reply, one a turn, over `window_s` seconds."""

    window_s: float = 0.0
    times: list[float] = field(default_factory=list)
    lost: int = 0
    refused: int = 0

    @property
    def per_s(self) -> float:
        """Turns a second."""
        return len(self.times) / self.window_s if self.window_s else 0.0

    def ms(self, percent: float) -> float:
        """This percentile of the times, in milliseconds."""
        if not self.times:
            return float("nan")
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Update:
    """One update: who it is from and its bytes."""

    chat: int
    body: bytes


def says(chat: int, text: str) -> Update:
    """A text message in a private chat."""
    number = next(_numbers)
    return Update(
        chat,
        orjson.dumps(
            {
                "update_id": number,
                "message": {
                    "message_id": number,
                    "date": 1790000000,
                    "chat": _chat(chat),
                    "from": _person(chat),
                    "text": text,
                },
            }
        ),
    )


def presses(chat: int, data: str) -> Update:
    """A pressed inline button."""
    number = next(_numbers)
    return Update(
        chat,
        orjson.dumps(
            {
                "update_id": number,
                "callback_query": {
                    "id": str(number),
                    "from": _person(chat),
                    "chat_instance": "1",
                    "data": data,
                    "message": {"message_id": number, "date": 1790000000, "chat": _chat(chat), "text": "."},
                },
            }
        ),
    )


def _chat(chat: int) -> dict[str, object]:
    return {"id": chat, "type": "private", "first_name": "P"}


def _person(chat: int) -> dict[str, object]:
    return {"id": chat, "is_bot": False, "first_name": "P", "language_code": "zh-hans"}


@dataclass(frozen=True)
class Target:
    """A bot's webhook."""

    port: int
    secret: str


async def closed(
    far: FarEnd, target: Target, updates: Iterator[Update], outstanding: int, warm_s: float, window_s: float
) -> Taken:
    """Keep `outstanding` updates in the air for warm_s + window_s seconds; the window is what counts."""
    loop = asyncio.get_running_loop()
    begin = loop.time() + warm_s
    taken = Taken(window_s)

    async def slot() -> None:
        caller = await Caller.open(target.port, target.secret)
        while loop.time() < begin + window_s:
            update = next(updates)
            due, reply = loop.time(), far.expect(update.chat)
            try:
                async with asyncio.timeout(LOST_S):
                    status = await caller.post(update.body)
                    seen = await reply
            except TimeoutError:
                taken.lost += 1
                break
            taken.refused += status != 200
            if begin <= seen <= begin + window_s:
                taken.times.append(seen - due)
        caller.close()

    slots = [loop.create_task(slot()) for _ in range(outstanding)]
    await asyncio.sleep(max(0.0, begin + window_s - loop.time()))
    delay, far.delay = far.delay, 0.0  # what is still in the air comes down at once
    await asyncio.gather(*slots)
    far.delay = delay
    return taken


async def opened(
    far: FarEnd,
    target: Target,
    updates: Iterable[Update],
    per_s: float,
    connections: int = 64,
    until: Callable[[], bool] = lambda: False,
) -> Taken:
    """Send updates at random moments, `per_s` a second on average, however long replies take; until they end or
    `until` says so."""
    loop = asyncio.get_running_loop()
    rng = random.Random(7)
    taken = Taken()
    free: asyncio.Queue[Caller] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await Caller.open(target.port, target.secret))
    tasks: set[asyncio.Task[None]] = set()

    async def one(update: Update, due: float) -> None:
        reply = far.expect(update.chat)
        caller = await free.get()
        try:
            async with asyncio.timeout(LOST_S):
                try:
                    taken.refused += await caller.post(update.body) != 200
                finally:
                    free.put_nowait(caller)
                taken.times.append(await reply - due)
        except TimeoutError:
            taken.lost += 1
        except ConnectionError:  # an idle connection was closed under us: Telegram would send it again
            free.put_nowait(await Caller.open(target.port, target.secret))
            taken.lost += 1

    begin = due = loop.time()
    for update in updates:
        due += rng.expovariate(per_s)
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        if until():
            break
        task = loop.create_task(one(update, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    taken.window_s = loop.time() - begin
    if tasks:
        await asyncio.wait(tasks)
    while not free.empty():
        free.get_nowait().close()
    return taken
