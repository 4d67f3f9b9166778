"""The urgent cards: at once, in the person's language, with a person; duty learn the id only; the form stays."""

from __future__ import annotations

import pytest

from knowledge import urgent
from tests.dialogs.account.town import Town

SAID = {
    "fall": "奶奶摔倒了起不来",
    "choking": "老人噎住了喘不上气",
    "fever_fit": "孩子发烧抽搐了",
    "lost_elder": "我爸走丢了找不到",
    "scam": "有人让我转账到安全账户",
}


@pytest.mark.parametrize(("card", "words"), SAID.items())
async def test_each_card_is_shown_in_three_languages(town: Town, card: str, words: str) -> None:
    await town.say("gran", words)
    shown = town.last("gran")
    assert shown.lane == "urgent"
    assert shown.text == "\n".join(urgent.card(card).zh)
    assert [b.id for row in shown.message.buttons for b in row] == ["w:person"]
    await town.say("gran", "语言")
    await town.press("gran", "繁體中文")
    await town.say("gran", words)
    assert town.last("gran").text == town.house.ground.texts.in_script(
        "zh-Hant", "\n".join(urgent.card(card).zh)
    )
    await town.say("gran", "语言")
    await town.press("gran", "English")
    await town.say("gran", words)
    assert town.last("gran").text == "\n".join(urgent.card(card).zh), (
        "the words are Chinese, so is the answer"
    )


@pytest.mark.parametrize(
    ("card", "words"),
    {
        "choking_infant": "my baby is choking",
        "fall": "my grandma fell and can't get up",
        "no_breathing": "he is not breathing",
        "fever_fit": "my son has a seizure",
        "lost_child": "my child is lost",
        "scam": "I was scammed",
        "cry_for_help": "Emergency!",
    }.items(),
)
async def test_english_words_get_the_english_card_whatever_the_setting(
    town: Town, card: str, words: str
) -> None:
    await town.say("guest", words)
    assert town.last("guest").text == "\n".join(urgent.card(card).en)
    assert town.buttons("guest")[0] == town.house.ground.texts.label("en", "common.button.person")
    await town.say("guest", "语言")
    assert "您想用哪种文字" in town.last("guest").text, "the setting stays as it was"


async def test_traditional_words_get_the_traditional_card_and_pinyin_the_simplified(town: Town) -> None:
    await town.say("guest", "爺爺暈倒了")
    assert town.last("guest").text == town.house.ground.texts.in_script(
        "zh-Hant", "\n".join(urgent.card("fall").zh)
    )
    await town.say("other", "wo ma shuai le")
    assert town.last("other").text == "\n".join(urgent.card("fall").zh)


@pytest.mark.parametrize(
    ("words", "card"),
    {"流血了": "fall", "不动了": "no_breathing", "老人家": "cry_for_help", "help": "cry_for_help", "好": "cry_for_help"}.items(),
)  # fmt: skip
async def test_after_the_cry_for_help_the_slightest_words_count_and_nothing_is_not_understood(
    town: Town, words: str, card: str
) -> None:
    await town.say("gran", "找回")
    await town.say("gran", "救命")
    await town.say("gran", words)
    assert town.last("gran").text.split("\n")[0] in (urgent.card(card).zh[0], urgent.card(card).en[0])
    assert town.keys("gran")[-1] == "urgent.card"
    assert town.rows("SELECT detail FROM audit WHERE act = 'urgent.shown' ORDER BY id DESC LIMIT 1") == [
        {"detail": f'{{"card": "{card}"}}'}
    ]


async def test_the_question_what_happened_stands_for_ten_minutes(town: Town) -> None:
    await town.say("gran", "救命")
    await town.forward(minutes=11)
    await town.say("gran", "流血了")
    assert town.keys("gran")[-1].startswith("questions.")


@pytest.mark.parametrize("words", ["菜单", "我想订餐", "找人", "没事了", "打错了"])
async def test_somebody_who_goes_on_with_something_else_is_let_go(town: Town, words: str) -> None:
    await town.say("gran", "救命")
    await town.say("gran", words)
    assert town.keys("gran")[-1] != "urgent.card"
    await town.say("gran", "老人家")
    assert town.keys("gran")[-1] != "urgent.card", "the question stands no longer"


async def test_staff_may_type_a_sum_that_is_a_telephone_number(town: Town) -> None:
    await town.say("duty", "120")
    assert "urgent.card" not in town.keys("duty")
    await town.say("gran", "120")
    assert town.keys("gran") == ["urgent.card"]


async def test_one_number_first_and_at_most_three_lines(town: Town) -> None:
    for card in urgent.shipped().cards.values():
        for lines in (card.zh, card.en):
            assert card.numbers[0] in lines[0]
            assert len(lines) <= 3


async def test_duty_learns_the_id_once_an_hour_and_no_words(town: Town) -> None:
    for _ in range(3):
        await town.say("gran", SAID["fall"])
    told = [shown for shown in town.shown_to("duty") if "urgent.staff" in shown.message.keys]
    assert len(told) == 1
    assert "fall" in told[0].text
    assert "奶奶" not in told[0].text
    assert town.shown_to("boss") == []
    await town.forward(hours=1)
    await town.say("gran", SAID["fall"])
    assert town.keys("duty").count("urgent.staff") == 2


async def test_the_button_leaves_a_case_and_the_form_stays_open(town: Town) -> None:
    await town.say("gran", "入职")
    asked = town.last("gran").text
    await town.say("gran", SAID["fall"])
    assert town.last("gran").lane == "urgent", "nothing is asked in an emergency"
    await town.press("gran", "w:person")
    assert town.rows("SELECT kind FROM desk_case") == [{"kind": "person_wanted"}]
    await town.say("gran", "接着填")
    assert town.last("gran").text == asked


@pytest.mark.parametrize("words", ["消费券怎么核销", "防跌倒讲座哪天有", "我想订餐", "菜单"])
async def test_calm_words_get_no_card(town: Town, words: str) -> None:
    await town.say("gran", words)
    assert "urgent.card" not in town.keys("gran")
