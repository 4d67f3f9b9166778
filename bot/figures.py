"""How the bot does, counted from rows: the same from every worker. Ages are seconds, 0 where nothing waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import timers
from bot.clock import ms
from bot.messages import LANES
from bot.store.inbox import WAITING
from bot.store.session import Db

LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Queue:
    """One lane of the outbox: messages not sent yet, and for how long the oldest of them has been due."""

    waiting: int = 0
    age_s: float = 0.0


@dataclass(frozen=True)
class Figures:
    """How the bot does.

    `lanes` by name; `unconfirmed` messages may have arrived; `withheld` ones wait for a page to open; `calls` are open
    on the call list; `timer_lag_s` is how late the oldest due timer is; `failed` messages are kept for staff, `failing`
    of them failed lately; `heard_s` is how long the oldest message waits for its turn, `reply_s` the oldest answer.
    """

    lanes: dict[str, Queue] = field(default_factory=dict)
    unconfirmed: int = 0
    withheld: int = 0
    calls: int = 0
    timer_lag_s: float = 0.0
    failed: int = 0
    failing: int = 0
    unread: int = 0
    heard_s: float = 0.0
    reply_s: float = 0.0


def figures(db: Db, now: datetime, kinds: Collection[str]) -> Figures:
    """Count. `kinds` of timers are this program's; others are left to a later version, and late for none of us."""
    rows = db.all(
        "SELECT lane, count(*) AS n, min(due) AS due FROM outbox WHERE state IN ('queued', 'waiting', 'inflight')"
        " GROUP BY lane"
    )
    lanes = {lane: Queue() for lane in LANES} | {
        str(row["lane"]): Queue(int(row["n"]), _age(row["due"], now)) for row in rows
    }
    # What the platform put off is due later, but whoever asked has been waiting since it was written.
    reply = db.value(
        "SELECT min(CASE WHEN note LIKE 'retry%' THEN created ELSE due END) FROM outbox"
        " WHERE state IN ('queued', 'waiting', 'inflight') AND lane IN ('urgent', 'reply')"
    )
    heard = db.one(f"SELECT count(*) AS n, min(received) AS oldest FROM inbox WHERE {WAITING}")
    due = timers.next_due(db, kinds)
    failed = "SELECT count(*) FROM inbox WHERE state <> 'done' AND state = 'failed'"
    states = {
        str(row["state"]): int(row["n"])
        for row in db.all(
            "SELECT state, count(*) AS n FROM outbox WHERE state IN ('unconfirmed', 'withheld') GROUP BY state"
        )
    }
    heard_s = _age(heard["oldest"], now) if heard else 0.0
    return Figures(
        lanes=lanes,
        unconfirmed=states.get("unconfirmed", 0),
        withheld=states.get("withheld", 0),
        calls=int(db.value("SELECT count(*) FROM call_list WHERE state = 'open'") or 0),
        timer_lag_s=0.0 if due is None else max(0.0, (now - due).total_seconds()),
        failed=int(db.value(failed) or 0),
        failing=int(db.value(f"{failed} AND handled > :lately", lately=ms(now - LATELY)) or 0),
        unread=int(heard["n"]) if heard else 0,
        heard_s=heard_s,
        reply_s=max(heard_s, _age(reply, now)),
    )


def _age(at: Any, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (ms(now) - int(at)) / 1000)
