"""找回码 and the last four digits of the phone open one's things anywhere; guessing does not."""

from __future__ import annotations

from random import Random

from stdnum import damm

from bot.flow.readers import RECOVERY
from bot.store import people
from tests.dialogs.account.town import PHONE, Town


async def test_the_code_and_the_phone_open_ones_things_elsewhere(any_town: Town) -> None:
    town = any_town
    code = town.registered("mama")
    owner = town.person("mama")
    await town.say("page", f"找回 {RECOVERY.show(code)}")
    assert "后四位" in town.last("page").text
    await town.say("page", PHONE[-4:])
    assert town.person("page") == owner
    assert town.keys("page")[-2:] == ["recover.opened", "account.revoked_before"]
    await town.restart()
    await town.say("page", "我的")
    assert town.keys("page")[-1] == "account.revoked_before"


async def test_a_slip_is_told_and_is_no_guess(town: Town) -> None:
    code = town.registered("mama")
    slip = code[:-1] + str((int(code[-1]) + 1) % 10)
    await town.say("page", f"找回 {slip}")
    await town.say("page", slip)
    assert "common.problem.mistyped" in town.keys("page")
    assert town.rows("SELECT * FROM limit_count") == []


async def test_a_wrong_phone_opens_nothing_and_five_rest_for_an_hour(town: Town) -> None:
    code = town.registered("mama")
    for left in (4, 3, 2, 1):
        await town.say("page", f"找回 {code}")
        await town.say("page", "1111")
        assert f"还可以试 {left} 次" in town.heard("page")
        await town.say("page", "取消")
    await town.say("page", f"找回 {code}")
    await town.say("page", "1111")
    assert town.keys("page")[-1] == "recover.limited.said"
    await town.say("page", f"找回 {code}")
    await town.say("page", PHONE[-4:])
    assert town.keys("page")[-1] == "recover.limited.said"
    assert town.person("page") != town.person("mama")

    await town.say("other page", f"找回 {code}")
    await town.say("other page", PHONE[-4:])
    assert town.keys("other page")[-1] == "recover.limited.said", (
        "a fresh page does not help against one code"
    )
    await town.forward(minutes=61)
    await town.say("page", f"找回 {code}")
    await town.say("page", PHONE[-4:])
    assert town.person("page") == town.person("mama")


async def test_a_code_that_is_nobodys_sounds_like_a_wrong_phone(town: Town) -> None:
    town.registered("mama")
    digits = "123456789"
    nobody = digits + str(damm.calc_check_digit(digits))
    await town.say("page", f"找回 {nobody}")
    await town.say("page", PHONE[-4:])
    assert "recover.wrong" in town.keys("page")
    assert town.rows("SELECT DISTINCT rule, used FROM limit_count") == [{"rule": "recover", "used": 1}]


async def test_where_somebodys_things_are_already_it_is_asked_first(town: Town) -> None:
    code = town.registered("mama")
    town.registered("neighbour", "+8602900000999")
    before = town.person("neighbour")
    await town.say("neighbour", f"找回 {code}")
    await town.say("neighbour", PHONE[-4:])
    assert "不能再分开" in town.last("neighbour").text
    await town.press("neighbour", "不合")
    assert town.person("neighbour") == before
    assert town.keys("neighbour")[-1] == "recover.cancelled.said"

    await town.say("neighbour", f"找回 {code}")
    await town.say("neighbour", PHONE[-4:])
    await town.press("neighbour", "都是我的，合在一起")
    assert town.person("neighbour") == town.person("mama")
    assert town.neighbour.moved == [(town.person("mama"), before)]


async def test_the_code_of_somebody_joined_still_opens(town: Town) -> None:
    first = town.registered("mama")
    second = town.registered("papa", "+8602900000999")
    await town.say("mama", "关联")
    await town.say("papa", "关联 " + town.find(r"关联 (\d{6})"))
    await town.press("papa", "是，关联")
    for page, code, tail in (("a", first, PHONE[-4:]), ("b", second, "0999")):
        await town.say(page, f"找回 {code}")
        await town.say(page, tail)
        assert town.person(page) == town.person("mama")


async def test_ones_own_code_is_told(town: Town) -> None:
    code = town.registered("mama")
    await town.say("mama", f"找回 {code}")
    await town.say("mama", PHONE[-4:])
    assert town.keys("mama")[-1] == "recover.own.said"


async def test_a_code_is_made_once_and_kept_sealed(town: Town) -> None:
    code = town.registered("mama")
    keys, person = town.house.ground.keys, town.person("mama")
    assert town.house.store.write(lambda db: people.recovery_code(db, keys, person, Random(5))) == code
    [row] = town.rows("SELECT recovery, recovery_hash FROM person WHERE recovery IS NOT NULL")
    assert code.encode() not in bytes(row["recovery"])
    assert code not in row["recovery_hash"]
    assert RECOVERY.good(code)


async def test_the_other_addresses_are_told_and_can_close_it_again(any_town: Town) -> None:
    town = any_town
    code = town.registered("mama")
    owner = town.person("mama")
    await town.say("papa", "关联")
    await town.say("mama", "关联")
    await town.say("papa", "关联 " + town.find(r"关联 (\d{6})"))
    await town.press("papa", "是，关联")
    await town.say("thief", f"找回 {code}")
    await town.say("thief", PHONE[-4:])
    assert town.person("thief") == owner
    for who in ("mama", "papa"):
        assert town.keys(who)[-1] == "recover.told", who
    assert "recover.told" not in town.keys("thief")

    await town.press("mama", "不是我，关掉它")
    assert town.keys("mama")[-1] == "recover.closed"
    assert town.person("thief") != owner
    assert town.person("papa") == owner
    assert town.rows("SELECT kind, person_id FROM desk_case") == [
        {"kind": "account_misused", "person_id": owner}
    ]
    await town.say("thief", "我的")
    assert town.keys("thief")[-1] == "account.nothing"
    await town.say("thief", f"找回 {code}")
    await town.say("thief", PHONE[-4:])
    assert "recover.wrong" in town.keys("thief"), "the old code opens nothing any more"
    await town.say("new", "找回 " + town.find(r"新的找回码：(\d{3} \d{3} \d{4})"))
    await town.say("new", PHONE[-4:])
    assert town.person("new") == owner


async def test_what_was_open_at_a_closed_address_is_gone(town: Town) -> None:
    code = town.registered("mama")
    await town.say("mama", "菜单")
    await town.say("thief", f"找回 {code}")
    await town.say("thief", PHONE[-4:])
    await town.say("thief", "找回")
    assert town.keys("thief")[-1] == "recover.code.ask"
    await town.press("mama", "不是我，关掉它")
    await town.say("thief", "接着填")
    assert town.keys("thief")[-1] == "common.nothing_open"


async def test_no_address_closes_itself(town: Town) -> None:
    code = town.registered("mama")
    await town.say("mama", "菜单")
    await town.say("page", f"找回 {code}")
    await town.say("page", PHONE[-4:])
    button = next(
        b.id for s in town.shown_to("mama") for row in s.message.buttons for b in row if "关掉" in b.label
    )
    await town.press("page", button)
    assert town.keys("page")[-1] == "common.not_yours"
    assert town.person("page") == town.person("mama")
    await town.press("mama", "不是我，关掉它")
    assert town.person("page") != town.person("mama"), "the button stayed good"


async def test_ones_code_is_shown_again_to_oneself(town: Town) -> None:
    code = town.registered("mama")
    await town.say("mama", "找回码忘了")
    assert RECOVERY.show(code) in town.last("mama").text
    await town.say("papa", "我的找回码")
    assert town.keys("papa")[-1] == "account.no_code"
    await town.say("mama", "设置")
    assert f"尾号 {PHONE[-4:]}" in town.last("mama").text
    assert PHONE not in town.last("mama").text
    await town.say("papa", "设置")
    assert "尾号" not in town.last("papa").text
