"""The bot in real time at its edges: told to end with work in hand, and told by a platform to be quiet."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot import timers
from bot.assembly import open_house
from bot.capability import Capability
from bot.clock import VirtualClock, parse_instant
from bot.house import House
from bot.live import Live
from bot.messages import Inbound, Lane, Place, Receipt, Sendable, SendFailed
from bot.settings import Settings
from bot.store import people
from bot.store.session import Db
from bot.timers import Due
from bot.turn import Turn
from tests.world import START, Given

WORDS = '[bell]\nrings = "叮"\n'


class Far:
    """The far end of a channel; what arrives is kept."""

    pushes = True

    def __init__(self, name: str, paced: bool) -> None:
        self.name = name
        self.paced = paced
        self.arrived: list[str] = []
        self.ids: list[int] = []
        self.open = asyncio.Event()
        self.open.set()
        self.troubles: list[SendFailed] = []

    async def send(self, message: Sendable) -> Receipt:
        await self.open.wait()
        if self.troubles:
            raise self.troubles.pop(0)
        self.arrived.append(message.place.chat)
        self.ids.append(message.id)
        return Receipt(str(message.id))


class Tower:
    """A house with a bell that rings in a timer, and people at the far ends of two channels."""

    def __init__(self, folder: Path) -> None:
        for lang in ("zh", "en"):
            (folder / f"texts.{lang}.toml").write_text(WORDS, encoding="utf-8")
        given: dict[str, Any] = {"_env_file": None, "data_dir": folder, "keys": folder / "keys"}
        settings = Settings(**given)
        self.clock = VirtualClock(parse_instant(START, settings.zone))
        self.ringing, self.rung = threading.Event(), threading.Event()
        bell = Capability("bell", folder, timers={"bell.ring": self._ring})
        self.house: House = open_house(settings, self.clock, Given((bell,)))
        self.slow, self.quick = Far("slow", paced=True), Far("quick", paced=False)
        self.house.channels.update(slow=self.slow, quick=self.quick)

    def _ring(self, turn: Turn, due: Due) -> None:
        self.ringing.set()
        assert self.rung.wait(10)
        turn.push(int(due.payload["person"]), "bell.rings", lane="reply")

    def meets(self, channel: str, chat: str) -> int:
        def meet(db: Db) -> int:
            return people.meet(db, Place(channel, chat), self.clock.now())[1].id

        return self.house.store.write(meet)

    def pushes(self, channel: str, chat: str, lane: Lane) -> None:
        person = self.meets(channel, chat)
        self.do(lambda turn: turn.push(person, "bell.rings", lane=lane))

    def do(self, act: Callable[[Turn], object]) -> None:
        self.house.store.write(lambda db: act(Turn(self.house.ground, db, self.clock.now())))

    def states(self) -> list[str]:
        return [
            str(row["state"])
            for row in self.house.store.read(lambda db: db.all("SELECT state FROM outbox ORDER BY id"))
        ]


@pytest_asyncio.fixture
async def tower(tmp_path: Path) -> AsyncIterator[Tower]:
    tower = Tower(tmp_path)
    yield tower
    tower.rung.set()
    tower.house.store.close()


async def until(true: Callable[[], bool], seconds: float = 8) -> None:
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_what_may_not_leave_yet_is_left_for_the_next_start(tower: Tower) -> None:
    """A reminder that was never tried must not count as one that may have arrived: those are not sent again."""
    lanes: tuple[Lane, ...] = ("reminder", "result", "reminder", "broadcast")
    for number, lane in enumerate(lanes):
        tower.pushes("slow", f"p{number}", lane)
    live = Live(tower.house, finish_s=0.1)
    live.pace.hold(8)
    await live.start()
    await until(lambda: set(tower.states()) == {"inflight"})
    began = time.monotonic()
    await live.stop()
    assert time.monotonic() - began < 4
    assert tower.states() == ["waiting"] * 4
    assert tower.slow.arrived == []
    tower.clock.move_to(parse_instant("2026-12-01T09:00:10", tower.house.ground.settings.zone))
    following = Live(tower.house)
    await following.start()
    await until(lambda: set(tower.states()) == {"sent"})
    await following.stop()
    assert sorted(tower.slow.arrived) == ["p0", "p1", "p2", "p3"]


async def test_what_was_begun_when_the_end_came_is_finished(tower: Tower) -> None:
    person = tower.meets("quick", "mama")
    tower.do(lambda turn: turn.timer("bell.ring", "1", turn.now, person=person))
    live = Live(tower.house)
    await live.start()
    await until(tower.ringing.is_set)
    ending = asyncio.create_task(live.stop())
    await asyncio.sleep(0.2)
    assert not ending.done()
    tower.rung.set()
    await asyncio.wait_for(ending, 8)
    assert tower.states() == ["sent"]
    assert tower.quick.arrived == ["mama"]


async def test_while_one_channel_must_be_quiet_the_others_and_the_clock_go_on(tower: Tower) -> None:
    tower.rung.set()
    tower.pushes("slow", "papa", "result")
    live = Live(tower.house)
    live.pace.hold(600)
    await live.start()
    await until(lambda: tower.states() == ["waiting"])
    person = tower.meets("quick", "mama")
    tower.do(lambda turn: turn.timer("bell.ring", "1", turn.now, person=person))
    await until(lambda: tower.quick.arrived == ["mama"])
    await until(lambda: tower.states() == ["waiting", "sent"])
    tower.clock.move_to(parse_instant("2026-12-01T09:05:00", tower.house.ground.settings.zone))
    await asyncio.sleep(1.5)
    assert tower.states() == ["waiting", "sent"], "nothing counts as lost while it waits"
    assert tower.slow.arrived == []
    await live.stop()


async def test_an_answer_that_queues_for_long_is_not_taken_for_lost(tower: Tower) -> None:
    """With a message a second, the last of two hundred answers to one chat leaves after three minutes."""
    tower.rung.set()
    tower.quick.open.clear()
    live = Live(tower.house)
    await live.start()
    await live.receive(Inbound(Place("quick", "mama"), "1", text="hello"))
    await until(lambda: tower.states() == ["inflight"])
    tower.clock.move_to(parse_instant("2026-12-01T09:04:00", tower.house.ground.settings.zone))
    tower.house.store.write(tower.house.tidy)
    assert tower.states() == ["inflight"], "it is in somebody's hand"
    tower.quick.open.set()
    await until(lambda: tower.states() == ["sent"])
    await live.stop()
    tower.house.store.write(lambda db: db.run("UPDATE outbox SET state = 'inflight', since = 0"))
    tower.house.store.write(tower.house.tidy)
    assert tower.states() == ["waiting"], "what nobody has in hand is lost after a while"


async def test_an_answer_waits_behind_an_older_one_of_its_chat(tower: Tower) -> None:
    """The first answer could not leave; the second one brings it along, in order. The time set by a flood is kept."""
    tower.rung.set()
    live = Live(tower.house)
    await live.start()
    tower.quick.troubles = [SendFailed("retry", "no_connection")]
    for number, says in enumerate(("hello", "again")):
        await live.receive(Inbound(Place("quick", "mama"), str(number), text=says))
        await until(lambda number=number: len(tower.states()) > number)  # type: ignore[misc]
        await until(lambda: "inflight" not in tower.states())
    await until(lambda: tower.states() == ["sent", "sent"])
    assert tower.quick.ids == sorted(tower.quick.ids), "and the first try was five seconds early"
    tower.quick.troubles = [SendFailed("retry", "flood", wait_s=3600)]
    for number, says in enumerate(("hello", "again"), 5):
        await live.receive(Inbound(Place("quick", "papa"), str(number), text=says))
        await until(lambda: tower.states()[2:] and "inflight" not in tower.states())
    await asyncio.sleep(1.2)
    assert tower.states() == ["sent", "sent", "waiting", "waiting"]
    await live.stop()


async def test_a_clock_set_back_stops_the_timers_until_it_has_caught_up(tower: Tower) -> None:
    """Told in rows, so a restart knows it too; people are answered all the same."""
    tower.rung.set()
    zone = tower.house.ground.settings.zone
    live = Live(tower.house)
    await live.start()
    await until(lambda: tower.house.store.read(timers.latest_present) is not None)
    await live.stop()
    tower.clock = VirtualClock(parse_instant("2026-12-01T08:00:00", zone))
    tower.house.ground = replace(tower.house.ground, clock=tower.clock)
    person = tower.meets("quick", "mama")
    tower.do(lambda turn: turn.timer("bell.ring", "1", turn.now, person=person))
    following = Live(tower.house)
    await following.start()
    await until(lambda: "3600" in following.house.watch.milder["clock"]())
    await following.receive(Inbound(Place("quick", "papa"), "1", text="hello"))
    await until(lambda: tower.states() == ["sent"])
    await asyncio.sleep(1.2)
    assert not tower.ringing.is_set()
    tower.clock.move_to(parse_instant("2026-12-01T09:00:01", zone))
    await until(lambda: tower.states() == ["sent", "sent"])
    assert following.house.watch.milder["clock"]() == ""
    await following.stop()
