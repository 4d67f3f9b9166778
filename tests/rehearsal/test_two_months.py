"""Two months of the sample programme with 300 invented households: nothing lost, nothing doubled, all accounted for."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.store.session import sqlite_url
from tests.rehearsal.books import CHECKS
from tests.rehearsal.town import Town


async def test_two_months(tmp_path: Path, migrated_file: Path) -> None:
    """One test, because the two months are played once for all of its checks."""
    shutil.copy(migrated_file, tmp_path / "world.db")
    town = Town(tmp_path, sqlite_url(tmp_path / "world.db"), households=300, months=2)
    try:
        await town.begin()
        for opens in town.opens:
            await town.month(opens)
        await town.end()
        for check in CHECKS:
            check(town)
    finally:
        town.house.store.close()
