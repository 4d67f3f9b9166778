"""What somebody meets who uses it for the first time: a nursery by its name, an allergy in passing, 取消 where no form is open."""

from __future__ import annotations

import pytest

from dialogs.booking.rules.names import place_in, unknown_place
from tests.dialogs.booking.test_holding import wish
from tests.world import World

PLACES = {
    "liuyin": "柳荫托育中心（示例）",
    "shiqiao": "石桥托育园（示例）",
    "dongtang": "东塘社区托育点（示例）",
    "xiaoman": "小满早托之家（示例）",
}


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("约小满，14个月", "xiaoman"),
        ("想约石桥托育园", "shiqiao"),
        ("約石橋托育園的", "shiqiao"),
        ("送到东塘那家", "dongtang"),
        ("柳荫托育中心想托三小时", "liuyin"),
        ("约柳荫小区附近的", ""),
        ("去石桥街", ""),
        ("想托三小时", ""),
    ],
)
def test_a_nursery_is_known_by_its_name(said: str, place: str) -> None:
    assert place_in(said, PLACES) == place


def test_a_name_that_nobody_has_is_no_kind_of_nursery() -> None:
    assert unknown_place("想约幸福托育园", PLACES.values()) == "幸福托育园"
    for said in ("想约附近的托育园", "约一家普惠托育园", "约石桥托育园", "想约托育园"):
        assert unknown_place(said, PLACES.values()) == ""


async def test_a_nursery_named_in_the_sentence_is_booked(world: World) -> None:
    await world.say("mama", "约小满明天上午9点到11点，14个月")
    assert world.keys("mama")[-1] == "booking.confirm.ask"
    assert "小满早托之家" in world.last("mama").text


async def test_a_nursery_that_nobody_knows_is_told(world: World) -> None:
    await world.say("mama", "想约幸福托育园，明天上午9点到11点，14个月")
    assert world.keys("mama") == ["booking.place_unknown", "booking.spot.ask"]


async def test_an_allergy_said_in_passing_is_not_taken_for_told(world: World) -> None:
    await wish(world, "mama", "明天上午9点到11点想托，孩子14个月，对花生过敏")
    await world.press("mama", "就约这个")
    assert world.keys("mama")[-2:] == ["booking.receipt", "booking.health_untold"]
    await world.press("mama", "填孩子的情况")
    assert world.keys("mama")[-1] == "child_card.agree.ask"
    assert not world.rows("SELECT id FROM consent WHERE purpose = 'health'")


async def test_cancel_without_a_form_shows_what_can_be_cancelled(world: World) -> None:
    await world.say("mama", "取消")
    assert world.keys("mama")[-1] == "common.nothing_open"
    await wish(world, "mama", "明天上午9点到11点想托，孩子14个月")
    await world.press("mama", "就约这个")
    await world.say("mama", "取消")
    assert world.keys("mama")[-2:] == ["booking.mine", "common.cancel_which"]
    await world.press("mama", "来不了，取消")
    assert world.keys("mama")[-1] == "booking.given_back"


async def test_duty_hears_that_the_child_was_fetched_after_all(world: World) -> None:
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "duty")
    await wish(world, "mama", "今天下午2点到5点想托，孩子14个月", (34.2701, 108.9402))
    await world.press("mama", "就约这个")
    await world.to("2026-12-01T14:00:00+08:00")
    await world.say("wang", "今天名单")
    await world.press("wang", "到了：编号 1")
    await world.to("2026-12-01T17:45:00+08:00")
    await world.press("wang", "接走了")
    await world.press("wang", "家长本人")
    assert world.keys("zhao")[-1] == "fetching.over_now"
    await world.say("zhao", "待办")
    assert "已经接走" in world.last("zhao").text
