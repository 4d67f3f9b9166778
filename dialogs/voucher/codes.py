"""The numbers of this service that people read out: ticket, voucher code, and the code that finds both again.

Each kind has a length of its own, none that of a phone (11) or a date (8), so that a number typed anywhere says what
it is.
"""

import random
import re
from typing import Literal

from bot.flow.readers.codes import MISTYPED, RECOVERY, CodeShape

__all__ = [
    "MISTYPED",
    "RECOVERY",
    "TICKET",
    "VOUCHER",
    "new_link",
    "new_recovery",
    "new_ticket",
    "new_voucher",
    "parse_link",
    "parse_recovery",
    "parse_ticket",
    "parse_voucher",
    "show",
]

Parsed = str | Literal["mistyped"] | None

TICKET = CodeShape((3, 3, 3))
VOUCHER = CodeShape((4, 4, 4))
_SHAPES = {shape.length: shape for shape in (TICKET, RECOVERY, VOUCHER)}


def new_ticket(rng: random.Random) -> str:
    """Return a ticket number: 8 random digits and a check digit. Random, so that it tells nothing about who was early."""
    return TICKET.new(rng)


def new_voucher(rng: random.Random) -> str:
    """Return a voucher code: 11 random digits and a check digit. It is worth money: give random.SystemRandom()."""
    return VOUCHER.new(rng)


def new_recovery(rng: random.Random) -> str:
    """Return a 找回码: 9 random digits and a check digit. It opens one's things: give random.SystemRandom()."""
    return RECOVERY.new(rng)


def show(code: str) -> str:
    """Return a code of any kind in its groups. Raises KeyError for digits of another length."""
    return _SHAPES[len(code)].show(code)


def parse_ticket(text: str) -> Parsed:
    """Return the ticket number in a text, MISTYPED for something close to one, None for nothing like it."""
    return TICKET.parse(text)


def parse_voucher(text: str) -> Parsed:
    """Return the voucher code in a text, MISTYPED for something close to one, None for nothing like it."""
    return VOUCHER.parse(text)


def parse_recovery(text: str) -> Parsed:
    """Return the 找回码 in a text, MISTYPED for something close to one, None for nothing like it."""
    return RECOVERY.parse(text)


LINK_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
"""No vowels, so that no word comes out, and no digits, so that it is taken for no document."""
LINK_LENGTH = 10
_LINK = re.compile(rf"[{LINK_LETTERS}]{{{LINK_LENGTH}}}")


def new_link(rng: random.Random) -> str:
    """Return a code by which a second parent sees a child's tickets: ten letters. Give random.SystemRandom()."""
    return "".join(rng.choice(LINK_LETTERS) for _ in range(LINK_LENGTH))


def parse_link(text: str) -> str | None:
    """Return the code of a second parent in a text, or None."""
    found = _LINK.search(re.sub(r"[\s-]", "", text.upper()))
    return None if found is None else found[0]
