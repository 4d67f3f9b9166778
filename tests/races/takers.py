"""What each process of the race for something scarce does, in a module of its own that a new process can import.

It waits for the others and then tries for a unit as often as it is told: first looking before it writes (the naive
way), then by a claim. Each unit that it believes to have is a row under its name.
"""

from __future__ import annotations

from threading import Barrier

from bot import scarce
from bot.store.session import Db, Store

NAIVE, SAFE = "naive", "safe"
LOOKS = 100
"""Tries of the naive way: enough to show it."""
MADE = (
    "INSERT INTO scarce (key, cap, used) VALUES ('naive', {cap} / 6, 0), ('safe', {cap}, 0), ('tail', 100000, 0)",
    "CREATE TABLE taken (key TEXT, who TEXT, number BIGINT)",
)


def note(db: Db, key: str, who: str, number: int) -> None:
    db.run(
        "INSERT INTO taken (key, who, number) VALUES (:key, :who, :number)", key=key, who=who, number=number
    )


def naively(db: Db, who: str, number: int) -> None:
    db.run("UPDATE scarce SET used = used + 1 WHERE key = 'naive'")
    note(db, NAIVE, who, number)


def safely(db: Db, who: str, number: int) -> None:
    if scarce.take(db, {"safe": 1, "tail": 2}):
        note(db, SAFE, who, number)


def main(url: str, who: str, tries: int, all_there: Barrier) -> None:
    """Both races, one after the other."""
    store = Store(url)
    all_there.wait(60)
    works = []
    for number in range(LOOKS):
        seen = store.read(lambda db: db.one("SELECT cap, used FROM scarce WHERE key = 'naive'"))
        if seen is not None and seen["used"] < seen["cap"]:
            works.append(store.submit(lambda db, n=number: naively(db, who, n)))
    works += [store.submit(lambda db, n=number: safely(db, who, n)) for number in range(tries)]
    for work in works:
        work.result(60)
    store.close()
