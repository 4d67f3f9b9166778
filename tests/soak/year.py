"""Twelve months of rounds with two thousand invented households on the virtual clock, a restart every month.

Households begin month by month and half of them come again; they withdraw, decline, redeem, sleep, block the bot, pass
offers on. After the spring festival two of the staff move a last day. At the end everything must be accounted for, and
the self-check find nothing.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from pathlib import Path

import structlog

from bot.store.session import sqlite_url
from tests.bench.report import Row
from tests.rehearsal.books import CHECKS
from tests.rehearsal.town import QUOTAS, Town
from tests.soak.part import Given

HOUSEHOLDS, QUICK = 2_000, 120
MONTHS = 12
EXTENDED = "2027-01"


def measure(given: Given) -> list[Row]:
    """The year, on SQLite; then each check as a row."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    memory = Path("/dev/shm")  # half a million commits would wait for the disk
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else given.folder) as folder:
        households = QUICK if given.quick else HOUSEHOLDS
        quotas = {band: max(1, quota * households // HOUSEHOLDS) for band, quota in QUOTAS.items()}
        town = Town(Path(folder), sqlite_url(Path(folder) / "year.db"), households, MONTHS, MONTHS, quotas)
        try:
            asyncio.run(_live(town))
            return _rows(town)
        finally:
            town.house.store.close()
            shutil.copytree(folder, given.folder / "town")


async def _live(town: Town) -> None:
    await town.begin()
    for opens in town.opens:
        await town.month(opens)
        await town.restart()
        if f"{opens:%Y-%m}" == EXTENDED:
            await town.extend(EXTENDED, 7, "春节机构放假")
    await town.end()


def _rows(town: Town) -> list[Row]:
    counts = {
        what: town.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for what, table in (("tickets", "voucher_ticket"), ("vouchers", "voucher"), ("offers", "offer"), ("messages out", "outbox"))
    }  # fmt: skip
    rows = [
        Row(
            "households, children, rounds",
            f"{len(town.households):,}, {len(town.children):,}, {len(town.rounds)}",
        ),
        *(Row(what, f"{count:,}") for what, count in counts.items()),
    ]
    for check in CHECKS:
        try:
            check(town)
            said = ""
        except AssertionError as why:
            said = str(why).strip().split("\n")[0][:200] or "does not hold"
            print(f"  {check.__name__}: {said}")
        rows.append(Row(check.__name__.replace("_", " "), "yes" if not said else "NO", "yes", not said))
    return rows
