"""Words that narrow a list, that ask for what is not held, that speak for somebody else; and places that are not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.events.service import seats
from tests.world import World


async def test_words_narrow_the_list_that_was_shown(world: World) -> None:
    await world.say("mama", "最近有什么活动")
    for words, first in (
        ("这周末", "1. 柳荫亲子上午（示例）"),
        ("下午的", "1. 松柏舞蹈队（示例）"),
        ("上午的", "1. 柳荫亲子上午（示例）"),
        ("免费的", "1. 柳荫亲子上午（示例）"),
    ):
        await world.say("mama", words)
        assert world.buttons("mama")[0] == first, words
    await world.say("mama", "8个月能去的")
    assert world.keys("mama")[-1] == "events.nothing"
    await world.press("mama", "哪天都行")
    assert "辅食添加讲座" in world.last("mama").text, "free, and for whoever has a small child"
    await world.say("papa", "8个月能去的")
    assert "events" not in world.keys("papa")[-1], "nothing was shown that this could narrow"


async def test_numbers_and_short_words_go_on_from_the_list(world: World) -> None:
    await world.say("nainai", "家庭医生什么时候在")
    assert world.buttons("nainai")[0] == "1. 量血压问医生（示例）"
    await world.say("nainai", "两个人")
    assert world.keys("nainai")[-1] == "events.two"
    await world.say("nainai", "报名")
    assert world.keys("nainai")[-1] == "events.found"
    await world.say("nainai", "第二个")
    assert "儿保医生" in world.last("nainai").text
    await world.say("nainai", "给老人的活动")
    assert all("辅食" not in label for label in world.buttons("nainai")), "what is for them stands first"
    await world.say("nainai", "换爷爷奶奶带")
    assert world.keys("nainai")[-1] not in ("events.nothing", "events.found_plain")


async def test_the_nearest_are_counted_from_the_home_that_is_remembered(world: World) -> None:
    await world.say("mama", "附近有绘本活动吗")
    assert world.keys("mama")[-1] == "events.spot.ask"
    await world.say("mama", "取消")
    await world.share("mama", location=(34.27, 108.94))
    await world.press("mama", "记住这里，当作我家")
    await world.press("mama", "同意，记住")
    await world.restart()
    for words in ("附近有绘本活动吗", "我家附近这周末有绘本活动吗"):
        await world.say("mama", words)
        assert world.keys("mama")[-1] == "events.found", words
        assert "从您家（柳荫社区附近）算，近的在前面" in world.last("mama").text
    await world.say("mama", "免费的")
    assert "从您家" in world.last("mama").text, "what was narrowed is still counted from there"
    await world.say("mama", "火星基地附近有绘本活动吗")
    assert world.keys("mama")[-1] == "events.spot.ask", "a spot that nobody knows is not home"
    await world.say("mama", "我家")
    assert "从您家" in world.last("mama").text
    await world.say("mama", "石桥菜市场附近有绘本活动吗")
    assert "从您家" not in world.last("mama").text
    await world.say("papa", "附近有绘本活动吗")
    assert world.keys("papa")[-1] == "events.spot.ask", "another's home"


async def test_what_is_not_held_is_said_and_what_is_like_it_shown(world: World) -> None:
    await world.say("mama", "我想学剪纸")
    assert "「剪纸」最近没有排" in world.last("mama").text
    assert world.buttons("mama")[0] == "1. 毛线手工（示例）"
    await world.say("mama", "我想学毛线")
    assert "没有排" not in world.last("mama").text


async def test_whoever_speaks_for_their_mother_is_offered_that_first(world: World) -> None:
    await world.say("erzi", "我妈想去跳舞")
    assert len(world.last("erzi").text) <= 60
    await world.press("erzi", world.buttons("erzi")[0])
    assert world.buttons("erzi")[0] == "帮家里老人报名"
    await world.press("erzi", "帮家里老人报名")
    assert "家里老人来" in world.last("erzi").text
    await world.say("erzi", "我报的活动")
    assert world.keys("erzi")[-1] == "events.mine"


def hide(world: World, place: str) -> None:
    """The district's own list has the place no more."""
    own = world.settings.data_dir / "content" / "cities" / "sample"
    shutil.copytree(Path("knowledge") / "cities" / "sample", own, dirs_exist_ok=True)
    lines = (own / "places.csv").read_text(encoding="utf-8").splitlines()
    kept = [
        f"{lines[0]},hidden",
        *(f"{line},{'yes' if line.startswith(place + ',') else ''}" for line in lines[1:]),
    ]
    (own / "places.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")


async def test_a_place_that_left_the_list_takes_its_dates_along_and_everybody_is_told(world: World) -> None:
    await world.press("yeye", "go:event:dance-songbai:2026-12-03:me")
    await world.press("mama", "go:event:books-liuyin:2026-12-02:parent")
    await world.say("mama", "20个月")
    hide(world, "songbai")
    assert [place.id for place in home(world.settings).gone] == ["songbai"]
    shown = await world.room.restart()
    assert [(one.to, one.message.keys) for one in shown] == [("yeye", ("events.dropped",))]
    assert "松柏助餐站" in shown[0].text
    assert shown[0].message.files[0].name == "event-1.ics"
    assert await world.room.restart() == [], "once"
    await world.say("mama", "最近有什么活动")
    assert "松柏" not in world.last("mama").text
    await world.press("mama", "go:event:dance-songbai:2026-12-03:me")
    assert world.keys("mama")[-1] == "events.no.over"


@pytest.mark.parametrize(("place", "stands"), [("liuyin", 1), ("songbai", 0)])
async def test_what_stands_at_a_place_is_counted_before_it_goes(
    world: World, place: str, stands: int
) -> None:
    await world.press("mama", "go:event:feeding-talk:2026-12-10:me")
    assert world.house.store.read(lambda db: _stands(world, db, place)) == stands


def _stands(world: World, db: Db, place: str) -> int:
    return seats.stands_at(Turn(world.house.ground, db, world.now), place)


async def test_a_place_that_serves_nobody_that_day_holds_nothing(world: World) -> None:
    world.staff("wang", "centre", "liuyin")
    await world.press("mama", "go:event:books-liuyin:2026-12-02:parent")
    await world.say("mama", "20个月")
    await world.say("wang", "停业")
    await world.press("wang", world.buttons("wang")[0])
    await world.say("papa", "明天有什么绘本活动")
    assert world.keys("papa")[-1] == "events.nothing"
    await world.press("papa", "go:event:books-liuyin:2026-12-02")
    assert "不开门" in world.last("papa").text
    assert "爸妈带孩子来" not in world.buttons("papa")
    await world.press("papa", "go:event:books-liuyin:2026-12-02:parent")
    assert world.keys("papa")[-1] == "events.no.stopped"
    await world.forward(hours=1)
    assert world.keys("mama")[-1] == "events.called_off"
    assert "场地用不了" in world.last("mama").text
