"""找人 keeps the matter: what is said with it and after it reaches the people who help."""

from __future__ import annotations

import pytest

from tests.dialogs.account.town import Town

WANTS = "孩子爸爸已经登记了，我们分居，我想知道是不是他"


async def test_what_follows_the_wish_joins_the_case(any_town: Town) -> None:
    town = any_town
    await town.say("gran", "找人")
    assert "接着写就行" in town.last("gran").text
    await town.say("gran", WANTS)
    assert town.keys("gran")[-1] == "staff.carried"
    await town.say("gran", "明天上午方便")
    await town.say("duty", "待办")
    assert WANTS in town.last("duty").text
    assert "明天上午方便" in town.last("duty").text
    assert len(town.rows("SELECT id FROM desk_case")) == 1
    [row] = town.rows("SELECT words FROM desk_case")
    assert WANTS.encode() not in bytes(row["words"]), "sealed"


async def test_words_in_the_same_message_join_it(town: Town) -> None:
    await town.say("gran", "找人，我想问问孩子能不能用券")
    assert town.keys("gran")[-1] == "common.person"
    await town.say("duty", "待办")
    assert "我想问问孩子能不能用券" in town.last("duty").text


@pytest.mark.parametrize("wish", ["我要投诉", "有没有人", "我要投诉托育园乱收费"])
async def test_other_ways_to_want_a_person(town: Town, wish: str) -> None:
    await town.say("gran", wish)
    assert town.keys("gran")[-1] == "common.person"
    await town.say("duty", "待办")
    assert wish in town.last("duty").text


@pytest.mark.parametrize("words", ["怎么投诉", "这个政策我看得懂", "有人说可以领钱吗"])
async def test_what_is_no_wish_leaves_no_case(town: Town, words: str) -> None:
    await town.say("gran", words)
    assert town.rows("SELECT id FROM desk_case") == []


async def test_after_half_an_hour_words_are_their_own_again(town: Town) -> None:
    await town.say("gran", "找人")
    await town.forward(minutes=31)
    await town.say("gran", WANTS)
    assert town.keys("gran")[-1].startswith("questions.")
    await town.say("gran", "找人")
    assert "接着写就行" not in town.last("gran").text, "what is no longer done is not promised"


async def test_while_somebody_has_it_words_reach_them(any_town: Town) -> None:
    town = any_town
    await town.say("gran", "找人")
    await town.say("duty", "待办")
    await town.press("duty", "回复")
    await town.say("duty", "您好，请问孩子多大？")
    await town.press("duty", "发")
    await town.forward(hours=2)
    await town.say("gran", "一岁八个月大的")
    assert town.keys("gran")[-1] == "staff.carried"
    assert town.keys("duty")[-1] == "desk.more_words"
    assert "一岁八个月" not in town.heard("duty"), "what is pushed holds no words"
    await town.press("duty", "看看")
    assert "一岁八个月大的" in town.last("duty").text
    await town.say("gran", "男孩来的")
    await town.press("duty", "看看")
    assert "男孩来的" in town.last("duty").text
    await town.press("duty", "办完")
    await town.say("gran", "还有个问题想知道")
    assert town.keys("gran")[-1].startswith("questions.")


async def test_what_others_answer_is_not_carried(town: Town) -> None:
    await town.say("gran", "找人")
    await town.say("gran", "我的")
    assert town.keys("gran")[-1] == "account.case"
    await town.say("gran", "不想活了")
    assert town.keys("gran")[-1] != "staff.carried"
    assert town.rows("SELECT words FROM desk_case") == [{"words": None}]


async def test_in_a_form_nothing_is_promised_that_the_form_would_take(town: Town) -> None:
    await town.say("gran", "找回")
    await town.say("gran", "找人")
    assert "接着写就行" not in town.heard("gran")
    await town.say("gran", "随便说说")
    assert "staff.carried" not in town.keys("gran")


async def test_somebody_elses_words_stay_out(town: Town) -> None:
    await town.say("gran", "找人")
    await town.say("papa", WANTS)
    assert town.keys("papa")[-1].startswith("questions.")


async def test_a_case_that_never_was_is_said_so(town: Town) -> None:
    await town.say("duty", "接手 7")
    assert town.keys("duty")[-1] == "staff.no_case"
