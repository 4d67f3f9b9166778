"""Two workers on one PostgreSQL database, in one process: real houses, real rows, only the channels' far ends are played.

What happens when a worker is killed is in tests/crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.assembly import open_house
from bot.capability import Capability
from bot.channels.web.channel import WebChannel
from bot.channels.web.relay import Relay
from bot.clock import VirtualClock, parse_instant
from bot.live import Live
from bot.messages import Button, Inbound, Lane, Outgoing, Place, Sendable
from bot.settings import Settings
from bot.store import people
from bot.store.crew import Several
from bot.store.session import Db
from bot.timers import Due
from bot.turn import Turn
from tests.servers import Postgres
from tests.test_live import WORDS, until
from tests.world import START, Given

PAGE = Place("web", "visitor-1")


class Worker:
    """One of several: a house with a bell, a live loop, a web channel."""

    def __init__(self, folder: Path, url: str, rung: list[str]) -> None:
        given: dict[str, Any] = {
            "_env_file": None,
            "data_dir": folder,
            "keys": folder / "keys",
            "database_url": url,
        }
        settings = Settings(**given)
        self.crew = Several(url)
        self.clock = VirtualClock(parse_instant(START, settings.zone))
        bell = Capability("bell", folder, timers={"bell.ring": lambda turn, due: ring(turn, due, rung)})
        self.house = open_house(settings, self.clock, Given((bell,)), self.crew)
        self.web = WebChannel(ack_s=3)
        self.house.channels["web"] = self.web
        self.live = Live(self.house)
        self.relay = Relay(self.live, self.web)

    def push(self, lane: Lane) -> None:
        def write(db: Db) -> None:
            turn = Turn(self.house.ground, db, self.clock.now())
            turn.push(people.meet(db, PAGE, turn.now)[1].id, "bell.rings", lane=lane)

        self.house.store.write(write)

    def states(self) -> list[str]:
        rows = self.house.store.read(lambda db: db.all("SELECT state FROM outbox ORDER BY id"))
        return [str(row["state"]) for row in rows]


def ring(turn: Turn, due: Due, rung: list[str]) -> None:
    rung.append(due.key)
    turn.db.value("SELECT pg_sleep(0.02)")


@pytest.fixture
def url(postgres: Postgres, worker_id: str) -> Iterator[str]:
    """A database of its own."""
    name = f"two_{worker_id}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest_asyncio.fixture
async def two(tmp_path: Path, url: str) -> AsyncIterator[tuple[Worker, Worker]]:
    """Two workers that know of each other."""
    for lang in ("zh", "en"):
        (tmp_path / f"texts.{lang}.toml").write_text(WORDS, encoding="utf-8")
    rung: list[str] = []
    both = Worker(tmp_path, url, rung), Worker(tmp_path, url, rung)
    both[0].house.store.write(lambda db: [set_bell(both[0], db, n) for n in range(30)])
    for worker in both:
        await worker.live.start()
    await until(lambda: [worker.crew.size for worker in both] == [2, 2])
    await until(lambda: len(rung) >= 30)
    assert rung == [str(n) for n in range(30)], "what is due happens once and in order, whoever does it"
    yield both
    for worker in both:
        await worker.live.stop()
        worker.house.store.close()
        worker.crew.close()


def set_bell(worker: Worker, db: Db, number: int) -> None:
    turn = Turn(worker.house.ground, db, worker.clock.now())
    turn.timer("bell.ring", str(number), turn.now)


async def test_a_page_open_at_one_worker_shows_what_another_one_says(two: tuple[Worker, Worker]) -> None:
    """An answer, and a result that counts as delivered only once the page has said so, at whichever worker."""
    here, there = two
    page = there.web.connect([PAGE])
    await here.live.receive(Inbound(PAGE, "1", text="hello"))
    answer = await asyncio.wait_for(page.next(), 8)
    assert answer is not None
    assert answer.lane == "reply"
    await until(lambda: here.states() == ["sent"])
    here.push("result")
    shown = await asyncio.wait_for(page.next(), 8)
    assert shown is not None
    assert here.states() == ["sent", "inflight"]
    if not there.web.shown(PAGE, shown.id):  # what POST /seen does, at the worker that it reaches
        there.relay.seen(PAGE, shown.id)
    await until(lambda: here.states() == ["sent", "sent"])
    there.web.disconnect(page)
    here.push("result")
    await until(lambda: here.states() == ["sent", "sent", "withheld"], 12)


async def test_one_budget_for_the_whole_bot(two: tuple[Worker, Worker]) -> None:
    """Each has its share of what may leave; what one is told to wait, the other waits too."""
    here, there = two
    await until(lambda: [worker.live.pace.room() for worker in two] == [12, 12])
    message = Sendable(1, Place("telegram", "5"), "send", "reply", Outgoing("x", ((Button("y", id="z"),),)))
    assert there.live.pace.delay(message, 0) == 0
    here.live.hold(600)
    await until(lambda: there.live.pace.delay(message, 0) > 500)
    here.crew.close()
    await until(lambda: there.live.pace.room() == 25, 12)
