"""What each process of the race for the same weeks does: families of one weekday and hour ask for every week at once, then
some give them up while the others ask again. Of the weeks that follow the place can look after three of six infants."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from threading import Barrier
from typing import Any

from bot.assembly import open_house
from bot.clock import VirtualClock
from bot.settings import Settings
from bot.store.crew import Visitor
from bot.store.people import Who
from bot.store.session import Db, Store
from bot.turn import Ground, Turn
from dialogs import home
from dialogs.booking.rules import counting, houses
from dialogs.booking.service import holding, series
from dialogs.booking.service.holding import Child, Wish
from dialogs.booking.service.place import carers
from dialogs.booking.service.place import house as at_home
from knowledge.places import Place
from tests.races import stays

PROCESSES, FAMILIES, ROOM = 3, 6, 3
HOURS = (14 * 60, 16 * 60)
INFANT = 10
"""Months."""
SAFE, NAIVE = date(2026, 12, 2), date(2026, 12, 3)
"""The first days of the two races: a Wednesday and a Thursday."""
WEEKS = 4


def weeks(first: date) -> list[date]:
    """The days that are fought for."""
    return [first + timedelta(weeks=week) for week in range(1, WEEKS + 1)]


def place(ground: Ground) -> Place:
    """A place with enough carers on the first day, and one on the days behind it."""
    return next(one for one in home(ground.settings).places if one.id == "liuyin")


def settle(ground: Ground, store: Store) -> None:
    """Every family has a child and its stay of the first day; then carers are away for weeks."""
    stays.settle(ground, store, FAMILIES)

    def begin(db: Db) -> None:
        there, now = place(ground), ground.clock.now()
        for family in range(1, FAMILIES + 1):
            turn = Turn(ground, db, now, Who(family))
            span = counting.span_of(SAFE, *HOURS)
            held = holding.hold(turn, Wish(houses.house(there, SAFE), span, (Child(family, INFANT),)))
            assert isinstance(held, int)
            assert holding.book(turn, held) == "booked"
        many = max(houses.house(there, SAFE).carers.values())
        for day in (*weeks(SAFE), *weeks(NAIVE)):
            carers.off(Turn(ground, db, now, Who(1)), there, day, 8 * 60, 18 * 60, many - 1)

    store.write(begin)


def turn_of(ground: Ground, db: Db, family: int) -> Turn:
    """A turn of a family."""
    return Turn(ground, db, ground.clock.now(), Who(family))


def first_of(db: Db, family: int) -> dict[str, Any]:
    """The family's stay of the first day."""
    row = db.one(
        "SELECT id, series FROM booking WHERE person_id = :family AND day = :day AND state = 'booked'",
        family=family,
        day=SAFE.isoformat(),
    )
    assert row is not None
    return dict(row)


def ask(ground: Ground, family: int, db: Db) -> None:
    """每周都要."""
    series.every_week(
        turn_of(ground, db, family), {"booking": first_of(db, family)["id"]}, home(ground.settings)
    )


def stop_or_ask(ground: Ground, family: int, db: Db) -> None:
    """Whoever has weeks gives them up, at once; whoever has none asks again."""
    turn = turn_of(ground, db, family)
    row = first_of(db, family)
    if row["series"] is None:
        ask(ground, family, db)
        return
    later = db.all(
        "SELECT id FROM booking WHERE series = :series AND id <> :first AND state = 'booked'",
        series=row["series"],
        first=row["id"],
    )
    holding.cancel_all(turn, [int(one["id"]) for one in later])


def above(ground: Ground, db: Db, first: date, more: bool = False) -> list[str]:
    """The half hours of the weeks in which more children are than may be; with `more` as if one infant came as well."""
    there = place(ground)
    found = []
    for day in weeks(first):
        house = at_home.on(db, there, day)
        wish = Wish(house, counting.span_of(day, *HOURS), (Child(1, INFANT),)) if more else None
        found += stays.above(db, house, day, wish)
    return found


def naively(ground: Ground, family: int, db: Db) -> None:
    """Write all weeks, for which there was room when somebody looked."""
    for day in weeks(NAIVE):
        wish = Wish(
            at_home.on(db, place(ground), day), counting.span_of(day, *HOURS), (Child(family, INFANT),)
        )
        stays.naively(db, wish)


def booked(db: Db) -> list[int]:
    """How many stand on each of the weeks."""
    return [
        int(
            db.value(
                "SELECT count(*) FROM booking WHERE day = :day AND state = 'booked'", day=day.isoformat()
            )
        )
        for day in weeks(SAFE)
    ]


def run(settings: Settings, now: Any, name: int, all_there: Barrier) -> None:
    """Both races, one after the other; what any try raises ends the process."""
    house = open_house(settings, VirtualClock(now), crew=Visitor())
    ground, store = house.ground, house.store
    families = range(name + 1, FAMILIES + 1, PROCESSES)
    all_there.wait(60)
    free = [family for family in families if not store.read(lambda db: above(ground, db, NAIVE, more=True))]
    all_there.wait(60)
    _done([store.submit(partial(naively, ground, one)) for one in free])
    all_there.wait(60)
    _done([store.submit(partial(ask, ground, one)) for one in families])
    all_there.wait(60)
    assert store.read(booked) == [ROOM] * WEEKS, "no more than fit, and no room is left that somebody wanted"
    all_there.wait(60)
    _done([store.submit(partial(stop_or_ask, ground, one)) for one in families])
    store.close()


def _done(works: list[Future[Any]]) -> None:
    for work in works:
        work.result(60)


def together(settings: Settings, now: Any) -> list[int | None]:
    """Let all processes ask at the same time; how each of them ended (0: well)."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    all_there = context.Barrier(PROCESSES)
    running = [
        context.Process(target=run, args=(settings, now, name, all_there)) for name in range(PROCESSES)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join()
    return [process.exitcode for process in running]
