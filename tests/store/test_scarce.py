"""Counters of what is scarce: several at once or none, never below nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import scarce
from bot.store.session import Store
from bot.store.upgrade import upgrade


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    upgrade(made)
    yield made
    made.close()


def used(store: Store, key: str) -> int | None:
    found = store.read(lambda db: scarce.count(db, key))
    return None if found is None else found[1]


def test_all_of_a_claim_or_nothing(store: Store) -> None:
    store.write(lambda db: scarce.set_cap(db, "a", 3))
    store.write(lambda db: scarce.set_cap(db, "b", 1))
    assert store.write(lambda db: scarce.take(db, {"b": 1, "a": 2}))
    assert not store.write(lambda db: scarce.take(db, {"a": 1, "b": 1}))
    assert not store.write(lambda db: scarce.take(db, {"a": 1, "unknown": 1}))
    assert (used(store, "a"), used(store, "b"), used(store, "unknown")) == (2, 1, None)
    assert store.write(lambda db: scarce.take(db, {"a": 1}))
    assert not store.write(lambda db: scarce.take(db, {"a": 1}))


def test_what_comes_back_can_be_taken_again_and_no_more_than_was_taken(store: Store) -> None:
    store.write(lambda db: scarce.set_cap(db, "a", 2))
    assert store.write(lambda db: scarce.take(db, {"a": 2}))
    store.write(lambda db: scarce.give_back(db, {"a": 1}))
    assert store.write(lambda db: scarce.take(db, {"a": 1}))
    with pytest.raises(LookupError):
        store.write(lambda db: scarce.give_back(db, {"a": 3}))
    assert used(store, "a") == 2


def test_a_smaller_cap_takes_nothing_away(store: Store) -> None:
    store.write(lambda db: scarce.set_cap(db, "a", 5, used=4))
    store.write(lambda db: scarce.set_cap(db, "a", 2, used=0))
    assert store.read(lambda db: scarce.count(db, "a")) == (2, 4)
    assert not store.write(lambda db: scarce.take(db, {"a": 1}))


def test_counters_follow_what_there_is_when_they_are_taken_of(store: Store) -> None:
    assert store.write(lambda db: scarce.take(db, {"b": 1, "a": 2}, {"a": 3, "b": 1}))
    assert not store.write(lambda db: scarce.take(db, {"a": 1, "b": 1}, {"a": 3, "b": 1}))
    assert store.write(lambda db: scarce.take(db, {"b": 2}, {"b": 3}))
    assert not store.write(lambda db: scarce.take(db, {"a": 1}, {"a": 2})), (
        "nothing is left, nothing taken away"
    )
    assert store.read(lambda db: (scarce.count(db, "a"), scarce.count(db, "b"))) == ((2, 2), (3, 3))


def test_places_in_a_line_are_numbered_in_the_order_of_coming(store: Store) -> None:
    futures = [store.submit(lambda db: scarce.next_number(db, "line")) for _ in range(40)]
    assert sorted(future.result(30) for future in futures) == list(range(1, 41))
