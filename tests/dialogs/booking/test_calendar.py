"""The compact calendar: days and hours that are offered have room; what cannot be is told kindly, with what can."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest

from bot import scarce
from bot.store.session import Db
from bot.turn import Turn
from dialogs.booking.rules import counting, houses, spans
from dialogs.booking.rules.spans import Told
from dialogs.booking.service.free import Free
from knowledge.city import City, load_city
from tests.dialogs.booking.test_holding import HERE, states, wish
from tests.world import World

TODAY = date(2026, 12, 1)
THURSDAY = date(2026, 12, 3)


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(files("knowledge").joinpath("cities", "sample"))


def fill(world: World, city: City, day: date, slots: range = range(48)) -> None:
    """Let every place be full on a day, in these half hours."""

    def take(db: Db) -> None:
        for place in city.places:
            if houses.bookable(place):
                for key, cap in counting.caps(houses.house(place, day), day).items():
                    if int(key.split("/")[3]) in slots:
                        scarce.set_cap(db, key, cap, cap)

    world.house.store.write(take)


async def begin(world: World, who: str = "mama", age: str = "14个月") -> list[str]:
    await world.say(who, "约临时托")
    await world.say(who, age)
    return world.buttons(who)


async def test_only_days_with_room_are_offered_and_further_ones_by_a_button(world: World, city: City) -> None:
    fill(world, city, THURSDAY)
    days = await begin(world)
    assert days[:3] == ["今天 周二", "明天 周三", "12月4日 周五"]
    assert "再往后的日子" in days
    rows = world.last("mama").message.buttons
    assert [len(row) for row in rows[:4]] == [2, 2, 2, 2]
    await world.press("mama", "再往后的日子")
    assert world.buttons("mama")[0] == "12月10日 周四"
    await world.press("mama", "12月12日 周六")
    assert world.keys("mama")[-1] == "booking.hours.ask"


async def test_only_hours_with_room_are_offered_and_each_of_them_is_had(world: World, city: City) -> None:
    fill(world, city, THURSDAY, range(18, 23))
    await begin(world)
    await world.press("mama", "12月3日 周四")
    hours = world.buttons("mama")
    assert "14:00-17:00" in hours
    assert "09:00-11:30" not in hours
    assert "09:00-17:00" not in hours
    await world.say("mama", "三个小时")
    hours = [one.label for row in world.last("mama").message.buttons for one in row if one.label[2:3] == ":"]
    assert hours[0][:5] >= "11:30"
    assert len(hours) == spans.OFFERED
    for number, label in enumerate(hours):
        if world.keys("mama")[-1] == "booking.confirm.ask":
            await world.press("mama", "改时间")
            await world.say("mama", "12月3号托三小时" + "吧" * number)
        await world.press("mama", label)
        if world.keys("mama")[-1] == "booking.spot.ask":
            await world.press("mama", "都行")
        assert world.keys("mama")[-1] == "booking.confirm.ask", label


async def test_hours_without_a_day_are_offered_on_days_on_which_they_are_free(
    world: World, city: City
) -> None:
    fill(world, city, THURSDAY, range(28, 30))
    await world.say("mama", "下午两点到四点想托，孩子14个月")
    assert world.keys("mama")[-1] == "booking.day.ask"
    assert "12月3日 周四" not in world.buttons("mama")
    await world.say("mama", "12月4号")
    assert world.keys("mama")[-1] == "booking.spot.ask"


async def test_a_full_day_leads_to_days_that_are_not(world: World, city: City) -> None:
    fill(world, city, THURSDAY)
    await world.say("mama", "周四想托三小时，孩子14个月")
    assert world.keys("mama")[-2:] == ["booking.day_full", "booking.day.ask"]
    await world.say("mama", "这周五")
    assert world.keys("mama")[-1] == "booking.hours.ask"
    await world.press("mama", "换一天")
    assert world.keys("mama")[-1] == "booking.day.ask"


async def test_what_the_child_has_already_is_not_offered_again(world: World) -> None:
    await wish(world, "mama", "明天下午两点到五点想托，孩子14个月")
    await world.press("mama", "就约这个")
    await world.say("mama", "想托，明天")
    assert "14:00-17:00" not in world.buttons("mama")
    assert "09:00-11:30" in world.buttons("mama")


async def test_a_full_fortnight_says_where_to_wait(world: World, city: City) -> None:
    for ahead in range(41):
        fill(world, city, TODAY + timedelta(days=ahead))
    await world.say("mama", "想托三小时，孩子14个月")
    assert world.keys("mama")[-1] == "booking.none.said"


async def test_a_fortnight_is_looked_at_in_a_handful_of_statements(world: World, city: City) -> None:
    said: list[str] = []

    def look(db: Db) -> list[date]:
        turn = Turn(world.house.ground, db, world.now)
        turn.data = {"kids": [{"subject": None, "months": 14, "first": "2025-09-01", "last": "2025-10-01"}]}
        db._raw.set_trace_callback(said.append)
        found = list(islice(Free(turn, city, TODAY).days(Told()), 9))
        db._raw.set_trace_callback(None)
        return found

    assert len(world.house.store.write(look)) == 9
    taken = [one for one in said if "FROM scarce WHERE key >=" in one]
    assert 0 < len(taken) == len(set(taken)) <= 5, "once for each place that had to be looked at"
    assert len(said) <= 40


async def test_another_time_that_is_offered_is_taken_by_a_tap(world: World, city: City) -> None:
    fill(world, city, THURSDAY, range(18, 23))
    await wish(world, "mama", "12月3号上午九点到十一点想托，孩子14个月")
    assert world.keys("mama")[-1] == "booking.instead.ask"
    await world.say("mama", "1")
    assert world.keys("mama")[-1] == "booking.confirm.ask"
    assert states(world) == ["held"]


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("昨天下午两点到四点", ["booking.when_problem.past", "booking.when.ask"]),
        ("明天下午四点到两点", ["booking.when_problem.reversed", "booking.when.ask"]),
        ("周三托0小时", ["booking.no_length", "booking.when.ask"]),
        ("周三托30个小时", ["booking.too_long", "booking.hours.ask"]),
        ("周三上午九点托30个小时", ["booking.too_long", "booking.hours.ask"]),
        ("周三晚上九点到十一点", ["booking.outside", "booking.hours.ask"]),
        ("周三晚上七点托三个小时", ["booking.outside", "booking.hours.ask"]),
        ("1月11号下午两点到四点", ["booking.too_far", "booking.when.ask"]),
    ],
)
async def test_what_cannot_be_is_told_with_what_can(world: World, said: str, keys: list[str]) -> None:
    await begin(world)
    await world.say("mama", said)
    assert world.keys("mama")[-2:] == keys
    if keys[-1] == "booking.hours.ask":
        await world.press("mama", "换一天")
        assert world.keys("mama")[-1] == "booking.day.ask"


async def test_a_day_on_which_all_are_closed_is_told(world: World) -> None:
    await world.say("mama", "周日上午九点到十一点想托，孩子8个月")
    assert world.keys("mama")[-2:] == ["booking.closed_day", "booking.day.ask"]
    assert "12月6日 周日" not in world.buttons("mama")


async def test_a_location_abroad_is_asked_on(world: World) -> None:
    assert await wish(world, "mama", at=(48.85, 2.35)) == "booking.spot.ask"
    assert "8274 公里" in world.last("mama").text
    await world.share("mama", location=HERE)
    assert world.keys("mama")[-1] == "booking.confirm.ask"


@pytest.mark.parametrize(
    ("place", "age", "said", "key"),
    [
        ("liuyin", "14个月", "周日上午九点到十一点", "booking.not_that_day"),
        ("liuyin", "14个月", "周三下午六点到七点", "booking.not_then"),
        ("shiqiao", "8个月", "周三上午九点到十一点", "booking.not_that_age"),
    ],
)
async def test_the_place_that_was_asked_for_says_why_it_is_none(
    world: World, place: str, age: str, said: str, key: str
) -> None:
    await world.press("mama", f"go:place:{place}:here")
    await world.say("mama", age)
    await world.say("mama", said)
    assert key in world.keys("mama")[-2:]
    assert world.keys("mama")[-1] == "booking.confirm.ask"


async def test_what_is_offered_is_free_at_the_place_that_was_asked_for(world: World) -> None:
    await world.press("mama", "go:place:liuyin:here")
    await world.say("mama", "14个月")
    days = world.buttons("mama")
    assert "12月4日 周五" in days
    assert "12月5日 周六" not in days


async def test_a_button_of_a_place_that_is_gone_leads_to_another(world: World) -> None:
    await wish(world, "mama")
    await world.press("mama", "改地方")
    label = next(one for one in world.buttons("mama") if "荷亭" in one)
    without(world.settings.data_dir / "content" / "cities" / "sample", "heting")
    await world.restart()
    await world.press("mama", label)
    assert "booking.place_gone" in world.keys("mama")[-2:]
    assert world.keys("mama")[-1] == "booking.confirm.ask"
    assert "荷亭" not in world.last("mama").text


def without(folder: Path, place: str) -> None:
    """The sample pack, as the district writes it when a place is gone."""
    folder.mkdir(parents=True)
    shipped = files("knowledge").joinpath("cities", "sample")
    for name in ("places", "hours", "classes", "services", "days", "doctor"):
        rows = list(csv.reader(shipped.joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(row for row in rows if row[0] != place)


def test_hours_are_spread_over_what_is_free() -> None:
    assert spans.spread([(n, n + 1) for n in range(20)], 3) == [(0, 1), (10, 11), (19, 20)]
    assert spans.whole(Told(starts=540, length=120)) == (540, 660)
    assert spans.whole(Told(length=180, part="afternoon")) == (840, 1020)
    assert spans.whole(Told(part="afternoon")) is None
    assert spans.whole(Told(starts=540, ends=500)) is None
