"""The district of the voucher's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.dialogs.voucher.district import District

Make = Callable[..., Awaitable[District]]


@pytest_asyncio.fixture
async def make(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Make]:
    """Make a district on SQLite: `await make(residents_only=True)`."""
    made: list[District] = []

    async def one(**how: Any) -> District:
        folder = tmp_path / f"d{len(made)}"
        folder.mkdir()
        made.append(await District.make(folder, migrated_file, **how))
        return made[-1]

    yield one
    for district in made:
        district.close()


@pytest_asyncio.fixture
async def district(make: Make) -> District:
    """The sample district on SQLite."""
    return await make()


@pytest_asyncio.fixture
async def any_district(tmp_path: Path, database_url: str) -> AsyncIterator[District]:
    """The sample district on either database; the test runs twice."""
    made = await District.make(tmp_path, url=database_url)
    yield made
    made.close()
