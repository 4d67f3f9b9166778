"""Three processes on one PostgreSQL database behind one webhook, and one of them killed: the others carry on.

The real bot three times, the real python-telegram-bot over HTTP against the local Bot API server, a proxy between them.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx

from bot.store.session import Store
from tests.botapi.driver import BotApi
from tests.botapi.shapes import Json
from tests.running import free_port, kill, proxy, start, wait, wait_ready
from tests.servers import Postgres

WORKERS = 3
PEOPLE = 15
SAID = ("voucher", "2025-05-01", "1", "1", "小宇")
"""Five words that each bring another question, so that the order of the answers shows."""


def words(message: Json) -> str:
    return str(message["text"])[:40]


def test_three_share_the_work_and_two_go_on(postgres: Postgres, tmp_path: Path) -> None:
    """Everybody sends five messages in a row, which land at different workers; the answers come in order, once."""
    api, ports = BotApi(), [free_port() for _ in range(WORKERS)]
    url = postgres.create_database("workers")
    log = tmp_path / "bot.log"
    with api.serving_in_thread() as root, proxy(ports) as front, ExitStack() as ending:
        given = {
            "DOORSTEP_DATA_DIR": str(tmp_path / "data"),
            "DOORSTEP_KEYS": str(tmp_path / "keys"),
            "DOORSTEP_DATABASE_URL": url,
            "DOORSTEP_TELEGRAM_TOKEN": api.token,
            "DOORSTEP_TELEGRAM_API_URL": root,
            "DOORSTEP_TELEGRAM_MODE": "webhook",
            "DOORSTEP_PUBLIC_URL": front,
        }
        workers = [start({**given, "DOORSTEP_PORT": str(port)}, log) for port in ports]
        for worker in workers:
            ending.callback(kill, worker)
        for worker, port in zip(workers, ports, strict=True):
            wait_ready(worker, port, log)
        calm, *crowd = [api.user(70_000_000_000 + n, f"P{n}") for n in range(PEOPLE + 1)]
        for count, said in enumerate(SAID, 1):
            calm.says(said)
            wait(lambda count=count: len(api.sent(calm.id)) >= count, "nobody answered")  # type: ignore[misc]
        expected = [words(message) for message in api.sent(calm.id)]
        api.latency(timedelta(milliseconds=150))
        for person in crowd:
            for said in SAID:
                person.says(said)
        store = Store(url)
        ending.callback(store.close)

        def senders() -> int:
            return int(store.read(lambda db: db.value("SELECT count(DISTINCT worker) FROM outbox")))

        wait(lambda: senders() == WORKERS, "somebody has nothing to do")
        kill(workers[1])

        def all_answered() -> bool:
            return all({words(m) for m in api.sent(p.id)} >= set(expected) for p in crowd)

        wait(all_answered, "somebody was never answered", pause=0.3)
        wait(
            lambda: not store.read(lambda db: db.value("SELECT 1 FROM outbox WHERE state = 'inflight'")),
            "the dead worker's messages were left",
        )
        handled = store.read(lambda db: db.all("SELECT state FROM inbox"))
        turns = store.read(lambda db: db.all("SELECT seq FROM conversation"))
        assert httpx.get(f"{front}/readyz").status_code == 200
    postgres.drop_database("workers")
    assert len(handled) == len(SAID) * (PEOPLE + 1)
    assert {row["state"] for row in handled} == {"done"}
    assert [row["seq"] for row in turns] == [len(SAID)] * (PEOPLE + 1)
    repeated = 0
    for person in crowd:
        came = [words(message) for message in api.sent(person.id)]
        first = sorted(set(came), key=came.index)
        assert first == expected, "the answers to one chat keep their order"
        repeated += len(came) - len(first)
    assert repeated <= PEOPLE, "only what the dead worker was sending is sent again"
