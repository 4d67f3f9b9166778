"""Too many turns in a minute, and too many guesses: stored, marked, answered once, urgent words excepted."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot import limits
from bot.limits import Rule
from bot.messages import Inbound, Place, Receipt, Sendable
from bot.store.session import Db, Store
from bot.turn import Turn
from tests.world import World

HOUR = timedelta(hours=1)
NUMBERS = count()


class Far:
    """A channel at whose far end there are strangers."""

    name = "far"
    pushes = True
    paced = False

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def send(self, message: Sendable) -> Receipt:
        self.keys += message.message.keys
        return Receipt(str(message.id))


async def write(world: World, text: str = "", who: str = "mama", button: str | None = None) -> None:
    place = Place("far", who)
    await world.house.hear(Inbound(place, f"u{next(NUMBERS)}", text=text, button=button))


@pytest.fixture
def far(any_world: World) -> Far:
    far = any_world.house.channels["far"] = Far()
    return far


async def test_one_kind_line_then_silence_for_a_minute(any_world: World, far: Far) -> None:
    for n in range(20):
        await write(any_world, "菜单" if n % 2 else "", button=None if n % 2 else "w:menu")
    assert far.keys == ["common.menu"] * 20
    for _ in range(5):
        await write(any_world, button="w:menu")
    assert far.keys[20:] == ["common.too_fast"], "taps count, and one line is enough"
    marked = any_world.rows("SELECT payload, state FROM inbox WHERE note = 'over the limit'")
    assert marked == [{"payload": None, "state": "done"}] * 5, (
        "everything is stored; what got no answer is marked"
    )
    assert len(any_world.rows("SELECT id FROM audit WHERE act = 'turns.limited'")) == 1
    await write(any_world, "菜单", who="papa")
    assert far.keys[21:] == ["common.menu"], "nobody else is kept waiting"
    await write(any_world, "孩子抽了")
    assert far.keys[22:] != [], "urgent words are heard however many there were"
    assert not far.keys[22].startswith("common."), far.keys[22]
    await any_world.forward(seconds=59)
    await write(any_world, "菜单")
    assert len(far.keys) == 23
    await any_world.forward(seconds=2)
    await write(any_world, "菜单")
    assert far.keys[23:] == ["common.menu"]


async def test_staff_may_do_more(world: World) -> None:
    far = world.house.channels["far"] = Far()
    await write(world, "菜单")
    world.house.store.write(
        lambda db: db.run(
            "INSERT INTO staff (person_id, name, role, place, since)"
            " SELECT person_id, 'boss', 'admin', '', 0 FROM address WHERE chat = 'mama'"
        )
    )
    for _ in range(40):
        await write(world, "菜单")
    assert far.keys == ["common.menu"] * 41


async def test_whoever_sits_at_the_machine_is_no_stranger(world: World) -> None:
    for _ in range(45):
        await world.say("mama", "菜单")
    assert world.keys("mama") == ["common.menu"] * 45


async def test_without_a_limit_nobody_is_stopped(tmp_path: Path) -> None:
    world = await World(tmp_path, turns_per_minute=0).open()
    far = world.house.channels["far"] = Far()
    for _ in range(30):
        await write(world, "菜单")
    assert far.keys == ["common.menu"] * 30
    world.close()


async def test_a_clock_set_back_locks_nobody_out(world: World) -> None:
    rule = Rule("x", 1, timedelta(minutes=1), timedelta(minutes=1))

    def counted(ahead: timedelta) -> bool:
        return world.house.store.write(lambda db: limits.count(db, rule, "a", world.now + ahead)).free

    assert counted(HOUR)
    assert not counted(HOUR)
    assert counted(timedelta(0)), "the hour ahead never was"


def guesses(store: Store, world: World, careful: bool) -> int:
    """Forty guesses at once; how many were looked at."""
    rule = [(Rule("code", 5, HOUR, HOUR), "code:1")]

    def naive(db: Db) -> bool:
        turn = Turn(world.house.ground, db, world.now)
        tried = db.value("SELECT count(*) FROM audit WHERE act = 'naive'")
        db.one("SELECT pg_sleep(0.01)" if db.postgres else "SELECT 1")
        turn.audit("naive", "x")
        return int(tried) < 5

    def counted(db: Db) -> bool:
        turn = Turn(world.house.ground, db, world.now)
        if not limits.guess(turn, rule):
            return False
        limits.wrong(turn, rule)
        return True

    with ThreadPoolExecutor(8) as people:
        return sum(people.map(lambda _: store.write(counted if careful else naive), range(40)))


async def test_guesses_at_the_same_moment_are_counted_one_by_one(any_world: World) -> None:
    store = any_world.house.store
    if store.postgres:
        assert await asyncio.to_thread(guesses, store, any_world, False) > 5, (
            "looking first lets more through"
        )
    assert await asyncio.to_thread(guesses, store, any_world, True) == 5


async def test_a_lock_is_audited_and_duty_is_told_once(world: World) -> None:
    world.staff("boss", "duty")
    rule = [(Rule("code", 3, HOUR, HOUR), "address:1"), (Rule("code.all", 9, HOUR, HOUR), "all")]

    def wrong() -> int | None:
        def tried(db: Db) -> int | None:
            turn = Turn(world.house.ground, db, world.now)
            return limits.wrong(turn, rule) if limits.guess(turn, rule) else None

        return world.house.store.write(tried)

    assert [wrong() for _ in range(5)] == [2, 1, 0, None, None]
    for _ in range(2):  # nobody sends it right after this commit: it is swept up, and tried again
        await world.forward(minutes=3)
    assert world.keys("boss") == ["desk.guesses"]
    assert [row["object"] for row in world.rows("SELECT object FROM audit WHERE act = 'guess.locked'")] == [
        "guess:code"
    ]
    assert world.rows("SELECT used FROM limit_count WHERE scope = 'all'") == [{"used": 3}], (
        "a locked one is no guess"
    )
    await world.forward(minutes=61)
    assert wrong() == 2
    world.house.store.write(lambda db: limits.right(Turn(world.house.ground, db, world.now), rule))
    assert wrong() == 2, "a right one does not count"
