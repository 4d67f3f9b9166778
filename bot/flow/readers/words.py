"""What every reader of words shares: a picture, an empty or endless answer, emoji only; cleaning; runs of digits."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from opencc import OpenCC

from bot.flow.model import Look, Problem, Reader, Said

WORDS_PROBLEMS = ("words_only", "too_long", "emoji_only", "empty")
ANSWER_AT_MOST = 200  # characters of an answer to a closed question

# Characters nobody sees: controls, direction marks and overrides, zero-width ones, private and unassigned ones.
_UNSEEN = ("Cc", "Cf", "Co", "Cn", "Cs")
_BETWEEN = r"[\s.,·，。、_/()*:-]{0,3}"
_FIGURES = dict(zip("〇零一二三四五六七八九幺", "001234567891", strict=True))
_SLIPS = str.maketrans("oOlI|", "00111")
_SLIPPED = re.compile(r"(?<![A-Za-z0-9])[oOlI|]*[0-9][0-9oOlI|]*(?![A-Za-z0-9])")
_RUN = re.compile(rf"[0-9](?:{_BETWEEN}[0-9])*")


def words(said: Said, at_most: int = ANSWER_AT_MOST) -> str | Problem:
    """Return the cleaned words of an answer, or the Problem that makes them unusable.

    `at_most` counts characters. Line breaks stay, everything unseen goes.
    """
    if said.media is not None or said.location is not None or (said.phone is not None and not said.text):
        return Problem("words_only", {"media": said.media or ("location" if said.location else "contact")})
    if len(said.text) > at_most:
        return Problem("too_long", {"most": at_most, "length": len(said.text)})
    text = clean(said.text)
    if not text:
        return Problem("empty")
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        return Problem("emoji_only")
    return text


def clean(text: str) -> str:
    """Return the text without unseen characters, with single spaces and at most one empty line in a row."""
    kept = "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\n\t" or unicodedata.category(character) not in _UNSEEN
    )
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def plain(text: str) -> str:
    """Return the text for comparing: half width, simplified, lower case, without spaces, punctuation and emoji."""
    simple = str(_converter().convert(unicodedata.normalize("NFKC", text))).casefold()
    return "".join(character for character in simple if unicodedata.category(character)[0] in "LN")


def digit_runs(text: str) -> list[str]:
    """Return the runs of digits in a text, spaces and light punctuation within left out.

    Full-width digits, Chinese figures read one by one (一二三, 幺) and the letters O and l among digits count as digits.
    """
    half = unicodedata.normalize("NFKC", text)
    half = "".join(
        _FIGURES.get(character, character)
        for character in half
        if unicodedata.category(character) not in ("Cf", "Mn", "Me")
    )
    half = _SLIPPED.sub(lambda slip: slip[0].translate(_SLIPS), half)
    return [re.sub(r"\D", "", run) for run in _RUN.findall(half)]


def first_of(*readers: Reader) -> Reader:
    """Return the reader that takes what the first of these can use; the last one's Problem if none can."""

    def read(said: Said, look: Look) -> Any:
        value: Any = Problem("empty")
        for reader in readers:
            value = reader(said, look)
            if not isinstance(value, Problem):
                return value
        return value

    return read
