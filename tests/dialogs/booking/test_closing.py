"""A place closes, a class stays at home: one tap, everybody concerned hears, somebody else looks, and it can go on again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.settings import Settings
from bot.timers import Due
from dialogs import home
from dialogs.booking.rules import houses, stopping
from dialogs.booking.rules.counting import Stay
from dialogs.booking.service import holding
from dialogs.booking.service.place import closing, stops
from dialogs.booking.service.place import house as at_home
from dialogs.booking.service.sorry import REFUNDS
from tests.dialogs.booking.test_moving import act, place, states
from tests.world import World

LIUYIN = (34.2701, 108.9402)
WEDNESDAY = date(2026, 12, 2)
NOON = datetime(2026, 12, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest_asyncio.fixture
async def town(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    """Tomorrow afternoon a toddler and an older child come to the place of wang, and a toddler on Friday."""
    world = World(tmp_path, url=migrated_url)
    await world.open()
    for name, role, of in (
        ("wang", "centre", "liuyin"),
        ("zhao", "centre", "heting"),
        ("li", "duty", ""),
        ("chen", "duty", ""),
    ):
        world.staff(name, role, of)  # fmt: skip
    await book(world, "toddler", "明天下午两点到四点想托，孩子14个月")
    await book(world, "older", "明天下午两点到四点想托，孩子30个月")
    await book(world, "friday", "这周五下午两点到四点想托，孩子15个月")
    yield world
    found = act(world, holding.recounted)
    world.close()
    assert found == []


async def book(world: World, who: str, words: str) -> None:
    await world.say(who, words)
    await world.share(who, location=LIUYIN)
    await world.press(who, "就约这个")


@pytest.mark.parametrize(
    ("words", "about", "illness", "first", "last"),
    [
        ("小班停课三天 手足口病", "toddler", "hfmd", "2026-12-01", "2026-12-03"),
        ("托大班明天停课一天，流感", "older", "flu", "2026-12-02", "2026-12-02"),
        ("停业", "", "", "2026-12-01", None),
        ("闭园到12月5号", "", "", "2026-12-01", "2026-12-05"),
        ("12月3号到5号停业", "", "", "2026-12-03", "2026-12-05"),
        ("乳兒班停課10天，諾如", "infant", "noro", "2026-12-01", "2026-12-10"),
        ("小班停课一周 水痘", "toddler", "chickenpox", "2026-12-01", "2026-12-07"),
        ("小班有孩子得了手足口病", "toddler", "hfmd", "2026-12-01", None),
        ("大班今天发现两个水痘", "older", "chickenpox", "2026-12-01", None),
        ("今天停水要关门", "", "", "2026-12-01", "2026-12-01"),
        ("暖气坏了，明天开不了园", "", "", "2026-12-02", "2026-12-02"),
        ("toddlers closed 3 days hfmd", "toddler", "hfmd", "2026-12-01", "2026-12-03"),
    ],
)
def test_how_staff_say_it(words: str, about: str, illness: str, first: str, last: str | None) -> None:
    said = stopping.read(words, NOON)
    assert said is not None
    assert (said.opens, said.about, said.illness, said.first.isoformat()) == (False, about, illness, first)
    assert (None if said.last is None else said.last.isoformat()) == last


@pytest.mark.parametrize(
    "words",
    [
        "停业了怎么退费",
        "园里停课几天？",
        "小班有人感冒",
        "小班没有手足口病吧？",
        "几点关门",
        "六点关门",
        "今天名单",
        "老师少一位",
        "你好",
    ],
)
def test_what_stops_nothing(words: str) -> None:
    assert stopping.read(words, NOON) is None


@pytest.mark.parametrize("words", ["恢复开园", "小班复课", "重新营业", "reopen"])
def test_how_staff_let_it_go_on(words: str) -> None:
    said = stopping.read(words, NOON)
    assert said is not None
    assert said.opens


def test_what_a_class_leaves_behind() -> None:
    liuyin = home(Settings(_env_file=None)).place("liuyin")  # type: ignore[call-arg]
    whole = houses.house(liuyin, WEDNESDAY)
    without = houses.without(whole, liuyin, "2-toddler")
    assert (whole.carers[20], without.carers[20]) == (9, 6)
    assert [one.cap for one in without.classes] == [10, 0, 20]
    regular = Stay(15, range(16, 34))
    assert houses.without(replace(whole, enrolled=(regular,)), liuyin, "2-toddler").enrolled == ()
    assert houses.without(replace(whole, enrolled=(regular,)), liuyin, "1-infant").enrolled == (regular,)


def test_what_is_quoted_stands_in_the_corpus() -> None:
    entries = files("knowledge").joinpath("corpus")
    assert entries.joinpath("elder", f"{REFUNDS}.md").is_file()
    assert entries.joinpath("care", f"{closing.RETURNS}.md").is_file()


async def test_a_place_closes_and_every_family_is_held_other_room_and_can_go_back(town: World) -> None:
    await town.say("wang", "停业")
    assert town.keys("wang")[-1] == "booking.stop_ask"
    assert "3 家" in town.last("wang").text
    assert set(states(town).values()) == {"booked"}
    await town.press("wang", "确认")
    await town.forward(seconds=2)
    told = town.keys("wang")[-1]
    await town.say("wang", "停业")
    assert (told, town.keys("wang")[-1]) == ("booking.stop_told", "booking.stop_already"), "not asked again"
    for who in ("toddler", "older", "friday"):
        assert town.keys(who)[-1] == "booking.move_sorry"
        assert "园停了，钱怎么退" in town.buttons(who)
        assert "柳荫托育中心（示例）" not in " ".join(town.buttons(who)[:3]), (
            "nothing is held where it is closed"
        )
    assert {town.keys(who)[-1] for who in ("li", "chen")} == {"booking.stop_review"}
    await town.say("new", "柳荫小区附近，明天下午两点到四点想托，孩子14个月")
    assert "柳荫托育中心" not in town.last("new").text
    await town.press("toddler", "园停了，钱怎么退")
    assert "12345" in town.last("toddler").text
    await town.say("toddler", "我的")
    assert town.keys("toddler")[-1] == "booking.mine_moving"
    await town.press("toddler", first_of(town, "toddler"))
    assert town.keys("toddler")[-1] == "booking.receipt"
    await town.press("li", "属实")
    assert town.keys("wang")[-1] == "booking.stop_was_right"
    await town.forward(hours=25)
    assert "booking.stop_late" not in town.keys("chen")


async def test_one_family_is_told_in_each_transaction_and_the_rest_from_the_cursor_on(town: World) -> None:
    stop = act(
        town,
        lambda turn: turn.db.value(
            "INSERT INTO care_stop (place, room, first, last, why, state, created) VALUES ('liuyin', '', '2026-12-01', '',"
            " '', 'standing', 0) RETURNING id"
        ),
    )
    act(town, lambda turn: at_home.change(turn.db, "liuyin"))
    city, cursor, told = home(town.settings), "", []
    while cursor is not None:
        due = Due(0, closing.SWEEP, str(stop), town.now, {}, cursor)
        cursor = act(town, lambda turn, due=due: closing.sweep(turn, due, city))
        told.append(sum(state == "moving" for state in states(town).values()))
    assert told == [1, 2, 3, 3]


async def test_it_goes_on_for_those_who_have_not_answered(town: World) -> None:
    await town.say("wang", "停业")
    await town.press("wang", "确认")
    await town.forward(seconds=2)
    await town.press("older", first_of(town, "older"))
    await town.say("wang", "恢复开园")
    await town.forward(seconds=2)
    assert town.keys("toddler")[-1] == town.keys("friday")[-1] == "booking.move_back"
    after = states(town)
    assert (after[1], after[2], after[3]) == ("booked", "cancelled", "booked")
    assert act(town, lambda turn: stops.stopped(turn, "liuyin", WEDNESDAY)) is None


async def test_nobody_looks_and_duty_is_told_and_the_second_person_may_lift_it(town: World) -> None:
    await town.say("li", "柳荫停业")
    await town.press("li", "确认")
    await town.to("2026-12-02T07:31")
    assert town.keys("chen").count("booking.stop_review") == 2
    assert "booking.stop_review" not in town.keys("li"), "who stopped it is not asked"
    await town.to("2026-12-02T09:01")
    assert town.keys("chen")[-1] == "booking.stop_late"
    await town.press("chen", "不该停，恢复")
    assert town.keys("chen")[-1] == "booking.stop_over"
    assert town.keys("wang")[-1] == "booking.stop_lifted"


async def test_a_class_closes_for_its_families_only_who_hear_the_illness(town: World) -> None:
    await town.say("wang", "小班停课三天")
    assert town.keys("wang")[-1] == "booking.stop_why"
    await town.press("wang", "手足口病")
    await town.press("wang", "确认")
    await town.forward(seconds=2)
    assert town.keys("toddler")[-1] == "booking.move_sorry"
    assert "手足口病" in town.last("toddler").text
    assert town.keys("older")[-1] == town.keys("friday")[-1] == "booking.receipt"
    carers = act(town, lambda turn: at_home.on(turn.db, place(town, "liuyin"), WEDNESDAY).carers[28])
    assert carers == 6
    await town.say("wang", "小班复课")
    await town.forward(seconds=2)
    assert town.keys("toddler")[-1] == "booking.move_back"


async def test_who_was_in_the_class_is_told_of_the_illness_and_never_of_a_child(town: World) -> None:
    await town.to("2026-12-02T14:01")
    await town.say("wang", "今天名单")
    await town.press("wang", "到了：编号 1")
    await town.to("2026-12-02T15:30")
    await town.press("wang", "接走了")
    await town.to("2026-12-03T08:00")
    await town.say("wang", "小班停课3天 手足口")
    await town.press("wang", "确认")
    await town.forward(seconds=2)
    assert town.keys("toddler")[-1] == "booking.illness_notice"
    assert "手足口病" in town.last("toddler").text
    assert "booking.illness_notice" not in town.keys("older")
    assert town.keys("friday")[-1] == "booking.move_sorry"


async def test_staff_of_another_place_and_families_stop_nothing(town: World) -> None:
    await town.say("wang", "停业")
    button = next(b.id for row in town.last("wang").message.buttons for b in row if b.label == "确认")
    await town.press("zhao", button)
    await town.say("toddler", "停业")
    assert set(states(town).values()) == {"booked"}
    assert town.rows("SELECT 1 AS one FROM care_stop") == []
    await town.press("wang", "先不停")
    assert town.keys("wang")[-1] == "booking.stop_not"


def first_of(world: World, who: str) -> str:
    """The first of the places that are held for somebody."""
    sorry = [shown for shown in world.shown_to(who) if "booking.move_sorry" in shown.message.keys]
    return sorry[-1].message.buttons[0][0].label
