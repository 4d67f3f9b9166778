"""Four processes sign up, wait, leave and are offered what came free, for three seats: never a fourth. Counting first oversells."""

from __future__ import annotations

from collections import Counter
from functools import partial

from bot import scarce
from tests.races import sitters
from tests.world import World


async def test_no_date_ever_has_more_people_than_seats_and_counting_first_is_not_enough(
    any_world: World,
) -> None:
    ground, store = any_world.house.ground, any_world.house.store
    sitters.settle(ground, store)
    wanted = sitters.on(any_world.settings, sitters.SAFE)
    assert sitters.together(any_world.settings, any_world.now) == [0] * sitters.PROCESSES
    assert store.read(partial(sitters.taken, sitters.NAIVE)) > wanted.event.seats, "even counting first holds"
    sold = store.read(partial(sitters.taken, sitters.SAFE))
    assert sold <= wanted.event.seats
    assert store.read(lambda db: scarce.count(db, wanted.key)) == (wanted.event.seats, sold)
    acts = Counter(row["act"] for row in any_world.rows("SELECT act FROM audit"))
    assert all(
        acts[f"events.{act}"] > 1 for act in ("signed", "waiting", "leaving", "cancelled", "offered")
    ), acts
    twice = any_world.rows(
        "SELECT person_id FROM event_seat WHERE day = '2026-12-04' AND state IN ('waiting', 'offered', 'signed',"
        " 'leaving') GROUP BY person_id, who HAVING count(*) > 1"
    )
    assert twice == [], "nobody has two seats of one date"
