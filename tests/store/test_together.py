"""Writes that share a transaction: each gets its own result, and one that fails fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.store.session import Db, Store
from bot.store.together import Together


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    made.write(lambda db: db.run("CREATE TABLE number (n INTEGER PRIMARY KEY)"))
    yield made
    made.close()


def put(db: Db, number: int) -> int:
    db.run("INSERT INTO number (n) VALUES (:n)", n=number)
    return -number


async def test_each_gets_its_own_result_and_one_that_fails_fails_alone(store: Store) -> None:
    store.write(lambda db: put(db, 7))  # whoever writes 7 now fails
    together: Together[int, int] = Together(store, put)
    done = await asyncio.gather(*(together.put(n) for n in range(20)), return_exceptions=True)
    assert [one for n, one in enumerate(done) if n != 7] == [-n for n in range(20) if n != 7]
    assert isinstance(done[7], Exception)
    assert store.read(lambda db: db.value("SELECT count(*) FROM number")) == 20
    assert await together.put(20) == -20
