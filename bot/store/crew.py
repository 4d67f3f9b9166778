"""Who works on this database: this process, those beside it, and which of them leads.

A SQLite file belongs to one process: it locks a file beside the database, and a second one is refused. On PostgreSQL
several share the work. Each holds an advisory lock under a number of its own for as long as its connection lives, so
the server itself knows who is there: a killed process is gone at once, and no clock has a say in it. One of them
leads (reads updates, introduces the bot); when it is gone another one does. What they tell one another goes through
LISTEN and NOTIFY and is never needed for the truth, which is rows.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

import orjson
import psycopg
import structlog
from sqlalchemy import make_url

from bot.store.engines import PATIENT
from bot.store.session import Store

log = structlog.get_logger(__name__)
GONE_S = 3.0
"""A worker whose lock nobody held for so long is dead; after the server itself restarted they all come back sooner."""
LOOK_S = 1.0
AGAIN_S = 0.5
_WORKERS, _LEAD = 0x0D002, 0x0D003
"""PostgreSQL's numbers of the two kinds of lock."""
_CHANNEL = "doorstep"
_HELD = (
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

Hear = Callable[[Any], None]
"""Called in the crew's own thread with what another worker told."""


class DatabaseTaken(Exception):
    """Another process works on this SQLite database; the message says which and what to do."""


class Crew(Protocol):
    """`number` is this process's own among those on the database; 0: it sends nothing itself. `size` counts them."""

    number: int

    @property
    def size(self) -> int:
        """How many work on this database now, this one included."""

    @property
    def leads(self) -> bool:
        """Whether this one does what only one may do."""

    def gone(self, number: int) -> bool:
        """Whether the worker of this number is surely dead."""

    def hear(self, topic: str, act: Hear) -> None:
        """Have `act` called, in a thread of the crew, with what others tell on a topic."""

    def tell(self, store: Store, topic: str, what: Any) -> None:
        """Tell the others, soon. Ids only: never words. What nobody hears is lost."""

    def close(self) -> None:
        """Leave."""


class Alone:
    """The only one. `lock` is the file that keeps a second one out; None: whoever opened it sees to that."""

    size = 1
    leads = True

    def __init__(self, lock: Path | None = None, number: int | None = None) -> None:
        """Raises DatabaseTaken."""
        self.number = _number() if number is None else number
        self._lock = None if lock is None else _locked(lock)

    def gone(self, number: int) -> bool:
        return number != self.number

    def hear(self, topic: str, act: Hear) -> None:
        pass

    def tell(self, store: Store, topic: str, what: Any) -> None:
        pass

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()


class Visitor(Alone):
    """Acts on the rows beside whoever works on them, such as a command of the command line; it sends nothing."""

    leads = False

    def __init__(self) -> None:
        super().__init__(number=0)

    def gone(self, number: int) -> bool:
        return False


class Several:
    """One of several on PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Joins the others. Raises what the database raises."""
        self.number = _number()
        given = make_url(url)
        self._where: dict[str, Any] = {**given.get_dialect()().create_connect_args(given)[1], **PATIENT}
        self._hearing: dict[str, Hear] = {}
        self._seen: dict[int, float] = {}
        self._here = frozenset({self.number})
        self._looking_since = float("inf")
        self._leads = False
        self._ending = threading.Event()
        connection = self._join()
        self._thread = threading.Thread(target=self._watch, args=(connection,), name="crew", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        return len(self._here)

    @property
    def leads(self) -> bool:
        return self._leads

    def gone(self, number: int) -> bool:
        now = time.monotonic()
        last = max(self._seen.get(number, self._looking_since), self._looking_since)
        return number != self.number and number not in self._here and now - last > GONE_S

    def hear(self, topic: str, act: Hear) -> None:
        self._hearing[topic] = act

    def tell(self, store: Store, topic: str, what: Any) -> None:
        if self.size > 1:
            words = orjson.dumps([self.number, topic, what]).decode()
            store.submit(
                lambda db: db.run("SELECT pg_notify(:channel, :words)", channel=_CHANNEL, words=words)
            )

    def close(self) -> None:
        self._ending.set()
        self._thread.join()

    # -- within, in a thread of its own ----------------------------------------------------------------------------

    def _join(self) -> psycopg.Connection[Any]:
        raw = psycopg.connect(**self._where, autocommit=True)
        raw.execute("SELECT pg_advisory_lock(%s, %s)", (_WORKERS, self.number))
        raw.execute(f"LISTEN {_CHANNEL}")
        self._look(raw)
        self._looking_since = time.monotonic()
        return raw

    def _watch(self, raw: psycopg.Connection[Any] | None) -> None:
        while not self._ending.is_set():
            try:
                raw = raw or self._join()
                for notice in raw.notifies(timeout=LOOK_S):
                    self._heard(notice.payload)
                self._look(raw)
            except psycopg.Error as why:
                self._leads, self._looking_since = False, float("inf")
                log.warning("the database hung up; joining the others again", error=type(why).__name__)
                if raw is not None:
                    raw.close()
                raw = None
                self._ending.wait(AGAIN_S)
        if raw is not None:
            raw.close()

    def _look(self, raw: psycopg.Connection[Any]) -> None:
        """Who is here now; and lead, where nobody does."""
        here = frozenset(int(row[0]) for row in raw.execute(_HELD, (_WORKERS,))) | {self.number}
        now = time.monotonic()
        self._seen = {number: at for number, at in self._seen.items() if now - at < 60} | dict.fromkeys(
            here, now
        )
        self._here = here
        if not self._leads:
            tried = raw.execute("SELECT pg_try_advisory_lock(%s, 0)", (_LEAD,)).fetchone()
            self._leads = tried is not None and bool(tried[0])

    def _heard(self, words: str) -> None:
        sender, topic, what = orjson.loads(words)
        act = self._hearing.get(topic)
        if sender != self.number and act is not None:
            try:
                act(what)
            except Exception:
                log.exception("what another worker told could not be heeded", topic=topic)


def join(url: str) -> Crew:
    """Work on this database: alone on SQLite, beside others on PostgreSQL. Raises DatabaseTaken."""
    if url.startswith("postgresql"):
        return Several(url)
    file = make_url(url).database
    return Alone(Path(f"{file}.lock") if file and file != ":memory:" else None)


def _number() -> int:
    return secrets.randbelow(2**31 - 1) + 1


def _locked(path: Path) -> IO[str]:
    """The file, locked for as long as it is open; it names the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as why:
        file.seek(0)
        who = file.read().strip() or "unknown"
        file.close()
        raise DatabaseTaken(
            f"{path.with_suffix('')}: process {who} works on this database already -- end it first, give this one a"
            " DOORSTEP_DATA_DIR of its own, or use PostgreSQL (DOORSTEP_DATABASE_URL), which several may share"
        ) from why
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
