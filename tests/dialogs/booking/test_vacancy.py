"""How much room a place has, told through the registry to whoever shows it."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest_asyncio

from bot.serving import Free, Fullness
from bot.store.people import Who
from bot.store.session import Db
from bot.turn import Turn
from dialogs.booking.service.place import vacancy
from tests.dialogs.booking.test_house import place
from tests.dialogs.booking.test_proof import comes, enrol
from tests.races import stays
from tests.world import World

DAY = stays.SAFE


@pytest_asyncio.fixture
async def town(world: World, tmp_path: Path) -> World:
    stays.settle(world.house.ground, world.house.store)
    return world


def free(town: World, name: str, months: int | None = None, day: date = DAY) -> Free | None:
    def look(db: Db) -> Free | None:
        turn = Turn(town.house.ground, db, town.now)
        return town.house.registry.free_places(turn, name, day, months)

    return town.house.store.read(look)


async def test_places_that_are_free_on_a_day_by_age(town: World) -> None:
    empty = free(town, "heting")
    assert empty is not None
    assert empty.most == 5
    [(opens, closes)] = empty.spans
    for number in range(1, 4):
        comes(town, "heting", (9, 11), (number, 30))
    enrol(town, "heting", "2024-05")
    enrol(town, "heting", "2024-05")
    left = free(town, "heting", 30)
    assert left == Free(5, ((opens, time(9)), (time(11), closes)))
    assert free(town, "heting", 4) == Free(0)
    assert free(town, "heting", day=date(2026, 11, 1)) == Free(0), "a day that is over"
    assert free(town, "nowhere") is None


async def test_of_a_day_that_runs_what_is_still_to_come(town: World) -> None:
    await town.to("2026-12-02T10:10")
    [(begins, _)] = free(town, "liuyin").spans  # type: ignore[union-attr]
    assert begins == time(12, 30), "it wants to be booked two hours before"
    everywhere, infants = free(town, "liuyin"), free(town, "liuyin", 8)
    assert everywhere is not None
    assert infants is not None
    assert everywhere.most > infants.most > 0, "a class of the oldest is larger"


async def test_what_was_seen_is_told_for_two_hours_of_its_day(town: World) -> None:
    def told() -> Fullness | None:
        return town.house.store.read(
            lambda db: town.house.registry.fullness(Turn(town.house.ground, db, town.now), "dongtang")
        )

    assert told() is None
    for level in ("full", "some"):
        town.house.store.write(
            lambda db, level=level: vacancy.say(
                Turn(town.house.ground, db, town.now, Who(1)), place(town, "dongtang"), level
            )
        )
    assert told() == Fullness("some", town.now)
    await town.forward(hours=1, minutes=59)
    assert told() is not None
    await town.forward(minutes=2)
    assert told() is None
