"""A message laid out for reading numbers in it, whatever they are written in; and what is found there."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id18", "birth_cert", "permit"]
Flaw = Literal["check_digit", "bad_date", "length", "half"]
"""What is wrong with a number while a document is asked: `half` = the first part is held and the rest is awaited."""

WHOLE, DOUBTFUL, FIRST_PART, LONG = "[证件号]", "[证件号?]", "[证件号前半]", "[长号码]"


@dataclass(frozen=True)
class Found:
    """The characters start..end (exclusive) of the text give way to `label`."""

    start: int
    end: int
    label: str
    flaw: Flaw | None = None
    kind: Kind | None = None
    number: str = ""


_CHINESE = dict(zip("〇零一二三四五六七八九幺", "001234567891", strict=True))
_CHINESE_RUN = re.compile(f"[{''.join(_CHINESE)}]{{4,}}")
_CROSSES = frozenset("XxХхΧχ×✕✖╳❌")
_SLIPS = {"O": "0", "o": "0", "О": "0", "о": "0", "l": "1", "I": "1", "|": "1"}
MARK = "\u200b"
TIGHT, NARROW, WIDE, _APART = range(4)


def fold(text: str) -> str:
    """Return the text, one character for one, with every digit as 0–9, letters in upper case, the unseen as ZWSP."""
    if text.isascii():
        folded = list(text.upper())
    else:
        folded = [fold_one(character) for character in text]
        for run in _CHINESE_RUN.finditer(text):
            folded[run.start() : run.end()] = [_CHINESE[character] for character in run.group()]
    for index in range(1, len(folded) - 1):
        if text[index] in _SLIPS and folded[index - 1].isdigit() and folded[index + 1].isdigit():
            folded[index] = _SLIPS[text[index]]
    return "".join(folded)


def fold_one(character: str) -> str:
    if character.isascii():
        return character.upper()
    if character in _CROSSES:
        return "X"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return MARK
    plain = unicodedata.normalize("NFKC", character).upper()
    return plain if len(plain) == 1 and plain.isascii() else character


class Sheet:
    """A text with its digits picked out: `symbols[k]` (0–9 or X) stands at `at[k]`, `gaps[k]` is what lies before it."""

    def __init__(self, text: str, after_part: bool = False) -> None:
        self.text = text
        self.folded = folded = fold(text)
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
        before = self.folded[:index].rstrip(MARK + " \t-.·")
        return not (after.isascii() and after.isalpha()) and before[-1:].isdigit() and before[-1:].isascii()

    def _gap(self, start: int, end: int) -> int:
        between = self.folded[start:end].replace(MARK, "")
        if not between:
            return TIGHT
        if len(between) <= 5 and all(unicodedata.category(character)[0] in "ZPSC" for character in between):
            return NARROW
        return WIDE if len(between) <= 12 else _APART

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text the symbols start..end (exclusive) lie."""
        return self.at[start], self.at[end - 1] + 1

    def whole(self, start: int, end: int) -> bool:
        """Whether these symbols begin and end where no other digit touches them."""
        return self.gaps[start] > TIGHT and self.gaps[end] > TIGHT

    def widest(self, start: int, end: int) -> int:
        """The widest gap inside these symbols."""
        return max(self.gaps[start + 1 : end], default=TIGHT)

    def runs(self, found: list[Found], widest: int = NARROW) -> Iterator[tuple[int, int]]:
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

    def free(self, found: list[Found]) -> list[bool]:
        """For each symbol whether nothing found covers it."""
        return [not any(one.start <= place < one.end for one in found) for place in self.at]

    def masked(self, found: list[Found]) -> str:
        """The text with everything found masked."""
        text, end = self.text, len(self.text) + 1
        for one in sorted(found, key=lambda one: -one.start):
            if one.end <= end:
                text = text[: one.start] + one.label + text[one.end :]
                end = one.start
        return text


# ---------------------------------------------------------------- what is a document

# First two digits of GB/T 2260 codes, 81–83 residence permits, 9 foreign residents and invented samples.
