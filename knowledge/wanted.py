"""What somebody looks for in a place: the filters of the directory, and how people say them.

周六能托的, 收7个月的, 1000以下, 晚上六点以后能接的, 有医生来的. What is read is taken out of the words, so that another
reader finds what is left: mostly where they are. Names of places hold such words (石桥长者食堂); look for those first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from knowledge.births_in import aged_in
from knowledge.figures_in import NUMBER, number, yuan_of
from knowledge.normalise import normalise
from knowledge.places import CARE, Kind
from knowledge.services import YUAN, ServiceName, Unit


@dataclass(frozen=True)
class Wanted:
    """Filters; what is empty, None or False filters nothing. Nothing that was not published passes a filter on it.

    `kinds`: any of these. `months`: a child of so many completed months. `services`: all of these. `weekdays`: open on
    any of these (1 is Monday). `hour`: open at that local time, the closing time included, or with `after` still open
    after it; on one of `weekdays`, else on a working day. `max_fen`: some price for that `unit` is at most so many fen,
    of `services` where they are named, else of any but the extended hours, which come on top. `voucher`: takes part in a programme. `minutes`: so far on foot at most.
    `cheapest` is an order, and filters nothing: whoever asks for it wants what costs least first.
    """

    kinds: frozenset[Kind] = frozenset()
    months: int | None = None
    services: frozenset[ServiceName] = frozenset()
    weekdays: frozenset[int] = frozenset()
    hour: time | None = None
    after: bool = False
    max_fen: int | None = None
    unit: Unit | None = None
    voucher: bool = False
    inclusive: bool = False
    doctor: bool = False
    open_now: bool = False
    cheapest: bool = False
    minutes: int | None = None


class Asked(NamedTuple):
    """The filters that were said, and the other words in their normalised form ("" when there are none)."""

    wanted: Wanted
    rest: str


ELDER = re.compile(
    r"老人|老年|老伴|爸妈|父母|我爸|我妈|公公|婆婆|爷爷|奶奶|姥姥|姥爷|外公|外婆|老爷子|老太太|腿脚(?:不好|不便|不方便|不利索|慢)?|走不快|走不动|走得慢|岁数大|年纪大|上年纪"
    r"|\b(?:grand(?:ma|pa|mother|father|parents?)|elderly|old people|walk slowly)\b"
)
"""That an old person is spoken of: who says so walks slowly, or with one who does."""
_CARED = re.compile(r"托|照顾|照料|照看|没人管|没人陪|白天|日托")
_CHILD = re.compile(
    r"孩子|宝宝|娃|孙|托育|托儿|幼儿|个月|小朋友|小孩|\b(?:child|kid|baby|grandson|granddaughter)"
)

# Whatever was read leaves this behind: nothing is read across it, and no length changes.
_GONE = "\x00"
_NO_SUM = "分钟|刻钟|个|岁|点|:|米|公里|里路|人|号"
_MONEY = (
    rf"(?P<n>\d[\d,]*(?:\.\d+)?[万千百k]?\d?(?!\d|{_NO_SUM})"
    rf"|[零一二两三四五六七八九十百千万]+(?![零一二两三四五六七八九十百千万]|{_NO_SUM}))"
)
_CURRENCY = r"(?:元钱?|块钱?|yuan|rmb)?"
_PER = (
    r"(?:每个?|一个?|1个?|/)?(?:小时|钟头)|每个?月|一个?月|1个?月|/月|月费|月托|每天|一天|/天|每日|半天|半日|每次|一次"
    r"| ?(?:a|an|per|/) ?(?:hour|month|day|session)"
)
_AT_MOST = r"(?:不要?超过?|不超|不高于|低于|少于|最多|至多|顶多|不到|小于|预算|under|below|less than|at most|up to|no more than)"
_OR_LESS = r"(?:以下|以内|之内|以里|封顶|左右|上下| or less)"
_PRICE = (
    re.compile(rf"(?P<per>{_PER})?(?:是|要|在)? ?{_AT_MOST}(?:是|在)? ?{_MONEY} ?{_CURRENCY}(?P<per2>{_PER})?(?:{_OR_LESS})?"),
    re.compile(rf"(?P<per>{_PER})?(?:在)?{_MONEY}{_CURRENCY}(?P<per2>{_PER})?{_OR_LESS}(?P<per3>{_PER})?"),
    re.compile(rf"(?P<per>{_PER})?\d+(?:-|~|到|至){_MONEY}(?:元钱?|块钱?|yuan|rmb|(?P<per2>{_PER}))"),
    re.compile(rf"(?P<per>{_PER})\d+(?:-|~|到|至){_MONEY}{_CURRENCY}"),
)  # fmt: skip
# A month as such, what is left of a price: no age.
_A_MONTH = re.compile(r"(?:每|[一1])个?月(?!大|龄|的?(?:娃|宝|孩|小))")
_UNITS: tuple[tuple[str, Unit], ...] = (
    ("小时|钟头|hour", "hour"), ("月|month", "month"), ("半", "half_day"), ("天|日|day", "day"), ("次|session", "session"),
)  # fmt: skip
_HOURLY, _DAILY = 100 * YUAN, 300 * YUAN
"""A bare sum below these is meant for an hour, for a day; a larger one for a month."""
_FREE = re.compile(r"免费|不要钱|不收费|free of charge|for free")

_CHEAPEST = re.compile(
    r"(?:价格|价钱)?(?:更|再|比较|最)?便宜(?:一?点儿?|些|实惠)?的?|(?:价格|价钱)(?:最低|低一?点|低些)的?|省钱(?:一?点|些)?的?|\b(?:cheap(?:er|est)?|least expensive)\b"
)

_PART = r"(?P<part>早上|早晨|清早|一早|上午|中午|下午|傍晚|晚上|晚)?"
_O_CLOCK = rf"{NUMBER}(?:点钟?|:)(?P<minute>半|一刻|三刻|\d\d)?"
_HOUR = re.compile(
    rf"(?P<till>(?:开|托|接|送|照看|等)?到)?{_PART}{_O_CLOCK}(?:到{_PART.replace('part', 'other')}{NUMBER}点半?)?"
    r"(?P<after>以后|之后|过后|后)?(?:以前|之前|前)?(?P<do>(?:还|才|就|都)?(?:能不能|能|可以|来)?(?:过来)?(?:开着|开门|开|关门|接|送|托|营业)?)"
)
_HOUR_EN = re.compile(
    r"(?P<after>after |past )?(?:until |till |at |from |by )?(?<!\d)(?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?P<half>am|pm)\b"
)
_EVENING, _EVENING_UNTIL = frozenset(("接", "关门")), 9
_DAY = "一二三四五六日天1-7"
_WEEKDAYS = (
    (re.compile(r"周末|双休日|weekends?"), frozenset({6, 7})),
    (re.compile(r"工作日|(?:周|星期|礼拜)一(?:到|至|-)(?:周|星期|礼拜)?五|weekdays|monday to friday"), frozenset(range(1, 6))),
)  # fmt: skip
_WEEKDAY = re.compile(
    rf"(?:每个?|这个?|本)?(?:周|星期|礼拜)(?P<days>[{_DAY}](?:[、,和跟及]?(?:周|星期|礼拜)?[{_DAY}](?![点:\d个岁]))*)"
)
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_EN = re.compile(rf"(?:on )?({'|'.join(_ENGLISH_DAYS)})s?")

_AHEAD = (
    (re.compile(r"大后[天日]"), 3),
    (re.compile(r"后[天日儿]"), 2),
    (re.compile(r"明[天日儿]个?|tomorrow"), 1),
    (re.compile(r"今[天日儿]个?|today"), 0),
)
"""Days that are named from today on."""
_WALK = re.compile(
    rf"(?:(?P<walk>走路?|步行|走着)(?:过去)?)?(?P<most>不超过|不到|最多)?{NUMBER}(?P<kind>分钟|刻钟)(?P<tail>之内|以内|内)?(?P<far>的?(?:生活|托育|入托|养老|助餐)?(?:服务)?圈(?:以内|之内|内|里)?|(?:就?能)?(?:走)?到|路程|的路)?"
    r"|within (?P<within>\d{1,3}) ?min(?:ute)?s?|(?P<walking>\d{1,3})[ -]min(?:ute)?s?(?:'s)? walk"
)
_NEVER = re.compile(r"(?:不|没)(?:用|需要|要|想用)?(?:消费)?券")
_MARKS = (
    ("voucher", re.compile(r"(?:能|可以)?(?:用|收|使|接受)?(?:托育)?(?:消费)?券(?:能|可以)用|(?:能|可以)?(?:用|收|使|抵|接受)?(?:托育)?(?:消费)?券|accepts? vouchers?|vouchers?")),
    ("inclusive", re.compile(r"普惠(?:性|型)?园?|inclusive|affordable")),
    ("doctor", re.compile(r"(?:有|带|配)?(?:儿科|儿保|保健|驻园)?(?:医生|大夫|医师)(?:定期|每周|经常)?(?:会|能)?(?:来|坐诊|巡诊|驻点)?|(?:with )?(?:a )?(?:doctor|p(?:a)?ediatrician)")),
    ("open_now", re.compile(r"(?:现在|这会儿|这时候|此刻|眼下)(?:还|正)?在?(?:开着?门?|营业|能去)|open (?:right )?now|now open")),
)  # fmt: skip
_KINDS: tuple[tuple[re.Pattern[str], frozenset[Kind]], ...] = (
    (re.compile(r"幼儿园(?:的)?(?:托班)?|kindergartens?"), frozenset({"kindergarten"})),
    (re.compile(r"家庭托育点?|家庭式托育|home-based(?: care)?"), frozenset({"home"})),
    (re.compile(r"社区(?:托育点?|宝宝屋|托管点)|宝宝屋"), frozenset({"community"})),
    (re.compile(r"(?:单位|厂里|企业|公司|厂区)(?:的)?(?:托育点?|办托|托班)"), frozenset({"employer"})),
    (
        re.compile(r"(?:老年|长者|老人|社区)?(?:食堂|饭堂|助餐[点站]?)|(?:老人)?吃饭|开饭|canteens?"),
        frozenset({"canteen"}),
    ),
    (re.compile(r"养老(?:驿站|服务站|服务中心|站)|日间照料中心"), frozenset({"station"})),
)
_CARE = re.compile(r"托育(?:园|中心|机构|所|点)?|托儿所|托班|nurser(?:y|ies)|childcare|day ?care")
_SERVICES: tuple[tuple[re.Pattern[str], ServiceName], ...] = (
    (re.compile(r"计时托?|(?:按|论)(?:小时|钟点)托?|小时托|钟点托|hourly"), "hourly"),
    (re.compile(r"临时托?|应急托?|drop-?in"), "dropin"),
    (re.compile(r"半[日天]托?|half[ -]day"), "half_day"),
    (re.compile(r"全[日天]托?|full[ -](?:day|time)"), "full_day"),
    (re.compile(r"延时托?|晚托|晚点接|extended(?: hours)?|late pick-?up"), "extended"),
    (re.compile(r"假期托?|寒暑假托?|暑假托?|寒假托?|假日托|holiday care"), "holiday"),
    (re.compile(r"亲子(?:园|课|班|活动)?|parent-child|playgroups?"), "parent_child"),
    (re.compile(r"日间照料"), "day_care"),
)
_FILLER = re.compile(
    r"(?:能|可以|会|收|给|个|开不开|提供|而且|上午|下午|晚上|早上|接|送|托|想|找|要|有没有|有人|有|没有|没|哪里|哪儿|哪家|哪些|哪|去|的|地方|那种|那家|吗|呢|么|嘛|吧|啊|呀|也行|也"
    r"|都|还|就|看孩子|带孩子|孩子|宝宝|娃|我家|我|请问|帮我|附近|里|家|园|来得及|来|开着|开门|开|营业|一下|能不能|大|小时|半"
    rf"|这个|那个|{NUMBER}个?(?:小时|钟头)|[ ,.?!;、]"
    r"|\b(?:is|there|with|an?|the|on|in|at|by|for|that|are|takes?|accepts?|ones?|places?|pick-?up|drop[ -]off|care|open|and|old|child|baby|old)\b)+"
)
_ENDS = re.compile(
    r"^(?:[ ,.?!;、的吗呢]|care\b|at\b|on\b)+|(?:[ ,.?!;、的]|收|有没有|有|能|可以|想找|找|想)+$"
)


def for_an_elder(text: str) -> bool:
    """Whether words look for care for somebody who is old, and not for a child: 我爸80岁了白天没人照顾."""
    said = normalise(text)
    return ELDER.search(said) is not None and _CARED.search(said) is not None and _CHILD.search(said) is None


def read(text: str, today: date) -> Asked:
    """The filters in somebody's words. `today` is the local day from which a birth date is counted to months."""
    words = _Words(normalise(text))
    found: dict[str, Any] = {}
    for reader in (_price, _walk, partial(_weekdays, today=today), _hour, _marks, _offers):
        found |= reader(words)
    if aged := aged_in(words.left, today):
        span, child = aged
        if child.fewest >= 0:
            words.take(span)
            found["months"] = child.fewest
    return Asked(Wanted(**found), words.rest())


class _Words:
    """What has not been read yet."""

    def __init__(self, said: str) -> None:
        self.said = self.left = said

    def take(self, span: tuple[int, int]) -> None:
        start, end = span
        self.left = self.left[:start] + _GONE * (end - start) + self.left[end:]

    def taken(
        self, pattern: re.Pattern[str], good: Callable[[re.Match[str]], bool] = bool
    ) -> re.Match[str] | None:
        """The first match that is good, taken out."""
        for match in pattern.finditer(self.left):
            if good(match):
                self.take(match.span())
                return match
        return None

    def rest(self) -> str:
        if self.left == self.said:
            return self.said
        parts = re.split(rf"{_GONE}+|[,.?!;]", self.left)
        kept = [_ENDS.sub("", part).strip() for part in parts if not _FILLER.fullmatch(part)]
        return " ".join(filter(None, kept))


def _price(words: _Words) -> dict[str, Any]:
    if words.taken(_FREE):
        return {"max_fen": 0}
    for pattern in _PRICE:
        if (match := words.taken(pattern)) is None:
            continue
        try:
            fen = yuan_of(match["n"].replace(",", "")) * YUAN
        except ValueError:
            continue
        said = next((match[name] for name in ("per", "per2", "per3") if match.groupdict().get(name)), "")
        unit = next((unit for spelt, unit in _UNITS if said and re.search(spelt, said)), None)
        return {
            "max_fen": fen,
            "unit": unit or ("hour" if fen < _HOURLY else "day" if fen < _DAILY else "month"),
        }
    words.taken(_A_MONTH)
    return {"cheapest": True} if words.taken(_CHEAPEST) else {}


def _walk(words: _Words) -> dict[str, Any]:
    match = words.taken(
        _WALK,
        lambda found: bool(
            found["walk"] or found["far"] or found["tail"] or found["within"] or found["walking"]
        ),
    )
    if match is None:
        return {}
    if said := match["within"] or match["walking"]:
        return {"minutes": int(said)}
    count = _count(match[3])
    return {} if count is None else {"minutes": count * (15 if match["kind"] == "刻钟" else 1)}


def _weekdays(words: _Words, today: date) -> dict[str, Any]:
    days: set[int] = set()
    for pattern, ahead in _AHEAD:
        if words.taken(pattern):
            days.add((today + timedelta(days=ahead)).isoweekday())
    for pattern, named in _WEEKDAYS:
        if words.taken(pattern):
            days |= named
    while match := words.taken(_WEEKDAY):
        days |= {
            "一二三四五六日".index(day.replace("天", "日")) + 1 for day in match["days"] if day in _DAY[:8]
        }
        days |= {int(day) for day in match["days"] if day.isdecimal()}
    while match := words.taken(_WEEKDAY_EN):
        days.add(_ENGLISH_DAYS.index(match[1]) + 1)
    return {"weekdays": frozenset(days)} if days else {}


def _hour(words: _Words) -> dict[str, Any]:
    if match := words.taken(_HOUR_EN):
        hour = int(match["h"]) % 12 + (12 if match["half"] == "pm" else 0)
        return {"hour": time(hour, int(match["m"] or 0) % 60), "after": match["after"] is not None}
    match = words.taken(_HOUR, lambda found: _count(found[3]) is not None and not _at_work(found))
    if match is None:
        return {}
    hour = number(match[3])
    minute = {"半": 30, "一刻": 15, "三刻": 45, None: 0}.get(match["minute"])
    part = match["part"] or ""
    evening = part in ("下午", "傍晚", "晚上", "晚") or (part == "中午" and hour < 4)
    # Nobody comes for a child at seven in the morning, or brings one at five.
    fetched = bool(match["till"]) or any(word in match["do"] for word in _EVENING)
    if not part and (hour < 7 or (fetched and hour <= _EVENING_UNTIL)):
        evening = True
    hour += 12 if evening and hour < 12 else 0
    minutes = int(match["minute"]) if minute is None else minute
    if hour > 23 or minutes > 59:
        return {}
    return {"hour": time(hour, minutes), "after": match["after"] is not None}


def _at_work(found: re.Match[str]) -> bool:
    """六点下班 says when somebody leaves work, not when a place is to be open."""
    return found.string.startswith(("下班", "上班"), found.end())


def _count(written: str) -> int | None:
    """A number; None for what is none (百)."""
    try:
        return number(written)
    except ValueError:
        return None


def _marks(words: _Words) -> dict[str, Any]:
    words.taken(_NEVER)
    return {mark: True for mark, pattern in _MARKS if words.taken(pattern)}


def _offers(words: _Words) -> dict[str, Any]:
    kinds: set[Kind] = set()
    for pattern, named in _KINDS:
        while words.taken(pattern):  # 吃饭的食堂
            kinds |= named
    if words.taken(_CARE) and not kinds:
        kinds |= CARE
    services = {service for pattern, service in _SERVICES if words.taken(pattern)}
    return {name: frozenset(some) for name, some in (("kinds", kinds), ("services", services)) if some}
