"""Document numbers are taken out of a message before anything is written; an IdProof stands for what was there.

Rules: resident identity numbers and residence permits follow GB 11643 (17 digits and an ISO 7064 MOD 11-2
character); a medical certificate of birth is a letter and nine digits; the permit of Hong Kong and Macao residents is
H or M and eight or ten digits, that of Taiwan residents eight digits. A number that looks like a document but fails
its check is masked as well: a mistyped number must not rest anywhere either. Numbers of 11 and 12 digits (phones,
codes) are left alone unless a document is being asked for and they can be its first part.

Nothing here does I/O; the first part of a number split over two messages is held in memory only.
"""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date

from bot.redact.documents import as_date, bare, documents, flaw_of, kind_of, long_numbers, nearly
from bot.redact.sheet import DOUBTFUL, FIRST_PART, WHOLE, Flaw, Found, Kind, Sheet

__all__ = ["WHOLE", "Flaw", "IdProof", "Kind", "Redacted", "Redactor", "scrub"]

HELD_AT_MOST = 10_000


@dataclass(frozen=True)
class IdProof:
    """A document somebody named, without its number.

    `digest` is the hex HMAC-SHA256 of the canonical number (upper case, no separators); `birth` is known for
    numbers of 18 digits only. The sex that such a number carries is never kept.
    """

    kind: Kind
    digest: str
    birth: date | None


@dataclass(frozen=True)
class Redacted:
    """A message without document numbers, what they proved (in reading order), and the first flaw if none did."""

    text: str
    proofs: tuple[IdProof, ...] = ()
    flaw: Flaw | None = None


class Redactor:
    """Masks document numbers and turns them into proofs under one key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._held: OrderedDict[str, str] = OrderedDict()

    def redact(self, text: str, expecting: bool, holder: str = "") -> Redacted:
        """Return the text to keep and the proofs found in it.

        `expecting` says that a document is being asked of this person: then bare patterns count too, and a first
        part (6 to 17 digits) is held under `holder` (the address) until the rest arrives. Without a holder nothing is
        held. A message that arrives while nothing is asked makes the held part forgotten.
        """
        held = self._held.pop(holder, "") if holder else ""
        if not held and not _numeric(text):
            return Redacted(text)
        sheet = Sheet(text, after_part=bool(held))
        found = list(documents(sheet, 18 if expecting else 15))
        if expecting and not any(one.kind for one in found):
            found = self._rest(sheet, holder, held) or self._asked(sheet, found, holder, held)
        found += [*nearly(sheet, sheet.free(found), 15), *long_numbers(sheet, found)]
        proofs = tuple(self._proof(one.kind, one.number) for one in found if one.kind)
        flaw = next((one.flaw for one in found if one.flaw), None)
        return Redacted(sheet.masked(found), proofs, None if proofs else flaw)

    def may_count(self, text: str, holder: str) -> bool:
        """Whether it matters for this text if a document is being asked: it has a digit in some writing, or continues
        a held first part. Without either, `redact` gives the same whatever is expected."""
        return holder in self._held or _numeric(text)

    def forget(self, holder: str) -> None:
        """Drop the first part held for this address, if any."""
        self._held.pop(holder, None)

    def _rest(self, sheet: "Sheet", holder: str, held: str) -> list[Found]:
        """What the message adds to a held first part; [] when it does not continue it."""
        said, missing = sheet.symbols, 18 - len(held)
        if not held or not said or said == held or len(said) > missing or "X" in said[:-1]:
            return []
        if len(said) < min(missing, 4) or (len(said) < 3 and not sheet.only_number):
            self._hold(holder, held)
            return []
        number = held + said
        first, last = sheet.at[0], sheet.at[-1] + 1
        if len(number) < 18:
            self._hold(holder, number)
            return [Found(first, last, FIRST_PART, "half")]
        flaw = flaw_of(number)
        if flaw:
            return [Found(first, last, DOUBTFUL, flaw)]
        return [Found(first, last, WHOLE, kind=kind_of(number), number=number)]

    def _asked(self, sheet: "Sheet", found: list[Found], holder: str, held: str) -> list[Found]:
        """The runs that count only because a document is asked; at most one first part is held."""
        for start, end in sheet.runs(found):
            number = sheet.symbols[start:end]
            one = bare(sheet, sheet.span(start, end), number, repeated=held == number)
            if one and one.label == FIRST_PART:
                if holder:
                    self._hold(holder, number)
                else:
                    one = replace(one, label=DOUBTFUL, flaw="length")
            if one:
                found = [*found, one]
        return found

    def _hold(self, holder: str, digits: str) -> None:
        self._held[holder] = digits
        while len(self._held) > HELD_AT_MOST:
            self._held.popitem(last=False)

    def _proof(self, kind: Kind, number: str) -> IdProof:
        digest = hmac.new(self._key, number.encode("ascii"), hashlib.sha256).hexdigest()
        return IdProof(kind, digest, as_date(number[6:14]) if len(number) == 18 else None)


def _numeric(text: str) -> bool:
    """Whether there is a digit in some writing: every number that is masked has at least one."""
    return any(map(str.isnumeric, text))


def scrub(text: str) -> str:
    """Return the text as it may be kept in logs and as free words: the same masks, no proofs."""
    sheet = Sheet(text)
    found = list(documents(sheet, 15))
    return sheet.masked([*found, *long_numbers(sheet, found)])


# ---------------------------------------------------------------- reading a text as digits
