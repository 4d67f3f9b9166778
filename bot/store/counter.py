"""The counter's page: who of the staff is there, and the one person they see to at a time.

A member of staff asks in their own chat for a one-time code and a PIN. The code opens the page once, within minutes;
the PIN unlocks it after it has been idle. Everything is a row, so any of several processes may answer; only keyed
hashes of code, PIN and cookie are kept.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from bot.clock import instant, ms
from bot.messages import COUNTER, Place
from bot.store import people
from bot.store.people import Who
from bot.store.sealed import KeyRing
from bot.store.session import Db, Row
from bot.store.staff import CODE_LENGTH, LETTERS

ROLES = ("counter", "duty", "admin")
"""Who may sit at the counter."""
CODE_LIFE = timedelta(minutes=5)
LOCK_AFTER = timedelta(minutes=5)
"""Idle for so long the page locks itself."""
VISIT_AFTER = timedelta(minutes=20)
"""Idle for so long the person is taken to have gone: their conversation is closed."""
END_AFTER = timedelta(hours=2)
"""Idle for so long the PIN no longer helps: a new code is needed."""
LIFE = timedelta(hours=10)
"""One working day at most."""
PIN_DIGITS = 6
PIN_TRIES = 5

State = Literal["open", "locked", "ended"]
Refusal = Literal["unknown", "late", "used"]


@dataclass(frozen=True)
class Login:
    """Somebody of the staff at the page. `visit` is the chat of the person they see to, "" when there is none."""

    id: int
    who: Who
    staff_id: int
    state: State
    visit: str
    after: int

    @property
    def place(self) -> Place | None:
        """Where the person they see to talks."""
        return Place(COUNTER, self.visit) if self.visit else None

    @property
    def own(self) -> Place:
        """Where they talk for themselves."""
        return own_place(self.staff_id)


def own_place(staff_id: int) -> Place:
    """The conversation of a member of staff for themselves, at the page."""
    return Place(COUNTER, f"staff-{staff_id}")


def invite(db: Db, keys: KeyRing, who: Who, now: datetime, rng: Random) -> tuple[str, str]:
    """Make a code (twelve letters, five minutes, once) and the PIN that goes with it. Both are written down nowhere.

    Codes that were not used yet are called back. Raises ValueError for somebody who holds no post.
    """
    if who.staff_id is None:
        raise ValueError("only staff are let in at the counter")
    code = "".join(rng.choice(LETTERS) for _ in range(CODE_LENGTH))
    hashed = _code_hash(keys, code)
    pin = f"{rng.randrange(10**PIN_DIGITS):0{PIN_DIGITS}d}"
    db.run(
        "UPDATE counter_login SET ended = :now WHERE person_id = :person AND opened IS NULL AND ended IS NULL",
        now=ms(now),
        person=who.id,
    )
    db.run(
        "INSERT INTO counter_login (person_id, staff_id, code_hash, pin_hash, cookie_hash, created, seen, locked, wrong,"
        " visit, after) VALUES (:person, :staff, :code, :pin, '', :now, :now, 0, 0, '', 0)",
        person=who.id,
        staff=who.staff_id,
        code=hashed,
        pin=keys.sign("counter-pin", hashed, pin),
        now=ms(now),
    )
    return code, pin


def invited(db: Db, keys: KeyRing, code: str, now: datetime) -> Row | Refusal:
    """The unused login behind a code, or why there is none. Nothing is used up by looking."""
    row = db.one("SELECT * FROM counter_login WHERE code_hash = :hash", hash=_code_hash(keys, code))
    if row is None:
        return "unknown"
    if row["opened"] is not None:
        return "used"
    late = row["ended"] is not None or instant(int(row["created"])) + CODE_LIFE <= now
    return "late" if late else row


def enter(db: Db, keys: KeyRing, code: str, now: datetime) -> tuple[Login, str] | Refusal:
    """Open the page by its code, once, whoever comes first: the login, and the secret that the cookie holds.

    The same one's earlier logins end, and with them the conversation that was open there.
    """
    row = invited(db, keys, code, now)
    if isinstance(row, str):
        return row
    secret = secrets.token_urlsafe(24)
    if (
        db.run(
            "UPDATE counter_login SET opened = :now, seen = :now, cookie_hash = :cookie"
            " WHERE id = :id AND opened IS NULL",
            now=ms(now),
            cookie=keys.sign("counter-cookie", secret),
            id=row["id"],
        )
        != 1
    ):
        return "used"
    for other in db.all(
        "SELECT * FROM counter_login WHERE person_id = :person AND id <> :id AND ended IS NULL",
        person=row["person_id"],
        id=row["id"],
    ):
        _end(db, other, now)
    _own_address(db, int(row["person_id"]), int(row["staff_id"]), now)
    login = _login(db, {**row, "opened": ms(now), "seen": ms(now), "visit": ""}, now)
    hide_own(db, login)
    return login, f"{row['id']}.{secret}"


def find(db: Db, keys: KeyRing, cookie: str, now: datetime) -> Login | None:
    """Who is at the page by the words of the cookie; None where they say nothing (any more)."""
    row = _of_cookie(db, keys, cookie)
    if row is None:
        return None
    login = _login(db, row, now)
    return None if login.state == "ended" else login


def touch(db: Db, login: Login, now: datetime) -> None:
    """Somebody did something at the page just now."""
    db.run("UPDATE counter_login SET seen = :now WHERE id = :id", now=ms(now), id=login.id)


def lock(db: Db, login: Login) -> None:
    """Lock the page: nothing but the PIN opens it."""
    db.run("UPDATE counter_login SET locked = 1 WHERE id = :id", id=login.id)


def unlock(db: Db, keys: KeyRing, cookie: str, pin: str, now: datetime) -> Literal["ok", "wrong", "ended"]:
    """Unlock by the PIN. After five wrong ones the login ends. Who was seen to long ago is not shown again."""
    row = _of_cookie(db, keys, cookie, lock=True)
    if row is None or _login(db, row, now).state == "ended":
        return "ended"
    digits = "".join(c for c in pin if c.isdigit())
    if not keys.check_sign(row["pin_hash"], "counter-pin", row["code_hash"], digits):
        db.run("UPDATE counter_login SET wrong = wrong + 1 WHERE id = :id", id=row["id"])
        if int(row["wrong"]) + 1 >= PIN_TRIES:
            _end(db, row, now)
            return "ended"
        return "wrong"
    if instant(int(row["seen"])) + VISIT_AFTER <= now:
        _close(db, row["visit"])
        db.run("UPDATE counter_login SET visit = '' WHERE id = :id", id=row["id"])
    db.run(
        "UPDATE counter_login SET locked = 0, wrong = 0, seen = :now WHERE id = :id",
        now=ms(now),
        id=row["id"],
    )
    return "ok"


def end(db: Db, login: Login, now: datetime) -> None:
    """Leave the counter: the page and the conversation at it are closed."""
    row = db.one("SELECT * FROM counter_login WHERE id = :id", id=login.id)
    if row is not None:
        _end(db, row, now)


def begin_visit(db: Db, login: Login, now: datetime) -> Place:
    """Somebody new stands there: the former conversation is closed, a fresh one begins. Returns its place."""
    _close(db, login.visit)
    place = Place(COUNTER, secrets.token_urlsafe(12))
    db.run(
        "UPDATE counter_login SET visit = :chat, seen = :now WHERE id = :id",
        chat=place.chat,
        now=ms(now),
        id=login.id,
    )
    hide_own(db, login)
    people.meet(db, place, now, login.who.lang)
    return place


def end_visit(db: Db, login: Login, now: datetime) -> None:
    """This person is done: nothing of their conversation can be opened here again."""
    _close(db, login.visit)
    db.run("UPDATE counter_login SET visit = '', seen = :now WHERE id = :id", now=ms(now), id=login.id)
    hide_own(db, login)


def hide_own(db: Db, login: Login) -> None:
    """Take what was said to the member of staff out of sight: there may be somebody's number in it."""
    db.run(
        "UPDATE counter_login SET after = coalesce((SELECT max(o.id) FROM outbox o), 0) WHERE id = :id",
        id=login.id,
    )


def _login(db: Db, row: Row, now: datetime) -> Login:
    who = people.person_of(db, int(row["person_id"]))
    return Login(
        int(row["id"]), who, int(row["staff_id"]), _state(row, who, now), row["visit"], int(row["after"])
    )


def _state(row: Row, who: Who, now: datetime) -> State:
    opened, idle = row["opened"], now - instant(int(row["seen"]))
    if row["ended"] is not None or opened is None or not who.may(*ROLES):
        return "ended"
    if idle >= END_AFTER or now - instant(int(opened)) >= LIFE:
        return "ended"
    return "locked" if row["locked"] or idle >= LOCK_AFTER else "open"


def _of_cookie(db: Db, keys: KeyRing, cookie: str, *, lock: bool = False) -> Row | None:
    number, _, secret = cookie.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    more = " FOR UPDATE" if lock and db.postgres else ""
    row = db.one(f"SELECT * FROM counter_login WHERE id = :id{more}", id=int(number))
    good = row is not None and keys.check_sign(row["cookie_hash"], "counter-cookie", secret)
    return row if good else None


def _end(db: Db, row: Row, now: datetime) -> None:
    _close(db, row["visit"])
    db.run(
        "UPDATE counter_login SET ended = :now, visit = '' WHERE id = :id AND ended IS NULL",
        now=ms(now),
        id=row["id"],
    )


def _close(db: Db, chat: str) -> None:
    """A person's conversation at the counter is over: what is open there is dropped, what was said is forgotten."""
    if not chat:
        return
    address = db.value(
        "UPDATE address SET state = 'retired' WHERE channel = :channel AND chat = :chat RETURNING id",
        channel=COUNTER,
        chat=chat,
    )
    db.run(
        "UPDATE conversation SET state = NULL, expects = '', seq = seq + 1 WHERE address_id = :id", id=address
    )
    db.run("UPDATE outbox SET payload = NULL WHERE address_id = :id AND state = 'sent'", id=address)


def _own_address(db: Db, person: int, staff_id: int, now: datetime) -> None:
    db.run(
        "INSERT INTO address (channel, chat, thread, member, person_id, state, created, last_seen)"
        " VALUES (:channel, :chat, '', '', :person, 'active', :now, :now)"
        " ON CONFLICT (channel, chat, thread, member) DO UPDATE SET person_id = :person",
        channel=COUNTER,
        chat=own_place(staff_id).chat,
        person=person,
        now=ms(now),
    )


def _code_hash(keys: KeyRing, code: str) -> str:
    return keys.sign("counter-code", "".join(letter for letter in code.upper() if letter in LETTERS))
