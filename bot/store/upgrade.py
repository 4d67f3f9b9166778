"""Brings the database to the present shape: numbered versions, each beside the tables it makes, run by Alembic (versions.py).

Every owner of tables (the machine itself, and each dialog) has a branch of its own with its own folder of versions; a
dialog's branch stands on the machine's. All of them go up together, under a lock, in one transaction.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlmodel.main import default_registry

from bot.store import tables, tables_counter
from bot.store.session import Store

_CLASSES = (tables, tables_counter)
"""The modules of the machine's own classes, known once they are imported."""
_HERE = Path(tables.__file__).parent / "migrations"
_LOCK = 0x0D00257EB
"""PostgreSQL's number of the lock under which one process at a time upgrades."""
_VERSION = re.compile(r".+?_\d{4}(?=_)")


class UpgradeImpossible(Exception):
    """The database cannot be brought to this program's shape; the message says why and what to do."""


@dataclass(frozen=True)
class Owner:
    """Somebody with tables: the folder their classes lie in, and the folder of the versions."""

    name: str
    folder: Path
    versions: Path


MACHINE = Owner("bot", _HERE.parents[1], _HERE / "versions")


def owners(folders: Iterable[Path] = ()) -> tuple[Owner, ...]:
    """The machine, and every dialog of these folders that has tables."""
    found = (Owner(folder.name, folder, folder / "migrations" / "versions") for folder in folders)
    return (MACHINE, *(owner for owner in found if owner.versions.is_dir() or tables_of(owner)))


def tables_of(owner: Owner) -> set[str]:
    """The names of the tables whose classes lie in the owner's folder (as far as they are imported)."""
    names = set()
    for mapper in default_registry.mappers:
        file = getattr(sys.modules.get(mapper.class_.__module__), "__file__", None)
        if file is not None and Path(file).is_relative_to(owner.folder):
            names.add(str(mapper.class_.__tablename__))
    return names


def upgrade(store: Store, folders: Iterable[Path] = ()) -> None:
    """Bring the database up to date, with the dialogs of these folders.

    Several processes may start at once: one upgrades, the others wait and find it done. Nothing is changed when a
    version fails. Raises UpgradeImpossible when the database was made by a later program.
    """
    folders = tuple(folders)
    if _versions_of(store) == _heads(folders):
        return
    from bot.store import versions  # noqa: PLC0415  Alembic takes half a second, and most starts find nothing to do

    with alone(store) as connection:
        versions.step_up(connection, folders, "heads")


def _heads(folders: Iterable[Path]) -> set[str]:
    """The newest version of every owner, by the names of its files: bot_0001_first_tables.py is bot_0001."""
    newest: dict[str, str] = {}
    for owner in owners(folders):
        for file in owner.versions.glob("*.py"):
            if (version := _VERSION.match(file.stem)) is not None:
                newest[owner.name] = max(newest.get(owner.name, ""), version[0])
    return set(newest.values())


def _versions_of(store: Store) -> set[str]:
    """The versions a database stands at; none before the first."""
    with store.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return set()
        return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def lock_shared(connection: Connection) -> None:
    """On PostgreSQL: let nobody change the shape of the database until the end of this transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")


@contextmanager
def alone(store: Store) -> Iterator[Connection]:
    """A transaction that no other upgrade shares. Foreign keys are looked at once, before the commit: SQLite changes
    a table by making a new one."""
    with store.engine.connect() as connection:
        if store.postgres:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            broken = (
                [] if store.postgres else connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            )
            if broken:
                raise UpgradeImpossible(
                    f"{len(broken)} rows would refer to nothing, first {tuple(broken[0])}"
                )
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
