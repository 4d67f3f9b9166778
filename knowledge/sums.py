"""Answers that compute: what follows for this child, this bill, from the rule that an entry tells.

Each is a line above the entry's own answer: a figure with its formula and limits, or the question for what is missing.
An entry names its sum in its head (`sum: childcare_subsidy`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from knowledge.figures_in import Child, child_in, yuan_in

START = date(2025, 1, 1)
"""Childcare subsidy: from here on it counts. Source: 育儿补贴制度实施方案, 2025-07-28."""
YEARLY, MONTHLY, YEARS = 3600, 300, 3
"""Yuan a year; yuan a month pro rata for who was born before START; until this birthday."""
CAP, HOME, INSTITUTION = 800, 50, 40
"""Elder-care subsidy: yuan a month at most; percent at home, percent in an institution. Source: 民政部, 财政部 2025-07."""
CLASSES = ((6, 12, "乳儿班", 10, 3), (12, 24, "托小班", 15, 5), (24, 36, "托大班", 20, 7))
"""Months from, months below, name, children at most, children to one carer. Source: 托育机构设置标准（试行）第19、20条."""
XIAN = ((0, 13, 1000), (13, 25, 500), (25, 48, 500))
"""Months from, months below, yuan of Xi'an's voucher. Source: 陕西日报 2025-11-12."""
_HOME = re.compile("居家|在家|上门|到家|助浴|助洁|保洁|钟点")
_INSTITUTION = re.compile("机构|养老院|敬老院|护理院|月费|住进|床位")


@dataclass(frozen=True)
class Sum:
    """`line` computes from what the question tells, "" where it cannot; `ask` is said where it tells nothing."""

    line: Callable[[str, date], str]
    ask: str


def childcare_subsidy(text: str, today: date) -> str:
    """Whole sum until the third birthday, by the birth date."""
    child = child_in(text, today)
    if child is None:
        return ""
    third = child.birth + relativedelta(years=YEARS)
    said = _said(child)
    if third <= START:
        return f"{said}，2025年1月1日以前已满3周岁，按规定不在补贴范围内。"
    if child.birth >= START:
        return f"{said}，按2025年及以后出生算：每年{YEARLY}元，领到满3周岁，最多一共{YEARLY}×{YEARS}＝{YEARLY * YEARS}元。"
    months = _months_between(START, third)
    return (
        f"{said}，是2025年以前出生的：从2025年1月到满3周岁还有{months}个月，"
        f"{months}×{MONTHLY}＝{months * MONTHLY}元（差一个月就差{MONTHLY}元，以审核为准）。"
    )


def child_class(text: str, today: date) -> str:
    """The class by completed months."""
    child = child_in(text, today)
    if child is None:
        return ""
    for first, below, name, most, ratio in CLASSES:
        if first <= child.months < below:
            return f"{child.months}个月的孩子上{name}：每班最多{most}人，1名保育人员最多带{ratio}个孩子。"
    if child.months < CLASSES[0][0]:
        return f"{child.months}个月还没到最小的乳儿班（6个月起）。"
    return f"{child.months}个月已满3岁，该上幼儿园了。"


def xian_voucher(text: str, today: date) -> str:
    """The band of Xi'an's voucher by completed months."""
    child = child_in(text, today)
    if child is None:
        return ""
    for first, below, yuan in XIAN:
        if first <= child.months < below:
            return f"{child.months}个月的孩子，在西安这批券里是{yuan}元一张。"
    return ""


def elder_subsidy(text: str, _today: date) -> str:
    """What a voucher takes off a bill of so many yuan, at home or in an institution."""
    yuan = yuan_in(text)
    if yuan is None or yuan == CAP:
        return ""
    lines = []
    for words, percent, name in ((_HOME, HOME, "居家服务"), (_INSTITUTION, INSTITUTION, "住机构")):
        if words.search(text):
            off = min(yuan * percent // 100, CAP)
            top = f"（封顶{CAP}元）" if yuan * percent // 100 > CAP else ""
            lines.append(f"{name}{yuan}元：{yuan}×{percent}%，抵{off}元{top}，自己付{yuan - off}元。")
    return "".join(lines)


SUMS = {
    "childcare_subsidy": Sum(childcare_subsidy, "告诉我孩子的出生年月，我给您算能领多少。"),
    "child_class": Sum(child_class, "告诉我孩子几个月大，我给您说上哪个班。"),
    "xian_voucher": Sum(xian_voucher, "告诉我孩子几个月大，我给您说是哪一档。"),
    "elder_subsidy": Sum(elder_subsidy, "告诉我每月费用和是在家还是住机构，我给您算能抵多少。"),
}


def _said(child: Child) -> str:
    if child.exact:
        return f"孩子{child.birth.year}年{child.birth.month}月{child.birth.day}日出生"
    return f"孩子约{child.birth.year}年{child.birth.month}月出生"


def _months_between(first: date, last: date) -> int:
    """Months from the first month to the one before the last."""
    return (last.year - first.year) * 12 + last.month - first.month
