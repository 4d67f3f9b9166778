"""What a family says in words beside the form: which stay it gives up or moves, what it asks, what it waits for."""

from __future__ import annotations

import pytest
import pytest_asyncio

from dialogs.booking.rules import names, saying
from tests.world import World

ASKED = "柳荫小区附近，{}想托，孩子2025年10月1日生"
GIVEN_UP = [
    "周三不去了",
    "明天不去了",
    "明天来不了了",
    "取消明天的",
    "取消周三的预约",
    "把周三的取消",
    "周三那次取消吧",
    "周三下午不去了",
    "明天有事，去不了",
    "明天不去了行不",
    "退掉周三的",
    "帮我取消一下明天的临时托",
    "明天不用去了",
    "12月2号的不要了",
    "編號2取消",
    "cancel the booking on Wednesday",
    "we are not coming tomorrow",
]
MOVED = [
    "把周三的改到周五",
    "周三的改到周五下午",
    "明天的换到周五",
    "周三那次挪到周五",
    "明天的推迟到周五",
    "把周三改成周五",
    "周三不去了，改周五",
    "明天的取消，改约到周五",
    "move Wednesday to Friday",
]
OTHERS = [
    "取消周三的报名",
    "能取消吗",
    "周三可以取消吗",
    "取消券",
    "接送的人取消",
    "怎么取消",
    "孩子不去幼儿园行吗，我们家老人在家带了两年，现在想问问政策上有没有规定要去，还有别的补贴",
    "周三下午两点到四点想托",
]


async def book(town: World, who: str, asked: str) -> None:
    await town.say(who, ASKED.format(asked))
    assert town.keys(who)[-1] == "booking.confirm.ask"
    await town.press(who, "就约这个")
    assert town.keys(who)[-1] == "booking.receipt"


@pytest.fixture
def town(world: World) -> World:
    return world


def states(town: World) -> list[str]:
    """The states of what was booked, Thursday's first, then Wednesday's."""
    return [row["state"] for row in town.rows("SELECT state FROM booking ORDER BY id")]


@pytest_asyncio.fixture
async def two(world: World) -> World:
    """Thursday and Wednesday afternoon are booked."""
    for day in ("后天上午九点到十一点", "明天下午两点到五点"):
        await book(world, "mama", day)
    return world


async def test_every_phrasing_gives_up_the_one_that_is_meant_and_can_be_undone(two: World) -> None:
    for text in GIVEN_UP:
        await two.say("mama", text)
        assert two.keys("mama")[-1] == "booking.given_back", text
        assert states(two) == ["booked", "leaving"], text
        await two.press("mama", "撤销")
        assert states(two) == ["booked", "booked"], text


async def test_every_phrasing_moves_the_one_that_is_meant(two: World) -> None:
    for text in MOVED:
        await two.say("mama", text)
        assert two.keys("mama")[-1] == "booking_change.sure.ask", (text, two.last("mama").text)
        said = two.last("mama").text
        assert "12月2日" in said, text
        assert "12月4日" in said, text
        await two.say("mama", "不改了")
    assert states(two) == ["booked", "booked"]


async def test_where_it_could_be_several_it_is_asked_which(two: World) -> None:
    for text in ("不去了", "取消预约", "我要取消"):
        await two.say("mama", text)
        assert two.keys("mama")[-1] == "booking.cancel_which", text
        assert "要取消哪一次" in two.last("mama").text
    await two.press("mama", next(one for one in two.buttons("mama") if "后天" in one or "12月3日" in one))
    assert states(two) == ["leaving", "booked"]
    await two.press("mama", "撤销")
    await two.say("mama", "取消周五的预约")
    assert two.keys("mama")[-1] == "booking.cancel_which"
    assert "那个时间没有约" in two.last("mama").text
    await two.say("mama", "改到周五")
    assert two.keys("mama")[-1] == "booking_change.which.ask"


async def test_two_of_one_day_are_told_apart_by_the_hour(world: World) -> None:
    for hours in ("明天上午九点到十一点", "明天下午两点到五点"):
        await book(world, "mama", hours)
    await world.say("mama", "明天不去了")
    assert world.keys("mama")[-1] == "booking.cancel_which"
    await world.say("mama", "明天上午的不去了")
    assert states(world) == ["leaving", "booked"]
    await world.say("mama", "两点那次也取消")
    assert states(world) == ["leaving", "leaving"]


async def test_one_that_would_count_is_asked_about_first(town: World) -> None:
    await book(town, "mama", "今天上午十点到十一点")
    await town.say("mama", "今天不去了")
    assert town.keys("mama")[-1] == "booking.cancel_which"
    assert "取消会记一次" in town.last("mama").text
    assert states(town) == ["booked"]
    await town.press("mama", town.buttons("mama")[0])
    assert states(town) == ["leaving"]


@pytest.mark.parametrize("text", OTHERS)
def test_other_words_give_nothing_up(text: str) -> None:
    assert not saying.gives_up(text)


async def test_nobody_without_a_booking_gives_one_up(town: World) -> None:
    await town.say("mama", "周三不去了")
    assert "booking.cancel_which" not in town.keys("mama")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("要带什么", "bring"),
        ("需要带什么东西", "bring"),
        ("带啥", "bring"),
        ("能退吗", "refund"),
        ("取消要扣钱吗", "refund"),
        ("可以取消吗", "refund"),
        ("多少钱啊", "price"),
        ("怎么收费", "price"),
        ("发票能开吗", "invoice"),
        ("路怎么走", "way"),
        ("几点去", "hours"),
        ("how much is it", "price"),
        ("what should I bring", "bring"),
        ("我家老人每个月吃药要花多少钱能不能报销一部分", None),
        ("国家的育儿补贴一年多少钱？", None),
        ("消费券能退吗", None),
        ("全日托多少钱一个月", None),
        ("孩子发烧了要带什么药", None),
        ("幼儿园在哪", None),
        ("这次多少钱呀", "price"),
        ("请问要带点什么东西吗？", "bring"),
        ("取消扣钱吗", "refund"),
        ("地址在哪", "way"),
        ("周三下午两点到四点", None),
    ],
)
def test_short_questions_about_a_stay(text: str, what: str | None) -> None:
    assert saying.question(text) == what


async def test_a_question_in_the_form_is_answered_and_the_last_question_asked_again(town: World) -> None:
    await town.say("mama", "临时托")
    for text, key in (("要带什么", "bring"), ("能退吗", "refund"), ("多少钱", "price")):
        await town.say("mama", text)
        assert town.keys("mama")[-2:] == [f"booking.asked.{key}", "booking.age.ask"]
    assert "卡片上写着" in town.last("mama").text
    await town.say("mama", "取消")
    await town.say("mama", ASKED.format("明天下午两点到五点"))
    await town.say("mama", "多少钱")
    assert "60 元" in town.last("mama").text
    assert "booking.confirm" in town.keys("mama")[-1] or town.keys("mama")[-1] == "common.short_ask"
    await town.say("mama", "需要带什么东西")
    assert "入托健康检查表" in town.last("mama").text
    await town.press("mama", "就约这个")
    await town.say("mama", "路怎么走")
    assert "000-0000-0011" in town.last("mama").text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("柳荫的周三下午有空位叫我", "a"),
        ("柳荫托育中心周三有位子告诉我", "a"),
        ("柳荫小区附近周三有空位叫我", ""),
        ("柳荫路那家有空位叫我", ""),
        ("小满周日有空位叫我", "b"),
        ("柳荫和小满周三有空位叫我", ""),
        ("周三下午有空位叫我", ""),
    ],
)
def test_a_place_is_named_whole_or_for_short(text: str, place: str) -> None:
    places = {"a": "柳荫托育中心（示例）", "b": "小满早托之家（示例）"}
    assert names.place_in(text, places, short=True) == place
    assert saying.waits(text)


async def test_one_sentence_waits_for_one_place(town: World) -> None:
    for number in range(6):
        await town.say(f"p{number}", "柳荫小区附近，这周日上午九点到十一点半想托，孩子10个月")
        await town.press(f"p{number}", "就约这个")
    await town.say("mama", "小满的这周日上午有空位叫我，孩子10个月")
    assert town.keys("mama")[-1] == "booking.waits.said"
    assert "小满早托之家" in town.last("mama").text
    assert town.rows("SELECT place, starts, ends FROM booking WHERE state = 'waiting'") == [
        {"place": "xiaoman", "starts": 540, "ends": 690}
    ]
    await town.press("p3", "来不了，取消")
    await town.forward(minutes=3, seconds=1)
    assert town.keys("mama")[-1] == "booking.offer"


async def test_whoever_would_wait_for_what_is_free_gets_its_card(town: World) -> None:
    await town.say("mama", "柳荫的周三下午有空位叫我，孩子10个月")
    assert town.keys("mama")[-2:] == ["booking.room_now", "booking.confirm.ask"]
    assert "柳荫托育中心" in town.last("mama").text


async def test_whoever_finds_it_dear_gets_the_cheapest_place_with_room(town: World) -> None:
    await town.say("mama", "明天下午两点到五点想托，孩子14个月，松柏路")
    assert "费用 60 元" in town.last("mama").text
    await town.say("mama", "有没有便宜点的")
    assert town.keys("mama")[-1] == "booking.confirm.ask"
    assert "石桥托育园" in town.last("mama").text
    assert "费用 54 元" in town.last("mama").text
    assert len(town.rows("SELECT id FROM booking WHERE state = 'held'")) == 1, "what was held before is free"
    await town.say("mama", "太贵了")
    assert "booking.cheapest" in town.keys("mama")
    await town.press("mama", "就约这个")
    assert town.rows("SELECT place FROM booking WHERE state = 'booked'") == [{"place": "shiqiao"}]


async def test_in_the_form_it_may_be_asked_who_fetches(town: World) -> None:
    await town.say("mama", "明天下午两点到五点想托，孩子14个月，松柏路")
    await town.say("mama", "可以奶奶去接吗")
    assert "外婆能接，尾号 8000" in town.last("mama").text
    await town.press("mama", "就约这个")
    assert town.keys("mama")[-1] == "booking.receipt"


@pytest.mark.parametrize("text", ["便宜坊在哪", "这么便宜的券谁不要", "贵姓", "太贵重了不敢拿"])
def test_other_words_of_price_are_no_wish_for_a_cheaper_place(text: str) -> None:
    assert not saying.too_dear(text)
