"""Everything that happens later, as rows: a timer fires once, a long one in chunks with a cursor.

Cron triggers are declared by capabilities; a firing's claim row (job, due time) commits with its effect, so
several workers or a restart never run it twice. APScheduler computes the triggers and beats the time; the truth
is here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.clock import instant, ms
from bot.store.session import Db

KEEP_FIRINGS_DAYS = 40
KEPT_EVERY = timedelta(seconds=10)
_LATEST = "clock.latest"
_IN_ORDER = 0x0D004000000000
"""PostgreSQL's number of the lock under which due things happen one after another."""


@dataclass(frozen=True)
class Due:
    """A timer that is due now. `payload` is what it was set with, `cursor` where its last chunk stopped."""

    id: int
    kind: str
    key: str
    due: datetime
    payload: Mapping[str, Any]
    cursor: str


def set_timer(db: Db, kind: str, key: str, due: datetime, payload: Mapping[str, Any] | None = None) -> None:
    """Set a timer, or move the one of the same kind and key (a finished one waits anew)."""
    db.run(
        "INSERT INTO timer (kind, key, due, payload, cursor, state, tries)"
        " VALUES (:kind, :key, :due, :payload, '', 'waiting', 0)"
        " ON CONFLICT (kind, key) DO UPDATE SET due = :due, payload = :payload, cursor = '', state = 'waiting',"
        " tries = 0",
        kind=kind,
        key=key,
        due=ms(due),
        payload=json.dumps(payload or {}, ensure_ascii=False),
    )


def set_once(db: Db, kind: str, key: str, due: datetime, payload: Mapping[str, Any] | None = None) -> None:
    """Set a timer unless one of the same kind and key was ever set."""
    db.run(
        "INSERT INTO timer (kind, key, due, payload, cursor, state, tries)"
        " VALUES (:kind, :key, :due, :payload, '', 'waiting', 0) ON CONFLICT (kind, key) DO NOTHING",
        kind=kind,
        key=key,
        due=ms(due),
        payload=json.dumps(payload or {}, ensure_ascii=False),
    )


def cancel(db: Db, kind: str, key: str) -> None:
    """Call a timer off; none there is no error."""
    db.run(
        "UPDATE timer SET state = 'cancelled' WHERE kind = :kind AND key = :key AND state = 'waiting'",
        kind=kind,
        key=key,
    )


def next_due(db: Db, kinds: Collection[str]) -> datetime | None:
    """When the next timer of these kinds is due, or None."""
    among, names = _among(kinds)
    at = db.value(f"SELECT min(due) FROM timer WHERE state = 'waiting' AND {among}", **names)
    return None if at is None else instant(int(at))


def strange(db: Db, now: datetime, kinds: Collection[str]) -> list[str]:
    """The kinds of due timers that are none of these: set by a later version of the program, and left to it."""
    among, names = _among(kinds)
    rows = db.all(
        f"SELECT DISTINCT kind FROM timer WHERE state = 'waiting' AND due <= :now AND NOT {among}",
        now=ms(now),
        **names,
    )
    return sorted(str(row["kind"]) for row in rows)


def keep_time(db: Db, now: datetime) -> float:
    """Keep the latest instant that was ever the present. How many seconds `now` lies before it: a clock was set back.

    Nothing that is due happens until it has caught up, so nothing happens before what was done already.
    """
    latest = latest_present(db)
    if latest is None or now >= latest + KEPT_EVERY:
        db.run(
            "INSERT INTO setting (key, value) VALUES (:key, :now) ON CONFLICT (key) DO UPDATE SET value = :now",
            key=_LATEST,
            now=str(ms(now)),
        )
        return 0.0
    return max(0.0, (latest - now).total_seconds())


def latest_present(db: Db) -> datetime | None:
    """The latest instant that `keep_time` knows of."""
    found = db.value("SELECT value FROM setting WHERE key = :key", key=_LATEST)
    return None if found is None else instant(int(found))


def my_turn(db: Db) -> bool:
    """Whether this transaction may let something due happen: one worker at a time does, so that the order is kept.

    False: another one is at it, and will go on.
    """
    return not db.postgres or bool(db.value("SELECT pg_try_advisory_xact_lock(:number)", number=_IN_ORDER))


def take(db: Db, now: datetime, kinds: Collection[str]) -> Due | None:
    """The oldest due timer of these kinds, this transaction's alone; finish it with `finish`, `go_on` or `postpone`."""
    if not my_turn(db):
        return None
    among, names = _among(kinds)
    row = db.one(
        f"SELECT id, kind, key, due, payload, cursor FROM timer WHERE state = 'waiting' AND due <= :now AND {among}"
        " ORDER BY due, id LIMIT 1",
        now=ms(now),
        **names,
    )
    if row is None:
        return None
    return Due(
        int(row["id"]),
        row["kind"],
        row["key"],
        instant(int(row["due"])),
        json.loads(row["payload"]),
        row["cursor"],
    )


def _among(kinds: Collection[str]) -> tuple[str, dict[str, str]]:
    """The condition that a timer is of one of these kinds, and its values."""
    names = {f"kind{number}": kind for number, kind in enumerate(sorted(kinds))}
    return f"kind IN ({', '.join(f':{name}' for name in names) or 'NULL'})", names


def finish(db: Db, timer: Due) -> None:
    """It has happened. A timer that was set anew while it fired stays set."""
    db.run(
        "UPDATE timer SET state = 'done' WHERE id = :id AND state = 'waiting' AND due = :due",
        id=timer.id,
        due=ms(timer.due),
    )


def go_on(db: Db, timer: Due, cursor: str) -> None:
    """One chunk is done; the rest goes on from `cursor`."""
    db.run("UPDATE timer SET cursor = :cursor WHERE id = :id", cursor=cursor, id=timer.id)


def postpone(db: Db, timer: Due, now: datetime) -> int:
    """It raised: try again later, ever more slowly. Returns the number of tries so far."""
    tries = int(db.value("SELECT tries FROM timer WHERE id = :id", id=timer.id) or 0) + 1
    wait = timedelta(seconds=min(3600, 5 * 2**tries))
    db.run(
        "UPDATE timer SET tries = :tries, due = :due WHERE id = :id",
        tries=tries,
        due=ms(now + wait),
        id=timer.id,
    )
    return tries


class Cron:
    """One job's due times: five cron fields in local time, e.g. "5 3 * * *"."""

    def __init__(self, fields: str, zone: ZoneInfo) -> None:
        self._trigger = CronTrigger.from_crontab(fields, timezone=zone)

    def after(self, at: datetime) -> datetime:
        """The first due time later than `at`."""
        found: datetime = self._trigger.get_next_fire_time(None, at + timedelta(microseconds=1))
        return found


def last_firing(db: Db, job: str) -> datetime | None:
    """The last due time a job was claimed for."""
    at = db.value("SELECT max(due) FROM firing WHERE job = :job", job=job)
    return None if at is None else instant(int(at))


def claim_firing(db: Db, job: str, due: datetime, now: datetime) -> bool:
    """Claim one due time of a job in this transaction; False when it was claimed already."""
    db.run(
        "DELETE FROM firing WHERE job = :job AND due < :old",
        job=job,
        old=ms(due - timedelta(days=KEEP_FIRINGS_DAYS)),
    )
    return (
        db.run(
            "INSERT INTO firing (job, due, at) VALUES (:job, :due, :now) ON CONFLICT (job, due) DO NOTHING",
            job=job,
            due=ms(due),
            now=ms(now),
        )
        == 1
    )
