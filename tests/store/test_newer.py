"""Two versions of the program on one database: the older one leaves alone what only the newer one understands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio
from structlog.testing import capture_logs

import bot
from bot.capability import Claim
from bot.channels.terminal import Act, inbound
from bot.clock import ms
from bot.store import inbox
from bot.store.session import Db
from bot.timers import Due
from bot.turn import Turn
from tests.walks import CAPABILITY, FLOW
from tests.world import Given, World


def ring(turn: Turn, due: Due) -> None:
    turn.push(int(due.payload["person"]), "walk.remind", number=due.key)


def wave(turn: Turn, _payload: dict[str, Any]) -> None:
    turn.say("walk.off")


def claims(text: str, turn: Turn) -> Claim | None:
    if text == "wave":
        turn.timer("walk.ring", "7", turn.in_(minutes=1), person=turn.who.id)
        return Claim(
            call=lambda turn: turn.say("walk.mine", [turn.action("walk.wave", "walk.call_off")], count=0)
        )
    assert CAPABILITY.claims is not None
    return CAPABILITY.claims(text, turn)


OLD = Given((CAPABILITY,))
NEW = Given(
    (
        replace(
            CAPABILITY,
            flows=(replace(FLOW, version=2, migrations={1: dict}),),
            actions={**CAPABILITY.actions, "walk.wave": wave},
            timers={**CAPABILITY.timers, "walk.ring": ring},
            claims=claims,
        ),
    )
)


class Deployed:
    """One database, opened by either program in turn."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.world: World

    async def by(self, dialogs: Given) -> World:
        at = "2026-12-01T09:00:00+08:00"
        if hasattr(self, "world"):
            at = self.world.now.isoformat()
            self.world.close()
        self.world = await World(self.folder, self.url, at=at, dialogs=dialogs).open()
        return self.world


@pytest_asyncio.fixture
async def deployed(tmp_path: Path) -> AsyncIterator[Deployed]:
    deployed = Deployed(tmp_path, "")
    yield deployed
    deployed.world.close()


@pytest_asyncio.fixture
async def deployed_anywhere(tmp_path: Path, database_url: str) -> AsyncIterator[Deployed]:
    deployed = Deployed(tmp_path, database_url)
    yield deployed
    deployed.world.close()


async def test_timers_and_buttons_of_a_later_version_wait_for_it(deployed_anywhere: Deployed) -> None:
    world = await deployed_anywhere.by(NEW)
    await world.say("mama", "wave")
    button = world.buttons("mama")[0]
    number = world.shown_to("mama")[-1].button(button)
    assert number is not None
    world = await deployed_anywhere.by(OLD)
    with capture_logs() as logs:
        await world.forward(minutes=30)
        await world.press("mama", number.id)
    assert [row["state"] for row in world.rows("SELECT state FROM timer WHERE kind = 'walk.ring'")] == [
        "waiting"
    ]
    assert [log["kind"] for log in logs if log["log_level"] == "warning"] == ["walk.ring", "walk.wave"]
    assert world.keys("mama") == ["common.newer"], "neither rung nor waved"
    assert world.house.timer_due() is None, "it is not late for what it does not know"
    assert world.rows("SELECT used FROM action") == [{"used": None}]
    world = await deployed_anywhere.by(NEW)
    assert world.keys("mama") == ["walk.remind"]
    await world.press("mama", number.id)
    assert world.keys("mama")[-1] == "walk.off"


async def test_forms_of_a_later_version_wait_for_it(deployed: Deployed) -> None:
    world = await deployed.by(NEW)
    await world.say("mama", "walk")
    world = await deployed.by(OLD)
    await world.say("mama", "Monday")
    await world.press("mama", "q:1:today")
    assert world.keys("mama") == ["common.newer"] * 2, "not taken for anything else, and not lost"
    world = await deployed.by(NEW)
    await world.say("mama", "今天")
    assert world.keys("mama") == ["walk.paper.ask"]


async def test_forms_of_a_later_version_s_new_service(deployed: Deployed) -> None:
    """A service that this program does not have: a later one's is left alone, a given up one's has lapsed."""
    world = await deployed.by(OLD)
    for who in ("mama", "papa"):
        await world.say(who, "walk")
    saved(world, 1, by="99.0", flow="stroll")
    saved(world, 2, flow="stroll")
    await world.say("mama", "今天")
    await world.say("papa", "今天")
    assert [world.keys(who)[1] for who in ("mama", "papa")] == ["common.newer", "common.lapsed"]
    await world.say("mama", "walk")
    await world.say("mama", "取消")
    assert world.keys("mama")[-2:] == ["walk.day.ask", "walk.cancelled.said"], (
        "something else can be done meanwhile"
    )
    assert saved(world, 1)["parked"]["flow"] == "stroll"


async def test_who_will_not_wait_may_cancel(deployed: Deployed) -> None:
    world = await deployed.by(NEW)
    await world.say("mama", "walk")
    world = await deployed.by(OLD)
    await world.say("mama", "取消")
    await world.say("mama", "walk")
    assert world.keys("mama") == ["common.cancelled", "walk.day.ask"]


async def test_messages_of_a_later_version_wait_for_it(deployed_anywhere: Deployed) -> None:
    """In both directions: what arrived, and what is to leave."""
    world = await deployed_anywhere.by(OLD)
    await world.say("mama", "你好")
    house, now = world.house, ms(world.now)
    act = Act("mama", say="walk")
    kept = {
        **json.loads(inbox.to_json(inbound(act, world.room.words(act), "later-1"))),
        "shape": inbox.SHAPE + 1,
    }

    def plant(db: Db) -> None:
        db.run("INSERT INTO inbox (channel, update_id, place, payload, state, received, note) VALUES ('terminal', 'l',"
               " :place, :payload, 'waiting', :now, '')", place=act.place.key, now=now,
               payload=house.ground.keys.seal(json.dumps(kept).encode(), "inbox.payload"))  # fmt: skip
        db.run("INSERT INTO outbox (address_id, kind, lane, state, payload, created, due, since, tries, note)"
               " VALUES (1, 'sing', 'result', 'queued', :payload, :now, :now, :now, 0, '')",
               payload=b"?", now=now)  # fmt: skip
        db.run("INSERT INTO outbox (address_id, kind, lane, state, payload, created, due, since, tries, note)"
               " VALUES (1, 'send', 'whisper', 'queued', :payload, :now, :now, :now, 0, '')",
               payload=b"?", now=now)  # fmt: skip

    house.store.write(plant)
    with capture_logs() as logs:
        assert house.store.write(lambda db: house.turn(db, act.place)) is None
        await world.forward(minutes=5)
    assert logs[0]["event"].startswith("a message that a later version kept")
    assert world.rows("SELECT state FROM inbox WHERE update_id = 'l'") == [{"state": "waiting"}]
    rows = world.rows("SELECT state, tries FROM outbox WHERE payload = :payload", payload=b"?")
    assert rows == [{"state": "queued", "tries": 0}] * 2
    house.store.write(lambda db: Turn(house.ground, db, world.now).push(1, "walk.off"))
    await world.forward(minutes=5)
    assert world.keys("mama")[-1] == "walk.off", "what came after it is not held up"


async def test_what_cannot_be_opened_holds_nobody_up(deployed: Deployed) -> None:
    """A message in, a message out, an open form: each is said or noted, and the next one goes on."""
    world = await deployed.by(OLD)
    world.staff("li", "duty")
    await world.say("mama", "walk")
    house = world.house
    act = Act("mama", say="今天")
    house.store.write(lambda db: house.keep(db, inbound(act, world.room.words(act), "broken-1")))
    house.store.write(lambda db: Turn(house.ground, db, world.now).push(1, "walk.off"))
    spoil(world, "UPDATE inbox SET payload = :junk WHERE state = 'waiting'")
    spoil(world, "UPDATE outbox SET payload = :junk WHERE state = 'queued'")
    await world.restart()
    assert world.keys("mama")[-1] == "common.failed"
    assert "desk.failed_turn" in world.keys("li")
    assert {row["state"] for row in world.rows("SELECT state FROM outbox WHERE lane = 'result'")} == {
        "failed"
    }
    spoil(world, "UPDATE conversation SET state = :junk WHERE state IS NOT NULL")
    await world.say("mama", "今天")
    assert "common.lapsed" in world.keys("mama")
    await world.say("mama", "walk")
    assert world.keys("mama")[-1] == "walk.day.ask"


def test_the_version_is_the_package_s() -> None:
    project = tomllib.loads((Path(bot.__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == bot.VERSION
    assert [bot.later(version) for version in ("", "0.0.9", bot.VERSION, f"{bot.VERSION}.1", "10.0")] == [
        False, False, False, True, True,
    ]  # fmt: skip


def spoil(world: World, sql: str) -> None:
    """Let sealed values be something else."""
    world.house.store.write(lambda db: db.run(sql, junk=b"x" * 40))


def saved(world: World, address: int, by: str = "", flow: str = "") -> dict[str, Any]:
    """What is saved at an address; before that, let it say that this version wrote it, about this flow."""
    keys = world.house.ground.keys

    def write(db: Db) -> dict[str, Any]:
        state = db.value("SELECT state FROM conversation WHERE address_id = :id", id=address)
        tree: dict[str, Any] = json.loads(keys.unseal(bytes(state), "conversation.state"))
        tree["by"] = by or tree["by"]
        if flow:
            tree["open"]["flow"] = flow
        sealed = keys.seal(json.dumps(tree).encode(), "conversation.state")
        db.run("UPDATE conversation SET state = :state WHERE address_id = :id", id=address, state=sealed)
        return tree

    return world.house.store.write(write)
