"""A family sends its form in while staff find that its child is another one's: one ticket counts, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.voucher.service import aliases, apply, children, rounds, tickets
from tests.world import World

ID_CARD, CERTIFICATE = "d1" * 32, "d2" * 32


def form(world: World, db: Db, who: str, digest: str) -> Turn:
    """A form that is filled in to its end."""
    _, person = people.meet(db, Place("terminal", who), world.now)
    turn = Turn(world.house.ground, db, world.now, person, Place("terminal", who))
    apply.look(turn, city=home(turn.ground.settings))
    turn.data.update(birth="2025-05-01", band="m13-24", amount=50_000, relation="parent", nickname="小宇",
                     phone="13800138000", document={"kind": "permit", "digest": digest})  # fmt: skip
    return turn


def take(turn: Turn, child: int) -> None:
    row = rounds.round_row(turn.db, turn.data["round_id"])
    tickets.take(turn, row, child, children.subject_for(turn, child), None)


async def two_children(world: World) -> tuple[int, int]:
    """One with a ticket; one known from before, about to be applied for."""

    def both(db: Db) -> tuple[int, int]:
        for who, digest in (("mama", ID_CARD), ("papa", CERTIFICATE)):
            turn = form(world, db, who, digest)
            take(turn, children.child_for(turn))
        db.run("DELETE FROM voucher_ticket WHERE child_id = 2")
        return 1, 2

    return world.house.store.write(both)


def counting(world: World) -> int:
    return len(world.rows("SELECT 1 FROM voucher_ticket WHERE state = 'applied'"))


def join(world: World, one: int, other: int) -> Callable[[Db], int]:
    return lambda db: aliases.join(Turn(world.house.ground, db, world.now), one, other)


async def test_a_form_sent_in_while_two_children_are_joined_makes_no_second_ticket(any_world: World) -> None:
    world = any_world
    one, other = await two_children(world)
    looked, joined = threading.Event(), threading.Event()

    def send_in(db: Db) -> None:
        turn = form(world, db, "papa", CERTIFICATE)
        child = children.child_for(turn)
        looked.set()
        joined.wait(timeout=0.4)  # whoever joins waits for us: this runs out
        take(turn, child)

    sending = world.house.store.submit(send_in)
    assert looked.wait(timeout=30)
    joining = world.house.store.submit(join(world, one, other))
    joining.add_done_callback(lambda _: joined.set())
    sending.result(timeout=30)
    joining.result(timeout=30)
    assert counting(world) == 1
    assert [row["state"] for row in world.rows("SELECT state FROM voucher_ticket ORDER BY id")] == [
        "applied",
        "void",
    ]


async def test_looking_the_child_up_before_is_not_enough(any_world: World) -> None:
    """The same with the child looked up beforehand, as a form that kept it would: two tickets for one child."""
    world = any_world
    one, other = await two_children(world)
    child: Any = world.house.store.read(
        lambda db: children.child_of(form_reader(world, db), "voucher", CERTIFICATE)
    )
    world.house.store.write(join(world, one, other))
    world.house.store.write(lambda db: take(form(world, db, "papa", CERTIFICATE), child))
    assert counting(world) == 2


def form_reader(world: World, db: Db) -> Turn:
    return Turn(world.house.ground, db, world.now)
