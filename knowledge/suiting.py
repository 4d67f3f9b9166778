"""Whether somebody asks which kind of childcare suits them: no wish for a place, and no question of the corpus."""

from __future__ import annotations

import re

from knowledge.normalise import normalise

_which = r"(?:哪|什么|啥|咋)(?:一|个)?(?:种|类|样|款)(?:的)?"
_care = r"(?:托育|托班|托管|托儿所|托(?!人|福|付)|送托|入托)"
_WHICH = re.compile(
    rf"{_which}{_care}(?:班|服务|方式|形式|机构)?[^,.?!]{{0,6}}(?:适合|合适|好|适宜)"
    rf"|(?:适合|合适|该|应该|要|得)(?:给[^,.?!]{{0,4}})?(?:上|选|送|挑|用|找)?{_which}{_care}"
    rf"|{_care}[^,.?!]{{0,4}}(?:方式|形式|种类|类型)[^,.?!]{{0,8}}(?:适合|合适)(?:我|咱|孩子|娃|宝)"
    rf"|(?:帮|替|给)(?:我|我们|我家|咱)?[^,.?!]{{0,4}}(?:挑|选)(?:一?个|一?种|一?下)?(?:合适的?|适合的?)?{_care}(?:的)?(?:方式|形式|种类)"
    r"|\bwhich (?:kind|type|form|sort) of (?:child ?care|day ?care|nursery care|care)\b"
)


def asks_which(text: str) -> bool:
    """Whether somebody wants to be told which kind of childcare suits them."""
    return _WHICH.search(normalise(text)) is not None
