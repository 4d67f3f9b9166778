"""Told to end while people write: it finishes what is in hand and leaves; told twice, it leaves at once."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path

from bot.store.session import Store, sqlite_url
from tests.botapi.driver import BotApi
from tests.crash.test_kill import bot, free_port, wait

PEOPLE = 30


def test_nothing_is_lost_or_doubled_when_it_is_told_to_end(tmp_path: Path) -> None:
    api, port = BotApi(), free_port()
    with api.serving_in_thread() as root:
        environment = {
            "DOORSTEP_DATA_DIR": str(tmp_path / "data"), "DOORSTEP_KEYS": str(tmp_path / "keys"),
            "DOORSTEP_PORT": str(port), "DOORSTEP_TELEGRAM_TOKEN": api.token, "DOORSTEP_TELEGRAM_API_URL": root,
        }  # fmt: skip
        people = [api.user(70_000_000_000 + n, f"P{n}") for n in range(PEOPLE)]
        log = tmp_path / "bot.log"
        with bot(environment, port, log) as first:
            api.latency(timedelta(milliseconds=300))
            for person in people:
                person.says("voucher")
            wait(lambda: len(api.calls("sendMessage")) >= 3, "nobody was answered")
            first.send_signal(signal.SIGTERM)
            in_hand = PEOPLE - sum(bool(api.sent(person.id)) for person in people)
            assert first.wait(20) == 0
            api.latency(timedelta(0))
        store = Store(sqlite_url(tmp_path / "data" / "doorstep.db"))
        states = store.read(lambda db: [row["state"] for row in db.all("SELECT DISTINCT state FROM outbox")])
        assert set(states) <= {"sent", "waiting"}, "nothing was left half way"
        with bot(environment, port, log) as second:
            wait(lambda: all(api.sent(person.id) for person in people), "somebody was never answered")
            time.sleep(0.3)
            assert [len(api.sent(person.id)) for person in people] == [1] * PEOPLE
            assert (
                store.read(lambda db: db.value("SELECT count(*) FROM inbox WHERE state = 'done'")) == PEOPLE
            )
            api.latency(timedelta(seconds=15))
            people[0].says("你好")
            wait(lambda: len(api.calls("sendMessage")) > PEOPLE, "not under way")
            second.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert second.poll() is None, "it waits for the answer that is under way"
            second.send_signal(signal.SIGTERM)
            assert second.wait(3) == 1
            api.latency(timedelta(0))
        store.close()
    assert in_hand, "it was told too late to prove anything"
    assert "told again" in log.read_text()
