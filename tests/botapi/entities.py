"""Reading formatted text as the Bot API does: HTML into text and entities, with its complaints.

Offsets and lengths are UTF-16 code units, as everywhere in the Bot API. Only the HTML mode is known here, the one
that the project speaks.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from tests.botapi.shapes import ApiError, Json

_TOKEN = re.compile(r"<[^<>]*>|<|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot);|[^<&]+|&", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "span": "spoiler",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
_AUTOMATIC = re.compile(
    r"(?P<bot_command>(?<![\w/])/[a-zA-Z0-9_]{1,32}(?:@\w{5,32})?)|(?P<url>https?://[^\s<>，。；）]+)"
)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _bad(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: can't parse entities: {words}")


@dataclass
class _Open:
    tag: str
    start: int
    entity: Json | None


@dataclass
class _Reader:
    """Walks over the markup once."""

    text: str = ""
    length: int = 0
    entities: list[Json] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)

    def add(self, words: str) -> None:
        self.text += words
        self.length += units(words)

    def start(self, token: str, at: int) -> None:
        inner = token[1:-1].strip() if token.endswith(">") else ""
        tag = (re.match(r"[a-zA-Z][a-zA-Z0-9-]*", inner) or [""])[0]
        name = tag.lower()
        given = {
            key.lower(): (value or "").strip("\"'") for key, value in _ATTRIBUTE.findall(inner[len(tag) :])
        }
        if name not in _KINDS:
            raise _bad(f'Unsupported start tag "{tag}" at byte offset {at}')
        if name == "span" and given.get("class") != "tg-spoiler":
            raise _bad(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.stack.append(_Open(name, self.length, self._entity(name, given)))

    def _entity(self, name: str, given: dict[str, str]) -> Json | None:
        entity: Json = {"type": _KINDS[name]}
        if name == "a":
            if not given.get("href"):
                return None
            entity["url"] = html.unescape(given["href"])
        elif name == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        elif name == "tg-emoji":
            entity["custom_emoji_id"] = given.get("emoji-id", "")
        elif name == "tg-time":
            entity["unix_time"] = int(given.get("unix", "0"))
        elif name == "code" and self.stack and self.stack[-1].tag == "pre":
            outer = self.stack[-1].entity
            if outer is not None and given.get("class", "").startswith("language-"):
                outer["language"] = given["class"].removeprefix("language-")
            return None
        return entity

    def end(self, token: str, at: int) -> None:
        name = token[2:-1].strip().lower()
        if not self.stack:
            raise _bad(f"Unexpected end tag at byte offset {at}")
        opened = self.stack.pop()
        if opened.tag != name:
            raise _bad(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if opened.entity is not None and self.length > opened.start:
            span = {"offset": opened.start, "length": self.length - opened.start}
            self.entities.append({**opened.entity, **span})


def read_html(markup: str) -> tuple[str, list[Json]]:
    """Text and entities of HTML markup. Raises ApiError 400 "can't parse entities" as the server would."""
    reader = _Reader()
    at = 0
    for token in _TOKEN.findall(markup):
        if token.startswith("</"):
            reader.end(token, at)
        elif token.startswith("<"):
            reader.start(token, at)
        else:
            reader.add(html.unescape(token) if token.startswith("&") and len(token) > 1 else token)
        at += len(token.encode())
    if reader.stack:
        raise _bad(f'Can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"')
    return reader.text, sorted(reader.entities, key=lambda one: (one["offset"], -one["length"]))


def automatic(text: str) -> list[Json]:
    """The entities that Telegram finds by itself: commands and links."""
    return [
        {"type": hit.lastgroup, "offset": units(text[: hit.start()]), "length": units(hit.group())}
        for hit in _AUTOMATIC.finditer(text)
    ]


def formatted(
    text: str, mode: str | None, given: list[Json] | None, most: int, what: str
) -> tuple[str, list[Json]]:
    """A sent text after parsing and trimming, with all its entities. Raises ApiError 400.

    `most` is the longest text in UTF-16 code units, the stricter reading of "characters"; `what` ("message" or
    "caption") is named in the complaint about it.
    """
    if mode and mode.lower() != "html":
        raise ApiError(400, "Bad Request: unsupported parse_mode")
    text, entities = read_html(text) if mode else (text, list(given or []))
    cut = units(text) - units(text.lstrip())
    text = text.strip()
    whole = units(text)
    if whole > most:
        raise ApiError(400, f"Bad Request: {what} is too long")
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, whole)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    covered = [(one["offset"], one["offset"] + one["length"]) for one in kept]
    free = [
        found
        for found in automatic(text)
        if not any(
            start < found["offset"] + found["length"] and found["offset"] < end for start, end in covered
        )
    ]
    return text, sorted(kept + free, key=lambda one: (one["offset"], -one["length"]))
