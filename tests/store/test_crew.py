"""Who works on a database: one on a SQLite file; on PostgreSQL several, who notice at once when one of them dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import psycopg
import pytest

from bot.cli.errors import explained
from bot.messages import Place
from bot.store import crew, people
from bot.store.crew import DatabaseTaken, Several
from bot.store.session import Db, Store, sqlite_url
from tests.running import wait
from tests.servers import Postgres
from tests.world import World


@pytest.fixture
def url(postgres: Postgres, worker_id: str) -> Iterator[str]:
    """A database of its own."""
    name = f"crew_{worker_id}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def hang_up(url: str) -> set[int]:
    """The server ends every connection of a database. Which they were."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        ).fetchall()
    return {int(row[0]) for row in rows}


def holders(store: Store) -> set[int]:
    """Which connections hold the lock of a worker."""
    rows = store.read(lambda db: db.all("SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory'"))
    return {int(row["pid"]) for row in rows}


def test_a_sqlite_file_belongs_to_one(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "data" / "doorstep.db")
    first = crew.join(url)
    with pytest.raises(DatabaseTaken) as refused:
        crew.join(url)
    lines = explained(refused.value)
    assert lines is not None
    assert "doorstep.db: process" in lines[0]
    assert "PostgreSQL" in lines[0], "it says what to do"
    first.close()
    second = crew.join(url)
    assert (second.size, second.leads) == (1, True)
    assert second.gone(first.number)
    second.close()


def test_several_know_of_one_another(url: str) -> None:
    """One leads; when it is gone another does, and the dead one is known as dead; what they tell arrives."""
    first, second, third = Several(url), Several(url), Several(url)
    store, heard = Store(url), threading.Event()
    second.hear("hold", lambda what: heard.set() if what == [7.0] else None)
    wait(lambda: [one.size for one in (first, second, third)] == [3, 3, 3], "they do not see each other")
    assert [one.leads for one in (first, second, third)] == [True, False, False]
    first.tell(store, "hold", [7.0])
    assert heard.wait(10)
    assert not second.gone(first.number)
    first.close()
    wait(lambda: second.gone(first.number) and third.gone(first.number), "the dead one is thought alive")
    wait(lambda: second.leads != third.leads, "nobody leads, or two do")
    assert not second.gone(third.number)
    for one in (second, third):
        one.close()
    store.close()


def test_a_server_that_hung_up_kills_nobody(url: str) -> None:
    """Everybody has lost their lock; they are back before anybody counts as dead."""
    first, second, store = Several(url), Several(url), Store(url)
    before = hang_up(url)
    wait(lambda: len(holders(store) - before) == 2, "they did not join again")
    store.close()
    wait(lambda: first.size == second.size == 2 and first.leads != second.leads, "they did not come back")
    assert not first.gone(second.number)
    assert not second.gone(first.number)
    first.close()
    second.close()


async def test_first_words_in_a_group_and_alone_at_once_make_one_person(any_world: World) -> None:
    """On PostgreSQL two workers look for the other place, find none, and would each make a person."""
    world, both = any_world, threading.Barrier(2, timeout=20)
    places = [Place("telegram", "501"), Place("telegram", "-100", "", "501")]

    def meet(place: Place) -> Future[int]:
        def work(db: Db) -> int:
            if db.postgres:
                both.wait()
            found = people.meet(db, place, world.now)[1].id
            if db.postgres:
                db.value("SELECT pg_sleep(0.2)")  # the other one looks while this one is not committed
            return found

        return world.house.store.submit(work)

    found = {future.result() for future in [meet(place) for place in places]}
    assert len(found) == len(world.rows("SELECT id FROM person")) == 1
