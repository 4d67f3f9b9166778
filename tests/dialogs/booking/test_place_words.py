"""What the staff of a place say of its day: roster, carers, walk-ins, how full it is; and who may not say it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.booking.rules import duty, roster
from dialogs.booking.rules.roster import Line
from dialogs.booking.service import holding
from dialogs.booking.service.place import proof
from dialogs.booking.service.place import roster as rows
from knowledge import urgent
from tests.world import World

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, 10)  # noqa: DTZ001  a local moment, as the reader of words is handed it
HERE = (34.2733, 108.9377)


@pytest_asyncio.fixture
async def town(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    """wang works at the home-based place (two carers), zhao at one with drop-in care."""
    world = World(tmp_path, url=migrated_url, at="2026-12-01T09:10:00+08:00")
    await world.open()
    world.staff("wang", "centre", "heting")
    world.staff("zhao", "centre", "dongtang")
    yield world
    world.close()


async def books(town: World, who: str, asked: str) -> None:
    await town.say(who, asked)
    await town.share(who, location=HERE)
    await town.press(who, "就约这个")


def right(town: World) -> None:
    """The counters are what the rows take, and no half hour of the month is above."""

    def look(db: Db) -> None:
        turn = Turn(town.house.ground, db, town.now)
        assert holding.recounted(turn) == []
        proof.ratio(turn, ("2026-12",), home(town.settings))

    town.house.store.read(look)


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("小宇 2025-03 周一到周五 8:00-17:00", Line("小宇", "2025-03", "12345", 480, 1020)),
        ("小宇,2025-03,1-5,08:00-17:00", Line("小宇", "2025-03", "12345", 480, 1020)),
        ("安安 2024年11月 周一三五 8点到12点", Line("安安", "2024-11", "135", 480, 720)),
        ("豆豆，2024/5，周一、周三，8点到5点", Line("豆豆", "2024-05", "13", 480, 1020)),
        ("乐乐 2025-3", Line("乐乐", "2025-03", "12345", None, None)),
        ("丫丫 2025-03-12 周二 周四 8:30-17:30 2026-12-07 到2027-06-30", Line("丫丫", "2025-03", "24", 510, 1050, date(2026, 12, 7), date(2027, 6, 30))),
        ("Lily 2025-03 Mon-Fri 8:00-17:00", Line("Lily", "2025-03", "12345", 480, 1020)),
        ("毛毛 2026-04 周六日 9:00-11:30 2026-12-15", Line("毛毛", "2026-04", "67", 540, 690, date(2026, 12, 15))),
        ("小宇", "born"),
        ("小宇 2026-10 周一", "young"),
        ("宝宝1 2025-03", "name"),
        ("小宇 2025-03 17:00-8:00", "hours"),
    ],
)  # fmt: skip
def test_a_line_of_the_roster(said: str, read: Line | str) -> None:
    assert roster.read_line(said, TODAY) == read


@pytest.mark.parametrize(
    ("said", "fewer", "hours"),
    [
        ("今天老师少一位", 1, (540, 1080)),
        ("下午少两位老师", 2, (720, 1080)),
        ("上午少一位", 1, (540, 720)),
        ("李老师今天请假", 1, (540, 1080)),
        ("缺一名保育员", 1, (540, 1080)),
        ("今天两位老师请假", 2, (540, 1080)),
        ("10点到11点半少一位老师", 1, (600, 690)),
        ("3点后少一位老师", 1, (900, 1080)),
        ("one carer off this afternoon", 1, (720, 1080)),
        ("one teacher is sick today", 1, (540, 1080)),
    ],
)
def test_carers_who_are_off(said: str, fewer: int, hours: tuple[int, int]) -> None:
    read = duty.carers(said, NOW)
    assert isinstance(read, duty.Off)
    assert (read.fewer, duty.hours(read.at, NOW.time(), (450, 1080))) == (fewer, hours)


@pytest.mark.parametrize(
    ("said", "many"),
    [("老师回来了", None), ("老师都到齐了", None), ("回来一位老师", 1), ("carer back", None)],
)
def test_carers_who_are_back(said: str, many: int | None) -> None:
    read = duty.carers(said, NOW)
    assert isinstance(read, duty.Back)
    assert read.many == many


@pytest.mark.parametrize(
    ("said", "name", "days"),
    [
        ("小宇今天请假", "小宇", [1]),
        ("小宇明天后天请假", "小宇", [2, 3]),
        ("小宇请假三天", "小宇", [1, 2, 3]),
        ("小宇明天起请假两天", "小宇", [2, 3]),
        ("小宇下周请假", "小宇", [7, 8, 9, 10, 11]),
        ("小宇12月5号到8号不来", "小宇", [7, 8]),
        ("小宇病了", "小宇", [1]),
    ],
)
def test_on_which_of_its_days_a_child_is_away(said: str, name: str, days: list[int]) -> None:
    own = [date(2026, 12, day) for day in range(1, 20) if date(2026, 12, day).isoweekday() < 6]
    read = duty.coming(said, NOW)
    assert read is not None
    assert (read.name, read.away, [day.day for day in read.days(TODAY, own)]) == (name, True, days)


AGES = ("1岁8个月", "8个月", "20个月", "两岁", "一岁半")


@pytest.mark.parametrize("said", [f"{head}{age}{end}" for head in ("现场来了一个 ", "没预约来了个") for age in AGES for end in (" 到11点", "，两小时")])  # fmt: skip
def test_a_child_at_the_door_is_no_alarm_unless_something_is_wrong_with_it(said: str) -> None:
    read = duty.walk_in(said, NOW)
    assert read is not None
    assert read.months is not None
    assert urgent.match(said) == ()
    assert urgent.match(f"{said} 噎住了") != ()


# -- what happens ----------------------------------------------------------------------------------------------------


async def test_an_absence_frees_the_room_and_a_return_takes_it_back(town: World) -> None:
    lines = "\n".join(f"孩子{name} 2025-03 周一到周五 9:00-17:00" for name in "甲乙丙丁戊")
    await town.say("wang", f"加名册\n{lines}")
    assert town.keys("wang")[-1] == "booking.roster.added"
    await books(town, "mama", "明天下午两点到四点想托，孩子14个月")
    assert "荷亭" not in town.last("mama").text, "five of its own are all that a home may have"
    await town.say("wang", "孩子甲明天请假")
    assert town.keys("wang")[-1] == "booking.roster.away"
    await books(town, "papa", "明天下午两点到四点想托，孩子14个月")
    assert "荷亭" in town.last("papa").text
    right(town)
    await town.say("wang", "孩子甲明天来")
    assert town.keys("wang")[-2:] == ["booking.roster.comes", "booking.short"]
    assert "6 个孩子" in town.last("wang").text
    await town.say("wang", "加名册 孩子甲 2025-03")
    assert "没有重复加" in town.last("wang").text
    await town.say("wang", "小雨明天请假")
    assert town.keys("wang")[-1] == "booking.roster.unknown"


async def test_whoever_waits_is_asked_when_a_child_of_the_house_stays_away(town: World) -> None:
    await town.say(
        "wang", "加名册\n" + "\n".join(f"娃{name} 2025-03 周一到周五 9:00-17:00" for name in "甲乙丙丁戊")
    )
    await town.say("wang", "今天名单")
    assert town.keys("wang")[-1] == "booking.own"
    await books(town, "mama", "明天下午两点到四点想托，孩子14个月")
    town.house.store.write(
        lambda db: db.run("UPDATE booking SET state = 'waiting', place = 'heting', taken = '{}'")
    )
    await town.say("wang", "娃甲明天请假")
    assert town.keys("mama")[-1] == "booking.offer"


async def test_a_walk_in_takes_room_until_it_goes_and_is_told_why_it_cannot(town: World) -> None:
    for number in range(5):
        await town.say("wang", "现场来了一个 2岁半 到11点")
        assert town.keys("wang")[-1] == "booking.walk_in.noted", number
    right(town)
    await town.say("wang", "现场来了一个 1岁8个月 到11点半")
    assert town.keys("wang")[-1] == "booking.walk_in.full"
    assert "这个年龄的班满了" in town.last("wang").text
    assert "上午11:00 起就有位" in town.last("wang").text
    await town.say("wang", "现场的走了")
    assert town.keys("wang")[-1] == "booking.walk_in.which"
    await town.press("wang", "走了：现场 2 号")
    await town.say("wang", "现场来了一个 1岁8个月")
    await town.press("wang", "到 上午10:10")
    assert town.keys("wang")[-1] == "booking.walk_in.noted"
    right(town)
    await town.to("2026-12-01T11:01")
    assert {row["state"] for row in town.rows("SELECT state FROM walk_in")} == {"left"}
    assert not town.rows("SELECT key FROM scarce WHERE used > 0 AND key LIKE 'care/%'")
    right(town)


async def test_too_few_carers_are_told_by_half_hours_and_undone(town: World) -> None:
    for who in ("mama", "papa", "dada", "nana"):
        await books(town, who, "明天下午两点到四点想托，孩子14个月")
    await town.say("wang", "明天下午老师少一位")
    assert town.keys("wang")[-2:] == ["booking.carers.off", "booking.short"]
    assert "下午2:00–4:00 有 4 个孩子，要 2 位老师，现在 1 位" in town.last("wang").text
    await books(town, "late", "明天下午两点到四点想托，孩子14个月")
    assert "荷亭" not in town.last("late").text
    await town.press("wang", "撤销")
    assert not town.rows("SELECT 1 FROM carer_off")
    await town.say("wang", "今天少5位老师")
    assert town.keys("wang")[-1] == "booking.carers.too_many"
    await town.say("wang", "后天上午少一位老师")
    assert town.keys("wang")[-1] == "booking.carers.off"
    await town.say("wang", "老师回来了")
    assert town.keys("wang")[-1] == "booking.carers.none_off", "today all are there"


async def test_how_full_it_is_stands_on_the_card_for_two_hours(town: World) -> None:
    await town.say("zhao", "空位")
    await town.press("zhao", "适中")
    assert town.keys("zhao")[-1] == "booking.vacancy.noted"
    await town.forward(minutes=20)
    await town.press("mama", "go:place:dongtang")
    assert "20 分钟前园里看到的：适中" in town.last("mama").text
    await town.forward(hours=2)
    await town.press("mama", "go:place:dongtang")
    assert "分钟前" not in town.last("mama").text
    await town.say("wang", "空位")
    assert town.keys("wang")[-1] == "booking.vacancy.none"


async def test_nobody_else_keeps_a_places_roster(town: World) -> None:
    await town.say("wang", "加名册 石榴 2025-03")
    for who in ("mama", "zhao"):
        await town.say(who, "名册")
        assert "石榴" not in town.last(who).text
        await town.say(who, "石榴今天请假")
        assert not town.rows("SELECT 1 FROM enrolled_absent")
    await town.say("wang", "抹掉 石榴")
    button = next(button.id for row in town.last("wang").message.buttons for button in row)
    await town.press("zhao", button)
    assert town.rows("SELECT 1 FROM enrolled")
    await town.press("wang", button)
    assert not town.rows("SELECT 1 FROM enrolled")


async def test_a_child_who_left_is_forgotten_sixty_days_later(town: World) -> None:
    await town.say("wang", "加名册 小宇 2025-03")
    await town.say("wang", "小宇今天请假")
    await town.say("wang", "退园 小宇")
    await town.press("wang", "小宇（2025-03）")

    def on(day: str) -> None:
        at = datetime.fromisoformat(f"{day}T03:40:00+08:00")
        town.house.store.write(lambda db: rows.forget(Turn(town.house.ground, db, at)))

    on("2027-01-30")
    assert town.rows("SELECT 1 FROM enrolled")
    on("2027-01-31")
    assert not town.rows("SELECT 1 FROM enrolled")
    assert not town.rows("SELECT 1 FROM enrolled_absent")


async def test_a_file_of_children_is_read_whole_or_not_at_all(town: World, tmp_path: Path) -> None:
    def read(text: str) -> str:
        (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
        return town.house.store.write(
            lambda db: rows.from_file(
                Turn(town.house.ground, db, town.now),
                ("heting", str(tmp_path / "roster.csv")),
                home(town.settings),
            )
        )

    with pytest.raises(ValueError, match="child 2: born"):
        read("nickname,born\n小宇,2025-03\n安安,\n")
    assert not town.rows("SELECT 1 FROM enrolled")
    assert read("nickname,born,weekdays,hours\n小宇,2025-03,1-5,08:00-17:00\n安安,2025-03\n") == (
        "heting: 2 children added, 0 were there already"
    )
