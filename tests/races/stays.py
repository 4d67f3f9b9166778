"""What each process of the race for room does, and how it is judged: from the rows of the bookings, not the counters.

Stays of children of several ages, siblings among them, at two places over half hours that overlap: held, booked,
moved, cancelled, undone, lapsed and booked late, by whoever comes upon a booking first. The naive way looks at the rows and
then writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from random import Random
from threading import Barrier
from typing import Any

from bot.assembly import open_house
from bot.clock import VirtualClock, ms
from bot.settings import Settings
from bot.store.crew import Visitor
from bot.store.people import Who
from bot.store.session import Db, Store
from bot.timers import Due
from bot.turn import Ground, Turn
from dialogs import home
from dialogs.booking.rules import counting, houses
from dialogs.booking.rules.counting import House
from dialogs.booking.service import changing, holding
from dialogs.booking.service.holding import Child, Wish

SAFE, NAIVE = date(2026, 12, 2), date(2026, 12, 3)
"""The days of the two races: a Wednesday and a Thursday."""
OPENS, CLOSES = 9 * 60, 16 * 60
"""Minutes of the day between which all stays lie."""
AGES = (7, 11, 13, 18, 23, 25, 30, 36)
CHILDREN, FAMILIES = 64, 8
"""Every process has all of them before it, so that two ask for one child, and reach for one booking, at a time."""
ABSENT = 7
"""Carers of the larger place who are not there: two are left, for classes with a ratio of their own each."""


@dataclass(frozen=True)
class Race:
    """Tries of each process by either way; `at_once` works are handed in at a time, and whoever acts on a booking reaches
    back among the latest `near`, so that two often reach for one. Choices come from the seed.
    """

    tries: int
    naive: int
    processes: int = 4
    at_once: int = 100
    near: int = 16
    seed: int = 1


def grounds(ground: Ground, day: date) -> tuple[House, House]:
    """The places of a day: one at home, at most five children and one to three; one with three classes."""
    known = {place.id: place for place in home(ground.settings).places}
    return houses.house(known["heting"], day), houses.house(known["liuyin"], day, fewer=ABSENT)


def settle(ground: Ground, store: Store, children: int = CHILDREN) -> None:
    """Let the families and their children live in an empty database."""
    now = ms(ground.clock.now())

    def move_in(db: Db) -> None:
        turn = Turn(ground, db, ground.clock.now())
        for _ in range(FAMILIES):
            db.run("INSERT INTO person (created, lang, plain, reminders) VALUES (:now, 'zh', 0, 1)", now=now)
        for number in range(children):
            db.run(
                "INSERT INTO subject (person_id, kind, name, created) VALUES (:person, 'child', :name, :now)",
                person=1 + number % FAMILIES,
                name=turn.seal(f"小宇{number}", "subject.name"),
                now=now,
            )

    store.write(move_in)


# -- what a process does ---------------------------------------------------------------------------------------------


def wish(rng: Random, both: Sequence[House], day: date) -> Wish:
    """One to three children for one to four hours at either place."""
    first = rng.randrange(OPENS, CLOSES - 60, 15)
    span = counting.span_of(day, first, min(CLOSES, first + rng.randrange(60, 250, 10)))
    some = rng.sample(range(CHILDREN), rng.choice((1, 1, 1, 2, 3)))
    return Wish(rng.choice(both), span, _aged([1 + number for number in some]))


def _aged(subjects: Sequence[int]) -> tuple[Child, ...]:
    return tuple(Child(subject, AGES[(subject - 1) % len(AGES)]) for subject in subjects)


def attempt(ground: Ground, both: Sequence[House], race: Race, seed: str, db: Db) -> str:
    """One try: a family wants some hours, or somebody does something about a booking that there is."""
    rng, now = Random(f"{race.seed} {seed}"), ground.clock.now()
    turn = Turn(ground, db, now, Who(rng.randrange(1, FAMILIES + 1)))
    highest = db.value("SELECT max(id) FROM booking WHERE day = :day", day=SAFE.isoformat())
    act = rng.choice(
        ("hold", "hold", "hold", "hold", "book", "cancel", "lapse", "leave", "move", "move", "move")
    )
    if act == "hold" or highest is None:
        held = holding.hold(turn, wish(rng, both, SAFE))
        return held if isinstance(held, str) else "held"
    there = db.one(
        "SELECT id, person_id FROM booking WHERE day = :day AND id >= :some ORDER BY id LIMIT 1",
        day=SAFE.isoformat(),
        some=rng.randint(max(1, int(highest) - race.near), int(highest)),
    )
    assert there is not None
    number = int(there["id"])
    turn.person = Who(int(there["person_id"]))
    if act == "book":
        return holding.book(turn, number)
    if act == "cancel":
        return f"cancel {holding.cancel(turn, number)}"
    if act == "move":
        own = [int(child["subject_id"]) for child in holding.children_of(turn, number)]
        return changing.move(turn, number, replace(wish(rng, both, SAFE), children=_aged(own)))
    if act == "leave":
        gone = holding.leaves(turn, number, now) or (holding.left if rng.random() < 0.5 else holding.stays)(
            turn, number
        )
        return f"leave {gone}"
    holding.lapse(turn, Due(0, holding.TIMER, str(number), now, {}, ""))
    return act


def naively(db: Db, wanted: Wish) -> None:
    """Write a stay for which there was room when somebody looked."""
    booking = db.value(
        "INSERT INTO booking (person_id, place, service, day, starts, ends, state, renewed, flexible, credit, taken,"
        " created) VALUES (1, :place, 'hourly', :day, :starts, :ends, 'booked', 0, 0, 0, '{}', 0) RETURNING id",
        place=wanted.house.place,
        day=wanted.span.day.isoformat(),
        starts=wanted.span.first,
        ends=wanted.span.last,
    )
    for child in wanted.children:
        db.run(
            "INSERT INTO booked_child (booking_id, subject_id, months) VALUES (:booking, :child, :months)",
            booking=booking,
            child=child.subject,
            months=child.months,
        )


def run(settings: Settings, now: datetime, race: Race, name: str, all_there: Barrier) -> None:
    """Both races, one after the other; what any try raises ends the process."""
    house = open_house(settings, VirtualClock(now), crew=Visitor())
    ground, store, rng = house.ground, house.store, Random(f"{race.seed} {name}")
    works: list[Future[Any]] = []
    all_there.wait(60)
    for _ in range(race.naive):
        wanted = wish(rng, grounds(ground, NAIVE), NAIVE)
        room = not store.read(partial(above, house=wanted.house, day=NAIVE, more=wanted))
        all_there.wait(60)  # all have looked before anybody writes: no luck of the scheduler is needed
        if room:
            store.write(partial(naively, wanted=wanted))
        all_there.wait(60)
    both = grounds(ground, SAFE)
    for number in range(race.tries):
        if number % race.at_once == 0:
            _done(works)
        works.append(store.submit(partial(attempt, ground, both, race, f"{name} {number}")))
    _done(works)
    store.close()


def _done(works: list[Future[Any]]) -> None:
    for work in works:
        work.result(120)
    works.clear()


def together(settings: Settings, now: datetime, race: Race) -> list[int | None]:
    """Let all processes try at the same time; how each of them ended (0: well)."""
    context = get_context("forkserver")  # a clean process that has imported everything once, and forks
    context.set_forkserver_preload([__name__])
    all_there = context.Barrier(race.processes)
    running = [
        context.Process(target=run, args=(settings, now, race, f"p{number}", all_there))
        for number in range(race.processes)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join()
    return [process.exitcode for process in running]


# -- how it is judged ------------------------------------------------------------------------------------------------


def above(db: Db, house: House, day: date, more: Wish | None = None) -> list[str]:
    """The half hours of a place in which more children are than may be, by the rows of bookings; with `more` as well.

    Says so in thirds, fifths and sevenths of a carer, without the units and counters of what it judges.
    """
    stays = [
        (int(row["starts"]), int(row["ends"]), int(row["months"]))
        for row in db.all(
            "SELECT b.starts, b.ends, c.months FROM booking b JOIN booked_child c ON c.booking_id = b.id"
            " WHERE b.place = :place AND b.day = :day AND b.state IN ('held', 'booked', 'leaving', 'came')",
            place=house.place,
            day=day.isoformat(),
        )
    ]
    if more is not None:
        stays += [(more.span.first, more.span.last, child.months) for child in more.children]
    found = []
    for slot, carers in house.carers.items():
        begins = slot * counting.SLOT_MINUTES
        ages = [age for first, last, age in stays if first < begins + counting.SLOT_MINUTES and last > begins]
        need = sum(Fraction(1, 3 if house.home or age < 12 else 5 if age < 24 else 7) for age in ages)
        classes = Counter(room.id for age in ages if (room := house.class_for(age)) is not None)
        if (
            need > carers
            or any(classes[room.id] > room.cap for room in house.classes)
            or (house.home and len(ages) > 5)
        ):
            found.append(f"{house.place} {day} {counting.at(slot):%H:%M}: ages {ages}, {carers} carers")
    return found


def judged(ground: Ground, day: date) -> Callable[[Db], list[str]]:
    """The half hours of a day that are above, at both places."""
    return lambda db: [line for house in grounds(ground, day) for line in above(db, house, day)]


def twice(db: Db, day: date) -> list[str]:
    """The children who would be at two places at a time, by the rows of bookings."""
    return [
        f"child {row['child']}: bookings {row['one']} and {row['other']}"
        for row in db.all(
            "SELECT c.subject_id AS child, a.id AS one, b.id AS other FROM booking a JOIN booked_child c ON"
            " c.booking_id = a.id JOIN booked_child d ON d.subject_id = c.subject_id JOIN booking b ON b.id ="
            " d.booking_id WHERE a.id < b.id AND a.day = :day AND b.day = :day AND a.starts < b.ends AND b.starts <"
            " a.ends AND a.state IN ('held', 'booked', 'came') AND b.state IN ('held', 'booked', 'came')",
            day=day.isoformat(),
        )
    ]


def wrong(ground: Ground, store: Store) -> list[str]:
    """What does not hold after a race: a half hour above, a child at two places, a counter beyond its bounds or not what the bookings take."""

    def look(db: Db) -> list[str]:
        beyond = db.all("SELECT key FROM scarce WHERE used > cap OR used < 0")
        return [
            *judged(ground, SAFE)(db),
            *twice(db, SAFE),
            *(f"{row['key']}: beyond its bounds" for row in beyond),
            *holding.recounted(Turn(ground, db, ground.clock.now())),
        ]

    return store.read(look)
