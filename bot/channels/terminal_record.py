"""Writes a talk down as a journey: who said what, and the keys (not the words) of every answer.

A file under tests/journeys holds `at` (the first instant), `city` and `staff` where they are not the usual ones, and
`lines`:

    - mama: 你好                             somebody says it
    - mama: {press: confirm}                 a button, by its label, its answer or its id
    - mama: {share: {contact: "13800138000"}}      and {say: …, chat: staff, topic: …}
    - clock: 2026-12-05T09:00:00+08:00       time passes
    - restart: true                          the bot forgets its memory
    - bot: [walk.day.ask]               the keys said to whoever spoke; {mama: […], baba: […]} where several are
                                             told something, or time passed. No such line: nobody is told anything.
    - keep: {code: '(\\d{4} \\d{4})'}           what was shown last and fits is {code} in the lines that follow

A document number is never written. `[id18 2024-05-01 1]` stands for an invented one: its kind, its birth date, and
which of the talk's documents it is.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.channels.terminal import Act, Shown, answer_of
from bot.messages import Button
from bot.redact import WHOLE, Redacted, scrub


class Recorder:
    """Collects the lines of one talk and writes the file after each, so that a talk broken off is kept as well."""

    def __init__(self, path: Path, zone: ZoneInfo, at: datetime, city: str, staff: list[str]) -> None:
        self._path = path
        self._zone = zone
        self._head: dict[str, Any] = {"at": self._iso(at)}
        if city:
            self._head["city"] = city
        if staff:
            self._head["staff"] = staff
        self._lines: list[dict[str, Any]] = []
        self._written: list[str] = []
        self._documents: list[str] = []
        self._buttons: dict[str, Button] = {}

    def act(self, act: Act, words: Redacted, shown: list[Shown]) -> None:
        """Somebody did something, and this was shown."""
        tree: dict[str, Any] = {"say": self._said(words)}
        if act.press is not None:
            tree = {"press": self._pressed(act.press)}
        elif act.location is not None:
            tree = {"share": {"location": list(act.location)}}
        elif act.contact is not None:
            tree = {"share": {"contact": scrub(act.contact)}}
        elif act.media is not None:
            tree = {"share": {act.media: act.media}}
        tree |= {name: value for name, value in (("chat", act.chat), ("topic", act.topic)) if value}
        self._lines.append({act.who: tree["say"] if tree.keys() == {"say"} else tree})
        self._answer(shown, act.who)

    def clock(self, at: datetime, shown: list[Shown]) -> None:
        """Time passed."""
        self._lines.append({"clock": self._iso(at)})
        self._answer(shown, "")

    def restart(self, shown: list[Shown]) -> None:
        """The bot was started again."""
        self._lines.append({"restart": True})
        self._answer(shown, "")

    def _answer(self, shown: list[Shown], speaker: str) -> None:
        self._buttons |= {button.id: button for one in shown for row in one.message.buttons for button in row}
        keys = keys_by_name(shown)
        if keys.keys() == {speaker}:
            self._lines.append({"bot": keys[speaker]})
        elif keys:
            self._lines.append({"bot": keys})
        self._write()

    def _said(self, words: Redacted) -> str:
        text = words.text
        for proof in words.proofs:
            if proof.digest not in self._documents:
                self._documents.append(proof.digest)
            born = "" if proof.birth is None else f" {proof.birth}"
            name = f"[{proof.kind}{born} {self._documents.index(proof.digest) + 1}]"
            text = text.replace(WHOLE, name, 1)
        return text

    def _pressed(self, button_id: str) -> str:
        """An answer or a lasting id; the label where the id is another in every talk."""
        button = self._buttons.get(button_id)
        if button is None:
            return button_id
        return answer_of(button) or (button.label if button_id.startswith("a:") else button_id)

    def _iso(self, at: datetime) -> str:
        return at.astimezone(self._zone).isoformat(timespec="seconds")

    def _write(self) -> None:
        def dump(tree: object) -> str:
            return yaml.safe_dump(
                tree, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None
            )

        self._written += [
            f"- {_flow(name)}: {_flow(value)}\n"
            for line in self._lines[len(self._written) :]
            for name, value in line.items()
        ]
        self._path.write_text(dump(self._head) + "lines:\n" + "".join(self._written), encoding="utf-8")


def keys_by_name(shown: list[Shown]) -> dict[str, list[str]]:
    """The keys of what each person was told, in order; an edit counts, a deletion says nothing."""
    keys: dict[str, list[str]] = {}
    for one in shown:
        if one.message.keys:
            keys.setdefault(one.to, []).extend(one.message.keys)
    return keys


def _flow(value: object) -> str:
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    text: str = yaml.safe_dump(
        value, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
