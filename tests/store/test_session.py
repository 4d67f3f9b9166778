"""Transactions: what belongs together is stored together, on either database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.session import Db, Store, sqlite_url
from bot.store.tables import Person
from bot.store.upgrade import upgrade


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    upgrade(store)
    yield store
    store.close()


def put(db: Db, key: str, value: str = "") -> None:
    db.run("INSERT INTO setting (key, value) VALUES (:key, :value)", key=key, value=value)


def keys(store: Store) -> list[str]:
    return [row["key"] for row in store.read(lambda db: db.all("SELECT key FROM setting ORDER BY key"))]


def test_prepared_sql_and_sqlmodel_share_a_transaction(store: Store) -> None:
    def work(db: Db) -> int:
        person = Person(created=7_000_000_000_000)
        db.orm.add(person)
        assert db.value("SELECT created FROM person") == 7_000_000_000_000
        return int(person.id or 0)

    number = store.write(work)
    row = store.read(lambda db: db.one("SELECT id, lang FROM person"))
    assert row is not None
    assert (row["id"], row["lang"]) == (number, "zh")


def test_a_work_that_raises_is_undone(store: Store) -> None:
    def work(db: Db) -> None:
        db.orm.add(Person(created=1))
        put(db, "gone")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.write(work)
    assert keys(store) == []
    assert store.read(lambda db: db.value("SELECT count(*) FROM person")) == 0


def test_a_broken_statement_fails_alone_among_others(store: Store) -> None:
    gate = threading.Event()
    first = store.submit(lambda db: (gate.wait(10), put(db, "a")))
    bad: Future[int] = store.submit(lambda db: db.run("INSERT INTO nowhere VALUES (1)"))
    last = store.submit(lambda db: put(db, "b"))
    gate.set()
    first.result(10)
    last.result(10)
    with pytest.raises(Exception, match="nowhere"):
        bad.result(10)
    assert keys(store) == ["a", "b"]


def test_a_savepoint_undoes_its_part_only(store: Store) -> None:
    def part(db: Db) -> None:
        with db.savepoint():
            put(db, "within")
            db.orm.add(Person(created=1))
            raise RuntimeError("part")

    def work(db: Db) -> None:
        put(db, "before")
        with pytest.raises(RuntimeError, match="part"):
            part(db)
        put(db, "after")

    store.write(work)
    assert keys(store) == ["after", "before"]
    assert store.read(lambda db: db.value("SELECT count(*) FROM person")) == 0


def test_a_savepoint_after_a_failed_statement_goes_on(store: Store) -> None:
    """On PostgreSQL a failed statement poisons its transaction unless a savepoint is between."""

    def work(db: Db) -> None:
        with pytest.raises(Exception, match="nowhere"), db.savepoint():
            db.run("INSERT INTO nowhere VALUES (1)")
        put(db, "after")

    store.write(work)
    assert keys(store) == ["after"]


def test_percent_signs_colons_and_casts_are_not_parameters(store: Store) -> None:
    store.write(lambda db: put(db, "100%", "12:30 %s"))
    found = store.read(
        lambda db: db.value("SELECT value FROM setting WHERE key LIKE :k AND '9:x' <> '%s'", k="100%")
    )
    assert found == "12:30 %s"


def test_nothing_is_read_before_it_is_committed(store: Store) -> None:
    written, looked = threading.Event(), threading.Event()

    def work(db: Db) -> None:
        put(db, "a")
        written.set()
        assert looked.wait(10)

    future = store.submit(work)
    assert written.wait(10)
    assert keys(store) == []
    looked.set()
    future.result(10)
    assert keys(store) == ["a"]


def test_a_reader_cannot_leave_anything(store: Store) -> None:
    store.read(lambda db: put(db, "a"))
    assert keys(store) == []


def test_many_at_once_lose_nothing(store: Store) -> None:
    store.write(lambda db: db.run("INSERT INTO scarce (key, cap, used) VALUES ('n', 1000, 0)"))
    futures = [
        store.submit(lambda db: db.run("UPDATE scarce SET used = used + 1 WHERE key = 'n'"))
        for _ in range(200)
    ]
    assert {future.result(30) for future in futures} == {1}
    assert store.read(lambda db: db.value("SELECT used FROM scarce")) == 200


def test_closing_finishes_what_is_waiting(database_url: str) -> None:
    store = Store(database_url)
    upgrade(store)
    futures = [store.submit(lambda db, n=n: put(db, str(n))) for n in range(100)]
    store.close()
    assert all(future.done() for future in futures)
    again = Store(database_url)
    assert len(keys(again)) == 100
    again.close()


def test_sqlite_refuses_a_write_inside_a_write(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "a.db"))
    with pytest.raises(RuntimeError, match="inside a write"):
        store.write(lambda _db: store.write(lambda db: db.value("SELECT 1")))
    store.close()


def test_a_file_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="unable to open"):
        Store(sqlite_url(tmp_path / "nowhere" / "a.db"))


def test_sqlite_is_set_up_for_safety(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "a.db"))
    pragmas = {name: store.write(lambda db, name=name: db.value(f"PRAGMA {name}"))
               for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    store.close()
