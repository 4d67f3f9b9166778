"""A sentence made ready for reading times: one script, figures of one width, known slips mended, and what was read covered.

Every character keeps its place in what the person wrote, so that the rest can be given back in their own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from bot.flow.numerals import in_figures
from bot.texts import simplified

DAY, PART, HOUR, LENGTH, OTHER, KEPT = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
"""What covers a place that was read (a day, a part of the day, an hour, a length, another word of time), or that is no
time and stays in the rest (an age, a price)."""
_TAKEN_OUT = re.compile(rf"\s*{DAY}[{DAY}\s]*")
TIMES: Final = DAY + PART + HOUR + LENGTH + OTHER

CN: Final = "〇零一二三四五六七八九十廿卅两俩仨"
N: Final = rf"(?:\d{{1,2}}|[{CN}]{{1,3}})"
"""A number up to 99, in figures or words."""
SEP: Final = r"\s*(?:[-~—–−‐―]+|一直到|到|至|to|till|until|through|thru)\s*"

_ENGLISH = {
    word: value
    for value, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        start=1,
    )
} | {"a": 1, "an": 1, "couple": 2, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "ninety": 90}
WORD: Final = "|".join(word for word in _ENGLISH if word not in ("a", "an", "couple"))
_CJK = re.compile(r"[\u3400-\u9fff〇]")
_LATIN = re.compile(r"[a-z]")

# Slips of the keyboard and of dictation, as long as what was meant: what stands here is no word of its own.
_SLIPS = (
    (re.compile(r"[名明鸣][天夭](?=$|[^堂])"), "明天"),
    (re.compile(r"后夭"), "后天"),
    (re.compile(r"今夭"), "今天"),
    (re.compile(r"下[舞武五物](?=$|[^百千万十])|夏午"), "下午"),
    (re.compile(r"上[舞武物](?=$|[^台器])"), "上午"),
    (re.compile(r"中[舞武](?=$|[^器])"), "中午"),
    (re.compile(r"早尚"), "早上"),
    (re.compile(r"元月"), "一月"),
    (re.compile(r"大下(?=个?周|个?星期|个?礼拜)"), "下下"),
    (re.compile(r"晚尚"), "晚上"),
    (re.compile(r"星[其起七]"), "星期"),
    (re.compile(r"礼[败白百]"), "礼拜"),
    (re.compile(r"(?<=点)[伴办版拌](?=$|[^法理])"), "半"),
    (re.compile(r"(?<=拜)[陆]|(?<=星期)[陆]"), "六"),
)


def form(pattern: str) -> re.Pattern[str]:
    """Compile for text that mixes scripts: a Latin word may touch a Chinese one (约Nov 5), so \\b counts ASCII only."""
    return re.compile(pattern, re.ASCII)


class Sheet:
    """What was said, in the form that patterns are written for. `left` is what nobody has read yet."""

    def __init__(self, said: str) -> None:
        self.said = said
        plain = "".join(_one(character) for character in said)
        same = simplified(plain)
        if len(same) != len(plain):
            same = plain
        kept = [at for at, one in enumerate(same) if not (one.isspace() and _beside_chinese(same, at))]
        self._origin = kept
        text = "".join(same[at] for at in kept)
        for slip, meant in _SLIPS:
            text = slip.sub(meant, text)
        self.text = text
        self.left = text
        self._read = bytearray(len(text))
        self.latin = bool(_LATIN.search(text))

    def cover(self, start: int, end: int, mask: str) -> None:
        """Let nothing else read from `start` up to `end`; all but KEPT is taken out of the rest."""
        self.left = self.left[:start] + mask * (end - start) + self.left[end:]
        if mask != KEPT:
            self.drop(start, end)

    def drop(self, start: int, end: int) -> None:
        """Take these characters out of the rest."""
        self._read[start:end] = b"\x01" * (end - start)

    def each(self, pattern: re.Pattern[str], act: Callable[[re.Match[str]], bool | None], mask: str) -> None:
        """Cover every match that `act` does not refuse with False."""
        for match in pattern.finditer(self.left):
            if act(match) is not False:
                self.cover(match.start(), match.end(), mask)

    def rest(self) -> str:
        """What was not read, in the person's own words, one space where something was taken out of a line of Latin."""
        pieces = list(self.said)
        for at, read in zip(self._origin, self._read, strict=True):
            if read:
                pieces[at] = DAY
        left = _TAKEN_OUT.sub(_seam, "".join(pieces))
        return left.strip(" \t\r\n,，.。;；、:：!！")


def _seam(taken: re.Match[str]) -> str:
    """One space between two Latin words; Chinese closes up."""
    text, start, end = taken.string, taken.start(), taken.end()
    return " " if start and end < len(text) and (text[start - 1] + text[end]).isascii() else ""


@lru_cache(maxsize=4096)
def _one(character: str) -> str:
    """One character for one: full-width figures and letters become plain, small ones; our own masks are nobody's words."""
    if character in TIMES or character == KEPT:
        return " "
    made = unicodedata.normalize("NFKC", character)
    if len(made) != 1:
        return character
    low = made.lower()
    return low if len(low) == 1 else made


def _beside_chinese(text: str, at: int) -> bool:
    """A space beside a Chinese character says nothing: 明 天 下 午 2 点."""
    return bool(_CJK.search(text[max(0, at - 1) : at + 2]))


def number(written: str) -> int:
    """The number that figures or words (十二, 廿八, two) name. Raises ValueError for none."""
    if written.isascii() and written.isdigit():
        return int(written)
    if written in _ENGLISH:
        return _ENGLISH[written]
    plain = written.replace("俩", "两").replace("仨", "三").replace("廿", "二十").replace("卅", "三十")
    if plain == "零" or plain == "〇":
        return 0
    if "十" not in plain and len(plain) > 1:  # figure by figure: 零五, 三零
        figures = "〇一二三四五六七八九".find
        return int("".join(str(max(0, figures(one.replace("两", "二")))) for one in plain))
    return in_figures(plain)
