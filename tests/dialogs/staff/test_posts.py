"""Invitations: accepted once, within two days, by whoever holds the code; ended by name."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from bot.store import staff
from bot.store.session import Db
from tests.dialogs.account.town import Town


def _invite(town: Town, role: str = "centre", place: str = "P01", name: str = "Lan") -> str:
    keys, now = town.house.ground.keys, town.now
    return town.house.store.write(
        lambda db: staff.invite(db, keys, role, place, name, now, Random(name + role))
    )


async def test_an_invitation_typed_gives_the_post_at_its_place(any_town: Town) -> None:
    town = any_town
    code = _invite(town)
    await town.say("lan", f"入职 {code}")
    assert "Lan" in town.last("lan").text
    assert "P01" in town.last("lan").text
    assert town.rows("SELECT role, place, until FROM staff WHERE name = 'Lan'") == [
        {"role": "centre", "place": "P01", "until": None}
    ]
    await town.say("lan", "值班")
    assert town.keys("lan")[-1] == "staff.help"


async def test_a_link_opens_it_too_and_small_letters_do(town: Town) -> None:
    code = _invite(town, role="duty", place="")
    await town.say("lan", f"/start staff_{code.lower()}")
    assert town.keys("lan")[-1] == "onboard.welcome.said"
    await town.say("lan", "待办")
    assert town.keys("lan")[-1] == "staff.no_cases"


async def test_only_the_hash_of_a_code_is_kept(town: Town) -> None:
    code = _invite(town)
    [row] = town.rows("SELECT * FROM invite")
    assert code not in str(row)


async def test_a_used_code_serves_nobody_else(town: Town) -> None:
    code = _invite(town)
    await town.say("lan", f"入职 {code}")
    await town.say("thief", f"入职 {code}")
    assert town.keys("thief")[-1] == "onboard.used.said"
    assert len(town.rows("SELECT id FROM staff WHERE name = 'Lan'")) == 1


async def test_a_code_ends_after_48_hours(town: Town) -> None:
    code = _invite(town)
    await town.forward(hours=47, minutes=59)
    early = _invite(town, name="Mei")
    await town.forward(minutes=1)
    await town.say("lan", f"入职 {code}")
    assert town.keys("lan")[-1] == "onboard.expired.said"
    await town.say("mei", f"入职 {early}")
    assert town.keys("mei")[-1] == "onboard.welcome.said"


async def test_an_unknown_code_is_asked_again(town: Town) -> None:
    await town.say("lan", "入职")
    await town.say("lan", "23456789ABCD")
    assert "onboard.wrong" in town.keys("lan")
    await town.say("lan", "？？")
    assert "12 位" in town.last("lan").text
    await town.say("lan", _invite(town))
    assert town.keys("lan")[-1] == "onboard.welcome.said"


async def test_in_a_group_no_code_is_taken(town: Town) -> None:
    code = _invite(town)
    await town.say("lan", f"入职 {code}", chat="square")
    assert town.keys("lan")[-1] == "common.group"
    await town.say("lan", f"入职 {code}")
    assert town.keys("lan")[-1] == "onboard.welcome.said"


async def test_revoking_ends_the_posts_and_the_open_invitations(town: Town) -> None:
    taken, waiting = _invite(town, role="duty", place=""), _invite(town, role="counter", place="")
    await town.say("lan", f"入职 {taken}")
    assert town.house.store.write(lambda db: staff.revoke(db, "Lan", town.now)) == 2
    await town.say("lan", "待办")
    assert town.keys("lan")[-1].startswith("questions.")
    await town.say("lan", f"入职 {waiting}")
    assert town.keys("lan")[-1] == "onboard.expired.said"
    assert town.house.store.write(lambda db: staff.revoke(db, "Lan", town.now)) == 0


async def test_the_listing_shows_posts_and_open_invitations(town: Town) -> None:
    code = _invite(town)
    await town.say("lan", f"入职 {code}")
    _invite(town, role="auditor", place="", name="Zhou")

    def listed(later: timedelta = timedelta(0)) -> list[tuple[str, str, str]]:
        def look(db: Db) -> list[tuple[str, str, str]]:
            return [(row["name"], row["role"], row["state"]) for row in staff.listing(db, town.now + later)]

        return town.house.store.read(look)

    assert listed() == [
        ("Lan", "centre", "active"),
        ("Zhou", "auditor", "invited"),
        ("boss", "admin", "active"),
        ("duty", "duty", "active"),
    ]
    assert ("Zhou", "auditor", "invited") not in listed(timedelta(hours=48))


@pytest.mark.parametrize(("role", "name"), [("king", "Lan"), ("duty", " ")])
async def test_a_role_that_does_not_exist_or_nobody_cannot_be_invited(
    town: Town, role: str, name: str
) -> None:
    with pytest.raises(ValueError):
        _invite(town, role=role, name=name)


async def test_five_unknown_invitations_rest_for_an_hour(town: Town) -> None:
    code = _invite(town)
    for letter in "23456":
        await town.say("guesser", f"入职 {letter * 12}")
        await town.say("guesser", "取消") if letter != "6" else None
    assert town.keys("guesser")[-1] == "onboard.limited.said"
    await town.say("guesser", f"入职 {code}")
    assert town.keys("guesser")[-1] == "onboard.limited.said", "the right one no longer helps"
    await town.say("lan", f"入职 {code}")
    assert town.keys("lan")[-1] == "onboard.welcome.said", "nobody else is kept out"
