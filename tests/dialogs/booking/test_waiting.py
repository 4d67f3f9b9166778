"""The waiting list: who is asked first, how long an offer stands, yes, no, silence, and what stays right meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.turn import Turn
from dialogs.booking.service import holding
from dialogs.booking.service.place import carers
from tests.dialogs.booking.test_moving import act, place
from tests.world import World

ASKED = "柳荫小区附近，这周日{hours}想托，孩子{months}个月"
SUNDAY = date(2026, 12, 6)
CAP = 6
"""Infants whom the one place takes that is open on a Sunday."""


@pytest_asyncio.fixture
async def full(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Sunday morning is booked out: six infants of as many families."""
    world = World(tmp_path, url=database_url)
    await world.open()
    for number in range(CAP):
        assert await ask(world, f"p{number}") == "booking.confirm.ask"
        await world.press(f"p{number}", "就约这个")
    yield world
    assert (
        world.house.store.write(lambda db: holding.recounted(Turn(world.house.ground, db, world.now))) == []
    )
    world.close()


async def ask(world: World, who: str, hours: str = "上午九点到十一点", months: int = 10) -> str:
    await world.say(who, ASKED.format(hours=hours, months=months))
    return world.keys(who)[-1]


async def wait(world: World, *names: str) -> None:
    for name in names:
        assert await ask(world, name) == "booking.instead.ask"
        await world.press(name, "有空位叫我")
        assert world.keys(name)[-1] == "booking.waits.said"


async def leave(world: World, who: str) -> None:
    await world.press(who, "来不了，取消")
    await world.forward(minutes=3, seconds=1)


def states(world: World, *of: str) -> dict[str, str]:
    """The states of the newest bookings of those who waited, in the order in which they asked."""
    found = world.rows("SELECT state FROM booking ORDER BY id")[CAP:]
    return dict(zip(of, (row["state"] for row in found), strict=True))


def deadline(world: World) -> datetime:
    last: dict[str, Any] = world.rows("SELECT deadline FROM offer ORDER BY id DESC LIMIT 1")[0]
    return datetime.fromtimestamp(last["deadline"] / 1000, world.settings.zone)


async def test_the_first_whose_wish_fits_is_asked_and_one_tap_books(full: World) -> None:
    await wait(full, "anna", "berta")
    assert "前面还有 1 家" in full.last("berta").text
    await full.press("p0", "来不了，取消")
    await full.forward(minutes=2)
    assert full.keys("anna")[-1] == "booking.waits.said", "it can still be undone"
    await full.forward(minutes=1, seconds=1)
    assert full.keys("anna")[-1] == "booking.offer"
    assert "小满早托之家" in full.last("anna").text
    assert full.keys("berta")[-1] == "booking.waits.said"
    assert await ask(full, "late") == "booking.instead.ask", "what is on offer is nobody else's"
    await full.press("anna", "要")
    assert full.keys("anna")[-1] == "booking.receipt"
    assert states(full, "anna", "berta") == {"anna": "booked", "berta": "waiting"}
    await full.to("2026-12-06T07:31")
    assert full.keys("anna")[-2:] == ["booking.evening", "booking.soon"]


async def test_no_and_silence_pass_on(full: World) -> None:
    await wait(full, "anna", "berta", "carla")
    await leave(full, "p0")
    await full.press("anna", "不要")
    assert full.keys("anna")[-1] == "booking.offer_declined"
    assert full.keys("berta")[-1] == "booking.offer"
    ends = deadline(full)
    assert ends.hour in range(9, 21), "nobody loses a place overnight"
    await full.forward(seconds=(ends - full.now).total_seconds() + 1)
    assert full.keys("berta")[-1] == "booking.offer_lapsed"
    assert full.keys("carla")[-1] == "booking.offer"
    await full.press("berta", "要")
    assert full.keys("berta")[-1] in ("booking.offer_late", "common.late", "common.used")
    await full.press("carla", "要")
    assert states(full, "anna", "berta", "carla") == {
        "anna": "cancelled",
        "berta": "lapsed",
        "carla": "booked",
    }


async def test_who_does_not_fit_is_passed_over_and_keeps_their_turn(full: World) -> None:
    """The hours that came free are not those of the first, who waits on."""
    for number in range(CAP):
        assert await ask(full, f"q{number}", "下午两点到四点") == "booking.confirm.ask"
        await full.press(f"q{number}", "就约这个")
    assert await ask(full, "anna", "下午三点到五点") == "booking.instead.ask"
    await full.press("anna", "有空位叫我")
    await wait(full, "berta")
    await leave(full, "p0")
    assert full.keys("anna")[-1] == "booking.waits.said"
    assert full.keys("berta")[-1] == "booking.offer"
    await leave(full, "q0")
    assert full.keys("anna")[-1] == "booking.offer"


async def test_on_the_day_itself_minutes_count_and_never_past_the_start(full: World) -> None:
    await wait(full, "anna", "berta")
    await full.to("2026-12-06T07:31")
    await leave(full, "p0")
    assert (deadline(full).hour, deadline(full).minute) == (7, 49)
    await full.forward(minutes=15, seconds=1)
    assert full.keys("berta")[-1] == "booking.offer"
    await full.to("2026-12-06T08:31")
    assert full.keys("berta")[-1] == "booking.offer_lapsed"
    assert not full.rows("SELECT 1 AS one FROM offer WHERE deadline > until")


async def test_whoever_waited_for_nothing_is_told_in_time(full: World) -> None:
    await wait(full, "anna")
    await full.to("2026-12-06T08:29")
    assert full.keys("anna")[-1] == "booking.waits.said"
    await full.to("2026-12-06T08:31")
    assert full.keys("anna")[-1] == "booking.wait_over"
    assert states(full, "anna") == {"anna": "lapsed"}


async def test_a_wish_is_shown_and_taken_back(full: World) -> None:
    await wait(full, "anna", "berta")
    await full.say("anna", "我的")
    assert full.keys("anna")[-1] == "booking.mine_waits"
    await full.press("anna", "不等了")
    assert full.keys("anna")[-1] == "booking.wait_left"
    await leave(full, "p0")
    assert full.keys("anna")[-1] == "booking.wait_left"
    assert full.keys("berta")[-1] == "booking.offer"
    await full.say("berta", "我的")
    assert full.keys("berta")[-1] == "booking.mine_offer"
    await full.press("berta", "要")
    assert states(full, "anna", "berta") == {"anna": "cancelled", "berta": "booked"}


@pytest.mark.parametrize("waited", [False, True])
async def test_a_hold_is_renewed_only_while_nobody_waits(full: World, waited: bool) -> None:
    await leave(full, "p0")
    assert await ask(full, "slow") == "booking.confirm.ask"
    if waited:
        await wait(full, "anna")
    await full.forward(minutes=10, seconds=1)
    assert states(full, "slow", *(["anna"] if waited else [])) == (
        {"slow": "lapsed", "anna": "held"} if waited else {"slow": "held"}
    )


async def test_nobody_waits_where_no_place_is_open(full: World) -> None:
    assert await ask(full, "night", "晚上九点到十点") == "booking.hours.ask"
    assert "有空位叫我" not in full.buttons("night")


async def test_who_goes_leaves_what_was_on_offer_to_the_next(full: World) -> None:
    await wait(full, "anna", "berta", "carla")
    await leave(full, "p0")
    person = full.rows("SELECT person_id FROM offer")[0]["person_id"]

    def erase(db: Any) -> None:
        turn = Turn(full.house.ground, db, full.now, everyone=full.house.registry)
        full.house.registry.erase(turn, person)

    full.house.store.write(erase)
    await full.forward(seconds=1)
    assert full.keys("berta")[-1] == "booking.offer"


async def test_what_is_on_offer_goes_first_where_carers_are_missing_and_its_family_keeps_its_turn(
    full: World,
) -> None:
    await wait(full, "anna", "berta")
    await leave(full, "p0")
    assert states(full, "anna", "berta") == {"anna": "held", "berta": "waiting"}
    act(full, lambda turn: carers.off(turn, place(full, "xiaoman"), SUNDAY, 8 * 60, 20 * 60, 5))
    await full.forward(seconds=1)
    assert full.keys("anna")[-1] == "booking.offer_gone"
    assert states(full, "anna", "berta") == {"anna": "waiting", "berta": "waiting"}
    act(full, lambda turn: carers.back(turn, place(full, "xiaoman"), SUNDAY, 8 * 60))
    await full.forward(seconds=1)
    assert full.keys("anna")[-1] == "booking.offer", "the first in the line is asked again"
    await full.press("anna", "要")
    assert states(full, "anna", "berta") == {"anna": "booked", "berta": "waiting"}
