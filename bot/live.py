"""The bot in real time: what arrives is kept, then handled, then answered, while due things go on beside it.

Everything asynchronous lives here and in the channels. One place's messages are handled in order, different ones in
parallel; APScheduler is the metronome that looks for due things each second, the truth being rows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import lineup, outbox, timers
from bot.house import UNDONE, House, Movable
from bot.messages import Inbound, Place, Sendable
from bot.pace import Pace
from bot.runner import Handled
from bot.store import inbox
from bot.store.session import Db

log = structlog.get_logger(__name__)
BEAT_S = 1.0
PICK_UP_S = 4.0
"""So often messages are looked for that nobody serves: the process that took them is gone, or the database was."""
LOOK_S = 10.0
"""Troubles are looked for this often."""
PATIENCE_S = 10.0
"""A message that may leave only later than this is put back into its queue: nothing else waits behind it."""
SET_BACK_S = 60.0
"""A clock that differs by less may be another machine's."""
OTHERS_S, OTHERS_LOOKS = 0.05, 20
"""Seconds between two looks at what another worker is sending to the same chat, and how many of them."""
FINISH_S = 5.0
"""How long, at the end, messages may still wait for their pace; the others are left for the next start."""


class Live:
    """Runs a house. `receive` is what every channel calls; `start` and `stop` frame its life."""

    def __init__(self, house: House, finish_s: float = FINISH_S) -> None:
        self.house = house
        self.pace = Pace()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._chat: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._queued: dict[str, int] = defaultdict(int)
        self._behind: set[str] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._beating = asyncio.Lock()
        self._watching = asyncio.Lock()
        self._stopping = False
        self._finish_s = finish_s
        self._late = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._behind_s = 0.0
        self.hear("hold", self.pace.hold)
        house.watch.milder["clock"] = self._clock_trouble

    async def start(self) -> None:
        """Settle what a former process left, then listen and beat."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self.house.open)
        self._behind.update(await asyncio.to_thread(self.house.store.read, lineup.places_waiting))
        await self._pick_up()
        rhythms = (
            (self._start_beat, BEAT_S),
            (self._start_looking, PICK_UP_S),
            (self._start_watching, LOOK_S),
        )
        for begin, seconds in rhythms:
            self._scheduler.add_job(
                begin, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand; what may not leave yet goes after the next start."""
        self._stopping = True
        ending = asyncio.get_running_loop().call_later(self._finish_s, self._late.set)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        async with self._beating:
            pass
        while self._tasks or self._busy:
            await asyncio.wait([*self._tasks, *self._busy.values()])
        ending.cancel()

    async def receive(self, inbound: Inbound) -> bool:
        """Keep what arrived; when this returns it is stored and may be acknowledged. False: known already.

        Where nothing else is under way at its place, one transaction keeps it and handles it too.
        """
        key = inbound.place.key
        if key in self._busy or self._stopping:
            return await self._keep(inbound)
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._busy[key] = asyncio.get_running_loop().create_task(self._take(inbound, stored))
        return await stored

    async def advance(self, clock: Movable, target: datetime) -> None:
        """Play the time up to `target` (the demonstration's clock), with the metronome held."""
        async with self._beating, self._watching:
            await self.house.advance(clock, target)

    def hold(self, seconds: float) -> None:
        """The platform wants the whole bot quiet for this long: here, and wherever else it runs."""
        self.pace.hold(seconds)
        self.house.crew.tell(self.house.store, "hold", seconds)

    def hear(self, topic: str, act: Callable[[Any], None]) -> None:
        """Have `act` called, in the event loop, with what other workers tell on a topic."""

        def heard(what: Any) -> None:
            if self._loop is not None and not self._stopping:
                self._loop.call_soon_threadsafe(act, what)

        self.house.crew.hear(topic, heard)

    def wake(self, address_id: int) -> None:
        """Somebody's page is open again: send what was withheld for them."""
        if not self._stopping:
            self._spawn(self._wake(address_id))

    async def _wake(self, address_id: int) -> None:
        await self.house.store.commit(lambda db: self.house.wake(db, address_id))
        await self._send_due()

    # -- within --------------------------------------------------------------------------------------------------

    async def _keep(self, inbound: Inbound) -> bool:
        new = await self.house.store.commit(lambda db: self.house.keep(db, inbound))
        if new:
            self._serve(inbound.place)
        return new

    async def _take(self, inbound: Inbound, stored: asyncio.Future[bool]) -> None:
        """Keep and handle a message at once, then whatever has come behind it; `stored` is told when it is kept."""
        place = inbound.place
        try:
            handled = await self.house.store.commit(lambda db: self.house.take(db, inbound))
        except Exception as why:  # noqa: BLE001  whatever it was, the message is kept and handled by itself
            log.warning(UNDONE, error=type(why).__name__)
            handled = None
        try:
            new = handled is not None or await self.house.store.commit(
                lambda db: self.house.keep(db, inbound)
            )
        except Exception as why:  # noqa: BLE001  whoever brought the message is told, and brings it again
            if not stored.done():
                stored.set_exception(why)
            new = False
        if not stored.done():
            stored.set_result(new)
        if handled is not None:
            self._send_replies(handled)
            new = handled.more
        if new or place.key in self._again:
            await self._handle(place)
        else:
            del self._busy[place.key]

    def _send_replies(self, handled: Handled) -> None:
        for message in handled.replies:
            self._deliver(message, new=True)

    def _serve(self, place: Place) -> None:
        if place.key in self._busy:
            self._again.add(place.key)
        elif not self._stopping:
            task = asyncio.get_running_loop().create_task(self._handle(place))
            self._busy[place.key] = task

    async def _handle(self, place: Place) -> None:
        try:
            while True:
                self._again.discard(place.key)
                handled = await self._turn(place)
                if handled is not None:
                    self._send_replies(handled)
                if (handled is None or not handled.more) and place.key not in self._again:
                    break
        except Exception:
            log.exception("a turn could not be committed; it is picked up again")
        finally:
            del self._busy[place.key]

    async def _turn(self, place: Place) -> Handled | None:
        return await self.house.store.commit(lambda db: self.house.turn(db, place))

    async def _pick_up(self) -> None:
        """Serve whatever waits and is not being served here: a former process's, a dead or busy worker's."""
        for key in await asyncio.to_thread(self.house.store.read, inbox.waiting_places):
            if key not in self._busy:
                self._serve(Place(*key.split("|", 3)))

    async def _start_beat(self) -> None:
        """Only begins it: the scheduler's end cuts off whatever runs within the scheduler."""
        if not self._beating.locked() and not self._stopping:
            self._spawn(self._beat())

    async def _start_looking(self) -> None:
        if not self._stopping:
            self._spawn(self._pick_up())

    async def _start_watching(self) -> None:
        if not self._watching.locked() and not self._stopping:
            self._spawn(self._watch())

    async def _watch(self) -> None:
        """Look for troubles, tell staff of those that last, and let what changed be read before a turn has to."""
        house = self.house

        def settle(db: Db) -> list[Sendable]:
            posted = house.watch.settle(db, found)
            return outbox.load_inflight(db, house.ground.keys, posted)

        async with self._watching:
            found = await asyncio.to_thread(house.watch.look)
            for message in await house.store.commit(settle):
                self._deliver(message, new=True)
            for capability in house.registry.all:
                if capability.prepares is not None:
                    await asyncio.to_thread(capability.prepares)

    async def _beat(self) -> None:
        """Let due things happen and due messages leave."""
        self.pace.share(self.house.crew.size)
        async with self._beating:
            await self.house.store.commit(self._tidy)
            while not self._stopping and self._behind_s == 0:
                handled = await asyncio.to_thread(self.house.run_one_due)
                if handled is None:
                    break
                self._send_replies(handled)
                await asyncio.sleep(0)
            await self._send_due()

    def _tidy(self, db: Db) -> None:
        self._behind_s = timers.keep_time(db, self.house.ground.clock.now())
        self.house.tidy(db)

    def _clock_trouble(self) -> str:
        return f"was set back by {self._behind_s:.0f} s" if self._behind_s > SET_BACK_S else ""

    async def _send_due(self) -> None:
        def claim(db: Db) -> list[Sendable]:
            return self.house.claim(db, self.pace.room())

        while not self._stopping:
            batch = await self.house.store.commit(claim)
            if not batch:
                break
            sending = [self._deliver(message) for message in batch]
            await asyncio.wait(sending)

    def _deliver(self, message: Sendable, new: bool = False) -> asyncio.Task[None]:
        """Begin to send a message; from now on it is in our hand. `new`: it was born there, nobody lined it up."""
        self.house.in_hand.add(message.id)
        return self._spawn(self._send(message, new))

    async def _send(self, message: Sendable, new: bool) -> None:
        place = message.place.key
        self._queued[place] += 1
        try:
            async with self._chat[place]:
                if (
                    new
                    and (place in self._behind or self.house.crew.size > 1)
                    and await self._lined_up(message)
                ):
                    return
                channel = self.house.channels.get(message.place.channel)
                if channel is not None and channel.paced:
                    delay = self.pace.delay(message, PATIENCE_S)
                    if delay > PATIENCE_S or await self._ends_within(delay):
                        await self._put_back(message, delay)
                        return
                if not await self.house.send(message):
                    self._behind.add(place)
        finally:
            self.house.in_hand.discard(message.id)
            self._queued[place] -= 1
            if not self._queued[place]:
                del self._queued[place], self._chat[place]

    async def _lined_up(self, message: Sendable) -> bool:
        """Whether an answer had to be put behind older ones of its chat. Another worker is given a moment to send its."""
        house, me = self.house, self.house.crew.number
        for _ in range(OTHERS_LOOKS):
            before = await asyncio.to_thread(house.store.read, lambda db: lineup.ahead(db, message.id, me))
            if not before:
                self._behind.discard(message.place.key)
                return False
            if any(row["state"] != "inflight" for row in before):
                break
            await asyncio.sleep(OTHERS_S)
        return await house.store.commit(
            lambda db: lineup.line_up(db, message.id, me, house.ground.clock.now())
        )

    async def _ends_within(self, seconds: float) -> bool:
        """Wait for these seconds. True: the end of the process came first."""
        if seconds <= 0:
            return False
        try:
            async with asyncio.timeout(seconds):
                return await self._late.wait()
        except TimeoutError:
            return False

    async def _put_back(self, message: Sendable, delay: float) -> None:
        self._behind.add(message.place.key)
        due = self.house.ground.clock.now() + timedelta(seconds=delay)
        await self.house.store.commit(lambda db: outbox.put_back(db, message.id, due))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (why := task.exception()) is not None:
            log.error("something under way failed; its rows are looked at again", exc_info=why)
