"""A backup is one file that either database can be filled from: what everybody may carry, for the keys are not in it.

It is a zip: ``manifest.json`` (format, the program's version, the versions of the tables, the fingerprints of the keys,
and for each table its columns, its number of rows and their SHA-256, all under a digest of its own) and one
``NAME.jsonl`` per table, a row a line, bytes as base64. It is read in one snapshot while the bot serves. Restoring looks
at everything before it touches anything, and then happens in one transaction, or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, LargeBinary, MetaData, Table, select, text

from bot import VERSION
from bot.clock import ms
from bot.store.keyring import SETTING
from bot.store.session import Store
from bot.store.upgrade import alone, lock_shared

FORMAT = 1
MANIFEST = "manifest.json"
_VERSIONS = "alembic_version"
_CHUNK = 1000
AHEAD = 1_000_000
"""How far numbers that stand in messages already sent are moved on, so that none of them means something else."""
RESTORED = "restored: may have been sent after the backup"


class BackupUnusable(Exception):
    """A backup cannot be made or restored here; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself. `made` in ms UTC; `tables` by name: columns, binary, rows, sha256."""

    version: str
    made: int
    revisions: tuple[str, ...]
    keys: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    digest: str

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(int(table["rows"]) for table in self.tables.values())


# -- making one ------------------------------------------------------------------------------------------------------


def back_up(store: Store, target: Path, now: datetime) -> Backup:
    """Write a backup while the bot serves. Raises BackupUnusable where the file exists or there is no database."""
    if target.exists():
        raise BackupUnusable(f"{target}: exists already -- choose another name; no backup is written over")
    part = target.with_name(f"{target.name}.part")
    try:
        with (
            _snapshot(store) as connection,
            os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file,
        ):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                backup = _write(connection, archive, now)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as why:
        raise BackupUnusable(f"{target}: {why.strerror} -- the backup was not made") from why
    finally:
        part.unlink(missing_ok=True)
    return backup


@contextmanager
def _snapshot(store: Store) -> Iterator[Connection]:
    """One state of the database; what others write meanwhile is not in it, and nobody waits for it."""
    with store.engine.connect() as connection:
        if store.postgres:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            lock_shared(connection)
        else:
            connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


def _write(connection: Connection, archive: zipfile.ZipFile, now: datetime) -> Backup:
    shape = MetaData()
    shape.reflect(connection)
    if _VERSIONS not in shape.tables:
        raise BackupUnusable(
            "the database is empty: there is nothing to back up -- is DOORSTEP_DATABASE_URL right?"
        )
    revisions = sorted(str(row[0]) for row in connection.execute(select(shape.tables[_VERSIONS])))
    held = connection.execute(text("SELECT value FROM setting WHERE key = :key"), {"key": SETTING}).scalar()
    tables = {}
    for table in shape.sorted_tables:
        if table.name != _VERSIONS:
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                tables[table.name] = _write_table(connection, table, file)
    tree = {
        "format": FORMAT,
        "version": VERSION,
        "made": ms(now),
        "revisions": revisions,
        "keys": json.loads(held) if held else {},
        "tables": tables,
    }
    archive.writestr(MANIFEST, json.dumps({**tree, "digest": _digest(tree)}, indent=1))
    return _backup({**tree, "digest": _digest(tree)})


def _write_table(connection: Connection, table: Table, file: IO[bytes]) -> dict[str, Any]:
    binary = [isinstance(column.type, LargeBinary) for column in table.columns]
    found = connection.execute(
        select(table).order_by(*table.primary_key.columns),
        execution_options={"stream_results": True, "yield_per": _CHUNK},
    )
    rows, seen = 0, hashlib.sha256()
    for row in found:
        line = orjson.dumps(
            [
                base64.b64encode(bytes(value)).decode() if is_binary and value is not None else value
                for value, is_binary in zip(row, binary, strict=True)
            ],
            option=orjson.OPT_APPEND_NEWLINE,
        )
        seen.update(line)
        file.write(line)
        rows += 1
    return {
        "columns": [column.name for column in table.columns],
        "binary": binary,
        "rows": rows,
        "sha256": seen.hexdigest(),
    }


# -- bringing one back -----------------------------------------------------------------------------------------------


def read(source: Path) -> Backup:
    """Look at a whole backup: that nothing is missing or changed. Raises BackupUnusable."""
    try:
        with zipfile.ZipFile(source) as archive:
            backup = _manifest(archive, source)
            for name, table in backup.tables.items():
                seen, rows = hashlib.sha256(), 0
                with archive.open(f"{name}.jsonl") as file:
                    for line in file:
                        seen.update(line)
                        rows += 1
                if (seen.hexdigest(), rows) != (table["sha256"], table["rows"]):
                    raise BackupUnusable(
                        f"{source}: {name} was changed after the backup -- take another copy of the file"
                    )
            return backup
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, zipfile.LargeZipFile) as why:
        raise BackupUnusable(
            f"{source}: no whole backup ({type(why).__name__}: {why}) -- take another copy of the file"
        ) from why


def restore(
    store: Store, folders: Iterable[Path], source: Path, now: datetime, *, replace: bool = False
) -> int:
    """Fill a database from a backup and bring it to this program's shape. Returns how many messages are held.

    A message that was still to leave when the backup was made, and whose time has come since, may have been sent after
    it: it becomes unconfirmed, and only `resend` lets it go. Numbers that stand on buttons already sent are left behind,
    so that a button from after the backup does nothing. Raises BackupUnusable; then nothing was changed.
    """
    from bot.store import versions  # noqa: PLC0415  Alembic takes half a second of a start

    backup, folders = read(source), tuple(folders)
    if unknown := set(backup.revisions) - versions.known_revisions(folders):
        raise BackupUnusable(
            f"{source}: made by version {backup.version} with {', '.join(sorted(unknown))}, this is {VERSION}"
            " -- restore it with that version or a later one"
        )
    with alone(store) as connection, zipfile.ZipFile(source) as archive:
        _make_room(connection, replace)
        versions.step_up(connection, folders, *backup.revisions)
        shape = MetaData()
        shape.reflect(connection)
        for table in shape.sorted_tables:
            if table.name in backup.tables:
                _load(connection, archive, table, backup.tables[table.name])
        if lacking := backup.tables.keys() - shape.tables.keys():
            raise BackupUnusable(
                f"{source}: there is no table {', '.join(sorted(lacking))} here -- is a service missing?"
            )
        _go_on_counting(connection)
        versions.step_up(connection, folders, "heads")
        held = _settle(connection, backup, now)
        _go_on_counting(connection)
        return held


def resend(connection: Connection, now: datetime) -> int:
    """Let results and replies go that a restored database holds back. Returns how many; reminders are never repeated."""
    return connection.execute(
        text(
            "UPDATE outbox SET state = 'waiting', due = :now, note = 'unconfirmed: restored' WHERE note = :note"
            " AND state = 'unconfirmed' AND payload IS NOT NULL AND lane IN ('urgent', 'reply', 'result')"
        ),
        {"now": ms(now), "note": RESTORED},
    ).rowcount


def _manifest(archive: zipfile.ZipFile, source: Path) -> Backup:
    tree = json.loads(archive.read(MANIFEST))
    if tree.get("format") != FORMAT:
        raise BackupUnusable(
            f"{source}: a backup of format {tree.get('format')}, this program reads {FORMAT}"
            f" -- restore it with version {tree.get('version')}"
        )
    if _digest({key: value for key, value in tree.items() if key != "digest"}) != tree["digest"]:
        raise BackupUnusable(
            f"{source}: {MANIFEST} was changed after the backup -- take another copy of the file"
        )
    return _backup(tree)


def _backup(tree: Mapping[str, Any]) -> Backup:
    return Backup(
        tree["version"], tree["made"], tuple(tree["revisions"]), tree["keys"], tree["tables"], tree["digest"]
    )


def _digest(tree: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def _make_room(connection: Connection, replace: bool) -> None:
    there = MetaData()
    there.reflect(connection)
    full = [
        table.name
        for table in there.sorted_tables
        if table.name != _VERSIONS and connection.execute(select(table).limit(1)).first() is not None
    ]
    if full and not replace:
        raise BackupUnusable(
            f"the database is not empty ({', '.join(full[:3])} …) -- restore into an empty one, or say --replace"
            " to throw away what is in it"
        )
    there.drop_all(connection)


def _load(connection: Connection, archive: zipfile.ZipFile, table: Table, said: Mapping[str, Any]) -> None:
    names, binary = list(said["columns"]), said["binary"]
    if lacking := set(names) - {column.name for column in table.columns}:
        raise BackupUnusable(f"{table.name} has no column {', '.join(sorted(lacking))} here")
    chunk: list[dict[str, Any]] = []
    with archive.open(f"{table.name}.jsonl") as file:
        for line in file:
            values = (
                base64.b64decode(value) if is_binary and value is not None else value
                for value, is_binary in zip(orjson.loads(line), binary, strict=True)
            )
            chunk.append(dict(zip(names, values, strict=True)))
            if len(chunk) == _CHUNK:
                connection.execute(table.insert(), chunk)
                chunk = []
    if chunk:
        connection.execute(table.insert(), chunk)


def _settle(connection: Connection, backup: Backup, now: datetime) -> int:
    """What the time between the backup and now asks for. Returns how many messages are held back."""
    held = connection.execute(
        text(
            "UPDATE outbox SET state = 'unconfirmed', note = :note, since = :now"
            " WHERE state IN ('queued', 'waiting', 'inflight', 'withheld') AND due <= :now"
        ),
        {"now": ms(now), "note": RESTORED},
    ).rowcount
    connection.execute(text("UPDATE conversation SET question = question + :ahead"), {"ahead": AHEAD})
    connection.execute(
        text(
            "INSERT INTO action (id, kind, payload, used, created)"
            " SELECT coalesce(max(id), 0) + :ahead, 'restored', '{}', :now, :now FROM action"
        ),
        {"ahead": AHEAD, "now": ms(now)},
    )
    detail = json.dumps(
        {"made": backup.made, "version": backup.version, "digest": backup.digest, "held": held}
    )
    connection.execute(
        text(
            "INSERT INTO audit (at, actor, act, object, detail) VALUES (:now, 'system', 'db.restored', 'db', :detail)"
        ),
        {"now": ms(now), "detail": detail},
    )
    return held


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL's counters know nothing of rows that came with their numbers; SQLite counts from the rows."""
    if connection.dialect.name != "postgresql":
        return
    shape = MetaData()
    shape.reflect(connection)
    for table in shape.sorted_tables:
        for column in table.primary_key.columns:
            counter = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            ).scalar()
            last = connection.execute(select(column).order_by(column.desc()).limit(1)).scalar()
            if counter is not None and last is not None:
                connection.execute(text("SELECT setval(:counter, :last)"), {"counter": counter, "last": last})
