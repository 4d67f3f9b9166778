"""What a family says in its own order and words: in the form, on the card, and of a stay that is booked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from dialogs.booking.rules import fetching, names, wishes
from tests.world import World

CARD = "石桥托育园，明天上午9点到11点，15个月"


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


async def booked(town: World, who: str, words: str = CARD) -> None:
    await town.say(who, words)
    await town.say(who, "就约这个")
    assert town.keys(who)[-1] == "booking.receipt"


# -- the form ----------------------------------------------------------------------------------------------------


async def test_another_time_keeps_the_place(town: World) -> None:
    await town.say("mama", CARD)
    for words in ("十点到十二点", "下午两点到四点", "后天"):
        await town.say("mama", words)
        assert town.keys("mama")[-1] == "booking.confirm.ask"
        assert "石桥托育园（示例）" in town.last("mama").text, words


async def test_where_it_cannot_be_kept_it_is_said_why(town: World) -> None:
    await town.say("mama", "柳荫托育中心，明天上午9点到11点，15个月")
    await town.say("mama", "大后天")
    await town.say("mama", "这周六上午9点到11点")
    assert town.keys("mama")[-2:] == ["booking.not_that_day", "booking.confirm.ask"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("荷亭家庭托育点，今天下午两点到四点，15个月", "要早一点约，现在约那个时间来不及了"),
        ("东塘社区托育点，明天11点到15点，20个月", "早上8:00–中午12:00、下午2:00–晚上6:00开"),
    ],
)
async def test_the_reason_against_a_place_is_the_true_one(town: World, words: str, why: str) -> None:
    await town.say("mama", words)
    assert why in "\n".join(shown.text for shown in town.shown_to("mama"))


async def test_a_place_is_changed_and_a_child_added_in_words(town: World) -> None:
    await town.say("mama", CARD)
    await town.say("mama", "改到柳荫")
    assert "柳荫托育中心（示例）" in town.last("mama").text
    await town.say("mama", "还有老大，30个月")
    assert "·15个月，" in town.last("mama").text
    assert "·30个月〕" in town.last("mama").text


async def test_what_is_told_before_it_is_asked_is_noted(town: World) -> None:
    await town.say("mama", "明天下午想托一下孩子")
    await town.say("mama", "不对，是后天上午")
    assert town.keys("mama")[-2:] == ["booking.noted", "booking.age.ask"]
    await town.say("mama", "柳荫小区")
    assert town.keys("mama")[-2:] == ["booking.noted", "booking.age.ask"]
    await town.say("mama", "15个月")
    assert "后天（12月3日 周四）" in town.last("mama").text
    await town.say("mama", "随便")
    assert town.keys("mama")[-1] == "booking.confirm.ask", "the first hours, from the spot that was told"
    assert "从柳荫小区（示例）" in town.last("mama").text


async def test_a_time_at_the_question_for_the_spot_is_a_time(town: World) -> None:
    await town.say("mama", "明早8点到11点托一下，宝宝1岁半")
    await town.say("mama", "等一下，改成10点到12点")
    assert town.keys("mama")[-2:] == ["booking.noted", "booking.spot.ask"]
    await town.say("mama", "都行")
    assert "上午10:00–中午12:00" in town.last("mama").text


async def test_a_district_is_asked_which_spot_and_a_nursery_for_short_is_booked(town: World) -> None:
    await town.say("mama", "明早8点到11点托一下，宝宝1岁半，在东塘")
    assert town.keys("mama") == ["booking.landmark.ask"]
    await town.say("papa", "石桥那家，明天上午，15个月，两个小时")
    assert town.keys("papa")[-1] == "booking.confirm.ask", "neither place nor spot is asked"
    assert "石桥托育园（示例）" in town.last("papa").text


async def test_a_child_old_enough_on_the_day_comes_and_a_month_ahead_is_no_birth(town: World) -> None:
    await town.say("mama", "孩子2026年6月10日生，12月12号上午九点到十一点托一下，柳荫小区")
    assert town.keys("mama") == ["booking.confirm.ask"]
    await town.say("papa", "孩子35个月，明年2月想托，柳荫小区")
    assert town.keys("papa")[-1] == "booking.when.ask"


async def test_a_price_that_is_asked_is_no_age(town: World) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "一个月多少钱")
    assert town.keys("mama")[-1] == "booking.age.ask", "the form is still open, and nobody is a month old"
    assert "booking.too_young.said" not in town.keys("mama")


async def test_a_whole_day_is_said_to_be_one(town: World) -> None:
    await town.say("mama", "北苑，周六上午十点到十二点托一下，15个月")
    assert "费用 150 元（按整天算）" in town.last("mama").text


async def test_a_place_that_sells_no_hours_offers_no_booking(town: World) -> None:
    await town.say("mama", "清禾幼儿园托班")
    assert "在这里约" not in town.buttons("mama")
    assert "最多还能约" not in town.last("mama").text


@pytest.mark.parametrize(
    ("words", "place"),
    [("石桥那家，明天上午", "a"), ("北苑，周六上午", "b"), ("石桥菜市场附近，明天", ""), ("我住石桥", "")],
)
def test_a_nursery_for_short(words: str, place: str) -> None:
    assert names.place_in(words, {"a": "石桥托育园（示例）", "b": "北苑托育中心（示例）"}) == place


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("晚上能托吗", True),
        ("周末能托吗", True),
        ("我爸80岁了白天没人照顾，附近有没有能托的地方", False),
        ("晚上几点关门", False),
    ],
)
def test_a_part_of_the_day_is_enough_for_a_wish(words: str, wish: bool) -> None:
    assert wishes.wishes(words, date(2026, 12, 1)) is wish


# -- with nothing booked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["取消预约", "接送码", "接送码是多少"])
async def test_whoever_has_booked_nothing_is_told_so(town: World, words: str) -> None:
    await town.say("mama", words)
    assert town.keys("mama") == ["booking.nothing_booked"]
    assert "找人" in town.buttons("mama")


async def test_a_night_is_not_to_be_had(town: World) -> None:
    await town.say("mama", "能过夜吗")
    assert "小满早托之家（示例），到晚上8:00" in town.last("mama").text


# -- of a stay ---------------------------------------------------------------------------------------------------


async def test_what_a_family_asks_of_its_stay(town: World) -> None:
    await booked(town, "mama")
    for words, told in (
        ("接送码是多少", "接送码 "),
        ("明天几点来着", "上午9:00–11:00"),
        ("我约的是哪家", "石桥托育园（示例）"),
        ("地址发我一下", "石桥片区石桥街8号"),
        ("怎么付钱", "36 元，到园里付"),
    ):
        await town.say("mama", words)
        assert told in town.last("mama").text, words
    await town.say("mama", "宝宝对鸡蛋过敏")
    assert town.keys("mama")[-1] == "child_card.agree.ask"


async def test_whoever_fetches_is_told_the_place_in_ones_own_words(town: World) -> None:
    town.staff("wang", "centre", "shiqiao")
    await booked(town, "mama")
    await town.say("mama", "让他奶奶接")
    assert "明天（12月2日 周三）他奶奶来接" in town.last("mama").text
    assert "他奶奶来接" in town.last("wang").text
    await town.say("mama", "今天外婆来接")
    assert town.keys("mama")[-1] == "fetching.nothing_today", "today nobody is to be fetched"


async def test_whoever_brings_the_child_late_says_so_to_the_place(town: World) -> None:
    town.staff("wang", "centre", "shiqiao")
    await booked(town, "mama")
    await town.say("mama", "晚半个小时到")
    assert town.keys("mama")[-1] != "fetching.told_late", "it is tomorrow"
    await town.to("2026-12-02T08:40")
    await town.say("mama", "晚半个小时到")
    assert "晚半小时到" in town.last("mama").text
    assert "晚半小时到" in town.last("wang").text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("让他奶奶接", "他奶奶"),
        ("下午奶奶去接孩子", "奶奶"),
        ("我去接不了，他爸去", "他爸"),
        ("孩子让爷爷接", "爷爷"),
        ("改成爸爸接", "爸爸"),
        ("换个人接行吗", ""),
        ("换接送人", ""),
        ("谁来接", None),
        ("老师来接", None),
    ],
)
def test_who_fetches(words: str, name: str | None) -> None:
    assert fetching.changes(words) == name


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("晚半个小时到", 30), ("要晚半小时接", 30), ("我晚到二十分钟", 20), ("晚10分钟", 10), ("晚上接", None)],
)
def test_how_late(words: str, minutes: int | None) -> None:
    assert fetching.late(words) == minutes
