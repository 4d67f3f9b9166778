"""Somebody else comes in the same seat, people come to the door unannounced, and a child cannot be in two places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.turn import Turn
from dialogs.events.service import seats
from tests.world import World

BOOKS = "go:event:books-liuyin:2026-12-02"


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    assert world.house.store.write(lambda db: seats.recounted(Turn(world.house.ground, db, world.now))) == []
    world.close()


async def test_grandma_comes_instead_in_the_same_seat(world: World) -> None:
    await world.press("mama", f"{BOOKS}:parent")
    await world.say("mama", "20个月")
    await world.press("mama", "换爷爷奶奶带")
    assert world.keys("mama")[-1] == "events.comes"
    assert "爷爷奶奶带孩子来" in world.last("mama").text
    assert [tuple(row.values()) for row in world.rows("SELECT who, state FROM event_seat")] == [
        ("grandparent", "signed")
    ]
    await world.press("mama", "换爸妈带")
    await world.press("mama", "来不了，取消")
    await world.press("mama", "换爷爷奶奶带")
    assert world.keys("mama")[-1] == "events.gone_already"


async def test_two_seats_of_one_person_are_not_made_one(world: World) -> None:
    await world.press("erzi", "go:event:dance-songbai:2026-12-01:me")
    await world.press("erzi", "go:event:dance-songbai:2026-12-01:elder")
    await world.press("erzi", "换我自己去")
    assert world.keys("erzi")[-1] == "events.comes_twice"
    assert [row["who"] for row in world.rows("SELECT who FROM event_seat ORDER BY id")] == ["me", "elder"]


async def test_who_comes_to_the_door_takes_a_seat_while_there_is_one(town: World) -> None:
    town.staff("wang", "centre", "beiyuan")
    town.staff("mei", "centre", "shiqiao")
    await town.press("mama", "go:event:crawlers:2026-12-04:parent")
    await town.say("mama", "8个月")
    await town.say("wang", "活动名单")
    await town.press("wang", "1 名单")
    assert "现场来了一位" not in town.buttons("wang"), "not days before"
    await town.to("2026-12-04T09:50")
    await town.say("wang", "活动名单")
    await town.press("wang", "1 名单")
    await town.press("wang", "现场来了一位")
    assert town.keys("wang")[-1] == "events.walked_in"
    assert "还有 1 个名额" in town.last("wang").text
    await town.press("wang", "现场来了一位")
    assert "名额满了" in town.last("wang").text
    wanted = next(one for one in reversed(town.all) if one.to == "wang").button("现场来了一位")
    await town.press("wang", "现场来了一位")
    assert town.keys("wang")[-1] == "events.walk_in_full"
    await town.press("mei", wanted.id)
    assert "events.walked_in" not in town.keys("mei"), "of another place"
    await town.press("wang", "撤销")
    assert town.keys("wang")[-1] == "events.walk_in_undone"
    await town.say("wang", "活动名单")
    await town.press("wang", "1 名单")
    assert "现场来的 1 位" in town.last("wang").text
    await town.to("2026-12-04T10:46")
    await town.press("wang", wanted.id)
    assert town.keys("wang")[-1] != "events.walked_in", "it is over"


async def test_a_stay_of_the_same_child_at_that_hour_is_said(world: World) -> None:
    await world.say("mama", "柳荫小区附近，12月9日下午三点到五点托两小时，孩子20个月")
    await world.press("mama", "就约这个")
    assert world.keys("mama")[-1] == "booking.receipt"
    await world.press("mama", "go:event:books-liuyin:2026-12-09:grandparent")
    assert world.keys("mama")[-1] == "events.receipt"
    assert "时间撞上了" in world.last("mama").text
    assert "下午3:00–5:00" in world.last("mama").text
    await world.press("mama", "go:event:child-doctor:2026-12-09:grandparent")
    assert world.keys("mama")[-1] == "events.receipt"
    assert "时间撞上了" not in world.last("mama").text


async def test_an_activity_of_the_same_child_is_said_before_a_stay_is_booked(world: World) -> None:
    await world.press("mama", "go:event:books-liuyin:2026-12-09:parent")
    await world.say("mama", "20个月")
    assert world.keys("mama")[-1] == "events.receipt"
    assert "时间撞上了" not in world.last("mama").text, "it is no clash with itself"
    await world.say("mama", "柳荫小区附近，12月9日下午三点到五点托两小时，孩子20个月")
    assert "报了「柳荫绘本时间（示例）」" in world.last("mama").text
    assert "下午4:00–4:40" in world.last("mama").text
    await world.say("mama", "改成上午九点到十一点")
    assert world.keys("mama")[-1] == "booking.confirm.ask"
    assert "时间撞上了" not in world.last("mama").text
