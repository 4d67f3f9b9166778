"""A row that was deleted leaves its number to nobody: buttons, logs and cases name rows by their numbers."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmodel import SQLModel

import dialogs.account.tables
import dialogs.voucher.tables
from bot.clock import SystemClock
from bot.messages import Inbound, Place
from bot.store import inbox, people
from bot.store.session import Db, Store
from bot.store.upgrade import upgrade

HOUSE = Path(__file__).parents[2]
DELETES = re.compile(r"DELETE FROM (\w+)|for table in \(([^)]*)\)")
assert dialogs.account.tables
assert dialogs.voucher.tables


def test_a_number_is_given_once(database_url: str) -> None:
    store = Store(database_url)
    upgrade(store, [])
    now = SystemClock().now()

    def come_and_go(db: Db) -> tuple[int, int | None]:
        place = Place("web", "1")
        address, _ = people.meet(db, place, now)
        arrived = inbox.put_handled(db, Inbound(place, "u1", text="a"), now)
        db.run("DELETE FROM inbox")
        db.run("DELETE FROM address")
        return address, arrived

    first, second = store.write(come_and_go), store.write(come_and_go)
    store.close()
    assert second[0] > first[0]
    assert (second[1] or 0) > (first[1] or 0)


def test_every_numbered_table_whose_rows_are_deleted_gives_a_number_once() -> None:
    sources = [
        p.read_text(encoding="utf-8") for folder in ("bot", "dialogs") for p in (HOUSE / folder).rglob("*.py")
    ]
    words = {
        word
        for text in sources
        for found in DELETES.findall(text)
        for word in re.findall(r"\w+", " ".join(found))
    }
    deleted = {
        name: table for name, table in SQLModel.metadata.tables.items() if name in words and "id" in table.c
    }
    assert {"inbox", "outbox", "action", "address", "person", "voucher_child"} <= deleted.keys()
    lacking = [n for n, t in deleted.items() if not t.dialect_options["sqlite"]["autoincrement"]]
    assert lacking == []
