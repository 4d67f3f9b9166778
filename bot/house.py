"""The bot put together: store, keys, texts, capabilities and channels, with the few things every driver needs.

Two drivers use it: `bot.live` (async, for real time) and `advance` here (step by step, for the terminal, journeys and
the demonstration's clock). Both run the same turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from structlog.contextvars import bound_contextvars

from bot import limits, lineup, outbox, scarce, timers
from bot.capability import Capability, Job, Registry
from bot.clock import SystemClock, instant, ms
from bot.messages import Channel, Inbound, Outgoing, Place, Receipt, Sendable, SendFailed
from bot.meters import SENDS
from bot.redact import Redactor
from bot.runner import Handled, Jobs, handle_new, handle_next, run_job, run_timer
from bot.selfcheck import self_check
from bot.store import conversations, inbox
from bot.store.crew import Alone, Crew
from bot.store.sealed import KeysUnusable
from bot.store.session import Db, Row, Store
from bot.store.together import Together
from bot.turn import Ground, Turn
from bot.watch import Watch, keep_self_check

log = structlog.get_logger(__name__)
UNDONE = "a turn was undone; its message is kept and handled by itself"


def _forget(turn: Turn) -> None:
    outbox.empty_old(turn.db, turn.now)
    inbox.empty_old(turn.db, turn.now)
    limits.forget(turn.db, turn.now)


CODES = {"flood": "429", "unreachable": "403"}
"""What a channel's refusals are called in the counters."""
LEASE_S = 120
"""A message of our own that was born so long ago and is in nobody's hand was dropped on the way."""
FORGET = Job("bot.forget", "40 3 * * *", _forget)
"""Words are gone a fortnight after they were said."""


Outcome = tuple[Sendable, Receipt | None, SendFailed | None, datetime]
"""What became of a message that was tried: what the channel gave or raised, when."""


class Movable(Protocol):
    """A clock that can be moved forward."""

    def now(self) -> datetime:
        """The present instant."""

    def move_to(self, instant: datetime) -> None:
        """Show `instant` from now on."""


class House:
    """Everything assembled. `channels` are added by whoever opens them.

    `crew` is who works on the same database, `in_hand` the outbox rows that this process is sending now.
    """

    def __init__(
        self, ground: Ground, store: Store, capabilities: Iterable[Capability], crew: Crew | None = None
    ) -> None:
        self.ground = ground
        self.store = store
        self.crew = crew or Alone(number=ground.worker)
        self.in_hand: set[int] = set()
        self._unheard = False
        self.registry = Registry(capabilities)
        self.redactor = Redactor(ground.keys.identity_key)
        self.channels: dict[str, Channel] = {}
        self._strange: set[str] = set()
        self.keys_trouble = ""
        self.watch = Watch(ground, store, self.registry.timers)
        nightly = Job("bot.self_check", "20 3 * * *", self._check_self)
        self.jobs = Jobs(ground, (*self.registry.jobs, nightly, FORGET))
        self._settled = Together(store, self._settle)
        self.watch.sources["keys"] = lambda: self.keys_trouble

    def open(self) -> None:
        """Make ready after a start: jobs learn their times, capabilities their rows, a crash's rows are settled."""
        self.store.write(self._open)

    def _open(self, db: Db) -> None:
        if self.ground.demo and isinstance(self.ground.clock, SystemClock):
            self._catch_up(db, self.ground.clock)
        self.jobs.open(db)
        self._sweep(db, lease_s=0)
        lineup.wake(db, self.ground.clock.now())
        self.refresh(db)

    @staticmethod
    def _catch_up(db: Db, clock: SystemClock) -> None:
        """A demonstration's clock that was moved forward stays there over a restart: rows never lie in the future."""
        done = db.value("SELECT max(at) FROM audit")
        instants = [timers.latest_present(db), None if done is None else instant(int(done))]
        last = max((at for at in instants if at is not None), default=clock.now())
        if last > clock.now():
            clock.move_to(last)

    def _check_self(self, turn: Turn) -> None:
        keep_self_check(turn, self_check(turn, self.registry))

    def refresh(self, db: Db) -> None:
        """Let every capability make the rows that its programme wants by now."""
        turn = Turn(self.ground, db, self.ground.clock.now())
        for capability in self.registry.all:
            if capability.starts is not None:
                capability.starts(turn)

    # -- in ------------------------------------------------------------------------------------------------------

    def expects(self, place: Place) -> bool:
        """Whether a document number is being asked at this place (for the redaction)."""
        return (
            self.store.read(
                lambda db: conversations.expects(db, place.channel, place.chat, place.thread, place.member)
            )
            == "document"
        )

    def keep(self, db: Db, inbound: Inbound) -> bool:
        """Write what arrived. False when it is known already."""
        return inbox.put(db, self.ground.keys, inbound, self.ground.clock.now())

    def turn(self, db: Db, place: Place) -> Handled | None:
        """Handle the oldest waiting message of a place."""
        return handle_next(self.ground, self.registry, db, place)

    def take(self, db: Db, inbound: Inbound) -> Handled | None:
        """Write down what arrived and handle it. None: it has to be kept, for it is known or others wait before it."""
        return handle_new(self.ground, self.registry, db, inbound)

    def wake(self, db: Db, address_id: int) -> None:
        """Somebody's page is open again: what was withheld for them may go."""
        outbox.release(db, address_id, self.ground.clock.now())

    # -- later ---------------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When something is due next: a timer, a job or a queued message."""
        found = [self.timer_due(), self.store.read(outbox.next_due), self.jobs.next_due()]
        return min((at for at in found if at is not None), default=None)

    def timer_due(self) -> datetime | None:
        """When the next timer of a known kind is due; those of other kinds are a later version's."""
        return self.store.read(lambda db: timers.next_due(db, self.registry.timers))

    def run_one_due(self) -> Handled | None:
        """Let the one thing happen that has been due longest: a timer or a job. None when there is none."""
        now = self.ground.clock.now()
        timer_due, job_due = self.timer_due(), self.jobs.next_due()
        if job_due is not None and job_due <= now and (timer_due is None or job_due < timer_due):
            return self._run_job(now)
        if timer_due is not None and timer_due <= now:
            return self.store.write(lambda db: run_timer(self.ground, self.registry, db))
        return None

    def _run_job(self, now: datetime) -> Handled | None:
        """The job that is due. It counts as seen to only once its firing is committed, whoever did it."""
        taken = self.jobs.due(now)
        if taken is None:
            return None
        job, due = taken

        def fire(db: Db) -> Handled | None:
            return run_job(self.ground, db, job, due) or Handled(()) if timers.my_turn(db) else None

        handled = self.store.write(fire)
        if handled is not None:
            self.jobs.done(job, due)
        return handled

    # -- out -----------------------------------------------------------------------------------------------------

    async def send(self, message: Sendable) -> bool:
        """Deliver one claimed message and settle its row. False: it waits for another try."""
        with bound_contextvars(turn=message.turn):
            receipt, why = await self._try(message)
            outcome = "sent" if why is None else CODES.get(why.reason) or CODES.get(why.kind, why.kind)
            SENDS.labels(message.place.channel, outcome).inc()
            log.info(
                "send",
                outbox=message.id,
                channel=message.place.channel,
                lane=message.lane,
                outcome=outcome,
                why="" if why is None else why.reason,
            )
        settled = await self._settled.put((message, receipt, why, self.ground.clock.now()))
        if why is None:
            self._unheard = False
        elif why.kind == "retry" and not why.wait_s:
            self._unheard = True
        return settled

    def _settle(self, db: Db, outcome: Outcome) -> bool:
        """Write down what became of a message. False: it waits for another try."""
        message, receipt, why, at = outcome
        if receipt is not None:
            outbox.sent(db, message.id, receipt.message_id, at)
            if self._unheard:
                lineup.wake(db, at)
        waits = why is not None and outbox.failed(db, message.id, why, at) == "waiting"
        if message.lane == "result":
            if receipt is not None:
                outbox.off_call_list(db, message.id, at)
            # An offer's hours begin with its sending, in this transaction.
            scarce.tend(db, at, self.ground.settings.zone, message.id if receipt is not None else None)
        return not waits

    async def _try(self, message: Sendable) -> tuple[Receipt | None, SendFailed | None]:
        channel = self.channels.get(message.place.channel)
        if channel is None:
            return None, SendFailed("withheld", "channel not open here")
        try:
            return await channel.send(message), None
        except SendFailed as why:
            return None, why
        except Exception as why:  # noqa: BLE001  a channel's surprise: the message may have arrived
            return None, SendFailed("unconfirmed", type(why).__name__)

    def claim(self, db: Db, limit: int = 50) -> list[Sendable]:
        """Take at most so many due messages for sending; those without words get theirs."""
        ground = self.ground
        return outbox.claim_due(db, ground.keys, ground.clock.now(), self._compose, limit, self.crew.number)

    def _compose(self, db: Db, name: str, about: str) -> Outgoing | None:
        turn = Turn(self.ground, db, self.ground.clock.now(), everyone=self.registry)
        return self.registry.compose(turn, name, about)

    async def send_all(self, messages: Sequence[Sendable]) -> None:
        """Deliver messages one after another."""
        for message in messages:
            await self.send(message)

    async def send_due(self) -> int:
        """Deliver everything that is due, without pacing. Returns how many were tried."""
        tried = 0
        while self._something_due() and (batch := self.store.write(self.claim)):
            await self.send_all(batch)
            tried += len(batch)
        return tried

    def _something_due(self) -> bool:
        """A look, which costs less than a write that finds nothing."""
        due = self.store.read(outbox.next_due)
        return due is not None and due <= self.ground.clock.now()

    # -- step by step --------------------------------------------------------------------------------------------

    async def hear(self, inbound: Inbound) -> bool:
        """Take one message through the whole: kept, handled, answered. False when it was known already."""
        try:
            handled = self.store.write(lambda db: self.take(db, inbound))
        except Exception as why:  # noqa: BLE001  whatever it was, the message is kept and handled by itself
            log.warning(UNDONE, error=type(why).__name__)
            handled = None
        if handled is None and not self.store.write(lambda db: self.keep(db, inbound)):
            return False
        await self.send_all(handled.replies if handled is not None else ())
        more = handled is None or handled.more
        while more:
            handled = self.store.write(lambda db: self.turn(db, inbound.place))
            more = handled is not None and handled.more
            await self.send_all(handled.replies if handled is not None else ())
        await self.send_due()
        return True

    def tidy(self, db: Db) -> None:
        """Settle what a crash left half sent, and put on the call list what reached nobody."""
        now = self.ground.clock.now()
        self._look_at_keys()
        for kind in set(timers.strange(db, now, self.registry.timers)) - self._strange:
            self._strange.add(kind)
            log.warning("timers of an unknown kind are left to a later version", kind=kind)
        self._sweep(db, LEASE_S)
        scarce.tend(db, now, self.ground.settings.zone)
        outbox.to_call_list(db, self.ground.keys, now, self._compose)

    def _sweep(self, db: Db, lease_s: int) -> None:
        now = self.ground.clock.now()
        before = ms(now - timedelta(seconds=lease_s))

        def lost(row: Row) -> bool:
            if int(row["worker"]) != self.crew.number:
                return self.crew.gone(int(row["worker"]))
            return int(row["id"]) not in self.in_hand and int(row["since"]) <= before

        outbox.sweep(db, now, lost)

    def _look_at_keys(self) -> None:
        try:
            if self.ground.keys.refresh():
                log.info("the keys were changed", sealing=self.ground.keys.newest.hex())
            self.keys_trouble = ""
        except KeysUnusable as why:  # those in memory still work; who starts now would find none
            if not self.keys_trouble:
                log.error("the keys cannot be read any more", error=str(why))
            self.keys_trouble = str(why)

    async def settle(self) -> None:
        """Let everything happen that is due at the present instant."""
        self.store.write(self.tidy)
        await self.send_due()
        while (handled := self.run_one_due()) is not None:
            await self.send_all(handled.replies)
            await self.send_due()

    async def advance(self, clock: Movable, target: datetime) -> None:
        """Move the clock to `target`; everything due on the way happens at its time, in order."""
        await self.settle()
        at = self.next_due()
        while at is not None and at <= target:
            if at > clock.now():
                clock.move_to(at)
            await self.settle()
            before, at = at, self.next_due()
            if at == before:  # nothing moved: a message that waits for its channel
                clock.move_to(min(target, max(at, clock.now()) + timedelta(seconds=1)))
        if target > clock.now():
            clock.move_to(target)
        self.store.write(self.refresh)
        await self.settle()
