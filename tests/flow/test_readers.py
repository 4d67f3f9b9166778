"""Readers: what people really type, press, share, and what must never get through."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flow.model import Look, Problem, Reader, Said
from bot.flow.readers import (
    BIRTH_DATE_PROBLEMS,
    CHOICE_PROBLEMS,
    CODE_PROBLEMS,
    FREE_TEXT_PROBLEMS,
    NICKNAME_PROBLEMS,
    PHONE_PROBLEMS,
    RECOVERY,
    YES_NO_PROBLEMS,
    a_code,
    birth_date,
    free_text,
    nickname,
    one_of,
    phone,
    several_of,
    yes_no,
)

LABELS = {"parent": "爸爸妈妈", "guardian": "其他监护人", "grandparent": "爷爷奶奶/外公外婆"}
WORDS = {
    "parent": ("爸爸", "妈妈", "父母", "mum", "dad"),
    "grandparent": ("爷爷", "奶奶", "外公", "外婆", "姥姥", "公", "婆"),
    "guardian": ("监护人", "叔叔"),
}
LOOK = Look(date(2026, 11, 21), labels=LABELS)
DAYS = Look(date(2026, 11, 21), labels={"mon": "周一", "tue": "周二", "wed": "周三", "lunch": "午餐及点心"})
BARE = Look(date(2026, 11, 21))
one = one_of(*LABELS, words_for=WORDS)
several = several_of("mon", "tue", "wed", "lunch", none=True)
name = nickname("宝宝")

READERS: list[tuple[Reader, Look, tuple[str, ...]]] = [
    (birth_date, BARE, BIRTH_DATE_PROBLEMS),
    (one, LOOK, CHOICE_PROBLEMS),
    (several, DAYS, CHOICE_PROBLEMS),
    (yes_no, BARE, YES_NO_PROBLEMS),
    (phone, BARE, PHONE_PROBLEMS),
    (name, BARE, NICKNAME_PROBLEMS),
    (free_text(300), BARE, FREE_TEXT_PROBLEMS),
    (a_code(RECOVERY), BARE, CODE_PROBLEMS),
]


def code(value: Any) -> Any:
    return value.code if isinstance(value, Problem) else value


@pytest.mark.parametrize(("read", "look", "problems"), READERS)
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (Said(media="photo"), "words_only"),
        (Said(media="voice"), "words_only"),
        (Said(media="sticker"), "words_only"),
        (Said("2024-5-1 1 是 13800138000 小宇", media="photo"), "words_only"),
        (Said(location=(34.2, 108.9)), "words_only"),
        (Said("好" * 5000), "too_long"),
        (Said("1 " * 2500), "too_long"),
        (Said("😀"), "emoji_only"),
        (Said("👍🏻👨‍👩‍👧"), "emoji_only"),
        (Said("……！！"), "emoji_only"),
        (Said(""), "empty"),
        (Said(" \n\t "), "empty"),
        (Said("\u202e\u200f\u200b\x00\x07"), "empty"),
    ],
)
def test_every_reader_on_every_awkward_answer(
    read: Reader, look: Look, problems: tuple[str, ...], said: Said, problem: str
) -> None:
    assert code(read(said, look)) == problem
    assert problem in problems


@pytest.mark.parametrize(("read", "look", "problems"), READERS)
@given(text=st.text(max_size=250), choice=st.sampled_from([None, None, "", "parent", "mon", "yes", "x"]))
def test_no_reader_raises_and_every_problem_is_declared(
    read: Reader, look: Look, problems: tuple[str, ...], text: str, choice: str | None
) -> None:
    got = read(Said(text, choice=choice), look)
    assert not isinstance(got, Problem) or got.code in problems
    assert isinstance(got, Problem | str | list)
    if isinstance(got, str):
        assert not set(got) & set("\x00\x1b\u202e\u202c\u200f\u200b")


@pytest.mark.parametrize("text", ["2024年5月1日", "２０２４－５－１", "生日\u202e2024-5-1"])
def test_birth_date_is_iso(text: str) -> None:
    assert birth_date(Said(text), BARE) == "2024-05-01"
    assert code(birth_date(Said("腊月初八"), BARE)) == "lunar"


ONE = {
    "parent": [
        "1",
        "１",
        "①",
        "1️⃣",
        "一",
        "第一个",
        "第一",
        "第1个",
        "1.",
        "1、",
        "选1",
        "我选1",
        "1号",
        "第一个吧",
        "爸爸妈妈",
        "爸爸媽媽",
        "妈妈",
        "媽媽",
        "我是妈妈",
        "我是孩子的妈妈",
        " 爸爸 ",
        "Mum",
        "MUM",
        "i am the mum",
        "妈妈呀👋",
        "不是奶奶，是妈妈",
        "爸爸妈妈。",
        "\u202e妈妈\u202c",
        "父母",
    ],
    "guardian": ["2", "二", "两", "第二个", "②", "其他监护人", "监护人", "其他", "叔叔"],
    "grandparent": [
        "3",
        "三",
        "最后一个",
        "爷爷奶奶/外公外婆",
        "爷爷奶奶",
        "外婆",
        "我是外婆",
        "姥姥",
        "爺爺",
        "婆",
    ],
}


@pytest.mark.parametrize(("value", "text"), [(value, text) for value, texts in ONE.items() for text in texts])
def test_one_choice(value: str, text: str) -> None:
    assert one(Said(text), LOOK) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4", "not_a_choice"),
        ("0", "not_a_choice"),
        ("第九个", "not_a_choice"),
        ("邻居", "not_a_choice"),
        ("不是妈妈", "not_a_choice"),
        ("妈妈和外婆", "one_only"),
        ("<b>1</b>", "not_a_choice"),
        ("十十", "not_a_choice"),
        ("为什么要问这个", "not_a_choice"),
        ("x", "not_a_choice"),
        ("99999999", "not_a_choice"),
    ],
)
def test_not_one_choice(text: str, problem: str) -> None:
    assert code(one(Said(text), LOOK)) == problem


def test_a_press_is_the_value_and_a_foreign_press_is_stale() -> None:
    assert one(Said(choice="guardian"), LOOK) == "guardian"
    assert code(one(Said(choice="mon"), LOOK)) == "stale"
    assert several(Said(choice="tue"), DAYS) == ["tue"]
    assert code(several(Said(choice="parent"), DAYS)) == "stale"
    assert yes_no(Said(choice="no"), BARE) == "no"
    assert code(yes_no(Said(choice="maybe"), BARE)) == "stale"


def test_the_number_follows_what_is_shown_not_how_it_is_declared() -> None:
    shown = Look(BARE.today, labels={"b": "乙", "a": "甲"})
    assert one_of("a", "b")(Said("1"), shown) == "b"
    assert one_of()(Said("2"), shown) == "a"
    assert one_of("a")(Said("1"), shown) == "a"
    assert one_of("a", "b")(Said("2"), BARE) == "b"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 2", ["mon", "tue"]),
        ("2、1", ["mon", "tue"]),
        ("1,3", ["mon", "wed"]),
        ("13", ["mon", "wed"]),
        ("1和3", ["mon", "wed"]),
        ("1-3", ["mon", "tue", "wed"]),
        ("１　２", ["mon", "tue"]),
        ("①③", ["mon", "wed"]),
        ("一、三", ["mon", "wed"]),
        ("一三", ["mon", "wed"]),
        ("周一周三", ["mon", "wed"]),
        ("周一 周二", ["mon", "tue"]),
        ("全部", ["mon", "tue", "wed", "lunch"]),
        ("都要", ["mon", "tue", "wed", "lunch"]),
        ("all", ["mon", "tue", "wed", "lunch"]),
        ("没有", []),
        ("都不要", []),
        ("2", ["tue"]),
        ("2 2 2", ["tue"]),
        ("週二", ["tue"]),
        ("午餐及点心", ["lunch"]),
        ("午餐", ["lunch"]),
        ("第一个和第二个", ["mon", "tue"]),
        ("1\n2", ["mon", "tue"]),
        ("周二 午餐及点心", ["tue", "lunch"]),
        ("3到4", ["wed", "lunch"]),
    ],
)
def test_several_choices(text: str, values: list[str]) -> None:
    assert several(Said(text), DAYS) == values


@pytest.mark.parametrize("text", ["5", "1 9", "周日", "周一 香蕉", "19", "1 2 3 4 5 6"])
def test_not_several_choices(text: str) -> None:
    assert code(several(Said(text), DAYS)) == "not_a_choice"
    assert code(several_of("mon")(Said("没有"), DAYS)) == "not_a_choice"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(
            ("yes", text)
            for text in [
                "是",
                "是的",
                "对",
                "对对对",
                "好",
                "好的",
                "好的呀",
                "好的，谢谢",
                "嗯",
                "嗯嗯",
                "可以",
                "可以的",
                "行",
                "行吧",
                "同意",
                "確認",
                "ok",
                "OK!",
                "Yes",
                "y",
                "1",
                "１",
                "一",
                "第一个",
                "没问题",
                "是的，没错",
                "好的👌",
                "好 可以",
                "要",
                "有",
            ]
        ),
        *(
            ("no", text)
            for text in [
                "不",
                "不是",
                "不是的",
                "不對",
                "不要",
                "不用了",
                "不用谢谢",
                "算了",
                "算了吧",
                "没有",
                "否",
                "No",
                "n",
                "2",
                "二",
                "不同意",
                "不行",
                "不可以",
                "不不不",
                "不，不要",
            ]
        ),
    ],
)
def test_yes_and_no(value: str, text: str) -> None:
    assert yes_no(Said(text), BARE) == value


@pytest.mark.parametrize(
    "text",
    [
        "好的，不要",
        "随便",
        "3",
        "不好意思",
        "什么意思",
        "是不是",
        "要不要钱",
        "谢谢",
        "可不可以",
        "妈妈",
        "是吗为什么",
    ],
)
def test_neither_yes_nor_no(text: str) -> None:
    assert code(yes_no(Said(text), BARE)) == "not_yes_no"


def test_yes_no_by_its_own_labels() -> None:
    turned = Look(BARE.today, labels={"no": "先不了", "yes": "我同意"})
    assert [yes_no(Said(text), turned) for text in ("1", "2", "我同意", "先不了")] == [
        "no",
        "yes",
        "yes",
        "no",
    ]
