"""A PostgreSQL server that hangs up: who was talking to it learns so, and the next write finds a new connection."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bot.store.session import WORKERS, Db, Store
from tests.servers import Postgres

HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
)


@pytest.fixture
def store(postgres: Postgres) -> Iterator[Store]:
    """A store on a database of its own."""
    store = Store(postgres.create_database("reconnect"))
    yield store
    store.close()
    postgres.drop_database("reconnect")


def test_writes_go_on_after_the_server_hung_up(store: Store, postgres: Postgres) -> None:
    """Every worker has a connection by then; each of them is gone."""
    for future in [store.submit(lambda db: db.value("SELECT pg_sleep(0.05)")) for _ in range(WORKERS)]:
        future.result()
    postgres.execute(HANG_UP.format("reconnect"))
    answers = [store.submit(lambda db: db.value("SELECT 1")) for _ in range(3 * WORKERS)]
    assert [future.result() for future in answers] == [1] * len(answers)


def test_a_work_cut_off_in_its_middle_fails_alone(store: Store, postgres: Postgres) -> None:
    """What was half done is undone by the server, the caller is told, the next one is served."""

    def cut(db: Db) -> None:
        db.run("CREATE TABLE half (n integer)")
        postgres.execute(HANG_UP.format("reconnect"))
        db.value("SELECT 1")

    with pytest.raises(psycopg.OperationalError):
        store.write(cut)
    assert store.write(lambda db: db.value("SELECT to_regclass('half')")) is None
