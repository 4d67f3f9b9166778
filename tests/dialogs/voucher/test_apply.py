"""Applying, as people do it: the whole way, its length, every document, every change of mind about an answer."""

from __future__ import annotations

import pytest

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, PHONE, District, bands, certificate, id18, wrong_check

TO_DOCUMENT = ("voucher", BORN, "1", "同意", "小宇")


async def test_the_whole_way(any_district: District) -> None:
    d = any_district
    ticket = await d.apply("mama")
    assert d.asked("mama") == ["birth", "relation", "consent", "nickname", "document", "phone"]
    receipt = d.told("mama", "voucher.receipt")[0].text
    assert f"{ticket['number'][:3]} {ticket['number'][3:6]} {ticket['number'][6:]}" in receipt
    assert "找回码" in receipt
    assert "2027年1月1日" in receipt
    assert (ticket["state"], ticket["band"], ticket["amount"], ticket["to_verify"]) == (
        "applied",
        "m13-24",
        50_000,
        0,
    )
    consents = d.rows("SELECT purpose FROM consent ORDER BY purpose")
    assert [row["purpose"] for row in consents] == ["basic", "child"]


async def test_the_longest_way_has_eight_answers(make: Make) -> None:
    d = await make(residents_only=True)
    born = "2026-10-01"
    await d.says("nainai", "voucher", born, "还是申请", "住在这里", "3", "同意", "小宇", id18(born), PHONE)
    assert "voucher.summary.ask" in d.keys("nainai")
    asked = d.asked("nainai")
    assert asked == ["birth", "anyway", "resident", "relation", "consent", "nickname", "document", "phone"]
    assert len(asked) <= 8


async def test_amount_quota_odds_and_places_come_before_anything_private(district: District) -> None:
    shown = await district.says("mama", "voucher", BORN)
    keys = district.keys("mama")
    assert keys[keys.index("voucher.odds") + 1] == "voucher.relation.ask"
    for words in ("500 元", "800 张", "已报 0 人", "人人有份", "早报晚报机会一样", "5 家"):
        assert words in shown[-1].text


async def test_odds_when_more_applied_than_there_are(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    for number in range(3):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"1380013800{number}")
    shown = await d.says("mama", "voucher", BORN)
    assert "已报 3 人" in shown[-1].text
    assert "每 10 人有 2 人" in shown[-1].text
    assert "人人有份" not in shown[-1].text


async def test_who_does_not_live_here_is_told_and_nothing_is_kept(make: Make) -> None:
    d = await make(residents_only=True)
    await d.says("mama", "voucher", BORN)
    assert d.keys("mama")[-1] == "voucher.resident.ask"
    await d.say("mama", "不住这里")
    assert d.keys("mama")[-1] == "voucher.not_resident.said"
    assert d.rows("SELECT 1 FROM subject") == d.tickets() == []


async def test_under_six_months_there_is_no_place(district: District) -> None:
    shown = await district.says("mama", "voucher", "2026-10-01")
    assert "没有收这个月龄" in shown[-1].text
    await district.say("mama", "先不申请")
    assert district.keys("mama")[-1] == "voucher.cancelled.said"
    assert "relation" not in district.asked("mama")


@pytest.mark.parametrize(
    ("born", "key"),
    [
        ("2023-08-31", "voucher.too_old.said"),
        ("2023-09-01", "voucher.relation.ask"),
        ("2020-01-01", "voucher.too_old.said"),
    ],
)
async def test_kindergarten_begins_on_the_first_of_september(district: District, born: str, key: str) -> None:
    await district.says("mama", "voucher", born)
    assert district.keys("mama")[-1] == key


async def test_born_after_the_rounds_first_day_waits_for_the_next(district: District) -> None:
    await district.to("2026-12-10T09:00")
    shown = await district.says("mama", "voucher", "2026-12-05")
    assert district.keys("mama")[-1] == "voucher.unborn.said"
    assert "2027年1月1日" in shown[-1].text


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("农历腊月初八", "voucher.birth.problem.lunar"),
        ("虚岁两岁", "voucher.birth.problem.lunar"),
        ("一岁八个月", "voucher.birth.problem.age_not_date"),
        ("2028-01-01", "common.problem.future"),
        ("2025年2月30日", "common.problem.impossible"),
        ("不知道", "common.problem.not_a_date"),
        ("2024年5月", "common.problem.incomplete"),
    ],
)
async def test_what_is_no_birth_date(district: District, said: str, problem: str) -> None:
    await district.say("mama", "voucher")
    before = len(district.keys("mama"))
    await district.say("mama", said)
    assert district.keys("mama")[before:] == [problem, "voucher.birth.ask"]


@pytest.mark.parametrize("said", ["2025-5-1", "2025年5月1日", "２０２５．５．１", "去年五月一号"])
async def test_birth_dates_as_people_write_them(district: District, said: str) -> None:
    await district.says("mama", "voucher", said)
    assert district.keys("mama")[-1] == "voucher.relation.ask"


# -- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (wrong_check(id18()), "check_digit"),
        (id18("2025-05-02"), "birth_differs"),
        (id18() + "1", "length"),
        (id18()[:10] + "1332" + id18()[14:], "bad_date"),
        ("没有", "no_number"),
    ],
)
async def test_a_number_that_cannot_be_used(district: District, typed: str, problem: str) -> None:
    await district.says("mama", *TO_DOCUMENT, typed)
    assert district.keys("mama")[-2:] == [f"voucher.document.problem.{problem}", "common.short_ask"]
    await district.say("mama", id18())
    assert district.keys("mama")[-1] == "voucher.phone.ask"


@pytest.mark.parametrize(
    "typed",
    [
        id18(),
        " ".join(id18()),
        f"孩子的号码是{id18()}，谢谢",
        "".join(chr(ord(c) + 0xFEE0) for c in id18()),
        f"{id18()[:6]} {id18()[6:14]} {id18()[14:]}",
    ],
)
async def test_a_number_in_every_disguise_is_the_same_child(district: District, typed: str) -> None:
    await district.apply("mama", document=typed)
    await district.says("baba", *TO_DOCUMENT, id18())
    assert district.keys("baba")[-1] == "voucher.registered.said"


async def test_a_number_in_two_halves(district: District) -> None:
    await district.says("mama", *TO_DOCUMENT, id18()[:10])
    assert "voucher.document.problem.half" in district.keys("mama")[-2:]
    await district.say("mama", id18()[10:])
    assert district.keys("mama")[-1] == "voucher.phone.ask"
    await district.says("mama", PHONE, "1")
    await district.says("baba", *TO_DOCUMENT, id18())
    assert district.keys("baba")[-1] == "voucher.registered.said"


async def test_a_half_is_asked_again_after_a_restart(district: District) -> None:
    await district.says("mama", *TO_DOCUMENT, id18()[:10])
    await district.restart()
    await district.say("mama", id18()[10:])
    assert district.keys("mama")[-1] == "common.short_ask"
    await district.say("mama", id18())
    assert district.keys("mama")[-1] == "voucher.phone.ask"


async def test_a_birth_certificate_is_to_be_verified_until_a_centre_saw_it(district: District) -> None:
    ticket = await district.apply("mama", document=certificate())
    assert ticket["to_verify"] == 1
    assert "待核验" in district.told("mama", "voucher.receipt")[0].text
    await district.say("mama", "我的券")
    assert "待核验" in district.last("mama").text
    await district.to("2027-01-02T09:00")
    assert "出生证" in district.told("mama", "voucher.result.won")[0].text
    await district.says("mama", "voucher", "1", "1")
    assert district.tickets()[-1]["to_verify"] == 1, "nobody has looked at it yet in the second month either"


async def test_a_birth_certificate_taken_up_again_stays_to_be_verified(district: District) -> None:
    await district.apply("mama", document=certificate())
    await district.withdraw("mama")
    await district.says("mama", "voucher", "1", "1")
    assert [(t["state"], t["to_verify"]) for t in district.tickets()] == [("applied", 1)]


@pytest.mark.parametrize("permit", ["H12345678", "M1234567890", "12345678", id18(area="810000")])
async def test_permits(district: District, permit: str) -> None:
    await district.apply("mama", document=permit)
    assert [row["kind"] for row in district.rows("SELECT kind FROM voucher_document")] == ["permit"]


async def test_a_kind_of_document_that_the_programme_does_not_take(make: Make) -> None:
    d = await make(proof=["id_card"])
    await d.says("mama", *TO_DOCUMENT, certificate())
    assert d.keys("mama")[-2] == "voucher.document.problem.not_taken"


async def test_a_photo_of_a_paper_is_refused_and_goes_nowhere(district: District) -> None:
    district.staff("duty", "duty")
    await district.says("mama", *TO_DOCUMENT)
    await district.share("mama", media="photo")
    assert district.keys("mama")[-2:] == ["voucher.document.problem.photo", "common.short_ask"]
    assert district.shown_to("duty") == []


async def test_only_a_demonstration_offers_an_invented_number(make: Make) -> None:
    d = await make()
    await d.says("mama", *TO_DOCUMENT)
    assert "用一个编的号码" in d.buttons("mama")
    d = await make(city={"demo": False})
    await d.arm("ada", "bo")
    await d.says("mama", *TO_DOCUMENT)
    assert d.keys("mama")[-1] == "voucher.document.ask"
    assert "用一个编的号码" not in d.buttons("mama")
    await d.say("mama", "用一个编的号码")
    assert d.keys("mama")[-2] == "voucher.document.problem.no_number"


# -- telephones and the summary --------------------------------------------------------------------------------------


async def test_the_contact_of_somebody_else_is_refused(district: District) -> None:
    await district.says("mama", *TO_DOCUMENT, id18())
    await district.contact_of_another("mama", "13900139000")
    assert "voucher.phone.problem.not_your_contact" in district.keys("mama")
    assert "voucher.summary.ask" not in district.keys("mama")
    await district.share("mama", contact=PHONE)
    assert district.keys("mama")[-1] == "voucher.summary.ask"


async def test_a_landline_will_do(district: District) -> None:
    await district.apply("mama", phone="029-88880000")
    assert "0000" in district.told("mama", "voucher.summary.ask")[-1].text


@pytest.mark.parametrize(
    ("field", "answers", "asked"),
    [
        ("birth", ("2025-06-01", id18("2025-06-01")), ["birth", "document"]),
        ("relation", ("2",), ["relation"]),
        ("nickname", ("豆豆",), ["nickname"]),
        ("document", (id18(serial=2),), ["document"]),
        ("phone", ("13900139000",), ["phone"]),
    ],
)
async def test_a_change_asks_only_what_it_invalidates(
    district: District, field: str, answers: tuple[str, ...], asked: list[str]
) -> None:
    await district.says("mama", *TO_DOCUMENT, id18(), PHONE)
    before = len(district.keys("mama"))
    await district.press("mama", f"change:{field}")
    await district.says("mama", *answers)
    assert district.asked("mama", before) == asked
    assert district.keys("mama")[-1] == "voucher.summary.ask"
    await district.press("mama", "confirm")
    assert len(district.tickets()) == 1


async def test_a_changed_birth_date_changes_the_band(district: District) -> None:
    await district.says("mama", *TO_DOCUMENT, id18(), PHONE)
    await district.press("mama", "change:birth")
    await district.says("mama", "2026-03-01", id18("2026-03-01"))
    await district.press("mama", "confirm")
    assert [(t["band"], t["amount"]) for t in district.tickets()] == [("m00-12", 100_000)]
