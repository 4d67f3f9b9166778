"""07:05, a carer is ill: the place is told who must move and why, taps once, and each family is asked and held other room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot.store.people import Who
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.service import holding
from dialogs.booking.service.place import carers
from knowledge.places import Place
from tests.world import World

HERE = (34.2733, 108.9377)
"""At the home-based place: two carers have five children there, one has three."""
DAY = date(2026, 12, 2)
MORNING = "2026-12-02T07:05"
NINE, SIX_PM = 540, 1080


@pytest_asyncio.fixture
async def town(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    """Four families come to the home-based place tomorrow afternoon."""
    world = World(tmp_path, url=migrated_url)
    await world.open()
    world.staff("wang", "centre", "heting")
    for number in range(1, 5):
        await book(world, f"p{number}")
    yield world
    found = act(world, holding.recounted)
    world.close()
    assert found == []


async def book(world: World, who: str, words: str = "明天下午两点到五点想托，孩子14个月") -> None:
    await world.say(who, words)
    await world.share(who, location=HERE)
    await world.press(who, "就约这个")


def act(world: World, do: Callable[[Turn], Any]) -> Any:
    def once(db: Db) -> Any:
        return do(Turn(world.house.ground, db, world.now, Who(1), everyone=world.house.registry))

    return world.house.store.write(once)


def place(world: World, name: str = "heting") -> Place:
    return next(one for one in home(world.settings).places if one.id == name)


async def one_less(world: World) -> None:
    act(world, lambda turn: carers.off(turn, place(world), DAY, NINE - 60, SIX_PM))
    await world.forward(seconds=1)


async def one_more(world: World) -> None:
    act(world, lambda turn: carers.back(turn, place(world), DAY, NINE - 60))
    await world.forward(seconds=1)


def states(world: World) -> dict[int, str]:
    return {row["id"]: row["state"] for row in world.rows("SELECT id, state FROM booking ORDER BY id")}


async def test_one_message_one_tap_and_the_last_to_book_is_asked_with_three_places_held(town: World) -> None:
    await town.to(MORNING)
    await one_less(town)
    said = town.last("wang").text
    assert town.keys("wang")[-1] == "booking.short"
    assert "编号 4" in said
    assert "编号 3" not in said
    assert "后约的先改" in said
    assert set(states(town).values()) == {"booked"}, "nobody is moved before the tap"
    await town.press("wang", "就这样，告诉这几家")
    await town.forward(seconds=1)
    assert town.keys("p4")[-1] == "booking.move_sorry"
    assert (town.now - town.last("p4").at).total_seconds() < 5, "at once, in the quiet hours too"
    assert town.keys("p3")[-1] != "booking.move_sorry"
    assert len(town.last("p4").message.buttons) == 3 + 1
    assert states(town) == {
        1: "booked",
        2: "booked",
        3: "booked",
        4: "moving",
        5: "aside",
        6: "aside",
        7: "aside",
    }
    chosen = town.buttons("p4")[0]
    await town.press("p4", chosen)
    assert town.keys("p4")[-1] == "booking.receipt"
    assert sorted(states(town).values()) == ["booked"] * 4 + ["cancelled"] * 3
    assert town.keys("wang")[-1] == "booking.move_answer"
    await town.press("p4", chosen)
    assert town.keys("p4")[-1] in ("booking.move_late", "common.used")


async def test_who_said_another_time_would_do_goes_first_and_who_is_there_never(town: World) -> None:
    await town.press("p2", "时间可以商量")
    await town.to("2026-12-02T14:01")
    await town.say("wang", "今天名单")
    await town.press("wang", "到了：编号 4")
    await one_less(town)
    assert "编号 2" in town.last("wang").text
    await town.press("wang", "就这样，告诉这几家")
    await town.forward(seconds=1)
    assert town.keys("p2")[-1] == "booking.move_sorry"
    assert "您说过时间可以商量" in town.last("p2").text
    assert states(town)[4] == "came"


async def test_no_and_silence_cancel_without_penalty_and_a_person_takes_over(town: World) -> None:
    world = town
    await book(world, "p5")
    await world.to(MORNING)
    await one_less(world)
    await world.press("wang", "就这样，告诉这几家")
    await world.forward(seconds=1)
    await world.press("p5", "都不合适")
    assert world.keys("p5")[-1] == "booking.move_refused"
    assert world.rows("SELECT kind FROM desk_case")[0]["kind"] == "moved"
    await world.to("2026-12-02T12:00")
    assert world.keys("p4")[-1] == "booking.move_silent"
    assert world.rows("SELECT reason FROM call_list WHERE state = 'open'") == [{"reason": "unanswered"}]
    after = states(world)
    assert after[4] == after[5] == "cancelled"
    assert "aside" not in after.values()
    assert not world.rows("SELECT 1 AS one FROM booking WHERE counted > 0")


async def test_a_carer_who_is_back_undoes_it_for_those_who_have_not_answered(town: World) -> None:
    await book(town, "p5")
    await town.to(MORNING)
    await one_less(town)
    await town.press("wang", "就这样，告诉这几家")
    await town.forward(seconds=1)
    chosen = town.buttons("p5")[0]
    await town.press("p5", chosen)
    await one_more(town)
    assert town.keys("p4")[-1] == "booking.move_back"
    assert town.keys("wang")[-1] == "booking.moves_back"
    after = states(town)
    assert (after[4], after[5]) == ("booked", "cancelled"), "who has chosen stays there"
    assert "aside" not in after.values()
    await town.press("p4", "都不合适")
    assert states(town)[4] == "booked"
    await town.to("2026-12-02T12:01")
    assert town.keys("p4")[-1] == "booking.soon", "its reminders are set again"


async def test_a_carer_who_is_back_books_nobody_twice_who_found_something_meanwhile(town: World) -> None:
    await town.to(MORNING)
    await one_less(town)
    await town.press("wang", "就这样，告诉这几家")
    await town.forward(seconds=1)
    assert states(town)[4] == "moving"
    await town.say("p4", "柳荫小区附近，今天下午两点到五点想托")
    await town.press("p4", "就约这个")
    assert town.keys("p4")[-1] == "booking.receipt"
    await one_more(town)
    after = states(town)
    assert after[4] == "cancelled"
    assert "aside" not in after.values()


async def test_what_nobody_was_promised_goes_first_and_a_plan_that_changed_is_shown_anew(town: World) -> None:
    await town.to(MORNING)
    await one_less(town)
    await town.press("p1", "来不了，取消")
    await town.forward(minutes=4)
    await town.press("wang", "就这样，告诉这几家")
    assert town.keys("wang")[-1] == "booking.moves_none"
    assert states(town) == {1: "cancelled", 2: "booked", 3: "booked", 4: "booked"}


async def test_a_place_that_does_not_answer_is_asked_again_and_then_duty_hears(town: World) -> None:
    town.staff("duty", "duty")
    await town.to(MORNING)
    await one_less(town)
    await town.forward(minutes=15, seconds=1)
    assert town.keys("wang")[-2:] == ["booking.short", "booking.short"]
    await town.forward(minutes=15, seconds=1)
    assert town.keys("duty")[-1] == "booking.short_unheard"
    await town.forward(hours=1)
    assert town.keys("duty").count("booking.short_unheard") == 1
