"""What others know of a place is told where it is found: how many could come on the day asked for, how full it looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

import dialogs
from bot.turn import Turn
from dialogs.booking.service.place import vacancy
from tests.world import World

AT_LIUYIN = (34.2701, 108.9402)


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.open()
    yield world
    world.close()


def line(town: World, name: str) -> str:
    """What the last answer says of a place."""
    lines = town.last("mama").text.splitlines()
    at = next(n for n, one in enumerate(lines) if name in one)
    return lines[at + 1]


async def test_free_places_are_those_of_the_day_that_is_asked_for(town: World) -> None:
    await town.share("mama", location=AT_LIUYIN)
    assert "今天最多还能约 20 个" in line(town, "柳荫托育中心")
    assert "今天来不及约了" in line(town, "荷亭家庭托育点"), "it wants to be booked twelve hours before"
    await town.press("papa", "go:place:liuyin:here")
    for words in ("14个月", "今天下午一点到四点", "就约这个"):
        await town.say("papa", words)
    await town.share("mama", location=AT_LIUYIN)
    assert "今天最多还能约 20 个" in line(town, "柳荫托育中心"), "behind four there is as much room as ever"
    await town.forward(hours=1, minutes=1)
    await town.share("mama", location=AT_LIUYIN)
    await town.say("mama", "周六能托的")
    assert "这周六（12月5日）最多还能约 12 个" in line(town, "小满早托之家")


async def test_of_an_age_only_those_who_fit_it_are_counted(town: World) -> None:
    await town.share("mama", location=AT_LIUYIN)
    await town.say("mama", "收7个月的")
    assert "今天最多还能约 10 个" in line(town, "柳荫托育中心"), "the cap of its class"


async def test_after_hours_the_next_open_day_is_told_and_a_canteen_has_no_places(town: World) -> None:
    await town.to("2026-12-04T20:00:00+08:00")
    await town.share("mama", location=AT_LIUYIN)
    assert "下周一（12月7日）最多还能约 20 个" in line(town, "柳荫托育中心")
    await town.say("mama", "附近的食堂")
    assert "还能约" not in town.last("mama").text


async def test_how_full_it_looks_is_told_with_its_minutes_and_not_for_long(town: World) -> None:
    here = dialogs.home(town.settings).place("chunhui")
    house = town.house.ground
    town.house.store.write(lambda db: vacancy.say(Turn(house, db, house.clock.now()), here, "some"))
    await town.forward(minutes=20)
    await town.say("mama", "春晖社区宝宝屋在哪")
    assert "20 分钟前园里看到的：适中" in town.last("mama").text
    assert town.last("mama").text.count("适中") == 1
    await town.forward(hours=2)
    await town.say("mama", "春晖社区宝宝屋在哪")
    assert "园里看到的" not in town.last("mama").text


async def test_free_places_are_those_of_the_day_that_was_asked_for(town: World) -> None:
    await town.share("mama", location=AT_LIUYIN)
    await town.say("mama", "明天能托的")
    assert "明天" in line(town, "柳荫托育中心")
    await town.press("mama", "柳荫托育中心（示例）")
    assert "明天（12月2日 周三）最多还能约" in town.last("mama").text


async def test_a_place_that_is_closed_for_the_time_being_says_so_and_is_not_booked(town: World) -> None:
    town.staff("wang", "centre", "liuyin")
    await town.say("wang", "停业到12月4号")
    await town.press("wang", "确认")
    await town.share("mama", location=AT_LIUYIN)
    answer = town.last("mama").text
    assert "停业中" in next(one for one in answer.splitlines() if "柳荫托育中心" in one)
    assert answer.count("停业中") == 1
    assert "还能约" not in line(town, "柳荫托育中心")
    await town.press("mama", "柳荫托育中心（示例）")
    assert "停业中，停到 这周五（12月4日）" in town.last("mama").text
    assert "在这里约" not in [button.label for row in town.last("mama").message.buttons for button in row]
    await town.share("mama", location=AT_LIUYIN)
    await town.say("mama", "现在开着的")
    assert "柳荫托育中心" not in town.last("mama").text, "open by its hours, and yet nobody is served"
    await town.say("wang", "恢复开园")
    await town.press("mama", "柳荫托育中心（示例）")
    assert "停业中" not in town.last("mama").text
