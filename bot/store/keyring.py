"""Which keys a database needs: said at the start when they are not there, and worn out keys exchanged in chunks.

The database keeps the fingerprints of its keys in `setting`. A fingerprint tells nothing of the key; it tells a lost or
changed folder from the right one before anything is served, created or sealed under a stranger's key.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary, inspect
from sqlmodel import SQLModel

from bot.store.sealed import KeyRing, KeysUnusable, Unreadable
from bot.store.session import Db, Store

SETTING = "keys"
CHUNK = 200
REMEDY = (
    "copy the keys folder that belongs to this database to where DOORSTEP_KEYS points, and start again"
    " (lost for ever? `doorstep keys adopt` says what is lost with it)"
)


@dataclass(frozen=True)
class Sealed:
    """A column of sealed values: its table, the table's key, itself, and what its seals are about."""

    table: str
    key: str
    column: str
    about: str


def sealed_columns(store: Store) -> list[Sealed]:
    """Every sealed column of the database that a class declares (bot.store.columns.sealed)."""
    there = set(inspect(store.engine).get_table_names())
    return [
        Sealed(
            table.name, next(iter(table.primary_key)).name, column.name, str(column.info["about"] or column)
        )
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name in there and isinstance(column.type, LargeBinary) and "about" in column.info
    ]


def known(store: Store) -> dict[str, Any] | None:
    """The fingerprints a database keeps; None where it has none yet (a new one, or one of the first version)."""
    if not inspect(store.engine).has_table("setting"):
        return None
    held = store.read(lambda db: db.value("SELECT value FROM setting WHERE key = :key", key=SETTING))
    return None if held is None else dict(json.loads(held))


def misfits(wanted: dict[str, Any], keys: KeyRing) -> list[str]:
    """In what the keys of a folder are not those that a database (or its backup) names, a line each."""
    ours = keys.fingerprints()
    found = [
        f"{name}.key is another one (wanted {wanted[name]}, this is {ours[name]})"
        for name in ("identity", "signing")
        if name in wanted and wanted[name] != ours[name]
    ]
    lost = sorted(
        key_id for key_id, print_ in wanted.get("ring", {}).items() if ours["ring"].get(key_id) != print_
    )
    return found + ([f"ring.json lacks the key {', '.join(lost)}"] if lost else [])


def settle(store: Store, keys: KeyRing) -> None:
    """Hold the keys against what the database knows of them, and let it know new ones. Raises KeysUnusable."""
    columns = sealed_columns(store)

    def write(db: Db) -> None:
        held = db.value("SELECT value FROM setting WHERE key = :key", key=SETTING)
        wanted = json.loads(held) if held is not None else {"ring": {}}
        wrong = misfits(wanted, keys)
        if held is None and (lost := needed(db, columns).keys() - keys.fingerprints()["ring"].keys()):
            wrong = [f"ring.json lacks the key {', '.join(sorted(lost))}"]
        if wrong:
            raise KeysUnusable(
                f"{keys.folder}: not the keys of this database: {'; '.join(wrong)} -- {REMEDY}"
            )
        if wanted != keys.fingerprints():
            remember(db, keys)

    store.write(write)


def remember(db: Db, keys: KeyRing) -> None:
    """Let the database know these keys, and no others."""
    db.run(
        "INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = :value",
        key=SETTING,
        value=json.dumps(keys.fingerprints(), sort_keys=True),
    )


def needed(db: Db, columns: Iterable[Sealed]) -> Counter[str]:
    """How many values each key still closes, by the key's id."""
    found: Counter[str] = Counter()
    for one in columns:
        head = f"substr({one.column}, 1, 4)"
        code = f"encode({head}, 'hex')" if db.postgres else f"lower(hex({head}))"
        for row in db.all(
            f"SELECT {code} AS id, count(*) AS n FROM {one.table} WHERE {one.column} IS NOT NULL GROUP BY 1"
        ):
            found[str(row["id"])] += int(row["n"])
    return found


def reseal(store: Store, keys: KeyRing, chunk: int = CHUNK) -> Iterator[tuple[str, int, int]]:
    """Close again, under the newest key, what older ones close; (column, values done, values that do not open) as it goes.

    A chunk is a transaction, so that turns go on between; where it stopped it goes on, for what is done says so itself.
    """
    for one in sealed_columns(store):
        after: Any = None
        while True:
            done, broken, after = store.write(partial(_reseal, keys=keys, one=one, after=after, chunk=chunk))
            if done or broken:
                yield f"{one.table}.{one.column}", done, broken
            if after is None:
                break


def _reseal(db: Db, keys: KeyRing, one: Sealed, after: Any, chunk: int) -> tuple[int, int, Any]:
    rows = db.all(
        f"SELECT {one.key} AS id, {one.column} AS value FROM {one.table} WHERE {one.column} IS NOT NULL"
        f" AND substr({one.column}, 1, 4) <> :newest{'' if after is None else f' AND {one.key} > :after'}"
        f" ORDER BY {one.key} LIMIT {chunk}",
        newest=keys.newest,
        **({} if after is None else {"after": after}),
    )
    done = broken = 0
    for row in rows:
        old = bytes(row["value"])
        try:
            new = keys.seal(keys.unseal(old, one.about), one.about)
        except Unreadable:
            broken += 1
            continue
        done += db.run(
            f"UPDATE {one.table} SET {one.column} = :new WHERE {one.key} = :id AND {one.column} = :old",
            new=new,
            id=row["id"],
            old=old,
        )
    return done, broken, rows[-1]["id"] if len(rows) == chunk else None
