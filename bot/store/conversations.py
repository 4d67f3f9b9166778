"""What is being talked about at an address: loaded under a lock, saved by compare-and-swap."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import VERSION, later
from bot.clock import instant, ms
from bot.store.sealed import KeyRing, Unreadable
from bot.store.session import Db

log = structlog.get_logger(__name__)

LIFE = timedelta(days=14)
"""An open form lives this long after its last answer."""


class Overtaken(Exception):
    """Another turn saved this conversation first."""


@dataclass
class Talk:
    """A conversation. `open` and `parked` are saved flow states; `choosing` are words a number may pick.

    `full` is the question that was shown with all its words last, and the `seq` of that turn. `by` is the latest
    version of the program that saved it. `hinted`: they were told that there is Traditional.
    """

    address_id: int
    seq: int
    question: int
    expects: str
    updated: datetime
    open: dict[str, Any] | None = None
    parked: dict[str, Any] | None = None
    choosing: list[str] = field(default_factory=list)
    full: tuple[int, int] | None = None
    lapsed: bool = False
    hinted: bool = False
    by: str = VERSION


def lock(db: Db, keys: KeyRing, address_id: int, now: datetime, new: bool = False) -> Talk:
    """The conversation of an address, locked until the commit; a new one where there is none (`new`: most likely)."""
    more = " FOR UPDATE" if db.postgres else ""
    sql = f"SELECT seq, question, expects, state, updated FROM conversation WHERE address_id = :id{more}"
    row = None if new else db.one(sql, id=address_id)
    if row is None:
        row = db.one(
            "INSERT INTO conversation (address_id, seq, question, expects, state, updated)"
            " VALUES (:id, 0, 0, '', NULL, :now) ON CONFLICT (address_id) DO NOTHING"
            " RETURNING seq, question, expects, state, updated",
            id=address_id,
            now=ms(now),
        ) or db.one(sql, id=address_id)
        if row is None:
            raise LookupError(f"no conversation at address {address_id}")
    talk = Talk(
        address_id, int(row["seq"]), int(row["question"]), row["expects"], instant(int(row["updated"]))
    )
    if row["state"] is not None:
        _fill(talk, keys, bytes(row["state"]))
    if talk.open is not None and now - talk.updated > LIFE:
        talk.open, talk.parked, talk.choosing, talk.lapsed = None, None, [], True
    return talk


def _fill(talk: Talk, keys: KeyRing, state: bytes) -> None:
    try:
        tree = json.loads(keys.unseal(state, "conversation.state"))
    except Unreadable as why:  # the form is lost, the person is not: they are told as if it had lapsed
        log.error("an open form cannot be opened", address=talk.address_id, error=str(why))
        talk.lapsed = True
        return
    talk.open, talk.parked, talk.choosing = tree["open"], tree["parked"], tree.get("choosing", [])
    talk.full = tuple(tree["full"]) if tree.get("full") else None
    talk.hinted = bool(tree.get("hinted"))
    talk.by = tree.get("by", "") if later(tree.get("by", "")) else VERSION


def save(db: Db, keys: KeyRing, talk: Talk, now: datetime) -> None:
    """Write a conversation back. Raises Overtaken when it is no longer the one that was loaded."""
    state = None
    if talk.open is not None or talk.parked is not None or talk.choosing or talk.hinted:
        tree: dict[str, Any] = {"open": talk.open, "parked": talk.parked, "choosing": talk.choosing}
        tree["by"] = talk.by
        if talk.full is not None and talk.open is not None:
            tree["full"] = talk.full
        if talk.hinted:
            tree["hinted"] = True
        state = keys.seal(json.dumps(tree, ensure_ascii=False).encode(), "conversation.state")
    touched = db.run(
        "UPDATE conversation SET seq = seq + 1, question = :question, expects = :expects, state = :state,"
        " updated = :now WHERE address_id = :id AND seq = :seq",
        question=talk.question,
        expects=talk.expects,
        state=state,
        now=ms(now),
        id=talk.address_id,
        seq=talk.seq,
    )
    if touched != 1:
        raise Overtaken(f"conversation {talk.address_id} moved on from {talk.seq}")
    talk.seq += 1


def expects(db: Db, channel: str, chat: str, thread: str, member: str) -> str:
    """What the open question of a place expects ("document" or ""), for the redaction before anything is written."""
    found = db.value(
        "SELECT c.expects FROM conversation c JOIN address a ON a.id = c.address_id"
        " WHERE a.channel = :channel AND a.chat = :chat AND a.thread = :thread AND a.member = :member",
        channel=channel,
        chat=chat,
        thread=thread,
        member=member,
    )
    return str(found or "")
