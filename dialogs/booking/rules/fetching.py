"""Who may take a child home, read from words; the pick-up code; the steps when nobody comes. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

from bot.words import fold

STEPS = (10, 20, 40)
"""Minutes after the booked end at which something is done when nobody has come."""
NAME_AT_MOST = 30
"""Characters of a name: how the child calls whoever comes."""

_LIST = re.compile(
    r"(?:都有)?谁(?:能|可以)(?:来)?接(?:孩子|宝宝|娃)?|接送人|(?:who)?(?:may|can)pickup|pickuplist"
)
_ALLOW = re.compile(
    r"(?:以后|平时)?(?P<name>[^\d,，?？谁]{1,12}?)(?:也|都)?(?:能|可以)(?:来)?接(?:孩子|宝宝|娃)?(?:[,，、]?(?:(?:手机|电话)?(?:号)?尾号(?:是)?|(?:手机|电话)(?:号码?)?(?:是)?\d{7})(?P<tail>\d{4}))?"
    r"|加(?:个|一位)?接送人[:：]?(?P<other>[^\d,，?？]{1,12}?)(?:[,，]?(?:尾号)?(?P<other_tail>\d{4}))?"
)
_ALLOW_EN = re.compile(
    r"(?P<name>[a-z][a-z .']{0,30}?) (?:may|can) pick up(?:,? (?P<tail>\d{4}))?", re.IGNORECASE
)
_TODAY = re.compile(
    r"(?:今天|今晚|今儿|今天下午|今天中午)(?:换|改|是|由|让)?(?P<name>[^\d,，?？谁]{1,12}?)(?:过)?(?:来|去)?接(?:孩子|宝宝|娃|小朋友)?"
)
_TODAY_EN = re.compile(r"(?P<name>[a-z][a-z .']{0,30}?) picks? up today", re.IGNORECASE)
_SOMEBODY = re.compile(
    r"(?:今天)?(?:我)?(?:要|想|能不能|能)?换(?:个)?人(?:来|去)?接(?:孩子|宝宝|娃)?(?:行吗|行不行|可以吗|吗)?|(?:改|换)(?:一下)?接送人|(?:今天)?我(?:去|来)?接不了(?:孩子|宝宝|娃)?了?|(?:somebody|someone)elsepicksup(?:today)?"
)
_CODE = re.compile(r"(?:接(?:走)?(?:送码)?|pickup|code)[:：]?(\d{4})")
_NAMED = re.compile(r"(?P<name>[^\d,，?？谁今明后]{1,6}?)(?:来接(?:孩子|宝宝|娃)?(?:了|走了?)?|接走了?)")
_RELATIVES = frozenset(
    [
        "妈妈",
        "爸爸",
        "奶奶",
        "爷爷",
        "外婆",
        "外公",
        "姥姥",
        "姥爷",
        "阿公",
        "阿婆",
        "姑姑",
        "姨妈",
        "阿姨",
        "小姨",
        "舅舅",
        "舅妈",
        "叔叔",
        "伯伯",
        "婶婶",
        "家长",
        "mum",
        "mom",
        "dad",
        "grandma",
        "grandpa",
    ]
)
_KIN = re.compile(
    rf"(?:孩子|宝宝|娃|小朋友)?(?:今天|今晚|下午|中午|晚上)?(?:换|换成|改|改成|改由|是|由|让|叫|请)?(?P<name>(?:我|他|她|孩子|娃)?(?:家|的)?(?:{'|'.join(sorted(_RELATIVES))}|我妈|我爸|他爸|他妈|她爸|她妈|邻居|保姆))"
    r"(?:过)?(?:来|去)?接(?:一下)?(?:孩子|宝宝|娃|小朋友)?(?:吧|了|啊|哈)?|我(?:去|来)?接不了(?:了)?[,，](?P<other>[^\d,，?？]{1,6}?)(?:去|来)(?:接)?"
)
"""The same without a day, of somebody who is called by what they are to the child."""
_CAME = re.compile(
    r"(?P<name>[^\d,，?？]{1,12}?)(?:已经)?(?:到了|来了|到园了?)|(?P<english>[a-z]{1,20})(?:ishere|hasarrived)"
)
_LATE = re.compile(
    r"(?:(?:路上|我)?(?:堵车|堵在路上|堵住|晚点|塞车)[了到]?|(?:我)?(?:已经)?在路上了?|(?:我|我们)?(?:马上|就|快)到了?|(?:我|我们)?(?:要|会|可能)?(?:晚|迟)(?:点|一点|一会儿?|些)?(?:到|接|来接))"
    r"(?:[,，、]?(?:大概|大约|可能|还要|再|要|晚)*(?P<much>\d{1,3}分钟?|半个?小时|半个?钟头?|[一二两三四五]?十?[五]?分钟|一个?小时|一个?钟头?)(?:就?能?到|到园?|后到|之后到)?)?"
    r"|(?:路上堵车|堵车|加班|有事)?(?:了)?[,，]?(?:我|我们)?(?:大概|大约|可能|得|要|会)*(?:晚|迟)(?:个|了)?(?P<middle>\d{1,3}分钟|半个?小时|半个?钟头?|[一二两三四五]?十?[五]?分钟|一个?小时|一个?钟头?)(?:左右)?(?:再)?(?:到园?|过?来接|去接|接|送|来|去)?(?:孩子|宝宝|娃)?(?:了|啊|哈)?"
    r"|(?:我|我们)?(?:还要|再过|过|再|要)?(?P<first>\d{1,3}分钟|半个?小时|一个?小时)(?:后|之后)?(?:就?能?到|来接)"
    r"|(?:i'?m|weare|we're)?(?:ontheway|onmyway|runninglate|stuckintraffic)(?:[,，]?(?P<english>\d{1,3})min(?:ute)?s?)?",
)
_MINUTES = {"半小时": 30, "半个小时": 30, "半个钟头": 30, "半个钟": 30, "一小时": 60, "一个小时": 60, "一个钟头": 60, "十分钟": 10, "十五分钟": 15, "二十分钟": 20, "三十分钟": 30, "五分钟": 5, "四十分钟": 40}  # fmt: skip
_AT_DOOR = re.compile(r"接?编号(\d+)(?:的)?[,，:：]?([^\d,，]{1,12}?)(?:来接(?:孩子)?)?")
_MAY_THEY = re.compile(
    rf"(?:到时候?)?(?:能不能|可不可以|可以|能)?(?:让|叫|由|请)?(?:我|他|她|孩子)?(?:{'|'.join(sorted(_RELATIVES))})(?:能不能|可不可以|可以|能)?(?:来|去)?接(?:孩子|宝宝|娃)?"
    r"(?:吗|么|行吗|行不行|可以吗|好吗|可不可以|没问题吧)[?？]?|can(?:grandma|grandpa|grandmother|grandfather|dad|mum|mom|somebodyelse|someoneelse)pick(?:him|her|them|mychild)?up[?？]?"
)


def asks_list(text: str) -> bool:
    """谁能接, 可以让奶奶去接吗."""
    return _LIST.fullmatch(fold(text)) is not None or _MAY_THEY.fullmatch(fold(text)) is not None


def allows(text: str) -> tuple[str, str] | None:
    """「外婆能接，尾号8000」: the name and the last four digits of a telephone ("" where none were said)."""
    found = _ALLOW.fullmatch(fold(text)) or _ALLOW_EN.fullmatch(text.strip())
    if found is None:
        return None
    parts = found.groupdict()
    return _name(parts["name"] or parts.get("other") or ""), parts["tail"] or parts.get("other_tail") or ""


def changes(text: str) -> str | None:
    """「今天外婆来接」: who comes; "" where it is only said that somebody else does."""
    if _SOMEBODY.fullmatch(fold(text)):
        return ""
    found = _TODAY.fullmatch(fold(text)) or _TODAY_EN.fullmatch(text.strip())
    if found is None:
        found = _KIN.fullmatch(fold(text))
        return None if found is None else _name(found["name"] or found["other"])
    return "" if found["name"] in ("换人", "换个人", "别人") else _name(found["name"])


def says_today(text: str) -> bool:
    """Whether words say that it is today."""
    return re.search(r"今天|今晚|今儿|\btoday\b", text) is not None


def at_the_door(text: str) -> str | tuple[int, str] | None:
    """What staff type when somebody comes: 「接 4821」 a code, 「编号12 舅舅来接」 a booking's number and a name."""
    folded = fold(text)
    if (code := _CODE.fullmatch(folded)) is not None:
        return code[1]
    found = _AT_DOOR.fullmatch(folded)
    return None if found is None or "接" not in folded else (int(found[1]), _name(found[2]))


def named(text: str) -> str | None:
    """「奶奶来接」, or only 「奶奶」, of staff who were asked who it is: the name."""
    folded = fold(text)
    if folded in _RELATIVES:
        return folded
    found = _NAMED.fullmatch(folded)
    return None if found is None else _name(found["name"]) or None


def arrived(text: str) -> str | None:
    """「宝宝到了」: the child's name as it is compared."""
    found = _CAME.fullmatch(fold(text))
    return None if found is None else found["name"] or found["english"]


def late(text: str) -> int | None:
    """「堵车了，半小时到」: whoever fetches is late and on the way. How many minutes more; 0: not said."""
    found = _LATE.fullmatch(fold(text))
    if found is None:
        return None
    much = found["much"] or found["middle"] or found["first"] or found["english"] or ""
    digits = re.match(r"\d+", much)
    return int(digits[0]) if digits else _MINUTES.get(much, 0)


def code_of(signature: str) -> str:
    """Four digits of a signature."""
    return f"{int.from_bytes(sha256(signature.encode()).digest()[:8]) % 10_000:04d}"


def _name(said: str) -> str:
    return said.strip(" 的是，,")[:NAME_AT_MOST]
