"""What a family says of its bookings beside the form: that it does not come, which one it means, that it waits for room,
what it asks of a stay. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from bot.texts import simplified
from bot.words import asks

LONGEST = 40
"""Characters of a sentence that gives something up; a longer one tells a story, and a person reads that."""
_AWAY = re.compile(
    r"取消|退掉|退订|不(?:用|想|能)?(?:再)?(?:去|来|送|托|约)了|(?<=.)不要了|不(?:去|来|送|托)(?:$|[啦啊,，。!！])|[去来送]不(?:了|成)|不能[去来送]|没法[去来送]"
    r"|约不了|不用(?:去|来|托|约)|(?:那天|那次)不行|\bcancel\b|\b(?:not|won't|can't|cannot|can not) (?:be )?(?:com\w+|mak\w+ it|go\w*)\b"
)
_OTHERS = re.compile(
    r"券|报名|活动|申请|抽签|摇号|资格|提醒|订餐|餐|饭|故事|讲座|课|志愿|名单|关联|订阅|接送|入园|\b(?:event|voucher|meal|application)\b"
)
_MAY_ONE = re.compile(r"能不能|可以|可不可以|能取消|怎么|行不行|\b(?:can i|may i|how)\b")
_TOLD = re.compile(r"行不|行吗|可以吗|好吗|成吗|行不行|ok吗|[?？]$")
_OF_CARE = re.compile(r"预约|约的|临时托|托|园|\b(?:booking|care|nursery)\b")
_NUMBER = re.compile(r"编号\s*(\d{1,9})|(\d{1,9})\s*号预约|\bno\.?\s*(\d{1,9})\b")
_NEXT = re.compile(r"下一?次|最近(?:的|那|一|这)*次|最近的|\bnext (?:one|booking|stay)\b")
_WAIT = re.compile(
    r"有(?:了)?(?:空|位|空位|位子|位置|名额|空位置|空位子)(?:了|出来)?(?:的话|的时候)?[,，]?(?:就|请|再|麻烦)?(?:叫|告诉|通知|提醒|喊|跟我说|说|联系)(?:一?声|一下)?我?"
    r"|(?:帮我)?(?:排队|候补|等(?:一?个)?(?:空位|位子|名额))|\b(?:tell|call|ping|notify|let) me\b.{0,30}\b(?:free|place|spot|room|opens?)\b|\bwait(?:ing)? ?list\b"
)
_TOO_DEAR = re.compile(
    r"(?:这家?|那家?|价格|价钱)?(?:也|都)?(?:太|有点儿?|好|真|挺|忒)贵(?:了|啊|呀|吧|点)*|贵了(?:点|些)?"
    r"|(?:有没有|有|想要|要|找|换)?(?:一?家|个)?(?:更|再|比较)?便宜(?:一?点儿?|些)?(?:的)?(?:地方|园|一家)?(?:吗|么|呢|有吗|没有)?"
    r"|(?:that is |that's |it's )?too expensive|(?:is there )?(?:any|some)?(?:thing|where|one)? ?cheaper(?: one)?"
)
_OVERNIGHT = re.compile(r"过夜|通宵|夜托|整夜|住(?:一|几|两)?(?:晚|夜)|托(?:一|几)(?:晚|夜|宿)|\bovernight\b")
_CODE = re.compile(
    r"(?:我的|孩子的|查|看|找|发)*(?:一下)?接送码(?:是)?(?:多少|什么|几|在哪里?|呢|发我|一下|忘了|找不到了?)*|(?:what is )?(?:my |the )?pick-?up code"
)
Question = Literal["bring", "refund", "price", "invoice", "way", "hours"]
_QUESTIONS: tuple[tuple[Question, re.Pattern[str]], ...] = (
    ("bring", re.compile(r"(?:要|需要|用|该|应该)?(?:自己)?(?:带|准备)(?:点|些)?(?:什么|啥|哪些)|(?:要|需要)(?:带|准备)|what (?:do|should|shall|must) (?:i|we) bring|what to bring")),
    ("refund", re.compile(r"(?:能不能|可不可以|能|可以|会|给)?退(?:钱|费|款|不)?|(?:退|取消)(?:会不会|要不要|会|要)?(?:扣|收|花)(?:钱|费)?|(?:能不能|可不可以|能|可以)(?:随时)?取消|(?:can i (?:get a )?)?refund|can i cancel")),
    ("price", re.compile(r"(?:现在)?(?:要|用|得)?(?:先)?(?:交|付)(?:钱|费)|(?:怎么|在哪里?|什么时候)(?:付|交)(?:钱|费|款)?|(?:可以|能)用(?:消费)?券|(?:要|收|是|价格|费用)?多少(?:钱|费)|费用(?:是)?多少|(?:怎么)?收费|收多少|(?:要)?几块钱?|贵不贵|价格|how much(?: is (?:it|that|this)| does it cost)?|price|what does it cost")),
    ("invoice", re.compile(r"(?:能不能|可以|能|有|给|要)?(?:开)?(?:发票|收据)(?:能开|可以开|能不能开|怎么开|有)?|(?:can i (?:have|get) an? )?(?:invoice|receipt)")),
    ("way", re.compile(r"(?:我)?(?:约的)?(?:是)?(?:哪家|哪个园|哪里|哪儿)|(?:把)?(?:地址|位置)(?:再)?(?:发|告诉)(?:给)?我?|(?:路|要)?怎么(?:走|去|到)|(?:具体)?(?:地址|在哪|在哪里|在哪儿|在什么地方)(?:在哪|是什么|是哪)?|where is (?:it|that|the place)|how do (?:i|we) get there|(?:the )?address")),
    ("hours", re.compile(r"(?:我)?(?:约的|约了)?(?:明天|今天|那次)?(?:是)?几点(?:来着|去接|来接|结束)|(?:我)?约的?(?:是)?(?:哪天|什么时候|几号)|(?:约的?)?(?:是)?几点(?:去|到|送|开始|送到|接)?|什么时候(?:去|送|接|开始)|(?:at )?what time(?: is it)?|when is it")),
)  # fmt: skip
_BEFORE = re.compile(
    r"^(?:那个?|请问一?下?|问一?下|这个?|这家|这次|那家|他家|家|次|一共|总共|大概|到底|我们?|你们?|您|孩子|宝宝|娃|去的?时候|当天|明天|第一次(?:去)?|去|还|都|得|临时托|计时托|[,，\s])+"
)
_BEHIND = re.compile(r"(?:(?<!什)么|[啊呀呢吗嘛的哦吧\s?？。.!！~]|一次|一?个?小时|东西|过去|给我|一下)+$")
"""What may stand around a question that is about the stay and no other matter."""


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text)).casefold().replace("’", "'").strip()


def gives_up(text: str) -> bool:
    """Whether words say that somebody does not come or want a stay any more: 周三不去了, 取消明天的. A question whether
    one may cancel is none, 明天不去了行不 is."""
    said = _plain(text)
    if len(said) > LONGEST or not _AWAY.search(said) or _OTHERS.search(said):
        return False
    return not asks(_TOLD.sub("", said)) and not _MAY_ONE.search(_TOLD.sub("", said))


def of_care(text: str) -> bool:
    """Whether words speak of a booking of care, and not only of coming."""
    return _OF_CARE.search(_plain(text)) is not None


def number(text: str) -> int | None:
    """The number of the booking that words name."""
    found = _NUMBER.search(_plain(text))
    return None if found is None else int(next(group for group in found.groups() if group))


def next_one(text: str) -> bool:
    """Whether words mean the next of several bookings."""
    return _NEXT.search(_plain(text)) is not None


def overnight(text: str) -> bool:
    """Whether words ask for a night: 能过夜吗."""
    return len(text) <= LONGEST and _OVERNIGHT.search(_plain(text)) is not None


def asks_code(text: str) -> bool:
    """Whether words ask for the pick-up code: 接送码是多少."""
    return _CODE.fullmatch(_BEHIND.sub("", _plain(text))) is not None


def too_dear(text: str) -> bool:
    """Whether words say no more than that something cheaper is wanted."""
    return _TOO_DEAR.fullmatch(_plain(text).strip("。.!！~?？ ")) is not None


def waits(text: str) -> bool:
    """Whether words ask to be told when there is room: 柳荫的周三下午有空位叫我."""
    return _WAIT.search(_plain(text)) is not None


def question(text: str) -> Question | None:
    """What a question wants to know of a stay that names no other matter; None: something else (补贴一年多少钱)."""
    said = _BEHIND.sub("", _BEFORE.sub("", _plain(text)))
    return next((what for what, words in _QUESTIONS if words.fullmatch(said)), None)
