"""The day at the place: its list in the morning, who came, who was taken home, who was missed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.world import World

HERE = (34.2733, 108.9377)
LIUYIN = (34.2701, 108.9402)


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Two families come tomorrow afternoon, one to each of two places."""
    world = World(tmp_path, url=database_url)
    await world.open()
    world.staff("wang", "centre", "heting")
    world.staff("zhao", "centre", "liuyin")
    for who, at in (("mama", HERE), ("papa", LIUYIN)):
        await world.say(who, "明天下午两点到五点想托，孩子14个月")
        await world.share(who, location=at)
        await world.press(who, "就约这个")
    yield world
    world.close()


def state(town: World, number: int) -> str:
    return str(town.rows("SELECT state FROM booking WHERE id = :id", id=number)[0]["state"])


async def test_each_place_gets_its_own_list_in_the_morning_and_on_demand(town: World) -> None:
    await town.to("2026-12-02T07:31")
    assert town.keys("wang")[-1] == town.keys("zhao")[-1] == "booking.list"
    assert "编号 1" in town.last("wang").text
    assert "编号 2" not in town.last("wang").text
    await town.say("wang", "今天有几个孩子？")
    assert "编号 1" in town.last("wang").text
    await town.say("mama", "今天名单")
    assert town.keys("mama")[-1] != "booking.list", "a family is no staff"


async def test_a_child_comes_and_is_taken_home_and_the_rest_of_its_time_is_free(town: World) -> None:
    await town.to("2026-12-02T14:05")
    await town.say("wang", "今天名单")
    await town.press("wang", "到了：编号 1")
    assert state(town, 1) == "came"
    await town.say("mama", "我的")
    assert "booking.mine_there" in town.keys("mama")
    await town.to("2026-12-02T16:00")
    await town.press("wang", "接走了")
    assert state(town, 1) == "came", "not before it is said by whom"
    await town.press("wang", "家长本人")
    assert state(town, 1) == "left"
    assert town.keys("mama")[-1] == "booking.stayed"
    assert not town.rows("SELECT key FROM scarce WHERE used > 0 AND key LIKE 'care/heting/%'")
    await town.to("2026-12-02T21:01")
    assert town.keys("mama")[-1] == "booking.stayed"


async def test_staff_of_another_place_change_nothing(town: World) -> None:
    await town.to("2026-12-02T14:05")
    await town.say("wang", "今天名单")
    button = next(
        button.id for row in town.last("wang").message.buttons for button in row if "编号 1" in button.label
    )
    await town.press("zhao", button)
    assert state(town, 1) == "booked"
    await town.press("wang", button)
    assert state(town, 1) == "came"


async def test_whoever_never_came_is_told_kindly_and_believed(town: World) -> None:
    await town.to("2026-12-02T21:01")
    assert [state(town, 1), state(town, 2)] == ["missed", "missed"]
    assert town.keys("mama")[-1] == "booking.missed"
    await town.press("mama", "我们去了")
    assert state(town, 1) == "left"
    assert town.keys("wang")[-1] == "booking.says_there"
    assert state(town, 2) == "missed"
