"""Staff: one-time invitations, who accepted them with which role at which place, and the end of it.

Only a keyed hash of an invitation's code is kept. Roles are held by a person, whatever address they write from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from bot.clock import ms
from bot.store.sealed import KeyRing
from bot.store.session import Db, Row

ROLES = ("admin", "duty", "centre", "canteen", "counter", "auditor")
AT_A_PLACE = ("centre", "canteen")
"""Roles that are nothing without a place."""
INVITE_LIFE = timedelta(hours=48)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L, O: codes are read aloud and copied by hand."""
CODE_LENGTH = 12
"""59 bits: nobody guesses one within two days."""


@dataclass(frozen=True)
class Accepted:
    """A post taken up. `place` "" is everywhere; `staff_id` is the row that audit names."""

    staff_id: int
    name: str
    role: str
    place: str


Refusal = Literal["unknown", "expired", "used"]


def invite(db: Db, keys: KeyRing, role: str, place: str, name: str, now: datetime, rng: Random) -> str:
    """Make an invitation, good for 48 hours and one person. Returns its code, which is written down nowhere.

    Raises ValueError for a role that does not exist or an empty name.
    """
    if role not in ROLES:
        raise ValueError(f"{role} is no role; there are {', '.join(ROLES)}")
    if not name.strip():
        raise ValueError("an invitation needs the name of whom it is for")
    code = "".join(rng.choice(LETTERS) for _ in range(CODE_LENGTH))
    db.run(
        "INSERT INTO invite (code_hash, name, role, place, created, expires)"
        " VALUES (:hash, :name, :role, :place, :now, :expires)",
        hash=_hash(keys, code),
        name=name.strip(),
        role=role,
        place=place,
        now=ms(now),
        expires=ms(now + INVITE_LIFE),
    )
    return code


def accept(db: Db, keys: KeyRing, code: str, person: int, now: datetime) -> Accepted | Refusal:
    """Take an invitation up for a person. A code counts once, whoever comes first."""
    found = _hash(keys, code)
    row = db.one(
        "SELECT id, name, role, place, expires, used FROM invite WHERE code_hash = :hash", hash=found
    )
    if row is None:
        return "unknown"
    if row["used"] is not None:
        return "used"
    if int(row["expires"]) <= ms(now):
        return "expired"
    if (
        db.run("UPDATE invite SET used = :now WHERE id = :id AND used IS NULL", now=ms(now), id=row["id"])
        != 1
    ):
        return "used"
    held = {"person": person, "role": row["role"], "place": row["place"]}
    staff = db.value(
        "SELECT id FROM staff WHERE person_id = :person AND role = :role AND place = :place"
        " AND until IS NULL",
        **held,
    )
    if staff is None:
        staff = db.value(
            "INSERT INTO staff (person_id, name, role, place, since)"
            " VALUES (:person, :name, :role, :place, :now) RETURNING id",
            name=row["name"],
            now=ms(now),
            **held,
        )
    return Accepted(int(staff), row["name"], row["role"], row["place"])


def revoke(db: Db, name: str, now: datetime) -> int:
    """End every post under a name and call its open invitations back. Returns how many of both there were."""
    ended = db.run(
        "UPDATE staff SET until = :now WHERE name = :name AND until IS NULL", now=ms(now), name=name
    )
    called = db.run(
        "UPDATE invite SET expires = :now WHERE name = :name AND used IS NULL AND expires > :now",
        now=ms(now),
        name=name,
    )
    return ended + called


def listing(db: Db, now: datetime) -> list[Row]:
    """Posts held now and invitations still open: name, role, place, state (active | invited), since (ms)."""
    return db.all(
        "SELECT name, role, place, 'active' AS state, since FROM staff WHERE until IS NULL"
        " UNION ALL SELECT name, role, place, 'invited' AS state, created AS since FROM invite"
        " WHERE used IS NULL AND expires > :now ORDER BY name, role, place",
        now=ms(now),
    )


def name_of(db: Db, staff_id: int) -> str:
    """The name under which a post is held; empty for none."""
    return str(db.value("SELECT name FROM staff WHERE id = :id", id=staff_id) or "")


def _hash(keys: KeyRing, code: str) -> str:
    written = "".join(letter for letter in code.upper() if letter in LETTERS)
    return keys.sign("invite", written)
