"""The child's card: told question by question, seen by the booked place alone and in its time, gone when it should be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio

from bot.flow.model import Look, Problem, Said
from bot.store import people
from bot.turn import Turn
from dialogs.booking.rules.card import read_contact, read_field
from dialogs.booking.service.child import card
from tests.flow.samples import TODAY
from tests.world import World

ASKED = "柳荫小区附近，明天下午两点到五点想托，孩子14个月"
LABELS = Look(TODAY, {}, {"none": "没有", "skip": "跳过"})


@pytest_asyncio.fixture
async def town(world: World) -> World:
    """One child is booked for tomorrow and has a card; a second family is booked at the same place, and has none."""
    return await settled(world)


@pytest_asyncio.fixture
async def any_town(any_world: World) -> World:
    """The same on a database of either kind."""
    return await settled(any_world)


async def settled(world: World) -> World:
    world.staff("wang", "centre", "liuyin")
    world.staff("zhao", "centre", "heting")
    for who in ("mama", "papa"):
        await world.say(who, ASKED)
        await world.press(who, "就约这个")
    await world.press("mama", "填孩子的情况")
    await world.press("mama", "同意，填")
    for words in ("花生，吃了喘", "奶180毫升", "跳过", "没有", "外婆 13800138000"):
        await world.say("mama", words)
    return world


def cards(world: World, booking: int, who: str = "") -> list[card.Card]:
    """The cards of a booking as a job sees them now, or as the turn of somebody."""

    def look(db: Any) -> list[card.Card]:
        person = None
        if who:
            person = people.person_of(
                db, int(db.value("SELECT person_id FROM staff WHERE name = :name", name=who))
            )
        return card.for_place(Turn(world.house.ground, db, world.now, person), booking)

    return world.house.store.write(look)


async def test_the_card_is_told_and_sealed(town: World) -> None:
    assert town.keys("mama")[-1] == "child_card.card"
    told = town.last("mama").text
    assert "花生" in told
    assert "13800138000" in told
    row = town.rows("SELECT * FROM child_card")[0]
    assert row["sleep"] is None, "skipped"
    assert not any("花生".encode() in bytes(v) for v in row.values() if isinstance(v, bytes | memoryview))
    await town.press("mama", "改：过敏")
    await town.press("mama", "没有")
    assert town.keys("mama")[-1] == "child_card.card"
    assert "花生" not in town.last("mama").text
    assert "13800138000" in town.last("mama").text, "the rest stays"
    await town.press("mama", "删掉卡片")
    assert not town.rows("SELECT 1 AS one FROM child_card")


async def test_only_the_booked_place_and_only_in_its_time(any_town: World) -> None:
    town = any_town
    assert cards(town, 1) == [], "the day before, in the morning"
    await town.to("2026-12-01T18:00")
    assert [one.allergy for one in cards(town, 1)] == ["花生，吃了喘"]
    assert [one.special for one in cards(town, 1)] == [""], "said that there is nothing"
    assert [one.sleep for one in cards(town, 1)] == [None], "not said"
    assert cards(town, 1, "wang")
    assert cards(town, 1, "zhao") == [], "another place"
    assert cards(town, 2, "wang") == [], "another child"
    await town.to("2026-12-03T00:00")
    assert cards(town, 1) == []


async def test_a_look_is_a_button_and_a_row_of_the_audit(town: World) -> None:
    await town.to("2026-12-02T08:00")
    await town.say("wang", "今天名单")
    assert "花生" not in town.last("wang").text
    assert town.buttons("wang").count("看卡片：编号 1") >= 1
    assert "看卡片：编号 2" not in town.buttons("wang")
    for _ in range(2):
        await town.press("wang", "看卡片：编号 1")
        assert town.keys("wang")[-1] == "child_card.of"
        assert "花生" in town.last("wang").text
    assert len(town.rows("SELECT 1 AS one FROM audit WHERE act = 'booking.card_shown'")) == 3, (
        "two looks, and the page of the evening"
    )
    button = next(
        b.id
        for s in reversed(town.shown_to("wang"))
        for r in s.message.buttons
        for b in r
        if "看卡片" in b.label
    )
    for stranger in ("zhao", "papa"):
        await town.press(stranger, button)
        assert "花生" not in "".join(shown.text for shown in town.shown_to(stranger))


async def test_a_second_family_sees_nothing_of_it(town: World) -> None:
    await town.say("papa", "孩子的卡片")
    await town.press("papa", "同意，填")
    await town.say("papa", "跳过")
    await town.say("papa", "取消")
    assert "花生" not in "".join(shown.text for shown in town.shown_to("papa"))
    assert "13800138000" not in "".join(shown.text for shown in town.shown_to("papa"))


async def test_refusing_keeps_nothing_and_the_booking_stands(town: World) -> None:
    await town.say("papa", "孩子的卡片")
    await town.press("papa", "不填，到园里写")
    assert town.keys("papa")[-1] == "child_card.paper.said"
    assert len(town.rows("SELECT 1 AS one FROM child_card")) == 1
    assert len(town.rows("SELECT 1 AS one FROM consent WHERE purpose = 'health'")) == 1
    assert {row["state"] for row in town.rows("SELECT state FROM booking")} == {"booked"}


async def test_a_consent_taken_back_ends_the_card_at_once(town: World) -> None:
    await town.to("2026-12-02T08:00")
    assert cards(town, 1)
    await town.say("mama", "孩子的卡片")
    await town.press("mama", "改：睡")
    await town.say("mama", "隐私")
    await town.press("mama", "撤回：健康信息")
    await town.press("mama", "确定撤回")
    assert not town.rows("SELECT 1 AS one FROM child_card")
    await town.say("mama", "抱小熊睡")
    assert not town.rows("SELECT 1 AS one FROM child_card"), (
        "an open question keeps nothing without a consent"
    )
    assert cards(town, 1) == []


async def test_thirty_days_after_the_last_stay_it_is_gone(any_town: World) -> None:
    def left(day: str) -> int:
        at = datetime.fromisoformat(f"{day}T03:40:00+08:00")
        any_town.house.store.write(lambda db: card.old(Turn(any_town.house.ground, db, at)))
        return len(any_town.rows("SELECT 1 AS one FROM child_card"))

    assert left("2026-12-31") == 1
    assert left("2027-01-01") == 0


async def test_medicine_on_a_card_is_answered_at_once_and_no_amount_is_kept(town: World) -> None:
    await town.say("mama", "孩子的卡片")
    await town.press("mama", "改：特别照顾")
    await town.say("mama", "下午两点喂布洛芬5毫升")
    assert town.keys("mama")[-2:] == ["child_card.medicine", "child_card.card"]
    assert "布洛芬…" in town.last("mama").text
    assert "5毫升" not in town.last("mama").text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (Said(text="没有过敏"), "none"),
        (Said(text="2"), "skip"),
        (Said(text="对花生过敏，别的没有"), "对花生过敏，别的没有"),
        (Said(text="为什么要填这个？"), "not_a_choice"),
        (Said(media="voice"), "words_only"),
    ],
)
def test_how_a_field_is_read(said: Said, read: str) -> None:
    found = read_field(said, LABELS)
    assert (found.code if isinstance(found, Problem) else found) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (Said(text="外婆 13800138000"), {"name": "外婆", "phone": "+8613800138000"}),
        (Said(text="王阿姨的电话是138 0013 8000"), {"name": "王阿姨", "phone": "+8613800138000"}),
        (Said(phone="13800138000"), {"name": "", "phone": "+8613800138000"}),
        (Said(text="外婆"), "not_a_phone"),
        (Said(text="没有"), "none"),
    ],
)
def test_how_a_contact_is_read(said: Said, read: Any) -> None:
    found = read_contact(said, LABELS)
    assert (found.code if isinstance(found, Problem) else found) == read


async def test_urgent_words_on_a_card_show_the_urgent_card_and_are_kept(world: World) -> None:
    """What happened once reads like what happens now: the number to call comes first, and the answer is not lost."""
    await world.say("mama", ASKED)
    await world.press("mama", "就约这个")
    await world.press("mama", "填孩子的情况")
    await world.press("mama", "同意，填")
    await world.say("mama", "花生，吃了全身起疹子，严重时喘")
    assert world.keys("mama")[-3:] == ["urgent.card", "common.urgent_or_answer", "child_card.feeding.ask"]
    for words in ("没有", "没有", "热性惊厥过一次", "跳过"):
        await world.say("mama", words)
    assert "热性惊厥过一次" in world.last("mama").text
    assert "严重时喘" in world.last("mama").text
