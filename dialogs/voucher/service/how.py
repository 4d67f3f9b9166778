"""How a staff word is written that came bare or incomplete: one line with an example, in place of 「没看懂」 or a family's form."""

from __future__ import annotations

import re
from functools import partial

from bot import two
from bot.capability import Claim
from bot.turn import Turn
from dialogs.voucher.service import waiting
from knowledge.city import City

REVIEWERS = ("duty", "admin")
"""As in reviews.py, whose cases they decide."""
_WORDS = {
    "arm": ("启用", "啟用", "arm"),
    "publish": ("公布", "發布", "发布", "publish"),
    "extend": ("顺延", "順延", "延期", "extend"),
    "restore": ("恢复", "恢復", "restore"),
    "redraw": ("重抽", "redraw"),
    "review": ("复核", "複核", "人工复核", "人工複核", "review"),
    "offer": ("候补", "候補", "reserve"),
}
_ROLES = {"review": REVIEWERS, "offer": waiting.ROLES}
AT_MOST = 80
"""A longer text that begins with such a word is a sentence, and somebody else's."""


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """The bare word, or the word with something behind it that nobody could read; for those only who may use it."""
    words = re.split(r"[\s　:：,，]+", text.strip(" /　").casefold(), maxsplit=1)
    act = next((act for act, known in _WORDS.items() if words[0] in known), None)
    if act is None or len(text) > AT_MOST or not turn.who.may(*_ROLES.get(act, (two.ROLE,))):
        return None
    return Claim(call=partial(say, act=act, city=city))


def say(turn: Turn, act: str, city: City) -> None:
    """One line: how it is written, and an example with names that exist here."""
    example = turn.db.value(
        "SELECT name FROM voucher_round WHERE state IN ('drawn', 'published') ORDER BY publish DESC LIMIT 1"
    ) or turn.db.value("SELECT name FROM voucher_round ORDER BY opens LIMIT 1")
    turn.say(
        f"voucher.how.{act}",
        round=example or "2026-12",
        programme=next(iter(city.programmes), "voucher"),
    )
