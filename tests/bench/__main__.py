"""`python -m tests.bench [--quick] [PART …]`: measure and print; parts are turns, rush, draw, start, search, directory, stays (all by default).

One core is for the bot under test, another for the load and the Bot API server; PostgreSQL, with fsync on, may use
both (the draw is measured on SQLite only). Figures are worth what the machine was: its load is printed with them.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from tests.bench import draws, finding, rooms, rush, searching, start, turns
from tests.bench.farend import FarEnd
from tests.bench.process import OURS, THEIRS, pin
from tests.servers import Postgres, start_postgres

PARTS = ("turns", "rush", "draw", "start", "search", "directory", "stays")
HONEST = ("fsync", "full_page_writes", "synchronous_commit")


async def bench(parts: list[str], quick: bool, postgres: Postgres, folder: Path) -> None:
    """Measure the parts one after another."""
    pin()
    far = FarEnd()
    root = await far.open()

    def both(name: str) -> dict[str, str]:
        return {"SQLite": "", "PostgreSQL": postgres.create_database(name)}

    if "turns" in parts:
        await turns.measure(
            far, root, folder, postgres.create_database("turns"), 1 if quick else 3, 1.0 if quick else 2.0
        )
    if "rush" in parts:
        await rush.measure(far, root, folder, both("rush"), 500 if quick else 5_000, 6 if quick else 60)
    if "draw" in parts:
        await draws.measure(far, root, folder, {"SQLite": ""}, 5_000 if quick else 130_000)
    if "start" in parts:
        await start.measure(far, root, folder)
    if "search" in parts:
        searching.measure()
    if "directory" in parts:
        finding.measure(10_000, 60 if quick else 400)
    if "stays" in parts:
        urls = {way: both(f"stays_{number}") for number, way in enumerate(rooms.WAYS)}
        rooms.measure(folder, urls, 200 if quick else 2_000)


def main() -> None:
    """Read the command line, prepare, measure."""
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    words.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    words.add_argument(
        "--quick", action="store_true", help="small sizes: to see that it works, not to be quoted"
    )
    given = words.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        words.error(f"no part {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the bots are ended as well
    postgres = start_postgres(until=os.getpid())
    for setting in HONEST:
        postgres.execute(f"ALTER SYSTEM SET {setting} = on")
    postgres.execute("SELECT pg_reload_conf()")
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(
        f"{os.cpu_count()} cores, load before {load}, Python {platform.python_version()}; bots on core {THEIRS},"
        f" load and API on core {OURS}{'; QUICK, small sizes' if given.quick else ''}"
    )
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-", ignore_cleanup_errors=True) as folder:
        uvloop.run(bench(given.parts or list(PARTS), given.quick, postgres, Path(folder)))
    print(
        f"\nmeasured in {time.monotonic() - begin:.0f} s; load after {', '.join(f'{p:.1f}' for p in os.getloadavg())}"
    )


if __name__ == "__main__":
    main()
