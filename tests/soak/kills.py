"""kill -9 at random moments, again and again, while families apply, rounds are drawn and results go out.

The real bot as processes: one on SQLite, three beside each other on PostgreSQL, behind one webhook. A cycle lets
families apply, then takes the clock to the freeze, the draw and the publication; kills fall into all of it, some into
the start that follows a kill. At the end the books must agree.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Thread

import httpx

from bot.assembly import open_house
from bot.clock import instant, ms
from bot.settings import Settings
from bot.store.session import Db, Store, sqlite_url
from tests.bench.report import Row
from tests.botapi.driver import BotApi
from tests.running import free_port, kill, proxy
from tests.soak import clock, ledger
from tests.soak.families import Families
from tests.soak.part import Given

KILLS, QUICK = 500, 30
CYCLE, LATE = 14, 6
"""Kills of a cycle, and how many of them fall between the freeze and the last result."""
TALKING, FAMILIES = 16, 32
"""Families that talk at the same time, and at least so many in a cycle."""
WAIT_S = 240.0
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
TALK_SPEED, DRAW_SPEED = 20.0, 120.0
LATENCY = timedelta(milliseconds=200)


@dataclass
class Seat:
    """A worker's place: its port, and the process that sits there now."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1).status_code == 200
        return False


class Campaign:
    """One database's share of the kills."""

    def __init__(
        self, name: str, url: str, workers: int, kills: int, given: Given, ending: ExitStack
    ) -> None:
        self._rng = Random(f"{given.seed} {name}")
        self._folder = given.folder / name
        self._folder.mkdir(parents=True)
        self._left = kills
        self.kills = kills
        self.api = BotApi()
        self.wheel = clock.Wheel(self._folder / "clock", START)
        self._seats = [Seat(free_port()) for _ in range(workers)]
        root = ending.enter_context(self.api.serving_in_thread())
        front = ending.enter_context(proxy([seat.port for seat in self._seats]))
        ending.callback(self.end)
        self.api.latency(LATENCY)
        self._environment = {
            "DOORSTEP_DATA_DIR": str(self._folder / "data"),
            "DOORSTEP_KEYS": str(self._folder / "keys"),
            "DOORSTEP_DATABASE_URL": url,
            "DOORSTEP_TELEGRAM_TOKEN": self.api.token,
            "DOORSTEP_TELEGRAM_API_URL": root,
            "DOORSTEP_TELEGRAM_MODE": "webhook",
            "DOORSTEP_PUBLIC_URL": front,
            clock.FILE: str(self.wheel.path),
        }
        self.families = Families(self.api, self._rng)
        self._url = url
        self._store: Store | None = None
        self._kept = ledger.Kept()
        self._progress, self._since = (0, 0), time.monotonic()

    def run(self) -> ledger.Books:
        """All the kills, then rest, then the books."""
        for seat in self._seats:
            self._sit(seat)
        self._until(lambda: all(seat.ready() for seat in self._seats), "the bot does not start")
        self._store = Store(self._url)
        while self._left > 0:
            self._cycle(min(CYCLE, self._left))
        self._rest()
        self._store.close()
        self.end()
        return self._books()

    # -- a cycle ---------------------------------------------------------------------------------------------------

    def _cycle(self, kills: int) -> None:
        late = min(LATE, kills // 2)
        self.wheel.go(TALK_SPEED)
        wanted = len(self.families.all) + FAMILIES
        self._kill_during(kills - late, arriving=True)
        while len(self.families.all) < wanted or self.families.talking:
            if len(self.families.all) < wanted and len(self.families.talking) < TALKING:
                self.families.arrive()
            self._pump("some family is left without an answer", fresh=len(self.families.all))
        round_id, closes, draw, publish = self._round()
        for at, share in ((closes, late // 3), (draw, late // 3), (publish, late - 2 * (late // 3))):
            self._keep()
            self.wheel.go(DRAW_SPEED, at - timedelta(minutes=1))
            self._kill_during(share, arriving=False)
            self._until(lambda at=at: self.wheel.now > at + timedelta(minutes=1), "the clock stands still")  # type: ignore[misc]
        self._until(lambda: self._value(f"SELECT state FROM voucher_round WHERE id = {round_id}") == "published",
                    "a round was never published")  # fmt: skip

    def _kill_during(self, kills: int, arriving: bool) -> None:
        for _ in range(kills):
            seat = self._rng.choice(self._seats)
            pause = self._rng.uniform(0.0, 1.2)
            if self._rng.random() < 0.8:  # otherwise into the start itself
                self._until(seat.ready, "a worker did not come back", arriving)
            end = time.monotonic() + pause
            while time.monotonic() < end:
                self._pump("", arriving=arriving)
            if seat.process is not None:
                kill(seat.process)
            self._keep()
            self._left -= 1
            self._sit(seat)

    def _pump(self, what: str, arriving: bool = False, fresh: int = -1) -> None:
        if arriving and len(self.families.talking) < TALKING:
            self.families.arrive()
        self.families.pump()
        time.sleep(0.02)
        progress = (fresh, sum(bool(family.number) for family in self.families.all))
        if not what or progress != self._progress:
            self._progress, self._since = progress, time.monotonic()
        elif time.monotonic() - self._since > WAIT_S:
            raise AssertionError(f"{what}: {self._folder}")

    def _until(self, true: Callable[[], bool], what: str, arriving: bool = False) -> None:
        end = time.monotonic() + WAIT_S
        while not true():
            assert time.monotonic() < end, f"{what}: see {self._folder}"
            self._pump("", arriving)

    def _rest(self) -> None:
        """Everything that is under way comes to its end."""
        self.wheel.go(TALK_SPEED)
        self._until(lambda: all(seat.ready() for seat in self._seats), "a worker did not come back")
        left = (
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM outbox WHERE state IN ('inflight', 'waiting', 'queued'))"
            " + (SELECT count(*) FROM timer WHERE state = 'waiting' AND due <= {})"
        )
        self._until(lambda: not self._value(left.format(ms(self.wheel.now))), "something is never done")
        self._until(lambda: not self.api.updates.pending, "an update was never accepted")

    def _books(self) -> ledger.Books:
        given = {"_env_file": None, "data_dir": self._folder / "data", "keys": self._folder / "keys"}
        settings = Settings(**given, database_url=self._url)  # type: ignore[arg-type]
        house = open_house(settings, clock.FileClock(self.wheel.path))
        try:
            self.families.pump()
            return ledger.close(house, self.api, self.families, self._kept)
        finally:
            house.store.close()

    def _keep(self) -> None:
        assert self._store is not None
        self._store.read(self._kept.look)

    # -- processes and rows ----------------------------------------------------------------------------------------

    def _sit(self, seat: Seat) -> None:
        environment = {**os.environ, **self._environment, "DOORSTEP_PORT": str(seat.port)}
        with (self._folder / f"{seat.port}.log").open("ab") as out:
            seat.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.clock"], env=environment, stdout=out, stderr=out
            )

    def end(self) -> None:
        """End every worker."""
        for seat in self._seats:
            if seat.process is not None:
                kill(seat.process)

    def _round(self) -> tuple[int, datetime, datetime, datetime]:
        def look(db: Db) -> tuple[int, datetime, datetime, datetime]:
            row = db.one(
                "SELECT id, closes, draw, publish FROM voucher_round WHERE state = 'open' ORDER BY closes"
            )
            assert row is not None, "no round is open"
            return int(row["id"]), *(instant(int(row[name])) for name in ("closes", "draw", "publish"))  # type: ignore[return-value]

        assert self._store is not None
        return self._store.read(look)

    def _value(self, sql: str) -> object:
        assert self._store is not None
        found: object = self._store.read(lambda db: db.value(sql))
        return found


def measure(given: Given) -> list[Row]:
    """Half of the kills on SQLite, half on PostgreSQL, side by side."""
    kills = given.kills or (QUICK if given.quick else KILLS)
    where = {
        "SQLite": (sqlite_url(given.folder / "SQLite" / "soak.db"), 1),
        "PostgreSQL": (given.postgres.create_database("soak"), 3),
    }

    rows: dict[str, list[Row]] = {}
    campaigns: list[Campaign] = []
    failures: list[BaseException] = []

    def one(number: int, name: str) -> None:
        url, workers = where[name]
        try:
            with ExitStack() as ending:
                campaign = Campaign(name, url, workers, (kills + number) // 2, given, ending)
                campaigns.append(campaign)
                rows[name] = _rows(name, campaign.kills, campaign.run(), campaign)
        except BaseException as why:  # noqa: BLE001  told by the thread that waits
            failures.append(why)

    # Daemons, so that the whole can be ended by Ctrl-C at any moment.
    threads = [Thread(target=one, args=pair, daemon=True) for pair in enumerate(where)]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and not failures:
            time.sleep(0.5)
    finally:
        for campaign in campaigns:
            campaign.end()
    if failures:
        raise failures[0]
    return [row for name in where for row in rows[name]]


def _rows(name: str, kills: int, books: ledger.Books, campaign: Campaign) -> list[Row]:
    for line in books.wrong[:20]:
        print(f"  {name}: {line}")
    delivered = sum(map(len, campaign.families.delivered.values()))

    def none(what: str, wrong: list[str]) -> Row:
        return Row(f"{name}: {what}", str(len(wrong)), "0", not wrong)

    return [
        Row(f"{name}: kills, families, messages delivered", f"{kills}, {books.families}, {delivered:,}"),
        none("messages accepted and lost, or handled twice", books.lost_messages),
        none("tickets lost, doubled or without their result", books.tickets),
        none("messages sent too often, or neither sent nor marked", books.sendings),
        none("lines of the self-check", books.self_check),
        Row(f"{name}: repeated, as their lane wants; unconfirmed", f"{books.repeated}; {books.unconfirmed}"),
    ]
