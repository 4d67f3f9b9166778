"""A child's name and dates, unsealed for those who may see them, and what stands for numbers: keyed hashes."""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from bot.store.session import Row
from bot.turn import Turn
from knowledge.programme import Band, Programme


def child_name(turn: Turn, ticket: Row) -> str:
    """What the applicant calls the child."""
    blob = turn.db.value("SELECT name FROM subject WHERE id = :id", id=ticket["subject_id"])
    return turn.unseal(blob, "subject.name")


def named(turn: Turn, thing: Band | Programme) -> str:
    """A band or a programme as the person reads it."""
    return thing.name_en if turn.lang == "en" else thing.name


def subject_birth(turn: Turn, subject_id: int) -> date:
    """The birth date of a subject; of one whose person has been erased the first of all days, which fits no place."""
    blob = turn.db.value("SELECT birth FROM subject WHERE id = :id", id=subject_id)
    return date.min if blob is None else date.fromisoformat(turn.unseal(blob, "subject.birth"))


def keyed(turn: Turn, programme: str, words: str) -> str:
    """What is compared instead of the words: hex HMAC-SHA256 under the programme's own key."""
    return hmac.new(turn.ground.keys.programme_key(programme), words.encode(), sha256).hexdigest()


def code_hash(turn: Turn, code: str) -> str:
    """What finds a voucher by its code."""
    return keyed(turn, "voucher-code", code)
