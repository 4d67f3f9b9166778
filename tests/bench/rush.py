"""The last minute of a round: half of the people send the keyword, the other half their last confirmation."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.bench import prepared
from tests.bench.contenders import doorstep
from tests.bench.farend import FarEnd
from tests.bench.load import opened, says
from tests.bench.report import Row, judged, show

P95_MS = {"SQLite": 250.0, "PostgreSQL": 500.0}
FORMS, NEW = 20 * 10**9, 21 * 10**9


async def measure(
    far: FarEnd, root: str, folder: Path, urls: dict[str, str], people: int, seconds: float
) -> None:
    """So many people of each kind within so many seconds, on each database; then the memory that is left in use."""
    rows = []
    for database, url in urls.items():
        home = folder / f"rush-{database}"
        home.mkdir()
        confirm = await asyncio.to_thread(prepared.fill_in, home, url, range(FORMS, FORMS + people))
        updates = [says(NEW + n, "voucher") for n in range(people)] + [
            confirm(FORMS + n) for n in range(people)
        ]
        random.Random(11).shuffle(updates)
        async with doorstep(far, root, home, url) as bot:
            before = bot.megabytes()
            taken = await opened(far, bot.target, updates, len(updates) / seconds)
            await asyncio.sleep(1.0)
            after = bot.megabytes()
        tickets, children = await asyncio.to_thread(prepared.tickets, home, url)
        rows += [
            Row(
                f"{database}: turns, of {len(updates):,}",
                f"{len(taken.times):,} in {taken.window_s:.0f} s",
                "all, none lost",
                len(taken.times) == len(updates) and not taken.refused,
            ),
            Row(f"{database}: p50", f"{taken.ms(50):,.1f} ms"),
            judged(f"{database}: p95", taken.ms(95), "ms", P95_MS[database]),
            Row(f"{database}: p99", f"{taken.ms(99):,.1f} ms"),
            Row(
                f"{database}: tickets, for {people:,} confirmations",
                f"{tickets:,}",
                "one a child",
                tickets == children == people,
            ),
            Row(
                f"{database}: resident memory after {len(updates):,} conversations",
                f"{after:,.0f} MB, {before:,.0f} at first",
            ),
        ]
    show(
        f"Rush: {people:,} keywords and {people:,} last confirmations in {seconds:.0f} s",
        "webhook -> reply at the API server, which is after the commit; pacing on",
        rows,
    )
