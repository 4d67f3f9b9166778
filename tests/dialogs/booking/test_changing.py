"""Another time for a booking: taken and given back at once, or nothing; what follows it; who wanted the same room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import icalendar
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from bot import scarce
from bot.flow import when
from bot.store.session import Db
from bot.turn import Turn
from dialogs.booking.rules import changes
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import form, holding
from knowledge.ages import completed_months
from tests.world import World

ASKED = "柳荫小区附近，{when}想托，孩子10个月"
WAS = Span(date(2026, 12, 2), time(14), time(17))


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    assert (
        world.house.store.write(lambda db: holding.recounted(Turn(world.house.ground, db, world.now))) == []
    )
    world.close()


async def book(world: World, who: str, when_: str = "这周日上午九点到十一点") -> None:
    await world.say(who, ASKED.format(when=when_))
    assert world.keys(who)[-1] == "booking.confirm.ask"
    await world.press(who, "就约这个")


def booked(world: World) -> list[tuple[int, str, int, int, str]]:
    rows = world.rows("SELECT id, day, starts, ends, place FROM booking WHERE state = 'booked' ORDER BY id")
    return [(row["id"], row["day"], row["starts"] // 60, row["ends"] // 60, row["place"]) for row in rows]


async def test_the_number_stays_and_the_calendar_and_the_reminders_follow(town: World) -> None:
    await book(town, "mama", "周三下午两点到五点")
    await town.say("mama", "把周三的改到周四下午")
    await town.press("mama", "就改到这个")
    assert booked(town) == [(1, "2026-12-03", 14, 17, "liuyin")]
    (file,) = town.last("mama").message.files
    (event,) = icalendar.Calendar.from_ical(file.body).walk("VEVENT")
    assert (str(event["uid"]), event["sequence"]) == ("booking-1@doorstep", 1)
    assert event.start.astimezone(town.settings.zone).isoformat() == "2026-12-03T14:00:00+08:00"
    assert {row["key"].split("/")[2] for row in town.rows("SELECT key FROM scarce WHERE used > 0")} == {
        "2026-12-03"
    }
    await town.to("2026-12-03T13:00")
    assert town.keys("mama")[-3:] == ["booking.changed", "booking.evening", "booking.soon"]
    assert town.last("mama").at.astimezone(town.settings.zone).isoformat() == "2026-12-03T12:00:00+08:00"


async def test_the_evenings_reminder_comes_again_for_another_day(town: World) -> None:
    await book(town, "mama", "明天下午两点到五点")
    await town.to("2026-12-01T18:30")
    assert town.keys("mama")[-1] == "booking.evening"
    await town.say("mama", "改到周五")
    await town.press("mama", "就改到这个")
    await town.to("2026-12-03T18:30")
    assert town.keys("mama")[-1] == "booking.evening"


async def test_nobody_loses_the_old_place_when_the_new_one_is_full(town: World) -> None:
    for number in range(6):
        await book(town, f"p{number}")
    await book(town, "mama", "周三上午九点到十一点")
    before = booked(town)
    await town.say("mama", "改到周日")
    assert town.keys("mama")[-1] == "booking_change.instead.ask"
    assert "原来的还给您留着" in town.last("mama").text
    await town.press("mama", "还是原来的")
    assert booked(town) == before


async def test_whoever_was_quicker_takes_the_new_room_and_nothing_changes(town: World) -> None:
    for number in range(5):
        await book(town, f"p{number}")
    await book(town, "mama", "周六上午九点到十一点")
    await town.say("mama", "改到周日")
    if town.keys("mama")[-1] == "booking_change.instead.ask":
        await town.press("mama", next(label for label in town.buttons("mama") if "周日" in label))
    assert town.keys("mama")[-1] == "booking_change.sure.ask"
    await book(town, "quick")
    before = booked(town)
    await town.press("mama", "就改到这个")
    assert town.keys("mama")[-1] == "booking_change.instead.ask"
    assert booked(town) == before


async def test_a_stay_moves_within_its_own_room_in_a_full_house(town: World) -> None:
    for number in range(6):
        await book(town, f"p{number}")
    await town.say("p0", "改到九点半到十点半")
    await town.press("p0", "就改到这个")
    assert booked(town)[0][2:4] == (9, 10)
    assert town.keys("p0")[-1] == "booking.changed"


async def test_whoever_waits_is_offered_the_room_that_a_change_left(town: World) -> None:
    for number in range(6):
        await book(town, f"p{number}")
    await town.say("late", ASKED.format(when="这周日上午九点到十一点"))
    await town.press("late", "有空位叫我")
    await town.say("p3", "改到下午两点到四点")
    await town.press("p3", "就改到这个")
    await town.forward(seconds=1)
    assert town.keys("late")[-1] == "booking.offer"


async def test_the_child_is_not_at_two_places_by_a_change(town: World) -> None:
    await town.say("mama", "柳荫小区附近，明天下午两点到五点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await town.say("mama", "柳荫小区附近，后天下午两点到五点想托")
    await town.press("mama", "就约这个")
    before = booked(town)
    assert len(before) == 2
    await town.say("mama", "把明天的改到后天")
    await town.press("mama", "就改到这个")
    assert town.keys("mama")[-1] == "booking_change.twice.said"
    assert booked(town) == before


async def test_a_button_of_a_booking_that_is_gone_changes_nothing(town: World) -> None:
    await book(town, "mama", "明天下午两点到五点")
    await town.press("mama", "改时间")
    await town.say("mama", "后天")
    await town.press("mama", "来不了，取消")
    await town.press("mama", "就改到这个")
    assert town.keys("mama")[-1] == "booking_change.gone.said"
    await town.say("mama", "改期")
    assert town.keys("mama")[-1] == "booking_change.none.said"


async def test_the_counters_move_all_or_none(any_world: World) -> None:
    def move(db: Db) -> list[tuple[int, int]]:
        for key, cap in (("a", 5), ("b", 5), ("c", 1)):
            scarce.set_cap(db, key, cap)
        assert scarce.take(db, {"a": 5, "b": 1})
        assert scarce.take(db, {"a": 3, "b": 3}, back={"a": 5, "b": 1})
        assert not scarce.take(db, {"b": 1, "c": 2}, back={"a": 3, "b": 3})
        return [(key, scarce.count(db, key)) for key in ("a", "b", "c")]  # type: ignore[misc]

    assert any_world.house.store.write(move) == [("a", (5, 3)), ("b", (5, 3)), ("c", (1, 0))]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("周四", {"hours": "14:00-17:00"}),
        ("周四下午", {"hours": "14:00-17:00"}),
        ("周四上午", {"hours": "180分钟"}),
        ("四点", {"day": "2026-12-02", "hours": "180分钟"}),
        ("下午四点到六点", {"day": "2026-12-02"}),
        ("两个小时", {"day": "2026-12-02", "hours": "14:00-16:00"}),
        ("周四三点到五点", {}),
        ("2月30号", {}),
    ],
)
def test_what_was_not_said_stays_as_it_was(said: str, left: dict[str, str]) -> None:
    read = when.read(said, datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert changes.as_before(read, WAS, form.PARTS) == left


@given(
    birth=st.dates(date(2023, 1, 1), date(2026, 3, 1)),
    was=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
    day=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
    known=st.booleans(),
)
def test_a_child_never_counts_as_older_than_it_is(birth: date, was: date, day: date, known: bool) -> None:
    """So that it never takes less room than it needs; at six months it is looked after at all."""
    then = completed_months(birth, was)
    told = changes.months_on(then, birth if known else None, was, day)
    assert told <= max(completed_months(birth, day), 6)
    assert told >= min(then, 6) or known
