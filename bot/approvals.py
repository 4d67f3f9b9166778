"""Acts that need two people: one asks, another confirms exactly what was asked.

What is approved is pinned by a hash: when the thing has changed meanwhile, the first asking no longer counts. "Another"
means another person, whatever addresses they write from. Whoever calls these decides who may (a role).

The capability that asks offers an action of the approval's kind, which takes {approval, subject, hash} and confirms;
payload["summary"] is what the second person reads before: the thing itself in plain words, in the asker's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.clock import instant, ms
from bot.store.session import Db, Row
from bot.turn import Turn

LIFE = timedelta(days=7)
"""An approval nobody confirmed in this time must be asked for anew."""

Decision = Literal["confirmed", "same_person", "changed", "gone"]
"""What became of a confirmation: done; the asker themselves; the thing is another by now; nothing waits any more."""


@dataclass(frozen=True)
class Approval:
    """Something that waits for a second person. `asked_by` is a person's id, `hash` pins what it is about."""

    id: int
    kind: str
    subject: str
    hash: str
    payload: Mapping[str, Any]
    asked_by: int
    asked: datetime

    @property
    def summary(self) -> str:
        """What is asked for, in plain words; the subject's name where the asker gave none."""
        return str(self.payload.get("summary") or self.subject)


_COLUMNS = "id, kind, subject, hash, payload, asked_by, asked"


def ask(turn: Turn, kind: str, subject: str, hash_: str, payload: Mapping[str, Any] | None = None) -> int:
    """Ask for a second person's yes. Asked before for the same thing: that asking stands, and its id comes back.

    An asking for an earlier version of the thing (another hash) is withdrawn.
    """
    waiting = pending(turn.db, turn.now, kind, subject)
    for approval in waiting:
        if approval.hash == hash_:
            return approval.id
        turn.db.run(
            "UPDATE approval SET state = 'withdrawn', decided = :now WHERE id = :id",
            now=ms(turn.now),
            id=approval.id,
        )
        turn.audit("approval.withdrawn", f"approval:{approval.id}", why="changed")
    approval_id = int(
        turn.db.value(
            "INSERT INTO approval (kind, subject, hash, payload, state, asked_by, asked)"
            " VALUES (:kind, :subject, :hash, :payload, 'asked', :person, :now) RETURNING id",
            kind=kind,
            subject=subject,
            hash=hash_,
            payload=json.dumps(payload or {}, ensure_ascii=False),
            person=turn.who.id,
            now=ms(turn.now),
        )
    )
    turn.audit("approval.asked", f"approval:{approval_id}", kind=kind, subject=subject, hash=hash_)
    return approval_id


def confirm(turn: Turn, approval_id: int, hash_: str) -> Decision:
    """Confirm what was asked, as a second person. `hash_` is the hash of the thing as it is now."""
    approval = _waiting(turn, approval_id)
    if approval is None:
        return "gone"
    if approval.asked_by == turn.who.id:
        return "same_person"
    if approval.hash != hash_:
        _decide(turn, approval, "withdrawn", why="changed")
        return "changed"
    _decide(turn, approval, "confirmed", hash=hash_)
    return "confirmed"


def refuse(turn: Turn, approval_id: int) -> bool:
    """Say no, or take one's own asking back. False when nothing waits under this id."""
    approval = _waiting(turn, approval_id)
    if approval is None:
        return False
    _decide(turn, approval, "withdrawn" if approval.asked_by == turn.who.id else "refused")
    return True


def pending(db: Db, now: datetime, kind: str = "", subject: str = "") -> list[Approval]:
    """What waits for a second person, oldest first: all of it, or of one kind, or about one subject."""
    rows = db.all(
        f"SELECT {_COLUMNS} FROM approval WHERE state = 'asked' AND asked > :after ORDER BY id",
        after=ms(now - LIFE),
    )
    found = [_of(row) for row in rows]
    return [a for a in found if kind in ("", a.kind) and subject in ("", a.subject)]


def _waiting(turn: Turn, approval_id: int) -> Approval | None:
    lock = " FOR UPDATE" if turn.db.postgres else ""
    row = turn.db.one(
        f"SELECT {_COLUMNS} FROM approval WHERE id = :id AND state = 'asked' AND asked > :after{lock}",
        id=approval_id,
        after=ms(turn.now - LIFE),
    )
    return None if row is None else _of(row)


def _decide(turn: Turn, approval: Approval, state: str, **detail: Any) -> None:
    turn.db.run(
        "UPDATE approval SET state = :state, decided_by = :person, decided = :now WHERE id = :id",
        state=state,
        person=turn.who.id,
        now=ms(turn.now),
        id=approval.id,
    )
    turn.audit(
        f"approval.{state}", f"approval:{approval.id}", kind=approval.kind, subject=approval.subject, **detail
    )


def _of(row: Row) -> Approval:
    return Approval(
        int(row["id"]),
        row["kind"],
        row["subject"],
        row["hash"],
        json.loads(row["payload"]),
        int(row["asked_by"]),
        instant(int(row["asked"])),
    )
