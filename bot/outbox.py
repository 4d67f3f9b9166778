"""Every message that leaves: written as a row in the turn's transaction, sent after the commit.

Lanes in order: urgent, reply, result, reminder, broadcast. A reply is born inflight and goes at once; everything else
is queued. Quiet hours hold back results, reminders and broadcasts. What a lost answer means differs by lane: urgent
and replies are repeated, a result once with the same code, reminders and broadcasts never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import structlog

from bot.clock import instant, ms
from bot.messages import Kind, Lane, Outgoing, Place, Sendable, SendFailed
from bot.store.sealed import KeyRing, Unreadable
from bot.store.session import Db, Row

log = structlog.get_logger(__name__)
QUIET = (time(21, 30), time(7, 30))
"""Between these local times results, reminders and broadcasts wait for the morning."""
RETRY_S = (5, 20, 60, 300, 900, 3600)
"""Seconds until the next try of a message that surely did not arrive; the last one repeats."""
GIVE_UP_S = 72 * 3600
"""A message without a deadline of its own is worth sending for three days."""
AGAIN: dict[str, int] = {"urgent": 3, "reply": 1, "result": 1}
"""How often a message that may have arrived is sent again, by lane; others never."""
_COLUMNS = (
    "o.id, o.kind, o.lane, o.payload, o.created, o.tries, a.channel, a.chat, a.thread, a.member,"
    " (SELECT b.message_id FROM outbox b WHERE b.id = o.of) AS of_id, o.of, o.note, o.turn"
)


_LANES = ("'urgent'", "'reply'", "'result'", "'reminder'", "'broadcast'")
WORDLESS = "compose"
"""The kind of a row that was queued without its words: they are made when it is about to leave."""
_KINDS = f"o.kind IN ({', '.join(repr(kind) for kind in (*get_args(Kind), WORDLESS))})"
"""What this program can send. A payload of another shape gets a kind of its own: older programs leave it alone."""
Compose = Callable[[Db, str, str], Outgoing | None]
"""Makes the words of a row, given a composer's name and what it is about; None: there is nothing to say any more."""
_AT_ONCE = 100
"""Rows asked for in one statement."""


@dataclass(frozen=True)
class Post:
    """A message to be written into the outbox. `due` and `deadline` are instants; None = at once, no end.

    A `wordless` one names its composer and what it is about in the message's `keys`.
    """

    address_id: int
    message: Outgoing
    lane: Lane = "reply"
    kind: Kind = "send"
    of: int | None = None
    dedupe: str | None = None
    due: datetime | None = None
    deadline: datetime | None = None
    wordless: bool = False

    def at_once(self, worker: int) -> bool:
        """Whether it is in the hands of a worker as soon as it is written (0: whoever sends finds it queued)."""
        return worker != 0 and self.lane in ("urgent", "reply") and self.due is None

    def is_answer(self, worker: int) -> bool:
        """Whether nothing but the row's own words is needed to send it: it changes no earlier message."""
        return self.at_once(worker) and self.of is None and not self.wordless


def put(
    db: Db, keys: KeyRing, post: Post, now: datetime, zone: ZoneInfo, turn: str = "", worker: int = 0
) -> int | None:
    """Write one message of a turn. Returns its row id, or None where one with the same dedupe key stands already.

    A reply is in the hands of `worker` at once; where that is 0, whoever sends finds it queued.
    """
    at_once = post.at_once(worker)
    born = "inflight" if at_once else "queued"
    due = max(post.due or now, now)
    if post.lane in ("result", "reminder", "broadcast"):
        due = after_quiet(due, zone)
    row = db.one(
        "INSERT INTO outbox (address_id, kind, of, lane, state, payload, dedupe, created, due, deadline, since,"
        " tries, note, turn, worker) VALUES (:address, :kind, :of, :lane, :state, :payload, :dedupe, :now, :due,"
        " :deadline, :now, 0, '', :turn, :worker) ON CONFLICT (dedupe) DO NOTHING RETURNING id",
        address=post.address_id,
        kind=WORDLESS if post.wordless else post.kind,
        of=post.of,
        lane=post.lane,
        state=born,
        payload=keys.seal(post.message.to_json(), "outbox.payload"),
        dedupe=post.dedupe,
        now=ms(now),
        due=ms(due),
        deadline=None if post.deadline is None else ms(post.deadline),
        turn=turn,
        worker=worker if at_once else 0,
    )
    return None if row is None else int(row["id"])


def after_quiet(at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the next morning's end of the quiet hours when it falls into them."""
    local = at.astimezone(zone)
    start, end = QUIET
    if end <= local.time() < start:
        return at
    day = local.date() + (timedelta(days=1) if local.time() >= start else timedelta(0))
    return datetime.combine(day, end, zone).astimezone(at.tzinfo)


def load(db: Db, keys: KeyRing, ids: Sequence[int]) -> list[Sendable]:
    """The rows of these ids, ready to send, in the order of the ids. One that cannot be opened has failed."""
    found: list[Sendable] = []
    for row_id in ids:
        row = db.one(
            f"SELECT {_COLUMNS} FROM outbox o JOIN address a ON a.id = o.address_id WHERE o.id = :id",
            id=row_id,
        )
        if row is None or row["payload"] is None:
            continue
        try:
            found.append(_sendable(row, keys))
        except Unreadable as why:  # another try would not open it either, and nothing may wait behind it
            log.error("a message cannot be opened", outbox=row_id, error=str(why))
            db.run(
                "UPDATE outbox SET state = 'failed', note = :note WHERE id = :id",
                note=f"unreadable: {why}"[:200],
                id=row_id,
            )
    return found


def load_inflight(db: Db, keys: KeyRing, ids: Sequence[int]) -> list[Sendable]:
    """Those of these rows that are on their way at once (born inflight), ready to send, in the order of their ids."""
    found: list[Sendable] = []
    for start in range(0, len(ids), _AT_ONCE):
        names = {f"id{n}": row_id for n, row_id in enumerate(ids[start : start + _AT_ONCE])}
        rows = db.all(
            f"SELECT {_COLUMNS} FROM outbox o JOIN address a ON a.id = o.address_id"
            f" WHERE o.id IN ({', '.join(f':{name}' for name in names)}) AND o.state = 'inflight' ORDER BY o.id",
            **names,
        )
        found += [_sendable(row, keys) for row in rows]
    return found


def claim_due(
    db: Db, keys: KeyRing, now: datetime, compose: Compose, limit: int = 50, worker: int = 0
) -> list[Sendable]:
    """Let `worker` take due rows for sending: queued or waiting becomes inflight. Highest lane first, oldest first.

    Of one address only the oldest unsent row of a lane is taken, so a chat's messages keep their order. Each state
    and lane is asked for alone, in the order of the index: a draw leaves a hundred thousand rows here.
    """
    lock = " FOR UPDATE SKIP LOCKED" if db.postgres else ""
    taken: list[int] = []
    for lanes in _LANES:
        for state in ("waiting", "queued"):
            if len(taken) < limit:
                rows = db.all(
                    f"SELECT id FROM outbox o WHERE o.state = :state AND o.due <= :now AND o.lane IN ({lanes})"
                    f" AND {_KINDS} AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.address_id = o.address_id AND p.lane = o.lane"
                    f" AND {_KINDS.replace('o.', 'p.')} AND p.id < o.id AND p.state IN ('queued', 'waiting', 'inflight'))"
                    f" ORDER BY o.due, o.id LIMIT :limit{lock}",
                    state=state,
                    now=ms(now),
                    limit=limit - len(taken),
                )
                taken += [int(row["id"]) for row in rows]
    for row_id in taken:
        db.run(
            "UPDATE outbox SET state = 'inflight', since = :now, tries = tries + 1, worker = :worker WHERE id = :id",
            now=ms(now),
            worker=worker,
            id=row_id,
        )
        put_words(db, keys, row_id, compose)
    return load(db, keys, taken)


def put_words(db: Db, keys: KeyRing, row_id: int, compose: Compose) -> None:
    """Give a row that was queued without words its words; where there is nothing to say any more it is cancelled."""
    raw = db.value("SELECT payload FROM outbox WHERE id = :id AND kind = :kind", id=row_id, kind=WORDLESS)
    if raw is None:
        return
    name, about = Outgoing.of_json(keys.unseal(bytes(raw), "outbox.payload")).keys
    message = compose(db, name, about)
    db.run(
        "UPDATE outbox SET kind = 'send', payload = :payload,"
        " state = CASE WHEN :empty = 1 THEN 'cancelled' ELSE state END WHERE id = :id",
        payload=None if message is None else keys.seal(message.to_json(), "outbox.payload"),
        empty=int(message is None),
        id=row_id,
    )


def sent(db: Db, row_id: int, message_id: str, now: datetime) -> None:
    """A message arrived."""
    db.run(
        "UPDATE outbox SET state = 'sent', since = :now, message_id = :message WHERE id = :id",
        now=ms(now),
        message=message_id,
        id=row_id,
    )


def failed(db: Db, row_id: int, why: SendFailed, now: datetime) -> str:
    """A message did not arrive, or may not have: what becomes of its row. Returns the new state."""
    row = db.one(
        "SELECT lane, kind, tries, created, deadline, address_id FROM outbox WHERE id = :id", id=row_id
    )
    if row is None:
        return "gone"
    state, due = _verdict(row, why, now)
    if why.kind == "moved" and why.moved_to is not None:
        _move(db, int(row["address_id"]), why.moved_to)
    if why.kind == "unreachable":
        retire(db, int(row["address_id"]))
    note = f"{why.kind}: {why.reason}"[:200]
    db.run(
        "UPDATE outbox SET state = :state, since = :now, due = :due, note = :note,"
        " tries = CASE WHEN tries = 0 THEN 1 ELSE tries END WHERE id = :id",
        state=state,
        now=ms(now),
        due=ms(due),
        note=note,
        id=row_id,
    )
    return state


def _verdict(row: Row, why: SendFailed, now: datetime) -> tuple[str, datetime]:
    end = (
        instant(row["deadline"])
        if row["deadline"]
        else instant(row["created"]) + timedelta(seconds=GIVE_UP_S)
    )
    tries = max(1, int(row["tries"]))
    if why.kind == "moved":
        return "waiting", now
    if why.kind == "retry":
        due = now + timedelta(seconds=why.wait_s or RETRY_S[min(tries, len(RETRY_S)) - 1])
        return ("waiting", due) if due < end else ("failed", now)
    if why.kind == "withheld":
        return ("withheld", now) if now < end else ("failed", now)
    if why.kind == "unconfirmed":
        if tries <= AGAIN.get(row["lane"], 0) and row["kind"] == "send":
            return "waiting", now + timedelta(seconds=RETRY_S[0])
        return "unconfirmed", now
    return ("cancelled" if why.kind == "harmless" else "failed"), now


def _move(db: Db, address_id: int, chat: str) -> None:
    """A chat has another id from now on; where the new one has written already, its address takes the messages."""
    known = db.value(
        "SELECT n.id FROM address o JOIN address n ON n.channel = o.channel AND n.thread = o.thread"
        " AND n.member = o.member WHERE o.id = :id AND n.chat = :chat",
        id=address_id,
        chat=chat,
    )
    if known is None:
        db.run("UPDATE address SET chat = :chat WHERE id = :id", chat=chat, id=address_id)
    else:
        db.run("UPDATE outbox SET address_id = :known WHERE address_id = :id", known=known, id=address_id)


def retire(db: Db, address_id: int) -> None:
    """A blocked chat: nothing more is tried until they write."""
    db.run("UPDATE address SET state = 'retired' WHERE id = :id", id=address_id)
    db.run(
        "UPDATE outbox SET state = 'failed', note = 'address retired' WHERE address_id = :id"
        " AND state IN ('queued', 'waiting', 'withheld')",
        id=address_id,
    )


def put_back(db: Db, row_id: int, due: datetime) -> None:
    """A claimed message did not leave after all: it was not tried, and is due again at this instant."""
    db.run(
        "UPDATE outbox SET state = 'waiting', due = :due, tries = CASE WHEN tries > 0 THEN tries - 1 ELSE 0 END"
        " WHERE id = :id AND state = 'inflight'",
        due=ms(due),
        id=row_id,
    )


def release(db: Db, address_id: int, now: datetime) -> int:
    """Somebody is back: what was withheld for them may go. Returns how many."""
    return db.run(
        "UPDATE outbox SET state = 'waiting', due = :now WHERE address_id = :id AND state = 'withheld'",
        now=ms(now),
        id=address_id,
    )


def sweep(db: Db, now: datetime, lost: Callable[[Row], bool]) -> list[int]:
    """Settle what nobody sends any more: by lane, as a message that may have arrived. Returns the row ids.

    `lost` says so of a row that is inflight: its id, the worker that has it in hand, and since when (ms).
    """
    rows = db.all("SELECT id, worker, since FROM outbox WHERE state = 'inflight' ORDER BY id")
    swept = [int(row["id"]) for row in rows if lost(row)]
    for row_id in swept:
        failed(db, row_id, SendFailed("unconfirmed", "process ended while sending"), now)
    return swept


def to_call_list(db: Db, keys: KeyRing, now: datetime, compose: Compose) -> int:
    """Put undelivered results and reminders on the call list, once each. Returns how many were added."""
    for row in db.all(
        "SELECT id FROM outbox WHERE lane = 'result' AND state = 'failed' AND kind = :kind", kind=WORDLESS
    ):
        put_words(db, keys, int(row["id"]), compose)
    return db.run(
        "INSERT INTO call_list (person_id, outbox_id, reason, words, state, created)"
        " SELECT a.person_id, o.id, CASE WHEN a.state = 'retired' THEN 'blocked' ELSE 'asleep' END, o.payload, 'open',"
        " :now FROM outbox o JOIN address a ON a.id = o.address_id"
        " WHERE o.lane = 'result' AND (o.state = 'failed' OR (o.state = 'withheld' AND o.since < :old))"
        " AND NOT EXISTS (SELECT 1 FROM call_list c WHERE c.outbox_id = o.id)",
        now=ms(now),
        old=ms(now - timedelta(hours=24)),
    )


def off_call_list(db: Db, row_id: int, now: datetime) -> None:
    """What was to be told by telephone has arrived after all, as when a page is opened again: nobody need call."""
    db.run(
        "UPDATE call_list SET state = 'done', done = :now, words = NULL WHERE outbox_id = :id AND state = 'open'",
        now=ms(now),
        id=row_id,
    )


def take_back(db: Db, row_id: int, now: datetime) -> bool:
    """What waits to be sent has become pointless: it never leaves. False: it has left, or is leaving."""
    return (
        db.run(
            "UPDATE outbox SET state = 'cancelled', since = :now, note = 'taken back' WHERE id = :id"
            " AND state IN ('queued', 'waiting', 'withheld')",
            now=ms(now),
            id=row_id,
        )
        == 1
    )


def empty_old(db: Db, now: datetime, days: int = 14) -> int:
    """Forget the words of messages settled long ago; what nobody came for in that time is over. Returns how many."""
    return db.run(
        "UPDATE outbox SET payload = NULL, state = CASE WHEN state = 'withheld' THEN 'failed' ELSE state END WHERE payload"
        " IS NOT NULL AND created < :before AND state IN ('sent', 'unconfirmed', 'failed', 'cancelled', 'withheld')",
        before=ms(now - timedelta(days=days)),
    )


def next_due(db: Db) -> datetime | None:
    """When the next queued message may go, or None."""
    lanes = f"o.lane IN ({', '.join(_LANES)})"
    at = db.value(
        f"SELECT min(due) FROM outbox o WHERE state IN ('queued', 'waiting') AND {_KINDS} AND {lanes}"
    )
    return None if at is None else instant(int(at))


def _sendable(row: Row, keys: KeyRing) -> Sendable:
    return Sendable(
        id=int(row["id"]),
        place=Place(row["channel"], row["chat"], row["thread"], row["member"]),
        kind=row["kind"],
        lane=row["lane"],
        message=Outgoing.of_json(keys.unseal(bytes(row["payload"]), "outbox.payload")),
        of=row["of_id"],
        created=int(row["created"]),
        again=str(row["note"]).startswith("unconfirmed"),
        turn=str(row["turn"]),
    )
