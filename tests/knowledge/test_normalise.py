"""One written form, and words known by their sound."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.normalise import Lexicon, normalise, split_pinyin

LEXICON = Lexicon(["托育券", "消费券", "领券", "断气了"], keep=["领圈"], spelt=["申请"])


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("ＶＯＵＣＨＥＲ", "voucher"),
        ("託育　券", "托育券"),
        ("我 要 领 券 ，快 点", "我要领券,快点"),
        ("  Book   a place ", "book a place"),
        ("领\u200b券", "领券"),
        ("３个月？", "3个月?"),
    ],
)
def test_one_form_for_what_is_typed(typed: str, form: str) -> None:
    assert normalise(typed) == form


@given(st.text(max_size=200))
@settings(deadline=None)
def test_normalising_twice_changes_nothing_and_repair_never_fails(text: str) -> None:
    once = normalise(text)
    LEXICON.repair(once)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("托玉券怎么领", "托育券怎么领"),
        ("xiaofeiquan", "消费券"),
        ("ling quan", "领券"),
        ("消费卷", "消费券"),
        ("shenqing消费券", "申请消费券"),
        ("深情一点", "深情一点"),
        ("年龄全对", "年龄全对"),
        ("领圈多少钱", "领圈多少钱"),
        ("短期了", "短期了"),
        ("a voucher please", "a voucher please"),
    ],
)
def test_words_are_mended_by_sound_where_something_written_agrees(heard: str, meant: str) -> None:
    assert LEXICON.repair(normalise(heard)) == meant


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("lingquan", ("ling", "quan")),
        ("tuoyuquan", ("tuo", "yu", "quan")),
        ("voucher", ()),
        ("zhuang", ("zhuang",)),
        ("", ()),
    ],
)
def test_pinyin_is_cut_into_the_fewest_syllables(word: str, syllables: tuple[str, ...]) -> None:
    assert split_pinyin(word) == syllables


def test_a_sentence_takes_microseconds() -> None:
    normalise("热身")
    started = time.process_time()
    for number in range(500):
        normalise(f"我想給孩子申請這個月的託育消費券{number}")
    assert (time.process_time() - started) / 500 < 0.0005
