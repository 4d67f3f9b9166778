"""The child's card: what stands on it, and how the answers to its questions are read."""

from __future__ import annotations

import re
from typing import Any

from bot.flow.model import Look, Problem, Said
from bot.flow.readers import CHOICE_PROBLEMS, PHONE_PROBLEMS, one_of, phone
from bot.flow.readers.words import plain, words
from bot.words import asks

NONE, SKIP = "none", "skip"
FIELDS = ("allergy", "feeding", "sleep", "special", "contact")
"""What is asked, in this order; each may be left out."""
WORDS = 100
"""Characters of one answer."""
NAME = 20
"""Characters of a contact's name."""
KEPT_DAYS = 30
"""Days after the last stay for which a card and the words to a place are kept."""
FIELD_PROBLEMS = CHOICE_PROBLEMS
CONTACT_PROBLEMS = tuple(dict.fromkeys((*CHOICE_PROBLEMS, *PHONE_PROBLEMS)))
_NOTHING = (
    "没有",
    "无",
    "没",
    "都没有",
    "没什么",
    "没有过敏",
    "不过敏",
    "没过敏",
    "正常",
    "none",
    "no",
    "nothing",
    "nope",
)
_LATER = ("跳过", "先不填", "不填", "不说", "以后再填", "skip", "later")
_SHORT = 4
_NUMBER = re.compile(r"[+(（]?\d[\d\s()（）-]{5,}\d")


def read_field(said: Said, look: Look) -> Any:
    """Free words of at most WORDS characters, NONE or SKIP. A question of somebody's own is no answer."""
    short = _choice(said, look)
    if short is not None:
        return short
    text = words(said, WORDS)
    return Problem("not_a_choice") if isinstance(text, str) and asks(text) else text


def read_contact(said: Said, look: Look) -> Any:
    """{"name", "phone"} of whoever is rung when the family cannot be reached, NONE or SKIP. A shared contact will do."""
    short = _choice(said, look)
    if short is not None:
        return short
    if said.phone is not None:
        number = phone(Said(text=said.phone), look)
        return number if isinstance(number, Problem) else {"name": "", "phone": number}
    text = words(said, WORDS)
    if isinstance(text, Problem):
        return text
    number = phone(Said(text=text), look)
    if isinstance(number, Problem):
        return Problem("not_a_choice") if number.code == "not_a_phone" and asks(text) else number
    name = re.sub(r"(?:的)?(?:电话|手机号?|号码)(?:是)?", "", _NUMBER.sub(" ", text))
    return {"name": " ".join(name.strip(" ,，:：。、+").split())[:NAME], "phone": number}


def _choice(said: Said, look: Look) -> Any:
    """A button, its label, its number, or a word that means it; None where there is more than that."""
    if said.choice is None and (said.media is not None or len(plain(said.text)) > _SHORT):
        return NONE if plain(said.text) in {plain(word) for word in _NOTHING} else None
    found = one_of(NONE, SKIP, words_for={NONE: _NOTHING, SKIP: _LATER})(said, look)
    return None if isinstance(found, Problem) and said.choice is None else found
