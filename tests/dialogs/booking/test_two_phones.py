"""Two telephones of one family at once: one person at two addresses, or two persons of one child. It is never at two places."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import date, time

import pytest_asyncio

from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import houses
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import holding, kept
from dialogs.booking.service.holding import Child, Wish
from tests.races import stays
from tests.world import World

DAY = date(2026, 12, 2)
ASKED = "柳荫小区附近，明天{}想托，孩子2025年10月1日生"


@pytest_asyncio.fixture
async def town(any_world: World) -> AsyncIterator[World]:
    yield any_world
    store, ground = any_world.house.store, any_world.house.ground
    assert store.read(lambda db: stays.twice(db, DAY)) == []
    assert store.write(lambda db: holding.recounted(Turn(ground, db, any_world.now))) == []


async def link(town: World, who: str, other: str) -> None:
    await town.say(who, "关联")
    code = town.find(r"关联 (\d{6})")
    await town.say(other, f"关联 {code}")
    await town.press(other, "是，关联")


async def book(town: World, who: str, hours: str = "下午两点到五点") -> None:
    await town.say(who, ASKED.format(hours))
    await town.press(who, "就约这个")
    assert town.keys(who)[-1] == "booking.receipt"


def states(town: World) -> list[tuple[str, str]]:
    return [(row["state"], row["day"][5:]) for row in town.rows("SELECT state, day FROM booking ORDER BY id")]


async def test_two_yeses_in_one_moment_make_one_booking(town: World) -> None:
    """The second comes before the first is committed: it waits, and finds the child that the first has named."""
    ground, store = town.house.ground, town.house.store
    liuyin = next(place for place in home(ground.settings).places if place.id == "liuyin")
    kid = {"subject": None, "name": "宝宝", "months": 14, "first": "2025-10-01", "last": "2025-10-01"}

    family = store.write(lambda db: people.meet(db, Place("terminal", "mama"), town.now)[1].id)

    def form(db: Db, hours: tuple[int, int] | None, booking: int = 0) -> Turn:
        turn = Turn(ground, db, town.now, people.person_of(db, family))
        if hours is not None:
            span = Span(DAY, time(hours[0]), time(hours[1]))
            held = holding.hold(turn, Wish(houses.house(liuyin, DAY), span, (Child(None, 14),)))
            assert isinstance(held, int)
            booking = held
        turn.data.update(booking=booking, kids=[dict(kid)], known=[])
        return turn

    numbers: list[int] = [
        store.write(lambda db: form(db, (14, 16)).data["booking"]),
        store.write(lambda db: form(db, (15, 17)).data["booking"]),
    ]
    said, done = threading.Event(), threading.Event()

    def first(db: Db) -> str:
        outcome = kept.book(form(db, None, numbers[0]), home(ground.settings))
        said.set()
        done.wait(timeout=0.4)  # the second one waits for this commit: it runs out
        return outcome

    def second(db: Db) -> str:
        return kept.book(form(db, None, numbers[1]), home(ground.settings))

    one = store.submit(first)
    assert said.wait(timeout=30)
    other = store.submit(second)
    assert (one.result(30), other.result(30)) == ("booked", "twice")
    assert len(town.rows("SELECT id FROM subject WHERE kind = 'child'")) == 1


async def test_one_cancels_while_the_other_changes(town: World) -> None:
    await link(town, "mama", "papa")
    await book(town, "mama")
    await town.say("papa", "改到后天")
    assert town.keys("papa")[-1] == "booking_change.sure.ask"
    await town.press("mama", "来不了，取消")
    await town.press("papa", "就改到这个")
    assert town.keys("papa")[-1] == "booking_change.gone.said"
    assert states(town) == [("leaving", "12-02")]
    await town.press("mama", "撤销")
    assert states(town) == [("booked", "12-02")]


async def test_one_changes_while_the_other_cancels(town: World) -> None:
    await link(town, "mama", "papa")
    await book(town, "mama")
    await town.say("papa", "我的")
    await town.say("mama", "改到后天")
    await town.press("mama", "就改到这个")
    await town.press("papa", "来不了，取消")
    assert town.keys("papa")[-1] == "booking.given_back"
    assert "后天" in town.last("papa").text, "what it is by now, not what the button stood below"
    await town.press("mama", "来不了，取消")
    assert town.keys("mama")[-1] == "booking.cancelled_already"
    await town.forward(minutes=4)
    assert states(town) == [("cancelled", "12-03")]


async def test_both_change_one_booking_and_the_last_yes_stands(town: World) -> None:
    await link(town, "mama", "papa")
    await book(town, "mama")
    await town.say("mama", "改到后天")
    await town.say("papa", "改到周五")
    await town.press("mama", "就改到这个")
    await town.press("papa", "就改到这个")
    assert states(town) == [("booked", "12-04")]
    assert len(
        town.rows("SELECT DISTINCT key FROM scarce WHERE used > 0 AND key LIKE '%2026-12-04%'")
    ) == len(town.rows("SELECT DISTINCT key FROM scarce WHERE used > 0"))


async def test_both_look_at_a_card_and_the_second_yes_is_told(town: World) -> None:
    await link(town, "mama", "papa")
    await book(town, "mama", "上午九点到十点")
    for who, hours in (("mama", "下午两点到五点"), ("papa", "下午三点到四点")):
        await town.say(who, ASKED.format(hours))
        assert town.keys(who)[-1] == "booking.confirm.ask"
    await town.press("papa", "就约这个")
    assert town.keys("papa")[-1] == "booking.receipt"
    await town.press("mama", "就约这个")
    assert town.keys("mama")[-1] == "booking.twice.said"


async def test_mother_and_grandmother_who_both_booked_are_told_when_they_join(any_world: World) -> None:
    """Apart, nothing says that it is one child; joined, they hear of it once and choose."""
    town = any_world
    await book(town, "mama")
    await book(town, "oma", "下午三点到四点")
    await link(town, "mama", "oma")
    told = [who for who in ("mama", "oma") if "booking.join_twice" in town.keys(who)]
    assert told
    await town.press(told[0], town.last(told[0]).message.buttons[0][0].label)
    assert town.keys(told[0])[-1] == "booking.given_back"
    await town.forward(minutes=4)
    assert sorted(state for state, _ in states(town)) == ["booked", "cancelled"]
    assert town.house.store.read(lambda db: stays.twice(db, DAY)) == []


async def test_families_of_two_children_who_join_hear_nothing(any_world: World) -> None:
    await book(any_world, "mama")
    await any_world.say("oma", "柳荫小区附近，明天下午三点到四点想托，孩子2024年3月1日生")
    await any_world.press("oma", "就约这个")
    await link(any_world, "mama", "oma")
    assert all("booking.join_twice" not in any_world.keys(who) for who in ("mama", "oma"))
