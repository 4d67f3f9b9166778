"""Brings the database to the present shape: numbered versions, each beside the tables it makes, run by Alembic.

Every owner of tables (the machine itself, and each dialog) has a branch of its own with its own folder of versions; a
dialog's branch stands on the machine's. All of them go up together, under a lock, in one transaction.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel
from sqlmodel.main import default_registry

from bot import VERSION
from bot.store import tables, tables_counter
from bot.store.session import Store, sqlite_url

_CLASSES = (tables, tables_counter)
"""The modules of the machine's own classes, known once they are imported."""
_HERE = Path(tables.__file__).parent / "migrations"
_LOCK = 0x0D00257EB
"""PostgreSQL's number of the lock under which one process at a time upgrades."""


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
    if _versions_of(store) == _heads(tuple(folders), _files(folders)):
        return
    with alone(store) as connection:
        step_up(connection, folders, "heads")


def step_up(connection: Connection, folders: Iterable[Path], *revisions: str) -> None:
    """Run the versions up to these, on a connection that `alone` gave. Raises UpgradeImpossible."""
    config = _config(owners(folders), connection)
    try:
        for revision in revisions:
            command.upgrade(config, revision)
    except CommandError as why:
        raise UpgradeImpossible(
            f"{connection.engine.url.render_as_string()}: {why} -- it was upgraded by a later version of this program"
            f" than {VERSION}; start that one, or bring back a backup from before"
        ) from why


def _versions_of(store: Store) -> set[str]:
    """The versions a database stands at; none before the first."""
    with store.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return set()
        return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _files(folders: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(sorted(str(file) for owner in owners(folders) for file in owner.versions.glob("*.py")))


@lru_cache(maxsize=8)
def _heads(folders: tuple[Path, ...], _files: tuple[str, ...]) -> frozenset[str]:
    """The newest version of every owner; worked out once for the same files."""
    return frozenset(ScriptDirectory.from_config(_config(owners(folders), None)).get_heads())


def known_revisions(folders: Iterable[Path]) -> set[str]:
    """Every version of every owner's tables that this program can bring a database to."""
    config = _config(owners(folders), None)
    return {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}


def drift(store: Store, folders: Iterable[Path] = ()) -> list[str]:
    """Where the upgraded database and the classes differ, one line each; empty when they agree."""
    everyone = owners(folders)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "target_metadata": SQLModel.metadata,
                "compare_type": True,
                "include_object": _only(everyone),
            },
        )
        return [str(change) for change in compare_metadata(context, SQLModel.metadata)]


def revise(name: str, message: str, folders: Iterable[Path] = ()) -> list[Path]:
    """Write the next version of one owner's tables, from what differs between its versions and its classes.

    For developers: it is made against a throw-away SQLite file and wants to be read before it is kept. Returns the
    files written (none when nothing differs). Raises UpgradeImpossible for an unknown owner.
    """
    everyone = owners(folders)
    owner = next((one for one in everyone if one.name == name), None)
    if owner is None:
        raise UpgradeImpossible(
            f"nobody named {name} has tables: {', '.join(one.name for one in everyone)} have"
        )
    owner.versions.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "empty.db"))
        try:
            upgrade(store, folders)
            return _write_version(store, everyone, owner, message)
        finally:
            store.close()


def _write_version(store: Store, everyone: tuple[Owner, ...], owner: Owner, message: str) -> list[Path]:
    with store.engine.connect() as connection:
        config = _config(everyone, connection)
        config.attributes["include_object"] = _only(everyone, owner)
        script = ScriptDirectory.from_config(config)
        own = [one for one in script.walk_revisions() if Path(one.path).parent == owner.versions]
        machine = script.get_revision(f"{MACHINE.name}@head") if owner != MACHINE else None
        made = command.revision(
            config,
            message,
            autogenerate=True,
            head=f"{owner.name}@head" if own else "base",
            branch_label=None if own else owner.name,
            version_path=str(owner.versions),
            rev_id=f"{owner.name}_{len(own) + 1:04d}",
            depends_on=machine.revision if machine else None,
            process_revision_directives=_drop_empty,
        )
    scripts = made if isinstance(made, list) else [made]
    return [Path(one.path) for one in scripts if one is not None]


def by_table(code: str) -> list[tuple[str, str]]:
    """What Alembic generated, as (table, indented statements): a function each, so that none grows long."""
    parts: list[tuple[str, list[str]]] = []
    for line in code.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        started = re.match(r"\s{0,4}(?:op\.|with op\.)\w+\(\s*(?:op\.f\()?['\"](\w+)['\"]", line)
        if started and (not parts or parts[-1][0] != started[1]):
            parts.append((started[1], []))
        if not parts:
            parts.append(("rest", []))
        parts[-1][1].append(f"    {line}" if not line.startswith("    ") else line)
    names = [name for name, _ in parts]
    return [
        (name if names.count(name) == 1 else f"{name}_{number}", "\n".join(lines))
        for number, (name, lines) in enumerate(parts, 1)
    ]


def _drop_empty(_context: object, _revision: object, directives: list[Any]) -> None:
    """Write no file where nothing differs."""
    if directives and directives[0].upgrade_ops.is_empty():
        directives.clear()


def _only(everyone: tuple[Owner, ...], owner: Owner | None = None) -> Any:
    """Which tables a comparison sees: of the classes those with an owner (or this owner's); of the database also
    those that no class has any longer."""
    theirs = {one: tables_of(one) for one in everyone}
    seen = set().union(*theirs.values()) if owner is None else theirs[owner]
    others = set().union(*theirs.values()) - seen

    def include(_thing: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
        return kind != "table" or (name not in others if reflected else name in seen)

    return include


def _config(everyone: tuple[Owner, ...], connection: Connection | None) -> Config:
    config = Config()
    versions = os.pathsep.join(str(owner.versions) for owner in everyone if owner.versions.is_dir())
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", versions.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


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
