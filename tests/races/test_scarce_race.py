"""Two thousand tries by four processes for three hundred units: three hundred, never one more. Looking first oversells."""

from __future__ import annotations

from collections import Counter
from multiprocessing import get_context

from bot.store.session import Store
from bot.store.upgrade import upgrade
from tests.races import takers

PROCESSES, TRIES, CAP = 4, 500, 300


def raced(url: str) -> None:
    """Let every process try at the same time."""
    context = get_context("forkserver")  # a clean process that has imported everything once, and forks
    context.set_forkserver_preload([takers.__name__])
    all_there = context.Barrier(PROCESSES)
    running = [
        context.Process(target=takers.main, args=(url, f"p{number}", TRIES, all_there))
        for number in range(PROCESSES)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0] * PROCESSES


def test_claims_never_oversell_and_looking_first_does(database_url: str) -> None:
    store = Store(database_url)
    try:
        upgrade(store)
        for sql in takers.MADE:
            store.write(lambda db, sql=sql: db.run(sql.format(cap=CAP)))
        raced(database_url)
        counted = Counter(row["key"] for row in store.read(lambda db: db.all("SELECT key FROM taken")))
        used = {
            row["key"]: row["used"] for row in store.read(lambda db: db.all("SELECT key, used FROM scarce"))
        }
        assert counted[takers.NAIVE] > CAP / 6, "the race is none: even looking before writing holds"
        assert counted[takers.SAFE] == used["safe"] == CAP
        assert used["tail"] == 2 * CAP, "who got nothing of one gave back the other"
        among = store.read(lambda db: db.all("SELECT DISTINCT who FROM taken"))
        assert len(among) > 1, "one process took all before the others began"
    finally:
        store.close()
