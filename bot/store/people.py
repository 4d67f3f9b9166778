"""Persons and their addresses: who is talking, found or made at their first word."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from bot.clock import ms
from bot.flow.readers import RECOVERY
from bot.messages import COUNTER, Place
from bot.store.sealed import KeyRing
from bot.store.session import Db

RECOVERY_HASHES = "/recovery"
"""What the key of these hashes is derived for; no programme is named like this."""


@dataclass(frozen=True)
class Who:
    """The person behind an address. `roles` are (role, place) pairs; place "" is everywhere.

    `new`: the address was made just now, so nothing was ever said there.
    """

    id: int
    lang: str = "zh"
    plain: bool = False
    reminders: bool = True
    roles: tuple[tuple[str, str], ...] = ()
    staff_id: int | None = None
    name: str = ""
    new: bool = False

    def speaking(self, lang: str) -> Who:
        """The same person in another language."""
        return replace(self, lang=lang)

    def attended(self) -> Who:
        """The same person as somebody else keys in for them: whatever post they hold is not that one's to use."""
        return replace(self, roles=(), staff_id=None, name="")

    def may(self, *roles: str) -> bool:
        """Whether they hold one of these roles anywhere."""
        return any(role in roles for role, _ in self.roles)


_SEEN = (
    "UPDATE address SET last_seen = :now, state = 'active' WHERE channel = :channel AND chat = :chat"
    " AND thread = :thread AND member = :member RETURNING id, person_id"
)


def meet(db: Db, place: Place, now: datetime, lang: str = "zh") -> tuple[int, Who]:
    """The address of a place and the person behind it; both are made when they are new. A retired one wakes.

    Somebody in a group and the same one alone are one person, whichever came first.
    """
    where = {"channel": place.channel, "chat": place.chat, "thread": place.thread, "member": place.member}
    row = db.one(_SEEN, now=ms(now), **where)
    if row is None:
        if db.postgres:
            db.run("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))", whose=_whose(place))
        known = _elsewhere(db, place)
        person = known or db.value(
            "INSERT INTO person (created, lang, plain, reminders) VALUES (:now, :lang, 0, 1) RETURNING id",
            now=ms(now),
            lang=lang,
        )
        row = db.one(
            "INSERT INTO address (channel, chat, thread, member, person_id, state, created, last_seen)"
            " VALUES (:channel, :chat, :thread, :member, :person, 'active', :now, :now)"
            " ON CONFLICT (channel, chat, thread, member) DO NOTHING RETURNING id",
            person=person,
            now=ms(now),
            **where,
        )
        if row is not None:
            who = Who(int(person), lang) if known is None else person_of(db, known)
            return int(row["id"]), replace(who, new=True)
        row = db.one(_SEEN, now=ms(now), **where)  # somebody else made it meanwhile
        if row is None:
            raise LookupError("an address vanished while it was made")
    return int(row["id"]), person_of(db, int(row["person_id"]))


def _whose(place: Place) -> str:
    """Who speaks at a place, the same in a group and alone: their first words at two places make one person."""
    return f"{place.channel}|{place.member or place.chat}"


def _elsewhere(db: Db, place: Place) -> int | None:
    """Who this is at the channel's other addresses: a private chat has the id of the member whose it is."""
    if place.member:
        wanted, member = "chat = :id AND member = ''", place.member
    else:
        wanted, member = "member = :id AND member <> ''", place.chat
    found = db.all(
        f"SELECT id, person_id FROM address WHERE channel = :channel AND {wanted}",
        channel=place.channel,
        id=member,
    )
    return int(min(found, key=lambda row: int(row["id"]))["person_id"]) if found else None


def speaks(db: Db, who: Who, lang: str) -> Who:
    """A new person's channel says which language they read: that one, until they choose another."""
    if not lang or lang == who.lang:
        return who
    db.run("UPDATE person SET lang = :lang WHERE id = :id", lang=lang, id=who.id)
    return who.speaking(lang)


def person_of(db: Db, person_id: int) -> Who:
    """The person of an id, with the roles they hold now. Raises LookupError."""
    rows = db.all(
        "SELECT p.lang, p.plain, p.reminders, s.id AS staff_id, s.role, s.place, s.name FROM person p"
        " LEFT JOIN staff s ON s.person_id = p.id AND s.until IS NULL WHERE p.id = :id ORDER BY s.id",
        id=person_id,
    )
    if not rows:
        raise LookupError(f"no person {person_id}")
    first, posts = rows[0], [row for row in rows if row["staff_id"] is not None]
    return Who(
        person_id,
        first["lang"],
        bool(first["plain"]),
        bool(first["reminders"]),
        tuple((post["role"], post["place"]) for post in posts),
        int(posts[0]["staff_id"]) if posts else None,
        str(posts[0]["name"]) if posts else "",
    )


_OF_PERSON = (
    ("address", "person_id"),
    ("subject", "person_id"),
    ("consent", "person_id"),
    ("action", "person_id"),
    ("desk_case", "person_id"),
    ("call_list", "person_id"),
    ("offer", "person_id"),
    ("staff", "person_id"),
    ("counter_login", "person_id"),
    ("approval", "asked_by"),
    ("approval", "decided_by"),
)
"""The machine's own columns that name a person."""


def join(db: Db, keep: int, other: int) -> None:
    """Let everything of the machine's own that belongs to `other` belong to `keep`; services move theirs first.

    `other` stays as a name that leads to `keep`, so that a recovery code printed for it still opens. What `keep`
    does not have itself (a phone, a recovery code) it takes over.
    """
    for table, column in _OF_PERSON:
        db.run(f"UPDATE {table} SET {column} = :keep WHERE {column} = :other", keep=keep, other=other)
    db.run(
        "UPDATE person SET phone = coalesce(phone, (SELECT o.phone FROM person o WHERE o.id = :other))"
        " WHERE id = :keep",
        keep=keep,
        other=other,
    )
    db.run("UPDATE person SET joined = :keep WHERE id = :other OR joined = :other", keep=keep, other=other)


def leave(db: Db, person_id: int, address_id: int, now: datetime) -> bool:
    """Let an address of a person be a stranger's again: what is open there is dropped, what waits to go there too.

    False: it is not theirs (any more).
    """
    stranger = db.value(
        "INSERT INTO person (created, lang, plain, reminders) SELECT :now, lang, 0, 1 FROM person WHERE id = :id"
        " RETURNING id",
        now=ms(now),
        id=person_id,
    )
    left = db.run(
        "UPDATE address SET person_id = :stranger WHERE id = :address AND person_id = :person",
        stranger=stranger,
        address=address_id,
        person=person_id,
    )
    if left != 1:
        db.run("DELETE FROM person WHERE id = :id", id=stranger)
        return False
    db.run(
        "UPDATE conversation SET state = NULL, expects = '', seq = seq + 1 WHERE address_id = :id",
        id=address_id,
    )
    db.run(
        "UPDATE outbox SET state = 'cancelled', payload = NULL WHERE address_id = :id"
        " AND state IN ('queued', 'waiting', 'withheld')",
        id=address_id,
    )
    return True


def has_things(db: Db, person_id: int) -> bool:
    """Whether a person has anything of their own with us: somebody they act for, a consent, a post."""
    return (
        db.value(
            "SELECT 1 FROM subject WHERE person_id = :id UNION ALL SELECT 1 FROM consent WHERE person_id = :id"
            " UNION ALL SELECT 1 FROM staff WHERE person_id = :id AND until IS NULL LIMIT 1",
            id=person_id,
        )
        is not None
    )


# -- recovery codes, by which one's things open on another device ------------------------------------------------


def recovery_code(db: Db, keys: KeyRing, person_id: int, rng: Random) -> str:
    """The person's recovery code, ten digits; made at the first call. `RECOVERY.show` writes it for people."""
    held = db.value("SELECT recovery FROM person WHERE id = :id", id=person_id)
    if held is not None:
        return keys.unseal(bytes(held), "person.recovery").decode()
    while True:
        code = RECOVERY.new(rng)
        hashed = _recovery_hash(keys, code)
        if db.value("SELECT id FROM person WHERE recovery_hash = :hash", hash=hashed) is None:
            break
    db.run(
        "UPDATE person SET recovery_hash = :hash, recovery = :sealed WHERE id = :id",
        hash=hashed,
        sealed=keys.seal(code.encode(), "person.recovery"),
        id=person_id,
    )
    return code


def forget_recovery(db: Db, person_id: int) -> None:
    """Let no recovery code open a person's things any more, those of people joined to them included."""
    db.run(
        "UPDATE person SET recovery = NULL, recovery_hash = NULL WHERE id = :id OR joined = :id", id=person_id
    )


def find_by_recovery(db: Db, keys: KeyRing, code: str) -> int | None:
    """The person whose things a recovery code opens (after a join: the one they are part of), or None."""
    row = db.one("SELECT id, joined FROM person WHERE recovery_hash = :hash", hash=_recovery_hash(keys, code))
    if row is None:
        return None
    return int(row["id"] if row["joined"] is None else row["joined"])


def phone_ends(db: Db, keys: KeyRing, person_id: int, tail: str) -> bool:
    """Whether a telephone number of the person ends in these digits, those of people joined to them included."""
    rows = db.all(
        "SELECT phone FROM person WHERE (id = :id OR joined = :id) AND phone IS NOT NULL", id=person_id
    )
    return any(keys.unseal(bytes(row["phone"]), "person.phone").decode().endswith(tail) for row in rows)


def phone_tail(db: Db, keys: KeyRing, person_id: int) -> str:
    """The last four digits of the person's own telephone number; empty where none is kept."""
    phone = db.value("SELECT phone FROM person WHERE id = :id", id=person_id)
    return "" if phone is None else keys.unseal(bytes(phone), "person.phone").decode()[-4:]


def _recovery_hash(keys: KeyRing, code: str) -> str:
    return hmac.digest(keys.programme_key(RECOVERY_HASHES), code.encode(), hashlib.sha256).hex()


def chats(db: Db, person_id: int) -> list[int]:
    """Every address of a person that can be called, the latest used first: no page, no group, no counter."""
    rows = db.all(
        "SELECT id FROM address WHERE person_id = :person AND state = 'active' AND member = ''"
        f" AND channel NOT IN ('web', '{COUNTER}') ORDER BY last_seen DESC, id LIMIT 10",
        person=person_id,
    )
    return [int(row["id"]) for row in rows]


def reachable(db: Db, person_id: int, avoid: Collection[str] = ()) -> int | None:
    """The address at which a person is best reached: one that can be called before a page, then the latest used.

    Never a group: what is for one person is not for all who read there. Never the counter: they have gone home.
    Channels of `avoid` come last.
    """
    rows = db.all(
        "SELECT id, channel FROM address WHERE person_id = :person AND state = 'active' AND member = ''"
        f" AND channel <> '{COUNTER}'"
        " ORDER BY CASE WHEN channel = 'web' THEN 1 ELSE 0 END, last_seen DESC, id LIMIT 10",
        person=person_id,
    )
    return next((int(row["id"]) for row in sorted(rows, key=lambda row: row["channel"] in avoid)), None)
