"""Short questions about what was just shown: how they are read, of which place they are, and when they are of none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from dialogs.centres.rules.follow_ups import FollowUp, follow_up
from tests.world import World

TODAY = date(2026, 12, 1)


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("电话多少", FollowUp("phone")),
        ("第二家电话多少", FollowUp("phone", 2)),
        ("怎么去？", FollowUp("way")),
        ("地址发我一下", FollowUp("way")),
        ("远不远", FollowUp("far")),
        ("走过去要多久", FollowUp("far")),
        ("他们几点关门", FollowUp("hours")),
        ("中午几点开饭", FollowUp("hours")),
        ("星期六开门吗", FollowUp("hours", days=frozenset({6}))),
        ("那周末呢，开不开", FollowUp("hours", days=frozenset({6, 7}))),
        ("一天多少钱", FollowUp("price")),
        ("多少钱一份", FollowUp("price")),
        ("贵不贵", FollowUp("price")),
        ("收多大的孩子", FollowUp("ages")),
        ("我家宝宝10个月能去吗", FollowUp("ages", months=10)),
        ("两岁半的收不收", FollowUp("ages", months=30)),
        ("还有位置吗", FollowUp("book")),
        ("明天还有位子吗", FollowUp("book", days=frozenset({3}))),
        ("要提前预约吗", FollowUp("book")),
        ("能送餐上门吗", FollowUp("unsaid")),
        ("就这家吧", FollowUp("take")),
        ("约第二家", FollowUp("take", 2)),
        ("第三家呢", FollowUp("card", 3)),
        ("最近的那家", FollowUp("card", 1)),
        ("还有别的吗", FollowUp("others")),
        ("換一家", FollowUp("others")),
    ],
)
def test_what_is_asked_of_which(text: str, asked: FollowUp) -> None:
    assert follow_up(text, TODAY) == asked


@pytest.mark.parametrize(
    "text",
    [
        "周六能托的",
        "收7个月的",
        "1000以下",
        "育儿补贴多少钱",
        "孩子14个月",
        "明天下午",
        "第一胎有补贴吗",
        "几点了啊我还没吃饭",
        "我想约明天下午两点",
        "孩子发烧了",
        "要多少材料",
        "谢谢",
    ],
)
def test_what_asks_nothing_of_a_place(text: str) -> None:
    assert follow_up(text, TODAY) is None


async def test_after_a_list_each_of_its_places_is_told_or_the_one_that_is_named(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "都几点关门")
    said = town.last("mama").text
    assert town.keys("mama")[-1] == "centres.asked_of_each"
    assert "1. 柳荫托育中心（示例）今天早上7:30–晚上6:00" in said
    assert "3. 小满早托之家（示例）今天早上8:00–晚上8:00" in said
    await town.say("mama", "第二家电话多少")
    assert "荷亭家庭托育点（示例）的电话：000-0000-0014" in town.last("mama").text
    await town.say("mama", "还有别的吗")
    assert "4. 春晖社区宝宝屋（示例）" in town.last("mama").text
    await town.say("mama", "第四家呢")
    assert town.last("mama").text.startswith("春晖社区宝宝屋（示例）（社区托育点）")
    await town.say("mama", "8个月收吗")
    assert "收 18–36 个月的孩子，8 个月的还小了点" in town.last("mama").text
    await town.say("mama", "星期天开吗")
    assert "不开" in town.last("mama").text


async def test_a_number_behind_the_list_presses_none_of_the_other_buttons(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "第四家")
    assert town.keys("mama")[-1] != "centres.found"
    await town.say("mama", "第四个")
    assert town.keys("mama")[-1] != "centres.found", "更多 is the fourth button, and no fourth place"


async def test_a_filter_in_a_question_narrows_a_list(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "周日开吗")
    assert town.keys("mama")[-1] == "centres.found"
    assert "周日开的" in town.last("mama").text


async def test_old_people_ask_a_canteen_the_same_way(town: World) -> None:
    await town.say("nainai", "附近有食堂吗")
    await town.say("nainai", "松柏花园")
    await town.say("nainai", "第一家")
    for words, told in (
        ("中午几点开饭", "上午10:30–下午1:00"),
        ("多少钱一份", "助餐 12 元/次"),
        ("能送吗", "没有公布这个，打 000-0000-0018 问"),
        ("要预约吗", "要不要提前说也没有公布，打 000-0000-0018 问"),
        ("远不远", "走路约 2 分钟"),
    ):
        await town.say("nainai", words)
        assert told in town.last("nainai").text, words


async def test_a_short_question_follows_what_was_said_last(town: World) -> None:
    await town.say("mama", "石桥托育园")
    await town.say("mama", "育儿补贴一年多少钱")
    await town.say("mama", "几点开门")
    assert not town.keys("mama")[-1].startswith("centres."), "the talk is about the subsidy by now"


async def test_a_booking_begins_at_the_place_on_the_card(town: World) -> None:
    await town.say("mama", "石桥托育园")
    await town.say("mama", "我想约明天下午两点到五点，孩子14个月")
    assert town.keys("mama")[-1] == "booking.confirm.ask", "neither the place nor the spot is asked again"
    assert "石桥托育园（示例）" in town.last("mama").text


async def test_a_booking_sets_out_from_where_places_were_looked_for(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "明天下午两点到五点托一下，孩子14个月")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert "从柳荫小区（示例）" in town.last("mama").text
    await town.say("papa", "石桥托育园")
    await town.say("papa", "找一家便宜点的，明天下午两点到五点托一下，孩子14个月")
    assert town.keys("papa")[-1] == "booking.spot.ask", "another place than the one on the card is wanted"
