"""Redeeming at a centre: by link and by code, the paper the first time, and each no with its own clear answer."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from bot.messages import Inbound, Place
from bot.store import staff as posts
from dialogs.voucher import codes
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, District, certificate, id18


async def centre(d: District, name: str = "lin", place: str = "liuyin") -> str:
    """A member of staff of a centre, as the command line appoints one."""
    d.staff(name, "centre", place)
    return name


def states(d: District) -> list[str]:
    return [str(row["state"]) for row in d.vouchers()]


async def test_invited_staff_redeem_by_link_and_both_sides_get_a_receipt(any_district: District) -> None:
    d = any_district
    await d.win("mama")
    invited = d.house.store.write(
        lambda db: posts.invite(db, d.house.ground.keys, "centre", "liuyin", "林老师", d.now, Random(1))
    )
    await d.say("lin", f"入职 {invited}")
    await d.say("lin", f"http://127.0.0.1:8080/?start=r_{d.code('mama')}")
    asked = d.last("lin").text
    assert d.keys("lin")[-1] == "voucher_redeem.paper.ask"
    assert "小宇" in asked
    assert "2025年5月" in asked
    await d.say("lin", id18())
    assert d.keys("lin")[-1] == "voucher_redeem.confirm.ask"
    assert "500 元" in d.last("lin").text
    assert states(d) == ["valid"], "nothing is used before the confirmation"
    await d.say("lin", "确认核销")
    assert states(d) == ["used"]
    receipt = d.told("mama", "voucher.redeemed")[0].text
    assert "500 元" in receipt
    assert "柳荫托育中心" in receipt
    number = d.rows("SELECT id FROM voucher_redemption")[0]["id"]
    assert f"凭据号 {number}" in receipt
    assert f"凭据号 {number}" in d.told("lin", "voucher_redeem.done.said")[0].text


async def test_staff_type_the_code(district: District) -> None:
    await district.win("mama")
    await centre(district)
    code = district.code("mama")
    await district.says("lin", "核销", f"{code[:4]} {code[4:8]} {code[8:]}", id18(), "1")
    assert states(district) == ["used"]


async def test_never_been_there(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.says("lin", district.code("mama"), id18(), "1")
    await district.forward(days=6)
    await district.press("mama", "没去过？点这里")
    assert district.cases() == ["voucher.disputed"]
    assert district.rows("SELECT disputed FROM voucher_redemption")[0]["disputed"] is not None
    await district.press("mama", "没去过？点这里")
    assert len(district.cases()) == 1


async def test_never_been_there_is_open_for_seven_days(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.says("lin", district.code("mama"), id18(), "1")
    await district.forward(days=7, minutes=1)
    await district.press("mama", "没去过？点这里")
    assert district.keys("mama")[-1] == "common.late"
    assert district.cases() == []


async def test_a_guardian_gets_the_receipt_too(district: District) -> None:
    await district.apply("nainai", relation="3")
    await district.says("mama", district.find(r"(\S+\?start=g_[\w-]+)"), "同意")
    await district.to("2027-01-01T12:00")
    await centre(district)
    await district.says("lin", district.code("nainai"), id18(), "1")
    assert (
        len(district.told("nainai", "voucher.redeemed"))
        == len(district.told("mama", "voucher.redeemed"))
        == 1
    )
    await district.press("mama", "没去过？点这里")
    assert district.cases() == ["voucher.disputed"]


# -- the paper --------------------------------------------------------------------------------------------------------


async def test_the_paper_is_checked_the_first_time_only(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.says("lin", district.code("mama"), id18(), "1")
    await district.to("2027-01-05T09:00")
    await district.says("mama", "voucher", "小宇", "1")
    await district.to("2027-02-01T12:00")
    before = len(district.keys("lin"))
    await district.say("lin", district.code("mama"))
    assert district.asked("lin", before) == ["confirm"]


async def test_a_birth_certificate_is_verified_at_the_first_redemption(district: District) -> None:
    await district.win("mama", document=certificate())
    await centre(district)
    await district.says("lin", district.code("mama"), certificate())
    assert district.keys("lin")[-1] == "voucher_redeem.confirm.ask"
    assert district.tickets()[0]["to_verify"] == 0
    assert district.rows("SELECT verified FROM voucher_child")[0]["verified"] is not None


async def test_three_papers_that_differ_stop_it_and_leave_a_case(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.say("lin", district.code("mama"))
    for serial in (2, 3):
        await district.say("lin", id18(serial=serial))
        assert district.keys("lin")[-2:] == ["voucher_redeem.paper_differs", "voucher_redeem.paper.ask"]
    await district.say("lin", id18(serial=4))
    assert district.keys("lin")[-1] == "voucher_redeem.stopped.said"
    assert district.cases() == ["voucher.paper"]
    assert states(district) == ["valid"]
    assert district.rows("SELECT verified FROM voucher_child")[0]["verified"] is None


async def test_a_mistyped_paper_is_no_try(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.say("lin", district.code("mama"))
    for _ in range(4):
        await district.say("lin", id18()[:17] + ("1" if id18()[17] != "1" else "2"))
        assert district.keys("lin")[-2] == "voucher_redeem.paper.problem.check_digit"
    await district.share("lin", media="photo")
    assert district.keys("lin")[-2] == "voucher_redeem.paper.problem.photo"
    await district.says("lin", id18(), "1")
    assert states(district) == ["used"]


async def test_without_a_proof_no_paper_is_asked(make: Make) -> None:
    d = await make(proof="none")
    await d.says("mama", "voucher", BORN, "1", "同意", "小宇", "13800138000", "1")
    await d.to("2027-01-01T12:00")
    await centre(d)
    await d.say("lin", d.code("mama"))
    assert d.keys("lin")[-1] == "voucher_redeem.confirm.ask"


# -- every no ---------------------------------------------------------------------------------------------------------


async def test_a_stranger_redeems_nothing(district: District) -> None:
    await district.win("mama")
    for words in (district.code("mama"), f"/start r_{district.code('mama')}"):
        before = len(district.shown_to("stranger"))
        await district.say("stranger", words)
        assert district.keys("stranger")[-1] == "voucher.for_centres"
        told = "".join(shown.text for shown in district.shown_to("stranger")[before:])
        assert "小宇" not in told
        assert "500" not in told
    await district.say("stranger", "核销")
    assert not any(key.startswith("voucher_redeem.code") for key in district.keys("stranger"))
    assert states(district) == ["valid"]


async def test_the_family_itself_sees_its_voucher(district: District) -> None:
    await district.win("mama")
    await district.say("mama", f"/start r_{district.code('mama')}")
    assert district.keys("mama")[-1] == "voucher.mine.valid"


async def test_unknown_and_mistyped_codes(district: District) -> None:
    await district.win("mama")
    await centre(district)
    code = district.code("mama")
    wrong = code[:11] + str((int(code[11]) + 1) % 10)
    await district.say("lin", wrong)
    assert district.keys("lin")[-2:] == ["voucher_redeem.code.problem.mistyped", "voucher_redeem.code.ask"]
    await district.say("lin", wrong)
    assert district.keys("lin")[-2:] == ["voucher_redeem.code.problem.mistyped", "voucher_redeem.code.ask"]
    unknown = codes.new_voucher(Random(3))
    await district.say("lin", unknown)
    assert district.keys("lin")[-1] == "voucher_redeem.unknown.said"
    await district.says("lin", "核销", "不知道")
    assert district.keys("lin")[-2] == "voucher_redeem.code.problem.no_code"
    assert states(district) == ["valid"]


async def test_used_declined_and_expired(make: Make) -> None:
    d = await make()
    await d.apply("papa", document=id18(serial=2), phone="13900139000")
    await d.apply("oma", document=id18(serial=3), phone="13700137000")
    await d.win("mama")
    await centre(d)
    await d.says("lin", d.code("mama"), id18(), "1")
    await d.say("lin", d.code("mama"))
    assert d.keys("lin")[-1] == "voucher_redeem.used.said"
    await d.press("papa", "不要这张了")
    await d.say("lin", d.code("papa"))
    assert d.keys("lin")[-1] == "voucher_redeem.declined.said"
    await d.to("2027-01-31T00:00")
    shown = await d.say("lin", d.code("oma"))
    assert d.keys("lin")[-1] == "voucher_redeem.expired.said"
    assert "1月30日" in shown[-1].text
    assert sorted(states(d)) == ["declined", "expired", "used"]


async def test_what_ran_out_or_was_given_up_while_they_looked(make: Make) -> None:
    d = await make()
    await d.win("mama")
    await centre(d)
    await d.says("lin", d.code("mama"), id18())
    await d.press("mama", "不要这张了")
    await d.say("lin", "1")
    assert d.keys("lin")[-1] == "voucher_redeem.declined.said"
    await d.press("mama", "反悔，改回去")
    await d.to("2027-01-30T23:59")
    await d.says("lin", d.code("mama"))
    await d.to("2027-01-31T00:00")
    await d.say("lin", "1")
    assert d.keys("lin")[-1] == "voucher_redeem.expired.said"
    assert states(d) == ["expired"]


async def test_a_place_that_does_not_take_the_voucher(make: Make) -> None:
    d = await make(accepting=["shiqiao"])
    await d.win("mama")
    await centre(d, "lin", "liuyin")
    await d.say("lin", d.code("mama"))
    assert d.keys("lin")[-1] == "voucher_redeem.not_accepting.said"
    assert states(d) == ["valid"]


async def test_staff_of_one_place_redeem_there_and_nowhere_else(district: District) -> None:
    await district.win("mama")
    await centre(district, "lin", "shiqiao")
    await district.says("lin", district.code("mama"), id18())
    assert "石桥托育园" in district.last("lin").text
    assert "voucher_redeem.place.ask" not in district.keys("lin")
    await district.say("lin", "1")
    assert district.rows("SELECT place FROM voucher_redemption") == [{"place": "shiqiao"}]


async def test_staff_of_two_places_are_asked_where(district: District) -> None:
    await district.win("mama")
    for place in ("liuyin", "shiqiao"):
        await centre(district, "lin", place)
    await district.say("lin", district.code("mama"))
    labels = [b.label for row in district.last("lin").message.buttons for b in row]
    assert district.keys("lin")[-1] == "voucher_redeem.place.ask"
    assert [label[:2] for label in labels[:2]] == ["柳荫", "石桥"]
    assert not any("东塘" in label for label in labels)


async def test_who_is_no_longer_staff_redeems_nothing(district: District) -> None:
    await district.win("mama")
    await centre(district)
    await district.says("lin", district.code("mama"), id18())
    district.house.store.write(lambda db: posts.revoke(db, "lin", district.now))
    await district.say("lin", "1")
    assert district.keys("lin")[-1] == "voucher_redeem.stranger.said"
    assert states(district) == ["valid"]


@pytest.mark.parametrize("way", ["turns", "at once"])
async def test_two_staff_confirm_at_once_and_one_wins(any_district: District, way: str) -> None:
    d = any_district
    await d.win("mama")
    for name in ("lin", "wang"):
        await centre(d, name)
        await d.says(name, d.code("mama"), id18())
        assert d.keys(name)[-1] == "voucher_redeem.confirm.ask"
    if way == "turns":
        await d.says("lin", "1")
        await d.says("wang", "1")
        assert d.keys("wang")[-1] == "voucher_redeem.used.said"
    else:
        places = [Place("terminal", name) for name in ("lin", "wang")]
        for place in places:
            d.house.store.write(
                lambda db, place=place: d.house.keep(db, Inbound(place, f"now-{place.chat}", "1"))
            )
        waiting = [d.house.store.submit(lambda db, place=place: d.house.turn(db, place)) for place in places]
        handled = [await asyncio.wrap_future(one) for one in waiting]
        said = sorted(reply.message.keys[-1] for one in handled if one is not None for reply in one.replies)
        assert said == ["voucher_redeem.done.said", "voucher_redeem.used.said"]
    assert states(d) == ["used"]
    assert len(d.rows("SELECT 1 FROM voucher_redemption")) == 1
    await d.forward(minutes=1)
    assert len(d.told("mama", "voucher.redeemed")) == 1


async def test_codes_that_do_not_exist_are_not_looked_up_for_ever(district: District) -> None:
    """Ten of them, and for an hour not even a good one is; a parent who tries learns nothing at all."""
    await district.win("mama")
    await centre(district)
    rng = Random(5)
    for _ in range(10):
        await district.say("lin", codes.new_voucher(rng))
    assert district.keys("lin")[-1] == "voucher_redeem.limited.said"
    await district.say("lin", codes.new_voucher(rng))
    assert district.keys("lin")[-1] == "voucher_redeem.limited.said"
    locked = district.rows("SELECT object FROM audit WHERE act = 'guess.locked'")
    assert locked == [{"object": "guess:voucher"}]
    for _ in range(12):
        await district.say("stranger", codes.new_voucher(rng))
    assert set(district.keys("stranger")) == {"voucher.for_centres"}
    assert len(district.rows("SELECT id FROM audit WHERE act = 'guess.locked'")) == 2
    await district.forward(minutes=61)
    await district.say("lin", codes.new_voucher(rng))
    assert district.keys("lin")[-1] == "voucher_redeem.unknown.said"
