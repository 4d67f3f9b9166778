"""The rules of booking: free visits of the year, late cancellations and missed stays, and the way back from them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import terms
from dialogs.booking.rules.terms import Free
from dialogs.booking.service import terms as service
from knowledge.care import CareRules, PlaceRules
from tests.world import World

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


async def card(world: World, asked: str) -> str:
    await world.say("mama", f"柳荫小区附近，{asked}")
    return world.last("mama").text


def count(world: World) -> list[int]:
    return [row["counted"] for row in world.rows("SELECT counted FROM booking ORDER BY id")]


async def test_a_cancellation_in_time_counts_for_nothing_and_a_late_one_once(town: World) -> None:
    assert "可以随时取消" in await card(town, "今天上午十点到十一点想托，孩子2025年10月1日生") or (
        "约上再取消会记一次" in town.last("mama").text
    )
    await town.press("mama", "就约这个")
    await town.press("mama", "来不了，取消")
    assert town.keys("mama")[-1] == "booking.given_back_late"
    assert count(town) == [1]
    await town.press("mama", "撤销")
    assert count(town) == [0]
    await town.press("mama", "来不了，取消")
    await town.press("mama", "孩子不舒服")
    assert town.keys("mama")[-1] == "booking.excused"
    assert count(town) == [0]
    await card(town, "明天上午十点到十一点想托")
    await town.press("mama", "就约这个")
    await town.press("mama", "来不了，取消")
    assert town.keys("mama")[-1] == "booking.given_back"
    assert count(town) == [0, 0]


async def test_after_three_missed_stays_the_next_days_only_until_staff_say_otherwise(town: World) -> None:
    town.staff("wang", "centre", "liuyin")
    await town.say("wang", "你好")
    await card(town, "后天上午十点到十一点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")

    def missed(db: Db) -> None:
        for number in range(3):
            db.run(
                "INSERT INTO booking (person_id, place, service, day, starts, ends, state, renewed, flexible, credit,"
                " taken, created, counted, reason) SELECT person_id, 'liuyin', 'hourly', :day, 600, 660, 'missed', 0, 0, 0,"
                " '{}', 0, 1, '' FROM booking WHERE id = 1",
                day=(DAY - timedelta(days=number + 1)).isoformat(),
            )

    town.house.store.write(missed)
    await card(town, "12月20号上午十点到十一点想托")
    assert "找人" in await card(town, "12月21号上午十点到十一点想托")
    assert town.keys("mama")[-1] == "booking.many.said"
    assert "12月8日" in town.last("mama").text
    await town.say("wang", "不算 3")
    assert town.keys("wang")[-1] == "booking.forgiven"
    assert town.keys("mama")[-1] == "booking.set_right"
    await card(town, "12月21号上午十点到十一点想托")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    await town.say("wang", "不算 3")
    assert town.keys("wang")[-1] == "booking.not_counted"


async def test_staff_of_another_place_take_nothing_back(town: World) -> None:
    town.staff("li", "centre", "shiqiao")
    await town.say("li", "你好")
    await card(town, "今天上午十点到十一点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await town.press("mama", "来不了，取消")
    await town.say("li", "不算 1")
    assert town.keys("li")[-1] == "booking.not_your_place"
    assert count(town) == [1]


async def test_the_year_has_so_many_free_visits_where_the_place_gives_them(town: World) -> None:
    await town.say("mama", "12月8号上午九点到十一点想托，孩子2025年1月1日生")
    await town.press("mama", "都行")
    await town.press("mama", "改地方")
    await town.press("mama", next(one for one in town.buttons("mama") if "东塘" in one))
    assert "这次免费：今年第 1 次，免费的还剩 11 次" in town.last("mama").text
    await town.press("mama", "就约这个")
    assert town.rows("SELECT price FROM booking WHERE state = 'booked'") == [{"price": 0}]
    assert "这次免费" in town.last("mama").text
    await town.say("mama", "改到12月9号")
    await town.press("mama", "就改到这个")
    assert town.rows("SELECT price, day FROM booking WHERE state = 'booked'") == [
        {"price": 0, "day": "2026-12-09"}
    ]


@given(visits=st.integers(0, 40), allowed=st.integers(0, 30))
def test_free_visits_end_after_as_many_as_there_are(visits: int, allowed: int) -> None:
    gift = terms.free(visits, allowed)
    assert (gift is not None) == (visits < allowed)
    if gift is not None:
        assert gift.nth + gift.left == allowed
        assert gift.left >= 0


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 9_000), st.sampled_from([None, Free(1, 0)])), max_size=4)
)
def test_nobody_pays_for_a_child_that_comes_free(rows: list[tuple[int | None, Free | None]]) -> None:
    owed = [price for price, gift in rows if gift is None]
    asked = terms.charged([price for price, _ in rows], [gift for _, gift in rows])
    assert asked == (None if None in owed else sum(price for price in owed if price is not None))


@given(minutes=st.integers(0, 10_000), ahead=st.integers(-100, 20_000))
def test_a_cancellation_is_late_within_the_minutes_only(minutes: int, ahead: int) -> None:
    late = terms.too_late(NOW, NOW + timedelta(minutes=ahead), minutes)
    assert late == (minutes > 0 and ahead < minutes)


@given(counted=st.integers(0, 9), most=st.integers(0, 9), days=st.integers(1, 30))
def test_few_missed_stays_change_nothing(counted: int, most: int, days: int) -> None:
    last = terms.until(DAY, counted, most, days)
    assert last == (DAY + timedelta(days=days) if most and counted >= most else None)


def test_a_place_sets_what_it_sets_and_leaves_the_rest_to_its_district() -> None:
    rules = CareRules.model_validate({"cancel_minutes": 60, "places": {"a": {"free_visits": 12}}})
    assert (rules.at("a").free_visits, rules.at("a").cancel_minutes) == (12, 60)
    assert rules.at("b").free_visits == 0
    with pytest.raises(ValueError, match="at_once"):
        CareRules.model_validate({"places": {"a": {"at_once": 1}}})


def note(world: World, state: str, days: int, counted: int = 0, place: str = "liuyin") -> None:
    """Stays of the child that is booked, on as many days before today."""

    def write(db: Db) -> None:
        of = db.value("SELECT max(id) FROM booking WHERE state = 'booked'")
        for number in range(days):
            booking = db.value(
                "INSERT INTO booking (person_id, place, service, day, starts, ends, state, renewed, flexible, credit,"
                " taken, created, counted, reason) SELECT person_id, :place, 'hourly', :day, 600, 660, :state, 0, 0, 0,"
                " '{}', 0, :counted, '' FROM booking WHERE id = :of RETURNING id",
                place=place,
                day=(DAY - timedelta(days=number + 1)).isoformat(),
                state=state,
                counted=counted,
                of=of,
            )
            db.run(
                "INSERT INTO booked_child (booking_id, subject_id, months) SELECT :id, subject_id, months FROM booked_child"
                " WHERE booking_id = :of",
                id=booking,
                of=of,
            )

    world.house.store.write(write)


async def test_one_before_the_limit_is_told_before_the_yes(town: World) -> None:
    await card(town, "后天上午十点到十一点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    note(town, "missed", 1, counted=1)
    assert "再有一次" not in await card(town, "12月4号上午十点到十一点想托")
    await town.say("mama", "取消")
    note(town, "missed", 1, counted=1)
    told = await card(town, "12月4号上午十点到十一点想托")
    assert "最近 90 天记过 2 次" in told
    assert "只能约 7 天以内的" in told


async def test_free_visits_that_are_used_up_are_told_before_the_yes(town: World) -> None:
    await town.say("mama", "12月8号上午九点到十一点想托，孩子2025年1月1日生")
    await town.press("mama", "都行")
    await town.press("mama", "改地方")
    await town.press("mama", next(one for one in town.buttons("mama") if "东塘" in one))
    await town.press("mama", "就约这个")
    note(town, "left", 11, place="dongtang")
    await town.say("mama", "12月9号上午九点到十一点想托")
    await town.press("mama", "都行")
    await town.press("mama", "改地方")
    await town.press("mama", next(one for one in town.buttons("mama") if "东塘" in one))
    told = town.last("mama").text
    assert "今年免费的 12 次用完了，这次按价收" in told
    assert "费用 " in told


@given(counted=st.integers(0, 9), most=st.integers(0, 9))
def test_the_last_chance_is_the_one_before_the_limit(counted: int, most: int) -> None:
    told = terms.one_left(counted, most)
    assert told == (
        terms.until(DAY, counted, most, 7) is None and terms.until(DAY, counted + 1, most, 7) is not None
    )


async def soon(world: World) -> None:
    """A stay that begins in one hour, less than the two of the cut-off."""
    await card(world, "今天上午十点到十一点想托，孩子2025年10月1日生")
    await world.press("mama", "就约这个")


def place_of(world: World) -> str:
    return str(world.rows("SELECT place FROM booking WHERE state = 'booked'")[0]["place"])


def late(world: World) -> list[tuple[int, int]]:
    rows = world.rows("SELECT moved_late, counted FROM booking WHERE state <> 'lapsed' ORDER BY id")
    return [(row["moved_late"], row["counted"]) for row in rows]


async def test_moving_after_the_cut_off_and_then_cancelling_does_not_get_round_it(town: World) -> None:
    await soon(town)
    await town.say("mama", "改到下周二")
    assert "现在改，记一次「临时改期」" in town.last("mama").text
    await town.press("mama", "还是原来的")
    assert late(town) == [(0, 0)]
    await town.say("mama", "改到下周二")
    await town.press("mama", "就改到这个")
    assert "记了一次「临时改期」" in town.last("mama").text
    assert late(town) == [(1, 0)]
    await town.press("mama", "来不了，取消")
    assert town.keys("mama")[-1] == "booking.given_back"
    await town.press("mama", "撤销")
    assert late(town) == [(1, 0)], "what was moved late stays so, though the cancellation was undone"
    assert terms_of(town) == 1
    await town.say("mama", "改到下周三")
    assert "记一次" not in town.last("mama").text


def terms_of(world: World) -> int:
    """How much counts against the family."""
    rules = home(world.settings).settings.care
    return world.house.store.write(
        lambda db: service.counted(Turn(world.house.ground, db, world.now), rules, person=1)
    )


async def test_a_move_in_time_counts_for_nothing_and_illness_never_does(town: World) -> None:
    await card(town, "明天上午十点到十一点想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await town.say("mama", "改到后天")
    assert "记一次" not in town.last("mama").text
    await town.press("mama", "就改到这个")
    assert late(town) == [(0, 0)]
    await town.to("2026-12-03T09:00")
    await town.say("mama", "改到下周三")
    await town.press("mama", "就改到这个")
    assert late(town) == [(1, 0)]
    await town.press("mama", "孩子不舒服")
    assert late(town) == [(0, 0)]


async def test_nothing_counts_that_was_not_told_before(town: World) -> None:
    await card(town, "今天上午十一点半到十二点半想托，孩子2025年10月1日生")
    await town.press("mama", "就约这个")
    await town.say("mama", "改到下周二")
    assert "记一次" not in town.last("mama").text
    await town.to("2026-12-01T09:45")
    await town.press("mama", "就改到这个")
    assert town.keys("mama")[-1] == "booking_change.sure.ask"
    assert "现在改，记一次" in town.last("mama").text
    assert late(town) == [(0, 0)]
    await town.press("mama", "就改到这个")
    assert late(town) == [(1, 0)]


async def test_staff_take_back_what_was_moved_late(town: World) -> None:
    await soon(town)
    town.staff("wang", "centre", place_of(town))
    await town.say("wang", "你好")
    await town.say("mama", "改到下周二")
    await town.press("mama", "就改到这个")
    number = town.rows("SELECT id FROM booking WHERE state = 'booked'")[0]["id"]
    await town.say("wang", f"不算 {number}")
    assert town.keys("wang")[-1] == "booking.forgiven"
    assert late(town) == [(0, 0)]


async def test_a_place_may_let_its_families_move_late(town: World) -> None:
    await soon(town)
    city = home(town.settings)
    rules = city.settings.care.model_copy(
        update={"places": {place_of(town): PlaceRules(moved_late_counts=False)}}
    )
    kind = replace(city, settings=city.settings.model_copy(update={"care": rules}))

    def look(db: Db) -> list[int]:
        turn, row = (
            Turn(town.house.ground, db, town.now),
            db.one("SELECT * FROM booking WHERE state = 'booked'"),
        )
        assert row is not None
        return [service.move_counts(turn, one, row) for one in (city, kind)]

    assert town.house.store.write(look) == [120, 0]
