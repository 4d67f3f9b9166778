"""What people type instead of pressing, in whatever script: everywhere words, a language, a button's name, a question."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.texts import Texts
from bot.words import asks, language_of, meaning
from tests.world import World, invented

BORN = "2025-10-1"


async def _applied(world: World, who: str = "mama") -> None:
    await _at_document(world, who)
    await world.say(who, invented(date(2025, 10, 1)))
    await world.say(who, "13800138000")
    await world.say(who, "1")


async def _at_document(world: World, who: str = "mama") -> None:
    for words in ("消费券", BORN, "1", "1", "小宇"):
        await world.say(who, words)
    assert world.keys(who)[-1] == "voucher.document.ask"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("選單", "menu"),
        ("幫助", "help"),
        ("語言", "language"),
        ("換語言", "language"),
        ("返回", "back"),
        ("繁體", "lang:zh-Hant"),
        ("繁体", "lang:zh-Hant"),
        ("简体", "lang:zh"),
        ("中文", "lang:zh"),
        ("English please", "lang:en"),
        ("I don't speak Chinese", "lang:en"),
        ("do you speak English?", "lang:en"),
        ("好的谢谢", "courtesy"),
        ("👍", "courtesy"),
        ("哦", "courtesy"),
        ("早上好", "menu"),
        ("喂", "menu"),
        ("聽不懂", "easier"),
        ("消费券", None),
        ("好孩子", None),
        ("？？？", None),
    ],
)
def test_a_word_means_the_same_in_either_script(words: str, name: str | None) -> None:
    assert meaning(words) == name


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("how do I apply for the childcare voucher", "en"),
        ("我要申請托育消費券", "zh-Hant"),
        ("領券", "zh-Hant"),
        ("voucher", ""),
        ("wo ma shuai le", ""),
        ("我要申请消费券", ""),
    ],
)
def test_the_language_of_words_is_known_or_left_open(words: str, lang: str) -> None:
    assert language_of(words) == lang


def test_a_question_is_told_from_an_answer() -> None:
    assert all(
        map(
            asks,
            ("谁能看到证件", "我自己的身份证行吗", "为什么要名字", "什麼時候出結果", "why do you need it"),
        )
    )
    assert not any(map(asks, ("2025-3-10行吗", "小宇", "外婆", "13800138000")))


@pytest.mark.parametrize(
    ("typed", "hello"), [("English", "Menu"), ("3", "Menu"), ("繁體", "選單"), ("2", "選單")]
)
async def test_the_language_is_chosen_by_typing(world: World, typed: str, hello: str) -> None:
    await world.say("e", "language")
    asked = world.last("e").text
    assert "您想用哪种文字" in asked
    assert "您想用哪種文字" in asked
    assert "Which language" in asked
    await world.say("e", typed)
    assert world.keys("e")[-1] == "common.language_set"
    await world.say("e", "asdfgh")
    assert hello in world.buttons("e")


async def test_somebody_new_is_answered_in_the_language_they_write(world: World) -> None:
    await world.say("e", "how do I apply for the childcare voucher")
    assert "Menu" in world.buttons("e") or "Stop" in world.buttons("e")
    await world.say("t", "我要申請托育消費券")
    assert "孩子是哪天出生的？寫" in world.last("t").text
    await world.say("s", "你好")
    await world.press("s", "语言 / Language")
    assert world.keys("s")[-1] == "common.language_asked"


async def test_a_button_is_named_by_its_label_a_word_or_a_number(world: World) -> None:
    await _applied(world)
    for words in ("撤回申请", "撤回", "取消报名", "1"):
        await world.say("mama", "我的券")
        await world.say("mama", words)
        assert world.keys("mama")[-1] == "voucher.withdrawn", words
        await world.say("mama", "刚才那个错了")
        assert world.keys("mama")[-1] == "voucher.restored", words
    await world.say("mama", "撤回申请书")
    assert world.keys("mama")[-1] != "voucher.withdrawn"


async def test_what_was_pushed_is_named_as_well(world: World) -> None:
    await _applied(world)
    await world.to("2027-01-01T12:00:00")
    assert "voucher.result.won" in world.keys("mama")
    await world.say("mama", "不要这张了")
    assert world.keys("mama")[-1] == "voucher.declined"
    await world.say("mama", "反悔")
    assert world.keys("mama")[-1] == "voucher.kept"


async def test_a_question_or_a_courtesy_in_a_form_is_no_wrong_answer(world: World) -> None:
    await _at_document(world)
    for words, keys in (
        ("谁能看到证件", {"common.question_in_form", "questions.choices"}),
        ("谢谢", {"common.courtesy"}),
    ):
        await world.say("mama", words)
        assert world.keys("mama")[-2] in keys
        assert world.keys("mama")[-1] == "common.short_ask"
        assert "证件" in world.last("mama").text
        assert {"找人", "上一步"} <= set(world.buttons("mama")[:6])
    await world.say("mama", "再说一遍")
    assert world.keys("mama")[-1] == "voucher.document.ask"
    await world.say("mama", "忘带啦")
    assert world.keys("mama")[-1] == "common.short_ask", "a mistake does not bring all nine lines again"
    await world.restart()
    await world.say("mama", "忘带啦")
    assert world.keys("mama")[-1] == "common.short_ask"


async def test_a_document_number_where_a_date_is_asked_is_named_so(world: World) -> None:
    await world.say("mama", "消费券")
    await world.say("mama", invented(date(2025, 10, 1)))
    assert world.keys("mama")[-2:] == ["common.number_unasked", "voucher.birth.ask"]


async def test_what_cannot_be_read_is_called_by_its_name(world: World) -> None:
    await world.share("mama", media="voice")
    assert "语音" in world.last("mama").text
    assert "图片" not in world.last("mama").text
    await world.say("mama", "消费券")
    await world.share("mama", location=(34.27, 108.95))
    assert "位置" in world.last("mama").text
    assert "图片" not in world.last("mama").text


async def test_every_end_leads_on(world: World) -> None:
    await world.say("mama", "消费券")
    await world.say("mama", "取消")
    assert world.buttons("mama")[:2] == ["菜单", "找人"]
    await world.say("mama", "消费券")
    await world.say("mama", "2015-1-1")
    assert {"菜单", "找人"} <= {b.label for row in world.last("mama").message.buttons for b in row}


def test_traditional_is_what_hong_kong_and_taiwan_read() -> None:
    texts = Texts([], ZoneInfo("Asia/Shanghai"))
    made = texts.in_script("zh-Hant", "核对 这里 为了 服务台 吃饭 才能 床 群里 周二 信息 软件")
    assert made == "核對 這裡 為了 服務台 吃飯 才能 床 群裡 週二 資訊 軟體"


@pytest.mark.parametrize("words", ["电话多少", "你们电话多少？", "What is your phone number"])
async def test_the_telephone_is_told(world: World, words: str) -> None:
    await world.say("e", words)
    assert world.keys("e")[-1] == "common.telephone"
    assert "000-0000-0001" in world.last("e").text


async def test_the_third_time_in_a_row_there_is_a_telephone_and_no_more_guessing(world: World) -> None:
    for _ in range(3):
        await world.say("e", "阿巴阿巴")
    assert world.keys("e") == ["questions.unknown"] * 2 + ["questions.unknown_again"]
    assert "000-0000-0001" in world.last("e").text
    assert "找人" in world.buttons("e")
    await world.say("e", "阿巴阿巴")
    assert world.keys("e")[-1] == "questions.unknown_again"
    await world.say("e", "谢谢")
    await world.say("e", "阿巴阿巴")
    assert world.keys("e")[-1] == "questions.unknown"


@pytest.mark.parametrize("words", ["私隐", "私隱"])
async def test_privacy_in_the_word_of_hong_kong(world: World, words: str) -> None:
    await world.say("e", words)
    assert world.keys("e")[-1] == "account.no_consents"
