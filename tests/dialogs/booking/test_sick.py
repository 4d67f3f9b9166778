"""A sick child, a word to the place, a first visit: what is heard, what is told to whom, and what never counts."""

from __future__ import annotations

from datetime import date

import pytest
import pytest_asyncio

from dialogs.booking.rules import illness
from dialogs.booking.service import holding
from dialogs.booking.service.child.first import visit
from tests.world import World

ASKED = "柳荫小区附近，{day}下午两点到五点想托，孩子14个月"


@pytest_asyncio.fixture
async def town(world: World) -> World:
    """Two places with staff; a child is booked for this afternoon."""
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "centre", "heting")
    await world.say("mama", ASKED.format(day="今天"))
    await world.press("mama", "就约这个")
    return world


def booking(world: World, number: int = 1) -> tuple[str, str]:
    row = world.rows("SELECT state, reason FROM booking WHERE id = :id", id=number)[0]
    return str(row["state"]), str(row["reason"])


def heard_by(world: World, who: str) -> str:
    return "\n".join(shown.text for shown in world.shown_to(who))


@pytest.mark.parametrize(
    ("words", "away", "may", "hfmd"),
    [
        ("孩子发烧了今天去不了", True, False, False),
        ("小宇手足口", False, False, True),
        ("拉肚子还能送吗", False, True, False),
        ("早上量37度8，还能送吗", False, True, False),
        ("寶寶發燒了，今天不去了", True, False, False),
        ("昨晚吐了，明天请个假", True, False, False),
        ("my son has a fever, we can't come today", True, False, False),
        ("she has a rash, can she come tomorrow?", False, True, False),
    ],
)
def test_illness_is_heard(words: str, away: bool, may: bool, hfmd: bool) -> None:
    found = illness.told(words)
    assert found is not None
    assert (found.away, found.may, found.hfmd) == (away, may, hfmd)


@pytest.mark.parametrize(
    "words",
    [
        "孩子发烧吃什么药",
        "手足口病好了多久能回托育园",
        "奶奶病了，今天去不了",
        "我发烧了，送不了孩子",
        "今天去不了",
        "发烧多少度不能收？",
        "感冒好了几天才能去园里",
        "下周三肺炎复查，去不了",
    ],
)
def test_another_matter_is_no_sick_child(words: str) -> None:
    assert illness.told(words) is None


async def test_one_tap_without_penalty_and_the_place_learns_no_illness(town: World) -> None:
    await town.to("2026-12-01T13:50")
    await town.say("mama", "宝宝手足口，今天去不了")
    said = town.last("mama").text
    assert town.keys("mama")[-1] == "child_sick.said"
    assert "第76号" in said
    assert "1周" in said, "hand, foot and mouth disease has a rule of its own"
    await town.press("mama", "取消：今天（12月1日 周二）下午2:00")
    assert booking(town) == ("leaving", holding.SICK)
    await town.to("2026-12-01T14:05")
    assert booking(town) == ("cancelled", holding.SICK)
    assert not town.rows("SELECT 1 AS one FROM scarce WHERE used > 0 AND key LIKE 'care/%'"), (
        "others have the room"
    )
    assert town.keys("wang")[-1] == "booking.comes_not"
    assert "手足口" not in heard_by(town, "wang")
    await town.press("mama", "告诉园里得了什么")
    await town.say("mama", "医生说是手足口，布洛芬每次5毫升")
    assert town.keys("mama")[-2:] == ["child_card.medicine", "child_note.told.said"]
    assert "手足口" in town.last("wang").text
    assert "5毫升" not in heard_by(town, "wang")
    assert town.shown_to("zhao") == []
    await town.to("2026-12-01T21:01")
    assert "booking.missed" not in town.keys("mama")


async def test_thought_better_of_it_is_as_before(town: World) -> None:
    await town.say("mama", "孩子有点发烧，今天还能送吗？")
    assert town.keys("mama")[-1] == "child_sick.said"
    await town.press("mama", "取消：今天（12月1日 周二）下午2:00")
    await town.press("mama", "撤销")
    assert booking(town) == ("booked", "")


async def test_urgent_words_come_first_and_strangers_get_answers(town: World) -> None:
    await town.say("mama", "孩子发烧抽筋翻白眼了，今天去不了")
    assert not town.keys("mama")[-1].startswith("child_sick")
    assert "120" in town.last("mama").text
    await town.say("papa", "孩子发烧了今天去不了")
    assert not town.keys("papa")[-1].startswith("child_sick"), "nothing is booked"
    await town.say("mama", "孩子发烧吃什么药")
    assert not town.keys("mama")[-1].startswith("child_sick")


async def test_a_word_to_the_place(town: World) -> None:
    await town.say("mama", "跟园里说一句")
    await town.say("mama", "午睡要抱小熊。退烧药3毫升下午喂")
    assert town.keys("mama")[-2:] == ["child_card.medicine", "child_note.kept.said"]
    assert town.keys("wang")[-1] == "child_note.says", "the list of today is out"
    assert "3毫升" not in heard_by(town, "wang") + heard_by(town, "mama").split("午睡")[-1]
    note = town.rows("SELECT note FROM booking WHERE id = 1")[0]["note"]
    assert "小熊".encode() not in bytes(note)
    await town.say("wang", "今天名单")
    assert "小熊" in town.last("wang").text
    await town.say("zhao", "今天名单")
    assert "小熊" not in heard_by(town, "zhao")
    await town.say("papa", "跟园里说一句：小熊呢")
    assert "child_note" not in "".join(town.keys("papa"))
    await town.press("mama", "跟园里说一句")
    await town.press("mama", "删掉这句")
    assert town.rows("SELECT note FROM booking WHERE id = 1")[0]["note"] is None


async def test_the_first_visit_is_told_to_those_alone_for_whom_it_is_one(town: World) -> None:
    assert "健康检查表" in heard_by(town, "mama")
    await town.to("2026-12-01T14:05")
    await town.say("wang", "今天名单")
    await town.press("wang", "到了：编号 1")
    await town.say("mama", "柳荫小区附近，这周五下午两点到五点想托")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert "健康检查表" not in town.last("mama").text
    await town.press("mama", "就约这个")
    assert "健康检查表" not in town.last("mama").text

    mama = int(town.rows("SELECT person_id FROM booking WHERE id = 1")[0]["person_id"])

    def later(months: int, place: str = "liuyin", person: int = mama) -> str:
        child = [holding.Child(None, months)]
        return town.house.store.read(lambda db: visit(db, person, child, place, date(2027, 3, 2)))

    assert later(17) == "long"
    assert later(24) == "first", "another child of the family"
    assert later(17, "heting") == "first"
    assert later(17, person=mama + 1) == "first", "another family"


def test_the_days_that_are_named() -> None:
    found = illness.told("发烧了明天去不了")
    assert found is not None
    assert found.days == ("tomorrow",)
