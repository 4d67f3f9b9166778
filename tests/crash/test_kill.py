"""kill -9 with 50 updates in hand: nothing lost, nothing handled twice, everybody answered.

The real bot as its own process, the real python-telegram-bot over HTTP against the local Bot API server, both databases.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.session import Store
from tests.botapi.driver import BotApi
from tests.running import bot, free_port, kill, wait

PEOPLE = 50


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_nothing_is_lost_or_handled_twice(database_url: str, mode: str, tmp_path: Path) -> None:
    """Fifty people write, the process is killed among them, another one goes on."""
    api, port = BotApi(), free_port()
    with api.serving_in_thread() as root:
        environment = {
            "DOORSTEP_DATA_DIR": str(tmp_path / "data"),
            "DOORSTEP_KEYS": str(tmp_path / "keys"),
            "DOORSTEP_DATABASE_URL": database_url,
            "DOORSTEP_PORT": str(port),
            "DOORSTEP_TELEGRAM_TOKEN": api.token,
            "DOORSTEP_TELEGRAM_API_URL": root,
            "DOORSTEP_TELEGRAM_MODE": mode,
            "DOORSTEP_TELEGRAM_WEBHOOK_SECRET": "tests-only",
            "DOORSTEP_PUBLIC_URL": f"http://127.0.0.1:{port}" if mode == "webhook" else "",
        }
        people = [api.user(70_000_000_000 + n, f"P{n}") for n in range(PEOPLE)]
        log = tmp_path / "bot.log"
        with bot(environment, port, log) as first:
            api.latency(timedelta(milliseconds=400))  # so that answers are on their way when the process dies
            for person in people:
                person.says("voucher")
            wait(lambda: len(api.calls("sendMessage")) >= PEOPLE // 10, "nobody was answered")
            kill(first)
            api.latency(timedelta(0))
        answered_before = sum(bool(api.sent(p.id)) for p in people)
        with bot(environment, port, log):
            wait(lambda: all(api.sent(p.id) for p in people), "somebody was never answered")
            store = Store(database_url or f"sqlite:///{tmp_path / 'data' / 'doorstep.db'}")
            wait(
                lambda: (
                    not store.read(lambda db: db.value("SELECT count(*) FROM inbox WHERE state = 'waiting'"))
                ),
                "something still waits",
            )
            rows = store.read(lambda db: db.all("SELECT update_id, state FROM inbox"))
            turns = store.read(lambda db: db.all("SELECT c.seq FROM conversation c"))
            store.close()
    assert answered_before < PEOPLE, "the process was killed too late to prove anything"
    assert len(rows) == PEOPLE == len({row["update_id"] for row in rows})
    assert {row["state"] for row in rows} == {"done"}
    assert [row["seq"] for row in turns] == [1] * PEOPLE
    assert all(1 <= len(api.sent(p.id)) <= 2 for p in people)
