"""Days as people say them: a date, a weekday, so many days from now, a holiday; each read is a place with its days.

Weeks begin on Monday, as people speak of them here. Where two days can be meant, both are named and `sure` is False.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.flow.when import calendar
from bot.flow.when.dates import DateForms
from bot.flow.when.said import DayProblem, Said
from bot.flow.when.text import CN, DAY, WORD, N, Sheet, form, number
from bot.workdays import workdays_after

_WEEK = r"(?:周|星期|礼拜)"
_DAY = "一二三四五六日天末1234567"
_NUMBERED = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **{str(d): d - 1 for d in range(1, 8)},
    "天": 6,
}
# 问一下周五 and 晚上周五 name no week.
_WHICH = r"(?P<which>上上|(?<![早晚马])上|这|本|今|(?<!一)下下下|(?<!一)下下|(?<!一)下|次)?(?:一|1)?个?"
_NOT_COUNTED = r"(?!次|回|趟|岁|年|个(?:小时|钟|月)|小时|分|天)"
_WEEKDAYS = form(
    rf"(?P<every>每个?|每逢|逢)?{_WHICH}{_WEEK}(?P<list>[一二三四五六](?:[、,]?[二三四五六日天])+)"
    r"(?!次|回|趟|岁|点|个|小时|钟|分|刻|天|号|月|楼|层|十|人|位|名|:|时)"
)
_WEEKDAY = form(
    rf"(?P<every>每个?|每逢|逢)?{_WHICH}{_WEEK}(?:的{_WEEK})?(?P<day>[一二三四五六日天末]|[1-7](?![\d:点.]))(?P<both>两天|双休)?{_NOT_COUNTED}"
    r"|双休日(?P<rest>)"
)
_WEEK_ALONE = form(rf"(?P<which>这|本|下下|下)个?{_WEEK}(?![一二三四五六日天末1-7岁])")
_EN_DAYS = {
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_EN_DAY = (
    r"(?P<day>mon|tue|wed|wen|thu|thr|fri|sat|sun)(?:s|sday|esday|nesday|dnesday|dsday|sady|nsday|rsday|ursday|urday|tday|rday|day|ur|rs)?"
    r"(?P<plural>s)?"
)
_ENGLISH_DAY = form(
    rf"\b(?:(?P<which>this|next week(?: on)?|next|last|every|each|coming)\s+)?(?:coming\s+)?{_EN_DAY}\b\.?(?P<week>\s+next week)?(?!\s*(?:light|shine|down))"
)
_EN_WEEK = form(r"\b(?P<which>this|next|the)\s+(?P<what>weekend|week)\b|\b(?P<only>weekend)s?\b")

_FROM_TODAY = {
    "大大后天": 4, "大大后日": 4, "大后天": 3, "大后日": 3, "大后儿": 3, "外后天": 3, "外后日": 3, "外后儿": 3,
    "后天": 2, "后日": 2, "后儿": 2, "明天": 1, "明日": 1, "明儿": 1, "明个": 1, "明朝": 1, "听日": 1, "听天": 1,
    "今天": 0, "今日": 0, "今儿": 0, "今朝": 0, "当天": 0, "昨天": -1, "昨日": -1, "昨儿": -1, "前天": -2,
    "前日": -2, "前儿": -2, "大前天": -3, "the day after tomorrow": 2, "day after tomorrow": 2, "day after tmr": 2,
    "tomorrow": 1, "tmrw": 1, "tmr": 1, "2moro": 1, "today": 0, "yesterday": -1,
}  # fmt: skip
_RELATIVE = form(
    "|".join(
        (
            r"(?P<en>(?:the )?day after tom+or+ow|(?:the )?day after tmr|tom+or+ow|tmrw?|2moro|today|yesterday)",
            r"(?P<zh>"
            + "|".join(
                word + ("个?" if word.endswith("儿") else "")
                for word in sorted(_FROM_TODAY, key=len, reverse=True)
                if not word.isascii() and word != "当天"
            )
            + r")",
            rf"(?P<now>今个(?!{_WEEK}))",
            r"(?P<short>[今明听昨])(?=[早晚晨夜朝](?![教安饭])|[上下]午)",
            r"(?P<this>\bthis(?= (?:morning|afternoon|evening|noon))|\bto(?=night\b))",
        )
    )
)
_SEVERAL = form(r"今明两天|明后两天|明后天|今明天|这两天|过两天|过[两二]三天|[两二]三天以?后")
_MANY = {
    "今明两天": (0, 1), "明后两天": (1, 2), "明后天": (1, 2), "今明天": (0, 1), "这两天": (0, 1), "过两天": (2, 3),
}  # fmt: skip
_LATER = form(
    rf"(?:再?过|再等)\s*(?P<a>{N})\s*(?P<au>天|个?星期|个?礼拜|周|个月)(?:以?之?后)?"
    rf"|(?P<b>{N})\s*(?P<bu>天|个?星期|个?礼拜|周|个月)(?:以|之|过)?后(?:的(?={_WEEK}))?"
    rf"|\bin\s+(?P<c>\d{{1,2}}|an?|a couple of|{WORD})\s+(?P<cu>days?|weeks?|months?)\b"
    rf"|\b(?P<d>\d{{1,2}}|an?|{WORD})\s+(?P<du>days?|weeks?|months?)\s+(?:later|from now)\b"
)
_VAGUE = form(
    rf"过几天|过些天|过阵子|改天|改日|这几天|年底|年后|年前|节后|下下?个?月(?:[上中下]旬)?(?![{CN}\d初底末])"
    rf"|(?:这个|本)月(?:[上中下]旬|之?内)|{N}月份|(?P<year>20\d\d)年{N}月(?![龄大的])|寒假(?:期间)?|暑假(?:期间)?|next month|some day|sometime"
)
_MONTH_EDGE = form(rf"(?P<which>这个?|本|下个?|{N})?月(?P<edge>初|底|末)(?![一二三四五六七八九十])")
_WORKING = form(
    r"(?P<every>每个)?(?P<next>下一?个)?(?<!非)工作日|(?P<en>every weekday|weekdays)|(?P<work>next working day)"
)
_DAILY = form(r"每天|每日|\bevery ?day\b|\bdaily\b")

DAYS_OF_A_WEEK = 7


class Days:
    """The days said in a sheet, read on one day."""

    def __init__(self, sheet: Sheet, today: date) -> None:
        self.sheet, self.today = sheet, today
        self.said: list[Said] = []
        self.monday = today - timedelta(days=today.weekday())

    def read(self) -> list[Said]:
        """Every place where days are said, in the order of the sentence."""
        self.said += DateForms(self.sheet, self.today).read()
        for pattern, act in (
            (calendar.MADE_UP, self._made_up),
            (calendar.LUNAR, self._lunar),
            (calendar.NAMED, self._named),
            (_MONTH_EDGE, self._month_edge),
            (_SEVERAL, self._several),
            (_LATER, self._later),
            (_RELATIVE, self._relative),
            (_DAILY, self._daily),
            (_WORKING, self._working),
            (_WEEKDAYS, self._weekdays),
            (_WEEKDAY, self._weekday),
            (_WEEK_ALONE, self._week),
            (_VAGUE, self._vague),
        ):
            self.sheet.each(pattern, act, DAY)
        if self.sheet.latin:
            self.sheet.each(_ENGLISH_DAY, self._english_day, DAY)
            self.sheet.each(_EN_WEEK, self._english_week, DAY)
        return sorted(self.said, key=lambda one: one.start)

    def _add(
        self,
        match: re.Match[str],
        kind: str,
        days: tuple[date, ...],
        *,
        sure: bool = True,
        problem: DayProblem | None = None,
        weekly: bool = False,
        may_be_today: bool = False,
        spread: bool = False,
    ) -> None:
        self.said.append(
            Said(match.start(), match.end(), kind, days, sure, problem, weekly, may_be_today, spread)
        )

    def _relative(self, match: re.Match[str]) -> None:
        if match["en"]:
            word = match["en"]
            away = 2 if "after" in word else _FROM_TODAY.get(word, 1)
        elif match["zh"]:
            away = _FROM_TODAY.get(match["zh"], _FROM_TODAY.get(match["zh"].removesuffix("个"), 0))
        else:
            away = {"明": 1, "听": 1, "昨": -1}.get(match["short"] or "", 0)
        self._add(match, "relative", (self.today + timedelta(days=away),))

    def _several(self, match: re.Match[str]) -> None:
        aways = _MANY.get(match[0], (2, 3))
        days = tuple(self.today + timedelta(days=away) for away in aways)
        self._add(match, "relative", days, sure="明两" in match[0] or "后两" in match[0], spread=True)

    def _later(self, match: re.Match[str]) -> None:
        count, unit = next((match[k], match[k + "u"]) for k in "abcd" if match[k])
        many = number(count.removesuffix(" of").removeprefix("a ") if " " in count else count)
        if unit.startswith(("个月", "month")):
            day = self.today + relativedelta(months=many)
        else:
            day = self.today + timedelta(days=many * (1 if unit.startswith(("天", "day")) else 7))
        self._add(
            match, "later-weeks" if "周" in unit or "星" in unit or "礼" in unit else "relative", (day,)
        )

    def _weekday(self, match: re.Match[str]) -> None:
        if match["day"] is None or match["day"] == "末":
            self._weekend(match, match["which"] or "", every=bool(match["every"]), both=bool(match["both"]))
            return
        day, weekly = _NUMBERED[match["day"]], bool(match["every"])
        which = match["which"] or ""
        # 问下周五: 问一下 周五, or 下周五.
        doubtful = which == "下" and self.sheet.left[: match.start("which")].endswith(
            ("看", "问", "查", "说")
        )
        self._on(match, day, which, weekly=weekly, kind="weekday")
        if doubtful:
            self._on(match, day, "", weekly=weekly, kind="weekday")
            second, first = self.said.pop(), self.said.pop()
            days = tuple(sorted({*first.days, *second.days}))
            self._add(match, "weekday", days, sure=len(days) == 1, weekly=weekly)

    def _on(self, match: re.Match[str], number_of_day: int, which: str, *, weekly: bool, kind: str) -> None:
        """One weekday; `which` is 这, 下 … or nothing."""
        weeks = {"上上": -2, "上": -1, "这": 0, "本": 0, "今": 0, "下": 1, "次": 1, "下下": 2, "下下下": 3}
        before = self.said[-1] if self.said else None
        if not which and before and before.kind == "later-weeks" and before.end == match.start():
            self.said.pop()  # 两周后的周三: the Wednesday of that week
            monday = before.days[0] - timedelta(days=before.days[0].weekday())
            self._add(match, kind, (monday + timedelta(days=number_of_day),))
            return
        if which:
            day = self.monday + timedelta(days=number_of_day + 7 * weeks[which])
            # On a Sunday 这周六 is yesterday by the calendar; who wants something means the one to come.
            slip = which in ("这", "本") and day < self.today and self.today.weekday() == 6
            self._add(match, kind, (day + timedelta(days=7 * slip),), sure=not slip, weekly=weekly)
            return
        away = (number_of_day - self.today.weekday()) % 7
        days = tuple(self.today + timedelta(days=away + more) for more in ((0, 7) if away == 0 else (0,)))
        self._add(match, kind, days, sure=away != 0, weekly=weekly, may_be_today=away == 0)

    def _weekdays(self, match: re.Match[str]) -> bool | None:
        named = [_NUMBERED[one] for one in re.sub(r"[、,]", "", match["list"])]
        if named != sorted(set(named)):
            return False
        weeks = {"上上": -2, "上": -1, "这": 0, "本": 0, "今": 0, "下": 1, "次": 1, "下下": 2, "下下下": 3}
        if which := match["which"]:
            days = tuple(self.monday + timedelta(days=one + 7 * weeks[which]) for one in named)
        else:
            days = tuple(
                sorted(self.today + timedelta(days=(one - self.today.weekday()) % 7) for one in named)
            )
        self._add(match, "weekday", days, weekly=bool(match["every"]), spread=True)
        return None

    def _weekend(self, match: re.Match[str], which: str, *, every: bool, both: bool) -> None:
        weeks = {"下": 1, "次": 1, "下下": 2}.get(which, 0)
        saturday = self.monday + timedelta(days=5 + 7 * weeks)
        days = [saturday, saturday + timedelta(days=1)]
        # On a Sunday the weekend is what is left of it, or the next one.
        if self.today.weekday() == 6 and not which and not every and not both:
            days += [day + timedelta(days=7) for day in days]
        left = [day for day in days if day >= self.today]
        self._add(match, "weekend", tuple(left), sure=both or every, weekly=every, spread=True)

    def _english_day(self, match: re.Match[str]) -> None:
        name = {"wen": "wed", "thr": "thu"}.get(match["day"], match["day"])
        day, which = _EN_DAYS[name], match["which"]
        plural = bool(match["plural"]) or (match[0].rstrip(".").endswith("days"))
        if match["week"] or (which or "").startswith("next week"):
            self._on(match, day, "下", weekly=False, kind="weekday")
        elif which == "next":
            coming = self.today + timedelta(days=(day - self.today.weekday()) % 7 or 7)
            in_next_week = self.monday + timedelta(days=7 + day)
            days = tuple(sorted({coming, in_next_week}))
            self._add(match, "weekday", days, sure=len(days) == 1)
        else:
            known = {"this": "这", "last": "上"}.get(which or "", "")
            self._on(match, day, known, weekly=which in ("every", "each") or plural, kind="weekday")

    def _english_week(self, match: re.Match[str]) -> bool | None:
        if match["what"] == "week":
            if match["which"] == "the":
                return False
            self._whole_week(match, 1 if match["which"] == "next" else 0)
        else:
            self._weekend(match, "下" if match["which"] == "next" else "", every=False, both=False)
        return None

    def _week(self, match: re.Match[str]) -> None:
        self._whole_week(match, {"下": 1, "下下": 2}.get(match["which"], 0))

    def _whole_week(self, match: re.Match[str], weeks: int) -> None:
        days = (self.monday + timedelta(days=7 * weeks + away) for away in range(DAYS_OF_A_WEEK))
        self._add(match, "week", tuple(day for day in days if day >= self.today), sure=False)

    def _month_edge(self, match: re.Match[str]) -> bool | None:
        which = match["which"] or ""
        first = self.today.replace(day=1) + relativedelta(months=which.startswith("下"))
        if which and which[0] not in "这本下":
            month = number(which)
            if not 1 <= month <= 12:
                return False
            first = date(self.today.year + (month < self.today.month), month, 1)
        days = _edge(first, match["edge"])
        if not which and days[-1] < self.today:
            days = _edge(first + relativedelta(months=1), match["edge"])
        self._add(match, "edge", tuple(day for day in days if day >= self.today) or days, sure=False)
        return None

    def _daily(self, match: re.Match[str]) -> None:
        days = tuple(self.today + timedelta(days=away) for away in range(1, DAYS_OF_A_WEEK + 1))
        self._add(match, "daily", days, weekly=True, spread=True)

    def _working(self, match: re.Match[str]) -> None:
        every = bool(match["every"] or match["en"])
        days = tuple(workdays_after(self.today, count) for count in range(1, 6))
        if match["next"] or match["work"]:
            days = days[:1]
        self._add(match, "working", days, sure=every or len(days) == 1, weekly=every, spread=True)

    def _named(self, match: re.Match[str]) -> None:
        days, sure = calendar.named_days(match, self.today)
        self._add(match, "named", days, sure=sure, problem=None if days else "unpublished")

    def _made_up(self, match: re.Match[str]) -> None:
        if self.sheet.left[: match.start()].endswith(DAY):
            return  # 10月10号补班: the day is named already
        day = calendar.made_up(match, self.today)
        self._add(match, "named", (day,) if day else (), problem=None if day else "unpublished")

    def _lunar(self, match: re.Match[str]) -> None:
        self._add(match, "lunar", (), problem="lunar")

    def _vague(self, match: re.Match[str]) -> bool | None:
        if match["year"] and int(match["year"]) < self.today.year:
            return False  # of a birth, perhaps
        self._add(match, "vague", (), problem="vague")
        return None


def _edge(first: date, edge: str) -> tuple[date, ...]:
    """The first five or the last five days of a month."""
    start = first if edge == "初" else first + relativedelta(months=1, days=-5)
    return tuple(start + timedelta(days=away) for away in range(5))
