"""What keeps a child from a wrong hand: who may not fetch, a no in words, an alarm, two grandfathers of one name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialogs.booking.rules import fetching
from tests.world import World


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    world.staff("wang", "centre", "liuyin")
    yield world
    world.close()


async def there(town: World, who: str, number: int = 1) -> None:
    """A stay of this morning at liuyin whose child is there."""
    await town.say(who, "柳荫托育中心，今天下午一点到四点托一下，孩子14个月")
    await town.say(who, "就约这个")
    assert town.keys(who)[-1] == "booking.receipt"


async def arrived(town: World, *numbers: int) -> None:
    await town.to("2026-12-01T13:05")
    for number in numbers:
        await town.say("wang", f"编号{number}到了")
        assert town.keys("wang")[-1] == "booking.is_here"


@pytest.mark.parametrize(
    "words", ["爸爸不能接", "今天别让爸爸接", "不要让爸爸接孩子", "把爸爸删掉", "以后不准爸爸接"]
)
async def test_whoever_may_not_fetch_is_on_no_list_and_the_place_knows(town: World, words: str) -> None:
    await there(town, "mama")
    await town.say("mama", "爸爸能接，尾号8000")
    code = town.find(r"接送码 (\d{4})")
    await town.say("mama", words)
    assert town.last("mama").text.startswith("记下了：爸爸不能接")
    assert code not in town.last("mama").text, "the code that he may have is no longer good"
    assert "爸爸不能接宝宝" in town.last("wang").text
    await town.say("mama", "谁能接")
    assert "爸爸" not in town.last("mama").text
    await arrived(town, 1)
    await town.say("wang", "编号1 爸爸来接")
    assert town.keys("wang")[-1] == "fetching.stays"


@pytest.mark.parametrize(
    "words",
    [
        "今天几点来接",
        "今天晚点接",
        "今天没人接",
        "今天我来接",
        "任何人都能接",
        "今天准时接",
        "爸爸不能接",
        "今天别让爸爸接",
    ],
)
def test_these_name_nobody_who_fetches(words: str) -> None:
    assert fetching.changes(words) is None
    assert fetching.allows(words) is None


async def test_nobody_in_particular_is_on_no_list(town: World) -> None:
    await there(town, "mama")
    await town.say("mama", "任何人都能接")
    assert town.keys("mama")[-1] == "fetching.one_by_one"
    await arrived(town, 1)
    await town.say("wang", "编号1 任何人来接")
    assert town.keys("wang")[-1] == "fetching.who", "who it is is asked"
    await town.say("mama", "爷爷能接")
    await town.say("wang", "编号1 爷爷接走了")
    assert town.keys("wang")[-1] == "booking.is_gone"


@pytest.mark.parametrize("words", ["不认识这个人", "绝对不行，我不认识他", "不能让他接走"])
async def test_a_no_in_words_is_a_no(town: World, words: str) -> None:
    await there(town, "mama")
    await arrived(town, 1)
    await town.say("wang", "编号1 张叔叔来接")
    assert town.keys("mama")[-1] == "fetching.stranger"
    old = next(b.id for row in town.last("mama").message.buttons for b in row if b.label == "同意张叔叔接走")
    await town.say("mama", words)
    assert town.keys("mama")[-1] == "fetching.you_refused"
    assert town.keys("wang")[-1] == "fetching.is_refused"
    await town.press("mama", old)
    assert town.keys("mama")[-1] == "common.used", "an older yes lets nobody go"
    assert "left" not in {row["state"] for row in town.rows("SELECT state FROM booking")}


@pytest.mark.parametrize("words", ["孩子不是我接的", "不是我家外公，孩子接错了", "我爸没去接啊"])
async def test_an_alarm_reaches_place_and_duty_at_once(town: World, words: str) -> None:
    town.staff("duty", "duty")
    await there(town, "mama")
    await town.say("mama", "外公能接")
    await arrived(town, 1)
    await town.say("wang", "编号1 外公接走了")
    await town.say("mama", words)
    assert town.keys("mama")[-1] == "fetching.alarm"
    assert "000-0000-0011" in town.last("mama").text
    assert town.keys("wang")[-1] == "fetching.place_alarm"
    assert town.rows("SELECT id FROM desk_case WHERE kind = 'alarm' AND state = 'open'")


async def test_two_of_one_name_are_told_apart(town: World) -> None:
    for who, tail in (("mama", "8000"), ("papa", "6666")):
        await there(town, who)
        await town.say(who, f"外公能接，尾号{tail}")
    await arrived(town, 1, 2)
    await town.say("wang", "外公来接")
    assert "先对手机尾号" in town.last("wang").text
    assert any("尾号 8000" in label for label in town.buttons("wang"))
    assert any("尾号 6666" in label for label in town.buttons("wang"))


async def test_a_number_that_is_not_there_is_told_as_it_is(town: World) -> None:
    await there(town, "mama")
    await town.to("2026-12-01T12:50")
    await town.say("wang", "编号1 奶奶来接")
    assert town.keys("wang")[-1] == "fetching.not_come"
    town.staff("li", "centre", "shiqiao")
    for words in ("编号1 奶奶来接", "1号到了", "编号77 奶奶来接"):
        await town.say("li", words)
        assert town.keys("li")[-1] == "fetching.no_such", words


async def test_another_places_name_stops_nothing_and_a_no_retires_the_yes(town: World) -> None:
    await town.say("wang", "石桥托育园停业")
    assert town.keys("wang")[-1] == "booking.stop_which"
    await town.say("wang", "停业一天")
    yes = next(b.id for row in town.last("wang").message.buttons for b in row if b.label == "确认")
    await town.press("wang", "先不停")
    await town.press("wang", yes)
    assert town.keys("wang")[-1] == "common.used"
    assert not town.rows("SELECT id FROM care_stop")


async def test_an_illness_in_no_class_asks_which(town: World) -> None:
    await town.say("wang", "发现一例手足口")
    assert town.keys("wang")[-1] == "booking.stop_which_class"
