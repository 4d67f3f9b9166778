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


def left(db: Db, house: House, day: date, enrolled: Sequence[Stay] = ()) -> dict[str, int]:
    """What is left by counter; negative where more is taken than there is now."""
    taken = scarce.below(db, counting.head(house.place, day))
    return {
        name: cap - taken.get(name, (0, 0))[1] for name, cap in counting.caps(house, day, enrolled).items()
    }


def fits(left: Mapping[str, int], house: House, day: date, stays: Sequence[Stay]) -> bool:
    """Whether all of these find room in what is left. Between this and `take` somebody may be quicker."""
    return all(left.get(name, 0) >= units for name, units in counting.wanted(house, day, stays).items())


def take(
    db: Db, house: House, day: date, stays: Sequence[Stay], enrolled: Sequence[Stay] = ()
) -> dict[str, int] | None:
    """Take the room, all or none: what was taken by counter, to be given back by scarce.give_back; None: too little."""
    wanted = counting.wanted(house, day, stays)
    caps = counting.caps(house, day, enrolled)
    return wanted if scarce.take(db, wanted, {name: caps.get(name, 0) for name in wanted}) else None
