"""A family has itself erased while one of its stays ends: neither waits for the other in a ring. One by one they do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from functools import partial
from typing import Any

from psycopg.errors import DeadlockDetected

from bot.store.people import Who
from bot.store.session import Db
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.service import holding, leaving
from dialogs.booking.service.holding import Child, Wish
from tests.races import stays
from tests.world import World

DAY = date(2026, 12, 2)


def turn_of(world: World, db: Db) -> Turn:
    return Turn(world.house.ground, db, world.now, Who(1))


def two_stays(world: World, db: Db) -> None:
    """Two children of one family are there in the same half hours: their bookings share counters."""
    turn = turn_of(world, db)
    house = stays.grounds(world.house.ground, DAY)[1]
    for child, months in ((1, 14), (1 + stays.FAMILIES, 15)):
        held = holding.hold(
            turn, Wish(house, counting.span_of(DAY, 14 * 60, 17 * 60), (Child(child, months),))
        )
        assert isinstance(held, int)


def one_by_one(turn: Turn, _person: int) -> None:
    for number in (1, 2):
        holding.cancel(turn, number)


async def both(world: World, erase: Callable[[Turn, int], None]) -> list[Future[Any]]:
    """The second stay is about to end when its family goes."""
    store = world.house.store
    stays.settle(world.house.ground, store)
    store.write(partial(two_stays, world))
    moved = threading.Event()

    def ends(db: Db) -> None:
        turn = turn_of(world, db)
        if db.postgres:
            db.one("SELECT id FROM booking WHERE id = 2 FOR UPDATE")
        moved.set()
        threading.Event().wait(0.4 if db.postgres else 0)  # whoever erases comes as far as it can
        holding.end(turn, 2, ("held",), "lapsed")

    ending = store.submit(ends)
    assert moved.wait(timeout=30)
    return [ending, store.submit(lambda db: erase(turn_of(world, db), 1))]


async def test_whoever_is_erased_while_a_stay_ends_waits_for_it_and_all_room_is_free(
    any_world: World,
) -> None:
    for work in await both(any_world, leaving.erase):
        work.result(timeout=30)
    assert [row["state"] for row in any_world.rows("SELECT state FROM booking ORDER BY id")] == [
        "cancelled",
        "lapsed",
    ]
    assert any_world.rows("SELECT key FROM scarce WHERE used <> 0") == []


async def test_one_stay_after_the_other_would_wait_in_a_ring(any_world: World) -> None:
    works = await both(any_world, one_by_one)
    if not any_world.house.store.postgres:
        for work in works:
            work.result(timeout=30)  # one writer: nobody waits
        return
    raised = [error for work in works if (error := work.exception(timeout=30)) is not None]
    assert [type(error.__cause__ or error) for error in raised] == [DeadlockDetected]
