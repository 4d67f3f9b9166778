"""The world that tests talk to: a real house on a real database, a clock that stands still, everybody in one room.

async def test_something(world: World) -> None:
    await world.say("mama", "你好")
    await world.press("mama", "确认")
    assert "收到" in world.last("mama").text
    await world.forward(days=3)
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from stdnum.cn import ric

from bot.assembly import Dialogs, open_house
from bot.capability import Capability
from bot.channels.terminal import Act, Shown
from bot.channels.terminal_record import keys_by_name
from bot.cli.room import Room
from bot.clock import Clock, SystemClock, parse_instant
from bot.house import House
from bot.settings import Settings
from bot.store.session import Db, sqlite_url
from tests.servers import Postgres

_numbers = itertools.count(1)
START = "2026-12-01T09:00:00+08:00"
"""A Tuesday morning."""


@dataclass(frozen=True)
class Given:
    """Dialogs made by a test, in place of the district's."""

    services: tuple[Capability, ...]
    demo: bool = True
    number: str = "000-0000"
    version: str = "2026-11"

    def capabilities(self, _settings: Settings) -> Iterable[Capability]:
        return self.services

    def is_demo(self, _settings: Settings) -> bool:
        return self.demo

    def telephone(self, _settings: Settings) -> str:
        return self.number

    def wording(self, _settings: Settings) -> str:
        return self.version


class World:
    """One district. Everything that anybody was shown is in `all`, oldest first."""

    def __init__(
        self, folder: Path, url: str = "", at: str = START, dialogs: Dialogs | None = None, **settings: Any
    ) -> None:
        """`url` empty is a SQLite file in `folder`, where the keys lie as well; `settings` are further ones."""
        given: dict[str, Any] = {
            "data_dir": folder / "data",
            "keys": folder / "keys",
            "_env_file": None,
            "database_url": url or sqlite_url(folder / "world.db"),
            **settings,
        }
        self.settings = Settings(**given)
        self.room = Room(partial(self._open, dialogs), parse_instant(at, self.settings.zone))
        self.all: list[Shown] = []

    def _open(self, dialogs: Dialogs | None, clock: Clock) -> House:
        return open_house(self.settings, clock, dialogs)

    @property
    def house(self) -> House:
        return self.room.house

    @property
    def now(self) -> datetime:
        return self.room.clock.now()

    async def open(self) -> World:
        self._heard(await self.room.open())
        return self

    def close(self) -> None:
        self.room.close()

    # -- what happens --------------------------------------------------------------------------------------------

    async def do(self, act: Act) -> list[Shown]:
        """Carry out an act; what anybody was shown because of it."""
        return self._heard(await self.room.act(act))

    async def say(self, who: str, text: str, **where: Any) -> list[Shown]:
        """`where`: chat and topic. A link (`…?start=…`) or "/start PAYLOAD" opens it."""
        return await self.do(Act(who, say=text, **where))

    async def press(self, who: str, wanted: str, **where: Any) -> list[Shown]:
        """Press the newest button before `who` with this label, answer or id; an id also where none stands."""
        for shown in reversed(self.all):
            if shown.to == who and (button := shown.button(wanted)) is not None:
                assert button.id, f"{wanted} is a link or a way to share, no button of the bot"
                return await self.do(Act(who, press=button.id, **where))
        if re.match(r"(?:q|a|w|go|lang):", wanted):
            return await self.do(Act(who, press=wanted, **where))
        raise AssertionError(f"no button {wanted!r} before {who}; there are {self.buttons(who)}")

    async def share(
        self,
        who: str,
        *,
        location: tuple[float, float] | None = None,
        contact: str | None = None,
        media: str | None = None,
    ) -> list[Shown]:
        return await self.do(Act(who, location=location, contact=contact, media=media))

    async def to(self, at: str) -> list[Shown]:
        """Let the time pass up to an instant; without an offset it is local."""
        return self._heard(await self.room.to(parse_instant(at, self.settings.zone)))

    async def forward(self, **span: float) -> list[Shown]:
        """Let some time pass: `forward(days=3)`."""
        return self._heard(await self.room.to(self.now + timedelta(**span)))

    async def restart(self) -> list[Shown]:
        """The process ends and another begins on the same database and keys."""
        return self._heard(await self.room.restart())

    def staff(self, name: str, role: str, place: str = "") -> None:
        self.room.appoint(name, role, place)

    # -- what was shown ------------------------------------------------------------------------------------------

    def shown_to(self, who: str) -> list[Shown]:
        """Everything this person was shown."""
        return [shown for shown in self.all if shown.to == who]

    def last(self, who: str) -> Shown:
        shown = self.shown_to(who)
        assert shown, f"{who} was shown nothing"
        return shown[-1]

    def keys(self, who: str) -> list[str]:
        """The text keys of everything this person was told."""
        return keys_by_name(self.shown_to(who)).get(who, [])

    def buttons(self, who: str) -> list[str]:
        """The labels before this person, newest message with buttons first."""
        return [
            button.label
            for shown in reversed(self.shown_to(who))
            for row in shown.message.buttons
            for button in row
        ]

    def find(self, pattern: str) -> str:
        """The first group of a pattern in what was shown last and fits: a code, a link."""
        for shown in reversed(self.all):
            links = [button.url for row in shown.message.buttons for button in row]
            if found := re.search(pattern, "\n".join([shown.text, shown.message.text, *links])):
                return found[1] if found.groups() else found[0]
        raise AssertionError(f"{pattern} fits nothing that was shown")

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """What the database holds."""

        def look(db: Db) -> list[dict[str, Any]]:
            return [dict(row) for row in db.all(sql, **values)]

        return self.house.store.read(look)

    def _heard(self, shown: list[Shown]) -> list[Shown]:
        self.all += shown
        return shown


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and nothing in them; tests copy it instead of making their own."""
    folder = tmp_path_factory.mktemp("migrated")
    url = sqlite_url(folder / "empty.db")
    settings = Settings(_env_file=None, data_dir=folder, keys=folder / "keys", database_url=url)  # type: ignore[call-arg]
    house = open_house(settings, SystemClock())
    house.store.write(lambda db: db.run("DELETE FROM setting WHERE key = 'keys'"))  # each test has its own
    house.store.close()
    return folder / "empty.db"


@pytest_asyncio.fixture
async def world(tmp_path: Path, migrated_file: Path) -> AsyncIterator[World]:
    """The sample district on SQLite, at START."""
    shutil.copy(migrated_file, tmp_path / "world.db")
    world = await World(tmp_path).open()
    yield world
    world.close()


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as a database of PostgreSQL, by name: a template."""
    name, folder = f"migrated_{worker_id}", tmp_path_factory.mktemp("migrated")
    given: dict[str, Any] = {"_env_file": None, "data_dir": folder, "keys": folder / "keys"}
    house = open_house(Settings(**given, database_url=postgres.create_database(name)), SystemClock())
    house.store.write(lambda db: db.run("DELETE FROM setting WHERE key = 'keys'"))
    house.store.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """The URL of a database with every table and nothing in them; the test runs once on each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "test.db")
        yield sqlite_url(tmp_path / "test.db")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"world_{worker_id}_{next(_numbers)}"
    yield postgres.create_database(name, request.getfixturevalue("migrated_database"))
    postgres.drop_database(name)


@pytest_asyncio.fixture
async def any_world(tmp_path: Path, migrated_url: str) -> AsyncIterator[World]:
    """The same on a fresh database of either kind; the test runs twice."""
    world = await World(tmp_path, migrated_url).open()
    yield world
    world.close()


def invented(born: date, order: int = 1) -> str:
    """A document number that passes GB 11643 and can belong to nobody: there is no place 999901."""
    body = f"999901{born:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")
