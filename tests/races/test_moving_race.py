"""Two families must move at once and one place is left; a family takes what is held while its old booking is given back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from bot import scarce
from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import counting
from dialogs.booking.service import elsewhere, holding, moved
from knowledge.city import City
from tests.dialogs.booking.test_moving import DAY, book
from tests.world import World

WAIT = 0.3
"""Seconds for which the one that came first stays open, so that the other meets it: it waits there, or runs through."""
LEFT = "xiaoman"


async def two_families(world: World) -> City:
    """Both come tomorrow to the home-based place; elsewhere there is one place that has room for one child."""
    for name in ("p1", "p2"):
        await book(world, name)
    city = home(world.settings)
    return replace(city, places=(city.place("heting"), city.place(LEFT).model_copy(update={"licensed": 1})))


def begin(world: World, city: City, booking: int) -> Callable[[Db], bool]:
    cause = moved.Cause("short")
    return lambda db: moved.begin(turn(world, db), city, booking, cause)


def turn(world: World, db: Db, name: str = "") -> Turn:
    ground, everyone = world.house.ground, world.house.registry
    if not name:
        return Turn(ground, db, world.now, everyone=everyone)
    place = Place("terminal", name)
    address, who = people.meet(db, place, world.now)
    return Turn(ground, db, world.now, who, place, address, everyone=everyone)


def one_inside_the_other(world: World, first: Callable[[Db], Any], second: Callable[[Db], Any]) -> None:
    """Both in transactions of their own: the second begins while the first has written and not committed."""
    written = threading.Event()

    def holds(db: Db) -> None:
        first(db)
        written.set()
        threading.Event().wait(WAIT)

    def follows(db: Db) -> None:
        second(db)

    store = world.house.store
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(store.write, holds)
        assert written.wait(10)
        other = pool.submit(store.write, follows)
        one.result(30)
        other.result(30)


def aside(world: World, booking: int) -> list[tuple[str, int]]:
    """What is held for a family at the place that has room for one."""
    rows = world.rows(
        "SELECT day, starts FROM booking WHERE instead_of = :id AND state = 'aside' AND place = :place",
        id=booking,
        place=LEFT,
    )
    return [(row["day"], row["starts"]) for row in rows]


def agrees(world: World) -> None:
    found = world.house.store.write(
        lambda db: (holding.recounted(turn(world, db)), scarce.below(db, counting.head(LEFT, DAY)))
    )
    assert found[0] == []
    assert all(used <= cap for cap, used in found[1].values())


async def test_the_last_place_is_held_for_one_family_only(any_world: World) -> None:
    world = any_world
    city = await two_families(world)
    looks = world.house.store.read(
        lambda db: [
            {(one.wish.house.place, one.wish.span.day, one.wish.span.first) for one in elsewhere.found(turn(world, db), city, row)}
            for row in db.all("SELECT * FROM booking ORDER BY id")
        ]
    )  # fmt: skip
    assert looks[0] & looks[1], "the race is none: looking would already tell them apart"
    one_inside_the_other(world, begin(world, city, 1), begin(world, city, 2))
    while world.rows("SELECT 1 AS one FROM booking WHERE state = 'booked' AND id = 2"):
        world.house.store.write(begin(world, city, 2))
    first, second = aside(world, 1), aside(world, 2)
    assert first
    assert not set(first) & set(second)
    agrees(world)


@pytest.mark.parametrize("back_first", [True, False])
async def test_taking_and_giving_back_at_once_leave_one_booking(any_world: World, back_first: bool) -> None:
    world = any_world
    city = await two_families(world)
    assert world.house.store.write(begin(world, city, 1))
    move = world.rows("SELECT * FROM booking_move")[0]
    held = world.rows("SELECT id FROM booking WHERE instead_of = 1 ORDER BY id")[0]["id"]
    offer = world.rows("SELECT id FROM offer")[0]["id"]

    def takes(db: Db) -> None:
        moved.take(turn(world, db, "p1"), {"offer": offer, "booking": held}, city)

    def comes_back(db: Db) -> None:
        moved.restore(turn(world, db), city, move)

    one_inside_the_other(world, *((comes_back, takes) if back_first else (takes, comes_back)))
    stand = world.rows(
        "SELECT id FROM booking WHERE person_id = (SELECT person_id FROM booking WHERE id = 1) AND state = 'booked'"
    )
    assert [row["id"] for row in stand] == [1 if back_first else held]
    assert not world.rows("SELECT 1 AS one FROM booking WHERE state IN ('moving', 'aside')")
    agrees(world)
