"""An open form over the close, what the first words tell, a consent taken back, where a voucher is used, the lock."""

from __future__ import annotations

from tests.dialogs.voucher.district import BORN, PHONE, District, id18


async def test_a_form_open_over_the_close_moves_to_the_open_round(district: District) -> None:
    await district.to("2026-12-31T09:00")  # an open form lives 14 days
    await district.says("mama", "voucher", BORN, "1", "同意", "小宇", id18(), PHONE)
    await district.to("2027-01-01T09:20")
    await district.say("mama", "1")
    assert "voucher.moved" in district.keys("mama")
    assert district.keys("mama")[-1] == "voucher.summary.ask"
    await district.say("mama", "对")
    assert district.rows("SELECT r.name FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id") == [
        {"name": "2027-01"}
    ]


async def test_the_first_words_birth_date_is_not_asked_again(district: District) -> None:
    await district.say("mama", "申请消费券 孩子2025年5月1日生，我是她妈妈")
    assert district.asked("mama") == ["consent"]


async def test_a_certificate_fits_another_birth_date(district: District) -> None:
    await district.says("mama", "voucher", BORN, "我是她妈妈", "同意", "小宇", "T999000001", PHONE, "改生日")
    assert district.keys("mama")[-1] == "voucher.birth.ask"
    await district.say("mama", "2025-05-02")
    assert district.keys("mama")[-1] == "voucher.summary.ask"


async def test_a_winner_learns_where_and_may_ask(district: District) -> None:
    await district.win("mama")
    assert "柳荫托育中心" in district.told("mama", "voucher.result.won")[0].text
    await district.say("mama", "哪里能用")
    assert district.keys("mama")[-1] == "voucher.where"


async def test_wrong_papers_lock_the_voucher_over_new_forms(district: District) -> None:
    await district.win("mama")
    district.staff("lin", "centre", "liuyin")
    wrong = id18(serial=7)
    await district.says("lin", district.code("mama"), wrong, "取消", district.code("mama"), wrong, wrong)
    assert district.told("mama", "voucher.paper_locked")
    await district.say("lin", district.code("mama"))
    assert district.keys("lin")[-1] == "voucher_redeem.locked.said"
    await district.forward(hours=25)
    await district.say("lin", district.code("mama"))
    assert district.keys("lin")[-1] == "voucher_redeem.paper.ask"


async def test_a_consent_taken_back_takes_the_ticket_out_and_is_asked_again(district: District) -> None:
    await district.apply("mama")
    district.house.store.write(lambda db: db.run("UPDATE consent SET revoked = given + 1"))
    await district.withdraw("mama")
    before = len(district.keys("mama"))
    await district.says("mama", "voucher", "小宇")
    assert "consent" in district.asked("mama", before)
