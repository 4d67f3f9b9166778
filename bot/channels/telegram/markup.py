"""Neutral markup as Telegram's HTML, cut into as many messages as its limit asks for.

Telegram counts a text after its markup was read, in UTF-16 code units. What is not one of the four tags of the
neutral markup is shown as it stands, so a message can never be refused for its words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import urlsplit

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
_TAGS = ("b", "i", "code", "a")
_ZWJ = "\u200d"
# Where a text may be cut, best first: between paragraphs, lines, sentences, words.
_BORDERS = tuple(
    map(re.compile, (r"\n[^\S\n]*\n\s*", r"\n\s*", r"[。！？!?…；;]+[”」』）)]*\s*|\.\s+", r"[，,、]\s*|\s+"))
)
_GLYPH_AT_MOST = 32
"""Code points that one visible character may take (an emoji family takes 11)."""

Tags = tuple[tuple[str, str], ...]
"""The open tags around a run of words: (name, address of a link or "")."""


@dataclass(frozen=True)
class _Run:
    words: str
    tags: Tags


class _Reader(HTMLParser):
    """Takes markup apart into runs of words, each with the tags around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[_Run] = []
        self._tags: list[tuple[str, str]] = []

    def handle_data(self, data: str) -> None:
        self.runs.append(_Run(data, tuple(self._tags)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TAGS:
            self._tags.append((tag, dict(attrs).get("href") or ""))
        else:
            self.handle_data(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._tags]
        if tag in names:
            del self._tags[len(names) - 1 - names[::-1].index(tag) :]
        elif tag not in _TAGS:
            self.handle_data(f"</{tag}>")


def units(text: str) -> int:
    """The length of a text as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def length(markup: str) -> int:
    """How long a message is for Telegram, tags and escapes not counted."""
    return units("".join(run.words for run in _read(markup)).strip())


@lru_cache(maxsize=256)
def parts(markup: str, most: int = LONGEST_TEXT) -> tuple[str, ...]:
    """The markup as HTML of one or more messages of at most `most` units; tags that are cut go on in the next.

    Nothing but white space is lost at a border. No words, no message: ().
    """
    runs = _read(markup)
    words = "".join(run.words for run in runs)
    return tuple(_render(runs, start, end) for start, end in _slices(words, most))


def can_open(address: str) -> bool:
    """Whether Telegram takes this address for a link: it refuses a whole message for a name such as localhost."""
    try:
        seen = urlsplit(address)
        host = seen.hostname or ""
    except ValueError:
        return False
    if seen.scheme == "tg":
        return True
    return seen.scheme in ("http", "https") and "." in host.strip(".") and not host.startswith("127.")


def _read(markup: str) -> list[_Run]:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.runs


def _slices(words: str, most: int) -> list[tuple[int, int]]:
    """The stretches of `words` that fit, without white space at their ends."""
    reach = [0, *accumulate(1 + (character > "\uffff") for character in words)]
    found: list[tuple[int, int]] = []
    start, end = _trimmed(words, 0, len(words))
    while start < end:
        cut = start
        while cut < end and reach[cut + 1] - reach[start] <= most:
            cut += 1
        if cut < end:
            cut = _border(words, start, cut)
        found.append(_trimmed(words, start, cut))
        start, _ = _trimmed(words, cut, end)
    return found


def _trimmed(words: str, start: int, end: int) -> tuple[int, int]:
    while start < end and words[start].isspace():
        start += 1
    while end > start and words[end - 1].isspace():
        end -= 1
    return start, end


def _border(words: str, start: int, cut: int) -> int:
    """The best place to cut at or before `cut`; a border in the first half is too early for its kind."""
    middle = start + (cut - start) // 2
    for border in _BORDERS:
        ends = [hit.end() for hit in border.finditer(words, start, cut) if hit.end() > middle]
        if ends:
            return ends[-1]
    for back in range(min(_GLYPH_AT_MOST, cut - start - 1)):
        if not _one_glyph(words[cut - back - 1], words[cut - back]):
            return cut - back
    return cut


def _one_glyph(before: str, after: str) -> bool:
    """Whether two neighbours belong to one visible character."""
    both_flags = all("\U0001f1e6" <= one <= "\U0001f1ff" for one in (before, after))
    tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    return _ZWJ in (before, after) or tone or both_flags or unicodedata.category(after) in ("Mn", "Me", "Mc")


def _render(runs: Sequence[_Run], start: int, end: int) -> str:
    """The HTML of the words from `start` to `end`, every tag opened and closed within."""
    out: list[str] = []
    opened: Tags = ()
    at = 0
    for run in runs:
        words = run.words[max(start - at, 0) : max(end - at, 0)]
        at += len(run.words)
        if not words:
            continue
        wanted = tuple((name, link) for name, link in run.tags if name != "a" or can_open(link))
        same = 0
        while same < min(len(opened), len(wanted)) and opened[same] == wanted[same]:
            same += 1
        out += [f"</{name}>" for name, _ in reversed(opened[same:])]
        out += [
            f'<a href="{html.escape(link)}">' if name == "a" else f"<{name}>" for name, link in wanted[same:]
        ]
        out.append(html.escape(words, quote=False))
        opened = wanted
    out += [f"</{name}>" for name, _ in reversed(opened)]
    return "".join(out)
