"""Two months of the sample programme with 300 invented households: nothing lost, nothing doubled, all accounted for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.store.session import sqlite_url
from tests.rehearsal.books import CHECKS
from tests.rehearsal.town import Town


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: ten thousand commits would wait for the disk half a minute."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


async def test_two_months(quick_folder: Path, migrated_file: Path) -> None:
    """One test, because the two months are played once for all of its checks."""
    shutil.copy(migrated_file, quick_folder / "world.db")
    town = Town(quick_folder, sqlite_url(quick_folder / "world.db"), households=300, months=2)
    try:
        await town.begin()
        for opens in town.opens:
            await town.month(opens)
        await town.end()
        for check in CHECKS:
            check(town)
    finally:
        town.house.store.close()
