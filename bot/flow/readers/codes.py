"""Numbers that people read out and type: digits in groups, the last one a check digit (Damm's algorithm).

It finds every single wrong digit and every exchange of neighbours, which is what goes wrong on a telephone.
"""

import random
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final, Literal

from stdnum import damm

from bot.flow.model import Look, Problem, Reader, Said
from bot.flow.readers.words import WORDS_PROBLEMS, digit_runs, words

MISTYPED: Final = "mistyped"
CODE_PROBLEMS = (*WORDS_PROBLEMS, "mistyped", "not_a_code")
FORM_PROBLEMS = (*WORDS_PROBLEMS, "no_form")


@dataclass(frozen=True)
class CodeShape:
    """How one kind of code is written: the sizes of its groups, the check digit included."""

    groups: tuple[int, ...]

    @property
    def length(self) -> int:
        """The number of digits."""
        return sum(self.groups)

    def new(self, rng: random.Random) -> str:
        """Return a new code, digits only, never beginning with 0. Take random.SystemRandom for what must not be guessed."""
        digits = str(rng.randrange(10 ** (self.length - 2), 10 ** (self.length - 1)))
        return digits + str(damm.calc_check_digit(digits))

    def show(self, code: str) -> str:
        """Return the code in its groups: "1234 5678 9012"."""
        parts, start = [], 0
        for size in self.groups:
            parts.append(code[start : start + size])
            start += size
        return " ".join(parts)

    def good(self, code: str) -> bool:
        """Whether these digits are a code of this shape."""
        return len(code) == self.length and code.isdigit() and bool(damm.is_valid(code))

    def parse(self, text: str) -> str | Literal["mistyped"] | None:
        """Return the digits of the code in a text, MISTYPED for something close to one, None for nothing like it.

        Close is a run of digits up to two shorter or longer, or with a wrong check digit.
        """
        runs = digit_runs(text)
        for run in runs:
            if self.good(run):
                return run
        return MISTYPED if any(abs(len(run) - self.length) <= 2 for run in runs) else None


RECOVERY = CodeShape((3, 3, 4))
"""找回码: reopens one's things on another device, together with the last digits of the phone."""


def a_code(shape: CodeShape) -> Reader:
    """Return the reader of a code: its digits, or Problem "mistyped" | "not_a_code"."""

    def read(said: Said, look: Look) -> Any:
        text = words(said)
        if isinstance(text, Problem):
            return text
        code = shape.parse(text)
        if code is None:
            return Problem("not_a_code", {"digits": shape.length})
        return Problem("mistyped") if code == MISTYPED else code

    return read


_FORM = re.compile(r"(?=.*\d)[0-9A-Z](?:[0-9A-Z-]{1,22}[0-9A-Z])")


def form_number(said: Said, _look: Look) -> Any:
    """The number printed on a signed form: letters, digits and dashes, a digit at least."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    found = re.sub(r"^(?:NO\.?|第)|号$|\s", "", unicodedata.normalize("NFKC", text).upper())
    return found if _FORM.fullmatch(found) else Problem("no_form")
