"""Traditional Chinese everywhere: no character of the other script in what is said, and its words are understood."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from bot.texts import plain
from bot.words import meaning
from dialogs.account.rules import understood
from dialogs.staff.rules import word_of
from knowledge.intents import match
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, id18
from tests.flow.test_texts import ALL_KEYS, OF_ONE_KEY, TEXTS, VALUES

OWN_WORDS = {
    "step": "電話",
    "what": "電話",
    "label": "申請",
    "commands": [("voucher", "申請消費券")],
    "line": "這項服務還在準備。",
    "posts": [("值班", ""), ("園所", "p1")],
    "place": "5",
    "summary": "兩檔",
    "title": "普惠托育消費券",
    "value": "指數",
    "words": "您好",
}
"""Values that come in the person's script already, or are people's own words; those of a pack stay Simplified."""
OWN_OF_KEY: dict[str, dict[str, object]] = {
    "booking.confirm.ask": {"kids": [{"name": "大寶", "months": 30}, {"name": "小宇", "months": 14}]},
    "booking.roster.added": {"wrong": [{"line": "小宇", "why": "沒看到出生年月"}]},
    "child_card.card": {"card_lines": [{"what": "過敏", "words": "雞蛋"}]},
    "child_card.of": {"card_lines": [{"what": "過敏", "words": "雞蛋"}]},
    "event_off.sure.ask": {"date": "這週六（12月5日）上午9:30"},
    "event_off.why.ask": {"date": "這週六（12月5日）上午9:30"},
    "events.list": {"people": [{"number": 7, "who": "爸媽帶孩子", "months": 20, "here": True}]},
    "fetching.belated_none": {"refused_lines": [{"said": "小宇 到8點", "why": "unknown"}]},
}
"""The same, where one text alone has such values."""
ROLES = ("duty", "admin", "centre", "auditor")


def foreign(words: str) -> set[str]:
    """The characters that Traditional does not write: those outside Big5."""
    found = set()
    for character in words:
        if "\u4e00" <= character <= "\u9fff":
            try:
                character.encode("cp950")
            except UnicodeEncodeError:
                found.add(character)
    return found


def test_the_search_finds_the_other_script() -> None:
    assert foreign("申请 这里 設定") == {"请", "这", "里"} - {"里"}


def test_no_text_has_a_character_of_the_other_script() -> None:
    left = {}
    for texts, key in ALL_KEYS:
        values = {**VALUES, **OWN_WORDS, **OF_ONE_KEY.get(key, {}), **OWN_OF_KEY.get(key, {})}
        if key == "staff.help":
            values["words"] = [("cases", "待辦")]
        if key in ("voucher.odds", "voucher.first.left"):
            values["places"] = 3
        if found := foreign(plain(texts.render("zh-Hant", key, values))):
            left[key] = found
    assert left == {}, "words of a pack want |script"


def quoted(lang: str, key: str) -> Iterable[str]:
    """What a text tells people to send."""
    return re.findall(r"[发發](?:一句)?「([^「」{}]{1,12})」", TEXTS.source(lang, key))


def means(word: str) -> object:
    """What a word does, by whoever is asked first."""
    hits = [(hit.intent, hit.kind, hit.topic) for hit in match(word)]
    return meaning(word) or understood(word) or word_of(word, ROLES) or hits


def test_what_people_are_told_to_send_is_understood_in_either_script() -> None:
    differs = []
    for key in sorted(TEXTS.keys("zh")):
        for simplified, traditional in zip(quoted("zh", key), quoted("zh-Hant", key), strict=True):
            if means(simplified) != means(traditional):
                differs.append((key, traditional))
    assert differs == []


@pytest.mark.parametrize("command", [key for key in sorted(TEXTS.keys("zh")) if key.startswith("command.")])
def test_a_commands_name_is_understood_in_either_script(command: str) -> None:
    assert means(TEXTS.label("zh", command)) == means(TEXTS.label("zh-Hant", command))


async def test_a_whole_life_in_traditional(make: Make) -> None:
    """Everything that a family is shown, from the first word to the result, buttons, pushes and cards included."""
    district: District = await make()
    await district.says("mama", "語言", "2")
    await district.says(
        "mama", "申請消費券", "2025年5月1日", "爸爸或媽媽", "同意", "小雨", id18("2025-05-01")
    )
    await district.says("mama", "13800138000", "奶奶摔倒了起不來", "說明", "確認")
    assert len(district.tickets()) == 1, district.last("mama").text
    for words in (
        "我的券",
        "隱私",
        "設定",
        "我的找回碼",
        "匯出我的資料",
        "刪除我的資料",
        "換人用",
        "找人",
        "選單",
        "不知道你在說什麼",
    ):
        await district.say("mama", words)
    await district.to("2027-01-30T12:00")
    await district.say("mama", "我的券")
    told = {key for shown in district.shown_to("mama") for key in shown.message.keys}
    assert {
        "voucher.receipt",
        "voucher.result.won",
        "voucher.result.reminder",
        "account.export_asked",
    } <= told
    assert {
        "account.settings",
        "account.privacy",
        "account.erase_asked",
        "switch.asked",
        "common.person",
    } <= told
    left = {}
    for shown in district.shown_to("mama"):
        words = [shown.text, *(button.label for row in shown.message.buttons for button in row)]
        if found := foreign("\n".join(words).replace("简体中文", "").replace("简体", "")):
            left[shown.message.keys] = (found, shown.text[:300])
    assert left == {}


async def test_who_writes_traditional_is_told_once_that_they_may_read_it(district: District) -> None:
    await district.says("mama", "你好", "语言", "1")
    await district.say("mama", "請問怎麼申請消費券")
    assert "common.in_traditional" in district.keys("mama")
    assert "發「繁體」" in district.shown_to("mama")[-1].text + district.shown_to("mama")[-2].text
    await district.says("mama", "取消", "還是不懂", "領券")
    assert district.keys("mama").count("common.in_traditional") == 1
    await district.say("mama", "繁體")
    assert "繁體" in district.last("mama").text


async def test_who_begins_in_traditional_is_answered_in_it(district: District) -> None:
    await district.say("mama", "請問可以申請消費券嗎")
    assert foreign(district.last("mama").text) == set()
    assert "common.in_traditional" not in district.keys("mama")


@pytest.mark.parametrize(
    ("words", "traditional"),
    [
        ("春晖社区宝宝屋", "春暉社區寶寶屋"),
        ("协议到园当面签，签之前看清楚", "協議到園當面簽，簽之前看清楚"),
        ("喂药、喂养、尿不湿", "餵藥、餵養、尿不濕"),
        ("抽签，发结果", "抽籤，發結果"),
    ],
)
def test_words_that_the_converter_takes_for_others(words: str, traditional: str) -> None:
    assert TEXTS.in_script("zh-Hant", words) == traditional
