"""Neutral markup as runs of text that a page can build without ever parsing HTML.

Allowed are <b>, <i>, <code> and <a> with an http, https or tel address; every other tag is shown as it was typed.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

_MARKS = {"b": "b", "i": "i", "code": "code"}
_ADDRESS = re.compile(r"(?:https?://[^\s\"'<>]+|tel:\+?[0-9*#,;-]{2,32})", re.IGNORECASE)


def runs(markup: str) -> list[dict[str, Any]]:
    """The text in order: {"t": text} with "b", "i", "code" set to True and "href" to an address, where they hold."""
    parser = _Runs()
    parser.feed(
        markup.replace("<!", "&lt;!").replace("<?", "&lt;?")
    )  # no declarations: some make the parser raise
    parser.close()
    return parser.found


class _Runs(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[dict[str, Any]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag in _MARKS:
            self._open.append((tag, ""))
        elif tag == "a" and _ADDRESS.fullmatch(address):
            self._open.append((tag, address))
        else:
            self._add(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index]
                return
        if tag not in _MARKS and tag != "a":
            self._add(f"</{tag}>")

    def set_cdata_mode(self, tag: str, *, escapable: bool = False) -> None:
        """Nothing: a <script> is words here like any other."""

    def handle_data(self, data: str) -> None:
        self._add(data)

    def handle_entityref(self, name: str) -> None:
        self._add(unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._add(unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        self._add(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._add(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._add(f"<![{data}]>")

    def _add(self, text: str) -> None:
        run: dict[str, Any] = {"t": text}
        for tag, address in self._open:
            if tag == "a":
                run["href"] = address
            else:
                run[_MARKS[tag]] = True
        last = self.found[-1] if self.found else None
        if last is not None and {**last, "t": ""} == {**run, "t": ""}:
            last["t"] += text
        elif text:
            self.found.append(run)
