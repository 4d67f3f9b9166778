"""Troubles: told once and taken back once, by whatever channel still works; and the rows recounted every night."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import outbox, watch
from bot.capability import Capability, Registry
from bot.clock import ms
from bot.figures import figures
from bot.messages import LANES, Place, Receipt, Sendable
from bot.meters import SENDS, TURNS
from bot.selfcheck import _RULES, self_check
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from bot.watch import Trouble, Watch
from tests.world import Given, World

BROKEN = Trouble("disk", "3 MB left")


class Door:
    """A channel that keeps what arrives."""

    pushes = True
    paced = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.keys: list[str] = []

    async def send(self, message: Sendable) -> Receipt:
        self.keys += message.message.keys
        return Receipt(str(message.id))


async def told(world: World, *found: Trouble, by: Watch | None = None, **later: float) -> None:
    """One look, somewhat later."""
    if later:
        await world.forward(**later)
    posted = world.house.store.write(lambda db: (by or world.house.watch).settle(db, found))
    keys = world.house.ground.keys
    messages = world.house.store.read(lambda db: outbox.load_inflight(db, keys, posted))
    await world.house.send_all(messages)
    world.all += world.room._terminal.take()


async def test_a_trouble_is_told_once_by_whoever_meets_it_and_taken_back_once(any_world: World) -> None:
    any_world.staff("boss", "admin")
    other = Watch(any_world.house.ground, any_world.house.store, ())
    await told(any_world, BROKEN)
    assert any_world.keys("boss") == [], "what is gone at the next look was none"
    for _ in range(6):
        await told(any_world, BROKEN, seconds=10)
        await told(any_world, BROKEN, by=other)
    assert any_world.keys("boss") == ["desk.trouble"]
    assert "磁盘快满了" in any_world.last("boss").text
    assert "3 MB left" in any_world.last("boss").text
    await told(any_world, by=other, seconds=50)
    assert any_world.keys("boss") == ["desk.trouble"], (
        "another worker does not see it, and that says nothing yet"
    )
    await told(any_world, seconds=20)
    await told(any_world, by=other)
    assert any_world.keys("boss") == ["desk.trouble", "desk.trouble_over"]
    acts = [
        row["act"] for row in any_world.rows("SELECT act FROM audit WHERE act LIKE 'trouble.%' ORDER BY id")
    ]
    assert acts == ["trouble.told", "trouble.over"]


async def test_one_that_comes_and_goes_is_no_storm(world: World) -> None:
    world.staff("boss", "duty")
    for _ in range(4):
        await told(world, BROKEN, seconds=10)
        await told(world, BROKEN, seconds=10)
        await told(world, seconds=70)
    assert world.keys("boss") == ["desk.trouble", "desk.trouble_over"]
    await told(world, BROKEN, minutes=15)
    await told(world, BROKEN, seconds=10)
    assert world.keys("boss")[2:] == ["desk.trouble"]


async def test_staff_hear_of_a_channels_trouble_by_another_one(world: World) -> None:
    far, near = Door("far"), Door("near")
    world.house.channels |= {"far": far, "near": near}

    def hire(db: Db) -> None:
        _, who = people.meet(db, Place("near", "boss"), world.now)
        far_address, _ = people.meet(db, Place("far", "boss"), world.now)
        db.run(
            "UPDATE address SET person_id = :id, last_seen = last_seen + 1 WHERE id = :far",
            id=who.id,
            far=far_address,
        )
        db.run(
            "INSERT INTO staff (person_id, name, role, place, since) VALUES (:id, 'b', 'duty', '', 0)",
            id=who.id,
        )

    world.house.store.write(hire)
    await told(world, Trouble("far", "no answer", hard=True))
    await told(world, Trouble("far", "no answer", hard=True), seconds=15)
    assert (far.keys, near.keys) == ([], ["desk.trouble"])
    await told(world, seconds=90)
    assert (far.keys, near.keys) == (["desk.trouble_over"], ["desk.trouble"]), "which is then good again"


async def test_what_the_figures_and_the_disk_say(any_world: World, tmp_path: Path) -> None:
    world = any_world
    await world.say("mama", "voucher")
    assert world.house.watch.look() == []
    late = ms(world.now) - 31_000

    def spoil(db: Db) -> None:
        db.run(
            "UPDATE outbox SET state = 'waiting', note = 'retry: flood', created = :late, due = :now",
            late=late,
            now=ms(world.now) + 60_000,
        )
        db.run(
            "INSERT INTO timer (kind, key, due, payload, cursor, state, tries) VALUES ('voucher.draw', 'late', :due, '{}', '', 'waiting', 0)",
            due=late - 30_000,
        )
        for n in range(3):
            db.run(
                "INSERT INTO inbox (channel, update_id, place, state, received, handled, note) VALUES ('x', :n, 'x', 'failed', 1, :now, '')",
                n=str(n),
                now=ms(world.now),
            )

    world.house.store.write(spoil)
    counted = world.house.store.read(lambda db: figures(db, world.now, world.house.registry.timers))
    assert set(counted.lanes) == set(LANES)
    assert counted.lanes["reply"].waiting == 1
    assert (counted.reply_s, counted.timer_lag_s, counted.failing) == (31.0, 61.0, 3)
    assert {trouble.name: trouble.hard for trouble in world.house.watch.look()} == {
        "timers": True, "replies": False, "turns": False,
    }  # fmt: skip
    assert watch.full(tmp_path, 1) is None
    assert str(watch.full(tmp_path, 2**40)).endswith("MB left")
    world.house.watch.sources["far"] = lambda: "nothing heard for 200 s"
    assert Trouble("far", "nothing heard for 200 s", hard=True) in world.house.watch.look()


async def test_turns_and_sends_are_counted(world: World) -> None:
    turns = TURNS.labels("done")._value.get()
    sends = SENDS.labels("terminal", "sent")._value.get()
    await world.say("mama", "菜单")
    assert TURNS.labels("done")._value.get() == turns + 1
    assert SENDS.labels("terminal", "sent")._value.get() == sends + 1


# -- the self-check --------------------------------------------------------------------------------------------------


async def test_the_nightly_check_tells_duty_once_and_gives_the_all_clear(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    differs: list[str] = []
    capability = Capability("sums", tmp_path / "texts", self_checks=lambda turn: list(differs))
    world = World(tmp_path, dialogs=Given((capability,)))
    await world.open()
    world.staff("boss", "duty")
    await world.forward(days=1)
    assert (
        json.loads(world.rows("SELECT value FROM setting WHERE key = 'self_check'")[0]["value"])["found"]
        == []
    )
    differs.append("counter 7 is 3, its rows are 2")
    await world.forward(days=3)
    assert world.keys("boss") == ["desk.trouble"]
    assert "sums: counter 7 is 3, its rows are 2" in world.last("boss").text
    assert world.house.watch.look() == [
        Trouble("self_check", "1 found; first: sums: counter 7 is 3, its rows are 2")
    ]
    differs.clear()
    await world.forward(days=1)
    assert world.keys("boss") == ["desk.trouble", "desk.trouble_over"]
    assert world.house.watch.look() == []
    world.close()


SPOILT = {
    "scarce": "INSERT INTO scarce (key, cap, used) VALUES ('x', 1, -1)",
    "handled, and": "UPDATE inbox SET payload = CAST('x' AS BLOB)",
    "waits for more": "UPDATE inbox SET state = 'waiting', received = 1",
    "no known state": "UPDATE outbox SET state = 'lost'",
    "on its way": "UPDATE outbox SET state = 'inflight', since = 1",
    "without words": "UPDATE outbox SET state = 'waiting', payload = NULL",
    "that there is not": "UPDATE outbox SET of = 99",
    "after its deadline": "INSERT INTO action (kind, payload, deadline, used, created) VALUES ('x', '{}', 5, 6, 1)",
    "waits for a document": "UPDATE conversation SET expects = 'document', state = NULL",
    "given by whoever": "INSERT INTO approval (kind, subject, hash, payload, state, asked_by, asked, decided_by) VALUES ('x', '', '', '{}', 'confirmed', 1, 1, 1)",
    "joined to somebody who": "INSERT INTO person (id, created, lang, plain, reminders, joined) VALUES (8, 1, 'zh', 0, 1, 9), (9, 1, 'zh', 0, 1, 1)",
    "part of another": "UPDATE person SET joined = 1",
    "same post twice": "INSERT INTO staff (person_id, name, role, place, since) VALUES (1, 'a', 'duty', '', 1), (1, 'a', 'duty', '', 1)",
    "what has arrived": "INSERT INTO call_list (person_id, outbox_id, reason, state, created) SELECT 1, max(id), 'asleep', 'open', 1 FROM outbox",
    "due for more than": "INSERT INTO timer (kind, key, due, payload, cursor, state, tries) VALUES ('x', '1', 1, '{}', '', 'waiting', 0)",
}  # fmt: skip


@pytest.mark.parametrize("said", [said for said, _ in _RULES])
async def test_each_rule_finds_its_mistake(world: World, said: str) -> None:
    registry = Registry(())

    def check(db: Db) -> list[str]:
        return self_check(Turn(world.house.ground, db, world.now), registry)

    await world.say("mama", "voucher")
    assert world.house.store.read(check) == []
    spoil = next(sql for words, sql in SPOILT.items() if words in said or words == said.split()[0])
    world.house.store.write(lambda db: db.run(spoil))
    found = world.house.store.read(check)
    assert any(line.partition(": ")[2] == said.partition(": ")[2] for line in found), found


async def test_the_rules_run_on_both_databases(any_world: World) -> None:
    await any_world.say("mama", "voucher")
    assert (
        any_world.house.store.read(
            lambda db: self_check(Turn(any_world.house.ground, db, any_world.now), any_world.house.registry)
        )
        == []
    )
