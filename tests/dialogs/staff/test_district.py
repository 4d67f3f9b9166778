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
    assert "核对券码" not in told


async def test_the_counter_is_asked_for_in_ones_own_chat(any_world: World) -> None:
    world = any_world
    world.staff("chen", "counter")
    world.staff("teacher", "centre", "liuyin")
    for word in ("柜台", "窗口", "counter"):
        await world.say("chen", word)
        assert world.last("chen").message.keys == ("staff.counter",), word
    told = world.last("chen")
    assert "/desk" in told.text
    code = world.find(r"<code>([0-9A-Z]{4} [0-9A-Z]{4} [0-9A-Z]{4})</code>").replace(" ", "")
    assert told.message.buttons[0][0].url.endswith(f"/desk/in/{code}")
    assert len(world.rows("SELECT id FROM counter_login WHERE ended IS NULL")) == 1, "the last code counts"
    await world.say("teacher", "柜台")
    assert "staff.counter" not in world.keys("teacher")
