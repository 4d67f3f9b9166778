"""Plays journeys: talks written down as people's words and the keys of the answers (see bot/channels/terminal_record.py).

Every journey is played as written and once more with a restart between any two lines: nothing that matters may lie in
memory. `no_restarts: REASON` in its head says that a journey is about just that memory; `programme` changes the sample's
programme, with `quotas` in the place of its bands.

Where chance decides, `cast: {winner: PATTERN}` names whoever was shown what fits, from then on. `blocked: NAME` is somebody
who blocks the bot. `edit: {OLD: NEW}` is an editor who changes words of the one answer of tests/dialogs/questions/small.py.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bot.channels.terminal import Shown
from bot.channels.terminal_json import act_of
from bot.channels.terminal_record import keys_by_name
from bot.cli.room import appointment
from bot.messages import Inbound, Place
from tests.dialogs.questions import small
from tests.world import START, World, invented

if TYPE_CHECKING:
    from tests.story.json_lines import InJsonLines
    from tests.story.rims import Rim

HEAD = {"at", "city", "staff", "programme", "lines", "no_restarts"}
EVERY = range(1, 1_000)
"""A new process before any line."""
_DOCUMENT = re.compile(r"\[(id18|birth_cert|permit)(?: (\d{4}-\d\d-\d\d))? (\d+)\]")


@dataclass(frozen=True)
class Journey:
    """A file, read."""

    path: Path
    at: str
    city: str
    staff: tuple[str, ...]
    lines: tuple[dict[str, Any], ...]
    no_restarts: str
    programme: dict[str, Any]


def read(path: Path) -> Journey:
    """Raises ValueError for a file that is no journey."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    if unknown := tree.keys() - HEAD:
        raise ValueError(f"{path}: unknown {', '.join(sorted(unknown))}")
    for number, line in enumerate(tree["lines"], 1):
        if not isinstance(line, dict) or len(line) != 1:
            raise ValueError(f"{path}: line {number} is not one `name: …`: {line!r}")
    at = tree.get("at", START)
    return Journey(path, at if isinstance(at, str) else at.isoformat(), tree.get("city", "sample"),
                   tuple(tree.get("staff", ())), tuple(tree["lines"]), tree.get("no_restarts", ""),
                   tree.get("programme", {}))  # fmt: skip


class Player:
    """One journey in one world. `restarts`: the numbers of the lines before which there is a new process."""

    def __init__(
        self, world: World | Rim | InJsonLines, journey: Journey, restarts: Container[int] = ()
    ) -> None:
        self._world = world
        self._journey = journey
        self._restarts = restarts
        self._kept: dict[str, str] = {}
        self._cast: dict[str, str] = {}

    async def play(self) -> None:
        """Raises AssertionError with the line at which something else was said."""
        for post in self._journey.staff:
            self._world.staff(*appointment(post))
        speaker, told = "", dict[str, list[str]]()
        for number, line in enumerate(self._journey.lines, 1):
            ((name, value),) = line.items()
            where = f"{self._journey.path.name}, line {number} ({name})"
            if name == "bot":
                wanted = value if isinstance(value, dict) else {speaker: list(value)}
                self._same(
                    where, told, {self._cast.get(who, who): list(keys) for who, keys in wanted.items()}
                )
                told = {}
                continue
            if name == "keep":
                self._kept |= {what: self._world.find(pattern) for what, pattern in value.items()}
                continue
            if name == "cast":
                self._cast |= {role: self._shown(where, str(pattern)) for role, pattern in value.items()}
                continue
            self._same(where, told, {})
            if number in self._restarts:
                self._same(
                    f"{where}, at the restart before it", keys_by_name(await self._world.restart()), {}
                )
            speaker = name = self._cast.get(name, name)
            told = keys_by_name(await self._do(where, name, value))
        self._same("the end", told, {})

    async def _do(self, where: str, name: str, value: Any) -> list[Shown]:
        if name == "clock":
            return await self._world.to(value if isinstance(value, str) else value.isoformat())
        if name == "edit":
            small.write(small.folder(self._world.settings), **value)
            return []
        if name == "restart":
            return await self._world.restart()
        if name == "blocked":
            place = Place("terminal", self._cast.get(value, value))
            await self._world.house.hear(Inbound(place, f"blocked-{where}", event="blocked"))
            return []
        tree = value if isinstance(value, dict) else {"say": str(value)}
        if "press" in tree:
            place = {key: tree[key] for key in ("chat", "topic") if key in tree}
            return await self._world.press(name, self._filled(str(tree["press"])), **place)
        if "say" in tree:
            tree = tree | {"say": self._filled(str(tree["say"]))}
        return await self._world.do(act_of(name, tree))

    def _shown(self, where: str, pattern: str) -> str:
        """Whoever was shown the latest message that fits."""
        for shown in reversed(self._world.all):
            if re.search(pattern, shown.text):
                return shown.to
        raise AssertionError(f"{where}: nobody was shown {pattern}")

    def _filled(self, text: str) -> str:
        for name, value in self._kept.items():
            text = text.replace(f"{{{name}}}", value)
        return _DOCUMENT.sub(_document, text)

    def _same(self, where: str, told: dict[str, list[str]], wanted: dict[str, list[str]]) -> None:
        said = "\n".join(f"  {shown.to}: {shown.text}" for shown in self._world.all[-4:])
        assert told == wanted, f"{where}: told {told} instead of {wanted}. Shown last:\n{said}"


def _document(match: re.Match[str]) -> str:
    kind, born, number = match[1], match[2], int(match[3])
    if kind == "id18":
        return invented(date.fromisoformat(born or "2024-05-01"), number)
    return f"P{990000000 + number}" if kind == "birth_cert" else f"H{99000000 + number}"
