"""Hours and parts of the day at their places in a sentence: 下午两点半, 晌午, 2-4pm, half past two, 差一刻九点."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.flow.when.text import CN, DAY, HOUR, PART, SEP, WORD, N, Sheet, form, number

Part = Literal["morning", "noon", "afternoon", "evening", "night", "day"]


@dataclass(frozen=True)
class Spot:
    """A part of the day, said at one place."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True)
class Hour:
    """An hour and its minute as they were said. `half` is am or pm where it was said in the same breath."""

    start: int
    end: int
    hour: int
    minute: int
    half: Literal["am", "pm"] | None = None
    exact: bool = False  # of 24 hours: 14:30, 09:00
    choice: bool = False  # 两三点: this one or the next

    @property
    def possible(self) -> bool:
        """Whether any clock shows it."""
        return 0 <= self.minute < 60 and (self.hour < 24 or (self.hour == 24 and self.minute == 0))


_PARTS: tuple[tuple[Part, str], ...] = (
    (
        "day",
        r"(?:一|整)?整天|全天|全日|(?<![有哪那这第周每头半两前当])一天(?!半)|大?白天|从早到晚|\b(?:the )?(?:all|whole|full|entire)[ -]day\b",
    ),
    ("night", r"凌晨|大?半夜|后半夜|深夜|夜里(?!向)|三更半夜"),
    (
        "morning",
        (
            r"头晌午?|上晌|前半?晌|(?:一|整|整个)?上午|早上|早晨|大?清早|清晨|大?一大?早上?|大早上?|早起|赶早|起早|上昼|[上前]半[天日]"
            r"|朝早|早浪向?|早间|(?<=[\ue000])[早晨朝]上?|早(?=[一二三四五六七八九十\d])|\b(?:the )?mor+nin?gs?\b|\bforenoon\b"
        ),
    ),
    ("noon", r"(?:大)?中午|晌午头?|正午|午间|晏昼|中浪|\b(?:lunchtime|midday)\b"),
    (
        "afternoon",
        r"后晌|下晌|过晌|后半晌|(?:(?<![问查说讲聊])一|整|整个)?下午|午后|下昼|[下后]半[天日]|\b(?:the )?aft?ern+o+ns?\b",
    ),
    (
        "evening",
        (
            r"傍晚|傍黑|擦黑|麻麻黑|天黑|黑了|(?:一|整|整个)?晚上|晚间|晚黑|黑里|夜晚|夜里向|夜到|下晚儿?|(?<=[\ue000])[晚夜]"
            r"|晚(?=[一二三四五六七八九十\d])|\b(?:the )?(?:evenings?|tonight|night)\b"
        ),
    ),
)
_MINUTE = rf"(?P<min>半钟?|整|正|[一二两三]刻|(?P<chars>[一二两三四五六七八九])个字|过?零?(?P<fen>{N})分(?!钟)|(?:零|过)(?P<zero>{N})|(?P<tens>[0-9]{{2}}(?!\d|[个岁月元块])|[一二三四五]?十[一二三四五六七八九]?(?![个岁月元块点天])))"
_ZH_HOUR = form(
    rf"(?:差(?P<short>{N}分|[一二两]刻)(?:钟)?(?:就)?(?:到)?)?(?<![\d.])(?P<hour>\d{{1,2}}|[{'〇零一二三四五六七八九十两俩廿'}]{{1,3}})(?P<dian>点钟?|时(?![间候段常刻期代效长隔光]))"
    rf"(?:差(?P<less>{N}分|[一二两]刻)|{_MINUTE})?"
)
_CLOCK = form(
    r"(?<![\d:.])(?P<hour>\d{1,2})\s*[:;]\s*(?P<minute>\d{2})(?::\d{2})?(?![\d:])\s*(?P<half>[ap]\.?m\b\.?)?"
)
_AFTER_PART = form(rf"(?<=[{PART}])\s*(?P<hour>\d{{1,2}})\.(?P<minute>[0-5]\d)(?!\d)")
_EN_HOUR = form(
    rf"(?<![\d.:])\b(?P<hour>\d{{1,2}})(?:[.](?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?m\b\.?)"
    rf"|\b(?P<word>{WORD})[ -](?P<words>fifteen|thirty|forty[ -]five)\b(?:\s*(?P<half4>[ap]\.?m\b\.?))?"
    rf"|\b(?P<oclock>\d{{1,2}}|{WORD})\s*o'?\s?clock(?:\s*(?P<half2>[ap]\.?m\b\.?))?"
    rf"|(?<!from )(?<!between )\b(?P<frac>half|a quarter|quarter|five|ten|twenty|\d{{1,2}}(?=\s+minutes))(?:\s+minutes)?\s+(?P<side>past|to)\s+(?P<base>\d{{1,2}}|{WORD})\b(?:\s*(?P<half3>[ap]\.?m\b\.?))?"
    r"|\b(?P<noon>noon|midnight)\b"
)
# A bare number is an hour only beside what makes it one.
_COUNTED = r"(?![\d.:]|\s*(?:个|岁|月|年|号|日|楼|层|元|块|人|位|名|家|天|次|分|小时|钟|km|kids?|child|people|months?|years?|days?|weeks?|%|[\ue003\ue005]))"
_BARE_SPAN = form(
    rf"(?P<ahead>[{DAY}{PART}]\s*(?:from |at |between |,)?\s*|\b(?:from|between)\s+|从)(?P<a>\d{{1,2}}|{WORD})"
    rf"(?:{SEP}|\s+and\s+)(?P<b>\d{{1,2}}|{WORD})(?P<half>半)?{_COUNTED}"
)
_BARE_END = form(rf"(?<=[{HOUR}]){SEP}(?:第?二天)?(?P<b>\d{{1,2}}|{WORD}){_COUNTED}")
_BARE_START = form(
    rf"(?<![\d.:])(?P<a>\d{{1,2}}|[一二三四五六七八九十两]{{1,2}}|\b(?:{WORD}))(?={SEP}[{HOUR}])"
)
_BARE_BEFORE_PART = form(rf"(?<![\d.:])\b(?P<a>\d{{1,2}}|{WORD})(?=\s+(?:in|at)\s+[{PART}])")
_BARE_WORD = form(
    rf"\b(?P<role>at|till|until|til|by|before|after|from|since)\s+(?P<a>\d{{1,2}}|{WORD})\b{_COUNTED}(?!\s*(?:{SEP})?\s*\d)"
)
_EARLY_LATE = form(
    r"早(?P<a>[六七八九十]|\d{1,2})点?(?:[-~到至])?晚(?P<b>[四五六七八九十]|\d{1,2})点?(?![\d一二三四五六七八九十:])"
)
_NEIGHBOURS = {"一两", "两三", "三四", "四五", "五六", "六七", "七八", "八九"}
_ONE = form(rf"[{DAY}{PART}]\s*(?:从|约|大概)?$|(?:从|到|至|-|~)\s*$")


def read_parts(sheet: Sheet) -> list[Spot]:
    """Every part of the day said in a sheet, in the order of the sentence."""
    found: list[Spot] = []
    for part, words in _PARTS:
        for match in re.finditer(words, sheet.left):
            found.append(Spot(match.start(), match.end(), part))
            sheet.cover(match.start(), match.end(), PART)
    return sorted(found, key=lambda one: one.start)


class Hours:
    """The hours said in a sheet whose days, parts and lengths are covered already."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.found: list[Hour] = []

    def read(self) -> list[Hour]:
        """Every hour, in the order of the sentence."""
        for pattern, act in (
            (_CLOCK, self._clock),
            (_AFTER_PART, self._clock),
            (_ZH_HOUR, self._chinese),
        ):
            self.sheet.each(pattern, act, HOUR)
        if self.sheet.latin:
            self.sheet.each(_EN_HOUR, self._english, HOUR)
        self._bare()
        return sorted(self.found, key=lambda one: one.start)

    def _add(
        self,
        start: int,
        end: int,
        hour: int,
        minute: int,
        half: str | None = None,
        *,
        exact: bool = False,
        choice: bool = False,
    ) -> None:
        known: Literal["am", "pm"] | None = None
        if half:
            known = "am" if half.startswith("a") else "pm"
        self.found.append(Hour(start, end, hour, minute, known, exact or hour > 12, choice))

    def early_late(self) -> None:
        """早九晚五, which is read before 早 and 晚 are taken for parts of the day."""
        for match in _EARLY_LATE.finditer(self.sheet.left):
            self._add(match.start(), match.end("a"), number(match["a"]), 0, "am")
            self._add(match.end("a"), match.end(), number(match["b"]), 0, "pm")
            self.sheet.cover(match.start(), match.end(), HOUR)

    def _clock(self, match: re.Match[str]) -> None:
        half = match.groupdict().get("half")
        self._add(
            match.start(), match.end(), int(match["hour"]), int(match["minute"]), half,
            exact=match["hour"].startswith("0"),
        )  # fmt: skip

    def _chinese(self, match: re.Match[str]) -> bool | None:
        written = match["hour"]
        if written == "一" and not match["min"] and match["dian"] == "点" and not self._is_one(match):
            return False  # 一点 is a little, unless something makes it an hour
        two = written in _NEIGHBOURS
        try:
            hour = number(written[0] if two else written)
            minute = _minutes(match)
        except ValueError:
            return False
        short = match["short"] or match["less"]
        if short:
            away = 15 * number(short[0]) if short.endswith("刻") else number(short[:-1])
            hour, minute = (hour - 1 or 12, 60 - away) if hour else (23, 60 - away)
        self._add(match.start(), match.end(), hour, minute, choice=two)
        return None

    def _is_one(self, match: re.Match[str]) -> bool:
        text = self.sheet.left
        ahead, behind = text[: match.start()], text[match.end() :]
        alone = not ahead.strip() and not behind.strip("。.!！吧")
        return alone or bool(_ONE.search(ahead)) or bool(re.match(rf"{SEP}[{CN}\d]|[前后]|以[前后]", behind))

    def _english(self, match: re.Match[str]) -> bool | None:
        if match["noon"]:
            self._add(match.start(), match.end(), 12 if match["noon"] == "noon" else 0, 0, exact=True)
        elif match["hour"]:
            if not 1 <= int(match["hour"]) <= 24:
                return False
            self._add(
                match.start(), match.end(), int(match["hour"]), int(match["minute"] or 0), match["half"]
            )
        elif match["word"]:
            minute = {"fifteen": 15, "thirty": 30}.get(match["words"], 45)
            self._add(match.start(), match.end(), number(match["word"]), minute, match["half4"])
        elif match["oclock"]:
            self._add(match.start(), match.end(), number(match["oclock"]), 0, match["half2"])
        else:
            frac, hour = match["frac"], number(match["base"])
            minute = 30 if frac == "half" else 15 if "quarter" in frac else number(frac)
            if match["side"] == "to":
                hour, minute = hour - 1 or 12, 60 - minute
            self._add(match.start(), match.end(), hour, minute, match["half3"])
        return None

    def _bare(self) -> None:
        """2-4 after a day, the 5 of 2:30-5, the 2 of 2-4点, at 7."""
        self.sheet.each(_BARE_BEFORE_PART, self._bare_start, HOUR)
        self.sheet.each(_BARE_END, self._bare_end, HOUR)
        self.sheet.each(_BARE_START, self._bare_start, HOUR)
        for match in _BARE_SPAN.finditer(self.sheet.left):
            a, b = match.start("a"), match.start("b")
            end = match.end("half") if match["half"] else match.end("b")
            self._add(a, match.end("a"), number(match["a"]), 0)
            self._add(b, end, number(match["b"]), 30 * bool(match["half"]))
            self.sheet.cover(a, end, HOUR)
            self.sheet.drop(match.start(), end)
        for match in _BARE_WORD.finditer(self.sheet.left):
            self._add(match.start("a"), match.end("a"), number(match["a"]), 0)
            self.sheet.cover(match.start("a"), match.end("a"), HOUR)

    def _bare_end(self, match: re.Match[str]) -> None:
        self._add(match.start("b"), match.end("b"), number(match["b"]), 0)

    def _bare_start(self, match: re.Match[str]) -> bool | None:
        try:
            self._add(match.start("a"), match.end("a"), number(match["a"]), 0)
        except ValueError:
            return False
        return None


def _minutes(match: re.Match[str]) -> int:
    said = match["min"]
    if not said or said in ("整", "正"):
        return 0
    if said.startswith("半"):
        return 30
    if said.endswith("刻"):
        return 15 * number(said[0])
    if match["chars"]:
        return 5 * number(match["chars"])
    return number(match["fen"] or match["zero"] or match["tens"])
