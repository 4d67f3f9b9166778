"""Readers of details: phones, names, free words and codes, as people really type them."""

import random
from datetime import date
from typing import Any

import pytest

from bot.flow.model import Look, Problem, Said
from bot.flow.readers import RECOVERY, a_code, first_of, free_text, nickname, one_of, phone

LABELS = {"parent": "爸爸妈妈", "guardian": "其他监护人", "grandparent": "爷爷奶奶/外公外婆"}
LOOK = Look(date(2026, 11, 21), labels=LABELS)
BARE = Look(date(2026, 11, 21))
one = one_of(*LABELS)
name = nickname("宝宝")


def code(value: Any) -> Any:
    return value.code if isinstance(value, Problem) else value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("我的手机号是13800138000，谢谢", "+8613800138000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "+8613800138000"),
        ("一三八零零一三八零零零", "+8613800138000"),
        ("幺三八〇〇幺三八〇〇〇", "+8613800138000"),
        ("(029) 87654321", "+862987654321"),
        ("029-87654321", "+862987654321"),
        ("02987654321", "+862987654321"),
        ("+86 29 8765 4321", "+862987654321"),
        ("010 12345678", "+861012345678"),
        ("+86 10 12345678", "+861012345678"),
        ("0917-3212345", "+869173212345"),
        ("13800138000或者13800138000", "+8613800138000"),
        ("138OO138000", "+8613800138000"),
    ],
)
def test_phone(text: str, number: str) -> None:
    assert phone(Said(text), BARE) == number


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1380013800", "phone_digits"),
        ("138001380001", "phone_digits"),
        ("87654321", "area_code"),
        ("3212345", "area_code"),
        ("+852 9123 4567", "foreign_phone"),
        ("+1 212 555 0100", "foreign_phone"),
        ("0085291234567", "foreign_phone"),
        ("110", "not_a_phone"),
        ("12345", "not_a_phone"),
        ("4008001234", "not_a_phone"),
        ("12800138000", "not_a_phone"),
        ("没有", "not_a_phone"),
        ("13800138000 13900139000", "one_phone_only"),
        ("13800138000，或13900139000", "one_phone_only"),
        ("[证件号]", "not_a_phone"),
        ("+", "emoji_only"),
        ("+999999999", "not_a_phone"),
    ],
)
def test_not_a_phone(text: str, problem: str) -> None:
    assert code(phone(Said(text), BARE)) == problem


def test_a_shared_contact_must_be_ones_own() -> None:
    assert phone(Said(phone="8613800138000", phone_is_own=True), BARE) == "+8613800138000"
    assert phone(Said(phone="+86 138 0013 8000", phone_is_own=True), BARE) == "+8613800138000"
    assert phone(Said(phone="13800138000", phone_is_own=True), BARE) == "+8613800138000"
    assert code(phone(Said(phone="13800138000"), BARE)) == "not_your_contact"
    assert code(phone(Said(phone="+12125550100", phone_is_own=True), BARE)) == "foreign_phone"
    assert code(name(Said(phone="13800138000", phone_is_own=True), BARE)) == "words_only"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("小宇", "小宇"),
        (" 小宇 ", "小宇"),
        ("小宇。", "小宇"),
        ("小宇🐰", "小宇"),
        ("「小宇」", "小宇"),
        ("叫小宇", "小宇"),
        ("叫他小宇吧", "小宇"),
        ("他叫小宇", "小宇"),
        ("小名叫豆豆", "豆豆"),
        ("小名豆豆", "豆豆"),
        ("宝宝叫小宇就行", "小宇"),
        ("豆豆", "豆豆"),
        ("叫叫", "叫叫"),
        ("Mary-Jane", "Mary-Jane"),
        ("Ｔｏｍ", "Tom"),
        ("艾力·江", "艾力·江"),
        ("小\u202e宇", "小宇"),
        ("老2", "老2"),
        ("O'Neil", "O'Neil"),
        ("é́", "é́"),
        ("随便", "宝宝"),
        ("默认", "宝宝"),
        ("跳过", "宝宝"),
        ("隨便", "宝宝"),
        ("skip", "宝宝"),
        ("宝宝", "宝宝"),
        ("不知道", "宝宝"),
        ("甲乙丙丁戊己庚辛壬癸子丑", "甲乙丙丁戊己庚辛壬癸子丑"),
    ],
)
def test_nickname(text: str, kept: str) -> None:
    assert name(Said(text), BARE) == kept


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("甲乙丙丁戊己庚辛壬癸子丑寅", "name_too_long"),
        ("https://x.cn", "not_a_name"),
        ("www.小宇.com", "not_a_name"),
        ("@xiaoyu", "not_a_name"),
        ("小宇13800138000", "not_a_name"),
        ("12", "not_a_name"),
        ("/start", "not_a_name"),
        ("<b>小宇</b>", "not_a_name"),
        ("[证件号]", "not_a_name"),
        ("为什么要问？", "not_a_name"),
        ("你叫什么名字", "not_a_name"),
        ("小宇，女，两岁", "not_a_name"),
        ("小宇\n豆豆", "not_a_name"),
        ("change:phone", "not_a_name"),
        ("{{ x }}", "not_a_name"),
        ("一三八零零", "not_a_name"),
    ],
)
def test_not_a_nickname(text: str, problem: str) -> None:
    assert code(name(Said(text), BARE)) == problem


def test_a_button_at_the_name_gives_the_default() -> None:
    assert name(Said(choice="default"), BARE) == "宝宝"


def test_free_text_keeps_words_and_drops_what_is_unseen() -> None:
    read = free_text(50)
    assert read(Said("  第一行 \r\n\n\n\n第二行\u202e\x00 <b>😀 "), BARE) == "第一行\n\n第二行 <b>😀"
    assert read(Said("好" * 50), BARE) == "好" * 50
    assert read(Said("好" * 51), BARE) == Problem("too_long", {"most": 50, "length": 51})


def test_codes_and_the_first_reader_that_can() -> None:
    read = first_of(one_of("later", words_for={"later": ("以后再说",)}), a_code(RECOVERY))
    good = RECOVERY.new(random.Random(7))
    assert read(Said(RECOVERY.show(good)), BARE) == good
    assert read(Said("以后再说"), BARE) == "later"
    assert read(Said(choice="later"), BARE) == "later"
    assert code(read(Said(good[:-1] + str((int(good[-1]) + 1) % 10)), BARE)) == "mistyped"
    assert code(read(Said("不记得"), BARE)) == "not_a_code"
