"""Fifty people send in the same child at once: one ticket. Checking before writing alone makes several."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from typing import Any

import pytest

from bot.clock import ms
from bot.messages import Inbound, Place
from bot.redact import IdProof
from bot.runner import Handled
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.voucher.service import apply as service
from tests.world import World

MANY = 50
DIGEST = "d1" * 32
NAIVE = "CREATE TABLE ticket_naive (number TEXT, round_id BIGINT, child TEXT, person_id BIGINT)"


def fill_in(turn: Turn, number: int) -> None:
    """Bring a form to its end without talking: what the service looks up, and answers about one child."""
    assert service.look(turn, city=home(turn.ground.settings)) == "first"
    turn.data.update(birth="2025-05-01", band="m13-24", amount=50_000, relation="parent", nickname=f"小宇{number}",
                     phone=f"138001380{number:02d}", document={"kind": "id_card", "digest": DIGEST})  # fmt: skip


def at_once(world: World, works: list[Any]) -> list[Any]:
    """Run every work in a transaction of its own, all handed in together; results and exceptions."""
    ready = threading.Barrier(len(works) + 1)
    futures: list[Future[Any]] = []
    adding = threading.Lock()

    def hand_in(work: Any) -> None:
        ready.wait()
        future = world.house.store.submit(work)
        with adding:
            futures.append(future)

    threads = [threading.Thread(target=hand_in, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    ready.wait()
    for thread in threads:
        thread.join()
    return [future.exception() or future.result() for future in futures]


@pytest.mark.parametrize("withdrawn", [False, True], ids=["new", "withdrawn before"])
async def test_fifty_submits_for_one_child_make_one_ticket(any_world: World, withdrawn: bool) -> None:
    world = any_world

    def submit(number: int) -> Any:
        def work(db: Db) -> str:
            _, who = people.meet(db, Place("terminal", f"p{number}"), world.now)
            turn = Turn(world.house.ground, db, world.now, who, Place("terminal", f"p{number}"))
            fill_in(turn, number)
            return service.submit(turn, city=home(turn.ground.settings))

        return work

    if withdrawn:
        assert world.house.store.write(submit(99)) == "granted"
        world.house.store.write(lambda db: db.run("UPDATE voucher_ticket SET state = 'withdrawn'"))
    number = [row["number"] for row in world.rows("SELECT number FROM voucher_ticket")]
    outcomes = at_once(world, [submit(number) for number in range(MANY)])
    assert Counter(outcomes) == {"granted": 1, "registered": MANY - 1}
    tickets = world.rows("SELECT number, state FROM voucher_ticket")
    assert len(tickets) == 1
    assert tickets[0]["state"] == "applied"
    assert number in ([], [tickets[0]["number"]]), "the number of a withdrawn ticket stays"
    assert len(world.rows("SELECT 1 FROM voucher_child")) == 1
    assert len(world.rows("SELECT 1 FROM voucher_document")) == 1


async def test_twenty_whole_turns_for_one_child_make_one_ticket(any_world: World) -> None:
    world, count = any_world, 20
    places = [Place("terminal", f"p{number}") for number in range(count)]
    proof = IdProof("permit", DIGEST, None)
    for place in places:
        for text in ("voucher", "2025-05-01", "1", "同意", "小宇"):
            await world.say(place.chat, text)
        await world.house.hear(Inbound(place, f"paper-{place.chat}", proofs=(proof,)))
        await world.say(place.chat, "13800138000")
        assert world.keys(place.chat)[-1] == "voucher.summary.ask"

    def confirm(place: Place) -> Any:
        def work(db: Db) -> Handled | None:
            assert world.house.keep(db, Inbound(place, f"yes-{place.chat}", text="1"))
            return world.house.turn(db, place)

        return work

    handled = at_once(world, [confirm(place) for place in places])
    keys = Counter(reply.message.keys[-1] for one in handled for reply in one.replies)
    assert keys == {"voucher.receipt": 1, "voucher.registered.said": count - 1}
    assert len(world.rows("SELECT 1 FROM voucher_ticket")) == 1


async def test_checking_before_writing_is_not_enough(any_world: World) -> None:
    """The same race on a copy of the table without its unique index, so that the tests above prove something.

    On SQLite the store's one writer serializes whole works, so there the naive version looks and writes in two
    transactions, as a check on the reading side (`Store.read`) followed by a write would.
    """
    world = any_world
    world.house.store.write(lambda db: db.run(NAIVE))
    everybody_looked = threading.Barrier(4)

    def there(db: Db) -> bool:
        return db.value("SELECT 1 FROM ticket_naive WHERE round_id = 1 AND child = :c", c=DIGEST) is not None

    def write(db: Db, number: int) -> None:
        db.run("INSERT INTO ticket_naive (number, round_id, child, person_id) VALUES (:n, 1, :c, :p)",
               n=f"{number}-{ms(world.now)}", c=DIGEST, p=number)  # fmt: skip

    def check_then_insert(number: int) -> None:
        known = world.house.store.read(there)
        everybody_looked.wait(timeout=30)
        if not known:
            world.house.store.write(lambda db: write(db, number))

    def in_one_transaction(db: Db, number: int) -> None:
        known = there(db)
        everybody_looked.wait(timeout=30)
        if not known:
            write(db, number)

    if world.house.store.postgres:
        failures = at_once(world, [lambda db, n=n: in_one_transaction(db, n) for n in range(4)])
        assert failures == [None] * 4
    else:
        threads = [threading.Thread(target=check_then_insert, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(world.rows("SELECT 1 FROM ticket_naive")) > 1
