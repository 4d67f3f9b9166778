"""Short questions about places that were just shown: of which one, what is asked, for what days or age. Pure.

第二家几点开门 · 周六开吗 · 一天多少钱 · 10个月收吗 · 就这家吧. Whoever asks more than one thing, or names a matter, asks
nobody's follow-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.flow.numerals import in_figures
from knowledge.normalise import normalise
from knowledge.wanted import read

Asked = Literal["card", "phone", "way", "far", "hours", "price", "ages", "book", "unsaid", "take", "others"]
"""What is asked of a place: `unsaid` is what no pack publishes (does it deliver, must one order), `take` that it is to be
booked, `others` which ones there are beside it."""


@dataclass(frozen=True)
class FollowUp:
    """`nth`: of the list that was shown, from 1; None: of the place on the card, else of all that were shown. `days`: 1 is Monday."""

    asked: Asked
    nth: int | None = None
    days: frozenset[int] = frozenset()
    months: int | None = None


_NTH = re.compile(
    r"^(?P<verb>(?:那?就|我|想|要|选|去|约|订|看看?|问问?)*)(?:上面|那个)?第(?P<nth>[一二三四五六七八九1-9])(?:家|个|所)?(?:的|呢|是)?"
)
_TAKES = re.compile(r"就|约|订")
_NEAREST = re.compile(r"^(?:最近|离(?:我|家)最近|头一个?|第一)(?:的|那|这|家|个|一家)+(?:呢|是)?")
_DAY = re.compile(
    r"(?:这个?|本|下个?|每个?)?(?:周|星期|礼拜)[一二三四五六日天末](?:[和、跟]?(?:周|星期|礼拜)?[一二三四五六日天])*|双休日|今[天日儿]|明[天日儿]|大?后[天日儿]"
    r"|\b(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekends?\b|\btoday\b|\btomorrow\b"
)
_BEFORE = re.compile(
    r"^(?:请问|那么?|哦|嗯|都|这一?家|那一?家|他家|他们家?|它家?|园里|食堂里?|这个|那个|这里|那里|这儿|那儿|平时|一般|大概|具体|现在|早上|中午|晚上|下午|我家|我们?|孩子|宝宝|娃|[的呢,， ])+(?=.)"
)
_BEHIND = re.compile(r"(?:吗|么|呢|啊|呀|吧|不|嘛|哈|的)+$")
_COUNTED = r"(?:一|每|1|包)?个?(?:小时|钟头|半天|天|日|月|次|顿|餐|份|人|位)"
_ORDER = r"(?:预约|预订|预定|订餐|报餐|订|登记|打电话|约)"
_OPEN = r"(?:还)?(?:开(?:不开|没开|着门?|门|园|放)?|营业|上班|休息|放假|有人)"
_PATTERNS: tuple[tuple[Asked, str], ...] = (
    ("take", r"那?就(?:约|选|要|去|定|订|在)?(?:这|那|它|他们?)(?:一?家|一?个|里|儿)?(?:好|了)*|我?(?:要|选|定|约|订|去)(?:这|那|它|他们?)(?:一?家|一?个|里|儿)?(?:好|了)*|(?:就|我?要|我?想)?在?(?:这|那)(?:里|儿|家)?(?:预?约|订)(?:一下|一次)?|帮我(?:预?约|订)(?:一下|一次|这家|那家|上)?|(?:just )?(?:book|take) (?:it|this one|that one)|this one"),
    ("phone", r"(?:联系)?(?:电话|号码|手机号?|联系方式)(?:号码|是|有|给我|发我|多少|几号|什么)*|怎么联系|打(?:什么|哪个)电话|(?:what is the |the )?phone(?: number)?"),
    ("far", r"(?:离|到)?(?:我家?|这里?|家)?(?:里|儿|有)?(?:远不远|多远|远|近不近|几公里|几里路?)|(?:走路?|过去|走过去)(?:过去)?(?:要|得)?(?:多久|几分钟|多长时间|多少分钟)|多久(?:能)?(?:走)?到|how far(?: is it)?"),
    ("way", r"(?:要)?怎么(?:走|去|到|过去|坐车)|(?:地址|位置)(?:在哪里|在哪儿?|是哪|是什么|是|发一下|发(?:给)?我(?:一下)?)*|在(?:哪里?|哪儿|什么地方|啥地方|什么位置)|where is it|how do i get there|address"),
    ("hours", rf"(?:是)?(?:几点|什么时候|啥时候)(?:开始)?(?:开门|关门|开园|放学|开饭|吃饭|有饭|能吃|打饭|卖饭|开始|开|关|下班|上班|营业|结束)|(?:开|营业)到(?:几点|什么时候)|几点到几点|(?:营业|开门|开园|开放|开饭|吃饭)?时间(?:是|几点|表|段)*|{_OPEN}|opening hours|when does it (?:open|close)|is it open(?: now)?|open"),
    ("price", rf"(?:{_COUNTED})?(?:要|是|得)?(?:多少钱|几块钱?|多少|怎么收费?|什么价)(?:{_COUNTED})?|(?:怎么|如何)收费|收费(?:是)?(?:多少|标准|怎么样|怎么收)?|(?:价格|价钱|费用)(?:是)?(?:多少|怎么样|呢)?|贵不贵|贵|how much(?: is it| does it cost)?|prices?"),
    ("ages", r"收?(?:多大|几岁|几个月|什么年龄|多大年纪)(?:的)?(?:孩子|宝宝|娃)?(?:才|就|都)?(?:能|可以|会)?(?:收|去|送|托|上|进)?|how old|what ages?"),
    ("book", rf"(?:还)?(?:能|可以|能不能|可不可以)(?:预)?约|怎么(?:预)?约|(?:还)?有(?:没有)?(?:空)?(?:位子?|位置|名额|托位)|(?:就)?约?这家|(?:要|需要|用|得|要不要|用不用|需不需要)(?:提前|先|事先)?{_ORDER}|can i book(?: it| there)?|any places? left"),
    ("unsaid", r"(?:能|可以|给|能不能|可不可以|会|帮)?(?:送餐|送饭|送上门|上门送|送到家|外送|外卖|送)(?:餐|饭)?(?:上门|到家)?|送不送(?:餐|饭)?(?:上门)?|(?:能|可以|让|给)?打包(?:带走)?|(?:有)?(?:清真|素菜|素食|软饭|无糖)(?:的|餐|饭|菜)?|(?:今天|中午|晚上)?(?:吃|有)(?:什么|啥)(?:菜|好吃的)?|菜单|(?:什么|啥)菜|(?:能|可以)?停车|好停车"),
    ("others", r"(?:还)?有(?:没有)?(?:别|其他|其它|另外)的?(?:家|地方|园)?|(?:还有)(?:哪些|别家|哪家)?|换(?:一?家|一个)|别(?:的|家)|下一家|any others?|others?|another one"),
    ("card", r"(?:详细|具体)?(?:介绍|说说|讲讲|看看|情况|怎么样|信息|详细)(?:一下|情况|信息)?|好不好"),
)  # fmt: skip
_READ = tuple((asked, re.compile(pattern)) for asked, pattern in _PATTERNS)
_THAT_OLD = re.compile(r"(?:收|要)(?:不收|不要)?|(?:能|可以)(?:去|送|收|托|上)?|行|ok")
"""What is asked beside an age: 10个月收吗."""
_AGE = re.compile(r"^.*(?:\d|[零一二两三四五六七八九十半])(?:个半?月|岁半?|周岁)(?:大)?(?:的)?")
LONGEST = 30
"""Characters of a follow-up."""


def follow_up(text: str, today: date) -> FollowUp | None:
    """What a short text asks of places that were just shown; None: of no place, or more than one thing.

    周六开的 and 收7个月的 say which places are looked for, and ask nothing of one.
    """
    said = normalise(text).strip("?。.!~ ")
    if not said or len(said) > LONGEST:
        return None
    nth, takes, said = _which(said)
    days: frozenset[int] = frozenset()
    if day := _DAY.search(said):
        days = read(day[0], today).wanted.weekdays
        said = said[: day.start()] + said[day.end() :]
    months = read(said, today).wanted.months
    if (days or months is not None) and said.endswith("的"):
        return None
    if months is not None:
        asks_age = _THAT_OLD.fullmatch(_BEHIND.sub("", _AGE.sub("", said)))
        return FollowUp("ages", nth, days, months) if asks_age else None
    said = said.strip(" ,的")
    if not _BEHIND.sub("", said):
        return None if nth is None or days else FollowUp("take" if takes else "card", nth)
    for plain in (said, _BEFORE.sub("", said)):
        bare = _BEHIND.sub("", plain)
        for asked, pattern in _READ:
            if bare and pattern.fullmatch(bare) is not None:
                return FollowUp(asked, nth, days)
    return None


def _which(said: str) -> tuple[int | None, bool, str]:
    """Which place of a list words name, whether they take it (就第二家吧), and what else they say."""
    if found := _NTH.match(said):
        return in_figures(found["nth"]), _TAKES.search(found["verb"]) is not None, said[found.end() :]
    if found := _NEAREST.match(said):
        return 1, False, said[found.end() :]
    return None, False, said
