"""`doorstep chat`: the room behind standard input, as JSON lines or for people."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import structlog

from bot.assembly import open_house
from bot.channels import terminal_human as human
from bot.channels.terminal import Shown
from bot.channels.terminal_json import Line, NotUnderstood, Restart, ToClock, parse, written
from bot.channels.terminal_record import Recorder
from bot.cli.errors import Unusable, usable_url
from bot.cli.room import Room, appointment
from bot.clock import Clock, SystemClock, parse_instant
from bot.house import House
from bot.settings import Settings
from bot.store.session import sqlite_url

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Wanted:
    """The options of a talk; empty ones are the usual."""

    db: str = ""
    at: str = ""
    city: str = ""
    staff: tuple[str, ...] = ()
    record: Path | None = None


@contextmanager
def at_home(settings: Settings, wanted: Wanted) -> Iterator[Settings]:
    """The settings of a talk: its pack, its database; without one a folder that is thrown away afterwards."""
    if wanted.city:
        settings = settings.model_copy(update={"city": wanted.city})
    if wanted.db:
        url = usable_url(wanted.db, "--db") if "://" in wanted.db else sqlite_url(Path(wanted.db))
        yield settings.model_copy(update={"database_url": url})
        return
    with tempfile.TemporaryDirectory(prefix="doorstep-") as name:
        folder = Path(name)
        yield settings.model_copy(
            update={"database_url": sqlite_url(folder / "talk.db"), "keys": folder / "keys"}
        )


def chat(settings: Settings, wanted: Wanted, as_json: bool) -> None:
    """Talk until the input ends. Raises what the operator has to mend."""
    zone = settings.zone
    present = SystemClock()
    try:
        start = parse_instant(wanted.at, zone) if wanted.at else _whole(present.now())
    except ValueError:
        raise Unusable(f"--at: {wanted.at!r} is no ISO 8601 instant such as 2026-12-01T09:00") from None
    posts = [appointment(text) for text in wanted.staff]
    with at_home(settings, wanted) as home, asyncio.Runner() as runner:
        room = Room(partial(_open, home), start)
        first = runner.run(room.open())
        recorder = None
        try:
            for post in posts:
                room.appoint(*post)
            if wanted.record is not None:
                recorder = Recorder(wanted.record, zone, start, wanted.city, list(wanted.staff))
            talk = Talk(room, home, recorder)
            if as_json:
                json_lines(runner, talk, first, sys.stdin.buffer, sys.stdout)
            else:
                human_lines(runner, talk, first, None if wanted.at else present)
        finally:
            room.close()


def _open(settings: Settings, clock: Clock) -> House:
    return open_house(settings, clock)


class Talk:
    """Lines carried out in a room, and recorded."""

    def __init__(self, room: Room, settings: Settings, recorder: Recorder | None = None) -> None:
        self.room = room
        self.zone = settings.zone
        self._recorder = recorder

    async def do(self, line: Line) -> list[Shown]:
        """Carry out one line. Raises NotUnderstood when the time would go back."""
        recorder = self._recorder
        if isinstance(line, ToClock):
            try:
                shown = await self.room.to(line.at)
            except ValueError as why:
                raise NotUnderstood(str(why)) from None
            if recorder is not None:
                recorder.clock(line.at, shown)
        elif isinstance(line, Restart):
            shown = await self.room.restart()
            if recorder is not None:
                recorder.restart(shown)
        else:
            words = self.room.words(line)
            shown = await self.room.act(line, words)
            if recorder is not None:
                recorder.act(line, words, shown)
        return shown


def json_lines(runner: asyncio.Runner, talk: Talk, first: list[Shown], lines: BinaryIO, out: TextIO) -> None:
    """Answer every line of `lines` with what it leads to and {"done": n}."""

    def put(tree: dict[str, Any]) -> None:
        out.write(json.dumps(tree, ensure_ascii=False) + "\n")

    for shown in first:
        put(written(shown, talk.zone))
    out.flush()
    for number, raw in enumerate(iter(lines.readline, b""), 1):
        try:
            for shown in runner.run(talk.do(parse(raw, talk.zone))):
                put(written(shown, talk.zone))
        except NotUnderstood as why:
            put({"error": str(why)})
        except Exception as why:
            log.exception("a line could not be carried out", line=number)
            put({"error": f"failed: {type(why).__name__}"})
        put({"done": number})
        out.flush()


def human_lines(runner: asyncio.Runner, talk: Talk, first: list[Shown], present: SystemClock | None) -> None:
    """Read what a person types. `present` is the time that passes meanwhile; None: only when they move it."""
    desk = human.Desk(talk.zone)
    human.put(human.WELCOME)
    desk.show(first)
    while True:
        try:
            typed = input(desk.prompt(talk.room.clock.now()))
        except (EOFError, KeyboardInterrupt):
            human.put("")
            return
        if present is not None and (now := _whole(present.now())) > talk.room.clock.now():
            desk.show(runner.run(talk.do(ToClock(now))))
        try:
            line = desk.read(typed, talk.room.clock.now())
            if isinstance(line, human.Quit):
                return
            if line is None:
                continue
            desk.show(runner.run(talk.do(line)))
            if isinstance(line, ToClock) and present is not None:
                present.offset += max(timedelta(0), line.at - present.now())
        except NotUnderstood as why:
            human.put(f"? {why}")


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
