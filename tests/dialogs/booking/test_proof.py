"""The proof of a month: the fullest half hours from the rows of the bookings, and a broken row named with its hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.clock import ms
from bot.store.people import Who
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules.counting import span_of
from dialogs.booking.service import holding
from dialogs.booking.service.holding import Child, Wish
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.place import proof, there
from tests.races import stays
from tests.world import World

DAY = stays.SAFE
MONTH = "2026-12"


@pytest_asyncio.fixture
async def town(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=migrated_url)
    await world.open()
    stays.settle(world.house.ground, world.house.store)
    yield world
    world.close()


def told(town: World, *values: str) -> str:
    return town.house.store.write(
        lambda db: proof.ratio(Turn(town.house.ground, db, town.now), values, home(town.settings))
    )


def comes(town: World, place: str, hours: tuple[int, int], *children: tuple[int | None, int]) -> int:
    """The booking of these children (subject, months) from one hour to another."""
    known = {one.id: one for one in home(town.settings).places}
    span = span_of(DAY, hours[0] * 60, hours[1] * 60)
    wish = Wish(houses.house(known[place], DAY), span, tuple(Child(*one) for one in children))

    def hold(db: Db) -> int:
        turn = Turn(town.house.ground, db, town.now, Who(1))
        held = holding.hold(turn, wish)
        assert isinstance(held, int)
        return held

    return town.house.store.write(hold)


def enrol(town: World, place: str, born: str) -> None:
    """A child that comes to a place of its own every working day from 9 to 12."""

    def write(db: Db) -> None:
        at_home.change(db, place)
        db.run(
            "INSERT INTO enrolled (place, nickname, born, weekdays, starts, ends, since, until, created) VALUES (:place,"
            " :nickname, :born, '12345', 540, 720, '2026-11-01', '', 0)",
            place=place,
            nickname=b"",
            born=born,
        )

    town.house.store.write(write)


async def test_the_fullest_half_hour_of_each_place_and_day(town: World) -> None:
    comes(town, "liuyin", (9, 11), (1, 8), (2, 14))
    comes(town, "liuyin", (10, 12), (3, 30))
    comes(town, "heting", (10, 11), (None, 30))
    head, heting, liuyin, verdict = told(town, MONTH).splitlines()
    assert head.split() == list(proof._COLUMNS)
    assert heting.split() == ["2026-12-02", "heting", "10:00-10:30", "0", "0", "0", "1", "0", "2", "35/210"]
    assert liuyin.split() == ["2026-12-02", "liuyin", "10:00-10:30", "1", "1", "1", "0", "0", "9", "71/945"]
    assert verdict == "never above ratio in 2026-12: 8 half hours with children, 3 bookings, 0 walk-ins"
    assert len(told(town, MONTH, "liuyin").splitlines()) == 3
    assert told(town, "2026-11").startswith("never above ratio in 2026-11: 0 half hours")


async def test_a_row_that_was_broken_is_named(town: World) -> None:
    """Ten children of one to five fill two carers; the eleventh comes half an hour before its time."""
    numbers = [comes(town, "dongtang", (9, 10), (child, 20)) for child in range(1, 11)]
    assert "210/210" in told(town, MONTH)
    late = comes(town, "dongtang", (10, 11), (11, 20))
    town.house.store.write(lambda db: db.run("UPDATE booking SET starts = 570 WHERE id = :id", id=late))
    with pytest.raises(ValueError, match="ABOVE RATIO") as told_why:
        told(town, MONTH)
    first, verdict = str(told_why.value).splitlines()
    assert first == (
        "2026-12-02 dongtang 09:30-10:00: 231 of 210 units with 2 carers; 11 toddler;"
        f" bookings {', '.join(str(number) for number in [*numbers, late])}"
    )
    assert verdict == "ABOVE RATIO in 2026-12: 1 findings, named above"


@pytest.mark.parametrize(
    ("state", "there"),
    [
        ("waiting", 0),
        ("held", 2),
        ("leaving", 2),
        ("cancelled", 0),
        ("lapsed", 0),
        ("missed", 0),
        ("came", 2),
    ],
)
async def test_who_counts_as_there(town: World, state: str, there: int) -> None:
    """Whoever waits has no room; whoever cancelled a minute ago still has it, for it can be undone."""
    comes(town, "heting", (10, 11), (1, 30))
    town.house.store.write(lambda db: db.run("UPDATE booking SET state = :state", state=state))
    assert f": {there} half hours" in told(town, MONTH)


async def test_the_roster_counts_and_is_named_where_it_alone_is_above(town: World) -> None:
    comes(town, "heting", (10, 11), (1, 30))
    for _ in range(4):
        enrol(town, "heting", "2024-05")
    assert "10:00-10:30  0       0        5      0        4         2       175/210" in told(
        town, MONTH, "heting"
    )
    for _ in range(2):
        enrol(town, "heting", "2024-05")
    with pytest.raises(ValueError, match="ABOVE RATIO") as told_why:
        told(town, MONTH, "heting")
    lines = str(told_why.value).splitlines()
    assert (
        "2026-12-02 heting 09:00-09:30: 6 children of 5 (heads); 6 older; 6 enrolled; the roster alone is above"
        in lines
    )
    assert (
        "2026-12-02 heting 10:00-10:30: 245 of 210 units with 2 carers; 7 older; bookings 1; 6 enrolled"
        in lines
    )


async def test_who_came_without_a_booking_counts_until_it_left(town: World) -> None:
    town.house.store.write(
        lambda db: db.run(
            "INSERT INTO walk_in (place, day, months, starts, ends, state, taken, created) VALUES ('heting', '2026-12-02',"
            " 20, 545, 600, 'left', '{}', 0)"
        )
    )
    assert told(town, MONTH).endswith(": 2 half hours with children, 0 bookings, 1 walk-ins")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("UPDATE booked_child SET months = 4", "1 below six months"),
        ("UPDATE booking SET day = '2026-12-05'", "35 of 0 units with 0 carers"),
        ("UPDATE booking SET place = 'nowhere'", "15 of 0 units with 0 carers"),
    ],
)
async def test_what_cannot_be_is_named(town: World, broken: str, said: str) -> None:
    comes(town, "heting", (10, 11), (1, 30))
    town.house.store.write(lambda db: db.run(broken))
    with pytest.raises(ValueError, match=said):
        told(town, MONTH)


async def test_a_sixth_child_at_a_home_is_named_though_the_ratio_holds(town: World) -> None:
    for child in range(1, 6):
        comes(town, "heting", (10, 11), (child, 30))
    told(town, MONTH)
    late = comes(town, "heting", (11, 12), (6, 30))
    town.house.store.write(lambda db: db.run("UPDATE booking SET starts = 630 WHERE id = :id", id=late))
    with pytest.raises(ValueError, match=r"10:30-11:00: 6 children of 5 \(heads\)"):
        told(town, MONTH)


@pytest.mark.parametrize("values", [("Dezember",), ("2026-13",), (MONTH, "liuyin", "nirgends")])
async def test_what_is_no_month_or_place_is_said(town: World, values: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"no month|no such place"):
        told(town, *values)


async def test_a_child_who_was_taken_home_early_counts_until_then(town: World) -> None:
    booking = comes(town, "heting", (10, 12), (1, 30))
    home_at = ms(datetime(2026, 12, 2, 11, 10, tzinfo=town.settings.zone))
    town.house.store.write(
        lambda db: db.run(
            "UPDATE booking SET state = 'left', decided = :at WHERE id = :id", at=home_at, id=booking
        )
    )
    assert told(town, MONTH).endswith(": 2 half hours with children, 1 bookings, 0 walk-ins")


def test_the_counters_of_a_slot_are_told_apart() -> None:
    """Slot 9 and slot 19 of one day, place "a" and place "ab"."""
    counters = {counting.key("a", DAY, 9, "care"): 1, counting.key("a", DAY, 19, "care"): 2, counting.key("ab", DAY, 9, "care"): 3}  # fmt: skip
    house = counting.House("a", {})
    assert there.of_slot(house, DAY, 9, counters) == {"care": 1}
