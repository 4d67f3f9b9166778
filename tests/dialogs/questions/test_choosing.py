"""Which kind of childcare suits us: three questions at most, a kind for every answer, and an entry behind every kind."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from bot.flow.model import Look, Problem, Said
from dialogs.questions import rules
from knowledge import intents
from knowledge.suiting import asks_which
from tests.dialogs.account.town import CORPUS, Town
from tests.flow.samples import TEXTS

TODAY = date(2026, 11, 21)
WISHES = (
    "哪种托适合我",
    "哪种托育适合我家",
    "我家娃20个月，上哪种托好",
    "两岁半的孩子适合上哪种托班",
    "不知道该选哪种托育",
    "啥样的托育适合我们家",
    "帮我选个合适的托育方式",
    "哪種托適合我",
    "which kind of childcare suits us",
)
OTHERS = (
    "计时托和临时托是不是一回事",
    "双职工家庭适合送全日托还是半日托",
    "哪种孩子可以领券",
    "托育机构哪家好",
    "哪种人能领育儿补贴",
    "托人带孩子好不好",
    "幼儿园托班和托育园哪个好",
)


@pytest.mark.parametrize("words", WISHES)
def test_these_words_want_to_be_told_which(words: str) -> None:
    assert asks_which(words)
    assert intents.match(words)[0] == intents.Hit("centres", "start")


@pytest.mark.parametrize("words", OTHERS)
def test_these_ask_for_something_else(words: str) -> None:
    assert not asks_which(words)


def test_every_answer_leads_to_kinds_that_have_their_words_and_their_entry() -> None:
    entries, named = CORPUS.get().entries, set()
    for age, need, matter in product(rules.AGES[:-1], rules.NEEDS, rules.MATTERS):
        advice = rules.advise(age, need, matter)
        assert 1 <= len(advice.forms) == len(set(advice.forms)) <= 3, (age, need, matter)
        assert ("kindergarten" in advice.forms) == (matter == "kindergarten" and age == "large")
        assert bool(advice.ratio) == (age != "under6")
        named |= {*advice.forms}
    assert named == set(rules.FORMS), "a kind that no answer leads to"
    assert {rules.VISIT, *rules.FORMS.values()} <= set(entries)
    for form, lang in product(rules.FORMS, ("zh", "en")):
        assert TEXTS.label(lang, f"choosing.form.{form}.name")
        assert TEXTS.label(lang, f"choosing.form.{form}.line")


@pytest.mark.parametrize(
    ("months", "age"),
    [(0, "under6"), (5, "under6"), (6, "infant"), (11, "infant"), (12, "small"), (24, "large"), (36, "over")],
)
def test_an_age_falls_into_its_class(months: int, age: str) -> None:
    assert rules.age_group(months) == age


@pytest.mark.parametrize(
    ("words", "age"),
    [
        ("20个月", "small"),
        ("两岁半", "large"),
        ("2026年3月生的", "infant"),
        ("四个月", "under6"),
        ("三岁了", "over"),
        ("1", "under6"),
        ("第三个", "small"),
    ],
)
def test_an_age_is_read_as_people_say_it(words: str, age: str) -> None:
    labels = {value: TEXTS.label("zh", f"choosing.age.choice.{value}") for value in rules.AGES}
    assert rules.read_age(Said(text=words), Look(TODAY, labels=labels)) == age


@pytest.mark.parametrize("words", ["虚岁三岁", "去年冬天生的", "属龙，虚三岁"])
def test_what_nobody_can_count_from_is_asked_again(words: str) -> None:
    assert rules.read_age(Said(text=words), Look(TODAY)) == Problem("age_unclear")


def test_what_the_words_tell_is_taken_and_nothing_else() -> None:
    assert rules.told("娃20个月，只要半天，离家近的，哪种托适合我", TODAY) == {
        "age": "small",
        "need": "half_days",
        "matter": "near_home",
    }
    assert rules.told("哪种托适合我", TODAY) == {}
    assert rules.told("我家虚岁三岁，哪种托适合我", TODAY) == {}


async def test_three_questions_and_what_to_ask_for(town: Town) -> None:
    await town.say("mama", "哪种托适合我")
    assert town.keys("mama")[-1] == "choosing.age.ask"
    await town.say("mama", "20个月")
    await town.say("mama", "每天半天")
    await town.press("mama", "离家近")
    assert town.keys("mama")[-1] == "choosing.advice"
    said = town.last("mama").text
    assert "半日托" in said
    assert "社区嵌入式托育点" in said
    assert "托小班最多带 5 个" in said
    await town.press("mama", "去看的六样：谁说的")
    assert "备案" in town.last("mama").text
    assert "国家卫生健康委" in town.last("mama").text
    assert [row["act"] for row in town.rows("SELECT act FROM audit")] == ["choosing.advised"]


async def test_nothing_that_was_told_is_asked(town: Town) -> None:
    await town.say("mama", "娃20个月，偶尔有急事，公司附近，哪种托适合我")
    assert town.keys("mama") == ["choosing.advice"]
    assert "临时托" in town.last("mama").text
    await town.press("mama", "重新挑一次")
    assert town.keys("mama")[-1] == "choosing.age.ask"


async def test_back_out_and_a_person(town: Town) -> None:
    await town.say("mama", "哪种托适合我")
    await town.say("mama", "虚岁三岁")
    assert "choosing.age.problem.age_unclear" in town.keys("mama")
    await town.press("mama", "1岁多")
    await town.press("mama", "上一步")
    assert town.keys("mama")[-1] == "choosing.age.ask"
    assert "找人" in town.buttons("mama")
    await town.say("mama", "满3岁了")
    assert town.keys("mama")[-1] == "choosing.too_old.said"


async def test_in_english(town: Town) -> None:
    await town.say("mama", "which kind of childcare suits us")
    await town.say("mama", "English")
    await town.say("mama", "18 months old")
    await town.say("mama", "2")
    await town.say("mama", "Near work")
    assert town.keys("mama")[-1] == "choosing.advice"
    assert "Half-day care" in town.last("mama").text
