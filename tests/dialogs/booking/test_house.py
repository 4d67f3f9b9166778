"""What a place has on a day follows its staff at once, and whoever looked before looks again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from time import sleep

import pytest
import pytest_asyncio

from bot import scarce
from bot.store.people import Who
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import roster
from dialogs.booking.rules.counting import House, Stay
from dialogs.booking.rules.roster import Regular
from dialogs.booking.service import room
from dialogs.booking.service.place import carers
from dialogs.booking.service.place import house as at_home
from knowledge.places import Place
from tests.dialogs.booking.test_proof import enrol
from tests.races import stays
from tests.world import World

DAY = stays.SAFE
NINE, TEN, NOON = 540, 600, 720


@pytest_asyncio.fixture
async def town(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=migrated_url)
    await world.open()
    yield world
    world.close()


def place(town: World, name: str = "heting") -> Place:
    return next(one for one in home(town.settings).places if one.id == name)


def on(town: World, day: date = DAY) -> House:
    return town.house.store.read(lambda db: at_home.on(db, place(town), day))


def turn(town: World, db: Db) -> Turn:
    return Turn(town.house.ground, db, town.now, Who(1))


def present(town: World) -> dict[int, int]:
    """Carers at 8:30, 9:00, 9:30, 10:00 and 11:30."""
    carers = on(town).carers
    return {slot: carers[slot] for slot in (17, 18, 19, 20, 23)}


async def test_carers_who_are_off_are_missing_in_every_half_hour_that_they_miss_a_part_of(
    town: World,
) -> None:
    store = town.house.store
    _, short = store.write(lambda db: carers.off(turn(town, db), place(town), DAY, NINE, TEN - 20))
    assert not short
    assert present(town) == {17: 2, 18: 1, 19: 1, 20: 2, 23: 2}
    store.write(lambda db: carers.off(turn(town, db), place(town), DAY, NINE, NOON, 5))
    assert present(town) == {17: 2, 18: 0, 19: 0, 20: 0, 23: 0}, "never below none, and open all the same"
    assert on(town, date(2026, 12, 3)).carers[18] == 2
    assert store.write(lambda db: carers.back(turn(town, db), place(town), DAY, TEN, 4)) == 4
    assert present(town) == {17: 2, 18: 0, 19: 0, 20: 1, 23: 1}
    assert store.write(lambda db: carers.back(turn(town, db), place(town), DAY, NINE)) == 6
    assert present(town) == dict.fromkeys((17, 18, 19, 20, 23), 2)
    assert not town.rows("SELECT * FROM carer_off")


async def test_children_of_the_house_take_first_on_their_days_but_not_while_they_are_away(
    town: World,
) -> None:
    enrol(town, "heting", "2025-03")
    assert on(town).enrolled == (Stay(20, range(18, 24)),), "born at the month's end as far as anybody knows"
    assert not on(town, date(2026, 12, 5)).enrolled, "a Saturday"
    left = town.house.store.read(lambda db: room.left(db, on(town), DAY))
    assert [left[f"care/heting/{DAY}/{slot}/heads"] for slot in (17, 18, 23, 24)] == [5, 4, 4, 5]

    def away(db: Db) -> None:
        at_home.change(db, "heting")
        db.run(
            "INSERT INTO enrolled_absent (enrolled_id, day, created) VALUES (1, :day, 0)", day=DAY.isoformat()
        )

    town.house.store.write(away)
    assert not on(town).enrolled
    assert on(town, date(2026, 12, 3)).enrolled


@pytest.mark.parametrize(
    ("day", "born", "comes"),
    [
        (date(2026, 12, 7), "2025-03", True),
        (date(2026, 12, 8), "2025-03", False),
        (date(2026, 2, 14), "2025-03", True),  # a Saturday worked in place of a Monday
        (date(2026, 12, 21), "2025-03", True),
        (date(2026, 12, 28), "2025-03", False),  # after its last day
        (date(2026, 12, 7), "2026-06", False),  # five months, if born on the last of June
    ],
)
def test_on_which_days_a_child_comes(day: date, born: str, comes: bool) -> None:
    child = Regular(born, "13", NINE, NOON, date(2026, 1, 1), date(2026, 12, 21))
    assert (roster.stay(child, day) is not None) == comes


async def test_nobody_takes_room_in_a_house_that_has_changed_since_they_looked(town: World) -> None:
    before = on(town)
    wish = [Stay(30, range(18, 20))]
    town.house.store.write(lambda db: carers.off(turn(town, db), place(town), DAY, NINE, NOON, 2))
    assert town.house.store.write(lambda db: room.take(db, before, DAY, wish)) is None
    assert not town.rows("SELECT key FROM scarce WHERE key LIKE 'care/%'")
    assert town.house.store.write(lambda db: room.take(db, on_now(db, town), DAY, wish)) is None, (
        "none is there"
    )


def on_now(db: Db, town: World) -> House:
    return at_home.on(db, place(town), DAY)


async def test_a_change_waits_for_whoever_is_taking_room_and_then_sees_it(town: World) -> None:
    """A carer falls ill while a family books: either the family sees it, or the place sees the family."""
    taking = Event()

    def takes(db: Db) -> None:
        assert room.take(db, on_now(db, town), DAY, [Stay(30, range(18, 20))]) is not None
        taking.set()
        sleep(0.3)  # the other one is at it by now, and waits

    def changes(db: Db) -> int:
        at_home.change(db, "heting")
        return sum(used for _, used in scarce.below(db, "care").values())

    with ThreadPoolExecutor(2) as two:
        first = two.submit(town.house.store.write, takes)
        assert taking.wait(10)
        second = two.submit(town.house.store.write, changes)
        first.result(20)
        assert second.result(20) > 0
