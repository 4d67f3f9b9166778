"""Seats of activities: two taps, ages, the waiting list, what cannot be, and counters that agree with the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import icalendar
import pytest
import pytest_asyncio

from bot.turn import Turn
from dialogs.events.service import seats
from tests.world import World

FRIDAY = "go:event:crawlers:2026-12-04"
DANCE = "go:event:dance-songbai:2026-12-03"


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    assert world.house.store.write(lambda db: seats.recounted(Turn(world.house.ground, db, world.now))) == []
    world.close()


async def sign(world: World, who: str, months: int = 8, button: str = FRIDAY) -> str:
    await world.press(who, f"{button}:parent")
    if world.keys(who)[-1] == "event_seat.age.ask":
        await world.say(who, f"{months}个月")
    return world.keys(who)[-1]


def state(world: World) -> list[str]:
    return [row["state"] for row in world.rows("SELECT state FROM event_seat ORDER BY id")]


async def test_two_taps_from_the_list_and_the_receipt_goes_into_the_calendar(town: World) -> None:
    await town.say("yeye", "老人跳舞")
    assert town.keys("yeye") == ["events.found_plain"]
    assert town.buttons("yeye")[0] == "1. 今天下午3:00 松柏舞蹈队（示例）"
    assert town.buttons("yeye")[3] == "4. 找人帮我报"
    assert len(town.last("yeye").text) <= 60
    await town.press("yeye", town.buttons("yeye")[0])
    assert town.keys("yeye")[-1] == "events.card"
    assert "55 岁以上" in town.last("yeye").text
    await town.press("yeye", "我来，报名")
    assert town.keys("yeye")[-1] == "events.receipt"
    (file,) = town.last("yeye").message.files
    (entry,) = icalendar.Calendar.from_ical(file.body).walk("VEVENT")
    assert entry["SUMMARY"] == "松柏舞蹈队（示例）：松柏助餐站（示例）"
    assert entry["DTSTART"].dt.isoformat() == "2026-12-01T07:00:00+00:00"
    await town.press("yeye", "go:event:dance-songbai:2026-12-01:elder")
    assert town.keys("yeye")[-1] == "events.receipt", "the old neighbour comes along on a seat of their own"


async def test_what_is_known_is_not_asked_and_ages_are_kept_to(town: World) -> None:
    assert await sign(town, "mama", 20, "go:event:morning-liuyin:2026-12-05") == "events.receipt"
    await town.press("mama", "go:event:books-liuyin:2026-12-09:grandparent")
    assert town.keys("mama")[-1] == "events.receipt", "the child is known by now"
    await town.press("mama", f"{FRIDAY}:parent")
    assert town.keys("mama")[-1] == "events.no.too_old"
    assert "6–12 个月" in town.last("mama").text
    assert await sign(town, "papa", 3) == "events.no.too_young"
    assert [row["who"] for row in town.rows("SELECT who FROM event_seat ORDER BY id")] == [
        "parent",
        "grandparent",
    ]
    assert {row["purpose"] for row in town.rows("SELECT purpose FROM consent")} == {"basic", "child"}


async def test_nobody_takes_what_comes_free_before_those_who_wait(town: World) -> None:
    for name in ("a", "b", "c"):
        assert await sign(town, name) == "events.receipt"
    assert await sign(town, "anna") == "event_seat.instead.ask"
    await town.press("anna", "有名额叫我")
    assert await sign(town, "anna") == "event_seat.twice.said"
    await town.press("a", "来不了，取消")
    await town.forward(minutes=2)
    assert town.keys("anna")[-1] == "event_seat.twice.said", "it can still be undone"
    await town.forward(minutes=2)
    assert town.keys("anna")[-1] == "events.offer"
    assert await sign(town, "late") == "event_seat.instead.ask", "what is on offer is nobody else's"
    await town.press("late", "有名额叫我")
    await town.to("2026-12-02T09:05")
    assert town.keys("anna")[-1] == "events.offer_lapsed"
    assert town.keys("late")[-1] == "events.offer"
    await town.press("late", "要")
    assert state(town) == ["cancelled", "signed", "signed", "lapsed", "signed"]


async def test_whoever_waited_for_nothing_is_told_half_an_hour_before(town: World) -> None:
    for name in ("a", "b", "c"):
        await sign(town, name)
    await sign(town, "anna")
    await town.press("anna", "有名额叫我")
    await town.to("2026-12-04T09:31")
    assert town.keys("anna")[-1] == "events.wait_over"
    await town.say("anna", "我的")
    assert "events.mine_waits" not in town.keys("anna")


@pytest.mark.parametrize(
    ("button", "key"),
    [
        ("go:event:nothing:2026-12-04", "events.not_there"),
        ("go:event:crawlers:2026-12-05", "events.not_there"),
        ("go:event:crawlers:tomorrow", "events.not_there"),
        ("go:event:nothing:2026-12-04:me", "events.no.over"),
        ("go:event:crawlers:2026-11-27:parent", "events.no.over"),
        ("go:event:pressure-day:never:me", "events.no.over"),
        ("go:event:shift-books:2026-12-02:me", "events.untrained"),
        ("go:event:craft-dumplings:2026-12-25:parent", "event_seat.who.ask"),
    ],
)
async def test_a_button_of_something_that_is_not_there_any_more_leads_on(
    world: World, button: str, key: str
) -> None:
    await world.press("mama", button)
    assert world.keys("mama")[-1] == key
    assert world.buttons("mama"), "a way on"


async def test_sign_up_ends_in_time(world: World) -> None:
    await world.to("2026-12-03T22:01")
    await world.press("mama", f"{FRIDAY}:parent")
    assert world.keys("mama")[-1] == "events.no.closed"
    assert "下周五（12月11日）小爬虫专场（示例）" in world.buttons("mama")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("附近有绘本活动吗", None),
        ("柳荫小区附近有绘本活动吗", "柳荫绘本时间（示例）"),
        ("周一有医生咨询的活动吗", "量血压问医生（示例）"),
        ("做志愿者", "助餐送餐员（示例）"),
        ("周日有什么亲子活动，孩子两岁半", "春晖绘本早晨（示例）"),
        ("what events are on this weekend", "柳荫亲子上午（示例）"),
        ("8个月宝宝有什么亲子活动", "这周五上午10:00"),
        ("周六下午有什么活动", "松柏舞蹈队（示例）"),
        ("这周末上午有什么活动", "柳荫亲子上午（示例）"),
        ("有什么舞蹈班", "今天下午3:00"),
    ],
)
async def test_words_find_what_they_look_for(world: World, words: str, first: str | None) -> None:
    await world.say("mama", words)
    if first is None:
        assert world.keys("mama") == ["events.spot.ask"]
        await world.share("mama", location=(34.2622, 108.9489))
        assert world.buttons("mama")[0] == "1. 春晖绘本早晨（示例）", "the nearest first"
        assert "走路约" in world.last("mama").text
    else:
        assert world.keys("mama")[-1] == "events.found"
        assert world.buttons("mama")[0] == f"1. {first}"


async def test_the_list_is_narrowed_by_its_buttons_and_keeps_where_one_is_sealed(world: World) -> None:
    await world.say("mama", "最近有什么活动")
    await world.press("mama", "老人的")
    assert all("绘本" not in label for label in world.buttons("mama")[:4])
    await world.say("mama", "柳荫小区附近有绘本活动吗")
    kept = world.rows("SELECT payload FROM action WHERE kind = 'events.narrow'")
    assert kept
    assert all("34.2" not in row["payload"] for row in kept)
    await world.forward(hours=3)
    assert world.rows("SELECT 1 AS one FROM action WHERE kind = 'events.narrow'") == []


async def test_an_activity_that_left_the_pack_is_still_shown_and_cancelled(world: World) -> None:
    await world.press("yeye", f"{DANCE}:me")
    world.house.store.write(lambda db: db.run("UPDATE event_seat SET event = 'gone', place = 'gone'"))
    world.house.store.write(lambda db: db.run("UPDATE scarce SET key = 'event/gone/2026-12-03'"))
    await world.say("yeye", "我的")
    assert "松柏舞蹈队" in world.last("yeye").text
    await world.press("yeye", "来不了，取消")
    await world.forward(minutes=4)
    assert state(world) == ["cancelled"]
