"""What is asked after a date's card, and activities that are named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.world import World


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


async def test_short_questions_after_a_card_are_about_its_date(town: World) -> None:
    await town.say("mama", "周末有什么活动")
    await town.say("mama", "第一个")
    for words, told in (
        ("带什么", "穿防滑袜"),
        ("几点开始", "上午9:30–11:00"),
        ("在哪", "柳荫片区柳荫路1号"),
        ("要钱不", "免费"),
        ("还有名额吗", "共 8 个名额，还有 8 个"),
        ("奶奶带去行吗", "爷爷奶奶都行"),
        ("能带两个孩子吗", "一家一个名额"),
    ):
        await town.say("mama", words)
        assert town.keys("mama")[-1] == "events.asked", words
        assert told in town.last("mama").text, words
    await town.say("mama", "报名")
    assert town.keys("mama")[-1] == "events.asked_who", "a parent or a grandparent: one tap says it"
    await town.press("mama", "爷爷奶奶带孩子来")
    assert town.keys("mama")[-1].startswith("event_seat.")


async def test_who_types_signs_up_where_nobody_else_can_be_meant(town: World) -> None:
    await town.say("nainai", "我想跳舞")
    await town.say("nainai", "1")
    await town.say("nainai", "我要报名")
    assert town.keys("nainai")[-1] == "events.receipt"
    assert "松柏舞蹈队" in town.last("nainai").text


async def test_the_same_words_are_nobodys_once_the_talk_is_about_something_else(town: World) -> None:
    await town.say("mama", "松柏舞蹈队")
    await town.say("mama", "育儿补贴一年多少钱")
    await town.say("mama", "要钱不")
    assert town.keys("mama")[-1] != "events.asked"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("松柏舞蹈队", "松柏舞蹈队"),
        ("辅食讲座什么时候", "辅食添加讲座"),
        ("有包饺子的吗", "一起包饺子"),
        ("我想参加防摔讲座", "防摔倒讲座"),
    ],
)
async def test_an_activity_is_found_by_its_name(town: World, words: str, title: str) -> None:
    await town.say("gran", words)
    assert town.keys("gran") == ["events.card"]
    assert title in town.last("gran").text


async def test_one_that_is_not_held_soon_is_told_with_what_is(town: World) -> None:
    await town.say("gran", "急救课什么时候")
    assert "最近没有排" in town.last("gran").text


async def test_where_one_can_dance_is_asked_of_the_activities(town: World) -> None:
    await town.say("gran", "附近有什么跳舞的地方")
    await town.press("gran", "都行")
    assert "松柏舞蹈队" in town.last("gran").text
