"""A hundred thousand tries of several processes for room at two places; judged by the rows of the bookings."""

from __future__ import annotations

import time

from bot.store.session import sqlite_url
from tests.bench import prepared
from tests.bench.report import Row
from tests.races import stays
from tests.races.stays import Race
from tests.soak.part import Given

TRIES, QUICK = 100_000, 4_000
NEAR = 300
"""How far back among the bookings somebody reaches: room must come back for as long as it is wanted."""


def measure(given: Given) -> list[Row]:
    """The tries on each database."""
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        folder = given.folder / name
        folder.mkdir()
        url = sqlite_url(folder / "stays.db") if name == "SQLite" else given.postgres.create_database("stays")
        house = prepared.house_of(folder, url)
        stays.settle(house.ground, house.store)
        tries = QUICK if given.quick else TRIES
        race = Race(tries // 4, naive=25, near=NEAR, seed=given.seed)
        begin = time.monotonic()
        ended = stays.together(house.ground.settings, house.ground.clock.now(), race)
        took = time.monotonic() - begin
        wrong = stays.wrong(house.ground, house.store)
        held = house.store.read(lambda db: db.value("SELECT count(*) FROM booking"))
        naive = house.store.read(stays.judged(house.ground, stays.NAIVE))
        house.store.close()
        rows += [
            Row(f"{name}: tries, stays held, tries a second", f"{tries:,}, {held:,}, {tries / took:,.0f}"),
            Row(f"{name}: processes that failed", str(sum(code != 0 for code in ended)), "0", not any(ended)),
            Row(f"{name}: half hours above ratio, counters that differ", str(len(wrong)), "0", not wrong),
            Row(f"{name}: half hours above ratio by looking first", str(len(naive)), "> 0", bool(naive)),
        ]
        for line in wrong[:10]:
            print(f"  {name}: {line}")
    return rows
