"""Computed answers: each figure stands with its formula, and nothing is computed from what was not told."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import asking
from knowledge.ages import completed_months
from knowledge.births_in import aged, child_in, children_in, unclear_in
from knowledge.entries import Entry
from knowledge.figures_in import bill_in, children_told, hours_in, siblings_in, yuan_in
from knowledge.saying import said
from knowledge.sums import (
    CLASSES,
    SUMS,
    XIAN,
    child_class,
    childcare_subsidy,
    elder_subsidy,
    hourly,
    subsidy_months,
    takes,
    tax_elder,
    tax_infant,
    third_child,
    xian_voucher,
    yinchuan_voucher,
)

TODAY = date(2026, 11, 21)
DAYS = st.dates(date(2021, 1, 1), date(2028, 12, 31))

# -- what a question tells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fewest", "most"),
    [
        ("我家娃13个月", 13, 13),
        ("孩子两岁半能领多少", 30, 30),
        ("20个月该上哪个班", 20, 20),
        ("1岁8个月该上哪个班", 20, 20),
        ("一岁零俩月", 14, 14),
        ("孩子一岁仨月", 15, 15),
        ("宝宝半岁", 6, 6),
        ("刚满一岁的宝宝", 12, 12),
        ("两周岁的宝宝", 24, 35),
        ("孩子两岁多", 25, 35),
        ("孩子快两岁了", 21, 23),
        ("十几个月的娃", 11, 19),
        ("刚出生的宝宝", 0, 0),
        ("my child is 18 months old", 18, 18),
        ("2025-03-10生的", 20, 20),
        ("娃25年3月生", 19, 20),
        ("二〇二五年三月生的", 19, 20),
        ("202503出生的孩子", 19, 20),
        ("去年12月生的", 10, 11),
        ("前年十二月出生的孩子", 22, 23),
        ("2025年生的", 10, 22),
        ("下个月满三岁", 34, 35),
        ("娃还差两个月两岁", 21, 22),
        ("明年3月才三岁的娃", 31, 32),
        ("孩子十八个月大", 18, 18),
    ],
)
def test_the_age_that_a_question_tells(words: str, fewest: int, most: int) -> None:
    child = child_in(words, TODAY)
    assert child is not None
    assert (child.fewest, child.months) == (fewest, most)


@pytest.mark.parametrize(
    "words",
    [
        *("六十五岁以上免费体检", "老人六十二岁", "一个月交多少钱", "券有效期3个月", "2023年办法怎么说"),
        *("3岁以下的孩子能领吗", "不到两岁的孩子", "孩子出生6个月内办", "2025年8月开始的补贴孩子能领多少"),
        *("孩子托3个月多少钱", "交了12个月的钱", "2023-02-29生的孩子"),
    ],
)
def test_what_is_no_childs_age(words: str) -> None:
    assert child_in(words, TODAY) is None


@pytest.mark.parametrize(
    "words",
    [
        "孩子虚岁三岁",
        "虚三岁",
        "3虚岁",
        "去年冬天生的",
        "年底生的娃",
        "孙子腊月生的",
        "属龙的孩子",
        "孩子5月生的",
    ],
)
@pytest.mark.parametrize("name", ["childcare_subsidy", "child_class", "xian_voucher"])
def test_what_nobody_can_count_from_is_asked_back(words: str, name: str) -> None:
    own = SUMS[name]
    assert unclear_in(words)
    assert own.line(words, TODAY) == ""
    assert "换算不准" in own.missing(words)
    assert own.missing(words).endswith(own.ask)


def test_several_children_are_told_apart_and_one_told_twice_is_one() -> None:
    def months(words: str) -> list[int]:
        return [child.months for child in children_in(words, TODAY)]

    assert months("两个孩子，大的两岁半，小的八个月") == [30, 8]
    assert months("老大2022年5月生，老二2025年3月生") == [54, 20]
    assert months("娃2025年3月10日生，现在20个月") == [20]
    assert months("孩子两岁半，30个月了") == [30]


@given(DAYS, st.integers(0, 60), st.integers(0, 12))
def test_an_age_stands_for_every_birth_day_that_gives_it(today: date, fewest: int, more: int) -> None:
    """Counted day by day, month ends and 29 February included."""
    child = aged(fewest, fewest + more, today)
    assert completed_months(child.last, today) == fewest
    assert completed_months(child.first, today) == fewest + more
    assert completed_months(child.last + timedelta(days=1), today) < fewest
    assert completed_months(child.first - timedelta(days=1), today) > fewest + more


def test_sums_of_money_are_read() -> None:
    told = {
        "一个月4500元": 4500,
        "花了一千块": 1000,
        "多少钱": None,
        "交99块和200元": 200,
        "1.2万": 12000,
        "4千5": 4500,
        "月费四千五": 4500,
        "一万二千块": 12000,
        "1,200元": 1200,
        "3k": 3000,
        "60岁的老人": None,
        "三千人": None,
    }
    assert {words: yuan_in(words) for words in told} == told
    assert bill_in("住养老院一年三万六") == 3000
    assert bill_in("养老金5000元，养老院一个月3500元") == 3500


def test_people_and_hours_are_counted() -> None:
    assert [children_told(words) for words in ("双胞胎", "两个孩子", "俩娃", "三胞胎", "孩子")] == [
        2,
        2,
        2,
        3,
        None,
    ]
    told = {
        "我是独生子女": 1,
        "兄弟姐妹三个": 3,
        "我有两个姐姐一个弟弟": 4,
        "姐弟俩": 2,
        "我们兄妹仨": 3,
        "我不是独生子女": None,
        "兄弟姐妹怎么分": None,
    }
    assert {words: siblings_in(words) for words in told} == told
    assert [hours_in(words) for words in ("15小时", "每次2小时，去了8次", "几点开门")] == [15, 16, None]


# -- childcare subsidy -----------------------------------------------------------------------------------------------


@given(st.dates(date(2021, 1, 1), date(2024, 12, 31)))
def test_the_months_before_the_third_birthday_counted_one_by_one(birth: date) -> None:
    month, count = date(2025, 1, 1), 0
    while (month.year - birth.year) * 12 + month.month - birth.month < 36:
        count += 1
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    assert subsidy_months(birth) == count


@given(
    st.dates(date(2022, 2, 1), TODAY),
    st.sampled_from(["{0.year}年{0.month}月{0.day}日生", "{0:%Y-%m-%d}出生的娃"]),
)
def test_the_subsidy_of_a_birth_date_by_brute_force(birth: date, words: str) -> None:
    line = childcare_subsidy(words.format(birth), TODAY)
    if birth.year >= 2025:
        assert "3600×3＝10800元" in line
    else:
        months = sum(1 for n in range(60) if n < (birth.year - 2022) * 12 + birth.month - 1)
        assert f"{months}×300＝{months * 300}元" in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("2025年3月10日生", "3600×3＝10800元"),
        ("2025年生的能领多少", "3600×3＝10800元"),
        ("2024年8月出生", "31×300＝9300元"),
        ("2024年8月31日生", "到今天还剩9个月"),
        ("孩子两岁半", "27×300＝8100元，或28×300＝8400元"),
        ("孩子两岁了能领多少", "说出生的年和月，我给您算准"),
        ("2021年12月出生", "已满3周岁，按规定不在"),
        ("怀孕了，预产期2027年3月，能领多少", "还没出生的"),
        ("2027年1月5日生", "还没出生的"),
        ("双胞胎2024年8月生的", "2个孩子各算各的，一共最多18600元"),
        ("我家俩娃，都是2025年生的", "一共最多21600元"),
        ("老大2024年8月生，老二2025年3月生", "加起来最多20100元"),
        ("两个孩子，小的八个月", "另外的孩子也说一下"),
    ],
)
def test_the_childcare_subsidy(words: str, says: str) -> None:
    assert says in childcare_subsidy(words, TODAY)


# -- by months of age ------------------------------------------------------------------------------------------------


@given(st.dates(date(2022, 12, 1), TODAY))
def test_class_and_band_by_a_table_of_every_month(birth: date) -> None:
    months = completed_months(birth, TODAY)
    words = f"孩子{birth:%Y-%m-%d}生"
    names = [name for first, below, name, _, _ in CLASSES for month in range(first, below) if month == months]
    line = child_class(words, TODAY)
    assert f"{months}个月" in line
    assert [name for _, _, name, _, _ in CLASSES if f"上{name}" in line] == names
    yuan = [yuan for first, below, yuan in XIAN for month in range(first, below) if month == months]
    assert f"是{yuan[0]}元一张" in xian_voucher(words, TODAY)


@pytest.mark.parametrize(
    ("months", "says"),
    [(5, "还没到"), (6, "乳儿班"), (11, "乳儿班"), (12, "托小班"), (24, "托大班"), (36, "已满3岁")],
)
def test_the_class_changes_on_its_month(months: int, says: str) -> None:
    assert says in child_class(f"孩子{months}个月大", TODAY)


def test_where_two_classes_are_possible_both_are_named() -> None:
    line = child_class("十几个月的娃上哪个班", TODAY)
    assert "11个月的孩子上乳儿班" in line
    assert "12到19个月的孩子上托小班" in line
    assert "看满了几个月" in line


@pytest.mark.parametrize(("months", "yuan"), [(12, "1000元"), (13, "500元"), (24, "500元"), (25, "500元")])
def test_the_band_changes_on_its_month(months: int, yuan: str) -> None:
    assert yuan in xian_voucher(f"孩子{months}个月大", TODAY)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("孩子2025年3月生，去6次", "6×50＝300元"),
        ("娃两岁，一共能抵多少", "10×50＝500元"),
        ("想去15次", "超出的5次自己付"),
        ("孩子2021年8月31日生", "不在内"),
        ("孩子2021年9月1日生", "在这批券的范围内"),
        ("一张多少钱", ""),
    ],
)
def test_yinchuans_trial_vouchers(words: str, says: str) -> None:
    line = yinchuan_voucher(words, TODAY)
    assert says in line
    assert bool(line) == bool(says)


@given(st.dates(date(2023, 12, 1), TODAY))
def test_what_is_left_for_a_third_child(birth: date) -> None:
    left = sum(1 for month in range(36) if month >= completed_months(birth, TODAY))
    assert f"{left}×500＝{left * 500}元" in third_child(f"老三{birth:%Y-%m-%d}生", TODAY)


@pytest.mark.parametrize(
    ("months", "says"), [(17, "还差1个月"), (18, "之内"), (35, "之内"), (36, "已经超过")]
)
def test_whether_a_place_takes_the_child(months: int, says: str) -> None:
    assert says in takes(18, 36).line(f"孩子{months}个月", TODAY)
    assert "够月龄了" in takes(7, None).line(f"孩子{months}个月", TODAY)


# -- by what it costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("住养老院一个月4500元", "抵800元（封顶800元），自己付3700元"),
        ("住养老院一个月2000元", "抵800元，自己付1200元"),
        ("住养老院一年1.2万", "1000×40%，抵400元"),
        ("上门助浴100元", "抵50元，自己付50元"),
        ("花了300元", "在家还是住机构没有说"),
        ("住养老院贵不贵", ""),
    ],
)
def test_the_elder_care_subsidy(words: str, says: str) -> None:
    line = elder_subsidy(words, TODAY)
    assert says in line
    assert bool(line) == bool(says)


@given(st.integers(1, 20000), st.sampled_from([("在家请人", 50), ("住养老院", 40)]))
def test_what_is_taken_off_to_the_fen(yuan: int, way: tuple[str, int]) -> None:
    words, percent = way
    off = min(Fraction(yuan * percent, 100), Fraction(800))
    line = elder_subsidy(f"{words}一个月{yuan}元", TODAY)
    if yuan != 800:
        assert f"抵{float(off):.2f}".rstrip("0").rstrip(".") in line
        assert f"自己付{float(yuan - off):.2f}".rstrip("0").rstrip(".") in line


@given(st.integers(0, 99))
def test_hours_beyond_the_free_ones(hours: int) -> None:
    cost = sum(30 for hour in range(hours) if hour >= 10)
    line = hourly(f"托{hours}小时多少钱", TODAY)
    assert (f"＝{cost}元" if cost else "不用付") in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("一个孩子夫妻各扣多少", "每人1000元"),
        ("双胞胎扣多少", "2×2000＝每月4000元"),
        ("两个孩子，大的五岁，小的一岁半", "1×2000＝每月2000元"),
        ("孩子三岁了还能扣吗", "只算3岁以下"),
        ("怎么分", ""),
    ],
)
def test_the_deduction_for_small_children(words: str, says: str) -> None:
    line = tax_infant(words, TODAY)
    assert says in line
    assert bool(line) == bool(says)


@given(st.integers(2, 9))
def test_nobody_deducts_more_than_their_share(people: int) -> None:
    line = tax_elder(f"我们兄弟姐妹{people}个", TODAY)
    share = min(Fraction(3000, people), Fraction(1500))
    assert f"＝{float(share):.2f}".rstrip("0").rstrip(".") in line
    assert "谁最多也只能扣1500元" in line
    assert "全额扣3000元" in tax_elder("我是独生子女", TODAY)
    assert tax_elder("怎么分摊", TODAY) == ""


# -- in the corpus ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def computing() -> list[Entry]:
    return [entry for entry in asking.answers().entries.values() if entry.head.sum or entry.head.takes]


def test_every_sum_has_an_entry_and_every_entry_asks_for_what_is_missing(computing: list[Entry]) -> None:
    assert {entry.head.sum for entry in computing} - {""} == set(SUMS)
    for entry in computing:
        own = (
            SUMS[entry.head.sum] if entry.head.sum else takes(entry.head.takes.from_, entry.head.takes.below)
        )  # type: ignore[union-attr]
        day = entry.head.valid.until or TODAY
        reply = said(entry, day, asked="请说说")
        assert own.ask in reply, entry.id
        assert entry.answer in reply, entry.id


def test_an_entry_that_computes_says_its_figure_and_does_not_ask(computing: list[Entry]) -> None:
    (entry,) = [entry for entry in computing if entry.id == "subsidy-total"]
    reply = said(entry, TODAY, asked="孩子2024年8月生的能领多少")
    assert reply.startswith("孩子2024年8月出生")
    assert "9300元" in reply
    assert SUMS["childcare_subsidy"].ask not in reply


def test_which_of_two_entries_says_the_same_sum_is_not_asked() -> None:
    known = asking.answers()
    words = "两个娃，老大2023年2月生，老二2026年1月生，育儿补贴一共能领多少"
    asked = known.search.ask(words, "610100")
    found = known.search.find(asked, 8)
    assert known._same_sum(asked, found, TODAY)
    reply = known.answer(words, "610100", TODAY)
    assert reply.kind == "answer"
    assert "加起来最多14700元" in reply.text[:200]
    assert childcare_subsidy("老大2023年2月生，老二2026年1月生", TODAY) in reply.text
    vague = known.search.ask("育儿补贴一共能领多少", "610100")
    assert not known._same_sum(vague, known.search.find(vague, 8), TODAY)
