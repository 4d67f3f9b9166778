"""Every week the same: each week its own booking, what cannot be is named, nothing twice, all given up and undone at once."""

from __future__ import annotations

from collections.abc import Iterator

import icalendar
import pytest

from bot.turn import Turn
from dialogs.booking.service import holding
from tests.world import World


@pytest.fixture
def town(any_world: World) -> Iterator[World]:
    yield any_world
    assert any_world.house.store.write(
        lambda db: holding.recounted(Turn(any_world.house.ground, db, any_world.now))
    ) == []  # fmt: skip


async def book(town: World, who: str, asked: str) -> None:
    await town.say(who, f"柳荫小区附近，{asked}")
    assert town.keys(who)[-1] == "booking.confirm.ask"
    await town.press(who, "就约这个")
    assert town.keys(who)[-1] == "booking.receipt"


def stays(town: World, state: str = "booked") -> list[tuple[str, int | None]]:
    rows = town.rows(f"SELECT day, series FROM booking WHERE state = '{state}' ORDER BY day, id")
    return [(row["day"][5:], row["series"]) for row in rows]


async def test_each_week_is_a_booking_and_one_file_has_them_all(town: World) -> None:
    await town.say("mama", "柳荫小区附近，每周三下午两点到五点想托，孩子14个月")
    assert "再点回执下面的「每周都要」" in town.last("mama").text
    await town.press("mama", "就约这个")
    await town.press("mama", "每周都要")
    assert town.keys("mama")[-1] == "booking.weekly_done"
    assert stays(town) == [(day, 1) for day in ("12-02", "12-09", "12-16", "12-23", "12-30")]
    (file,) = town.last("mama").message.files
    events = icalendar.Calendar.from_ical(file.body).walk("VEVENT")
    assert [str(event["uid"]).split("@")[0] for event in events] == [f"booking-{n}" for n in (2, 3, 4, 5)]
    assert all(len(event.walk("VALARM")) == 2 for event in events)
    due = town.rows("SELECT key FROM timer WHERE kind = 'booking.soon' ORDER BY key")
    assert [row["key"] for row in due] == ["1", "2", "3", "4", "5"]
    assert town.rows("SELECT count(DISTINCT booking_id) AS n FROM booked_child") == [{"n": 5}]


async def test_what_cannot_be_is_named_by_its_date(town: World) -> None:
    for number in range(6):
        await book(town, f"p{number}", "12月20号上午九点到十一点想托，孩子10个月")
    await book(town, "mama", "这周日上午九点到十一点想托，孩子2026年2月1日生")
    first = town.last("mama").button("每周都要")
    assert first is not None
    assert first.id
    await book(town, "mama", "下周日上午十点到十二点想托")
    await town.press("mama", first.id)
    said = town.last("mama").text
    assert "12月13日" in said
    assert "那个时间已经有别的预约" in said
    assert "没空位" in said
    assert [day for day, series in stays(town) if series is not None] == ["12-06", "12-27", "01-03"]


async def test_a_second_tap_on_another_button_books_nothing_twice(town: World) -> None:
    await book(town, "mama", "周三下午两点到五点想托，孩子14个月")
    old = town.last("mama").button("每周都要")
    assert old is not None
    assert old.id
    await town.say("mama", "我的")
    await town.press("mama", "每周都要")
    before = stays(town)
    assert len(before) == 5
    await town.press("mama", old.id)
    assert town.keys("mama")[-1] == "booking.weekly_already"
    assert stays(town) == before


async def test_a_series_counts_as_one_of_the_bookings_at_once(town: World) -> None:
    await book(town, "mama", "周三下午两点到五点想托，孩子14个月")
    await town.press("mama", "每周都要")
    await book(town, "mama", "周四下午两点到五点想托")
    await book(town, "mama", "周五下午两点到五点想托")
    await town.say("mama", "柳荫小区附近，下周一下午两点到五点想托")
    assert town.keys("mama")[-1] == "booking.many.said"


async def test_the_later_weeks_are_given_up_together_and_come_back_together(town: World) -> None:
    await book(town, "mama", "周三下午两点到五点想托，孩子14个月")
    await town.press("mama", "每周都要")
    all_weeks = stays(town)
    await town.press("mama", "后面每周都取消")
    assert town.keys("mama")[-1] == "booking.weekly_stopped"
    assert [day for day, _ in stays(town)] == ["12-02"]
    await town.press("mama", "撤销")
    assert town.keys("mama")[-1] == "booking.weekly_back"
    assert stays(town) == all_weeks
    await town.say("mama", "我的")
    await town.press("mama", "后面每周都取消")
    assert [day for day, _ in stays(town, "leaving")] == ["12-30"]
    await town.forward(minutes=4)
    assert [day for day, _ in stays(town, "cancelled")] == ["12-30"]
    await town.to("2026-12-09T13:00")
    assert town.keys("mama")[-1] == "booking.soon"


async def fill(town: World, day: str) -> None:
    """The one place that is open on a Sunday is booked out that morning."""
    for number in range(6):
        await book(town, f"{day}-{number}", f"{day}上午九点到十一点想托，孩子10个月")


async def test_full_weeks_are_waited_for_with_one_tap_and_join_the_series(town: World) -> None:
    await fill(town, "12月13号")
    await fill(town, "12月20号")
    await book(town, "mama", "这周日上午九点到十一点想托，孩子10个月")
    await town.press("mama", "每周都要")
    assert [day for day, series in stays(town) if series is not None] == ["12-06", "12-27", "01-03"]
    await town.press("mama", "没空位的，有空位叫我")
    assert town.keys("mama")[-1] == "booking.weekly_waits"
    assert town.last("mama").text.count("您排第一") == 2
    assert [day for day, _ in stays(town, "waiting")] == ["12-13", "12-20"]
    await town.press("12月13号-2", "来不了，取消")
    await town.forward(minutes=3, seconds=1)
    assert town.keys("mama")[-1] == "booking.offer"
    await town.press("mama", "要")
    mine = [day for day, series in stays(town) if series is not None]
    assert mine == ["12-06", "12-13", "12-27", "01-03"]
    await town.press("mama", "后面每周都取消")
    assert [day for day, series in stays(town) if series is not None] == ["12-06"]
    assert stays(town, "waiting") == [], "nobody wants the week that was full any more"
    await town.press("mama", "撤销")
    assert [day for day, series in stays(town) if series is not None] == mine
    assert [day for day, _ in stays(town, "waiting")] == ["12-20"]
    await town.press("12月20号-0", "来不了，取消")
    await town.forward(minutes=3, seconds=1)
    assert town.keys("mama")[-1] == "booking.offer"


async def test_a_full_week_is_offered_though_the_child_has_all_that_it_may_have_at_once(town: World) -> None:
    await fill(town, "12月13号")
    await book(town, "mama", "这周日上午九点到十一点想托，孩子2026年2月1日生")
    first = town.last("mama").button("每周都要")
    await book(town, "mama", "周三上午九点到十一点想托")
    await book(town, "mama", "周四上午九点到十一点想托")
    assert first is not None
    assert first.id
    await town.press("mama", first.id)
    await town.press("mama", "没空位的，有空位叫我")
    await town.press("12月13号-0", "来不了，取消")
    await town.forward(minutes=3, seconds=1)
    assert town.keys("mama")[-1] == "booking.offer"


async def test_a_second_tap_waits_for_nothing_twice(town: World) -> None:
    await fill(town, "12月13号")
    await book(town, "mama", "这周日上午九点到十一点想托，孩子10个月")
    await town.press("mama", "每周都要")
    button = town.last("mama").button("没空位的，有空位叫我")
    assert button is not None
    assert button.id
    await town.press("mama", button.id)
    await town.press("mama", button.id)
    assert len(stays(town, "waiting")) == 1
    await town.say("mama", "我的")
    await town.press("mama", "不等了")
    await town.press("12月13号-0", "来不了，取消")
    await town.forward(minutes=3, seconds=1)
    assert "booking.offer" not in town.keys("mama")
