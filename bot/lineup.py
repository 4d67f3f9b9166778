"""Which messages to one chat go before which, beyond what a claim sees to: answers leave first in, first out.

An answer is sent right after its turn, by the worker that handled it. An older one of its chat may still be with another
worker, or wait because the platform could not be reached.
"""

from __future__ import annotations

from datetime import datetime

from bot.clock import ms
from bot.messages import Place
from bot.outbox import put_back
from bot.store.session import Db, Row

FLOOD = "retry: flood"
"""How the note of a row begins for which the platform itself said when."""


def ahead(db: Db, row_id: int, worker: int) -> list[Row]:
    """What is to reach the same chat in the same lane before this row and is not in the hands of `worker`: oldest
    first, each with its id, state and note."""
    return db.all(
        "SELECT p.id, p.state, p.note FROM outbox o JOIN outbox p ON p.address_id = o.address_id AND p.lane = o.lane"
        " AND p.id < o.id AND p.state IN ('queued', 'waiting', 'inflight') WHERE o.id = :id"
        " AND NOT (p.state = 'inflight' AND p.worker = :worker) ORDER BY p.id",
        id=row_id,
        worker=worker,
    )


def line_up(db: Db, row_id: int, worker: int, now: datetime) -> bool:
    """Put a row that `worker` has in hand behind those before it. False: there are none, it may go.

    Those that wait for a better time are tried at once, for somebody is there to read; not where the platform said when.
    """
    before = ahead(db, row_id, worker)
    if not before:
        return False
    put_back(db, row_id, now)
    for row in before:
        if row["state"] == "waiting" and not str(row["note"]).startswith(FLOOD):
            db.run("UPDATE outbox SET due = :now WHERE id = :id AND due > :now", now=ms(now), id=row["id"])
    return True


def wake(db: Db, now: datetime) -> int:
    """The platform answers again: what it could not take goes at once, but for chats it set a time for. How many."""
    return db.run(
        f"UPDATE outbox SET due = :now WHERE state = 'waiting' AND due > :now AND note LIKE 'retry: %'"
        f" AND note NOT LIKE '{FLOOD}%'",
        now=ms(now),
    )


def places_waiting(db: Db) -> list[str]:
    """The keys of the places for which answers wait."""
    rows = db.all(
        "SELECT DISTINCT a.channel, a.chat, a.thread, a.member FROM outbox o JOIN address a ON a.id = o.address_id"
        " WHERE o.state = 'waiting' AND o.lane IN ('urgent', 'reply')"
    )
    return [Place(row["channel"], row["chat"], row["thread"], row["member"]).key for row in rows]
