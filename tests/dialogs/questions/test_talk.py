"""A talk about answers: which city, what follows, a missing value, plain mode, English, what goes on from an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.session import Db
from knowledge.current import Current
from knowledge.shelves import Shelves
from tests.dialogs.account.town import Town, open_town
from tests.world import World

PLACES = "SELECT region, forgotten FROM answer_place"


TOYS = """---
question: {city}的玩具图书馆{asks}？
question_en: The toy library of {region}, {facet}?
phrasings: [{phrasings}]
topic: xian_childcare
facets: [{facet}]
audience: [parent]
region: {region}
basis: press
sources: [{{publisher: {city}日报, date: 2026-01-02}}]
plain: {answer}
en: Toys of {region}.
---
{answer}
"""
ASKED = {
    "amount": ("借一次多少钱", "{0}玩具图书馆收费吗,{0}借玩具一次几块,{0}玩具馆价钱,{0}租玩具贵不贵,{0}玩具馆押金,{0}租玩具什么价"),
    "how": ("怎么办卡", "{0}玩具图书馆怎么申请,{0}借玩具要办什么手续,{0}玩具馆办证,{0}借书证哪里领,{0}怎么才能借玩具,{0}玩具卡"),
}  # fmt: skip
FEES = {"西安": 3, "银川": 5, "上海": 8}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Current:
    """What three cities say of their toy libraries: what it costs and how one borrows."""
    folder = tmp_path_factory.mktemp("toys")
    for city, fee in FEES.items():
        for facet, (asks, phrasings) in ASKED.items():
            answer = f"{city}借一次{fee}元。" if facet == "amount" else f"{city}带户口本去少年宫办。"
            text = TOYS.format(
                city=city,
                region=f"{city}市",
                facet=facet,
                asks=asks,
                phrasings=phrasings.format(city),
                answer=answer,
            )
            (folder / f"toys-{facet}-{fee}.md").write_text(text, encoding="utf-8")
    return Current(Shelves((folder,)))


@pytest_asyncio.fixture
async def library(tmp_path: Path, database_url: str, toys: Current) -> AsyncIterator[Town]:
    """The town with the toy libraries' answers and no others, on a database of either kind."""
    town = await open_town(tmp_path, database_url, toys)
    yield town
    town.close()


sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def which_city(town: Town) -> list[str]:
    """Ask what several cities answer, each for itself; the cities offered."""
    await town.say("mama", "玩具图书馆借一次多少钱")
    assert town.keys("mama")[-1] == "questions.which_city"
    cities = [button.label for row in town.last("mama").message.buttons for button in row][:-3]
    assert set(cities) == {"西安市", "银川市", "上海市"}
    return cities


async def test_a_city_that_is_chosen_is_answered_and_remembered(library: Town) -> None:
    await which_city(library)
    await library.press("mama", "银川市")
    assert library.keys("mama")[-2:] == ["questions.place", "questions.answer"]
    assert "银川借一次5元" in library.last("mama").text
    assert library.rows(PLACES) == [{"region": "640100", "forgotten": "2026-12-15"}]
    await library.restart()
    await library.say("mama", "玩具图书馆怎么办卡")
    assert "银川带户口本" in library.last("mama").text, "the next question is asked about the same city"
    await library.say("mama", "那上海呢")
    assert "上海带户口本" in library.last("mama").text
    await library.say("mama", "玩具图书馆借一次多少钱")
    assert "银川借一次5元" in library.last("mama").text, "it was a look aside"
    await library.say("mama", "换个城市")
    assert library.keys("mama")[-1] == "questions.home_again"
    assert library.rows(PLACES) == []
    await which_city(library)


@sqlite
@pytest.mark.parametrize("words", ["银川", "银川市", "我在银川", "那银川呢", "number"])
async def test_the_city_may_be_typed(library: Town, words: str) -> None:
    cities = await which_city(library)
    await library.say("mama", words if words != "number" else str(cities.index("银川市") + 1))
    assert library.keys("mama")[-2:] == ["questions.place", "questions.answer"]
    assert "银川借一次5元" in library.last("mama").text
    assert library.rows("SELECT region FROM answer_place") == [{"region": "640100"}]


@sqlite
async def test_a_place_that_is_named_goes_before_the_one_that_is_remembered(library: Town) -> None:
    await library.say("mama", "我在银川")
    await library.say("mama", "西安的玩具图书馆借一次多少钱")
    assert "西安借一次3元" in library.last("mama").text
    assert library.rows("SELECT region FROM answer_place") == [{"region": "640100"}]


async def test_somebody_says_where_they_are(world: World) -> None:
    await world.say("mama", "托育消费券一张多少钱")
    assert "示例区" in world.last("mama").text, "at first the home pack answers"
    await world.say("mama", "我家在莲湖区")
    assert world.keys("mama")[-1] == "questions.place"
    assert "西安市莲湖区" in world.last("mama").text
    await world.say("mama", "托育消费券一张多少钱")
    assert "西安" in world.last("mama").text
    assert "已经结束" in world.last("mama").text
    await world.say("mama", "我不在西安")
    await world.say("mama", "托育消费券一张多少钱")
    assert "示例区" in world.last("mama").text


async def test_a_place_with_its_question_is_answered_at_once(world: World) -> None:
    await world.say("mama", "我在银川，托育消费券一张多少钱？")
    assert world.keys("mama") == ["questions.place", "questions.answer"]
    assert "银川" in world.last("mama").text


async def test_what_another_city_gives_is_answered_and_not_begun_here(world: World) -> None:
    await world.say("mama", "西安的托育消费券怎么申请？")
    assert world.keys("mama") == ["questions.answer"]
    assert "申请消费券" not in world.buttons("mama"), "the button would begin this district's own"
    await world.say("mama", "我想申请托育消费券")
    assert world.keys("mama")[-1] == "voucher.birth.ask"


async def test_a_place_is_forgotten(town: Town) -> None:
    await town.say("mama", "我在银川")
    await town.to("2026-12-15T10:00")
    assert town.rows(PLACES) == town.rows("SELECT 1 FROM answer_asked") == []


# -- what follows ----------------------------------------------------------------------------------------------------


async def test_a_short_question_belongs_to_the_last_answer(world: World) -> None:
    await world.say("mama", "银川的托育消费券一张多少钱")
    await world.say("mama", "怎么申请")
    assert "银川" in world.last("mama").text
    await world.say("baba", "怎么申请")
    assert world.keys("baba") != ["questions.answer"], "without a talk before it, it is about nothing"


async def test_half_an_hour_later_it_belongs_to_nothing(world: World) -> None:
    await world.say("mama", "银川的托育消费券一张多少钱")
    await world.forward(minutes=31)
    await world.say("mama", "怎么申请")
    assert "银川" not in world.last("mama").text


async def test_in_a_form_a_short_question_is_about_the_form(world: World) -> None:
    await world.say("mama", "消费券")
    await world.say("mama", "怎么用？")
    assert world.keys("mama")[-2:] == ["questions.answer", "voucher.birth.ask"]
    assert "示例区" in "".join(shown.text for shown in world.shown_to("mama"))


async def test_a_missing_value_is_asked_for_and_completes_the_answer(town: Town) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    assert "告诉我孩子的出生年月" in town.last("mama").text
    await town.say("mama", "两岁半")
    assert "29×300＝8700元" in town.last("mama").text
    assert len(town.last("mama").text) < 260, "the figure must not scroll away"
    await town.press("mama", "说全一点")
    assert "29×300＝8700元" in town.last("mama").text, "the whole computes as well"
    await town.say("mama", "2026年4月生")
    assert "3600×3＝10800元" in town.last("mama").text


@pytest.mark.parametrize("words", ["托育一个月最高收多少", "两岁半的哥哥发烧了", "9个月前交的钱怎么退"])
async def test_what_only_holds_a_number_completes_nothing(town: Town, words: str) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    await town.say("mama", words)
    assert "×" not in town.last("mama").text


@pytest.mark.parametrize("words", ["8个月呢？", "我家孩子8个月了", "2026年4月1日生的", "8 months old"])
async def test_the_value_in_other_words(town: Town, words: str) -> None:
    await town.say("mama", "国家的育儿补贴一年多少钱")
    await town.say("mama", words)
    assert "10800元" in town.last("mama").text


async def test_an_age_after_another_answer_is_no_sum(town: Town) -> None:
    await town.say("mama", "全国有多少个老年助餐点")
    await town.say("mama", "两岁半")
    assert "元" not in town.last("mama").text


async def test_choices_come_into_a_form_as_well(world: World) -> None:
    await world.say("mama", "消费券")
    await world.say("mama", "托育机构全市有多少家？")
    assert world.keys("mama")[-2:] == ["questions.choices", "voucher.birth.ask"]
    assert world.rows("SELECT count(*) AS n FROM desk_case") == [{"n": 0}]


async def test_what_staff_write_to_somebody_is_no_question(world: World) -> None:
    world.staff("duty", "duty")
    await world.say("mama", "找人")
    await world.say("duty", "待办")
    await world.press("duty", "回复")
    await world.say("duty", "您是问国家的育儿补贴一年多少钱吗？")
    await world.press("duty", "发")
    assert "questions.answer" not in world.keys("duty")
    assert any("育儿补贴一年多少钱吗" in shown.text for shown in world.shown_to("mama"))


# -- how it is said --------------------------------------------------------------------------------------------------


def plain_for(world: World) -> None:
    def write(db: Db) -> None:
        db.run("UPDATE person SET plain = 1")

    world.house.store.write(write)


async def test_in_plain_mode_it_is_short_and_the_whole_is_a_tap_away(world: World) -> None:
    await world.say("gran", "菜单")
    plain_for(world)
    await world.say("gran", "托育消费券一张多少钱")
    *said, source = world.last("gran").text.split("\n")
    assert said == ["12个月及以下：1000元。", "13个月到上幼儿园前：500元。"]
    assert source.startswith("依据：示例区")
    own = [button.label for row in world.last("gran").message.buttons for button in row]
    assert own == ["申请消费券", "说全一点", "没用", "找人"]
    await world.press("gran", "说全一点")
    assert "每轮200张" in world.last("gran").text


async def test_in_plain_mode_what_is_over_is_said_first(town: Town) -> None:
    await town.say("gran", "菜单")
    plain_for(town)
    await town.say("gran", "西安托育消费券一张多少钱")
    assert town.last("gran").text.split("\n")[0] == "西安这批托育消费券发到2026年6月30日，已经结束。"


async def test_in_english_nothing_of_the_answer_is_chinese(world: World) -> None:
    await world.say("anna", "How much is one childcare voucher worth here?")
    said = world.last("anna").text
    assert "1000 yuan" in said
    assert not any("\u4e00" <= char <= "\u9fff" for char in said.split("Source:")[0])
    await world.press("anna", "In full, in Chinese")
    assert "每轮200张" in world.last("anna").text


async def test_in_traditional_every_word(world: World) -> None:
    await world.say("mama", "繁體")
    await world.say("mama", "托育消費券一張多少錢")
    assert "個月及以下" in world.last("mama").text
    assert "申請消費券" in world.buttons("mama")
    await world.say("mama", "托育機構全市有多少家")
    assert any("多少家託育機構" in label or "托育機構" in label for label in world.buttons("mama"))


# -- what goes on from it ----------------------------------------------------------------------------------------------


async def test_the_service_begins_with_what_the_question_told(world: World) -> None:
    await world.say("mama", "我家孩子2025年5月1日出生，托育消费券一张多少钱")
    await world.press("mama", "申请消费券")
    assert world.keys("mama")[-1] == "voucher.relation.ask", "the birthday is not asked again"
    await world.say("mama", "取消")
    await world.press("mama", "申请消费券")
    assert world.keys("mama")[-1] == "voucher.relation.ask", "and the button stays good"


async def test_no_help_leaves_a_case_with_the_question_sealed(any_town: Town) -> None:
    town = any_town
    await town.say("mama", "国家的育儿补贴一年多少钱")
    await town.press("mama", "没用")
    (case,) = town.rows("SELECT id, kind, about, words FROM desk_case")
    assert case["kind"] == "useless_answer"
    words = town.house.ground.keys.unseal(bytes(case["words"]), "case.words").decode()
    assert "国家的育儿补贴一年多少钱" in words
    assert "国家育儿补贴一年给多少钱？" in words
    await town.say("duty", "待办")
    assert "国家的育儿补贴一年多少钱" in town.heard("duty")


async def test_none_of_them_asks_for_other_words(town: Town) -> None:
    await town.say("mama", "托育机构全市有多少家")
    await town.press("mama", "都不是")
    assert town.keys("mama")[-1] == "questions.none_of_them"
    assert {"找人", "菜单"} < set(town.buttons("mama"))
