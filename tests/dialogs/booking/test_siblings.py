"""Siblings: one form, one hold, one yes, together or not at all; known children are not asked for again."""

from __future__ import annotations

from datetime import date

import pytest

from bot.flow.model import Look, Problem, Said
from dialogs.booking.rules import counting, reading
from tests.dialogs.booking.test_holding import states, wish
from tests.world import World

ASKED = "明天下午两点到五点想托，两个孩子，14个月和30个月"
TODAY = date(2026, 12, 1)


def taken(world: World) -> set[int]:
    """Units of the carers that are taken, by the half hours."""
    return {
        row["used"]
        for row in world.rows("SELECT key, used FROM scarce WHERE used > 0")
        if "/care" in row["key"]
    }


@pytest.mark.parametrize(
    ("said", "months"),
    [
        ("14个月和30个月", [14, 30]),
        ("都14个月", [14, 14]),
        ("双胞胎，14个月", [14, 14]),
        ("大的两岁半，小的8个月", [30, 8]),
        ("2025年5月1日和2024年3月2日", [19, 32]),
        ("14 months and 30 months", [14, 30]),
    ],
)
def test_two_ages_are_read_where_two_children_are_asked_about(said: str, months: list[int]) -> None:
    read = reading.read_age(Said(text=said), Look(TODAY, {"count": 2}))
    assert [reading.child_of(one, TODAY).fewest for one in read] == months


def test_one_age_of_two_children_is_asked_on() -> None:
    assert reading.read_age(Said(text="14个月"), Look(TODAY, {"count": 2})) == Problem("one_more_age")
    assert len(reading.read_age(Said(text="14个月"), Look(TODAY, {"count": 1}))) == 1


async def test_a_sentence_with_two_children_is_one_card_one_hold_and_one_yes(world: World) -> None:
    assert await wish(world, "mama", ASKED) == "booking.confirm.ask"
    card = world.last("mama").text
    assert "大宝·14个月，二宝·30个月" in card
    assert "荷亭" in card
    assert "150 元（2 个孩子一共）" in card
    # In a home one carer has three children at most, whatever their age.
    assert taken(world) == {2 * counting.CARER_UNITS // 3}
    await world.press("mama", "就约这个")
    assert states(world) == ["booked"]
    assert "大宝、二宝" in world.last("mama").text
    assert [row["months"] for row in world.rows("SELECT months FROM booked_child ORDER BY id")] == [14, 30]
    assert len(world.rows("SELECT id FROM consent WHERE purpose = 'child'")) == 2


async def test_where_one_of_two_finds_room_neither_is_taken(world: World) -> None:
    for number in range(4):
        await wish(world, f"p{number}")
        await world.press(f"p{number}", "就约这个")
    assert await wish(world, "mama", ASKED) == "booking.confirm.ask"
    assert "荷亭" not in world.last("mama").text, "one place is left there"
    assert await wish(world, "papa") == "booking.confirm.ask"
    assert "荷亭" in world.last("papa").text


async def test_what_was_told_of_the_children_is_not_asked_again(world: World) -> None:
    await wish(world, "mama", ASKED)
    await world.press("mama", "就约这个")
    assert await wish(world, "mama", "12月4号上午九点到十一点想托，两个孩子都去") == "booking.confirm.ask"
    assert "大宝·14个月，二宝·30个月" in world.last("mama").text
    await world.press("mama", "就约这个")
    assert await wish(world, "mama", "12月7号上午九点到十一点想托，孩子30个月") == "booking.confirm.ask"
    assert "〔二宝·30个月〕" in world.last("mama").text
    await world.press("mama", "就约这个")
    assert len(world.rows("SELECT id FROM subject")) == 2


async def test_several_known_children_are_chosen_by_name_or_number_or_all(world: World) -> None:
    await wish(world, "mama", ASKED)
    await world.press("mama", "就约这个")
    await world.say("mama", "12月4号上午九点到十一点想托")
    assert world.keys("mama")[-1] == "booking.child.ask"
    assert world.buttons("mama")[:4] == ["大宝", "二宝", "2 个一起去", "另一个孩子"]
    await world.say("mama", "大宝和二宝")
    await world.press("mama", "都行")
    assert "大宝·14个月，二宝·30个月" in world.last("mama").text
    await world.press("mama", "改哪个孩子")
    await world.press("mama", "2 个一起去")
    assert "大宝·14个月，二宝·30个月" in world.last("mama").text
    await world.press("mama", "改哪个孩子")
    await world.say("mama", "2")
    assert "〔二宝·30个月〕" in world.last("mama").text
    assert states(world) == ["booked", "cancelled", "cancelled", "held"]


async def test_one_more_child_is_added_on_the_card_and_leads_back_to_it(world: World) -> None:
    await wish(world, "mama", "明天下午两点到五点想托，孩子14个月")
    await world.press("mama", "还有一个孩子")
    assert world.keys("mama")[-1] == "booking.sibling.ask"
    await world.press("mama", "不改了")
    assert world.keys("mama")[-1] == "booking.confirm.ask"
    assert states(world) == ["held"]
    await world.say("mama", "还有一个孩子")
    await world.say("mama", "两岁半")
    assert "大宝·14个月，二宝·30个月" in world.last("mama").text
    assert "150 元" in world.last("mama").text
    assert states(world) == ["cancelled", "held"]


async def test_a_child_whom_nobody_takes_is_left_out_and_told(world: World) -> None:
    await wish(world, "mama", "明天下午两点到五点想托，两个孩子，3个月和30个月")
    assert "booking.without_too_young" in world.keys("mama")
    assert "·30个月〕" in world.last("mama").text
    await world.press("mama", "还有一个孩子")
    await world.say("mama", "两个月")
    assert "booking.without_too_young" in world.keys("mama")[-2:]
    assert "·30个月〕" in world.last("mama").text


async def test_children_whom_no_place_takes_together_are_told_so(world: World) -> None:
    await world.say("papa", "明天上午九点到十一点想托，两个孩子，8个月和40个月")
    assert world.keys("papa")[-1] == "booking.apart.said"
    await wish(world, "oma", "明天上午九点到十一点想托，孩子8个月")
    await world.press("oma", "还有一个孩子")
    await world.say("oma", "40个月")
    assert "booking.apart_from" in world.keys("oma")[-2:]
    assert "·8个月〕" in world.last("oma").text


async def test_two_telephones_of_one_family_book_a_new_child_once(any_world: World) -> None:
    """Both hold before one says yes: the other one finds the child known by then."""
    await any_world.say("mama", "关联")
    code = any_world.find(r"关联 (\d{6})")
    await any_world.say("papa", f"关联 {code}")
    await any_world.press("papa", "是，关联")
    await wish(any_world, "mama")
    await wish(any_world, "papa")
    assert states(any_world) == ["held", "held"]
    await any_world.press("mama", "就约这个")
    await any_world.press("papa", "就约这个")
    assert any_world.keys("papa")[-1] == "booking.twice.said"
    assert states(any_world) == ["booked", "cancelled"]
    assert len(any_world.rows("SELECT id FROM subject WHERE kind = 'child'")) == 1
