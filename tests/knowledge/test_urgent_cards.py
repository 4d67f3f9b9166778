"""The urgent cards: every sample of every card, the order of cards, and what a card may say."""

from __future__ import annotations

import re
import shutil
import time
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge import urgent
from knowledge.problems import PackError

CARDS = urgent.shipped()
HITS = [(card, text) for card, (hits, _) in CARDS.samples.items() for text in hits if card != "care"]
MISSES = [(card, text) for card, (_, misses) in CARDS.samples.items() for text in misses]


@pytest.mark.parametrize(("card", "text"), HITS)
def test_a_cry_for_help_calls_its_card(card: str, text: str) -> None:
    assert card in urgent.match(text)


@pytest.mark.parametrize(("card", "text"), MISSES)
def test_everyday_words_call_no_card(card: str, text: str) -> None:
    assert urgent.match(text) == ()


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("救命", ["cry_for_help"]),
        ("救命啊孩子噎住了", ["choking_child"]),
        ("喝农药了", ["poison", "suicide"]),
        ("六个月的娃噎着了", ["choking_infant"]),
        ("两岁的娃吃糖卡住了", ["choking"]),
        ("我妈从楼梯摔下来叫不醒", ["no_breathing", "fall"]),
        ("煤气漏了我妈头晕", ["gas_people_ill"]),
        ("老公打我头流血了", ["violence_hurt", "fall"]),
        ("急救培训在哪报名", []),
        ("上次培训讲过,现在娃噎住了脸紫", ["choking_child"]),
        ("領消費券", []),
        ("孩子不見了", ["lost_child"]),
        ("爺爺暈倒了", ["fall"]),
        ("ＨＥＬＰ ＭＥ", ["cry_for_help"]),
        ("jiu ming", ["cry_for_help"]),
        ("外公从梯子上跌下来，后脑勺磕破了", ["fall"]),
        ("我妈不见了，电话也打不通", ["lost_elder"]),
        ("孩子的外婆不见了", ["lost_elder"]),
        ("老人噎住了", ["choking"]),
        ("小朋友噎住了", ["choking_child"]),
        ("宝宝两岁，噎住了", ["choking"]),
        ("孩子不满一岁，噎住了", ["choking_infant"]),
        ("11个月的娃噎着了", ["choking_infant"]),
        ("21个月的娃噎着了", ["choking"]),
        ("my child is choking", ["choking_child"]),
        ("我老公没气了孩子在哭", ["no_breathing"]),
        ("孩子没气了", ["no_breathing_child"]),
        ("我摔了", ["fall_alone"]),
        ("我妈迷路了", ["lost_elder"]),
        ("迷路了", ["lost_self"]),
        ("娃丢了手机也没带", ["lost_child"]),
        ("上个月摔倒过一次", []),
        ("上个月摔倒过，现在又摔倒了", ["fall"]),
        ("孩子丢了身份证", []),
    ],
)
def test_cards_come_in_order_of_urgency(text: str, cards: list[str]) -> None:
    assert list(urgent.match(text)) == cards


@pytest.mark.parametrize(
    "text",
    [
        "我也住这里", "我也着急", "孩子躺着睡", "老公大我三岁", "照片发了", "抽出时间", "上午服务到几点", "我妈走时说的",
        "短期了解一下", "喝了奶再睡", "老师打电话来", "帮我老公领券", "看医书", "轻声说话", "补贴不减了吧", "中午食堂有啥菜",
        "妈妈没回来孩子能接吗", "家里烧饭", "孩子吃了饭再去", "消费券", "没抽中怎么办", "打八折", "活动火爆吗", "卡券在哪",
    ],
)  # fmt: skip
def test_words_that_only_sound_or_look_alike_call_no_card(text: str) -> None:
    assert urgent.match(text) == ()


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("摔了", "fall"), ("流血了", "fall"), ("不动了", "no_breathing"), ("孩子不动了", "no_breathing_child"),
        ("没气", "no_breathing"), ("噎", "choking"), ("娃噎", "choking_child"), ("宝宝噎", "choking_infant"),
        ("抽", "fever_fit"), ("烧", "fever_fit"), ("老公在打我", "violence"), ("喝了农药", "poison"),
        ("不见了", "lost_child"), ("奶奶丢了", "lost_elder"), ("there is blood", "fall"),
    ],
)  # fmt: skip
def test_the_slightest_words_tell_what_has_happened(text: str, card: str) -> None:
    assert urgent.told(text) == card


@pytest.mark.parametrize("text", ["老人", "我妈", "快点", "抽签", "已经打了", "打电话了", "what", "消费券"])
def test_other_words_do_not_tell_what_has_happened(text: str) -> None:
    assert urgent.told(text) is None


@pytest.mark.parametrize("text", ["排队排得我想死", "活着真累"])
def test_a_doubtful_word_gets_a_line_of_care_and_no_card(text: str) -> None:
    assert urgent.match(text) == ()
    found = urgent.care(text)
    assert found is not None
    assert found.numbers == ("12356",)


def test_care_is_silent_beside_a_card_and_in_ordinary_talk() -> None:
    assert urgent.care("活着真累，不想活了") is None
    assert urgent.care("领券") is None


def test_the_families_of_the_first_step_are_all_there() -> None:
    wanted = {"fall_or_collapse", "choking", "fever_fit", "lost_person", "scam"}
    assert wanted <= {card.family for card in CARDS.cards.values()}


@pytest.mark.parametrize("card", CARDS.cards.values(), ids=list(CARDS.cards))
def test_a_card_is_short_and_begins_with_its_number(card: urgent.Card) -> None:
    for lines in (card.zh, card.en):
        assert 1 <= len(lines) <= 3
        said = re.findall(r"(?<![0-9])(?:1[12]\d|12356|96110)(?![0-9])", " ".join(lines))
        assert set(said) == set(card.numbers)
        assert said[0] == card.numbers[0]
        assert re.findall(r"[0-9]{3,5}", lines[0]) == [card.numbers[0]], "one number first, alone in its line"
    assert len(card.numbers) <= 2
    assert not re.search(r"亲(?!属)|保证|毫克|剂量", "".join(card.zh))


def test_no_card_claims_to_be_reviewed() -> None:
    for source in files("knowledge").joinpath("urgent").iterdir():
        text = source.read_text(encoding="utf-8")
        assert "reviewed" not in text or 'reviewed = ""' in text


def test_the_card_of_a_child_whose_age_is_unknown_has_both_ways() -> None:
    child = urgent.card("choking_child")
    assert "1岁以上" in child.zh[1]
    assert "不满1岁" in child.zh[2]
    assert "Over 1 year" in child.en[1]
    assert "Under 1 year" in child.en[2]


def test_a_child_that_does_not_breathe_gets_no_line_for_adults() -> None:
    assert "成人" not in "".join(urgent.card("no_breathing_child").zh)
    assert "按" not in "".join(urgent.card("no_breathing_child").zh)


def test_a_cry_deep_in_a_long_message_is_heard() -> None:
    assert urgent.match("今天天气很好。" * 300 + "孩子没呼吸了") == ("no_breathing_child",)


@pytest.mark.parametrize(
    "text", ["", "   ", "\U0001f198" * 10, "\u202e" * 5, "<script>", "x" * 6000, "抽" * 3000]
)
def test_odd_input_calls_nothing_and_raises_nothing(text: str) -> None:
    assert urgent.match(text) == ()


def test_a_card_whose_first_line_lacks_the_number_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "urgent"
    shutil.copytree(str(files("knowledge").joinpath("urgent")), folder)
    card = folder / "fire.toml"
    card.write_text(
        card.read_text(encoding="utf-8").replace("先打119，现在就打", "现在就打"), encoding="utf-8"
    )
    with pytest.raises(PackError) as caught:
        urgent.load_urgent(folder)
    assert caught.value.problems[0].file == str(card)
    assert "119" in caught.value.problems[0].reason


def test_a_message_is_judged_quickly() -> None:
    urgent.match("热身")
    started = time.process_time()
    for number in range(200):
        urgent.match(f"我家娃一岁八个月了想申请托育消费券{number}")
    assert (time.process_time() - started) / 200 < 0.003
