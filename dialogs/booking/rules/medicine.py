"""Medicine in what families write to a place: heard at once, and never kept with an amount.

A place gives medicine only by a form that is signed there. A dose that was carried along by a machine could be read as an
order, so the words stay and the amounts go.
"""

from __future__ import annotations

import re
import unicodedata

from bot.texts import simplified

_NAMED = re.compile(
    r"药(?!店|房|膳)|布洛芬|美林|泰诺|对乙酰氨基酚|扑热息痛|雾化|头孢|阿莫西林|青霉素|阿奇霉素|抗生素|消炎|蒙脱石|思密达|糖浆|冲剂"
    r"|感冒灵|滴眼液|口服液|退热贴|喷雾剂|吸入剂|胰岛素"
    r"|\b(?:medicines?|medications?|meds|ibuprofen|paracetamol|acetaminophen|tylenol|calpol|nurofen|antibiotics?|amoxicillin"
    r"|nebuli[sz]\w*|inhalers?|cough syrup|eye drops|insulin|epipen)\b"
)
_GIVEN = re.compile(
    r"喂|吃药|吃点|服|给(?:他|她|孩子|宝宝|娃)|用药|带药|雾化|涂|抹|滴|\b(?:give|giving|take|takes|needs?|apply)\b"
)
_ALLERGIC = re.compile(r"过敏|不能用|禁用|\ballerg")
_NONE = re.compile(
    r"(?:没有?|不用?|无需?|不需要)(?:在)?(?:吃|喂|服|用|带)?什?么?药|\bno (?:medicines?|medications?|meds)\b"
)
_FOOD = re.compile(r"奶|水|粥|饭|面|辅食|米粉|\b(?:milk|water|porridge|rice|formula)\b", re.IGNORECASE)
_COUNT = r"(?:\d+(?:\.\d+)?|[半一二两三四五六七八九十]+)"
_AMOUNT = re.compile(
    rf"(?:每(?:次|天|日|隔?{_COUNT}?个?小时)|[一1](?:天|日))?{_COUNT}\s*(?:毫升|ml|cc|毫克|mg|克|g(?![a-z])|滴|片|粒|颗|包|袋|支|勺|喷|格"
    rf"|次|顿|(?:tablets?|drops?|puffs?|teaspoons?|tsp|spoons?|times a day|times)\b)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"([,，。；;!！?？\n]+)")
GONE = "…"
"""What stands where an amount stood."""


def speaks_of(words: str) -> bool:
    """Whether medicine is to be given, or may be. An allergy to one is none, nor is the word that there is none."""
    return any(_speaks(part) for part in _PARTS.split(_flat(words)))


def without_amounts(words: str) -> str:
    """The words without the amounts of medicine; how much a child eats and drinks stays."""
    if not speaks_of(words):
        return words
    return "".join(
        part if _FOOD.search(part) and not _speaks(_flat(part)) else _AMOUNT.sub(GONE, part)
        for part in _PARTS.split(unicodedata.normalize("NFKC", words))
    )


def _speaks(part: str) -> bool:
    part = _NONE.sub("", part)
    return _NAMED.search(part) is not None and not (_ALLERGIC.search(part) and not _GIVEN.search(part))


def _flat(words: str) -> str:
    return simplified(unicodedata.normalize("NFKC", words)).casefold()
