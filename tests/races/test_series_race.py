"""Six families ask for the same weeks at once, of which three find room on each: nobody above the ratio, no counter wrong."""

from __future__ import annotations

from bot.turn import Turn
from dialogs.booking.service import holding
from tests.races import weekly
from tests.world import World


async def test_the_same_weeks_asked_for_at_once_are_given_as_often_as_there_is_room(any_world: World) -> None:
    ground, store = any_world.house.ground, any_world.house.store
    weekly.settle(ground, store)
    assert weekly.together(any_world.settings, any_world.now) == [0] * weekly.PROCESSES
    assert store.read(lambda db: weekly.above(ground, db, weekly.NAIVE)), "even looking before writing holds"
    assert store.read(lambda db: weekly.above(ground, db, weekly.SAFE)) == []
    assert max(store.read(weekly.booked)) <= weekly.ROOM
    assert store.write(lambda db: holding.recounted(Turn(ground, db, any_world.now))) == []
    double = any_world.rows(
        "SELECT person_id, day FROM booking WHERE state = 'booked' AND taken <> '{}' GROUP BY person_id, day HAVING count(*) > 1"
    )
    assert double == []
