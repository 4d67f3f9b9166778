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
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from stdnum.cn import ric

Kind = Literal["id18", "birth_cert", "permit"]
Flaw = Literal["check_digit", "bad_date", "length", "half"]
"""What is wrong with a number while a document is asked: `half` = the first part is held and the rest is awaited."""

WHOLE, DOUBTFUL, FIRST_PART, LONG = "[证件号]", "[证件号?]", "[证件号前半]", "[长号码]"
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


@dataclass(frozen=True)
class _Found:
    """The characters start..end (exclusive) of the text give way to `label`."""

    start: int
    end: int
    label: str
    flaw: Flaw | None = None
    kind: Kind | None = None
    number: str = ""


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
        sheet = _Sheet(text, after_part=bool(held))
        found = list(_documents(sheet, 18 if expecting else 15))
        if expecting and not any(one.kind for one in found):
            found = self._rest(sheet, holder, held) or self._asked(sheet, found, holder, held)
        found += [*_nearly(sheet, sheet.free(found), 15), *_long_numbers(sheet, found)]
        proofs = tuple(self._proof(one.kind, one.number) for one in found if one.kind)
        flaw = next((one.flaw for one in found if one.flaw), None)
        return Redacted(sheet.masked(found), proofs, None if proofs else flaw)

    def forget(self, holder: str) -> None:
        """Drop the first part held for this address, if any."""
        self._held.pop(holder, None)

    def _rest(self, sheet: "_Sheet", holder: str, held: str) -> list[_Found]:
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
            return [_Found(first, last, FIRST_PART, "half")]
        flaw = _flaw(number)
        if flaw:
            return [_Found(first, last, DOUBTFUL, flaw)]
        return [_Found(first, last, WHOLE, kind=_kind(number), number=number)]

    def _asked(self, sheet: "_Sheet", found: list[_Found], holder: str, held: str) -> list[_Found]:
        """The runs that count only because a document is asked; at most one first part is held."""
        for start, end in sheet.runs(found):
            number = sheet.symbols[start:end]
            one = _bare(sheet, sheet.span(start, end), number, repeated=held == number)
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
        return IdProof(kind, digest, _date(number[6:14]) if len(number) == 18 else None)


def scrub(text: str) -> str:
    """Return the text as it may be kept in logs and as free words: the same masks, no proofs."""
    sheet = _Sheet(text)
    found = list(_documents(sheet, 15))
    return sheet.masked([*found, *_long_numbers(sheet, found)])


# ---------------------------------------------------------------- reading a text as digits

_CHINESE = dict(zip("〇零一二三四五六七八九幺", "001234567891", strict=True))
_CHINESE_RUN = re.compile(f"[{''.join(_CHINESE)}]{{4,}}")
_CROSSES = frozenset("XxХхΧχ×✕✖╳❌")
_SLIPS = {"O": "0", "o": "0", "О": "0", "о": "0", "l": "1", "I": "1", "|": "1"}
_MARK = "\u200b"
_TIGHT, _NARROW, _WIDE, _APART = range(4)


def _fold(text: str) -> str:
    """Return the text, one character for one, with every digit as 0–9, letters in upper case, the unseen as ZWSP."""
    if text.isascii():
        folded = list(text.upper())
    else:
        folded = [_fold_one(character) for character in text]
        for run in _CHINESE_RUN.finditer(text):
            folded[run.start() : run.end()] = [_CHINESE[character] for character in run.group()]
    for index in range(1, len(folded) - 1):
        if text[index] in _SLIPS and folded[index - 1].isdigit() and folded[index + 1].isdigit():
            folded[index] = _SLIPS[text[index]]
    return "".join(folded)


def _fold_one(character: str) -> str:
    if character.isascii():
        return character.upper()
    if character in _CROSSES:
        return "X"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return _MARK
    plain = unicodedata.normalize("NFKC", character).upper()
    return plain if len(plain) == 1 and plain.isascii() else character


class _Sheet:
    """A text with its digits picked out: `symbols[k]` (0–9 or X) stands at `at[k]`, `gaps[k]` is what lies before it."""

    def __init__(self, text: str, after_part: bool = False) -> None:
        self.text = text
        self.folded = folded = _fold(text)
        bare = re.sub(r"[\W_]", "", folded)
        self.only_number = bool(re.fullmatch(r"[0-9]*X?", bare))
        alone = after_part and bare == "X"
        self.at = [
            i for i, c in enumerate(folded) if c in "0123456789" or (c == "X" and (alone or self._ends(i)))
        ]
        self.symbols = "".join(folded[i] for i in self.at)
        # Ends of the text count as far apart, so that a window can be asked what lies on either side of it.
        self.gaps = [
            _APART,
            *(self._gap(a + 1, b) for a, b in zip(self.at, self.at[1:], strict=False)),
            _APART,
        ]

    def _ends(self, index: int) -> bool:
        """Whether the X at this place can be the last character of a number."""
        after = self.folded[index + 1 : index + 2]
        before = self.folded[:index].rstrip(_MARK + " \t-.·")
        return not (after.isascii() and after.isalpha()) and before[-1:].isdigit() and before[-1:].isascii()

    def _gap(self, start: int, end: int) -> int:
        between = self.folded[start:end].replace(_MARK, "")
        if not between:
            return _TIGHT
        if len(between) <= 5 and all(unicodedata.category(character)[0] in "ZPSC" for character in between):
            return _NARROW
        return _WIDE if len(between) <= 12 else _APART

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text the symbols start..end (exclusive) lie."""
        return self.at[start], self.at[end - 1] + 1

    def whole(self, start: int, end: int) -> bool:
        """Whether these symbols begin and end where no other digit touches them."""
        return self.gaps[start] > _TIGHT and self.gaps[end] > _TIGHT

    def widest(self, start: int, end: int) -> int:
        """The widest gap inside these symbols."""
        return max(self.gaps[start + 1 : end], default=_TIGHT)

    def runs(self, found: list[_Found], widest: int = _NARROW) -> Iterator[tuple[int, int]]:
        """The stretches of symbols, not yet found, with no gap inside wider than `widest`."""
        free = self.free(found)
        start = 0
        while start < len(free):
            end = start + 1
            while end < len(free) and free[end] and free[start] and self.gaps[end] <= widest:
                end += 1
            if free[start]:
                yield start, end
            start = end

    def free(self, found: list[_Found]) -> list[bool]:
        """For each symbol whether nothing found covers it."""
        return [not any(one.start <= place < one.end for one in found) for place in self.at]

    def masked(self, found: list[_Found]) -> str:
        """The text with everything found masked."""
        text, end = self.text, len(self.text) + 1
        for one in sorted(found, key=lambda one: -one.start):
            if one.end <= end:
                text = text[: one.start] + one.label + text[one.end :]
                end = one.start
        return text


# ---------------------------------------------------------------- what is a document

# First two digits of GB/T 2260 codes, 81–83 residence permits, 9 foreign residents and invented samples.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[019]")
_SEPARATOR = rf"[\s{_MARK}._·/\\-]{{0,2}}"
_LETTERED = re.compile(rf"(?<![A-Z0-9])([A-Z]){_SEPARATOR}([0-9](?:{_SEPARATOR}[0-9]){{7,9}})(?![0-9])")
_DATED = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[0-9]|1[0-2])(?:[0-2][0-9]|3[01])")
_TAIWAN = re.compile(r"台胞|臺胞|台湾|臺灣|台灣|通行[证證]|TAIWAN|PERMIT")
_DATE_WRITTEN = re.compile(r"(?:19|20)[0-9]{2}\W{1,3}[0-9]{1,2}\W{1,3}[0-9]{1,2}")


def _date(digits: str) -> date | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return day if 1880 <= day.year < 2100 else None


def _kind(number: str) -> Kind:
    """Residence permits of people from Hong Kong, Macao and Taiwan begin with 810000, 820000, 830000."""
    return "permit" if number[:6] in ("810000", "820000", "830000") else "id18"


def _flaw(number: str) -> Flaw | None:
    """What is wrong with 18 characters as a GB 11643 number."""
    if _date(number[6:14]) is None:
        return "bad_date"
    return None if ric.calc_check_digit(number) == number[17] else "check_digit"


def _documents(sheet: _Sheet, shortest: int) -> Iterator[_Found]:
    """Every number that is masked always: those that pass, letters with digits, and those that nearly are one."""
    found = list(_passing(sheet, sheet.free([])))
    found += _nearly(sheet, sheet.free(found), shortest)
    for match in _LETTERED.finditer(sheet.folded):
        one = _lettered(match)
        if one and not any(other.start < one.end and one.start < other.end for other in found):
            found.append(one)
    yield from sorted(found, key=lambda one: one.start)


def _passing(sheet: _Sheet, free: list[bool]) -> Iterator[_Found]:
    """Windows of 18 that pass date and check digit: whole ones even with some words between, others as doubtful."""
    good = [start for start in range(len(sheet.symbols) - 17) if _passes(sheet.symbols[start : start + 18])]
    taken = free
    for start in sorted(good, key=lambda start: (not sheet.whole(start, start + 18), start)):
        end = start + 18
        whole, widest = sheet.whole(start, end), sheet.widest(start, end)
        if not all(taken[start:end]) or widest > (_WIDE if whole else _NARROW):
            continue
        taken[start:end] = [False] * 18
        if whole:
            yield _Found(
                *sheet.span(start, end),
                WHOLE,
                kind=_kind(sheet.symbols[start:end]),
                number=sheet.symbols[start:end],
            )
        else:
            # A digit too many: mask all that touches it, so that no piece stays.
            while sheet.gaps[start] == _TIGHT:
                start -= 1
            while sheet.gaps[end] == _TIGHT:
                end += 1
            yield _Found(*sheet.span(start, end), DOUBTFUL, "length")


def _passes(window: str) -> bool:
    return (
        bool(_DATED.match(window, 6))
        and "X" not in window[:17]
        and window[0] != "0"
        and _flaw(window) is None
    )


def _nearly(sheet: _Sheet, free: list[bool], shortest: int) -> Iterator[_Found]:
    """Windows of 18 down to `shortest` with the place of a birth date, or in a document's own groups, that fail."""
    for length in range(18, shortest - 1, -1):
        for start in range(len(sheet.symbols) - length + 1):
            end = start + length
            number = sheet.symbols[start:end]
            if "X" in number[:-1] or not (sheet.whole(start, end) and all(free[start:end])):
                continue
            if sheet.widest(start, end) > _NARROW or not _looks_like_one(sheet, start, number):
                continue
            free[start:end] = [False] * length
            flaw: Flaw | None = _flaw(number) if length == 18 else None
            yield _Found(*sheet.span(start, end), DOUBTFUL, flaw or "check_digit")


def _looks_like_one(sheet: _Sheet, start: int, number: str) -> bool:
    length, tight = len(number), sheet.widest(start, start + len(number)) == _TIGHT
    if length >= 16 and number[0] != "0" and _DATED.match(number, 6):
        return True
    if number[-1] == "X":
        return length >= 16 or tight
    if length == 15:  # the numbers of the first generation: six digits of place, YYMMDD, three more
        return tight and bool(re.match(r"[1-9].{5}..(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])", number))
    grouped = length >= 17 and [k for k in range(1, 15) if sheet.gaps[start + k]] == [6, 14]
    return grouped or (length == 18 and tight and ric.calc_check_digit(number) == number[-1])


def _lettered(match: re.Match[str]) -> _Found | None:
    letter, written = match.group(1), match.group(2)
    digits = re.sub(r"\D", "", written)
    if _DATE_WRITTEN.match(written):
        return None
    if len(digits) == 9:
        return _Found(*match.span(), WHOLE, kind="birth_cert", number=letter + digits)
    if letter in "HM":
        return _Found(*match.span(), WHOLE, kind="permit", number=letter + digits)
    return None


def _bare(sheet: _Sheet, span: tuple[int, int], number: str, repeated: bool) -> _Found | None:
    """What a run of digits is while a document is asked; None = none of our business."""
    written = sheet.folded[slice(*span)]
    length = len(number)
    if length < 6 or _DATE_WRITTEN.fullmatch(written):
        return None
    if length == 8 and (_TAIWAN.search(sheet.folded) or repeated):
        return _Found(*span, WHOLE, kind="permit", number=number)
    if length >= 18:
        return _Found(*span, DOUBTFUL, _flaw(number) if length == 18 else "length")
    if _first_part(number):
        return _Found(*span, FIRST_PART, "half")
    if length == 8:
        if _date(number):
            return None
        if not _date("2000" + number[:4]):
            return _Found(*span, WHOLE, kind="permit", number=number)
    phone = re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}", number)
    if phone or length in (6, 12):
        return None
    return _Found(*span, DOUBTFUL, "length")


def _first_part(number: str) -> bool:
    """Whether these digits can begin an 18-digit number: a place, then as much of a birth date as is there."""
    if "X" in number or not _PROVINCE.match(number):
        return False
    century, rest = number[6:8], number[8:14]
    if century and not any(year.startswith(century) for year in ("19", "20")):
        return False
    return len(rest) < 6 or _date(century + rest) is not None


_CARD = re.compile(
    r"(?<![0-9])[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?(?![0-9]|\1?[0-9]|[-/.年])"
)


def _long_numbers(sheet: _Sheet, found: list[_Found]) -> Iterator[_Found]:
    """Runs of 15 digits and more, and bank cards in groups of four, that are nothing else."""
    runs = [
        _Found(*sheet.span(start, end), LONG)
        for start, end in sheet.runs(found, widest=_TIGHT)
        if end - start >= 15
    ]
    yield from runs
    covered = [*found, *runs]
    for card in _CARD.finditer(sheet.folded):
        if not any(one.start < card.end() and card.start() < one.end for one in covered):
            yield _Found(*card.span(), LONG)
