"""Birth dates in every way people write them, and a named problem for everything else."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow.dates import BIRTH_PROBLEMS, read_birth

TODAY = date(2026, 11, 21)
MAY = date(2024, 5, 1)

GOOD = {
    MAY: [
        "2024-5-1",
        "2024-05-01",
        "2024/5/1",
        "2024.5.1",
        "2024.05.01",
        "20240501",
        "2024年5月1日",
        "2024年5月1号",
        "2024年05月01日",
        "2024 年 5 月 1 日",
        "24年5月1号",
        "24年5月1日",
        "２０２４年５月１日",
        "２０２４－５－１",
        "２０２４．５．１",
        "２０２４０５０１",
        "二〇二四年五月一日",
        "二零二四年五月一日",
        "二○二四年五月一號",
        "两千零二十四年五月一日",
        "二千零二十四年五月一日",
        "兩千〇二十四年五月一日",
        "二四年五月一日",
        "2024年五月一日",
        "2024年5月一号",
        "2024 5 1",
        "2024 05 01",
        "2024，5，1",
        "2024、5、1",
        "2024—5—1",
        "2024/5-1",
        "2024年5.1",
        "2024年5-1",
        "2024年5月1",
        "2024年五月一",
        "2024年0501",
        "2024\\5\\1",
        "2024_5_1",
        "我家宝宝是2024年5月1日出生的",
        "生日：2024-5-1",
        "2024年5月1日。",
        "2024年5月1日 上午8点",
        "2024-05-01 08:30",
        "2024-05-01T08:30:00",
        "2024年5月1日生，现在2岁半",
        "阳历2024年5月1日",
        "阳历是2024年5月1号，农历三月廿三",
        "公历：2024.5.1",
        "2024年5月1日（农历三月廿三）",
        "2024年5月1日，星期三",
        "2024-5-1，就是2024年5月1日",
        "前年5月1号",
        "前年五月一日",
        "前年的5月1日",
        "民国113年5月1日",
        "民國一百一十三年五月一日",
        "May 1, 2024",
        "1 May 2024",
        "may 1st 2024",
        "1st of May 2024",
        "1May2024",
        "\u202e2024-5-1\u202c",
        "2024\u200b-5-1",
        "2024年5月1日👶",
    ],
    date(2025, 3, 10): [
        "去年三月十号",
        "去年3月10日",
        "去年的3月10号",
        "去年 3月10号",
        "去年三月十號",
        "上年3月10日",
        "25年3月10日",
    ],
    date(2026, 3, 10): ["今年三月十号", "今年3月10日", "今年3.10", "二六年三月十日"],
    date(2023, 12, 31): [
        "大前年12月31日",
        "2023年十二月三十一日",
        "31/12/2023",
        "12/31/2023",
        "31.12.2023",
        "Dec 31 2023",
    ],
    date(2024, 5, 5): ["5/5/2024", "05-05-2024"],
    date(2024, 2, 29): ["2024-2-29", "前年2月29日"],
    date(2025, 10, 20): ["二〇二五年十月二十日", "去年十月二十号"],
    date(2025, 11, 23): ["2025年十一月二十三日", "25年11月23日", "20251123"],
    date(1958, 3, 2): [
        "58年3月2日",
        "1958.3.2",
        "五八年三月二号",
        "一九五八年三月二日",
        "1958年3月2日生",
        "19580302",
    ],
    date(1927, 1, 1): ["27年1月1日"],
    date(2000, 6, 7): ["两千年六月七日", "二千年6月7号", "00年6月7日"],
    TODAY: ["今天", "今天刚出生", "2026-11-21", "今年11月21日", "today", "这个月21号"],
    date(2026, 11, 20): ["昨天", "宝宝是昨天晚上生的", "yesterday"],
    date(2026, 11, 19): ["前天出生的"],
    date(2026, 11, 18): ["大前天"],
    date(2026, 10, 3): ["上个月三号", "上月3日"],
    date(1906, 11, 22): ["1906-11-22"],
}
BAD = {
    "lunar": [
        "腊月初八",
        "前年腊月初八",
        "前年臘月初八",
        "正月十五",
        "农历2024年3月23",
        "農曆三月廿三",
        "阴历三月初二",
        "虚岁两岁",
        "虛歲3歲",
        "2024年八月初五",
        "冬月十一",
        "闰四月初一",
        "大年三十",
        "除夕",
        "去年中秋",
        "端午那天",
        "五月廿三",
        "去年三月初十",
        "lunar 3/23",
        "旧历六月六",
    ],
    "age_not_date": [
        "一岁八个月",
        "1岁8个月",
        "20个月",
        "二十个月",
        "两岁半",
        "兩歲半",
        "2岁",
        "１岁８个月",
        "半岁",
        "3个半月",
        "18月龄",
        "100天",
        "刚满月",
        "满月了",
        "百天",
        "八個月",
        "一周岁",
        "1 岁",
        "20 个月大",
        "快两岁了",
        "20 months",
        "2 years old",
        "8周大",
    ],
    "future": ["2026-11-22", "2027-1-1", "今年12月3日", "26年12月1日", "3024-5-1", "这个月30号", "20991231"],
    "impossible": [
        "2024年2月30日",
        "2023-2-29",
        "2024-13-1",
        "20241301",
        "20240230",
        "2024-5-32",
        "2024年0月1日",
        "去年2月29日",
        "2024年十三月一日",
        "2024.4.31",
        "31/2/2024",
        "32/1/2024",
        "今年二月三十号",
        "0000-01-01",
        "上个月32号",
        "2024年十十月一日",
    ],
    "too_long_ago": ["1906-11-21", "1900年1月1日", "1024-5-1"],
    "ambiguous": [
        "24-5-1",
        "24.5.1",
        "24/5/1",
        "240501",
        "2024051",
        "202451",
        "5/1/2024",
        "01-05-2024",
        "3/4/2023",
        "05 06 07",
        "113年5月1日",
        "2024-5-1 2024-5-2",
        "老大2021年3月1日，老二2024年5月1日",
        "12.11.10",
    ],
    "incomplete": [
        "5月1日",
        "五月一号",
        "2024年5月",
        "2024年",
        "2024",
        "2024-5",
        "5-1",
        "5.1",
        "去年",
        "去年三月",
        "今年五一",
        "六一",
        "十号",
        "3月",
        "上个月",
        "上周三",
        "去年国庆",
    ],
    "not_a_date": [
        "",
        " ",
        "。",
        "宝宝",
        "不记得了",
        "13800138000",
        "[证件号]",
        "你好",
        "3",
        "😀",
        "明天",
        "今天天气真好",
        "hello",
        "/start",
        "消费券",
        "１２３４５６７８９０１２",
        "2024-5-1 " * 60,
        "9" * 300,
        "maybe",
        "三",
        "<b>x</b>",
        "12345678901234",
    ],
}


@pytest.mark.parametrize(("day", "text"), [(day, text) for day, texts in GOOD.items() for text in texts])
def test_a_date_is_read(day: date, text: str) -> None:
    assert read_birth(text, TODAY) == day


@pytest.mark.parametrize(
    ("problem", "text"), [(problem, text) for problem, texts in BAD.items() for text in texts]
)
def test_a_problem_is_named(problem: str, text: str) -> None:
    assert read_birth(text, TODAY) == problem


def test_every_problem_has_its_examples() -> None:
    assert set(BAD) == set(BIRTH_PROBLEMS)


FIGURES = "〇一二三四五六七八九"


def spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else FIGURES[tens] + "十") + (FIGURES[ones] if ones else "")


WRITTEN = [
    lambda d: d.isoformat(),
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year} 年 {d.month:02} 月 {d.day:02} 号",
    lambda d: "".join(FIGURES[int(c)] for c in str(d.year)) + f"年{spoken(d.month)}月{spoken(d.day)}日",
    lambda d: f"{d.year}年{spoken(d.month)}月{spoken(d.day)}號",
    lambda d: f"{d:%B} {d.day}, {d.year}",
    lambda d: f"{d.day} {d:%b} {d.year}",
    lambda d: "".join(chr(ord(c) + 0xFEE0) for c in d.isoformat()),
    lambda d: f"民国{d.year - 1911}年{d.month}月{d.day}日",
]


@settings(deadline=None)  # the first number in words loads its library
@given(
    st.dates(date(1912, 1, 1), TODAY),
    st.sampled_from(WRITTEN),
    st.sampled_from(["{}", "生日是{}。", " {} 出生", "宝宝{}"]),
)
def test_there_and_back(day: date, write: object, around: str) -> None:
    assert read_birth(around.format(write(day)), TODAY) == day  # type: ignore[operator]


@given(st.dates(TODAY - timedelta(days=36_000), TODAY))
def test_two_figure_years_mean_the_last_hundred_years(day: date) -> None:
    assert read_birth(f"{day.year % 100:02}年{day.month}月{day.day}日", TODAY) == day


@given(st.text(max_size=400), st.dates(date(2020, 1, 1), date(2100, 12, 31)))
def test_nothing_raises_and_nothing_lies_ahead(text: str, today: date) -> None:
    check(read_birth(text, today), today)


@given(
    st.text("0123456789年月日号岁个半去前今上大农历阳初正腊十一二三〇两千廿-/. ，民国", max_size=40),
    st.dates(date(2020, 1, 1), date(2100, 12, 31)),
)
def test_no_mixture_of_its_own_words_raises(text: str, today: date) -> None:
    check(read_birth(text, today), today)


def check(got: object, today: date) -> None:
    if isinstance(got, date):
        assert got <= today
        assert got.year >= today.year - 120
    else:
        assert got in BIRTH_PROBLEMS


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 3, 31)])
def test_awkward_todays(today: date) -> None:
    assert isinstance(read_birth("昨天", today), date)
    assert isinstance(read_birth("上个月1号", today), date)
    assert read_birth("1800-1-1", today) == "too_long_ago"
