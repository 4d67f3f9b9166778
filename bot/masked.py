"""Links to the one-time page where a document number is typed: who it is for, for which question, until when.

The link carries everything and is signed, so nothing is stored for it. It is good once because the question it
belongs to is answered once; whoever serves the page checks that the question is still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.clock import instant, ms
from bot.store.sealed import KeyRing


@dataclass(frozen=True)
class Masked:
    """What a link says: the address it was made for, the number of the open question, and its last instant."""

    address_id: int
    question: int
    expires: datetime


def masked_token(keys: KeyRing, address_id: int, question: int, expires: datetime) -> str:
    """The last part of the page's address, `/id/TOKEN`: URL-safe, at most 60 characters."""
    sign = keys.sign("masked", address_id, question, ms(expires))
    return f"{address_id}-{question}-{ms(expires)}-{sign}"


def read_masked_token(keys: KeyRing, token: str) -> Masked | None:
    """What a token says, late or not; None when this deployment never made it."""
    parts = token.split("-", 3)
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts[:3]):
        return None
    address_id, question, expires = (int(part) for part in parts[:3])
    if not keys.check_sign(parts[3], "masked", address_id, question, expires):
        return None
    return Masked(address_id, question, instant(expires))
