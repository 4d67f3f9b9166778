"""Computed answers: each figure stands with its formula, and nothing is computed from what was not told."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.figures_in import child_in, yuan_in
from knowledge.sums import child_class, childcare_subsidy, elder_subsidy, xian_voucher

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("我家娃13个月", 13),
        ("孩子两岁半能领多少", 30),
        ("1岁8个月该上哪个班", 20),
        ("宝宝半岁", 6),
        ("刚满一岁的宝宝", 12),
        ("my child is 18 months old", 18),
        ("2025-03-10生的", 20),
        ("娃25年3月生", 20),
        ("孩子十八个月大", 18),
        ("六十五岁以上免费体检", None),
        ("一个月交多少钱", None),
        ("券有效期3个月", None),
        ("2023年办法怎么说", None),
    ],
)
def test_the_age_that_a_question_tells(words: str, months: int | None) -> None:
    child = child_in(words, TODAY)
    assert (child.months if child else None) == months


def test_sums_of_money_are_read() -> None:
    assert [yuan_in(words) for words in ("一个月4500元", "花了一千块", "多少钱", "交99块和200元")] == [
        4500,
        1000,
        None,
        200,
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("2025年3月10日生", "3600×3＝10800元"),
        ("2024年8月出生", "31×300＝9300元"),
        ("孩子两岁半", "28×300＝8400元"),
        ("2021年12月出生", "已满3周岁"),
        ("能领多少", ""),
    ],
)
def test_the_childcare_subsidy(words: str, says: str) -> None:
    line = childcare_subsidy(words, TODAY)
    assert says in line
    assert bool(line) == bool(says)


@pytest.mark.parametrize(
    ("months", "says"),
    [(5, "还没到"), (6, "乳儿班"), (11, "乳儿班"), (12, "托小班"), (24, "托大班"), (36, "已满3岁")],
)
def test_the_class_changes_on_its_month(months: int, says: str) -> None:
    assert says in child_class(f"孩子{months}个月大", TODAY)


@pytest.mark.parametrize(("months", "yuan"), [(12, "1000元"), (13, "500元"), (24, "500元"), (25, "500元")])
def test_the_band_changes_on_its_month(months: int, yuan: str) -> None:
    assert yuan in xian_voucher(f"孩子{months}个月大", TODAY)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("住养老院一个月4500元", "抵800元（封顶800元），自己付3700元"),
        ("住养老院一个月2000元", "抵800元，自己付1200元"),
        ("上门助浴100元", "抵50元，自己付50元"),
        ("住养老院贵不贵", ""),
        ("花了300元", ""),
    ],
)
def test_the_elder_care_subsidy(words: str, says: str) -> None:
    line = elder_subsidy(words, TODAY)
    assert says in line
    assert bool(line) == bool(says)
