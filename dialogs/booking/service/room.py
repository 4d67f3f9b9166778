"""Room at a place on a day: what the house has less what is taken; and stays that take of it, all or none.

The rules say what a house has; `scarce` keeps what is taken of it. A counter is written when somebody takes of it first,
and follows the house whenever it is taken of again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot import scarce
from bot.store.session import Db
from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import House, Stay
from dialogs.booking.service.place import house as at_home

Taken = Mapping[str, tuple[int, int]]
"""(cap when it was last taken of, used) by counter."""


def taken(db: Db, place: str, first: date, last: date) -> Taken:
    """What is taken at a place on the days from `first` to `last`."""
    return scarce.below(db, counting.head(place, first), counting.head(place, last))


def left(db: Db, house: House, day: date, known: Taken | None = None) -> dict[str, int]:
    """What is left by counter; negative where more is taken than there is now. `known`: what is taken, if it was read."""
    found = scarce.below(db, counting.head(house.place, day)) if known is None else known
    return {name: cap - found.get(name, (0, 0))[1] for name, cap in counting.caps(house, day).items()}


def fits(left: Mapping[str, int], house: House, day: date, stays: Sequence[Stay]) -> bool:
    """Whether all of these find room in what is left. Between this and `take` somebody may be quicker."""
    return all(left.get(name, 0) >= units for name, units in counting.wanted(house, day, stays).items())


def take(
    db: Db, house: House, day: date, stays: Sequence[Stay], back: Mapping[str, int] | None = None
) -> dict[str, int] | None:
    """Take the room, all or none: what was taken by counter, to be given back by scarce.give_back.

    `back`, taken before at this or another place, is given back in the same move. None: too little is left, or the
    place's staff have changed the house since it was looked at.
    """
    wanted = counting.wanted(house, day, stays)
    return wanted if take_again(db, house, day, wanted, back) else None


def take_again(
    db: Db, house: House, day: date, wanted: Mapping[str, int], back: Mapping[str, int] | None = None
) -> bool:
    """Take what was taken before, by counter, all or none, of what the house has now. False as above."""
    caps = counting.caps(house, day)
    now = {name: caps.get(name, 0) for name in wanted}
    return at_home.still(db, house) and scarce.take(db, wanted, now, back)
