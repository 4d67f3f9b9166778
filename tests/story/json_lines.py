"""Journeys through `doorstep chat --json`: the real process, its lines in and out, and its end in the middle of the talk.

What was told is read from the lines; only the keys of the texts, which no door shows, are looked up in the database.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.assembly import open_house
from bot.channels.terminal import Act, Shown
from bot.clock import SystemClock, parse_instant
from bot.house import House
from bot.messages import Button, Outgoing
from bot.settings import Settings
from tests.cli.test_commands import environment


class InJsonLines:
    """A talk in one process after the other on the same database. `all` is everything that anybody was shown."""

    def __init__(self, folder: Path, at: str) -> None:
        self._folder, self._at = folder, at
        given: dict[str, Any] = {
            "_env_file": None,
            "keys": folder / "keys",
            "data_dir": folder / "data",
            "database_url": f"sqlite:///{folder / 'talk.db'}",
        }
        self.settings = Settings(**given)
        self.all: list[Shown] = []
        self._posts: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._said = 0
        self._house: House | None = None  # only looked into

    # -- what a journey does -------------------------------------------------------------------------------------

    def staff(self, name: str, role: str, place: str = "") -> None:
        self._posts.append(f"{name}={role}" + (f"@{place}" if place else ""))

    async def do(self, act: Act) -> list[Shown]:
        tree: dict[str, Any] = {"as": act.who}
        if act.location is not None:
            tree["share"] = {"location": list(act.location)}
        else:
            tree |= {"say": act.say} if act.press is None else {"press": act.press}
        return self._line(tree)

    async def press(self, who: str, wanted: str, **_where: Any) -> list[Shown]:
        for shown in reversed(self.all):
            if shown.to == who and (button := shown.button(wanted)) is not None:
                return self._line({"as": who, "press": button.id})
        raise AssertionError(f"no button {wanted!r} before {who}")

    async def to(self, at: str) -> list[Shown]:
        self._at = at
        return self._line({"clock": at})

    async def restart(self) -> list[Shown]:
        """The process is killed where it stands, and another one goes on at the same moment."""
        assert self._process is not None, "nothing has begun yet"
        self._process.kill()
        self._process.wait()
        self._process, self._posts = None, []
        return self._line({"restart": True})

    def find(self, pattern: str) -> str:
        for shown in reversed(self.all):
            if found := re.search(pattern, shown.text):
                return found[1] if found.groups() else found[0]
        raise AssertionError(f"{pattern} fits nothing that was shown")

    def close(self) -> None:
        """The input ends, and so does the process. Raises AssertionError where it does not end well."""
        assert self._process is not None, "nothing was said"
        if self._house is not None:
            self._house.store.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=60) == 0

    # -- within --------------------------------------------------------------------------------------------------

    def _line(self, tree: dict[str, Any]) -> list[Shown]:
        """Write one line; every message that is told until it is done."""
        if self._process is None:
            posts = [word for post in self._posts for word in ("--staff", post)]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "chat", "--json", "--at", self._at, "--db", "talk.db", *posts],
                cwd=self._folder, env=environment(KEYS="keys", DATA_DIR="data"), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._said = 0
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._said += 1
        self._process.stdin.write(json.dumps(tree, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        told = []
        for raw in self._process.stdout:
            line = json.loads(raw)
            assert "error" not in line, f"{tree}: {line}"
            if line == {"done": self._said}:
                break
            told.append(line)
        else:
            raise AssertionError(f"{tree}: the process ended")
        fresh = [self._shown(line) for line in told]
        self.all += fresh
        return fresh

    def _shown(self, line: dict[str, Any]) -> Shown:
        buttons = tuple(
            tuple(Button(one["label"], id=one["id"], url=one.get("url", "")) for one in row)
            for row in line["buttons"]
        )
        message = Outgoing(line["text"], buttons, keys=self._keys(line["id"]))
        at = parse_instant(line["at"], self.settings.zone)
        return Shown(line["id"], line["to"], line["kind"], line["text"], message, at, "reply")

    def _keys(self, number: int) -> tuple[str, ...]:
        house = self._house = self._house or open_house(self.settings, SystemClock())
        payload = house.store.read(
            lambda db: db.value("SELECT payload FROM outbox WHERE id = :id", id=number)
        )
        return Outgoing.of_json(house.ground.keys.unseal(bytes(payload), "outbox.payload")).keys
