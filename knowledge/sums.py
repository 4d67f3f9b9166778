"""Answers that compute: what follows for this child, this bill, from the rule that an entry tells.

Each is a line above the entry's own answer: a figure with its formula and limits, or the question for what is missing.
An entry names its sum in its head (`sum: childcare_subsidy`). Where what was told leaves several figures open, all of
them stand there, and what decides between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from knowledge.births_in import Child, children_in, unclear_in
from knowledge.figures_in import bill_in, children_told, hours_in, siblings_in, visits_in

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
YINCHUAN_SINCE, YINCHUAN_EACH, YINCHUAN_MOST = date(2021, 9, 1), 50, 10
"""Yinchuan's trial vouchers: born since, yuan of one (half a day), vouchers a child. Source: 银川日报 2025-05-28."""
THIRD = 500
"""Yuan a month for a third child in Shenyang, until three. Source: the plan of 2023-01-20."""
FREE_HOURS, HOUR = 10, 30
"""莲花北: hours free, then yuan an hour. Source: 中新网 2024-07-13."""
INFANT, ELDER, SHARE = 2000, 3000, 1500
"""Tax deductions, yuan a month: a child under three; parents; of several children each at most. Source: 国发〔2023〕13号."""
_HOME = re.compile("居家|在家|上门|到家|助浴|助洁|保洁|钟点|护工|家里")
_INSTITUTION = re.compile("机构|养老院|敬老院|护理院|月费|住进|床位|老年公寓|入住")
_EACH = re.compile("都|各|双胞胎|龙凤胎|三胞胎|四胞胎|twins|triplets")
Line = Callable[[str, date], str]


@dataclass(frozen=True)
class Sum:
    """`line` computes from what the question tells, "" where it cannot; `ask` is said where it tells nothing."""

    line: Line
    ask: str

    def missing(self, text: str) -> str:
        """What is asked for, and why what was told is not enough."""
        why = "虚岁、属相、农历和季节我换算不准，说出生的年和月就行。" if unclear_in(text) else ""
        return why + self.ask


# -- childcare subsidy -----------------------------------------------------------------------------------------------


def childcare_subsidy(text: str, today: date) -> str:
    """The whole sum until the third birthday of every child that is told, and all together."""
    children = children_in(text, today)
    if not children:
        return ""
    told = children_told(text) or 0
    if len(children) == 1 and told > 1 and _EACH.search(text):
        (lowest, highest), line = _subsidy(children[0])
        sums = f"{told * lowest}" if lowest == highest else f"{told * lowest}到{told * highest}"
        return f"{line}{told}个孩子各算各的，一共最多{sums}元。" if highest else line
    lines, lowest, highest = [], 0, 0
    for place, child in enumerate(children, 1):
        (low, high), line = _subsidy(child)
        lines.append(f"第{place}个：{line}" if len(children) > 1 else line)
        lowest, highest = lowest + low, highest + high
    if len(children) > 1:
        sums = f"{lowest}元" if lowest == highest else f"{lowest}到{highest}元"
        lines.append(f"加起来最多{sums}。")
    elif told > 1:
        lines.append("另外的孩子也说一下出生年月，我一起算。")
    return "\n".join(lines)


def _subsidy(child: Child) -> tuple[tuple[int, int], str]:
    """Yuan at least and at most, and the line that says so."""
    if child.unborn:
        return (YEARLY * YEARS,) * 2, (
            f"还没出生的，出生以后再申请：每年{YEARLY}元，到满3周岁最多一共{YEARLY}×{YEARS}＝{YEARLY * YEARS}元。"
        )
    if child.first >= START:
        return (YEARLY * YEARS,) * 2, (
            f"{_said(child)}，按2025年及以后出生算：每年{YEARLY}元，领到满3周岁，最多一共{YEARLY}×{YEARS}＝{YEARLY * YEARS}元。"
        )
    if child.last >= START:
        low, high = subsidy_months(child.first), YEARS * 12
        return (low * MONTHLY, high * MONTHLY), (
            f"{_said(child)}：2025年及以后出生的，最多一共{YEARLY}×{YEARS}＝{YEARLY * YEARS}元；"
            f"2025年以前出生的，剩余月数×{MONTHLY}元。说出生的年和月，我给您算准。"
        )
    low, high = subsidy_months(child.first), subsidy_months(child.last)
    if high == 0:
        return (0, 0), f"{_said(child)}，2025年1月1日以前已满3周岁，按规定不在补贴范围内。"
    left = max(0, _months_between(child.today, child.last + relativedelta(years=YEARS)))
    ends = f"到今天还剩{left}个月。" if child.exact and left else "" if left else "现在已满3周岁。"
    return (low * MONTHLY, high * MONTHLY), (
        f"{_said(child)}，是2025年以前出生的：从2025年1月到满3周岁还有{_products(low, high, MONTHLY)}。{ends}"
        f"满3岁那个月算不算，以审核为准，差一个月就差{MONTHLY}元；首次申请有期限，先问街道或乡镇。"
    )


def subsidy_months(birth: date) -> int:
    """Months that count for a child born before START: from January 2025 to the month before the third birthday."""
    return max(0, _months_between(START, birth + relativedelta(years=YEARS)))


# -- by months of age ------------------------------------------------------------------------------------------------


def child_class(text: str, today: date) -> str:
    """The class by completed months."""
    return _by_age(text, today, _class_of)


def _class_of(months: int) -> str:
    for first, below, name, most, ratio in CLASSES:
        if first <= months < below:
            return f"上{name}：每班最多{most}人，1名保育人员最多带{ratio}个孩子"
    if months < CLASSES[0][0]:
        return f"还没到最小的乳儿班（{CLASSES[0][0]}个月起）"
    return "已满3岁，该上幼儿园了"


def xian_voucher(text: str, today: date) -> str:
    """The band of Xi'an's voucher by completed months."""
    return _by_age(text, today, _xian_band)


def _xian_band(months: int) -> str:
    for first, below, yuan in XIAN:
        if first <= months < below:
            return f"在西安这批券里是{yuan}元一张"
    return ""


def takes(first: int, below: int | None) -> Sum:
    """Whether a place takes the child: from `first` completed months, below so many where that is told."""

    def fits(months: int) -> str:
        if months < first:
            return f"还差{first - months}个月，这里从{first}个月起收"
        if below is None:
            return f"够月龄了，这里从{first}个月起收"
        return f"在这里收的{first}到{below}个月之内" if months < below else f"已经超过这里收的{below}个月"

    return Sum(lambda text, today: _by_age(text, today, fits), "告诉我孩子几个月大，我给您看够不够。")


def _by_age(text: str, today: date, tell: Callable[[int], str]) -> str:
    """What is told by completed months, of every child; where several are possible, for each of them."""
    lines = []
    for child in children_in(text, today):
        if child.unborn:
            lines.append("孩子还没出生，出生以后再看月龄。")
            continue
        runs: list[tuple[int, int, str]] = []
        for months in range(max(0, child.fewest), child.months + 1):
            what = tell(months)
            if runs and runs[-1][2] == what:
                runs[-1] = (runs[-1][0], months, what)
            else:
                runs.append((months, months, what))
        told = [f"{_months(first, last)}的孩子{what}" for first, last, what in runs if what]
        if told:
            lines.append("；".join(told) + ("，看满了几个月。" if len(runs) > 1 else "。"))
    return "\n".join(lines)


def yinchuan_voucher(text: str, today: date) -> str:
    """Whether the child is in, and what its vouchers come to."""
    visits, children = visits_in(text), children_in(text, today)
    if children and children[0].last < YINCHUAN_SINCE:
        return f"{_said(children[0])}，银川这批券限2021年9月1日及以后出生的，不在内。"
    if not children and visits is None:
        return ""
    number = YINCHUAN_MOST if visits is None else min(visits, YINCHUAN_MOST)
    over = (
        f"一个孩子最多{YINCHUAN_MOST}张，超出的{visits - YINCHUAN_MOST}次自己付。"
        if visits and visits > number
        else ""
    )
    said = f"{_said(children[0])}，在这批券的范围内。" if children else ""
    return f"{said}一张{YINCHUAN_EACH}元，抵一次半日托：{number}×{YINCHUAN_EACH}＝{number * YINCHUAN_EACH}元。{over}"


def third_child(text: str, today: date) -> str:
    """Shenyang: what is left until the third birthday by the plan of 2023."""
    lines = []
    for child in children_in(text, today)[-1:]:
        if child.unborn:
            return f"还没出生的，按2023年的方案从出生算起：每月{THIRD}元，到3岁是36×{THIRD}＝{36 * THIRD}元。"
        low, high = (max(0, 36 - months) for months in (child.months, child.fewest))
        if high == 0:
            return f"{_said(child)}，已满3岁，按2023年的方案不再发。"
        lines.append(
            f"{_said(child)}，到3岁还有{_products(low, high, THIRD)}（按2023年的方案算，现在的数额要问街道）。"
        )
    return "".join(lines)


# -- by what it costs ------------------------------------------------------------------------------------------------


def elder_subsidy(text: str, _today: date) -> str:
    """What a voucher takes off a month's bill, at home or in an institution; both where it is not told which."""
    yuan = bill_in(text)
    ways = [(HOME, "居家服务", _HOME), (INSTITUTION, "住机构", _INSTITUTION)]
    told = [(percent, name) for percent, name, words in ways if words.search(text)]
    if not yuan or (yuan == CAP and not told):
        return ""
    lines = [_taken_off(yuan, percent, name) for percent, name in told or [way[:2] for way in ways]]
    return ("" if told else "在家还是住机构没有说，两样都算给您：") + "".join(lines)


def _taken_off(yuan: int, percent: int, name: str) -> str:
    off = min(Decimal(yuan * percent) / 100, Decimal(CAP))
    top = f"（封顶{CAP}元）" if yuan * percent > CAP * 100 else ""
    return f"{name}{yuan}元：{yuan}×{percent}%，抵{_plain(off)}元{top}，自己付{_plain(yuan - off)}元。"


def _plain(yuan: Decimal) -> str:
    return f"{yuan:.2f}".rstrip("0").rstrip(".")


def hourly(text: str, _today: date) -> str:
    """莲花北: what so many hours cost."""
    hours = hours_in(text)
    if hours is None:
        return ""
    paid = max(0, hours - FREE_HOURS)
    free = f"{hours}小时：前{FREE_HOURS}小时免费"
    return (
        f"{free}，其余{hours}－{FREE_HOURS}＝{paid}小时，{paid}×{HOUR}＝{paid * HOUR}元。"
        if paid
        else f"{free}，不用付。"
    )


def tax_infant(text: str, today: date) -> str:
    """The deduction for children under three, one parent's or half each."""
    children = children_in(text, today)
    young = [child for child in children if not child.unborn and child.fewest < 36]
    if children and not young:
        return "说的孩子都满3岁了或还没出生，这一项只算3岁以下的。"
    number = max(len(young), children_told(text) or 0) if len(children) < 2 else len(young)
    if not number:
        return ""
    whole = number * INFANT
    return (
        f"{number}个3岁以下的孩子：{number}×{INFANT}＝每月{whole}元。"
        f"一方全扣就是{whole}元；两人各扣50%，每人{whole // 2}元。这是税前扣的数，不是发到手的钱。"
    )


def tax_elder(text: str, _today: date) -> str:
    """The deduction for supporting parents, alone or shared with brothers and sisters."""
    number = siblings_in(text)
    if number is None:
        return ""
    if number == 1:
        return f"独生子女：每月全额扣{ELDER}元。"
    share = min(Decimal(ELDER) / number, Decimal(SHARE)).quantize(Decimal("0.01"))
    return f"{number}个人分摊每月{ELDER}元，平均分是{ELDER}÷{number}＝{_plain(share)}元；谁最多也只能扣{SHARE}元。"


_MONTHS_WANTED = "告诉我孩子几个月大"
SUMS = {
    "childcare_subsidy": Sum(childcare_subsidy, "告诉我孩子的出生年月，我给您算能领多少。"),
    "child_class": Sum(child_class, f"{_MONTHS_WANTED}，我给您说上哪个班。"),
    "xian_voucher": Sum(xian_voucher, f"{_MONTHS_WANTED}，我给您说是哪一档。"),
    "yinchuan_voucher": Sum(yinchuan_voucher, "告诉我孩子的出生年月、想去几次，我给您算。"),
    "third_child": Sum(third_child, "告诉我老三的出生年月，我给您算到3岁还有多少。"),
    "elder_subsidy": Sum(elder_subsidy, "告诉我每月费用和是在家还是住机构，我给您算能抵多少。"),
    "hourly": Sum(hourly, "告诉我一共托几个小时，我给您算。"),
    "tax_infant": Sum(tax_infant, "告诉我家里有几个3岁以下的孩子，我给您算两个人各扣多少。"),
    "tax_elder": Sum(tax_elder, "告诉我您是独生子女，还是兄弟姐妹一共几个人，我给您算。"),
}


def _said(child: Child) -> str:
    first, last = child.first, child.last
    if child.exact:
        return f"孩子{first.year}年{first.month}月{first.day}日出生"
    if (first.year, first.month) == (last.year, last.month):
        return f"孩子{first.year}年{first.month}月出生"
    if first == date(first.year, 1, 1) and last in (date(first.year, 12, 31), child.today):
        return f"孩子{first.year}年出生"
    if last - first < timedelta(days=32):
        return f"孩子约{last.year}年{last.month}月出生"
    return f"孩子在{first.year}年{first.month}月到{last.year}年{last.month}月之间出生"


def _months(first: int, last: int) -> str:
    return f"{first}个月" if first == last else f"{first}到{last}个月"


def _products(low: int, high: int, each: int) -> str:
    """28个月，28×300＝8400元; of two numbers both, of more the span."""
    if low == high:
        return f"{low}个月，{low}×{each}＝{low * each}元"
    if high - low == 1:
        return f"{low}或{high}个月，{low}×{each}＝{low * each}元，或{high}×{each}＝{high * each}元"
    return f"{low}到{high}个月，{low * each}到{high * each}元（说出生的年和月，我给您算准）"


def _months_between(first: date, last: date) -> int:
    """Months from the first month to the one before the last."""
    return (last.year - first.year) * 12 + last.month - first.month
