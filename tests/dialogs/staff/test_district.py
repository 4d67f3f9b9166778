"""Staff's help in the sample district: what each may type, as it is typed there."""

from __future__ import annotations

from tests.world import World


async def test_a_centre_and_an_admin_are_told_their_words(world: World) -> None:
    world.staff("teacher", "centre", "liuyin")
    world.staff("boss", "admin")
    await world.say("teacher", "值班")
    told = world.last("teacher").text
    assert "核销" in told
    assert "liuyin" not in told
    assert "启用" not in told
    await world.say("boss", "值班")
    told = world.last("boss").text
    assert "启用 voucher" in told
    assert "公布" in told
    assert "核销" not in told
