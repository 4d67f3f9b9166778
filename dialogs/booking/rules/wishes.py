"""Words that ask for some hours of care, and what they tell already. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from bot.flow import when
from bot.words import asks
from dialogs.booking.rules import reading
from knowledge.normalise import normalise
from knowledge.wanted import for_an_elder

HEALTH = re.compile(
    r"过敏|過敏|哮喘|癫痫|惊厥|抽搐|蚕豆病|心脏病|allerg|asthma|epilep|seizure", re.IGNORECASE
)
"""What is said of a child's health with the wish: nobody has consented to passing it on yet."""
BESIDE = 6
"""Characters that may stand beside a time that is said in passing (算了……吧)."""
_WANTS = re.compile(
    r"(?:想|要|得|帮我|帮忙|请你?们?)(?:把|给)?(?:孩子|娃|宝宝|他|她)?托(?:管|一|几|两|三|\d|半天|整|全天|到|个|娃|孩子|宝宝|小孩|[,，。 ]|$)"
)
_CARE = re.compile(
    r"托(?![福付人育班儿圈])|照看|没人(?:看|带|管)|(?:看|带)(?:一?下|会儿)?(?:孩子|娃|宝宝|小孩|小宝)"
    r"|child ?care|baby ?sit|look after|watch (?:my|our)"
)
"""That somebody is to look after a child: enough beside a day or hours."""
_MAY = re.compile(r"(?:能|可以)(?:临时)?托")
"""A wish in the shape of a question (明天两点到五点能托吗)."""
_WHICH = re.compile(r"(?:能|可以)(?:临时)?托的(?:托育园?|园|地方)?$")
_DONE = re.compile(r"托[了过]|接|退|迟到|的$|pick up|late", re.IGNORECASE)
_OTHER = re.compile(
    r"烧|吐|拉肚|拉稀|咳|哭|喂|奶|辅食|睡|醒|打针|疫苗|药|补贴|券|摔|疹|活动|绘本|讲座|体检|报名|生日|出生|改到|改成|请假|现场|名册|几点|多少|怎么"
)
"""What words speak of that name hours and a child and ask for no care."""
_REFUSED = re.compile(r"不(?:托|去|来|用|要|想)|别|取消|没托|\b(?:not?|can't|cannot|don't|cancel)\b")
_NOT = re.compile(r"不(?!然|如)|没|别|取消|\b(?:not?|can't|cannot|don't|cancel)\b", re.IGNORECASE)


_CORRECTS = re.compile(
    r"^(?:(?:不对|不是|错了|说错了?|打错了?|等一?下|等等|哎呀?|噢|哦|啊|那)[,，。!！ ]*)+(?:(?:应该)?是|我要|改成|改到)?|^(?:还是|就|我要|想)?(?:改成|改到|换成|换到)"
)
"""How words begin that take back what was told."""
_ADDS = re.compile(r"还有|再加|加上|另外|也要|也去|一起|第二个|\b(?:also|and another|one more)\b")


def adds(text: str) -> bool:
    """Whether words speak of one more child."""
    return _ADDS.search(text) is not None


def narrows(text: str, today: date) -> bool:
    """Whether words say which places are looked for, not that a child comes to one (明天能托的)."""
    return _WHICH.search(normalise(text)) is not None and not reading.ages_in(text, today)


def wishes(text: str, today: date) -> bool:
    """Whether words name hours and a child of some age, or say that somebody wants it looked after, and nothing else."""
    plain = normalise(text)
    if for_an_elder(text):
        return False
    care = _CARE.search(plain) is not None and _DONE.search(plain) is None
    if (asks(text) and not (care and _MAY.search(plain))) or _OTHER.search(text):
        return False
    said = when.read(text, datetime.combine(today, time(12)))
    if (
        care
        and not _REFUSED.search(plain)
        and (said.starts or said.minutes or said.days or said.perhaps or said.part)
    ):
        return True
    if _NOT.search(text):
        return False
    if _WANTS.search(text):
        return True
    length = said.minutes is not None
    hours = said.starts is not None and (said.ends is not None or length)
    return (hours or (length and bool(said.days or said.perhaps or said.part))) and bool(
        reading.ages_in(text, today)
    )


def first_words(text: str, today: date) -> dict[str, Any]:
    """What the words that begin a booking tell already: the children's ages and a time, with the words themselves."""
    found: dict[str, Any] = {"words": text}
    if when.read(text, datetime.combine(today, time(12))).said:
        found["when"] = text
    if ages := reading.ages_in(text, today):
        found["age"] = ages
    return found


def said_anew(text: str, today: date, *, wish: bool) -> dict[str, Any]:
    """What is told in the middle of the form that answers another of its questions; {} where the words are about anything else.

    `wish`: they would begin a booking; else a time counts only where little is said beside it.
    """
    said = _CORRECTS.sub("", text)
    told = {**first_words(said, today), "words": text}
    beside = when.read(said, datetime.combine(today, time(12))).rest
    if asks(said) or _NOT.search(said) or (len(beside) > BESIDE and not wish):
        told.pop("when", None)
    return {**told, "anew": True} if told.keys() - {"words"} else {}
