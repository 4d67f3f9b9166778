"""Questions in the chat: an answer with its source, choices, what nobody knows, and what 有用 and 没用 do."""

from __future__ import annotations

import pytest

from tests.dialogs.account.town import Town
from tests.world import World


async def test_a_question_gets_its_answer_with_who_said_it(town: Town) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    assert town.keys("mama") == ["questions.answer"]
    said = town.last("mama").text
    assert "3600元" in said
    assert "证券时报" in said
    assert "2025年7月30日" in said
    assert town.buttons("mama")[-3:] == ["有用", "没用", "找人"]


async def test_no_help_leaves_a_case_with_what_was_answered(town: Town) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    await town.press("mama", "没用")
    assert town.keys("mama")[-1] == "questions.sorry"
    (case,) = town.rows("SELECT kind, about FROM desk_case")
    assert case["kind"] == "useless_answer"
    assert case["about"].startswith("entry:subsidy-amount")


async def test_of_use_is_kept_for_the_figures(town: Town) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    await town.press("mama", "有用")
    assert town.keys("mama")[-1] == "questions.thanks"
    assert town.rows("SELECT act FROM audit WHERE act LIKE 'answer.%'") == [{"act": "answer.useful"}]


async def test_a_choice_is_answered_and_none_of_them_is_an_honest_no(town: Town) -> None:
    await town.say("mama", "托育机构全市有多少家")
    assert town.keys("mama") == ["questions.choices"]
    offered = town.buttons("mama")
    assert 2 <= len(offered) - 3 <= 3
    await town.press("mama", next(label for label in offered if "大连" in label))
    assert "762" in town.last("mama").text
    await town.say("mama", "托育机构全市有多少家")
    await town.press("mama", "都不是")
    assert town.keys("mama")[-1] == "questions.none_of_them"


async def test_what_nobody_has_published_is_said_so_with_a_person(town: Town) -> None:
    await town.say("mama", "银川宝宝屋托一次多少钱")
    assert town.keys("mama") == ["questions.answer"]
    assert "没有这项信息" in town.last("mama").text
    assert {"找人", "菜单"} == set(town.buttons("mama"))


async def test_a_question_in_mid_form_is_answered_and_the_form_goes_on(world: World) -> None:
    await world.say("mama", "消费券")
    await world.say("mama", "2025-03-10")
    await world.say("mama", "国家的育儿补贴一年多少钱？")
    assert any("3600元" in shown.text for shown in world.shown_to("mama"))
    assert world.keys("mama")[-1] == "voucher.relation.ask"


@pytest.mark.parametrize("words", ["国家育儿补贴每年多少钱", "國家育兒補貼一年有幾多錢"])
async def test_in_the_persons_script(town: Town, words: str) -> None:
    await town.say("mama", "繁體")
    await town.say("mama", words)
    assert "補貼" in town.last("mama").text or "補" in town.last("mama").text
