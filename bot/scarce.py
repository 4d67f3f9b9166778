"""What is scarce: counters that never oversell, and offers of what became free, one person after another.

A counter is a row of what there is and what is used; a claim takes from several in the order of their keys, all or
none. An offer holds a unit while its person makes up their mind. Its hours begin when its message has left; what could
not be delivered goes to the call list first. Who is asked next is the service's business: it makes the offers, gives
them a timer's name, and hears when one has lapsed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot import outbox, timers
from bot.clock import instant, ms
from bot.store.session import Db, Row
from bot.turn import Turn
from bot.workdays import office_moment, workdays_after

HOURS = 48
"""How long an offer stands from the sending of its message."""
_OPEN = "state IN ('offered', 'called')"

# -- counters --------------------------------------------------------------------------------------------------------


def set_cap(db: Db, key: str, cap: int, used: int = 0) -> None:
    """Say how much there is of `key`; `used` counts only where it is new. A cap below what is used frees nothing."""
    db.run(
        "INSERT INTO scarce (key, cap, used) VALUES (:key, :cap, :used)"
        " ON CONFLICT (key) DO UPDATE SET cap = :cap",
        key=key,
        cap=cap,
        used=used,
    )


def take(
    db: Db,
    wanted: Mapping[str, int],
    caps: Mapping[str, int] | None = None,
    back: Mapping[str, int] | None = None,
) -> bool:
    """Take units of several counters (key -> units, each at least 1), all or none. False: one of them has too few.

    `back` (taken before, likewise) is given back in the same move, or stays taken where this is refused.

    A counter that nobody set has nothing. Whoever knows what there is now hands it in as `caps` (key -> units, of each
    that is wanted): new counters are made and the others follow, also where too little is left.
    """
    if caps is not None:
        make_counters(db, caps)
    back = back or {}
    counted = _held_still(db, {**wanted, **back})
    _must_have_been_taken(counted, back)
    if caps is not None and any(counted[key][0] != cap for key, cap in caps.items()):
        counted = {key: (caps.get(key, cap), used) for key, (cap, used) in counted.items()}
        _move(db, f"cap = {_UNITS}", "true", caps)
    if any(
        key not in counted or counted[key][1] - back.get(key, 0) + units > counted[key][0]
        for key, units in wanted.items()
    ):
        return False
    net = {key: wanted.get(key, 0) - back.get(key, 0) for key in wanted.keys() | back.keys()}
    _move(db, f"used = used - {_UNITS}", f"used >= {_UNITS}", {key: -n for key, n in net.items() if n < 0})
    _move(
        db, f"used = used + {_UNITS}", f"used + {_UNITS} <= cap", {key: n for key, n in net.items() if n > 0}
    )
    return True


def make_counters(db: Db, caps: Mapping[str, int]) -> None:
    """Make those of these counters (key -> units) that are not there. Whoever takes several times in one transaction makes
    all of them first: new rows are seen by nobody before the commit; made before any is held, they let nobody wait in a ring.
    """
    db.run(
        f"INSERT INTO scarce (key, cap, used) SELECT key, {_UNITS}, 0 FROM {_pairs(db)} WHERE true ORDER BY key"
        " ON CONFLICT (key) DO NOTHING",
        units=json.dumps(dict(caps)),
    )


def give_back(db: Db, taken: Mapping[str, int]) -> None:
    """Give units back. Raises LookupError where more would come back than was taken: a count is wrong."""
    _must_have_been_taken(_held_still(db, taken), taken)
    _move(db, f"used = used - {_UNITS}", f"used >= {_UNITS}", taken)


def _must_have_been_taken(counted: Mapping[str, tuple[int, int]], taken: Mapping[str, int]) -> None:
    for key, units in taken.items():
        if key not in counted or counted[key][1] < units:
            raise LookupError(f"more of {key} came back than was taken")


_UNITS = "CAST(value AS INTEGER)"


def _pairs(db: Db) -> str:
    """A parameter `units` (JSON, key to units) as rows of `key` and `value`."""
    return "json_each_text(CAST(:units AS json)) AS pairs" if db.postgres else "json_each(:units) AS pairs"


def _held_still(db: Db, keys: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """(cap, used) of the counters that there are, which nobody else moves until the end of this transaction.

    One statement for all, in the order of the keys, so that two claims never wait for each other. SQLite has one writer.
    """
    rows = db.all(
        f"SELECT key, cap, used FROM scarce WHERE key IN (SELECT key FROM {_pairs(db)}) ORDER BY key"
        + (" FOR UPDATE" if db.postgres else ""),
        units=json.dumps(dict(keys)),
    )
    return {str(row["key"]): (int(row["cap"]), int(row["used"])) for row in rows}


def _move(db: Db, change: str, within: str, units: Mapping[str, int]) -> None:
    """Change counters that are held still; `within` says once more, in the same statement, what they may never leave."""
    if not units:
        return
    if db.run(
        f"UPDATE scarce SET {change} FROM {_pairs(db)} WHERE scarce.key = pairs.key AND {within}",
        units=json.dumps(dict(units)),
    ) != len(units):
        raise LookupError(f"counters moved while they were held: {', '.join(sorted(units))}")


def next_number(db: Db, key: str) -> int:
    """The next number in a row that begins with 1: a place in a line in the order of coming."""
    return int(
        db.value(
            "INSERT INTO scarce (key, cap, used) VALUES (:key, 0, 1)"
            " ON CONFLICT (key) DO UPDATE SET used = scarce.used + 1 RETURNING used",
            key=key,
        )
    )


def below(db: Db, head: str, last: str = "") -> dict[str, tuple[int, int]]:
    """(cap, used) of every counter whose key begins with `head` and a slash, by its key, in their order.

    With `last`, of those of every head from `head` to `last` in the order of their letters.
    """
    # "0" is the character after "/".
    rows = db.all(
        "SELECT key, cap, used FROM scarce WHERE key >= :low AND key < :high ORDER BY key",
        low=f"{head}/",
        high=f"{last or head}0",
    )
    return {str(row["key"]): (int(row["cap"]), int(row["used"])) for row in rows}


def count(db: Db, key: str) -> tuple[int, int] | None:
    """(cap, used) of a counter, or None where nobody set it."""
    row = db.one("SELECT cap, used FROM scarce WHERE key = :key", key=key)
    return None if row is None else (int(row["cap"]), int(row["used"]))


# -- offers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """An offer to be made: `kind` (also its timer's name) and the row it is for, to whom, of which counter.

    It stands `hours` from its sending, rounded up to office hours, and never past `until` (an instant). With `minutes` it
    is on short notice: it stands that long, rounded up only where office hours, or else the morning, begin before `until`.
    `holds` is empty where the row it is for holds what is offered: whoever made it frees that when it ends.
    """

    kind: str
    object: int
    person: int
    holds: str
    until: datetime
    hours: int = HOURS
    minutes: int = 0


def make(turn: Turn, wanted: Wanted, tell: Callable[[int], int | None]) -> int | None:
    """Make an offer and tell of it; the counter's unit must have been taken already.

    `tell` pushes the message, given the offer's number, and returns what `Turn.push` did (None: no address, so it is on
    the call list). Returns the offer's number, or None where this row has had its offer: nothing was done then.
    """
    found = turn.db.value(
        "INSERT INTO offer (kind, object, person_id, holds, state, hours, minutes, created, until, why) VALUES (:kind,"
        " :object, :person, :holds, 'offered', :hours, :minutes, :now, :until, '') ON CONFLICT (kind, object) DO NOTHING RETURNING id",
        kind=wanted.kind,
        object=wanted.object,
        person=wanted.person,
        holds=wanted.holds,
        hours=wanted.hours,
        minutes=wanted.minutes,
        now=ms(turn.now),
        until=ms(wanted.until),
    )
    if found is None:
        return None
    offer = int(found)
    timers.set_timer(turn.db, wanted.kind, str(offer), wanted.until)
    outbox_id = tell(offer)
    if outbox_id is not None:
        turn.db.run("UPDATE offer SET outbox_id = :box WHERE id = :id", box=outbox_id, id=offer)
    else:
        call = turn.db.value(
            "SELECT max(id) FROM call_list WHERE person_id = :person AND outbox_id IS NULL",
            person=wanted.person,
        )
        if call is None:  # nobody is there any more: erased, and off every list
            raise LookupError(f"an offer to person {wanted.person}, who is gone")
        _called(turn.db, by_number(turn.db, offer), int(call), turn.now, turn.ground.settings.zone)
    turn.audit("offer.made", f"offer:{offer}", kind=wanted.kind, of=wanted.object)
    return offer


def pass_over(turn: Turn, kind: str, object_: int, person: int, why: str) -> bool:
    """It would have been this row's turn, but it cannot be offered (`why`, a word). False: it was dealt with before."""
    made = turn.db.value(
        "INSERT INTO offer (kind, object, person_id, holds, state, hours, minutes, created, until, decided, why) VALUES (:kind,"
        " :object, :person, '', 'passed', 0, 0, :now, :now, :now, :why) ON CONFLICT (kind, object) DO NOTHING"
        " RETURNING id",
        kind=kind,
        object=object_,
        person=person,
        now=ms(turn.now),
        why=why,
    )
    if made is not None:
        turn.audit("offer.passed", f"offer:{made}", kind=kind, of=object_, why=why)
    return made is not None


def answer(turn: Turn, offer: int, state: Literal["accepted", "declined"]) -> bool:
    """Somebody took it or left it; left, its unit is given back. False: it is no longer open, whoever was first."""
    done = turn.db.run(
        f"UPDATE offer SET state = :state, decided = :now WHERE id = :id AND {_OPEN} AND until > :now"
        " AND (deadline IS NULL OR deadline >= :now)",
        state=state,
        now=ms(turn.now),
        id=offer,
    )
    if done:
        _over(turn, offer, state)
    return done == 1


def anew(db: Db, kind: str, object_: int) -> None:
    """Let a row be offered something once more: its former offer, which is over, stays under a kind of its own."""
    db.run(
        "UPDATE offer SET kind = kind || '.' || CAST(id AS TEXT) WHERE kind = :kind AND object = :object"
        f" AND NOT ({_OPEN})",
        kind=kind,
        object=object_,
    )


def lapse(turn: Turn, offer: int) -> str | None:
    """Its time is up: it lapses, its unit is given back. Returns the state it was in, or None: it is not over yet.

    The state is offered | called, or unsent where its message still waits: that one never leaves. For the timer of
    the offer's kind. One that went off too early (the deadline moved) changes nothing.
    """
    was = turn.db.value("SELECT state FROM offer WHERE id = :id", id=offer)
    done = turn.db.run(
        f"UPDATE offer SET state = 'lapsed', decided = :now WHERE id = :id AND {_OPEN}"
        " AND (until <= :now OR deadline <= :now)",
        now=ms(turn.now),
        id=offer,
    )
    if not done:
        return None
    return "unsent" if _over(turn, offer, "lapsed") else str(was)


def _over(turn: Turn, offer: int, state: str) -> bool:
    """What an end has in common: no timer, nobody is rung up about it, the unit is free unless it was taken.

    Its message is taken back if it has not left: whoever opens their page later must not be asked. True: so it was.
    """
    row = by_number(turn.db, offer)
    timers.cancel(turn.db, row["kind"], str(offer))
    _close_call(turn.db, row, turn.now)
    if state != "accepted" and row["holds"]:
        give_back(turn.db, {row["holds"]: 1})
    turn.audit(f"offer.{state}", f"offer:{offer}")
    return row["outbox_id"] is not None and outbox.take_back(turn.db, int(row["outbox_id"]), turn.now)


def by_number(db: Db, offer: int) -> Row:
    """The row of an offer. Raises LookupError."""
    row = db.one("SELECT * FROM offer WHERE id = :id", id=offer)
    if row is None:
        raise LookupError(f"no offer {offer}")
    return row


def of(db: Db, kind: str, object_: int) -> Row | None:
    """The offer that was made for a row, in whatever state, or None."""
    return db.one("SELECT * FROM offer WHERE kind = :kind AND object = :object", kind=kind, object=object_)


def is_open(offer: Row | None) -> bool:
    """Whether its person may still answer."""
    return offer is not None and offer["state"] in ("offered", "called")


def held(db: Db, key: str) -> int:
    """How many units of a counter open offers hold: for the self-check."""
    return int(db.value(f"SELECT count(*) FROM offer WHERE holds = :key AND {_OPEN}", key=key))


# -- what became of its message --------------------------------------------------------------------------------------


def tend(db: Db, now: datetime, zone: ZoneInfo, outbox_id: int | None = None) -> None:
    """Let every offer whose message was settled follow it; with `outbox_id` only the one of that message.

    Sent (or perhaps sent): the hours begin, at the moment of the sending. Failed, or waiting for a page that sleeps: the
    call list; if the page opens after all, the hours begin then. Called in the transaction that settles a message.
    """
    one = "" if outbox_id is None else " AND o.outbox_id = :box"
    for row in db.all(
        "SELECT o.*, b.state AS box, b.since AS settled FROM offer o JOIN outbox b ON b.id = o.outbox_id"
        " WHERE o.sent IS NULL AND ((o.state IN ('offered', 'called') AND b.state IN ('sent', 'unconfirmed'))"
        f" OR (o.state = 'offered' AND b.state IN ('failed', 'cancelled', 'withheld'))){one}",
        **({} if outbox_id is None else {"box": outbox_id}),
    ):
        if row["box"] in ("sent", "unconfirmed"):
            _begins(db, row, now, zone)
        else:
            db.run(
                "INSERT INTO call_list (person_id, outbox_id, reason, words, state, created)"
                " SELECT :person, o.id, CASE WHEN a.state = 'retired' THEN 'blocked' ELSE 'asleep' END, o.payload,"
                " 'open', :now FROM outbox o JOIN address a ON a.id = o.address_id WHERE o.id = :box"
                " ON CONFLICT (outbox_id) DO NOTHING",
                person=row["person_id"],
                now=ms(now),
                box=row["outbox_id"],
            )
            call = db.value("SELECT id FROM call_list WHERE outbox_id = :box", box=row["outbox_id"])
            _called(db, row, int(call), now, zone)


def _begins(db: Db, row: Row, now: datetime, zone: ZoneInfo) -> None:
    sent = instant(int(row["settled"]))
    deadline = _short(row, sent, zone) if row["minutes"] else _long(row, sent, zone)
    if db.run(
        f"UPDATE offer SET state = 'offered', sent = :sent, deadline = :deadline WHERE id = :id AND {_OPEN}"
        " AND sent IS NULL",
        sent=ms(sent),
        deadline=ms(deadline),
        id=row["id"],
    ):
        timers.set_timer(db, row["kind"], str(row["id"]), deadline)
        _close_call(db, row, now)


def _long(row: Row, since: datetime, zone: ZoneInfo) -> datetime:
    return min(office_moment(since + timedelta(hours=int(row["hours"])), zone), instant(int(row["until"])))


def _short(row: Row, since: datetime, zone: ZoneInfo) -> datetime:
    """Nobody loses a place overnight if that can be helped; what begins before the office opens cannot wait for it."""
    plain, until = since + timedelta(minutes=int(row["minutes"])), instant(int(row["until"]))
    moments = (office_moment(plain, zone), outbox.after_quiet(plain, zone))
    return next((moment for moment in moments if moment < until), min(plain, until))


def _called(db: Db, row: Row, call: int, now: datetime, zone: ZoneInfo) -> None:
    """It is on the call list: its hours count there, in working days, so that somebody can ring before they end."""
    local = now.astimezone(zone)
    day = workdays_after(local.date(), -(-int(row["hours"]) // 24))
    rung = min(office_moment(datetime.combine(day, local.time(), zone), zone), instant(int(row["until"])))
    deadline = _short(row, now, zone) if row["minutes"] else rung
    if db.run(
        "UPDATE offer SET state = 'called', call_id = :call, deadline = :deadline WHERE id = :id"
        " AND state = 'offered' AND sent IS NULL",
        call=call,
        deadline=ms(deadline),
        id=row["id"],
    ):
        timers.set_timer(db, row["kind"], str(row["id"]), deadline)


def _close_call(db: Db, row: Row, now: datetime) -> None:
    if row["call_id"] is not None:
        db.run(
            "UPDATE call_list SET state = 'done', done = :now, words = NULL WHERE id = :id AND state = 'open'",
            now=ms(now),
            id=row["call_id"],
        )
