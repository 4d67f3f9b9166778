"""Transactions on SQLite or PostgreSQL: one way to run prepared SQL, one place where commits happen.

`Store.write` runs a piece of plain synchronous work in a transaction. On SQLite one writer thread commits whatever
turns are waiting as a group, each in its own savepoint (WAL, synchronous=FULL); on PostgreSQL each work has its
own connection. Statements are written once, with `:name` parameters; SQLModel is there for everything off the
path of a turn, on the same connection and in the same transaction.
"""

from __future__ import annotations

import asyncio
import queue
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
import sqlalchemy.exc
from psycopg import RawCursor
from psycopg.rows import dict_row
from sqlalchemy import Connection, Engine
from sqlmodel import Session

from bot.meters import WRITES
from bot.store import engines

T = TypeVar("T")
OperationalError = (sqlite3.OperationalError, psycopg.OperationalError, sqlalchemy.exc.OperationalError)
"""What the database raises when it is away, locked, full or hung up: nothing is stored, and it may be tried again."""
Row = Mapping[str, Any]
Answer = Future[Any] | asyncio.Future[Any]
"""Where the result of a work goes: to a thread that waits, or to a coroutine."""
Told = tuple[Answer, Any, BaseException | None]
"""An answer with its result, or with what was raised."""
GROUP = 64
"""How many waiting works one SQLite commit carries at most."""
WORKERS = 8
"""How many PostgreSQL transactions run at once."""
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class _Statement:
    """A statement as PostgreSQL wants it, with $1, $2 …; its parameters in that order; its columns, once they are known."""

    def __init__(self, sql: str) -> None:
        self.parameters = names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
        self.sql = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", sql).encode()
        self.columns: tuple[str, ...] = ()

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values of its parameters, in their order."""
        return [given[name] for name in self.parameters]


_statement = lru_cache(maxsize=1024)(_Statement)


class _Cursor(RawCursor[Any]):
    """Gives rows as dicts. The columns of a statement are learnt once: to ask for them each time costs as much again."""

    statement: _Statement

    def perform(self, statement: _Statement, values: Mapping[str, Any]) -> _Cursor:
        """Execute a statement."""
        self.statement = statement
        self.execute(statement.sql, statement.values(values))
        return self


def _dicts(cursor: Any) -> Callable[[Sequence[Any]], Any]:
    """psycopg's row factory for `_Cursor`. A column that a later version added changes their number."""
    result = cursor.pgresult
    if result is None or not result.nfields:
        return dict_row(cursor)
    statement: _Statement = cursor.statement
    if len(statement.columns) != result.nfields:
        statement.columns = tuple(result.fname(at).decode() for at in range(result.nfields))
    columns = statement.columns
    return lambda values: dict(zip(columns, values, strict=True))


def away(why: BaseException) -> bool:
    """Whether the database itself is to blame (away, locked, full, hung up): the same may work later.

    SQLite raises the same class for a statement that it does not understand, which never will.
    """
    cause: BaseException | None = why.orig if isinstance(why, sqlalchemy.exc.OperationalError) else why
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_BUSY) != sqlite3.SQLITE_ERROR
    return isinstance(cause, OperationalError)


class Db:
    """One open transaction. `run` and its kin take prepared SQL, `orm` is a SQLModel session beside it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        if not connection.in_transaction():
            connection.begin()  # for SQLAlchemy's books only: in AUTOCOMMIT it says nothing to the database
        self._raw = cast("Any", connection.connection.driver_connection)
        self.postgres = isinstance(self._raw, psycopg.Connection)
        # One for the whole transaction: to make one for each statement costs as much again.
        self._cursor: Any = _Cursor(self._raw, row_factory=_dicts) if self.postgres else None
        self._orm: Session | None = None

    def run(self, sql: str, **values: Any) -> int:
        """Execute a statement; how many rows it touched."""
        return int(self._execute(sql, values).rowcount)

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row, or None."""
        return cast("Row | None", self._execute(sql, values).fetchone())

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row."""
        return cast("list[Row]", self._execute(sql, values).fetchall())

    def many(self, sql: str, rows: list[dict[str, Any]]) -> None:
        """Execute a statement once for each row of values."""
        if not rows:
            return
        self.flush()
        if self.postgres:
            statement = _statement(sql)
            self._cursor.executemany(statement.sql, [statement.values(row) for row in rows])
        else:
            self._raw.cursor().executemany(sql, rows)

    def value(self, sql: str, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, **values)
        return None if row is None else next(iter(dict(row).values()))

    @property
    def orm(self) -> Session:
        """A SQLModel session in this transaction; what it holds is flushed before the commit and before `run`."""
        if self._orm is None:
            self._orm = Session(
                bind=self._connection, expire_on_commit=False, join_transaction_mode="rollback_only"
            )
        return self._orm

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail alone: an exception undoes this part only, and goes on up."""
        self.flush()
        self._raw.execute("SAVEPOINT part")
        try:
            yield
            self.flush()
        except BaseException:
            self._forget()
            self._raw.execute("ROLLBACK TO SAVEPOINT part")
            raise
        finally:
            self._raw.execute("RELEASE SAVEPOINT part")

    def flush(self) -> None:
        """Send what the SQLModel session still holds."""
        if self._orm is not None:
            self._orm.flush()

    def close(self) -> None:
        """Let go of the SQLModel session; the transaction itself belongs to the store."""
        if self._orm is not None:
            self._orm.close()
            self._orm = None

    def _forget(self) -> None:
        if self._orm is not None:
            self._orm.expunge_all()

    def _execute(self, sql: str, values: Mapping[str, Any]) -> Any:
        self.flush()
        if self.postgres:
            return self._cursor.perform(_statement(sql), values)
        cursor = self._raw.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, values)


class Store:
    """The database: `write` for a transaction, `read` for a look, `submit` for a write awaited elsewhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.postgres = url.startswith("postgresql")
        self._engine = engines.postgres(url, WORKERS) if self.postgres else engines.sqlite(url, WORKERS)
        self._pool: ThreadPoolExecutor | None = None
        self._own = threading.local()
        self._kept: set[Connection] = set()
        self._began: dict[Answer, float] = {}
        self._queue: queue.SimpleQueue[tuple[Callable[[Db], Any], Answer] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        if self.postgres:
            self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="store")
        else:
            self._writer = threading.Thread(
                target=self._write_groups, args=(self._engine.connect(),), name="store", daemon=True
            )
            self._writer.start()

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for migrations."""
        return self._engine

    def submit(self, work: Callable[[Db], T]) -> Future[T]:
        """Run `work` in a transaction elsewhere; the future is done when it is committed (or has failed alone)."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # who waits may give up; the work itself is done all the same
        self._begin(work, future)
        return future

    def commit(self, work: Callable[[Db], T]) -> asyncio.Future[T]:
        """`submit` for a coroutine: all that one commit carries is handed back to their loop by one call into it."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._begin(work, future)
        return future

    @property
    def waits_s(self) -> float:
        """For how many seconds the oldest work that was handed in has been waiting for its commit."""
        return time.perf_counter() - min(list(self._began.values()), default=time.perf_counter())

    def write(self, work: Callable[[Db], T]) -> T:
        """Run `work` in a transaction and wait for its commit. Raises what `work` raised, undone."""
        if threading.current_thread() is self._writer:
            raise RuntimeError("a write inside a write: pass the open transaction on instead")
        return self.submit(work).result()

    def read(self, work: Callable[[Db], T]) -> T:
        """Run `work` on a connection that only reads, in the caller's thread."""
        with self._engine.connect() as connection:
            db = Db(connection)
            raw: Any = connection.connection.driver_connection
            raw.execute("BEGIN")
            try:
                return work(db)
            finally:
                db.close()
                raw.execute("ROLLBACK")

    def close(self) -> None:
        """Finish what is waiting and let go of the database."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        for connection in self._kept:
            connection.close()
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
        self._engine.dispose()

    def _begin(self, work: Callable[[Db], Any], answer: Answer) -> None:
        self._began[answer] = time.perf_counter()
        if self._pool is not None:
            self._pool.submit(self._write_alone, work, answer)
        else:
            self._queue.put((work, answer))

    def _write_alone(self, work: Callable[[Db], Any], answer: Answer) -> None:
        try:
            connection, raw = self._begun()
            db = Db(connection)
            try:
                result = work(db)
                db.flush()
                raw.execute("COMMIT")
            except BaseException:
                if raw.closed:
                    self._drop(connection)
                else:
                    raw.execute("ROLLBACK")
                raise
            finally:
                db.close()
        except BaseException as why:  # noqa: BLE001  the caller of submit gets it, whatever it is
            self._tell([(answer, None, why)])
        else:
            self._tell([(answer, result, None)])

    def _tell(self, told: Sequence[Told]) -> None:
        """Hand results and failures to whoever waits; each loop is woken once."""
        loops: dict[asyncio.AbstractEventLoop, list[Told]] = {}
        now = time.perf_counter()
        for one in told:
            WRITES.observe(now - self._began.pop(one[0], now))
            if isinstance(one[0], asyncio.Future):
                loops.setdefault(one[0].get_loop(), []).append(one)
            else:
                _settle([one])
        for loop, some in loops.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, some)

    def _begun(self) -> tuple[Connection, psycopg.Connection[Any]]:
        """This worker's own connection, in a transaction; a new one where the server has hung up meanwhile."""
        kept: Connection | None = getattr(self._own, "connection", None)
        if kept is not None:
            raw: psycopg.Connection[Any] = cast("Any", kept.connection.driver_connection)
            try:
                raw.execute("BEGIN")
                return kept, raw
            except psycopg.OperationalError:
                self._drop(kept)
        self._own.connection = kept = self._engine.connect()
        self._kept.add(kept)
        raw = cast("Any", kept.connection.driver_connection)
        raw.execute("BEGIN")
        return kept, raw

    def _drop(self, connection: Connection) -> None:
        self._own.connection = None
        self._kept.discard(connection)
        connection.invalidate()
        connection.close()

    def _write_groups(self, connection: Connection) -> None:
        with connection:
            raw: sqlite3.Connection = cast("Any", connection.connection.driver_connection)
            while (job := self._queue.get()) is not None:
                group = [job]
                while len(group) < GROUP and not self._queue.empty():
                    following = self._queue.get()
                    if following is None:
                        self._queue.put(None)
                        break
                    group.append(following)
                try:
                    self._tell(_commit_group(connection, raw, group))
                except BaseException as why:  # noqa: BLE001  a dead writer would let everybody wait for ever
                    self._tell([(answer, None, why) for _, answer in group if not answer.done()])


def _commit_group(
    connection: Connection, raw: sqlite3.Connection, group: list[tuple[Callable[[Db], Any], Answer]]
) -> list[Told]:
    """Commit several works at once; one that raises is undone alone, a failed commit fails them all."""
    told: list[Told] = []
    try:
        raw.execute("BEGIN IMMEDIATE")
        for work, answer in group:
            db = Db(connection)
            raw.execute("SAVEPOINT turn")
            try:
                result = work(db)
                db.flush()
            except BaseException as why:  # noqa: BLE001  one work's failure is its own, the group goes on
                raw.execute("ROLLBACK TO turn")
                told.append((answer, None, why))
            else:
                told.append((answer, result, None))
            finally:
                db.close()
                raw.execute("RELEASE turn")
        raw.execute("COMMIT")
    except BaseException as why:  # noqa: BLE001  a full disk or a lock: nothing of the group is stored
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        told = [(answer, None, why) for _, answer in group]
    return told


def _settle(told: Sequence[Told]) -> None:
    for answer, result, why in told:
        if answer.done():  # a coroutine that gave up
            continue
        if why is None:
            answer.set_result(result)
        else:
            answer.set_exception(why)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"
