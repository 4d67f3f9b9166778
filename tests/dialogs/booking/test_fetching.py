"""The way home: a child goes with nobody whom its family did not name, and never waits unnoticed."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pypdf import PdfReader

from dialogs.booking.rules import fetching
from tests.world import World

ASKED = "柳荫小区附近，今天下午两点到五点想托，孩子14个月"


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[World]:
    """Two families' children are at one place since two o'clock."""
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "centre", "heting")
    for who in ("mama", "papa"):
        await world.say(who, ASKED)
        await world.press(who, "就约这个")
    await world.to("2026-12-01T14:01")
    await world.say("wang", "今天名单")
    for number in (1, 2):
        await world.say("wang", "今天名单")
        await world.press("wang", f"到了：编号 {number}")
    yield world


def state(town: World, number: int) -> str:
    return str(town.rows("SELECT state FROM booking WHERE id = :id", id=number)[0]["state"])


def code(town: World, who: str) -> str:
    found = [re.search(r"接送码 ?(\d{4})", sent.text) for sent in town.shown_to(who)]
    return [one[1] for one in found if one][-1]


def labels(town: World, who: str) -> list[str]:
    return [button.label for row in town.last(who).message.buttons for button in row]


def page(town: World, who: str) -> str:
    file = town.last(who).message.files[0]
    pages = PdfReader(io.BytesIO(file.body)).pages
    assert len(pages) == 1
    return "".join(pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("外婆能接，尾号8000", ("外婆", "8000")),
        ("外婆也可以来接孩子", ("外婆", "")),
        ("加接送人 舅舅 1234", ("舅舅", "1234")),
        ("Grandma can pick up, 8000", ("Grandma", "8000")),
        ("谁能接", None),
        ("几点能接？", None),
    ],
)
def test_who_may_is_read_from_words(said: str, read: tuple[str, str] | None) -> None:
    assert fetching.allows(said) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("今天外婆来接", "外婆"),
        ("今天由舅舅去接孩子", "舅舅"),
        ("換人接", ""),
        ("今天换人来接", ""),
        ("Grandma picks up today", "Grandma"),
        ("今天谁来接", None),
        ("今天下雨", None),
    ],
)
def test_who_comes_today_is_read_from_words(said: str, read: str | None) -> None:
    assert fetching.changes(said) == read


async def test_a_code_opens_its_own_child_only_and_the_old_one_is_dead(town: World) -> None:
    old = code(town, "mama")
    assert old not in "".join(sent.text for sent in town.shown_to("wang")), "the place never learns it"
    await town.say("mama", "今天舅舅来接")
    await town.say("wang", f"接 {old}")
    assert (state(town, 1), town.keys("wang")[-1]) == ("came", "fetching.wrong")
    await town.say("zhao", f"接 {code(town, 'mama')}")
    assert state(town, 1) == "came", "staff of another place"
    await town.say("wang", f"接 {code(town, 'mama')}")
    assert (state(town, 1), state(town, 2)) == ("left", "came")
    assert "舅舅" in town.last("mama").text


async def test_wrong_codes_lock_and_names_still_serve(town: World) -> None:
    right = code(town, "mama")
    wrong = [f"{n:04d}" for n in range(7) if f"{n:04d}" not in {right, code(town, "papa")}][:5]
    for one in wrong:
        await town.say("wang", f"接 {one}")
    await town.say("wang", f"接 {right}")
    assert (state(town, 1), town.keys("wang")[-1]) == ("came", "fetching.locked")
    await town.say("mama", "外婆能接")
    await town.say("wang", "编号1 外婆来接")
    assert state(town, 1) == "left"


async def test_whoever_is_not_named_takes_nobody_and_only_who_booked_can_allow_it(town: World) -> None:
    await town.say("papa", "外婆能接")
    await town.say("wang", "编号1 外婆来接")
    assert (state(town, 1), town.keys("wang")[-1]) == ("came", "fetching.stays"), (
        "another family's grandmother"
    )
    allow = town.last("mama").message.buttons[0][0].id
    await town.press("papa", allow)
    assert town.keys("wang")[-1] == "fetching.stays"
    await town.press("mama", allow)
    assert town.keys("wang")[-1] == "fetching.is_allowed"
    await town.press("wang", "接走了")
    assert state(town, 1) == "left"
    steps = [
        str(row["step"]) for row in town.rows("SELECT step FROM stay_step WHERE booking_id = 1 ORDER BY id")
    ]
    assert steps == ["came", "stranger", "allowed", "left"]


async def test_longer_hours_wait_longer_and_who_was_fetched_is_asked_for_no_more(town: World) -> None:
    await town.say("mama", "外婆能接")
    await town.say("wang", "编号1 外婆来接")
    town.house.store.write(lambda db: db.run("UPDATE booking SET ends = ends + 60 WHERE id = 2"))
    await town.to("2026-12-01T17:45")
    assert not [key for key in town.keys("papa") + town.keys("mama") if key.startswith("fetching.late")]
    await town.to("2026-12-01T18:11")
    assert town.keys("papa")[-1] == "fetching.late10"
    await town.press("papa", "已经接到了")
    assert state(town, 2) == "left"
    assert town.keys("wang")[-1] == "fetching.family_has"
    await town.to("2026-12-01T19:30")
    assert "fetching.late20" not in town.keys("wang")


async def test_the_receipt_is_a_page_that_says_it_is_no_invoice(town: World) -> None:
    await town.say("wang", f"接 {code(town, 'mama')}")
    await town.press("mama", "收据")
    text = page(town, "mama")
    for words in ("柳荫托育中心", "宝宝", "60元", "这不是发票", "跟园里要", "编号1"):
        assert words in text
    await town.say("papa", "要收据")
    assert town.keys("papa")[-1] == "fetching.no_receipt"


async def test_the_evening_before_the_place_gets_tomorrow_on_one_page(world: World) -> None:
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "centre", "heting")
    await world.say("mama", "柳荫小区附近，明天下午两点到五点想托，孩子14个月")
    await world.press("mama", "就约这个")
    await world.press("mama", "填孩子的情况")
    await world.press("mama", "同意，填")
    for words in ("花生", "跳过", "跳过", "没有", "外公 13800138000"):
        await world.say("mama", words)
    await world.say("mama", "外婆能接，尾号8000")
    await world.say("wang", "明天名单")
    assert "花生" not in page(world, "wang"), "not before the evening"
    await world.to("2026-12-01T18:01")
    text = page(world, "wang")
    for words in ("宝宝14个月", "花生", "外婆8000", "外公8000", "2:00–5:00"):
        assert words in text
    assert "13800138000" not in text, "a page lies about"
    assert not world.keys("zhao")
    await world.say("zhao", "明天名单")
    assert world.keys("zhao") == ["fetching.nobody"]


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("堵车了 半小时到", 30),
        ("堵车了", 0),
        ("马上到", 0),
        ("我在路上了", 0),
        ("晚点到，大概20分钟", 20),
        ("还要十五分钟", None),
        ("再过15分钟到", 15),
        ("on my way, 10 minutes", 10),
        ("晚点能接吗", None),
        ("半小时多少钱", None),
    ],
)
def test_who_is_late_is_read_from_words(said: str, minutes: int | None) -> None:
    assert fetching.late(said) == minutes


async def test_words_at_the_door_show_the_child_and_only_a_tap_lets_it_go(town: World) -> None:
    await town.say("mama", "外婆能接")
    await town.say("wang", "接走了")
    await town.say("wang", "外婆来接")
    assert town.keys("wang")[-1] == "fetching.whose"
    assert labels(town, "wang") == ["宝宝（编号 1）：外婆接走了"], "she is on one list"
    assert (state(town, 1), state(town, 2)) == ("came", "came")
    await town.say("wang", "奶奶")
    assert len(labels(town, "wang")) == 2, "she is on none: each child's own list is asked for"
    await town.press("wang", "编号 2：宝宝")
    assert town.keys("wang")[-1] == "fetching.who"
    await town.say("wang", "外婆来接")
    await town.say("mama", "谁能接")
    await town.press("mama", "外婆不接了")
    await town.press("wang", "宝宝（编号 1）：外婆接走了")
    assert (state(town, 1), town.keys("wang")[-1]) == ("came", "fetching.stays"), "taken off meanwhile"
    await town.say("zhao", "外婆来接")
    assert "fetching.whose" not in town.keys("zhao")


async def test_a_child_of_a_name_has_come_and_its_family_can_say_that_it_is_late(world: World) -> None:
    world.staff("wang", "centre", "liuyin")
    await world.say("mama", ASKED)
    await world.press("mama", "就约这个")
    await world.to("2026-12-01T14:01")
    await world.say("mama", "堵车了 半小时到")
    assert world.keys("mama")[-1] != "fetching.told_way", "nobody waits yet"
    await world.say("wang", "宝宝到了")
    assert (world.keys("wang")[-1], state(world, 1)) == ("booking.is_here", "came")
    await world.to("2026-12-01T17:12")
    await world.say("mama", "堵车了 半小时到")
    assert world.keys("mama")[-1] == "fetching.told_way"
    assert "30 分钟" in world.last("wang").text


async def test_every_step_of_the_ladder_is_a_row_and_comes_at_its_minute(town: World) -> None:
    for at, key, rows in (
        ("17:09", "", []),
        ("17:11", "late10", ["late10"]),
        ("17:21", "late20", ["late10", "late20"]),
        ("17:41", "late40", ["late10", "late20", "late40"]),
    ):
        await town.to(f"2026-12-01T{at}")
        found = town.rows("SELECT step FROM stay_step WHERE booking_id = 1 AND step LIKE 'late%' ORDER BY id")
        assert [row["step"] for row in found] == rows, at
        if key:
            assert f"fetching.{key}" in town.keys("mama" if key == "late10" else "wang")
    audited = town.rows("SELECT act FROM audit WHERE act LIKE 'booking.step_late%' AND object = 'booking:1'")
    assert len(audited) == 3


async def test_only_who_booked_changes_who_comes_today(town: World) -> None:
    before = code(town, "mama")
    await town.say("stranger", "今天舅舅来接")
    await town.say("wang", "今天舅舅来接")
    assert town.rows("SELECT 1 FROM booking WHERE fetcher IS NOT NULL") == []
    await town.say("papa", "今天舅舅来接")
    await town.say("wang", "编号1 舅舅来接")
    assert (state(town, 1), town.keys("wang")[-1]) == ("came", "fetching.stays")
    await town.say("wang", f"接 {before}")
    assert state(town, 1) == "left", "another family's change leaves the code as it was"
