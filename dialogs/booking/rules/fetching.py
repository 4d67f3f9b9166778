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
_NUMBER_CAME = re.compile(
    r"编号(\d{1,9})(?:的)?(?:孩子|宝宝)?(?:已经)?(?:到了|来了|到园了?)|(\d{1,9})号(?:的)?(?:孩子|宝宝)?(?:已经)?(?:到了|来了|到园了?)"
)
_LATE = re.compile(
    r"(?:(?:路上|我)?(?:堵车|堵在路上|堵住|晚点|塞车)[了到]?|(?:我)?(?:已经)?在路上了?|(?:我|我们)?(?:马上|就|快)到了?|(?:我|我们)?(?:要|会|可能)?(?:晚|迟)(?:点|一点|一会儿?|些)?(?:到|接|来接))"
    r"(?:[,，、]?(?:大概|大约|可能|还要|再|要|晚)*(?P<much>\d{1,3}分钟?|半个?小时|半个?钟头?|[一二两三四五]?十?[五]?分钟|一个?小时|一个?钟头?)(?:就?能?到|到园?|后到|之后到)?)?"
    r"|(?:路上堵车|堵车|加班|有事)?(?:了)?[,，]?(?:我|我们)?(?:大概|大约|可能|得|要|会)*(?:晚|迟)(?:个|了)?(?P<middle>\d{1,3}分钟|半个?小时|半个?钟头?|[一二两三四五]?十?[五]?分钟|一个?小时|一个?钟头?)(?:左右)?(?:再)?(?:到园?|过?来接|去接|接|送|来|去)?(?:孩子|宝宝|娃)?(?:了|啊|哈)?"
    r"|(?:我|我们)?(?:还要|再过|过|再|要)?(?P<first>\d{1,3}分钟|半个?小时|一个?小时)(?:后|之后)?(?:就?能?到|来接)"
    r"|(?:i'?m|weare|we're)?(?:ontheway|onmyway|runninglate|stuckintraffic)(?:[,，]?(?P<english>\d{1,3})min(?:ute)?s?)?",
)
_MINUTES = {"半小时": 30, "半个小时": 30, "半个钟头": 30, "半个钟": 30, "一小时": 60, "一个小时": 60, "一个钟头": 60, "十分钟": 10, "十五分钟": 15, "二十分钟": 20, "三十分钟": 30, "五分钟": 5, "四十分钟": 40}  # fmt: skip
_AT_DOOR = re.compile(
    r"接?编号(\d+)(?:的)?[,，:：]?([^\d,，]{0,12}?)(?:来)?(?:接(?:走)?(?:孩子)?(?:走)?了?)?"
)
_MAY_THEY = re.compile(
    rf"(?:到时候?)?(?:能不能|可不可以|可以|能)?(?:让|叫|由|请)?(?:我|他|她|孩子)?(?:{'|'.join(sorted(_RELATIVES))})(?:能不能|可不可以|可以|能)?(?:来|去)?接(?:孩子|宝宝|娃)?"
    r"(?:吗|么|行吗|行不行|可以吗|好吗|可不可以|没问题吧)[?？]?|can(?:grandma|grandpa|grandmother|grandfather|dad|mum|mom|somebodyelse|someoneelse)pick(?:him|her|them|mychild)?up[?？]?"
)


_NO_NAME = re.compile(
    r"不|别|没|勿|禁止|几点|早点|晚点|早些|晚些|早一点|晚一点|任何|所有|大家|随便|人人|什么|哪|谁|自己|本人|^我$|^都$|^人$|准时|按时|马上|正常|照常|时间|\d"
)
"""What no name of somebody who fetches holds: 今天别让爸爸接, 今天几点来接, 任何人都能接."""
_ANYBODY = re.compile(
    r"(?:任何人|谁|所有人|大家|随便谁|哪个人|谁来)(?:来)?(?:都|也)(?:能|可以|行)(?:来)?(?:接|接走)?(?:孩子|宝宝|娃)?|谁接都(?:行|可以)"
)
_WHO = r"(?P<name>[^\d,，?？]{1,8}?)"
_KINSHIP = rf"(?P<name>(?:我|他|她|孩子|娃)?(?:家|的)?(?:{'|'.join(sorted(_RELATIVES))}|我妈|我爸|他爸|他妈|她爸|她妈|邻居|保姆))"
_FORBIDS = (
    re.compile(
        rf"(?:今天|今晚|以后|千万|绝对|一定|请|你们|老师)*(?:别|不要|不能|不准|不许|不让|不给|禁止|不可以)(?:再)?(?:让|给|叫|由)?{_WHO}(?:再)?(?:来|去)?(?:接|接走|带走)(?:走|我)?(?:家|的)?(?:孩子|宝宝|娃|他|她)?(?:走|了)?"
    ),
    re.compile(
        rf"(?:以后|今天)?{_WHO}(?:今天|以后)?(?:不能|不可以|不准|不许|不要|不让)(?:再)?(?:来|去)?(?:接|接走|带走)(?:走|我)?(?:家|的)?(?:孩子|宝宝|娃|他|她)?了?"
    ),
    re.compile(
        rf"(?:把|将)?{_KINSHIP}(?:从(?:接送)?名单(?:里|上)?)?(?:删掉|删了|删除|去掉|去除|取消|拿掉|移除)(?:接送)?"
    ),
)
_REFUSES = re.compile(
    r".{0,6}(?:不认识|不同意|不行|不可以|不能让?.{0,4}接|别让.{0,6}接|拒绝|不是我家|不许|不准|没让.{0,4}接).{0,12}"
)
_ALARM = re.compile(
    r"接错(?:了|人)|不是我(?:们|家|叫|让)?[^,，。]{0,6}接(?:走|的)|(?:我|他|她)?[^,，。]{0,4}没(?:有)?(?:去|来)?接(?:孩子|走|过|啊|呀|$)|孩子没(?:有)?(?:去|来|送)|(?:今天)?没(?:有)?送(?:孩子|过去|去)|谁把(?:孩子|娃|宝宝)接走|孩子被谁接走|不是我家(?:的)?(?:外公|外婆|爷爷|奶奶|爸爸|妈妈|人)"
)


def forbids(text: str) -> str | None:
    """「今天别让爸爸接」, 「爸爸不能接」, 「把外公删掉」: who takes no child along."""
    if len(text) > 30:
        return None
    for pattern in _FORBIDS:
        found = pattern.fullmatch(fold(text))
        if found is not None and _NO_NAME.search(found["name"]) is None:
            return _name(found["name"])
    return None


def anybody(text: str) -> bool:
    """「任何人都能接」: nobody is on such a list."""
    return _ANYBODY.fullmatch(fold(text)) is not None


def refuses(text: str) -> bool:
    """What a family says to a stranger at the door that is no yes: 不认识这个人, 绝对不行."""
    return _REFUSES.fullmatch(fold(text)) is not None


def alarmed(text: str) -> bool:
    """Whether a family says that what it was told of its child is not so: 孩子不是我接的, 孩子没去啊."""
    return len(text) <= 40 and _ALARM.search(fold(text)) is not None


def asks_list(text: str) -> bool:
    """谁能接, 可以让奶奶去接吗."""
    return _LIST.fullmatch(fold(text)) is not None or _MAY_THEY.fullmatch(fold(text)) is not None


def allows(text: str) -> tuple[str, str] | None:
    """「外婆能接，尾号8000」: the name and the last four digits of a telephone ("" where none were said)."""
    found = _ALLOW.fullmatch(fold(text)) or _ALLOW_EN.fullmatch(text.strip())
    if found is None:
        return None
    parts = found.groupdict()
    name = _name(parts["name"] or parts.get("other") or "")
    if _NO_NAME.search(name):
        return None
    return name, parts["tail"] or parts.get("other_tail") or ""


def changes(text: str) -> str | None:
    """「今天外婆来接」: who comes; "" where it is only said that somebody else does."""
    if _SOMEBODY.fullmatch(fold(text)):
        return ""
    found = _TODAY.fullmatch(fold(text)) or _TODAY_EN.fullmatch(text.strip())
    if found is None:
        found = _KIN.fullmatch(fold(text))
        return None if found is None else _name(found["name"] or found["other"])
    if found["name"] in ("换人", "换个人", "别人"):
        return ""
    return None if _NO_NAME.search(found["name"]) else _name(found["name"])


def says_today(text: str) -> bool:
    """Whether words say that it is today."""
    return re.search(r"今天|今晚|今儿|\btoday\b", text) is not None


def at_the_door(text: str) -> str | tuple[int, str] | None:
    """What staff type when somebody comes: 「接 4821」 a code, 「编号12 舅舅来接」 a booking's number and a name."""
    folded = fold(text)
    if (code := _CODE.fullmatch(folded)) is not None:
        return code[1]
    found = _AT_DOOR.fullmatch(folded)
    if found is None or "接" not in folded:
        return None
    name = _name(found[2])
    return int(found[1]), "" if _NO_NAME.search(name) else name


def named(text: str) -> str | None:
    """「奶奶来接」, or only 「奶奶」, of staff who were asked who it is: the name."""
    folded = fold(text)
    if folded in _RELATIVES:
        return folded
    found = _NAMED.fullmatch(folded)
    if found is None or _NO_NAME.search(found["name"]) or found["name"] in ("全部", "都"):
        return None
    return _name(found["name"]) or None


def number_arrived(text: str) -> int | None:
    """「3号到了」: the number of the booking."""
    found = _NUMBER_CAME.fullmatch(fold(text))
    return None if found is None else int(found[1] or found[2])


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
