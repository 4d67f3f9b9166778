"""A counter code is used once, whoever comes first, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.messages import Place
from bot.store import counter, people
from bot.store.sealed import KeyRing
from bot.store.session import Db, Store
from bot.store.upgrade import upgrade

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
AT_ONCE = 8


def _invited(db: Db, keys: KeyRing) -> tuple[str, str]:
    _, who = people.meet(db, Place("web", "lan"), NOW)
    db.run(
        "INSERT INTO staff (person_id, name, role, place, since) VALUES (:id, 'lan', 'counter', '', 0)",
        id=who.id,
    )
    return counter.invite(db, keys, people.person_of(db, who.id), NOW, Random(1))


def test_of_many_who_try_a_code_at_once_one_is_let_in(database_url: str, tmp_path: Path) -> None:
    store, keys = Store(database_url), KeyRing.open(tmp_path / "keys")
    try:
        upgrade(store)
        code, pin = store.write(lambda db: _invited(db, keys))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            tries = list(
                pool.map(lambda _: store.write(lambda db: counter.enter(db, keys, code, NOW)), range(AT_ONCE))
            )
        entered = [one for one in tries if not isinstance(one, str)]
        assert len(entered) == 1
        assert tries.count("used") == AT_ONCE - 1
        cookie = entered[0][1]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            wrong = "1" if pin != "1" else "2"
            verdicts = list(
                pool.map(
                    lambda _: store.write(lambda db: counter.unlock(db, keys, cookie, wrong, NOW)),
                    range(AT_ONCE),
                )
            )
        assert verdicts.count("wrong") == counter.PIN_TRIES - 1, (
            "guesses made at once are counted like others"
        )
        assert store.read(lambda db: counter.find(db, keys, cookie, NOW + timedelta(seconds=1))) is None
    finally:
        store.close()
