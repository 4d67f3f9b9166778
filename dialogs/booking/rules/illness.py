"""Words that say that a child is ill and does not come, or ask whether it may: what they tell, and no diagnosis."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.texts import simplified
from bot.words import asks

_ILL = re.compile(
    r"发烧|发热|3[6-9]度|(?<!\d)3[6-9]\.\d|四十度|低烧|高烧|高热|烧到|烧起来|有点烧|咳嗽|咳得|咳了|感冒|着凉|流鼻涕|鼻涕|拉肚子|腹泻|拉稀|闹肚子|肚子疼|吐了|呕吐|在吐|上吐下泻"
    r"|起疹|出疹|疹子|红疹|水痘|手足口|疱疹|流感|甲流|乙流|诺如|轮状|麻疹|腮腺炎|猩红热|红眼病|结膜炎|支原体|肺炎|生病|病了|不舒服|难受|住院"
    r"|\b(?:fever|feverish|sick|ill|unwell|cough\w*|cold|diarrh\w+|vomit\w*|throwing up|rash|flu|chicken ?pox|measles|hfmd"
    r"|hand,? foot|pneumonia|infect\w+|contagious)\b"
)
_HFMD = re.compile(r"手足口|疱疹性咽|\bhfmd\b|\bhand,? foot\b")
_GROWN = re.compile(
    r"(?:^|[,。!！\s])(?:我们?|老公|老婆|爱人|(?:孩子|娃|宝宝)?(?:他|她)?(?:妈妈?|爸爸?)|奶奶|爷爷|外婆|外公|姥姥|姥爷|老人|老师)"
    r"(?:自己|今天|昨天|昨晚|今早|也|都|有点|突然)*(?:发烧|发热|咳嗽|感冒|拉肚子|吐|生病|病|不舒服|难受|住院)"
    r"|\bi(?:'m| am| feel) (?:sick|ill|unwell|feverish)\b|\bi have (?:a |the )?(?:fever|cold|flu|cough)"
)
_STAYS_AWAY = re.compile(
    r"去不了|不去|来不了|不来|不能去|不能来|请假|请个假|请一天假|不送|送不了|没法[去送来]|取消|不上了|待家|在家休息"
    r"|\b(?:can't|can ?not|cannot|won't|not) (?:come|coming|go|going|make it|bring|attend)|\bcancel|\bstay(?:s|ing)? (?:at )?home"
)
_MAY = re.compile(
    r"(?:还|能不能|可不可以|可以|能|要不要|用不用|该不该|行不行)[^,。?]{0,4}(?:送|去|来|上)|送不送|去不去"
    r"|\b(?:can|may|should) (?:he|she|we|i|my (?:child|son|daughter|baby))\b.{0,20}\b(?:come|go|send|bring|attend)"
)
_NOT_TODAY = re.compile(
    r"后天|下周|下礼拜|下星期|下个?月|\bnext week\b|(?:好|痊愈|退烧|治好)了?(?:几天|多久|以后|之后|才能|再)"
)
_MEDICINE = re.compile(
    r"(?:吃|喂|用|服|开|买)(?:点|些)?(?:什么|啥|哪种|哪个)|什么药|啥药|\b(?:what|which) (?:medicine|medication)\b"
)


@dataclass(frozen=True)
class Ill:
    """What was said. `away`: that the child does not come; `may`: whether it may come is asked; `hfmd`: hand, foot and mouth
    disease is named by the family. `days`: of "today", "tomorrow" those that are named, none: both.
    """

    away: bool = False
    may: bool = False
    hfmd: bool = False
    days: tuple[str, ...] = ()


def told(words: str) -> Ill | None:
    """What words tell of a child's illness that concerns a stay; None: they tell of none, or ask something else."""
    text = simplified(unicodedata.normalize("NFKC", words)).casefold().replace("’", "'")
    if not _ILL.search(text) or _GROWN.search(text) or _NOT_TODAY.search(text) or _MEDICINE.search(text):
        return None
    away, may = _STAYS_AWAY.search(text) is not None, _MAY.search(text) is not None
    if asks(words) and not away and not may:
        return None
    days = [
        name
        for name, said in (("today", ("今天", "今早", "today")), ("tomorrow", ("明天", "明早", "tomorrow")))
        if any(one in text for one in said)
    ]
    return Ill(away, may and not (away and not asks(words)), _HFMD.search(text) is not None, tuple(days))
