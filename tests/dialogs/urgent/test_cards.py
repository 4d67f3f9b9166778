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
    assert town.last("gran").text == "\n".join(urgent.card(card).en)


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
