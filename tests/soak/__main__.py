"""`python -m tests.soak [--quick] [--only NAME]… [--seed N] [--kills N]`: run the parts and print a table for each.

A part is one line in PARTS. Its random choices come from the seed, which is printed: a failure can be played again.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.report import show
from tests.servers import start_postgres
from tests.soak import day, kills, stays, upgrades, year
from tests.soak.part import Given, Part

PARTS: dict[str, tuple[str, Part]] = {
    "day": ("Ten thousand stays booked in a day", day.measure),
    "kills": ("Killed at random: conversations, draws, pushes", kills.measure),
    "stays": ("Tries for room at two places by several processes", stays.measure),
    "upgrades": ("Killed while the database is upgraded", upgrades.measure),
    "year": ("Twelve months of rounds on the virtual clock", year.measure),
}


def main() -> int:
    """Read the command line, run, say how it went. Returns 1 where something does not hold."""
    words = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    words.add_argument("--only", action="append", choices=PARTS, metavar="NAME", help=" ".join(PARTS))
    words.add_argument("--quick", action="store_true", help="small sizes: to see that it works")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--kills", type=int, help="how many kills in a part")
    words.add_argument("--keep", type=Path, metavar="DIR", help="leave databases and logs in this folder")
    given = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the bots are ended as well
    postgres = start_postgres(until=os.getpid())
    all_hold = True
    with tempfile.TemporaryDirectory(prefix="doorstep-soak-", ignore_cleanup_errors=True) as own:
        for name in given.only or PARTS:
            title, part = PARTS[name]
            folder = (given.keep or Path(own)) / name
            folder.mkdir(parents=True, exist_ok=True)
            begin = time.monotonic()
            rows = part(Given(given.quick, given.seed, given.kills, folder, postgres))
            note = f"seed {given.seed}, {time.monotonic() - begin:.0f} s{', QUICK' if given.quick else ''}"
            show(title, note, rows)
            all_hold &= all(row.holds is not False for row in rows)
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
