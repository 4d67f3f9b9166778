"""Stays that are held at the same moment: for one place and its same half hours, and for many places; beside looking first.

Every stay takes of eighteen counters. The naive way reads the bookings, adds up who is there and writes; it runs in the
same run, from as many threads, and the half hours that it fills above the ratio are counted.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bot.house import House as Bot
from bot.store.people import Who
from bot.turn import Turn
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import ClassRoom, House
from dialogs.booking.service import holding
from dialogs.booking.service.holding import Child, Wish
from tests.bench import prepared
from tests.bench.report import Row, show, table
from tests.races import stays

AT_ONCE = 12
"""Threads: fewer than a bot has connections to read with, so that the naive way waits for its own work alone."""
PLACES = 64
MONTHS = 14
SPAN = counting.span_of(stays.SAFE, 9 * 60, 12 * 60)
Try = Callable[[Bot, Wish], object]


def measure(folder: Path, urls: dict[str, dict[str, str]], tries: int) -> None:
    """Print the table: so many tries by either way for one place with room for half of them, then for many places.

    `urls` of empty databases, by way and database.
    """
    rows, above = [], []
    for database in ("SQLite", "PostgreSQL"):
        for way, work in WAYS.items():
            own = Path(tempfile.mkdtemp(dir=folder))
            bot = prepared.house_of(own, urls[way][database])
            stays.settle(bot.ground, bot.store, 4 * tries)
            one, many = f"{way}: one", [f"{way}: {number}" for number in range(PLACES)]
            figures = [_timed(bot, work, [one], tries, 0), _timed(bot, work, many, tries, 2 * tries)]
            over = bot.store.read(partial(stays.above, house=house(one, tries), day=SPAN.day))
            bot.store.close()
            rows.append((f"{database}, {way}", *(f"{figure:,.0f}/s" for figure in figures), str(len(over))))
            if way == "Doorstep":
                above.append(Row(f"{database}: half hours above their ratio", str(len(over)), "0", not over))
    counters = len(counting.wanted(house("", tries), SPAN.day, _wish("", 1, tries).stays))
    note = f"{tries:,} tries by {AT_ONCE} threads, {counters} counters a stay; room for half of the tries"
    table("Stays held at the same moment", note, ("", "one place", f"{PLACES} places", "above ratio"), rows)
    show("", "", above)


def house(place: str, tries: int) -> House:
    """A place with room for half of the tries by its ratio."""
    carers = max(1, tries // 10)
    return House(
        place, dict.fromkeys(range(16, 36), carers), (ClassRoom("toddler", 12, 23, tries, 5),), licensed=tries
    )


def ours(bot: Bot, wish: Wish) -> object:
    """As the form does it."""
    return bot.store.write(
        lambda db: holding.hold(Turn(bot.ground, db, bot.ground.clock.now(), Who(1)), wish)
    )


def naively(bot: Bot, wish: Wish) -> object:
    """Look, then write."""
    if bot.store.read(partial(stays.above, house=wish.house, day=SPAN.day, more=wish)):
        return None
    return bot.store.write(partial(stays.naively, wanted=wish))


def _wish(place: str, child: int, tries: int) -> Wish:
    return Wish(house(place, tries), SPAN, (Child(child, MONTHS),))


def _timed(bot: Bot, work: Try, places: Sequence[str], tries: int, first: int) -> float:
    """Tries a second; children are numbered from `first`, one for each try."""
    wishes = [_wish(places[at % len(places)], first + at + 1, tries // len(places)) for at in range(tries)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        begin = time.perf_counter()
        list(threads.map(partial(work, bot), wishes))
        return tries / (time.perf_counter() - begin)


WAYS: dict[str, Try] = {"Doorstep": ours, "looks first": naively}
