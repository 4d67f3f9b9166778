"""What a place has on one day, as the pack says and as the place itself has changed it.

Its staff change it while families book. Every change is numbered, and a stay takes room only in a house whose number is
still the latest one (`room.take`): whoever looked before the change looks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot import scarce
from bot.store.session import Db, Row
from dialogs.booking.rules import counting, houses, roster
from dialogs.booking.rules.counting import House
from dialogs.booking.rules.roster import Regular
from dialogs.booking.service.place import stops
from knowledge.places import Place


def on(db: Db, place: Place, day: date) -> House:
    """The place on that day; every question of room is asked of this, and of nothing else."""
    house = houses.house(place, day)
    # Before everything else: a change that is missed below leaves a number that is no longer the latest.
    changes = changed(db, place.id)
    if not changes:
        return house
    house = replace(
        house,
        changes=changes,
        carers=_present(house, carers_off(db, place.id, day)),
        enrolled=roster.stays([regular(row) for row in expected(db, place.id, day)], day),
    )
    return stops.left_of(db, place, day, house)


def changed(db: Db, place: str) -> int:
    """How often staff have changed what the place has."""
    found = scarce.count(db, _key(place))
    return 0 if found is None else found[1]


def still(db: Db, house: House) -> bool:
    """Whether nobody has changed the house since it was looked at; from now to the end of the transaction nobody does."""
    if db.postgres:
        db.value("SELECT pg_advisory_xact_lock_shared(hashtext(:key))", key=_key(house.place))
    return changed(db, house.place) == house.changes


def change(db: Db, place: str) -> None:
    """Number a change, before it is made: it waits for those who are taking room in the house as it was."""
    if db.postgres:
        db.value("SELECT pg_advisory_xact_lock(hashtext(:key))", key=_key(place))
    scarce.next_number(db, _key(place))


def carers_off(db: Db, place: str, day: date) -> list[Row]:
    """(id, starts, ends, fewer) of the carers who are not there on a day, in the order of coming off."""
    return db.all(
        "SELECT id, starts, ends, fewer FROM carer_off WHERE place = :place AND day = :day ORDER BY starts, id",
        place=place,
        day=day.isoformat(),
    )


def expected(db: Db, place: str, day: date) -> list[Row]:
    """The rows of the roster that are good on a day, without those who are absent; not each of them comes on it."""
    return db.all(
        "SELECT * FROM enrolled e WHERE place = :place AND since <= :day AND (until = '' OR until >= :day) AND NOT EXISTS"
        " (SELECT 1 FROM enrolled_absent a WHERE a.enrolled_id = e.id AND a.day = :day) ORDER BY id",
        place=place,
        day=day.isoformat(),
    )


def regular(row: Row) -> Regular:
    """When a child of the roster comes."""
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return Regular(
        row["born"],
        row["weekdays"],
        int(row["starts"]),
        int(row["ends"]),
        date.fromisoformat(row["since"]),
        until,
    )


def _present(house: House, off: Iterable[Row]) -> dict[int, int]:
    """The carers of each half hour; one who is away for a part of it is away."""
    present = dict(house.carers)
    for row in off:
        for slot in counting.touched(int(row["starts"]), int(row["ends"])):
            if slot in present:
                present[slot] = max(0, present[slot] - int(row["fewer"]))
    return present


def _key(place: str) -> str:
    return f"house/{place}"
