"""What families say out of turn: another time over the card, a day said days ago, a length before its hour; told once is enough."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.booking.rules import wishes
from tests.dialogs.booking.test_holding import wish
from tests.world import World

CARD = "明天下午两点到五点想托，孩子14个月"


def card(world: World, who: str = "mama") -> str:
    """The first line of the card."""
    assert world.keys(who)[-1] == "booking.confirm.ask", world.last(who).text
    return world.last(who).text.splitlines()[0]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("下午3点到5点", "明天（12月2日 周三）下午3:00–5:00"),
        ("下午一点半", "明天（12月2日 周三）下午1:30–4:30"),
        ("算了，大后天吧", "12月4日"),
        ("18个月", "18个月"),
        ("明天上午9点到11点，孩子20个月", "20个月"),
    ],
)
async def test_the_card_hears_another_time_or_age(world: World, said: str, shown: str) -> None:
    await wish(world, "mama", CARD)
    await world.say("mama", said)
    assert shown in card(world)
    assert len([key for key in world.keys("mama") if key == "booking.spot.ask"]) <= 1


@pytest.mark.parametrize("said", ["明天去不了怎么办", "明天不去了", "明天没空"])
async def test_the_card_changes_nothing_where_no_other_time_is_meant(world: World, said: str) -> None:
    await wish(world, "mama", CARD)
    await world.say("mama", said)
    assert world.keys("mama")[-1] in ("booking.confirm.ask", "common.short_ask")
    await world.press("mama", "就约这个")
    assert "明天（12月2日 周三）下午2:00–5:00" in world.last("mama").text


async def test_a_time_said_where_the_age_is_asked_is_kept(world: World) -> None:
    await world.say("mama", "约临时托")
    await world.say("mama", "后天下午两点到四点")
    assert world.keys("mama")[-1] == "booking.age.ask"
    await world.say("mama", "14个月")
    assert world.keys("mama")[-1] == "booking.spot.ask"


async def test_tomorrow_is_the_day_after_it_was_said(world: World) -> None:
    await world.say("mama", "后天上午九点到十一点想托")
    assert world.keys("mama")[-1] == "booking.age.ask"
    await world.to("2026-12-02T10:00:00+08:00")
    await world.say("mama", "14个月")
    await world.say("mama", "都行")
    assert "明天（12月3日" in card(world)


async def test_a_time_that_passed_in_the_meantime_is_told(world: World) -> None:
    await world.say("mama", CARD)
    await world.to("2026-12-02T18:00:00+08:00")
    await world.say("mama", "都行")
    assert world.keys("mama")[-2:] == ["booking.when_problem.past", "booking.when.ask"]
    await world.say("mama", "上一步")
    await world.say("mama", "都行")
    assert world.keys("mama")[-1] == "booking.when.ask"


async def test_a_length_that_was_said_is_not_asked_again(world: World) -> None:
    await world.say("mama", "明天想托30个小时，孩子14个月")
    await world.say("mama", "那就8小时")
    await world.say("mama", "9点")
    await world.say("mama", "都行")
    assert "上午9:00–下午5:00" in card(world)


async def test_this_evening_does_not_mean_its_first_hour(world: World) -> None:
    await world.to("2026-12-01T17:20:00+08:00")
    await world.say("mama", "今晚想托一小时，孩子20个月")
    assert "booking.when_problem.past" not in world.keys("mama")
    assert world.keys("mama")[-1] == "booking.hours.ask"


async def test_only_reminders_that_come_are_announced(world: World) -> None:
    await wish(world, "mama", "今天下午两点到五点想托，孩子14个月")
    await world.press("mama", "就约这个")
    assert "开始前两小时" in world.last("mama").text
    assert "前一天晚上" not in world.last("mama").text


@pytest.mark.parametrize(
    "said",
    [
        "今天上午10点到12点，孩子14个月，柳荫小区",
        "今天下午4点到6点，孩子14个月，柳荫小区",
        "元旦上午9点到11点，孩子14个月，柳荫小区",
        "明年5月1号上午9点到11点，孩子14个月，柳荫小区",
        "2月30号上午9点到11点，孩子14个月，柳荫小区",
        "12月7号下午两点到五点想托",
        "想托，大宝一个人去",
        "想托娃",
        "周六想托一整天，孩子两岁，石桥菜市场附近",
    ],
)
def test_hours_and_an_age_are_a_wish_for_care(said: str) -> None:
    assert wishes.wishes(said, date(2026, 12, 1))


@pytest.mark.parametrize(
    "said",
    [
        "孩子14个月，昨天晚上8点到10点一直发烧",
        "孩子14个月，夜里醒两小时",
        "8个月宝宝周六上午9点到11点有活动吗",
        "现场来了一个 1岁8个月 9点到11点",
        "14个月，明天9点到11点不去了",
        "孩子14个月能领补贴吗",
        "想托育补贴",
    ],
)
def test_what_only_names_hours_is_none(said: str) -> None:
    assert not wishes.wishes(said, date(2026, 12, 1))
