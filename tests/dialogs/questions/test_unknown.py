"""What nobody else takes: an honest answer with a person; a service not built yet is said in its one line."""

from __future__ import annotations

import pytest

from dialogs.questions import rules
from knowledge.intents import NAMES, load_intents
from tests.dialogs.account.town import Town
from tests.world import World

WISHES = {
    "meals": "我想订餐",
    "homecare": "想找人上门理发",
    "events": "这周有什么活动",
}


@pytest.mark.parametrize(("service", "words"), WISHES.items())
async def test_a_service_not_built_yet_has_its_line_and_a_person(
    town: Town, service: str, words: str
) -> None:
    await town.say("mama", words)
    assert load_intents().stands_in[service].zh in town.last("mama").text
    assert "000-0000" in town.last("mama").text
    assert "找人" in town.buttons("mama")
    await town.press("mama", "找人")
    assert town.rows("SELECT kind FROM desk_case") == [{"kind": "person_wanted"}]


def test_every_declared_service_is_built_or_on_the_list() -> None:
    assert set(rules.NOT_YET) < set(NAMES)
    assert set(rules.NOT_YET) == set(WISHES)


@pytest.mark.parametrize("words", ["asdfgh", "？？？", "x" * 5000])
async def test_everything_else_is_an_honest_no_with_a_person(town: Town, words: str) -> None:
    await town.say("mama", words)
    assert town.keys("mama") == ["questions.unknown"]
    assert {"找人", "菜单"} == set(town.buttons("mama"))
    assert town.rows("SELECT state FROM conversation") == [{"state": None}], "nothing was started"


@pytest.mark.parametrize("words", ["有券吗", "vocher", "我想問下消費券點申請"])
async def test_the_same_words_that_ask_for_one_begin_the_application(world: World, words: str) -> None:
    await world.say("mama", words)
    assert world.keys("mama")[-1] == "voucher.birth.ask"


async def test_a_question_without_an_answer_names_the_number_for_the_place(town: Town) -> None:
    await town.say("mama", "三加五等于几？")
    assert town.keys("mama") == ["questions.unknown"]
    said = town.last("mama").text
    assert "000-0000" in said, "the district's own first"
    assert "12345（政务服务便民热线）" in said
    await town.say("gran", "嗯嗯哈哈")
    assert "12345" not in town.last("gran").text, "nothing was asked"
    await town.say("papa", "语言")
    await town.press("papa", "English")
    await town.say("papa", "Who painted the Mona Lisa?")
    assert "12345, the local government's line" in town.last("papa").text


async def test_in_a_form_the_question_comes_again(town: Town) -> None:
    await town.say("mama", "找回")
    asked = town.last("mama").text
    await town.say("mama", "我想订餐")
    assert load_intents().stands_in["meals"].zh in town.heard("mama")
    assert town.last("mama").text == asked
    await town.say("mama", "今天天气怎么样")
    assert "questions.unknown" not in town.keys("mama"), (
        "the form says what it wants, the fallback keeps quiet"
    )
    assert town.last("mama").text.endswith(asked)


async def test_heavy_words_get_a_number_to_talk_first(town: Town) -> None:
    await town.say("gran", "活着真累")
    assert "12356" in town.last("gran").text.split("\n")[0]
    assert "找人" in town.buttons("gran")
    await town.say("gran", "找回")
    await town.say("gran", "活着真累")
    assert town.keys("gran")[-2:] == ["questions.care", "recover.code.ask"]


async def test_in_english_and_traditional(town: Town) -> None:
    await town.say("mama", "语言")
    await town.press("mama", "繁體中文")
    await town.say("mama", "我想訂餐")
    assert "還沒開通" in town.last("mama").text
    await town.say("mama", "语言")
    await town.press("mama", "English")
    await town.say("mama", "I want to order lunch")
    assert load_intents().stands_in["meals"].en in town.last("mama").text


@pytest.mark.parametrize("words", ["要预约吗", "多少钱", "一天多少钱啊", "送不送", "需要提前订吗"])
async def test_what_names_no_matter_is_asked_back_instead_of_guessed(town: Town, words: str) -> None:
    await town.say("gran", words)
    assert town.keys("gran") == ["questions.which_matter"]
    assert "找人" in town.buttons("gran")
