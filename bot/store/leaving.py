"""Somebody goes: what the machine itself keeps of a person is emptied, and their addresses are strangers' again.

What stays are ids that others' records point at: who gave a consent when, that there was a case. Words, names, dates of
birth, telephone numbers and the conversations are gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import ms
from bot.messages import Place
from bot.store import people
from bot.store.sealed import KeyRing
from bot.store.session import Db

STRANGER_DAYS = 200
"""A page nobody came back to for so long is forgotten: its cookie is good for 180 days."""
AT_ONCE = 500


def erase(db: Db, keys: KeyRing, person_id: int, now: datetime) -> list[int]:
    """Empty everything of the machine's own about a person. Returns their addresses, each a stranger's from now on."""
    addresses = [
        int(row["id"])
        for row in db.all("SELECT id FROM address WHERE person_id = :person ORDER BY id", person=person_id)
    ]
    for address in addresses:
        people.leave(db, person_id, address, now)
        db.run("UPDATE outbox SET payload = NULL WHERE address_id = :id", id=address)
    db.run(
        "UPDATE subject SET name = :nobody, birth = NULL, home = NULL WHERE person_id = :person",
        nobody=keys.seal(b"", "subject.name"),
        person=person_id,
    )
    at = {"person": person_id, "now": ms(now)}
    db.run("UPDATE consent SET revoked = :now WHERE person_id = :person AND revoked IS NULL", **at)
    db.run(
        "UPDATE desk_case SET words = NULL, address_id = NULL, state = 'closed', closed = coalesce(closed, :now)"
        " WHERE person_id = :person",
        **at,
    )
    db.run(
        "UPDATE call_list SET words = NULL, state = 'done', done = coalesce(done, :now) WHERE person_id = :person",
        **at,
    )
    db.run(
        "UPDATE person SET phone = NULL, recovery = NULL, recovery_hash = NULL, erased = :now"
        " WHERE id = :person OR joined = :person",
        **at,
    )
    db.run("DELETE FROM action WHERE person_id = :person", person=person_id)
    return addresses


def put_away(db: Db, person_id: int, address_id: int, now: datetime) -> bool:
    """Let an address be a stranger's, with nothing left of what was said there. False: it is not this person's.

    Results that wait to be read there go to another address of the person, else onto the call list.
    """
    waiting = "address_id = :here AND lane = 'result' AND kind = 'send' AND state IN ('queued', 'waiting', 'withheld')"
    other = db.value(
        "SELECT id FROM address WHERE person_id = :person AND id <> :here AND state = 'active' AND member = ''"
        " ORDER BY last_seen DESC LIMIT 1",
        person=person_id,
        here=address_id,
    )
    if db.value("SELECT person_id FROM address WHERE id = :here", here=address_id) != person_id:
        return False
    if other is not None:
        db.run(f"UPDATE outbox SET address_id = :other WHERE {waiting}", other=other, here=address_id)
    else:
        db.run(
            "INSERT INTO call_list (person_id, outbox_id, reason, words, state, created) SELECT :person, id, 'no_channel',"
            f" payload, 'open', :now FROM outbox WHERE {waiting} AND NOT EXISTS (SELECT 1 FROM call_list c WHERE"
            " c.outbox_id = outbox.id)",
            person=person_id,
            now=ms(now),
            here=address_id,
        )
    people.leave(db, person_id, address_id, now)
    db.run("UPDATE outbox SET payload = NULL WHERE address_id = :here", here=address_id)
    return True


def forget_address(db: Db, address_id: int) -> None:
    """Let an address be as if it had never written: services have let go of it already."""
    row = db.one("SELECT channel, chat, thread, member FROM address WHERE id = :id", id=address_id)
    if row is None:
        return
    place = Place(row["channel"], row["chat"], row["thread"], row["member"])
    db.run("DELETE FROM inbox WHERE place = :place", place=place.key)
    db.run("UPDATE desk_case SET address_id = NULL WHERE address_id = :id", id=address_id)
    db.run(
        "UPDATE offer SET outbox_id = NULL WHERE outbox_id IN (SELECT id FROM outbox WHERE address_id = :id)",
        id=address_id,
    )
    for table in ("conversation", "outbox"):
        db.run(f"DELETE FROM {table} WHERE address_id = :id", id=address_id)
    db.run("DELETE FROM address WHERE id = :id", id=address_id)


def strangers(db: Db, now: datetime) -> list[int]:
    """Pages, and visits at the counter, of people of whom there is nothing and who have not been here for STRANGER_DAYS, some at a time."""
    rows = db.all(
        "SELECT a.id FROM address a WHERE a.channel IN ('web', 'counter') AND a.last_seen < :old"
        " AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.person_id = a.person_id)"
        " AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.person_id = a.person_id)"
        " AND NOT EXISTS (SELECT 1 FROM staff p WHERE p.person_id = a.person_id)"
        " AND NOT EXISTS (SELECT 1 FROM desk_case d WHERE d.person_id = a.person_id AND d.state <> 'closed')"
        " AND NOT EXISTS (SELECT 1 FROM call_list l WHERE l.person_id = a.person_id AND l.state = 'open')"
        " ORDER BY a.last_seen LIMIT :most",
        old=ms(now - timedelta(days=STRANGER_DAYS)),
        most=AT_ONCE,
    )
    return [int(row["id"]) for row in rows]
