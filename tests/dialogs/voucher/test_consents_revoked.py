"""A consent taken back through 隐私: what of the tickets that rest on it, and no undo brings one back without it."""

from __future__ import annotations

import pytest

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, id18
from tests.dialogs.voucher.lists import counted, give_up, offers, ranked


async def revoke(district: District, who: str, purpose: str) -> None:
    """Take a consent back as a person does it: the word, the button, and sure."""
    await district.say(who, "隐私")
    await district.press(who, f"撤回：{purpose}")
    await district.press(who, "确定撤回")


async def by_gran(district: District) -> str:
    """A grandparent's application. Returns the guardian's link."""
    await district.apply("gran", relation="3")
    return district.find(r"(\S+\?start=g_[\w-]+)")


@pytest.mark.parametrize("purpose", ["基本信息", "孩子的信息"])
async def test_a_ticket_goes_with_the_consent_it_rests_on(district: District, purpose: str) -> None:
    await district.apply("mama")
    await revoke(district, "mama", purpose)
    assert [t["state"] for t in district.tickets()] == ["withdrawn"]
    assert "voucher.consent_withdrawn" in district.keys("mama")
    await district.say("mama", "我的券")
    assert "反悔，改回去" not in district.last("mama").text


async def test_only_the_tickets_of_that_child_go(district: District) -> None:
    await district.apply("mama")
    await district.says("mama", "voucher", "2", "2024-05-02", "1", "小美", id18("2024-05-02"), "", "1")
    while len(district.tickets()) < 2:
        await district.say("mama", "1")
    await district.say("mama", "隐私")
    await district.press("mama", "撤回：孩子的信息")  # the newest: the second child's
    await district.press("mama", "确定撤回")
    assert [t["state"] for t in district.tickets()] == ["applied", "withdrawn"]


async def test_a_frozen_list_does_not_change_and_says_beside_it_what_became_of_a_ticket(
    district: District,
) -> None:
    await district.apply("mama")
    await district.to("2027-01-01T09:30")
    before = district.round()
    await revoke(district, "mama", "孩子的信息")
    assert [(t["state"], t["void_reason"]) for t in district.tickets()] == [("void", "consent")]
    assert "凭的同意撤回了" in district.told("mama", "voucher.ticket_void")[-1].text
    assert "consent_revoked" in district.cases()
    after, document = district.round(), district.document()
    assert (after["list"], after["list_hash"]) == (before["list"], before["list_hash"])
    assert document is not None
    assert [note["reason"] for note in document["notes"]] == ["consent"]
    await district.to("2027-01-01T12:00")
    assert district.vouchers() == []


async def test_a_place_on_the_reserve_list_goes_with_its_consent_and_is_not_asked(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    for number in range(3):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"1380013800{number}")
    await d.to("2027-01-01T12:00")
    first, second, third = ranked(d)
    await revoke(d, second, "孩子的信息")
    assert {t["state"] for t in d.tickets() if t["person_id"] == d.person(second)} == {"void"}
    await give_up(d, first)
    assert offers(d)[-1] == (third, "offered")
    await revoke(d, third, "孩子的信息")
    assert offers(d)[-1] == (third, "declined"), "an offer goes with it"
    counted(d)
    await d.say(second, "我的券")
    assert d.keys(second)[-1] == "voucher.mine.ticket_void"


async def test_a_voucher_in_hand_stays_for_duty_to_settle(district: District) -> None:
    await district.win("mama")
    await revoke(district, "mama", "孩子的信息")
    assert [v["state"] for v in district.vouchers()] == ["valid"]
    assert "consent_revoked" in district.cases()


async def test_a_guardians_consent_taken_back_takes_the_grandparents_ticket(district: District) -> None:
    await district.says("papa", await by_gran(district))
    await district.say("papa", "同意")
    assert [t["state"] for t in district.tickets()] == ["applied"]
    await revoke(district, "papa", "孩子的信息")
    assert [t["state"] for t in district.tickets()] == ["withdrawn"]
    assert "voucher.withdrawn_by_other" in district.keys("gran")


@pytest.mark.parametrize("purpose", ["基本信息", "孩子的信息"])
async def test_an_undo_does_not_bring_a_ticket_back_without_its_consent(
    district: District, purpose: str
) -> None:
    await district.apply("mama")
    await district.withdraw("mama")
    await revoke(district, "mama", purpose)
    await district.press("mama", "反悔，改回去")
    assert district.keys("mama")[-1] == "voucher.undo_no_consent"
    assert [t["state"] for t in district.tickets()] == ["withdrawn"]
    await district.press("mama", "再申请一次")
    await district.say("mama", "1")
    assert "consent" in district.asked("mama", since=len(district.keys("mama")) - 3), "it is asked again"


async def test_an_undo_still_works_where_the_consents_stand(make: Make) -> None:
    district = await make()
    await district.apply("mama")
    await district.withdraw("mama")
    await district.press("mama", "反悔，改回去")
    assert [t["state"] for t in district.tickets()] == ["applied"]


async def test_a_refusal_is_not_undone_when_the_applicants_own_consent_is_gone(district: District) -> None:
    await district.says("papa", await by_gran(district))
    await district.say("papa", "不同意")
    assert [t["state"] for t in district.tickets()] == ["refused"]
    await revoke(district, "gran", "基本信息")
    await district.press("papa", "反悔，改回去")
    assert [t["state"] for t in district.tickets()] == ["refused"]
    assert district.keys("papa")[-1] == "voucher_guardian.gone.said"
