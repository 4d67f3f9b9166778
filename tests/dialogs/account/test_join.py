"""Two addresses become one person: by a code shown at one and typed at the other."""

from __future__ import annotations

from tests.dialogs.account.town import Town


async def _code(town: Town, who: str) -> str:
    await town.say(who, "关联")
    return town.find(r"关联 (\d{6})")


async def test_joining_moves_everything_and_tells_both(any_town: Town) -> None:
    town = any_town
    town.registered("mama")
    await town.say("papa", "找人")
    keep, other = town.person("mama"), town.person("papa")
    town.neighbour.owners.append(other)

    code = await _code(town, "mama")
    assert "两边都看得到" in town.last("mama").text
    await town.say("papa", f"关联 {code[:3]} {code[3:]}")
    assert "两边都看得到" in town.last("papa").text
    assert town.person("papa") == other, "nothing moves before the second side agreed"
    await town.press("papa", "是，关联")

    assert town.person("papa") == town.person("mama") == keep
    assert town.neighbour.moved == [(keep, other)]
    assert "join.told" in town.keys("mama")
    assert town.rows("SELECT DISTINCT person_id FROM desk_case") == [{"person_id": keep}]
    await town.say("papa", "我的")
    assert town.keys("papa")[-3:] == ["account.case", "account.revoked_before", "account.revoked_before"]


async def test_a_code_counts_once_and_for_ten_minutes(town: Town) -> None:
    code = await _code(town, "mama")
    await town.forward(minutes=11)
    await town.say("papa", f"关联 {code}")
    assert "join.wrong" in town.keys("papa")

    newer = await _code(town, "mama")
    await town.say("papa", newer)
    await town.press("papa", "是，关联")
    assert "join.joined.said" in town.keys("papa")
    await town.say("thief", f"关联 {newer}")
    assert "join.wrong" in town.keys("thief")
    assert town.person("thief") != town.person("mama")


async def test_a_code_that_runs_out_before_the_yes_joins_nobody(town: Town) -> None:
    code = await _code(town, "mama")
    await town.say("papa", f"关联 {code}")
    await town.forward(minutes=11)
    await town.press("papa", "是，关联")
    assert town.keys("papa")[-1] == "join.gone.said"
    assert town.person("papa") != town.person("mama")


async def test_a_newer_code_replaces_the_older_one(town: Town) -> None:
    old = await _code(town, "mama")
    new = await _code(town, "mama")
    await town.say("papa", f"关联 {old}")
    assert ("join.wrong" in town.keys("papa")) == (old != new)


async def test_no_means_no(town: Town) -> None:
    code = await _code(town, "mama")
    await town.say("papa", f"关联 {code}")
    await town.press("papa", "不关联")
    assert town.keys("papa")[-1] == "join.cancelled.said"
    assert town.person("papa") != town.person("mama")


async def test_ones_own_code_is_told(town: Town) -> None:
    code = await _code(town, "mama")
    await town.say("mama", f"关联 {code}")
    assert town.keys("mama")[-1] == "join.own.said"


async def test_five_wrong_codes_rest_for_an_hour(town: Town) -> None:
    code = await _code(town, "mama")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    await town.say("thief", f"关联 {wrong}")
    for _ in range(4):
        await town.say("thief", wrong)
    assert town.keys("thief")[-1] == "join.limited.said"
    fresh = await _code(town, "mama")
    await town.say("thief", f"关联 {fresh}")
    assert town.keys("thief")[-1] == "join.limited.said", "the right one no longer helps"
    await town.forward(minutes=61)
    await town.say("thief", f"关联 {wrong}")
    assert "join.wrong" in town.keys("thief")[-2:]


async def test_many_pages_together_cannot_try_all_codes(town: Town) -> None:
    code = await _code(town, "mama")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for page in range(15):
        await town.say(f"page-{page}", f"关联 {wrong}")
        for _ in range(3):
            await town.say(f"page-{page}", wrong)
    await town.say("page-new", f"关联 {code}")
    assert town.keys("page-new")[-1] == "join.limited.said"


async def test_a_staff_post_comes_along(town: Town) -> None:
    code = await _code(town, "boss")
    await town.say("boss-phone", f"关联 {code}")
    await town.press("boss-phone", "是，关联")
    await town.say("boss-phone", "待办")
    assert town.keys("boss-phone")[-1] == "staff.no_cases"


async def test_the_bare_digits_are_understood_on_the_other_device(town: Town) -> None:
    await town.say("papa", "123456")
    assert town.keys("papa")[-1] == "questions.unknown", "no code is about: digits mean nothing"
    await town.say("mama", "关联")
    code = town.find(r"关联 (\d{6})")
    await town.say("papa", f"{code[:3]} {code[3:]}")
    assert town.keys("papa")[-1] == "join.confirm.ask"
    await town.press("papa", "是，关联")
    assert town.person("papa") == town.person("mama")


async def test_bare_digits_are_guesses_and_counted(town: Town) -> None:
    await town.say("mama", "关联")
    code = town.find(r"关联 (\d{6})")
    await town.say("papa", f"{(int(code) + 1) % 10**6:06d}")
    assert "join.wrong" in town.keys("papa")
    assert town.rows("SELECT used FROM limit_count WHERE rule = 'join'") == [{"used": 1}]
