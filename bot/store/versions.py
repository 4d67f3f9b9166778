"""What Alembic does for us: runs the numbered versions, tells what differs from the classes, writes the next version."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot import VERSION
from bot.store.session import Store, sqlite_url
from bot.store.upgrade import MACHINE, Owner, UpgradeImpossible, owners, tables_of, upgrade

_HERE = MACHINE.versions.parent


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
        made = command.revision(
            config,
            message,
            autogenerate=True,
            head=f"{owner.name}@head" if own else "base",
            branch_label=None if own else owner.name,
            version_path=str(owner.versions),
            rev_id=f"{owner.name}_{len(own) + 1:04d}",
            # The machine goes first anyway; to lean on a later one of its versions would take its head away.
            depends_on=None if own or owner == MACHINE else f"{MACHINE.name}_0001",
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
