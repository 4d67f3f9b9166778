"""The terminal for people: messages with numbered buttons, QR codes drawn in text, and a few words beginning with ":"."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import segno

from bot.channels.terminal import Act, Shown
from bot.channels.terminal_json import Line, NotUnderstood, Restart, ToClock
from bot.clock import parse_instant
from bot.messages import Button
from bot.texts import plain

WELCOME = (
    'Type what a person would type; a number presses a button. Somebody else: ":as NAME". Time: ":clock +3d",'
    ' ":clock 2026-12-05T09:00". Sharing: ":contact NUMBER", ":location LAT,LON", ":photo". Also ":restart" and'
    ' ":quit".'
)
_SPAN = re.compile(r"\+(\d+)([mhd])")
_HREF = re.compile(r'<a href="([^"]+)">(.*?)</a>')
_LINK = re.compile(r"https?://[^\s<>\"]+[?&]start=[\w-]+")
BOLD, DIM, CYAN, GREEN, RESET = "\033[1m", "\033[2m", "\033[36m", "\033[32m", "\033[0m"


@dataclass(frozen=True)
class Quit:
    """Enough."""


def put(text: str) -> None:
    """Print one line."""
    print(text, flush=True)


class Desk:
    """Who is typing, and which buttons stand before them."""

    def __init__(self, zone: ZoneInfo, colours: bool | None = None) -> None:
        self.who = "me"
        self._zone = zone
        self._colours = sys.stdout.isatty() if colours is None else colours
        self._numbered: dict[str, list[Button]] = {}

    def prompt(self, now: datetime) -> str:
        """What stands before the cursor: the time, and who is typing."""
        return self._in(CYAN, f"{now.astimezone(self._zone):%m-%d %H:%M} {self.who}> ")

    def read(self, typed: str, now: datetime) -> Line | Quit | None:
        """What a typed line asks for; None for nothing. Raises NotUnderstood."""
        text = typed.strip()
        if not text.startswith(":"):
            return self._said(text) if text else None
        word, _, rest = text[1:].partition(" ")
        rest = rest.strip()
        match word:
            case "as" if rest:
                self.who = rest
                return None
            case "clock":
                return ToClock(self._instant(rest, now))
            case "restart":
                return Restart()
            case "quit" | "q":
                return Quit()
            case "contact" if rest:
                return Act(self.who, contact=rest)
            case "location":
                return Act(self.who, location=_point(rest))
            case "photo" | "voice" | "file":
                return Act(self.who, media=word)
        raise NotUnderstood(WELCOME)

    def show(self, shown: list[Shown]) -> None:
        """Print messages, and remember their buttons."""
        for one in shown:
            put(self.drawn(one))

    def drawn(self, one: Shown) -> str:
        """A message as lines of text."""
        head = f"{one.to} ·" if one.to != self.who else "·"
        if one.kind in ("push", "edit", "delete"):
            head += f" {one.kind}"
        markup = _HREF.sub(r"\2 (\1)", one.message.text)
        if self._colours:
            markup = markup.replace("<b>", BOLD).replace("</b>", RESET)
        lines = [self._in(DIM, head), *(f"  {line}" for line in plain(markup).splitlines())]
        lines += [f"  {line}" for line in _qr(one)]
        lines += [f"  [{file.name}, {len(file.body)} bytes]" for file in one.message.files]
        if one.message.location is not None:
            lines.append("  @ {:.5f}, {:.5f}".format(*one.message.location))
        return "\n".join([*lines, *self._buttons(one)])

    def _buttons(self, one: Shown) -> list[str]:
        """Numbered where a number can press; ways out, contact and place as the words or lines that do the same."""
        numbered, words = [], []
        for button in (button for row in one.message.buttons for button in row):
            if button.url:
                words.append(f"{button.label} ({button.url})")
            elif button.ask:
                words.append(f"{button.label} (:{button.ask} …)")
            elif button.id.startswith("w:"):
                words.append(button.label)
            else:
                numbered.append(button)
        if one.message.buttons:
            self._numbered[one.to] = numbered
        lines = [self._in(GREEN, f"  {number} {button.label}") for number, button in enumerate(numbered, 1)]
        return lines + ([self._in(DIM, "  " + " · ".join(words))] if words else [])

    def _said(self, text: str) -> Act:
        buttons = self._numbered.get(self.who, [])
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(buttons):
            return Act(self.who, press=buttons[int(text) - 1].id)
        return Act(self.who, say=text)

    def _instant(self, text: str, now: datetime) -> datetime:
        if span := _SPAN.fullmatch(text):
            number = int(span[1])
            return (
                now
                + {"m": timedelta(minutes=number), "h": timedelta(hours=number), "d": timedelta(days=number)}[
                    span[2]
                ]
            )
        try:
            return parse_instant(text, self._zone)
        except ValueError:
            raise NotUnderstood("wanted +30m, +2h, +3d, or an instant such as 2026-12-05T09:00") from None

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{RESET}" if self._colours else text


def _qr(one: Shown) -> list[str]:
    """The link a message carries, as a QR code of text characters, where it came with a picture of one."""
    link = _LINK.search(" ".join([one.message.text, *(b.url for row in one.message.buttons for b in row)]))
    if link is None or not any(file.type.startswith("image/") for file in one.message.files):
        return []
    drawn = StringIO()
    segno.make(plain(link[0])).terminal(drawn, compact=True, border=2)
    return drawn.getvalue().splitlines()


def _point(text: str) -> tuple[float, float]:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise NotUnderstood("wanted LAT,LON") from None
    return lat, lon
