"""Disks that are full, databases that are locked or away, a platform that is down or wants to be left alone.

Every failure is a real one: of the database, or of the Bot API server over sockets. What was not stored is not
acknowledged, so Telegram brings it again; nothing is lost or doubled, and all goes on by itself once the trouble is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.session import Db
from tests.botapi import BotApi
from tests.channels.telegram_rig import Rig, answer, ready, running, settled, words
from tests.servers import Postgres

A, B, C, D = range(7_100_000_001, 7_100_000_005)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.aclose()


@pytest.fixture
async def rig(api: BotApi, tmp_path: Path) -> AsyncIterator[Rig]:
    async with api.serving() as root, running(api, root, tmp_path, "webhook") as rig:
        await ready(rig)
        yield rig


def troubles(rig: Rig) -> set[str]:
    return {trouble.name for trouble in rig.house.watch.look()}


def refused(api: BotApi, status: str) -> bool:
    """Whether the webhook answered its last delivery like this."""
    return api.updates.webhook is not None and status in (api.updates.webhook.error or "")


async def all_answered_once(rig: Rig, *chats: int) -> None:
    await settled(rig)
    await rig.api.wait_for(lambda: all(rig.states(chat) == ["sent"] for chat in chats))
    assert [len(rig.api.sent(chat)) for chat in chats] == [1] * len(chats)
    assert {row["state"] for row in rig.rows("SELECT state FROM inbox")} == {"done"}, (
        "no turn counts as failed"
    )


async def test_a_full_disk(rig: Rig, tmp_path: Path) -> None:
    """SQLite is not allowed a page more than it has."""
    with contextlib.closing(sqlite3.connect(tmp_path / "doorstep.db", isolation_level=None)) as other:
        other.execute("VACUUM")  # tables that an upgrade made anew leave free pages within the file

    def grow(db: Db, pages: int) -> None:
        db.value(f"PRAGMA max_page_count = {pages}")

    rig.house.store.write(lambda db: grow(db, 1))  # it keeps what it has, and gets no more
    chats = (A, B, C)
    for chat in chats:
        rig.api.user(chat).says("echo " + "好" * 3000)
    await rig.api.wait_for(lambda: refused(rig.api, "500"))
    await asyncio.sleep(0.3)
    assert rig.api.updates.pending, "what could not be stored is not acknowledged"
    assert not any(rig.api.sent(chat) for chat in chats)
    room = False
    while not room:  # it may share its commit with a turn that fails
        with contextlib.suppress(sqlite3.OperationalError):
            await rig.house.store.commit(lambda db: grow(db, 1 << 30))
            room = True
    await all_answered_once(rig, *chats)


async def test_a_locked_database(rig: Rig, tmp_path: Path) -> None:
    """Somebody else holds it for a while, as a backup by hand or a curious operator does."""
    other = sqlite3.connect(tmp_path / "doorstep.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    rig.api.user(A).says("echo 好")
    await asyncio.sleep(0.7)
    assert rig.api.updates.pending
    assert rig.api.sent(A) == []
    other.execute("ROLLBACK")
    other.close()
    await all_answered_once(rig, A)


async def test_a_postgresql_server_that_refuses_for_a_while(
    api: BotApi, postgres: Postgres, worker_id: str, tmp_path: Path
) -> None:
    """Before, while and after an answer is under way: it is not sent twice because its row could not be settled."""
    name = f"refusing_{worker_id}"
    url = postgres.create_database(name)
    async with api.serving() as root, running(api, root, tmp_path, "webhook", database_url=url) as rig:
        await ready(rig)
        rig.api.user(A).says("echo 好")
        await answer(rig, A, 1)
        hanging = api.faults.hang("sendMessage", B, handled=True)
        rig.api.user(B).says("echo 好")
        await rig.api.wait_for(lambda: bool(api.sent(B)))
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        api.user(C).says("echo 好")
        await rig.api.wait_for(lambda: refused(api, "500"))
        assert "database" in await asyncio.to_thread(troubles, rig)
        assert api.updates.pending
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert hanging.kind == "hang"
        api.faults.clear()
        await rig.api.wait_for(lambda: rig.states(C) == ["sent"])
        assert len(api.sent(C)) == 1
        assert "database" not in troubles(rig)
    postgres.drop_database(name)


async def test_telegram_down_for_an_hour(rig: Rig) -> None:
    """Answers wait, ever longer; the first one that gets through brings all the others with it, at once and in order."""
    rig.api.faults.gateway("sendMessage", times=None)
    for chat in (A, B):
        rig.api.user(chat).says("echo 一")
    await rig.api.wait_for(lambda: [rig.states(chat) for chat in (A, B)] == [["waiting"], ["waiting"]])
    for _ in range(6):
        await rig.forward(600)
    assert [rig.states(chat) for chat in (A, B)] == [["waiting"], ["waiting"]]
    rig.api.faults.clear()
    began = rig.clock.now()
    rig.api.user(B).says("echo 二")
    await rig.api.wait_for(lambda: [rig.states(chat) for chat in (A, B)] == [["sent"], ["sent", "sent"]])
    assert rig.clock.now() == began, "nobody waits for the next try, which was an hour away"
    assert [words(message)[-1] for message in rig.api.sent(B)] == ["一", "二"]
    assert len(rig.api.sent(A)) == 1


async def test_a_long_wait_of_one_chat_is_its_own_of_two_it_is_everybodys(rig: Rig) -> None:
    """retry_after of 10,000 s: for that time nothing is tried there, while the others are answered."""
    rig.api.faults.flood(10_000, "sendMessage", A)
    rig.api.user(A).says("echo 好")
    await rig.api.wait_for(lambda: rig.states(A) == ["waiting"])
    rig.api.user(B).says("echo 好")
    await answer(rig, B, 1)
    assert rig.held == []
    await rig.forward(9_000)
    assert len([call for call in rig.api.calls("sendMessage") if call.params["chat_id"] == A]) == 1
    rig.api.faults.flood(60, "sendMessage", C)
    rig.api.user(C).says("echo 好")
    await rig.api.wait_for(lambda: rig.states(C) == ["waiting"])
    assert rig.held == [60.0]
    await rig.forward(60)
    assert rig.states(C) == ["sent"]
    assert rig.states(A) == ["waiting"]
    await rig.forward(1_000)
    assert (rig.states(A), len(rig.api.sent(A))) == (["sent"], 1)


async def test_an_update_before_telegram_has_said_who_we_are_is_not_accepted(
    api: BotApi, tmp_path: Path
) -> None:
    """A process that has just begun: Telegram brings it again a moment later."""
    api.faults.gateway("getMe", times=None)
    async with api.serving() as root:
        await api.bot().set_webhook("https://doorstep.example.org/telegram", secret_token="x")
        async with running(api, root, tmp_path, "webhook", telegram_webhook_secret="x") as rig:
            api.user(A).says("echo 好")
            await api.wait_for(lambda: refused(api, "503"))
            began = time.monotonic()
            api.faults.clear()
            await all_answered_once(rig, A)
            assert time.monotonic() - began < 8
