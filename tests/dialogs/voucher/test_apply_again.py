"""One ticket for one child and round: again next month, other children, changes of mind, the other parent."""

from __future__ import annotations

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, PHONE, District, bands, id18

TO_DOCUMENT = ("voucher", BORN, "1", "同意", "小宇")
SISTER = "2024-03-03"


async def test_a_repeat_month_takes_two_answers(district: District) -> None:
    await district.apply("mama")
    await district.to("2027-01-02T09:00")
    before = len(district.keys("mama"))
    await district.says("mama", "voucher", "小宇")
    assert district.asked("mama", before) == ["child"]
    assert district.keys("mama")[-1] == "voucher.summary.ask"
    assert "小宇" in district.last("mama").text
    await district.press("mama", "confirm")
    first, second = district.tickets()
    assert first["child_id"] == second["child_id"]
    assert first["number"] != second["number"]
    assert len(district.rows("SELECT 1 FROM consent")) == 2, "a consent that stands is not given twice"


async def test_a_second_child_asks_two_questions(district: District) -> None:
    await district.apply("mama")
    before = len(district.keys("mama"))
    await district.says("mama", "voucher", SISTER, id18(SISTER))
    assert district.asked("mama", before) == ["child", "document"]
    assert "二宝" in district.last("mama").text
    await district.press("mama", "confirm")
    assert len({t["child_id"] for t in district.tickets()}) == 2
    assert "voucher.twins" not in district.keys("mama")


async def test_twins_are_two_tickets_and_told_so(district: District) -> None:
    await district.apply("mama")
    await district.says("mama", "voucher", BORN, id18(serial=2))
    assert "voucher.twins" in district.keys("mama")
    await district.press("mama", "confirm")
    assert [t["state"] for t in district.tickets()] == ["applied", "applied"]
    assert len({t["number"] for t in district.tickets()}) == 2


async def test_the_same_child_again_is_said_to_be_theirs(district: District) -> None:
    await district.apply("mama")
    shown = await district.says("mama", "voucher", "小宇")
    assert "已经报过" in shown[-1].text
    assert len(district.tickets()) == 1


async def test_withdraw_undo_and_apply_again_keep_the_number(any_district: District) -> None:
    d = any_district
    number = (await d.apply("mama"))["number"]
    await d.withdraw("mama")
    assert d.tickets()[0]["state"] == "withdrawn"
    await d.press("mama", "反悔，改回去")
    assert d.tickets()[0]["state"] == "applied"
    await d.withdraw("mama")
    await d.says("mama", "voucher", "小宇", "1")
    assert [(t["state"], t["number"]) for t in d.tickets()] == [("applied", number)]


async def test_an_undo_is_good_for_ten_minutes(district: District) -> None:
    await district.apply("mama")
    await district.withdraw("mama")
    await district.forward(minutes=11)
    await district.press("mama", "反悔，改回去")
    assert district.keys("mama")[-1] == "common.late"
    assert district.tickets()[0]["state"] == "withdrawn"


async def test_an_undo_of_an_earlier_withdrawal_gives_no_guardian_away(district: District) -> None:
    await district.apply("nainai")
    await district.withdraw("nainai")
    undo = next(
        b.id for row in district.last("nainai").message.buttons for b in row if b.label == "反悔，改回去"
    )
    await district.forward(minutes=1)
    await district.says("nainai", "voucher", "小宇")
    await district.press("nainai", "change:relation")
    await district.says("nainai", "3", "1")
    assert district.tickets()[0]["state"] == "unconfirmed"
    await district.withdraw("nainai")
    await district.press("nainai", undo)
    assert district.tickets()[0]["state"] == "withdrawn"


async def test_after_the_close_nothing_is_withdrawn(district: District) -> None:
    await district.apply("mama")
    await district.say("mama", "我的券")
    await district.to("2027-01-01T09:30")
    await district.press("mama", "撤回申请")
    assert district.keys("mama")[-1] in ("common.late", "voucher.withdraw_late")
    assert district.tickets()[0]["state"] == "applied"


async def test_another_parent_learns_only_that_the_child_is_registered(district: District) -> None:
    number = (await district.apply("mama", name="小宇"))["number"]
    before = len(district.shown_to("baba"))
    await district.says("baba", "voucher", BORN, "1", "同意", "豆豆", id18())
    said = district.last("baba").text
    assert "这个孩子本轮已登记" in said
    told = "".join(shown.text for shown in district.shown_to("baba")[before:])
    assert "小宇" not in told
    assert PHONE[-4:] not in told
    assert number[:3] + " " + number[3:6] not in told
    assert len(district.tickets()) == 1


async def test_another_parent_takes_up_a_withdrawn_ticket_with_its_number(district: District) -> None:
    number = (await district.apply("mama"))["number"]
    await district.withdraw("mama")
    await district.apply("baba", name="豆豆", phone="13900139000")
    assert [(t["number"], t["state"], t["person_id"]) for t in district.tickets()] == [
        (number, "applied", district.person("baba"))
    ]
    await district.press("mama", "反悔，改回去")
    assert district.keys("mama")[-1] == "common.not_yours"
    await district.say("mama", "我的券")
    assert "豆豆" not in district.last("mama").text


async def test_a_child_known_under_another_birth_date_wants_a_person(district: District) -> None:
    permit = "H12345678"
    await district.apply("mama", document=permit)
    await district.to("2027-01-02T09:00")
    await district.says("baba", "voucher", "2025-06-01", "1", "同意", "豆豆", permit)
    assert district.keys("baba")[-1] == "voucher.other_birth.said"


# -- programmes of another shape ---------------------------------------------------------------------------------------


async def test_without_a_proof_there_is_one_child_per_telephone(make: Make) -> None:
    d = await make(proof="none")
    await d.says("mama", "voucher", BORN, "1", "同意", "小宇", PHONE)
    assert "document" not in d.asked("mama")
    assert "改证件" not in d.buttons("mama")
    await d.press("mama", "confirm")
    assert len(d.tickets()) == 1
    await d.says("baba", "voucher", BORN, "1", "同意", " 小 宇", PHONE, "1")
    assert d.keys("baba")[-1] == "voucher.registered.said"
    await d.says("yeye", "voucher", SISTER, "1", "同意", "豆豆", PHONE, "1")
    assert d.keys("yeye")[-1] == "voucher.phone_taken.said"
    assert len(d.tickets()) == 1


async def test_without_a_proof_a_repeat_month_shows_no_document(make: Make) -> None:
    d = await make(proof="none")
    await d.says("mama", "voucher", BORN, "1", "同意", "小宇", PHONE, "1")
    await d.to("2027-01-02T09:00")
    await d.says("mama", "voucher", "小宇")
    newest = [b.label for row in d.last("mama").message.buttons for b in row]
    assert "改电话" in newest
    assert "改证件" not in newest
    await d.press("mama", "confirm")
    assert len({t["child_id"] for t in d.tickets()}) == 1


async def test_without_a_proof_a_telephone_taken_meanwhile_is_said(make: Make) -> None:
    d = await make(proof="none")
    await d.says("mama", "voucher", BORN, "1", "同意", "小宇", PHONE, "1")
    await d.to("2027-01-02T09:00")
    await d.says("tante", "voucher", SISTER, "1", "同意", "豆豆", "13900139000", "1")
    await d.says("mama", "voucher", "小宇")
    await d.press("mama", "change:phone")
    await d.says("mama", "13900139000", "1")
    assert d.keys("mama")[-1] == "voucher.phone_taken.said"
    await d.says("mama", "voucher", "小宇", "1")
    assert [t["state"] for t in d.tickets()][1:] == ["applied", "applied"]
    await d.withdraw("mama")
    await d.says("mama", "voucher", "小宇")
    await d.press("mama", "change:phone")
    await d.says("mama", "13900139000", "1")
    assert d.keys("mama")[-1] == "voucher.phone_taken.said"


async def test_a_child_that_had_its_voucher_gets_no_second(make: Make) -> None:
    d = await make(awards_per_child=1)
    await d.win("mama")
    await d.to("2027-01-02T09:00")
    await d.says("mama", "voucher", "小宇")
    assert d.keys("mama")[-1] == "voucher.awarded.said"
    await d.says("baba", *TO_DOCUMENT, id18())
    assert d.keys("baba")[-1] == "voucher.awarded.said"


async def test_a_declined_voucher_does_not_count_as_had(make: Make) -> None:
    d = await make(awards_per_child=1)
    await d.win("mama")
    await d.press("mama", "不要这张了")
    await d.says("mama", "voucher", "小宇")
    assert d.keys("mama")[-1] == "voucher.summary.ask"


async def test_a_decline_is_undone_for_ten_minutes(district: District) -> None:
    await district.win("mama")
    await district.press("mama", "不要这张了")
    assert [v["state"] for v in district.vouchers()] == ["declined"]
    await district.press("mama", "反悔，改回去")
    assert [v["state"] for v in district.vouchers()] == ["valid"]
    await district.say("mama", "我的券")
    await district.press("mama", "不要这张了")
    await district.forward(minutes=11)
    await district.press("mama", "反悔，改回去")
    assert [v["state"] for v in district.vouchers()] == ["declined"]


async def test_my_vouchers_shows_each_state(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    await d.say("mama", "我的券")
    assert d.keys("mama")[-1] == "voucher.mine.nothing"
    await d.apply("mama")
    await d.apply("baba", document=id18(serial=2), phone="13900139000")
    await d.say("mama", "查券")
    assert d.keys("mama")[-1] == "voucher.mine.applied"
    await d.to("2027-01-01T09:30")
    await d.say("mama", "我的券")
    assert d.keys("mama")[-1] == "voucher.mine.drawing"
    await d.to("2027-01-01T12:00")
    for who in ("mama", "baba"):
        await d.say(who, "status")
    shown = {who: d.last(who) for who in ("mama", "baba")}
    won = next(who for who in shown if "voucher.mine.valid" in shown[who].message.keys)
    lost = "baba" if won == "mama" else "mama"
    code = d.code(won)
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in shown[won].text
    assert [file.type for file in shown[won].message.files] == ["image/png"]
    assert "候补第 1 位" in shown[lost].text
    await d.press(lost, "有疑问？申请人工复核")
    assert "voucher.review" in d.cases()


async def test_a_form_left_lying_is_taken_up_where_it_was(district: District) -> None:
    await district.says("mama", *TO_DOCUMENT, id18())
    await district.forward(days=13)
    await district.say("mama", "voucher")
    assert district.keys("mama")[-1] == "common.resume"
    await district.say("mama", "1")
    assert district.keys("mama")[-1] == "voucher.phone.ask"
