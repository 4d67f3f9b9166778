"""What each process of the race for seats does: people sign up, wait, leave and come back, for dates of a few seats.

The naive way counts the rows and then writes one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from multiprocessing import get_context
from random import Random
from threading import Barrier

from bot.assembly import open_house
from bot.clock import VirtualClock, ms
from bot.settings import Settings
from bot.store.crew import Visitor
from bot.store.people import Who
from bot.store.session import Db, Store
from bot.turn import Ground, Turn
from dialogs import home
from dialogs.events.service import seats
from dialogs.events.service.seats import Wish
from knowledge.events import Calendar, Date

PROCESSES, PEOPLE, TRIES = 4, 12, 200
SAFE, NAIVE = date(2026, 12, 4), date(2026, 12, 11)
"""Two Fridays of an activity with three seats."""
EVENT = "crawlers"


def on(settings: Settings, day: date) -> Date:
    """The date that is raced for."""
    city = home(settings)
    found = Calendar(city.events, city.places).on(EVENT, day)
    assert found is not None
    return found


def settle(ground: Ground, store: Store) -> None:
    """Let the people live in an empty database."""
    now = ms(ground.clock.now())

    def move_in(db: Db) -> None:
        for _ in range(PEOPLE):
            db.run("INSERT INTO person (created, lang, plain, reminders) VALUES (:now, 'zh', 0, 1)", now=now)

    store.write(move_in)


def attempt(ground: Ground, wanted: Date, seed: str, db: Db) -> None:
    """One try: somebody signs up or waits, or does something about a seat that there is."""
    rng, now = Random(seed), ground.clock.now()
    turn = Turn(ground, db, now, Who(rng.randrange(1, PEOPLE + 1)))
    act = rng.choice(
        (*["take"] * 2, *["wait"] * 3, *["leave"] * 2, *["end"] * 3, *["offer"] * 4, *["accept"] * 4)
    )
    wish = Wish(wanted, rng.choice(("parent", "grandparent")))
    rows = db.all(
        "SELECT id FROM event_seat WHERE day = :day AND state <> 'cancelled' ORDER BY id",
        day=SAFE.isoformat(),
    )
    there = rng.choice(rows) if rows else None
    if act == "offer":
        seats.next_waiting(turn, wanted)
    elif act == "wait":
        seats.wait(turn, wish)
    elif act == "take" or there is None:
        seats.take(turn, wish)
    elif act == "leave":
        number = int(there["id"])
        _ = seats.leaves(turn, number, now) or seats.stays(turn, number)
    elif act == "accept":
        seats.moved(turn, int(there["id"]), ("offered",), "signed")
    else:
        seats.end(turn, int(there["id"]), ("signed", "leaving", "waiting"), "cancelled")


def taken(day: date, db: Db) -> int:
    """How many seats of a day are taken, by the rows."""
    listed = (*seats.TAKING, "offered")
    return int(
        db.value(
            f"SELECT count(*) FROM event_seat WHERE day = :day AND state IN {listed!r}", day=day.isoformat()
        )
    )


def naively(wanted: Date, person: int, db: Db) -> None:
    """Write a seat of which there was one when somebody looked."""
    db.run(
        "INSERT INTO event_seat (person_id, event, title, place, day, starts, ends, who, state, created)"
        " VALUES (:person, :event, '', '', :day, 0, 0, 'me', 'signed', 0) ON CONFLICT DO NOTHING",
        person=person,
        event=EVENT,
        day=wanted.day.isoformat(),
    )


def run(settings: Settings, now: datetime, number: int, all_there: Barrier) -> None:
    """Both races, one after the other; what any try raises ends the process."""
    house = open_house(settings, VirtualClock(now), crew=Visitor())
    ground, store = house.ground, house.store
    safe, naive = on(settings, SAFE), on(settings, NAIVE)
    all_there.wait(60)
    free = store.read(partial(taken, NAIVE)) < naive.event.seats
    all_there.wait(60)  # all have looked before anybody writes: no luck of the scheduler is needed
    works = [store.submit(partial(naively, naive, number))] if free else []
    works += [store.submit(partial(attempt, ground, safe, f"p{number} {one}")) for one in range(TRIES)]
    for work in works:
        work.result(120)
    store.close()


def together(settings: Settings, now: datetime, work: Callable[..., None] = run) -> list[int | None]:
    """Let all processes try at the same time; how each of them ended (0: well)."""
    context = get_context("forkserver")  # a clean process that has imported everything once, and forks
    context.set_forkserver_preload([__name__])
    all_there = context.Barrier(PROCESSES)
    running = [
        context.Process(target=work, args=(settings, now, number, all_there))
        for number in range(1, PROCESSES + 1)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    return [process.exitcode for process in running]
