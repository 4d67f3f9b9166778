"""A home that is remembered: agreed to first, the start of look-ups and bookings, changed, forgotten, never in plain sight."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot.cli.logs import set_up
from tests.guards.test_at_rest import at_rest, unsealed
from tests.world import World

LIUYIN = (34.2701, 108.9402)
"""At the door of liuyin."""
SHIQIAO = "石桥菜市场"


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


async def remembers(town: World, who: str, button: str = "记住这里，当作我家") -> None:
    await town.share(who, location=LIUYIN)
    await town.press(who, button)
    assert town.keys(who)[-1] == "home.agree"
    await town.press(who, "同意，记住")
    assert town.keys(who)[-1] == "home.kept"


def points(town: World) -> int:
    return len(town.rows("SELECT 1 FROM subject WHERE home IS NOT NULL"))


async def test_nothing_is_kept_before_the_yes_or_after_a_no(town: World) -> None:
    await town.share("mama", location=LIUYIN)
    await town.press("mama", "记住这里，当作我家")
    assert town.rows("SELECT 1 FROM consent") == []
    assert points(town) == 0
    await town.press("mama", "不用记")
    assert town.keys("mama")[-1] == "home.not_kept"
    assert points(town) == 0


async def test_look_ups_start_at_home_unasked_and_elsewhere_at_a_word(town: World) -> None:
    await remembers(town, "mama")
    await town.forward(days=1)
    await town.restart()
    await town.say("mama", "附近有托育吗")
    assert town.keys("mama")[-1] == "centres.found"
    said = town.last("mama").text
    assert "从您家（柳荫社区附近）算" in said
    assert "1. 柳荫托育中心（示例）：就在旁边" in said
    labels = [button.label for row in town.last("mama").message.buttons for button in row]
    assert not any("记住" in label for label in labels), "it is remembered already"
    await town.press("mama", "换个地方找")
    assert town.keys("mama")[-1] == "centres.spot.ask"
    await town.say("mama", SHIQIAO)
    assert "从石桥菜市场（示例）算" in town.last("mama").text
    await town.say("papa", "附近有托育吗")
    assert town.keys("papa")[-1] == "centres.spot.ask", "another's home"
    await town.forward(days=1)
    await town.say("mama", "火星基地附近有托育吗")
    assert town.keys("mama")[-1] == "centres.spot.ask", "a place that nobody knows is not home"


async def test_a_booking_sets_out_from_home(town: World) -> None:
    await remembers(town, "mama")
    await town.say("mama", "周三下午想托三小时，孩子14个月")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert "就在旁边（从您家，柳荫社区附近）" in town.last("mama").text
    await town.press("mama", "改出发的地方")
    assert town.keys("mama")[-1] == "booking.spot.ask"
    await town.say("mama", SHIQIAO)
    said = town.last("mama").text
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert "从石桥菜市场（示例）" in said
    assert "您家" not in said


async def test_where_a_booking_set_out_can_be_remembered_from_its_receipt(town: World) -> None:
    await town.say("mama", "柳荫小区附近，周三下午想托三小时，孩子14个月")
    await town.press("mama", "就约这个")
    await town.press("mama", "记住这里，当作宝宝的家")
    assert "柳荫小区附近" in town.last("mama").text
    await town.press("mama", "同意，记住")
    await town.say("mama", "下周一下午想托三小时")
    assert "从宝宝家，柳荫小区附近" in town.last("mama").text
    await town.press("mama", "改出发的地方")
    await town.say("mama", "我家")
    assert "从宝宝家，柳荫小区附近" in town.last("mama").text
    await town.press("mama", "就约这个")
    labels = [button.label for row in town.last("mama").message.buttons for button in row]
    assert not any("记住" in label for label in labels)


async def test_one_child_is_named_and_several_are_asked_for(town: World) -> None:
    await town.say("mama", "柳荫小区附近，周三下午想托三小时，孩子14个月")
    await town.press("mama", "就约这个")
    await town.share("mama", location=LIUYIN)
    await town.press("mama", "记住这里，当作宝宝的家")
    await town.press("mama", "同意，记住")
    await town.forward(hours=3)
    await town.say("mama", "石桥菜市场附近有老人能吃饭的食堂吗")
    await town.press("mama", "记住这里，当作家")
    assert town.keys("mama")[-1] == "home.whose"
    await town.press("mama", "长辈的家")
    await town.press("mama", "同意，记住")
    await town.forward(days=1)
    await town.say("mama", "附近有托育吗")
    assert "从宝宝家（柳荫社区附近）算" in town.last("mama").text
    await town.forward(days=1)
    await town.say("mama", "附近的食堂")
    said = town.last("mama").text
    assert "从长辈家（石桥菜市场附近）算" in said
    assert "60 米，走路约 2 分钟" in said
    await town.say("mama", "忘掉家的位置")
    assert town.keys("mama")[-1] == "home.which"
    await town.press("mama", "都忘掉")
    assert points(town) == 0


async def test_another_spot_takes_its_place_after_a_question(town: World) -> None:
    await remembers(town, "mama")
    await town.say("mama", "石桥菜市场附近有托育吗")
    await town.press("mama", "记住这里，当作我家")
    assert town.keys("mama")[-1] == "home.replace"
    await town.press("mama", "换成这里")
    assert points(town) == 1
    await town.forward(days=1)
    await town.say("mama", "附近有托育吗")
    assert "从您家（石桥菜市场附近）算" in town.last("mama").text


async def test_whoever_moved_tells_the_new_place_at_once(town: World) -> None:
    await town.say("mama", "我搬家了")
    assert "home.moved" not in town.keys("mama"), "nothing is known of a home"
    await remembers(town, "mama")
    await town.forward(days=1)
    await town.say("mama", "我搬家了")
    await town.press("mama", "从新地方找")
    assert town.keys("mama")[-1] == "centres.spot.ask"
    await town.say("mama", SHIQIAO)
    await town.say("mama", "我家孩子7个月")
    assert "从石桥菜市场（示例）算" in town.last("mama").text, "no word of where"
    await town.say("mama", "从我家找")
    assert "从您家（柳荫社区附近）算" in town.last("mama").text


async def test_far_from_home_it_is_asked_for_whom(town: World) -> None:
    await remembers(town, "mama")
    await town.share("mama", location=(31.2, 121.4))
    assert town.keys("mama")[-2:] == ["centres.far", "centres.landmark.ask"]
    await town.press("mama", "我家（柳荫社区附近）")
    assert "从您家（柳荫社区附近）算" in town.last("mama").text


async def test_far_from_home_but_near_a_place_it_may_be_for_somebody_else(town: World) -> None:
    await town.share("mama", location=(34.40, 108.94))
    await town.press("mama", "记住这里，当作我家")
    await town.press("mama", "同意，记住")
    await town.share("mama", location=(34.10, 108.94))
    assert town.keys("mama")[-2:] == ["centres.far_from_home", "centres.landmark.ask"]
    await town.press("mama", "就从发的位置找")
    assert town.keys("mama")[-1] == "centres.found"
    assert "家" not in town.last("mama").text.partition("找到")[0]


async def test_it_is_gone_when_it_is_forgotten_or_the_consent_taken_back(town: World) -> None:
    for how in ("忘掉家的位置", "撤回：记住住址"):
        await remembers(town, "mama")
        assert points(town) == 1
        if how.startswith("撤回"):
            await town.say("mama", "隐私")
            await town.press("mama", how)
            assert town.keys("mama")[-1] == "home.revoking"
            await town.press("mama", "确定撤回")
        else:
            await town.say("mama", how)
        assert town.keys("mama")[-1] == "home.forgotten"
        assert "您家（柳荫社区附近）" in town.last("mama").text
        assert points(town) == 0
        assert town.rows("SELECT 1 FROM consent WHERE purpose = 'home' AND revoked IS NULL") == []
        assert town.rows("SELECT 1 FROM desk_case") == []
        await town.forward(days=1)
        await town.say("mama", "附近有托育吗")
        assert town.keys("mama")[-1] == "centres.spot.ask"
        await town.say("mama", "取消")


async def test_the_export_says_what_it_is_near_to_and_roughly_where(town: World) -> None:
    await remembers(town, "mama")
    await town.say("mama", "导出我的信息")
    await town.press("mama", "发给我")
    page, exact = (file.body for file in town.last("mama").message.files)
    tree = json.loads(exact)
    assert [one["home"] for one in tree["subject"]] == ["柳荫社区 34.270, 108.940"]
    assert "34.270, 108.940" in page.decode()


@pytest.mark.parametrize("planted", [False, True])
async def test_the_point_rests_nowhere_in_plain_sight(
    any_world: World,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    planted: bool,
) -> None:
    town = any_world
    set_up(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG):
            await remembers(town, "mama")
            await town.say("mama", "附近有托育吗")
            await town.say("mama", "周三下午想托三小时，孩子14个月")
            await town.restart()
            await town.press("mama", "就约这个")
    finally:
        structlog.reset_defaults()
    if planted:
        town.house.store.write(lambda db: db.run("INSERT INTO setting VALUES ('x', '[34.2701, 108.9402]')"))
    digits = [b"34.270", b"108.940"]
    files = b"".join(data for _, data in at_rest(tmp_path))
    logs = b"".join(text.encode() for text in (*capfd.readouterr(), caplog.text))
    kept = [name for name, plain in unsealed(town) if any(one in plain for one in digits)]
    assert "subject.home" in kept, "it was never really kept"
    if not town.house.store.postgres:
        assert any(one in files for one in digits) is planted
    assert not any(one in logs for one in digits)
