"""What arrived, written before it is acknowledged: unique by channel and update id, sealed, in order per place."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from bot.clock import ms
from bot.messages import Inbound, Place
from bot.redact import IdProof
from bot.store.sealed import KeyRing, Unreadable
from bot.store.session import Db

log = structlog.get_logger(__name__)
WAITING = "state <> 'done' AND state = 'waiting'"
"""What waits, in the words of the index that holds only what is open."""
_PARTS = tuple(part.name for part in fields(Inbound))


SHAPE = 1
"""Of the kept message. Raised when an older program would misread it: that one leaves such rows alone."""


class Newer(Exception):
    """A message was kept by a later version of the program: this one leaves it, and those behind it, to that one."""

    def __init__(self, row_id: int) -> None:
        super().__init__(f"inbox row {row_id} has a later shape")
        self.row_id = row_id


@dataclass(frozen=True)
class Arrived:
    """A row, what it says (None: it cannot be opened), whether another waits behind it, and whether it is this
    transaction that wrote it."""

    id: int
    inbound: Inbound | None
    more: bool = False
    new: bool = False


def put(db: Db, keys: KeyRing, inbound: Inbound, now: datetime) -> bool:
    """Keep what arrived. False when this update is known already."""
    return (
        db.run(
            "INSERT INTO inbox (channel, update_id, place, payload, state, received, note)"
            " VALUES (:channel, :update, :place, :payload, 'waiting', :now, '') ON CONFLICT (channel, update_id) DO NOTHING",
            channel=inbound.place.channel,
            update=inbound.update_id,
            place=inbound.place.key,
            payload=keys.seal(to_json(inbound), "inbox.payload"),
            now=ms(now),
        )
        == 1
    )


def put_handled(db: Db, inbound: Inbound, now: datetime) -> int | None:
    """Write down a message that this very transaction handles. None: it is known already, or others wait before it."""
    row = db.one(
        "INSERT INTO inbox (channel, update_id, place, payload, state, received, handled, note)"
        " SELECT :channel, :update, CAST(:place AS VARCHAR), NULL, 'done', CAST(:now AS BIGINT), CAST(:now AS BIGINT),"
        " '' WHERE NOT EXISTS"
        " (SELECT 1 FROM inbox WHERE place = CAST(:place AS VARCHAR) AND state = 'waiting')"
        " ON CONFLICT (channel, update_id) DO NOTHING RETURNING id",
        channel=inbound.place.channel,
        update=inbound.update_id,
        place=inbound.place.key,
        now=ms(now),
    )
    return None if row is None else int(row["id"])


def oldest(db: Db, keys: KeyRing, place: str) -> Arrived | None:
    """The oldest waiting message of a place. The caller holds the conversation's lock. Raises Newer."""
    rows = db.all(
        "SELECT id, payload FROM inbox WHERE place = :place AND state = 'waiting' ORDER BY id LIMIT 2",
        place=place,
    )
    if not rows:
        return None
    row_id, inbound = int(rows[0]["id"]), None
    try:
        tree = json.loads(keys.unseal(bytes(rows[0]["payload"]), "inbox.payload"))
        if tree.pop("shape", 1) > SHAPE:
            raise Newer(row_id)
        inbound = of_tree(tree)
    except Unreadable as why:
        log.error("what arrived cannot be opened", inbox=row_id, error=str(why))
    return Arrived(row_id, inbound, len(rows) > 1)


def done(db: Db, row_id: int, now: datetime, note: str = "") -> None:
    """Handled: the payload is emptied in the same transaction. `note` says why it got no answer."""
    db.run(
        "UPDATE inbox SET state = 'done', payload = NULL, handled = :now, note = :note WHERE id = :id",
        now=ms(now),
        note=note,
        id=row_id,
    )


def failed(db: Db, row_id: int, why: str, now: datetime) -> None:
    """Its turn raised: it is kept, sealed, for staff; the next message is not blocked."""
    db.run(
        "UPDATE inbox SET state = 'failed', note = :why, handled = :now WHERE id = :id",
        why=why[:300],
        now=ms(now),
        id=row_id,
    )


def waiting_places(db: Db) -> list[str]:
    """The places with something unhandled, oldest first."""
    rows = db.all(f"SELECT place, min(id) AS first FROM inbox WHERE {WAITING} GROUP BY place ORDER BY 2")
    return [str(row["place"]) for row in rows]


def empty_old(db: Db, now: datetime, days: int = 14) -> int:
    """Forget failed messages' words after a fortnight, and handled rows altogether after a month."""
    db.run("DELETE FROM inbox WHERE state = 'done' AND received < :old", old=ms(now - timedelta(days=30)))
    return db.run(
        "UPDATE inbox SET payload = NULL WHERE payload IS NOT NULL AND state = 'failed'"
        " AND received < :before",
        before=ms(now - timedelta(days=days)),
    )


def to_json(inbound: Inbound) -> bytes:
    """A message as JSON bytes, empty parts left out."""
    tree = {name: value for name in _PARTS if (value := getattr(inbound, name)) not in (None, "", (), False)}
    tree["place"] = vars(inbound.place)
    tree["proofs"] = [vars(proof) for proof in inbound.proofs]
    tree["private"] = inbound.private
    tree["shape"] = SHAPE
    return json.dumps(tree, ensure_ascii=False, default=str).encode()


def of_tree(tree: dict[str, Any]) -> Inbound:
    """A message from what `to_json` wrote, without its shape."""
    tree["place"] = Place(**tree["place"])
    if "location" in tree:
        tree["location"] = (tree["location"][0], tree["location"][1])
    tree["proofs"] = tuple(_proof(p) for p in tree.get("proofs", ()))
    return Inbound(**tree)


def _proof(tree: dict[str, Any]) -> IdProof:
    born = tree.get("birth")
    return IdProof(
        kind=tree["kind"], digest=tree["digest"], birth=None if born is None else date.fromisoformat(born)
    )
