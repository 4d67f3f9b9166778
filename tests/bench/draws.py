"""A large draw while people go on talking: the order alone, then a real process that finds everything due."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.clock import instant
from bot.store.session import Db, Store, sqlite_url
from dialogs.voucher import draw
from tests.bench import prepared
from tests.bench.contenders import doorstep
from tests.bench.farend import FarEnd
from tests.bench.load import Taken, opened, says
from tests.bench.report import Row, judged, show

TALK_PER_S = 20
AFTER_S = 10.0
"""People go on talking so long while the full queue of results is being sent."""
LONGEST_S = 100.0
NEW = 30 * 10**9


@dataclass
class Seen:
    """What a look into the database shows: how many are told, and when each part of the round began (seconds)."""

    done: bool = False
    told: int = 0
    began: dict[str, float] = field(default_factory=dict)
    last_told: float = 0.0


def look(db: Db) -> Seen:
    """The round's progress, from rows that the timers leave."""
    began = {
        row["act"]: instant(int(row["at"])).timestamp()
        for row in db.all(
            "SELECT act, at FROM audit WHERE act IN ('round.frozen', 'round.drawn', 'round.published')"
        )
    }
    told = db.one("SELECT count(*) AS n, max(told) AS last FROM voucher_ticket WHERE told IS NOT NULL")
    done = db.value("SELECT 1 FROM timer WHERE kind = 'voucher.publish' AND state = 'done'")
    count, last = (0, 0) if told is None else (int(told["n"]), int(told["last"] or 0))
    return Seen(done is not None, count, began, last / 1000)


def order_s(tickets: int) -> float:
    """Seconds that the order of so many tickets takes."""
    entries = [(f"m{n % 3}", f"{n:09d}") for n in range(tickets)]
    start = time.perf_counter()
    draw.run("2026-12", bytes(32), entries, {"m0": 200, "m1": 800, "m2": 800})
    return time.perf_counter() - start


async def measure(far: FarEnd, root: str, folder: Path, urls: dict[str, str], tickets: int) -> None:
    """The draw of so many tickets on each database, with people talking meanwhile."""
    rows = [judged(f"order of {tickets:,} tickets", await asyncio.to_thread(order_s, tickets), "s", 2)]
    for database, url in urls.items():
        home = folder / f"draw-{database}"
        home.mkdir()
        await asyncio.to_thread(prepared.full_round, home, url, tickets)
        rows += await _one(far, root, home, url, database, tickets)
    show(
        f"Draw of {tickets:,} tickets, {TALK_PER_S} keywords a second meanwhile",
        "frozen, drawn, places, vouchers and results as timers of the real process; results leave at their pace",
        rows,
    )


async def _one(far: FarEnd, root: str, home: Path, url: str, database: str, tickets: int) -> list[Row]:
    store = Store(url or sqlite_url(home / "data" / "doorstep.db"))
    seen, queued_at = Seen(), 0.0
    async with doorstep(far, root, home, url) as bot:
        start = time.monotonic()

        async def watch() -> None:
            nonlocal seen, queued_at
            while not seen.done and time.monotonic() - start < LONGEST_S:
                seen = await asyncio.to_thread(store.read, look)
                await asyncio.sleep(0.5)
            queued_at = time.monotonic()

        watching = asyncio.create_task(watch())
        updates = (says(NEW + n, "voucher") for n in itertools.count())
        during = await opened(far, bot.target, updates, TALK_PER_S, until=watching.done)
        await watching
        after = await opened(
            far, bot.target, itertools.islice(updates, int(TALK_PER_S * AFTER_S)), TALK_PER_S
        )
        peak = bot.megabytes("VmHWM")
    store.close()
    return _rows(database, tickets, seen, during, after, peak)


def _rows(database: str, tickets: int, seen: Seen, during: Taken, after: Taken, peak: float) -> list[Row]:
    began = seen.began
    spans = [
        ("frozen and listed", "round.frozen", "round.drawn"),
        ("drawn, places written", "round.drawn", "round.published"),
    ]
    rows = [
        Row(f"{database}: {what}", f"{began[end] - began[begin]:.1f} s")
        for what, begin, end in spans
        if end in began
    ]
    if seen.done and "round.drawn" in began:
        rows.append(
            judged(
                f"{database}: places, rows and results queued", seen.last_told - began["round.drawn"], "s", 30
            )
        )
    else:
        rows.append(
            Row(
                f"{database}: places, rows and results queued",
                f"{seen.told:,} of {tickets:,} in {LONGEST_S:.0f} s",
                "< 30 s",
                False,
            )
        )
    return [
        *rows,
        judged(f"{database}: replies meanwhile, p95", during.ms(95), "ms", 250),
        Row(f"{database}: slowest, and lost", f"{during.ms(100):,.0f} ms, {during.lost + during.refused}"),
        judged(f"{database}: replies while {tickets:,} results wait, p95", after.ms(95), "ms", 250),
        judged(f"{database}: memory at most", peak, "MB", 400),
    ]
