"""Which runs of a message are documents, which nearly, which are only long: the rules by which they are told apart."""

import re
from collections.abc import Iterator
from datetime import date

from stdnum.cn import ric

from bot.redact.sheet import (
    DOUBTFUL,
    FIRST_PART,
    LONG,
    MARK,
    NARROW,
    TIGHT,
    WHOLE,
    WIDE,
    Flaw,
    Found,
    Kind,
    Sheet,
)

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[019]")
SEPARATOR = rf"[\s{MARK}._·/\\-]{{0,2}}"
_LETTERED = re.compile(rf"(?<![A-Z0-9])([A-Z]){SEPARATOR}([0-9](?:{SEPARATOR}[0-9]){{7,9}})(?![0-9])")
_DATED = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[0-9]|1[0-2])(?:[0-2][0-9]|3[01])")
TAIWAN = re.compile(r"台胞|臺胞|台湾|臺灣|台灣|通行[证證]|TAIWAN|PERMIT")
DATE_WRITTEN = re.compile(r"(?:19|20)[0-9]{2}\W{1,3}[0-9]{1,2}\W{1,3}[0-9]{1,2}")


def as_date(digits: str) -> date | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return day if 1880 <= day.year < 2100 else None


def kind_of(number: str) -> Kind:
    """Residence permits of people from Hong Kong, Macao and Taiwan begin with 810000, 820000, 830000."""
    return "permit" if number[:6] in ("810000", "820000", "830000") else "id18"


def flaw_of(number: str) -> Flaw | None:
    """What is wrong with 18 characters as a GB 11643 number."""
    if as_date(number[6:14]) is None:
        return "bad_date"
    return None if ric.calc_check_digit(number) == number[17] else "check_digit"


def documents(sheet: Sheet, shortest: int) -> Iterator[Found]:
    """Every number that is masked always: those that pass, letters with digits, and those that nearly are one."""
    found = list(_passing(sheet, sheet.free([])))
    found += nearly(sheet, sheet.free(found), shortest)
    for match in _LETTERED.finditer(sheet.folded):
        one = _lettered(match)
        if one and not any(other.start < one.end and one.start < other.end for other in found):
            found.append(one)
    yield from sorted(found, key=lambda one: one.start)


def _passing(sheet: Sheet, free: list[bool]) -> Iterator[Found]:
    """Windows of 18 that pass date and check digit: whole ones even with some words between, others as doubtful."""
    good = [start for start in range(len(sheet.symbols) - 17) if _passes(sheet.symbols[start : start + 18])]
    taken = free
    for start in sorted(good, key=lambda start: (not sheet.whole(start, start + 18), start)):
        end = start + 18
        whole, widest = sheet.whole(start, end), sheet.widest(start, end)
        if not all(taken[start:end]) or widest > (WIDE if whole else NARROW):
            continue
        taken[start:end] = [False] * 18
        if whole:
            yield Found(
                *sheet.span(start, end),
                WHOLE,
                kind=kind_of(sheet.symbols[start:end]),
                number=sheet.symbols[start:end],
            )
        else:
            # A digit too many: mask all that touches it, so that no piece stays.
            while sheet.gaps[start] == TIGHT:
                start -= 1
            while sheet.gaps[end] == TIGHT:
                end += 1
            yield Found(*sheet.span(start, end), DOUBTFUL, "length")


def _passes(window: str) -> bool:
    return (
        bool(_DATED.match(window, 6))
        and "X" not in window[:17]
        and window[0] != "0"
        and flaw_of(window) is None
    )


def nearly(sheet: Sheet, free: list[bool], shortest: int) -> Iterator[Found]:
    """Windows of 18 down to `shortest` with the place of a birth date, or in a document's own groups, that fail."""
    for length in range(18, shortest - 1, -1):
        for start in range(len(sheet.symbols) - length + 1):
            end = start + length
            number = sheet.symbols[start:end]
            if "X" in number[:-1] or not (sheet.whole(start, end) and all(free[start:end])):
                continue
            if sheet.widest(start, end) > NARROW or not _looks_like_one(sheet, start, number):
                continue
            free[start:end] = [False] * length
            flaw: Flaw | None = flaw_of(number) if length == 18 else None
            yield Found(*sheet.span(start, end), DOUBTFUL, flaw or "check_digit")


def _looks_like_one(sheet: Sheet, start: int, number: str) -> bool:
    length, tight = len(number), sheet.widest(start, start + len(number)) == TIGHT
    # No place begins with 0, but a mistyped first digit may: only the full length is believed then.
    if length >= 16 and (number[0] != "0" or length == 18) and _DATED.match(number, 6):
        return True
    if number[-1] == "X":
        return length >= 16 or tight
    if length == 15:  # the numbers of the first generation: six digits of place, YYMMDD, three more
        return tight and bool(re.match(r"[1-9].{5}..(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])", number))
    grouped = length >= 17 and [k for k in range(1, 15) if sheet.gaps[start + k]] == [6, 14]
    return grouped or (length == 18 and tight and ric.calc_check_digit(number) == number[-1])


def _lettered(match: re.Match[str]) -> Found | None:
    letter, written = match.group(1), match.group(2)
    digits = re.sub(r"\D", "", written)
    if DATE_WRITTEN.match(written):
        return None
    if len(digits) == 9:
        return Found(*match.span(), WHOLE, kind="birth_cert", number=letter + digits)
    if letter in "HM":
        return Found(*match.span(), WHOLE, kind="permit", number=letter + digits)
    return None


def bare(sheet: Sheet, span: tuple[int, int], number: str, repeated: bool) -> Found | None:
    """What a run of digits is while a document is asked; None = none of our business."""
    written = sheet.folded[slice(*span)]
    length = len(number)
    if length < 6 or DATE_WRITTEN.fullmatch(written):
        return None
    if length == 8 and (TAIWAN.search(sheet.folded) or repeated):
        return Found(*span, WHOLE, kind="permit", number=number)
    if length >= 18:
        return Found(*span, DOUBTFUL, flaw_of(number) if length == 18 else "length")
    if first_part(number):
        return Found(*span, FIRST_PART, "half")
    if length == 8:
        if as_date(number):
            return None
        if not as_date("2000" + number[:4]):
            return Found(*span, WHOLE, kind="permit", number=number)
    phone = re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}", number)
    if phone or length in (6, 12):
        return None
    return Found(*span, DOUBTFUL, "length")


def first_part(number: str) -> bool:
    """Whether these digits can begin an 18-digit number: a place, then as much of a birth date as is there."""
    if "X" in number or not _PROVINCE.match(number):
        return False
    century, rest = number[6:8], number[8:14]
    if century and not any(year.startswith(century) for year in ("19", "20")):
        return False
    return len(rest) < 6 or as_date(century + rest) is not None


_CARD = re.compile(
    r"(?<![0-9])[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?(?![0-9]|\1?[0-9]|[-/.年])"
)


def long_numbers(sheet: Sheet, found: list[Found]) -> Iterator[Found]:
    """Runs of 15 digits and more, and bank cards in groups of four, that are nothing else."""
    runs = [
        Found(*sheet.span(start, end), LONG)
        for start, end in sheet.runs(found, widest=TIGHT)
        if end - start >= 15
    ]
    yield from runs
    covered = [*found, *runs]
    for card in _CARD.finditer(sheet.folded):
        if not any(one.start < card.end() and card.start() < one.end for one in covered):
            yield Found(*card.span(), LONG)
