"""Where people say that they are: rows of words, and what they say."""

from __future__ import annotations

import pytest

from knowledge import regions, whereabouts

ROWS = [
    ("我在银川", "银川市", ""),
    ("我家在莲湖区", "西安市莲湖区", ""),
    ("我們住西安", "西安市", ""),
    ("我是宁夏的", "宁夏回族自治区", ""),
    ("俺家现在住在陕西省西安市莲湖区呢", "西安市莲湖区", ""),
    ("I live in Yinchuan", "银川市", ""),
    ("I'm in Xi'an.", "西安市", ""),
    ("我不在西安，在银川", "银川市", ""),
    ("我在银川，消费券一张多少钱？", "银川市", "我在银川，消费券一张多少钱？"),
    ("我在西安能领多少钱", "西安市", "我在西安能领多少钱"),
]


@pytest.mark.parametrize(("words", "name", "rest"), ROWS)
def test_where_somebody_is(words: str, name: str, rest: str) -> None:
    told = whereabouts.told(words)
    assert told is not None
    assert (regions.full_name(told.region), told.rest) == (name, rest)


@pytest.mark.parametrize(
    "words",
    ["我在家", "我在上班", "我在等结果", "我是妈妈", "我是回民", "我是东方人", "我在平安夜许愿", "我在西安路上",
     "西安", "消费券一张多少钱", "我住和平区", "我家孩子两岁半", "2024年5月1日", "我在开会", "I am a mother"],
)  # fmt: skip
def test_what_says_nothing_of_where(words: str) -> None:
    assert whereabouts.told(words) is None
    assert not whereabouts.leaves(words)


@pytest.mark.parametrize("words", ["换个城市", "我不在西安", "不是西安。", "城市不对", "another city"])  # fmt: skip
def test_that_it_is_elsewhere(words: str) -> None:
    assert whereabouts.leaves(words)
    assert whereabouts.told(words) is None


@pytest.mark.parametrize(("words", "name"), [("西安", "西安市"), ("那银川呢？", "银川市"), ("換成上海", "上海市"), ("莲湖的", "西安市莲湖区")])  # fmt: skip
def test_a_bare_name(words: str, name: str) -> None:
    code = whereabouts.bare(words)
    assert code is not None
    assert regions.full_name(code) == name


@pytest.mark.parametrize("words", ["西安的消费券", "两岁半", "3", "多少钱", "我在银川"])
def test_what_is_more_than_a_name(words: str) -> None:
    assert whereabouts.bare(words) is None


def test_elsewhere_is_a_named_place_that_has_nothing_to_do_with_home() -> None:
    assert regions.elsewhere("西安的消费券怎么申请", "999901")
    assert not regions.elsewhere("西安的消费券怎么申请", "610104")
    assert not regions.elsewhere("莲湖区的消费券怎么申请", "610100")
    assert not regions.elsewhere("消费券怎么申请", "999901")
