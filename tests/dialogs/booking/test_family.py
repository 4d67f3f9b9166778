"""A father's chat that was joined to the mother's: he sees the stay, may change who comes, and hears what cannot wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest_asyncio

from bot.store.session import Db
from tests.world import World


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[World]:
    """The mother has booked, the father has joined her, the child is there."""
    world.staff("wang", "centre", "liuyin")
    await world.say("mama", "柳荫小区附近，今天下午两点到五点想托，孩子14个月")
    await world.press("mama", "就约这个")
    await world.say("mama", "关联")
    code = world.find(r"关联 (\d{6})")
    await world.say("papa", f"关联 {code}")
    await world.press("papa", "是，关联")
    await world.say("papa", "我的")
    assert "柳荫托育中心" in world.last("papa").text
    await world.to("2026-12-01T14:01")
    await world.say("wang", "宝宝到了")
    yield world


async def test_a_father_who_joined_sees_it_and_changes_who_comes(town: World) -> None:
    await town.say("papa", "今天舅舅来接")
    assert town.keys("papa")[-1] == "fetching.changed"
    assert town.keys("wang")[-1] == "fetching.place_changed"
    await town.say("wang", "编号1 舅舅来接")
    assert town.keys("wang")[-1] == "booking.is_gone"


async def test_both_hear_that_nobody_came_and_one_answer_is_enough(town: World) -> None:
    await town.to("2026-12-01T17:11")
    assert town.keys("mama")[-1] == town.keys("papa")[-1] == "fetching.late10"
    await town.press("papa", "在路上")
    assert town.keys("wang")[-1] == "fetching.way"
    await town.to("2026-12-01T17:21")
    assert town.keys("mama")[-1] == town.keys("papa")[-1] == "fetching.late20_family"


async def test_both_are_asked_of_a_stranger(town: World) -> None:
    await town.say("wang", "编号1 叔叔来接")
    assert town.keys("mama")[-1] == town.keys("papa")[-1] == "fetching.stranger"
    await town.press("papa", "不同意")
    assert town.keys("wang")[-1] == "fetching.is_refused"
    await town.press("mama", "同意叔叔接走")
    await town.say("wang", "接走了")
    assert town.rows("SELECT state FROM booking")[0]["state"] == "came"


async def test_who_came_is_forgotten_after_ninety_days_and_that_somebody_came_is_not(town: World) -> None:
    await town.say("mama", "今天舅舅来接")
    await town.say("wang", "编号1 舅舅来接")

    def named() -> int:
        return len(town.rows("SELECT 1 FROM stay_step WHERE who IS NOT NULL")) + len(
            town.rows("SELECT 1 FROM booking WHERE fetcher IS NOT NULL")
        )

    steps = len(town.rows("SELECT 1 FROM stay_step"))
    older(town, 89)
    await town.to("2026-12-02T04:00")
    assert named() == 3
    older(town, 2)
    await town.to("2026-12-03T04:00")
    assert (named(), len(town.rows("SELECT 1 FROM stay_step"))) == (0, steps)


def older(town: World, days: int) -> None:
    """As if the stay had been so many days before."""
    day = (
        date.fromisoformat(town.rows("SELECT day FROM booking")[0]["day"]) - timedelta(days=days)
    ).isoformat()

    def write(db: Db) -> None:
        db.run("UPDATE stay_step SET at = at - :ms", ms=days * 86_400_000)
        db.run("UPDATE booking SET day = :day", day=day)

    town.house.store.write(write)
