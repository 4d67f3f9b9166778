"""Two thousand tries by four processes for room at two places: no half hour above its ratio. Looking first oversells."""

from __future__ import annotations

from collections import Counter

from tests.races import stays
from tests.races.stays import Race
from tests.world import World

RACE = Race(tries=500, naive=25)
ACTS = ("held", "booked", "cancelled", "lapsed", "leaving", "changed")


async def test_no_half_hour_is_ever_above_its_ratio_and_looking_first_is_not_enough(any_world: World) -> None:
    ground, store = any_world.house.ground, any_world.house.store
    stays.settle(ground, store)
    assert stays.together(any_world.settings, any_world.now, RACE) == [0] * RACE.processes
    assert store.read(stays.judged(ground, stays.NAIVE)), (
        "the race is none: even looking before writing holds"
    )
    assert store.read(lambda db: stays.twice(db, stays.NAIVE)), "no child was wanted at two places"
    assert stays.wrong(ground, store) == []
    acts = Counter(row["act"] for row in any_world.rows("SELECT act FROM audit"))
    assert all(acts[f"booking.{act}"] > 5 for act in ACTS), acts
    full = any_world.rows(
        "SELECT key FROM scarce WHERE key LIKE 'care/heting/%/heads' AND used >= cap - 1"
        " UNION SELECT key FROM scarce WHERE key LIKE 'care/liuyin/%/care' AND used > cap - 35"
    )
    assert len(full) > 5, "nobody wanted what another had"
