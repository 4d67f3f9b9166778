"""Booking some hours: one sentence to a card, ten minutes of hold, a full house, two at once, a cancellation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
import pytest_asyncio

from bot.store.session import Db
from bot.turn import Turn
from dialogs.booking.service import holding
from tests.world import World

ASKED = "明天下午两点到五点想托，孩子14个月"
HERE = (34.2733, 108.9377)
"""At the door of the home-based place, which has room for five."""


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


async def wish(town: World, who: str, asked: str = ASKED, at: tuple[float, float] = HERE) -> str:
    """As far as the card; the text key of the last answer."""
    await town.say(who, asked)
    await town.share(who, location=at)
    return town.keys(who)[-1]


def states(town: World) -> list[str]:
    return [row["state"] for row in town.rows("SELECT state FROM booking ORDER BY id")]


async def test_one_sentence_one_place_one_tap(town: World) -> None:
    assert await wish(town, "mama") == "booking.confirm.ask"
    card = town.last("mama").text
    for words in ("明天（12月2日 周三）下午2:00–5:00", "荷亭家庭托育点", "75 元"):
        assert words in card
    assert states(town) == ["held"]
    await town.press("mama", "就约这个")
    assert town.keys("mama")[-1] == "booking.receipt"
    assert states(town) == ["booked"]
    await town.to("2026-12-02T12:00")
    assert town.keys("mama")[-2:] == ["booking.evening", "booking.soon"]
    assert [shown.at.astimezone(town.settings.zone).hour for shown in town.shown_to("mama")[-2:]] == [18, 12]
    assert town.rows("SELECT purpose FROM consent ORDER BY purpose") == [
        {"purpose": "basic"},
        {"purpose": "child"},
    ]


async def test_the_receipt_brings_the_stay_for_the_telephones_calendar_with_its_alarms(town: World) -> None:
    await wish(town, "mama")
    await town.press("mama", "就约这个")
    (file,) = town.last("mama").message.files
    assert (file.name, file.type) == ("booking-1.ics", "text/calendar")
    (event,) = icalendar.Calendar.from_ical(file.body).walk("VEVENT")
    zone = town.settings.zone
    assert event.start.astimezone(zone).isoformat() == "2026-12-02T14:00:00+08:00"
    assert event.end - event.start == timedelta(hours=3)
    assert event["summary"] == "宝宝：荷亭家庭托育点（示例）"
    alarms = [
        (event.start + alarm["trigger"].dt).astimezone(zone).isoformat() for alarm in event.walk("VALARM")
    ]
    assert alarms == ["2026-12-01T18:00:00+08:00", "2026-12-02T12:00:00+08:00"]
    assert event["sequence"] == 0


async def test_the_calendar_is_told_that_a_stay_is_no_more_and_that_it_stands_again(town: World) -> None:
    await wish(town, "mama")
    await town.press("mama", "就约这个")
    found = []
    for pressed in ("来不了，取消", "撤销"):
        await town.press("mama", pressed)
        (file,) = town.last("mama").message.files
        calendar = icalendar.Calendar.from_ical(file.body)
        (event,) = calendar.walk("VEVENT")
        words = [str(part) for part in (calendar.get("method"), event.get("status"))]
        found.append((str(event["uid"]), event["sequence"], *words))
    assert found == [
        ("booking-1@doorstep", 1, "CANCEL", "CANCELLED"),
        ("booking-1@doorstep", 2, "None", "None"),
    ]


async def test_a_family_says_that_another_time_would_do_and_takes_it_back(town: World) -> None:
    await wish(town, "mama")
    await town.press("mama", "就约这个")
    await town.say("mama", "时间可以商量")
    assert town.keys("mama")[-1] == "booking.is_flexible"
    assert town.rows("SELECT flexible FROM booking") == [{"flexible": 1}]
    await town.say("mama", "我的")
    await town.press("mama", "时间不能变")
    assert town.keys("mama")[-1] == "booking.not_flexible"
    assert town.rows("SELECT flexible FROM booking") == [{"flexible": 0}]


async def test_a_hold_is_renewed_once_and_then_free_and_a_late_yes_still_works(town: World) -> None:
    await wish(town, "mama")
    await town.forward(minutes=19)
    assert states(town) == ["held"]
    await town.forward(minutes=2)
    assert states(town) == ["lapsed"]
    assert not town.rows("SELECT key FROM scarce WHERE used > 0")
    await town.press("mama", "就约这个")
    assert states(town) == ["booked"]


async def test_a_full_house_offers_what_is_next(town: World) -> None:
    for number in range(5):
        await wish(town, f"p{number}")
        await town.press(f"p{number}", "就约这个")
    assert await wish(town, "late") == "booking.confirm.ask"
    assert "荷亭" not in town.last("late").text, "the sixth child of a home-based place"
    places = {row["place"] for row in town.rows("SELECT place FROM booking")}
    assert places == {"heting", "liuyin"}


async def test_the_hold_that_somebody_else_took_meanwhile_leads_to_another_place(town: World) -> None:
    await wish(town, "slow")
    await town.forward(minutes=21)
    for number in range(5):
        await wish(town, f"p{number}")
        await town.press(f"p{number}", "就约这个")
    await town.press("slow", "就约这个")
    assert town.keys("slow")[-1] == "booking.confirm.ask"
    assert "荷亭家庭托育点（示例）那个时间没有能收这个月龄的空位" in town.last("slow").text
    assert "柳荫托育中心（示例），" in town.last("slow").text, "the next one's card"
    assert states(town).count("booked") == 5


async def test_whoever_cannot_come_frees_the_place_after_three_minutes(town: World) -> None:
    await wish(town, "mama")
    await town.press("mama", "就约这个")
    await town.press("mama", "来不了，取消")
    assert town.keys("mama")[-1] == "booking.given_back"
    assert states(town) == ["leaving"]
    assert town.rows("SELECT key FROM scarce WHERE used > 0"), "until then it can be undone"
    await town.forward(minutes=3, seconds=1)
    assert states(town) == ["cancelled"]
    assert not town.rows("SELECT key FROM scarce WHERE used > 0")
    await town.to("2026-12-02T14:00")
    assert town.keys("mama")[-1] == "booking.given_back", "no reminder of what is no more"


async def test_a_cancellation_is_undone_unless_the_child_is_elsewhere_by_then(town: World) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "2025-10-01")
    for said in ("明天下午两点到五点", "明天下午三点到四点想托"):
        await town.say("mama", said)
        await town.press("mama", "都行")
        await town.press("mama", "就约这个")
        if len(states(town)) == 1:
            await town.press("mama", "来不了，取消")
            await town.say("mama", "撤销")
            assert town.keys("mama")[-1] == "booking.undone"
            assert states(town) == ["booked"]
            await town.press("mama", "来不了，取消")
    assert states(town) == ["leaving", "booked"]
    await town.press("mama", "撤销")
    assert town.keys("mama")[-1] == "booking.twice.said"
    await town.forward(minutes=4)
    assert states(town) == ["cancelled", "booked"]
    await town.to("2026-12-02T14:00")
    assert town.keys("mama")[-2:] == ["booking.evening", "booking.soon"]


async def test_one_child_is_at_one_place_at_a_time(town: World) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "2025-10-01")
    await town.say("mama", "明天下午两点到五点")
    await town.press("mama", "都行")
    await town.press("mama", "就约这个")
    assert states(town) == ["booked"]
    await town.say("mama", "明天下午三点到四点想托")
    await town.press("mama", "都行")
    assert town.keys("mama")[-1] == "booking.twice.said"
    assert states(town) == ["booked"]


async def test_a_late_yes_books_no_child_twice(town: World) -> None:
    await wish(town, "mama", "后天下午两点到五点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await wish(town, "mama", "明天下午两点到五点想托")
    await town.forward(minutes=21)
    late = next(b.id for row in town.last("mama").message.buttons for b in row if b.label == "就约这个")
    town.house.store.write(lambda db: db.run("UPDATE booking SET day = '2026-12-02' WHERE state = 'booked'"))
    await town.press("mama", late)
    assert town.keys("mama")[-1] == "booking.twice.said"
    assert states(town) == ["booked", "lapsed"]


async def test_one_child_has_three_bookings_at_a_time(town: World) -> None:
    await wish(town, "mama", "明天上午九点到十点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    for day in ("后天", "12月4号"):
        await wish(town, "mama", f"{day}上午九点到十点想托")
        await town.press("mama", "就约这个")
    assert states(town) == ["booked"] * 3
    assert await wish(town, "mama", "12月7号上午九点到十点想托") == "booking.many.said"
    await town.press("mama", "来不了，取消")
    await town.forward(minutes=5)
    assert await wish(town, "mama", "12月7号上午九点到十点想托") == "booking.confirm.ask"


async def test_whoever_looks_again_is_not_in_their_own_way(town: World) -> None:
    """A known child: another place on the card, and the same hours asked once more after the form was left."""
    await wish(town, "mama", "明天下午两点到五点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await wish(town, "mama", "后天下午两点到五点想托")
    await town.press("mama", "改地方")
    await town.press("mama", town.buttons("mama")[1])
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    await town.say("mama", "取消")
    await wish(town, "mama", "后天下午两点到五点想托")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    await town.press("mama", "就约这个")
    assert states(town).count("booked") == 2
    assert "held" not in states(town)


async def test_a_day_too_far_ahead_is_told_and_asked_again(town: World) -> None:
    await town.say("mama", "1月11号下午两点到四点想托，孩子14个月")
    assert town.keys("mama")[-2:] == ["booking.too_far", "booking.when.ask"]
    await town.say("mama", "1月10号下午两点到四点")
    assert town.keys("mama")[-1] == "booking.spot.ask"


async def test_a_change_gives_back_what_was_held(town: World) -> None:
    await wish(town, "mama")
    await town.press("mama", "改时间")
    await town.say("mama", "后天上午九点到十一点")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert states(town) == ["cancelled", "held"]
    assert {row["key"].split("/")[2] for row in town.rows("SELECT key FROM scarce WHERE used > 0")} == {
        "2026-12-03"
    }


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("昨天下午两点到四点", "booking.when_problem.past"),
        ("2月30号上午九点到十一点", "booking.when_problem.impossible"),
        ("明天下午四点到两点", "booking.when_problem.reversed"),
        ("过几天", "booking.when_problem.vague"),
    ],
)
async def test_a_time_that_cannot_be_is_told_and_asked_again(town: World, said: str, key: str) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "14个月")
    await town.say("mama", said)
    assert town.keys("mama")[-2:] == [key, "booking.when.ask"]


@pytest.mark.parametrize(
    ("age", "end"), [("3个月", "too_young"), ("五岁", "too_old"), ("预产期明年三月", "unborn")]
)
async def test_a_child_that_nobody_takes_is_told_kindly(town: World, age: str, end: str) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", age)
    assert town.keys("mama")[-1] == f"booking.{end}.said"


async def test_a_count_that_differs_from_the_bookings_is_found(town: World) -> None:
    await wish(town, "mama")

    def look(db: Db) -> list[str]:
        return holding.recounted(Turn(town.house.ground, db, town.now))

    assert town.house.store.write(look) == []
    town.house.store.write(lambda db: db.run("UPDATE scarce SET used = used + 1 WHERE key LIKE '%/care'"))
    assert len(town.house.store.write(look)) == 6
