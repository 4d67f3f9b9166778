"""补录: what staff enter after an outage is said back, reaches back some days, and is kept whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, time

import pytest
import pytest_asyncio

from dialogs.booking.rules import belated
from dialogs.booking.rules.belated import Belated
from tests.world import World

TODAY = date(2026, 12, 1)


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[World]:
    """Two children were to come at two o'clock; nothing was tapped."""
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "centre", "heting")
    for who in ("mama", "papa"):
        await world.say(who, "柳荫小区附近，今天下午两点到五点想托，孩子14个月")
        await world.press(who, "就约这个")
    yield world


def states(town: World) -> list[str]:
    return [str(row["state"]) for row in town.rows("SELECT state FROM booking ORDER BY id")]


def entered(town: World, number: int = 1) -> list[tuple[str, int]]:
    rows = town.rows("SELECT step, belated FROM stay_step WHERE booking_id = :id ORDER BY id", id=number)
    return [(row["step"], row["belated"]) for row in rows]


@pytest.mark.parametrize(
    ("said", "day", "name", "number", "came", "left"),
    [
        ("补录 小宇 到8:55 走11:40", TODAY, "小宇", None, time(8, 55), time(11, 40)),
        ("補錄：編號12 到9點半", TODAY, "", 12, time(9, 30), None),
        ("补录 昨天 小宇 到8:55，走11:40", date(2026, 11, 30), "小宇", None, time(8, 55), time(11, 40)),
        ("补录 11月28号，小宇来8:55接走11点40", date(2026, 11, 28), "小宇", None, time(8, 55), time(11, 40)),
        ("补录 周五 小宇 到9点 走10点", date(2026, 11, 27), "小宇", None, time(9), time(10)),
        ("补录 12月30日 小宇 到9点", date(2026, 12, 30), "小宇", None, time(9), None),
        ("late entry yesterday Ada in 8:55 out 11:40", date(2026, 11, 30), "ada", None, time(8, 55), time(11, 40)),
    ],
)  # fmt: skip
def test_a_line_is_read(
    said: str, day: date, name: str, number: int | None, came: time, left: time | None
) -> None:
    lines = belated.read(said, TODAY)
    assert lines is not None
    (line,) = lines
    assert isinstance(line, Belated), line
    assert (line.day, line.name, line.number, line.came, line.left) == (day, name, number, came, left)


def test_several_lines_and_days_stand_in_one_message() -> None:
    lines = belated.read(
        "补录 小宇 到8:55 走11:40，年年 到9点\n昨天\n编号12 到9点 走12:00；年年 到九点", TODAY
    )
    assert lines is not None
    assert [line.day.day if isinstance(line, Belated) else line for line in lines] == [
        1,
        1,
        30,
        "年年 到九点",
    ]
    assert belated.read("补录 小宇 到8:55 走8:10", TODAY) == ["小宇 到8:55 走8:10"]
    assert belated.read("补录 2月30日 小宇 到8:55", TODAY) == ["2月30日 小宇 到8:55"]
    assert belated.read("补录", TODAY) == []
    assert belated.read("小宇 到8:55", TODAY) is None
    last_year = belated.read("补录 12月30日 小宇 到9点", date(2027, 1, 2))
    assert last_year is not None
    assert isinstance(last_year[0], Belated)
    assert last_year[0].day == date(2026, 12, 30)


async def test_nothing_is_written_before_the_tap_and_all_of_it_after(town: World) -> None:
    await town.to("2026-12-01T17:05")
    await town.say("wang", "补录 编号1 到13:55 走16:40；编号9 到14:00")
    assert (states(town), town.keys("wang")[-1]) == (["booked", "booked"], "fetching.belated_none")
    assert "编号9" in town.last("wang").text
    await town.say("zhao", "补录 编号1 到13:55 走16:40")
    assert town.keys("zhao")[-1] == "fetching.belated_none", "another place's child"
    await town.say("wang", "补录 编号1 到13:55 走16:40，编号2 到14:00 走16:50")
    assert town.keys("wang")[-1] == "fetching.belated_ask"
    assert states(town) == ["booked", "booked"]
    button = town.last("wang").message.buttons[0][0].id
    await town.press("zhao", button)
    assert states(town) == ["booked", "booked"], "a button that was passed on"
    await town.press("wang", button)
    assert states(town) == ["left", "left"]
    assert entered(town) == [("came", 1), ("left", 1)]
    await town.say("mama", "要收据")
    assert town.keys("mama")[-1] == "fetching.receipt"
    await town.press("wang", button)
    assert entered(town) == [("came", 1), ("left", 1)], "once"


async def test_it_reaches_back_some_days_and_what_was_missed_counts_no_more(town: World) -> None:
    await town.to("2026-12-03T09:00")
    assert states(town) == ["missed", "missed"]
    assert [row["counted"] for row in town.rows("SELECT counted FROM booking")] == [1, 1]
    await town.say("wang", "补录 前天 编号1 到13:55")
    assert "把走的时间也写上" in town.last("wang").text
    await town.say("wang", "补录 前天 编号1 到1:55 走4:40")
    assert "下午三点写 15:00" in town.last("wang").text
    await town.say("wang", "补录 昨天 编号1 到13:55 走16:40")
    assert "那天您这家没有约过" in town.last("wang").text
    await town.say("wang", "补录 11月20日 编号1 到13:55 走16:40")
    assert "最多补前 7 天" in town.last("wang").text
    await town.say("wang", "补录 明天 编号1 到13:55 走16:40")
    assert "没看懂" in town.last("wang").text
    await town.say("wang", "补录 前天 编号1 到13:55 走16:40")
    await town.press("wang", "对，记下")
    assert states(town) == ["left", "missed"]
    assert [row["counted"] for row in town.rows("SELECT counted FROM booking ORDER BY id")] == [0, 1]
    assert town.keys("mama")[-1] == "booking.stayed"
    assert "12月1日" in town.last("mama").text
    assert "booking.stayed" not in town.keys("papa")


async def test_what_changed_before_the_tap_is_not_written_over(town: World) -> None:
    await town.to("2026-12-01T17:05")
    await town.say("wang", "补录 编号1 到13:55 走16:40；编号2 到14:00 走16:50")
    button = town.last("wang").message.buttons[0][0].id
    await town.say("wang", "补录 编号2 到14:00 走16:30")
    await town.press("wang", "对，记下")
    await town.press("wang", button)
    assert town.keys("wang")[-1] == "fetching.belated_none"
    assert "已经记过接走了" in town.last("wang").text
    assert states(town) == ["booked", "left"], "the whole of it or nothing"
