"""Databases as they are before a measurement: people who are known, forms filled in up to the summary, a full round.

People and conversations are written by the bot's own store; a form is filled in once through the real turns and then
given to everybody, each with a child of their own. Only the tickets of the full round are plain rows.
"""

from __future__ import annotations

import asyncio
import copy
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.assembly import open_house
from bot.clock import SystemClock, VirtualClock, instant, local_date, ms
from bot.house import House
from bot.messages import Inbound, Place
from bot.redact import IdProof
from bot.settings import Settings
from bot.store import conversations, people
from bot.store.session import Db
from dialogs.voucher import rounds
from tests.bench.load import Update, presses

CHUNK = 500
FIRST_ID = 1_000_000
"""Rows written plainly are numbered from here, far above what the database numbers itself meanwhile."""


def house_of(folder: Path, url: str) -> House:
    """The house that a `doorstep run` of this folder will open, at the present moment."""
    given: dict[str, Any] = {
        "data_dir": folder / "data",
        "keys": folder / "keys",
        "database_url": url,
        "_env_file": None,
    }
    house = open_house(Settings(**given), VirtualClock(SystemClock().now()))
    house.open()
    return house


def know(folder: Path, url: str, chats: range) -> None:
    """Let these chats be people who have talked before and have nothing open."""
    house = house_of(folder, url)
    _each(house, chats, lambda db, chat: _talk(house, db, chat, lambda talk: None))
    house.store.close()


def fill_in(folder: Path, url: str, chats: range) -> Callable[[int], Update]:
    """Let these chats have a form before them that only wants the confirmation. Returns what presses it."""
    house = house_of(folder, url)
    sample = asyncio.run(_to_summary(house))

    def give(talk: conversations.Talk) -> None:
        talk.question = sample.question
        talk.open = copy.deepcopy(sample.open) or {}
        talk.open["data"]["document"]["digest"] = secrets.token_hex(32)

    _each(house, chats, lambda db, chat: _talk(house, db, chat, give))
    house.store.close()
    return lambda chat: presses(chat, f"q:{sample.question}:confirm")


def tickets(folder: Path, url: str) -> tuple[int, int]:
    """How many tickets stand, and for how many different children."""
    house = house_of(folder, url)
    row = house.store.read(
        lambda db: db.one("SELECT count(*) AS n, count(DISTINCT child_id) AS c FROM voucher_ticket")
    )
    house.store.close()
    return (0, 0) if row is None else (int(row["n"]), int(row["c"]))


def _each(house: House, chats: range, write: Callable[[Db, int], None]) -> None:
    def part(db: Db, start: int) -> None:
        for chat in chats[start : start + CHUNK]:
            write(db, chat)

    for start in range(0, len(chats), CHUNK):
        house.store.write(partial(part, start=start))


def _talk(house: House, db: Db, chat: int, change: Callable[[conversations.Talk], None]) -> None:
    now = house.ground.clock.now()
    address, _ = people.meet(db, Place("telegram", str(chat)), now)
    talk = conversations.lock(db, house.ground.keys, address, now)
    change(talk)
    conversations.save(db, house.ground.keys, talk, now)


async def _to_summary(house: House) -> conversations.Talk:
    """One family's form, filled in through the real turns as far as the summary."""
    place, number = Place("bench", "1"), 0
    born = local_date(house.ground.clock.now(), house.ground.settings.zone) - timedelta(days=540)
    answers: dict[str, dict[str, Any]] = {
        "birth": {"text": born.isoformat()},
        "relation": {"text": "1"},
        "consent": {"text": "同意"},
        "nickname": {"text": "小宇"},
        "phone": {"text": "13800138000"},
        "anyway": {"text": "1"},
        "document": {"proofs": (IdProof("id18", secrets.token_hex(32), born),)},
    }
    said: dict[str, Any] = {"text": "voucher"}
    while True:
        number += 1
        await house.hear(Inbound(place, f"form:{number}", **said))
        talk = house.store.write(
            lambda db: conversations.lock(
                db,
                house.ground.keys,
                people.meet(db, place, house.ground.clock.now())[0],
                house.ground.clock.now(),
            )
        )
        step = "" if talk.open is None else talk.open["step"]
        if step == "summary":
            return talk
        if step not in answers or number > 20:
            raise RuntimeError(f"the form stopped at {step!r}")
        said = answers[step]


def full_round(folder: Path, url: str, count: int) -> None:
    """Let the open round have so many tickets, and the demonstration's clock stand just after its publication."""
    house = house_of(folder, url)
    house.store.write(lambda db: _fill(house, db, count))
    house.store.close()


def _fill(house: House, db: Db, count: int) -> None:
    keys, now = house.ground.keys, ms(house.ground.clock.now())
    row = db.one("SELECT * FROM voucher_round WHERE state = 'open' ORDER BY opens LIMIT 1")
    if row is None:
        raise LookupError("no round is open")
    bands = rounds.programme_of(row).bands
    birth, name = keys.seal(b"2025-06-01", "child.birth"), keys.seal("小宇".encode(), "subject.name")
    own = [
        {
            "id": FIRST_ID + n,
            "n": n,
            "chat": str(10**12 + n),
            "ticket": f"{n:09d}",
            "band": bands[n % len(bands)].id,
            "amount": bands[n % len(bands)].amount_fen,
            "now": now,
            "birth": birth,
            "name": name,
            "round": row["id"],
            "programme": row["programme"],
            "mark_birth": f"birth {n % 700}",
            "mark_phone": f"telephone {n}",
            "mark_name": f"name {n - (n % 200 == 199)}",  # one in a hundred looks like another one
        }
        for n in range(count)
    ]
    for statement in (
        "INSERT INTO person (id, created, lang, plain, reminders) VALUES (:id, :now, 'zh', 0, 1)",
        (
            "INSERT INTO address (id, channel, chat, thread, member, person_id, state, created, last_seen)"
            " VALUES (:id, 'telegram', :chat, '', '', :id, 'active', :now, :now)"
        ),
        "INSERT INTO subject (id, person_id, kind, name, created) VALUES (:id, :id, 'child', :name, :now)",
        "INSERT INTO voucher_child (id, programme, birth, created) VALUES (:id, :programme, :birth, :now)",
        (
            "INSERT INTO voucher_ticket (id, number, round_id, child_id, person_id, subject_id, band, amount, state,"
            " to_verify, mark_birth, mark_phone, mark_name, applied) VALUES (:id, :ticket, :round, :id, :id, :id, :band,"
            " :amount, 'applied', 0, :mark_birth, :mark_phone, :mark_name, :now)"
        ),
    ):
        db.many(statement, own)
    # The clock of a demonstration goes on from the latest audit row: there everything of the round is due.
    after = ms(instant(int(row["publish"])) + timedelta(minutes=1))
    db.run(
        "INSERT INTO audit (at, actor, act, object, detail) VALUES (:at, 'system', 'bench.clock', '', '{}')",
        at=after,
    )
