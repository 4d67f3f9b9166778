"""Somebody leaves the line in the moment in which an offer is made to them: they never end up holding it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot import scarce
from bot.clock import instant
from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs.voucher.service import mine, reserve, rounds
from tests.dialogs.voucher.district import BORN, District, bands, id18
from tests.dialogs.voucher.lists import counted

WAIT = 0.5
"""Seconds for which the one that came first stays open, so that the other meets it: it waits there, or runs through."""
BAND = "m13-24"


async def a_line(folder: Any, url: str) -> tuple[District, int]:
    """p0 has the only voucher and gives it up, p1 and p2 wait; nobody is asked yet. The ticket of p1."""
    d = await District.make(folder, url=url, allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    for number in range(3):
        who = f"p{number}"
        await d.says(who, "voucher", BORN, "1", "同意", "小宇", id18(serial=number + 1))
        await d.says(who, f"1380013800{number}", "1")
    ticket = d.tickets()[1]["id"]
    voucher = d.vouchers()[0]["id"]
    d.house.store.write(lambda db: db.run("UPDATE voucher SET state = 'declined' WHERE id = :id", id=voucher))
    return d, int(ticket)


def leave(d: District, db: Db, ticket: int) -> None:
    place = Place("terminal", "p1")
    _, who = people.meet(db, place, d.now)
    mine.withdraw(Turn(d.house.ground, db, d.now, who, place), {"ticket": ticket})


def offer(d: District, db: Db) -> None:
    reserve.freed(Turn(d.house.ground, db, d.now), int(db.value("SELECT min(id) FROM voucher")))


def one_inside_the_other(d: District, first: Callable[[Db], None], second: Callable[[Db], None]) -> None:
    """Both in transactions of their own: the second begins while the first has written and not committed."""
    written, over = threading.Event(), threading.Event()

    def holds(db: Db) -> None:
        first(db)
        written.set()
        over.wait(WAIT)

    def follows(db: Db) -> None:
        second(db)
        over.set()

    one = d.house.store.submit(holds)
    written.wait(10)
    two = d.house.store.submit(follows)
    one.result(20)
    two.result(20)


def held_by_who_left(d: District, ticket: int) -> bool:
    state = d.rows("SELECT state FROM voucher_ticket WHERE id = :id", id=ticket)[0]["state"]
    opened = d.rows("SELECT 1 FROM offer WHERE object = :id AND state IN ('offered', 'called')", id=ticket)
    return state == "withdrawn" and bool(opened)


@pytest.mark.parametrize("leaves_first", [True, False], ids=["leaves first", "is asked first"])
async def test_who_leaves_holds_no_offer(tmp_path: Any, database_url: str, leaves_first: bool) -> None:
    d, ticket = await a_line(tmp_path, database_url)
    acts = [lambda db: leave(d, db, ticket), lambda db: offer(d, db)]
    one_inside_the_other(d, *(acts if leaves_first else acts[::-1]))
    assert not held_by_who_left(d, ticket)
    asked = d.rows("SELECT object, state FROM offer ORDER BY id")
    tickets = {t["id"]: t["state"] for t in d.tickets()}
    assert asked[-1]["state"] == "offered", (asked, tickets)
    if tickets[ticket] == "withdrawn":
        assert asked[-1]["object"] == d.tickets()[2]["id"], "the next in the line has it"
    counted(d)
    d.close()


async def test_looking_before_offering_is_not_enough(tmp_path: Any, database_url: str) -> None:
    """The naive way: who is next is looked up, and offered to without another look at their ticket."""
    d, ticket = await a_line(tmp_path, database_url)
    row = d.round()
    found = d.house.store.read(
        lambda db: reserve._next(Turn(d.house.ground, db, d.now), int(row["id"]), BAND)
    )
    assert found is not None
    d.house.store.write(lambda db: leave(d, db, ticket))

    def make(db: Db) -> None:
        turn, until = Turn(d.house.ground, db, d.now), instant(int(row["reserve_until"]))
        wanted = scarce.Wanted(
            reserve.KIND, int(found["id"]), int(found["person_id"]), f"voucher:{row['id']}:{BAND}", until
        )
        scarce.make(turn, wanted, partial(reserve._tell, turn, row, rounds.programme_of(row), found, until))

    d.house.store.write(make)
    assert held_by_who_left(d, ticket)
    d.close()
