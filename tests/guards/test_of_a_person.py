"""What is kept about a person is in their export, and goes when they go: every column of every table is accounted for.

Rows are planted in every table, each column with a value of its own. A new table or column fails here until its
service exports and erases it, or a reason stands below.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary
from sqlmodel import SQLModel

from bot.messages import Outgoing, Place
from bot.store import people
from bot.store.session import Db
from bot.store.upgrade import owners, tables_of
from bot.timers import Due
from bot.turn import Turn
from dialogs.account.service import erasing, export
from tests.flow.samples import CAPABILITIES
from tests.world import World

NOT_OF_A_PERSON = {
    "timer": "ids and instants of what happens later",
    "firing": "when a job ran",
    "setting": "the bot's own values",
    "scarce": "counters",
    "counter_login": "a member of staff's way in to the counter: keyed hashes and instants",
    "limit_count": "how often within minutes; gone after two days",
    "trouble": "what troubles the bot",
    "enrolled": "children of a place, kept by its staff by nickname and birth month; they have no chat and no export here",
    "enrolled_absent": "the same children: days",
    "carer_off": "how many carers a place lacks: numbers and minutes",
    "walk_in": "an age and hours at a place, nobody's name",
    "care_stop": "that a place or a class is closed, and the name of an illness; nobody's",
    "vacancy": "how full a place is",
    "voucher_pair": "what staff think of two rows, one of which may be somebody else's; ids only",
    "invite": "an invitation is nobody's until it is used; then there is a post",
    "answer_text": "the corpus's own words, as they once were",
    "answer_correction": "what was wrong in the corpus, the same for everybody",
    "event_walk_in": "that one more was there, nobody's name",
    "event_off": "a date that was called off, the same for everybody",
    "approval": "acts of staff on what concerns everybody; ids only",
    "voucher_event": "the same for everybody, and published",
    "voucher_extension": "of a round or a place",
    "voucher_round": "the same for everybody, and published",
}
SECRET = "a secret, or its keyed hash: it says nothing to anybody and opens things"
INNER = "how the machine finds, orders or repeats a row; says nothing about the person"
OTHERS = "what others have in hand"
NOT_EXPORTED = {
    "person.recovery_hash": SECRET,
    "person.joined": "the id of an emptied row",
    "person.erased": "empty as long as there is anybody to export to",
    "conversation.seq": INNER,
    "conversation.question": INNER,
    "conversation.expects": INNER,
    "action.kind": "a button that was offered; what was done with it is an act",
    "action.payload": "the same: ids",
    "action.deadline": INNER,
    "action.used": INNER,
    "action.created": INNER,
    "inbox.payload": "what the person said themselves: emptied in the moment it is handled, a failed one after 14 days",
    "outbox.*": INNER,
    "inbox.*": INNER,
    "desk_case.staff_id": OTHERS,
    "call_list.outbox_id": INNER,
    "call_list.due": INNER,
    "call_list.staff_id": OTHERS,
    "offer.object": INNER,
    "offer.holds": INNER,
    "offer.hours": INNER,
    "offer.minutes": INNER,
    "audit.actor": "the person's own id",
    "account_join_code.code_hash": SECRET,
    "account_join_code.expires": INNER,
    "account_join_code.used": INNER,
    "account_guess.kind": INNER,
    "account_guess.target": SECRET,
    "account_guess.at": INNER,
    "answer_given.digest": INNER,
    "voucher_document.hash": SECRET,
    "voucher_ticket.phone_hash": SECRET,
    "voucher_ticket.mark_birth": SECRET,
    "voucher_ticket.mark_phone": SECRET,
    "voucher_ticket.mark_name": SECRET,
    "voucher_child.same_as": INNER,
    "voucher_link.code_hash": SECRET,
    "voucher.code_hash": SECRET,
    "voucher.freed": INNER,
    "voucher.extension_id": INNER,
    "voucher_spot.day": "how a redemption was drawn for a spot check",
    "voucher_spot.seed": "the same",
    "voucher_ticket.held": INNER,
    "voucher_redemption.staff_id": OTHERS,
    "booking.until": INNER,
    "booking.instead_of": INNER,
    "booking_move.stop_id": INNER,
    "booking_move.chosen": INNER,
    "event_seat.until": INNER,
    "booking.renewed": INNER,
    "booking.taken": INNER,
    "booking.sequence": INNER,
}
"""Columns that are not in the export, each with its reason."""
UNTIL_THE_END = "kept until the programme's end, so that nothing is given twice and accounts and lists stand"
IDS = "an id, a state, an instant: says nothing without the words that are gone"
STAYS = {
    "audit": "who did what to which row, as ids; rows are only ever added",
    "staff": "whoever has a post cannot be erased; a former one stays as a name on what they handled",
    "stay_step": "when a stay began and ended; who came is gone",
    "booking": "how full a place was, which proves that no ratio was broken; the child and all words are gone",
    "booking_move": IDS,
    "event_seat": "how full a date was; the child is gone",
    "voucher_ticket": UNTIL_THE_END,
    "voucher": UNTIL_THE_END,
    "voucher_redemption": UNTIL_THE_END,
    "voucher_spot": UNTIL_THE_END,
    "voucher_document": UNTIL_THE_END,
    "voucher_child": IDS,
    "subject": IDS,
    "consent": "when a consent was given and taken back, as ids: what shows that we were allowed to",
    "person": IDS,
    "desk_case": IDS,
    "call_list": IDS,
    "offer": IDS,
}
"""Tables of which rows stay after an erasure, without what is sealed in them."""
MESSAGES = ("outbox.payload", "call_list.words")
PLACE = "|".join(f"planted-address-{part}" for part in ("channel", "chat", "thread", "member"))
TABLES = {name for owner in owners([c.folder for c in CAPABILITIES]) for name in tables_of(owner)}
"""The tables of the machine and of the district's services, none of other tests'."""
START = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)


class Planted:
    """One person with a row in every table, and what was put into each column."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values: dict[str, Any] = {}
        self.blobs: dict[str, bytes] = {}
        self._ids: dict[str, int] = {"person": 7000}
        self._day = 0

    @property
    def tables(self) -> list[Any]:
        return [t for t in SQLModel.metadata.sorted_tables if t.name in TABLES - {"firing", "setting"}]

    def plant(self, db: Db) -> None:
        address, who = people.meet(db, Place("web", "planted-session"), self.world.now)
        db.run("DELETE FROM address WHERE id = :id", id=address)
        db.run("DELETE FROM person WHERE id = :id", id=who.id)
        for table in self.tables:
            row = {c.name: self._value(table.name, c) for c in table.columns}
            if table.name == "audit":
                row["actor"] = f"person:{self._ids['person']}"
            columns = [name for name, value in row.items() if value is not None]
            slots = ", ".join(f":{name}" for name in columns)
            db.run(
                f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({slots})",
                **{name: row[name] for name in columns},
            )
            if "id" in row:
                self._ids[table.name] = row["id"]

    def _value(self, table: str, column: Column[Any]) -> Any:
        name = f"{table}.{column.name}"
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            return self._ids.get(target)
        if name == "conversation.address_id":
            return self._ids["address"]
        if column.primary_key and isinstance(column.type, BigInteger | Integer):
            return self._ids["person"] if table == "person" else 7001 + len(self._ids)
        if name in ("person.joined", "person.erased", "person.lang", "person.plain", "staff.until"):
            return {"person.lang": "zh", "person.plain": 0, "staff.until": 1}.get(name)
        self._day += 1
        if isinstance(column.type, LargeBinary):
            return self._sealed(name, str(column.info.get("about", "")))
        if isinstance(column.type, BigInteger | Integer | Boolean):
            number = int((START + timedelta(days=self._day)).timestamp()) * 1000
            self.values[name] = number if isinstance(column.type, BigInteger) else self._day + 40_000
            return self.values[name]
        self.values[name] = PLACE if name == "inbox.place" else f"planted-{table}-{column.name}"
        return self.values[name]

    def _sealed(self, name: str, about: str) -> bytes:
        words = f"sealed-{name}"
        self.values[name] = words
        body = Outgoing(words).to_json() if name in MESSAGES else words.encode()
        if name == "conversation.state":
            body = json.dumps({"open": None, "parked": None, "words": words}).encode()
        self.blobs[name] = self.world.house.ground.keys.seal(body, about or name)
        return self.blobs[name]

    @property
    def person(self) -> int:
        return self._ids["person"]

    def address(self) -> int:
        return self._ids["address"]


@pytest_asyncio.fixture
async def planted(any_world: World) -> AsyncIterator[Planted]:
    planted = Planted(any_world)
    any_world.house.store.write(planted.plant)
    yield planted


def exported(planted: Planted) -> str:
    def give(db: Db) -> str:
        world = planted.world
        turn = Turn(
            world.house.ground,
            db,
            world.now,
            people.person_of(db, planted.person),
            everyone=world.house.registry,
        )
        export.give(turn, {})
        page, exact = (file.body.decode() for file in turn.out[-1].files)
        assert page.startswith("<!doctype html>")
        assert "sealed-subject.name" in page
        return exact

    return str(planted.world.house.store.write(give))


def written(planted: Planted, value: Any) -> set[str]:
    """How a planted value may stand in the export."""
    if isinstance(value, str):
        return {value}
    zone = planted.world.settings.zone
    local = datetime.fromtimestamp(value / 1000, UTC).astimezone(zone).isoformat()
    return {str(value), local}


async def test_every_column_is_in_the_export_or_has_a_reason(planted: Planted) -> None:
    found = exported(planted)
    lacking, idle = [], []
    for table in planted.tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            value = planted.values.get(name)
            if table.name in NOT_OF_A_PERSON or column.primary_key or column.foreign_keys or value is None:
                continue
            there = any(text in found for text in written(planted, value))
            yes_no = isinstance(column.type, Integer) and not isinstance(column.type, BigInteger)
            reason = name in NOT_EXPORTED or (f"{table.name}.*" in NOT_EXPORTED and name != "outbox.payload")
            if not there and not reason and not yes_no:
                lacking.append(name)
            if there and name in NOT_EXPORTED:
                idle.append(name)
    assert lacking == [], "export these in their Capability.export, or say in NOT_EXPORTED why not"
    assert idle == [], "these are exported after all"


def test_the_reasons_are_about_columns_that_there_are() -> None:
    tables = {name: SQLModel.metadata.tables[name] for name in TABLES}
    names = {f"{table.name}.{column.name}" for table in tables.values() for column in table.columns}
    assert {name for name in NOT_EXPORTED if not name.endswith(".*")} - names == set()
    assert (set(STAYS) | set(NOT_OF_A_PERSON)) - set(tables) == set()


def _files(world: World) -> bytes:
    """The database's own bytes, its log included."""
    database = Path(world.settings.url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def erase(planted: Planted) -> None:
    world = planted.world

    def happen(db: Db) -> None:
        turn = Turn(world.house.ground, db, world.now, everyone=world.house.registry)
        erasing.happen(turn, Due(1, erasing.TIMER, str(planted.person), world.now, {}, ""))

    world.house.store.write(happen)


async def test_what_is_planted_is_gone_a_day_after_the_erasure(planted: Planted) -> None:
    world, blobs = planted.world, planted.blobs
    planted.world.house.store.write(lambda db: db.run("UPDATE address SET last_seen = 1"))
    erase(planted)
    await world.forward(days=1, hours=1)
    left: list[str] = []
    for table in planted.tables:
        if table.name in NOT_OF_A_PERSON:
            continue
        held = repr([list(row.values()) for row in world.rows(f"SELECT * FROM {table.name}")])
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            value = blobs.get(name) or planted.values.get(name)
            if value is None:
                continue
            there = repr(value) in held or (isinstance(value, bytes) and repr(memoryview(value)) in held)
            if there and (table.name not in STAYS or name in blobs):
                left.append(name)
    assert left == [], "empty these in Capability.erase, or say in STAYS why the row stays"
    await world.restart()
    words = [value for name, value in planted.values.items() if isinstance(value, str)]
    gone = [
        w
        for name, w in planted.values.items()
        if isinstance(w, str) and name.partition(".")[0] not in (*STAYS, *NOT_OF_A_PERSON)
    ]
    assert set(gone) < set(words)
    if not world.house.store.postgres:
        data = _files(world)
        assert b"planted-voucher_ticket-number" in data, "the files were not looked at"
        assert [word for word in gone if word.encode() in data] == []
        theirs = {n: b for n, b in blobs.items() if n.partition(".")[0] not in NOT_OF_A_PERSON}
        assert [name for name, blob in theirs.items() if not name.endswith(".secret") and blob in data] == []


async def test_a_person_who_is_gone_is_told_nothing_more(planted: Planted) -> None:
    world = planted.world
    erase(planted)
    before = world.rows("SELECT count(*) AS n FROM outbox")[0]["n"]

    def push(db: Db) -> object:
        return Turn(world.house.ground, db, world.now).push(planted.person, "voucher.kept")

    assert world.house.store.write(push) is None
    assert world.rows("SELECT count(*) AS n FROM outbox")[0]["n"] == before
    assert world.rows("SELECT 1 FROM call_list WHERE state = 'open'") == []
