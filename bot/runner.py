"""One turn: the oldest waiting message of a place, handled in one transaction; and one due thing, likewise.

A turn that raises is undone and kept for staff, the person is told kindly, and the next message is not blocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from structlog.contextvars import bound_contextvars

from bot import limits, outbox, timers
from bot.capability import Job, Registry
from bot.clock import ms
from bot.dialogue import Dialogue
from bot.messages import Inbound, Place, Sendable
from bot.meters import TURNS
from bot.router import route, urgent
from bot.store import conversations, inbox, people
from bot.store.inbox import Arrived
from bot.store.sealed import SealBroken
from bot.store.session import Db, away
from bot.timers import Cron
from bot.turn import Ground, Turn

log = structlog.get_logger(__name__)
AWAY = timedelta(hours=1)
"""Who says something after so long a silence is back."""
HANDOVERS = 4
"""Flows that may hand over to one another in a turn."""
MINUTE = timedelta(minutes=1)
OVER_THE_LIMIT = "over the limit"
"""The note of a message that was stored and not answered, because its sender wrote too fast."""


@dataclass(frozen=True)
class Handled:
    """What a turn left to do after its commit: replies to send at once, and whether more waits at its place."""

    replies: tuple[Sendable, ...]
    more: bool = False


def handle_next(ground: Ground, registry: Registry, db: Db, place: Place) -> Handled | None:
    """Handle the oldest waiting message of a place. None when nothing waits."""
    now = ground.clock.now()
    address_id, who = people.meet(db, place, now)
    talk = conversations.lock(db, ground.keys, address_id, now, who.new)
    try:
        arrived = inbox.oldest(db, ground.keys, place.key)
    except inbox.Newer as newer:
        log.warning("a message that a later version kept is left to it", inbox=newer.row_id)
        return None
    return (
        None
        if arrived is None
        else _handle(Turn(ground, db, now, who, place, address_id), registry, arrived, talk)
    )


def handle_new(ground: Ground, registry: Registry, db: Db, inbound: Inbound) -> Handled | None:
    """Write down a message that has just arrived and handle it, in one transaction.

    None: it was not written down, for it is known already, or others wait before it: it is to be kept and to wait.
    Raises what the turn raised, all undone: it is to be kept, and `handle_next` answers for it.
    """
    now = ground.clock.now()
    row_id = inbox.put_handled(db, inbound, now)
    if row_id is None:
        return None
    address_id, who = people.meet(db, inbound.place, now)
    talk = conversations.lock(db, ground.keys, address_id, now, who.new)
    arrived = Arrived(row_id, inbound, new=True)
    return _handle(Turn(ground, db, now, who, inbound.place, address_id), registry, arrived, talk)


def _handle(turn: Turn, registry: Registry, arrived: Arrived, talk: conversations.Talk) -> Handled:
    ground, db, inbound = turn.ground, turn.db, arrived.inbound
    turn.id = f"in-{arrived.id}"
    if inbound is not None and inbound.operator is not None:
        turn.operator, turn.person = inbound.operator, turn.who.attended()
    turn.everyone = registry
    if inbound is not None:
        turn.words = inbound.text
        if talk.seq == 0:
            turn.person = people.speaks(db, turn.who, inbound.lang)
        if _too_fast(turn, inbound, registry):
            inbox.done(db, arrived.id, turn.now, OVER_THE_LIMIT)
            return _ended(turn, "limited", arrived.more)
    who = turn.person
    failure: Exception | None = None
    try:
        with nullcontext() if arrived.new else db.savepoint(), bound_contextvars(turn=turn.id):
            if inbound is None:
                raise SealBroken("what arrived cannot be opened")
            _converse(turn, inbound, registry, talk)
    except Exception as why:  # whatever a turn raises, the person is answered and the next one goes on
        if arrived.new or away(why):
            raise  # kept, and handled by itself; once the database works again, if that was it
        failure = why
        turn = Turn(
            ground, db, turn.now, who, turn.place, turn.address_id, id=turn.id, operator=turn.operator
        )
        talk = conversations.lock(db, ground.keys, talk.address_id, turn.now)
        _apologise(turn, arrived.id, why)
    if failure is None and not arrived.new:
        inbox.done(db, arrived.id, turn.now)
    conversations.save(db, ground.keys, talk, turn.now)
    return _ended(turn, "done" if failure is None else "failed", arrived.more)


def _ended(turn: Turn, outcome: str, more: bool) -> Handled:
    """Write the replies; say in the log and the counters what became of the turn."""
    turn.flush()
    TURNS.labels(outcome).inc()
    log.info("turn", turn=turn.id, channel=turn.place.channel if turn.place else "", outcome=outcome)
    return Handled(turn.leaving(), more)


def _too_fast(turn: Turn, inbound: Inbound, registry: Registry) -> bool:
    """Whether this is more than a person may send in a minute: one kind line, then silence for a minute.

    Urgent words are heard however many there were.
    """
    staff = bool(turn.who.roles)
    settings = turn.ground.settings
    most = settings.staff_turns_per_minute if staff else settings.turns_per_minute
    if not most or inbound.place.channel in limits.UNLIMITED or inbound.event not in ("", "edited"):
        return False
    rule = limits.Rule("staff_turns" if staff else "turns", most, MINUTE, MINUTE)
    standing = limits.count(turn.db, rule, f"person:{turn.who.id}", turn.now)
    if standing.free or urgent(turn, inbound.text.strip(), registry) is not None:
        return False
    if standing.first:
        turn.say("common.too_fast", telephone=turn.ground.telephone)
        turn.audit("turns.limited", f"person:{turn.who.id}")
        log.warning("somebody writes too fast", person=turn.who.id)
    return True


def _converse(turn: Turn, inbound: Inbound, registry: Registry, talk: conversations.Talk) -> None:
    if inbound.event == "blocked" and turn.address_id is not None:
        outbox.retire(turn.db, turn.address_id)
        return
    dialogue = Dialogue(talk, registry)
    turn.busy, turn.form, turn.free = dialogue.asking is not None, dialogue.form, dialogue.takes_free_words
    turn.data = dialogue.data
    if inbound.event == "edited":
        turn.say("common.edited")
        dialogue.ask_again(turn)
    elif inbound.event == "":
        route(turn, inbound, registry, dialogue)
        if talk.seq > 0 and turn.now - talk.updated > AWAY and dialogue.asking is None and not turn.hand_over:
            registry.arrives(turn)
    for _ in range(HANDOVERS):
        if turn.hand_over is None:
            break
        going, turn.hand_over = turn.hand_over, None
        dialogue.begin(turn, going.flow, going.known)
    dialogue.close_turn()


def _apologise(turn: Turn, inbox_id: int, why: Exception) -> None:
    log.error("turn failed", turn=turn.id, inbox=inbox_id, error=type(why).__name__, exc_info=why)
    inbox.failed(turn.db, inbox_id, type(why).__name__, turn.now)
    turn.say("common.failed", telephone=turn.ground.telephone)
    turn.push_staff(("duty", "admin"), "desk.failed_turn", inbox=inbox_id, dedupe=f"failed:{inbox_id}")
    turn.audit("turn.failed", f"inbox:{inbox_id}", error=type(why).__name__)


def run_timer(ground: Ground, registry: Registry, db: Db) -> Handled | None:
    """Let the oldest due timer of a known kind happen (one chunk of it). None when none is due."""
    now = ground.clock.now()
    due = timers.take(db, now, registry.timers)
    if due is None:
        return None
    turn = Turn(ground, db, now, everyone=registry, id=f"timer-{due.id}")
    try:
        with db.savepoint():
            cursor = registry.timers[due.kind](turn, due)
            if cursor is None:
                timers.finish(db, due)
            else:
                timers.go_on(db, due, cursor)
    except Exception as why:
        if away(why):
            raise
        turn = Turn(ground, db, now, id=turn.id)
        tries = timers.postpone(db, due, now)
        log.error("timer failed", turn=turn.id, kind=due.kind, key=due.key, tries=tries, exc_info=why)
        turn.push_staff(
            ("duty", "admin"),
            "desk.failed_timer",
            kind=due.kind,
            key=due.key,
            dedupe=f"timer:{due.kind}:{due.key}",
        )
    return Handled(turn.leaving())


def run_job(ground: Ground, db: Db, job: Job, due: datetime) -> Handled | None:
    """Let a job's firing happen, once whoever comes first. None when it was claimed already."""
    now = ground.clock.now()
    if not timers.claim_firing(db, job.name, due, now):
        return None
    turn = Turn(ground, db, now, id=f"job-{job.name}-{due:%F}")
    late = (now - due).total_seconds()
    try:
        if job.stale_s is None or late <= job.stale_s:
            with db.savepoint():
                job.act(turn)
    except Exception as why:  # a job that raises waits for its next time; timers and others go on
        if away(why):
            raise
        turn = Turn(ground, db, now, id=turn.id)
        log.error("job failed", turn=turn.id, job=job.name, exc_info=why)
        turn.push_staff(
            ("duty", "admin"),
            "desk.failed_timer",
            kind="job",
            key=job.name,
            dedupe=f"job:{job.name}:{due:%F}",
        )
    return Handled(turn.leaving())


class Jobs:
    """The jobs and when each is due next. What was missed is done once, the latest only."""

    def __init__(self, ground: Ground, jobs: Sequence[Job]) -> None:
        self._ground = ground
        zone = ground.settings.zone
        self._jobs = [(job, Cron(job.cron, zone)) for job in jobs]
        self._next: dict[str, datetime] = {}

    def open(self, db: Db) -> None:
        """Learn from the database when each job was last due; a job never seen counts from now."""
        now = self._ground.clock.now()
        for job, cron in self._jobs:
            last = timers.last_firing(db, job.name)
            if last is None:
                db.run(
                    "INSERT INTO firing (job, due, at) VALUES (:job, :due, :due) ON CONFLICT DO NOTHING",
                    job=job.name,
                    due=ms(now),
                )
            self._next[job.name] = cron.after(last or now)

    def next_due(self) -> datetime | None:
        """When the next job is due."""
        return min(self._next.values(), default=None)

    def due(self, now: datetime) -> tuple[Job, datetime] | None:
        """The job that is due, with its latest missed due time; `done` sets the next one."""
        for job, cron in sorted(self._jobs, key=lambda pair: self._next[pair[0].name]):
            due = self._next[job.name]
            if due > now:
                return None
            while (following := cron.after(due)) <= now:
                due = following
            return job, due
        return None

    def done(self, job: Job, due: datetime) -> None:
        """This due time of a job is seen to."""
        cron = next(cron for other, cron in self._jobs if other.name == job.name)
        self._next[job.name] = cron.after(due)
