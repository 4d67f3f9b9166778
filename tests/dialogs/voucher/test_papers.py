"""A paper shown to staff: in the place of a number, before the freeze; several papers of one child; wrong ones."""

from __future__ import annotations

from random import Random

from dialogs.voucher import codes
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, PHONE, District, certificate, id18

IN_PERSON = "到窗口出示证件"


async def show_later(d: District, who: str, name: str = "小宇", phone: str = "13800138000") -> str:
    """Apply without a number. Returns the ticket's number."""
    ticket = await d.apply(who, document=IN_PERSON, name=name, phone=phone)
    return str(ticket["number"])


def counter(d: District, name: str = "chen", role: str = "counter", place: str = "") -> str:
    d.staff(name, role, place)
    return name


def states(d: District) -> list[str]:
    return [ticket["state"] for ticket in d.tickets()]


# -- shown in the place of a number -----------------------------------------------------------------------------------


async def test_a_paper_is_shown_at_a_counter_and_the_ticket_counts(any_district: District) -> None:
    d = any_district
    number = await show_later(d, "mama")
    assert states(d) == ["unseen"]
    receipt = d.told("mama", "voucher.show_paper")[0]
    assert f"{number[:3]} {number[3:6]} {number[6:]}" in receipt.text
    assert "2026年12月31日（周四） 20:00 之前" in receipt.text, (
        "the list is sealed on a holiday: the last office hour"
    )
    assert [file.type for file in receipt.message.files] == ["image/png"]
    chen = counter(d)
    await d.say(chen, f"核对 {number[:3]} {number[3:6]} {number[6:]}")
    assert d.keys(chen)[-1] == "voucher_papers.paper.ask"
    await d.say(chen, id18())
    assert d.keys(chen)[-1] == "voucher_papers.done.said"
    assert states(d) == ["applied"]
    assert len(d.told("mama", "voucher.paper_seen")) == 1
    await d.to("2027-01-01T12:00")
    assert "voucher.show_reminder" not in d.keys("mama")
    assert len(d.told("mama", "voucher.result.won")) == 1
    document = d.document()
    assert document is not None
    assert number in document["list"]


async def test_a_paper_nobody_saw_is_reminded_of_twice_and_not_in_the_list(district: District) -> None:
    d = district
    number = await show_later(d, "mama")
    await d.apply("papa", document=id18(serial=2), phone="13900139000")
    await d.to("2027-01-01T08:59")
    at = [
        shown.at.astimezone(d.settings.zone).isoformat()[:10]
        for shown in d.told("mama", "voucher.show_reminder")
    ]
    assert at == ["2026-12-25", "2026-12-30"]
    await d.to("2027-01-01T12:00")
    assert states(d) == ["unseen", "won"]
    assert len(d.told("mama", "voucher.result.unseen")) == 1
    assert "voucher.result.won" not in d.keys("mama")
    document = d.document()
    assert document is not None
    assert number not in document["list"]
    await d.say("mama", "我的券")
    assert "voucher.mine.unshown" in d.keys("mama")
    chen = counter(d)
    await d.says(chen, f"核对 {number}", id18())
    assert "赶不上" in d.last(chen).text, "seen too late for this round, good for the next"
    await d.says("mama", "voucher", "小宇")
    await d.say("mama", "1")
    assert states(d) == ["unseen", "won", "applied"]


async def test_an_accepting_centre_scans_the_code_and_others_learn_nothing(make: Make) -> None:
    d = await make(accepting=["liuyin"])
    number = await show_later(d, "mama")
    lin, wu = counter(d, "lin", "centre", "liuyin"), counter(d, "wu", "centre", "shiqiao")
    await d.say("papa", f"/start show_{number}")
    assert d.keys("papa")[-1] == "voucher.for_staff"
    await d.say(wu, f"/start show_{number}")
    assert d.keys(wu)[-1] == "voucher_papers.not_accepting.said"
    await d.say(lin, f"/start show_{number}")
    await d.say(lin, certificate())
    assert d.keys(lin)[-1] == "voucher_papers.done.said"
    assert states(d) == ["applied"]


async def test_a_certificate_nobody_can_read_is_seen_all_the_same(district: District) -> None:
    d = district
    number = await show_later(d, "mama")
    chen = counter(d)
    await d.says(chen, "核对", number, "ABC-1234")
    assert d.keys(chen)[-2] == "voucher_papers.paper.problem.no_number"
    await d.press(chen, "原件看过，号码系统不认")
    assert d.keys(chen)[-1] == "voucher_papers.done.said"
    assert states(d) == ["applied"]
    await d.say(chen, f"核对 {number}")
    assert d.keys(chen)[-1] == "voucher_papers.seen.said"


async def test_three_papers_of_other_birth_dates_lock_the_ticket(district: District) -> None:
    d = district
    number = await show_later(d, "mama")
    chen = counter(d)
    await d.say(chen, f"核对 {number}")
    for serial in (1, 2, 3):
        await d.say(chen, id18("2025-06-01", serial))
    assert d.keys(chen)[-1] == "voucher_papers.stopped.said"
    assert "voucher.paper" in d.cases()
    assert len(d.told("mama", "voucher.show_locked")) == 1
    await d.say(chen, f"核对 {number}")
    assert d.keys(chen)[-1] == "voucher_papers.locked.said"
    assert states(d) == ["unseen"]
    await d.forward(hours=25)
    await d.says(chen, f"核对 {number}", id18())
    assert states(d) == ["applied"]


async def test_ticket_numbers_are_not_guessed_for_ever(make: Make) -> None:
    """Ten that do not exist, and for an hour not even a good one shows a name; a counter beside goes on."""
    d = await make()
    number = await show_later(d, "mama")
    chen, lin = counter(d), counter(d, "lin")
    d.staff("li", "duty")
    rng = Random(5)
    for _ in range(9):
        await d.say(chen, f"核对 {codes.new_ticket(rng)}")
        assert d.keys(chen)[-1] == "voucher_papers.unknown.said"
    await d.says(chen, f"核对 {number}", "取消")
    await d.say(chen, f"核对 {codes.new_ticket(rng)}")
    assert d.keys(chen)[-1] == "voucher_papers.limited.said", "a good one between them gives nothing back"
    await d.say(chen, f"/start show_{number}")
    assert d.keys(chen)[-1] == "voucher_papers.limited.said"
    assert "000-0000-0001" in d.last(chen).text
    assert "小宇" not in d.last(chen).text
    assert d.rows("SELECT object FROM audit WHERE act = 'guess.locked'") == [
        {"object": "guess:voucher.ticket"}
    ]
    told = d.told("li", "desk.guesses")[-1].text
    assert "输错票号" in told
    assert "voucher.ticket" not in told, "staff read words, not the name of a rule"
    await d.say(lin, f"核对 {number}")
    assert d.keys(lin)[-1] == "voucher_papers.paper.ask"
    await d.forward(minutes=61)
    await d.say(chen, f"核对 {number}")
    assert d.keys(chen)[-1] == "voucher_papers.paper.ask"


async def test_a_guardian_and_a_paper_are_both_waited_for(district: District) -> None:
    d = district
    await d.says("nainai", "voucher", "2025-05-01", "3", "同意", "小宇", IN_PERSON, "13800138000", "1")
    assert states(d) == ["unconfirmed"]
    link = d.find(r"(\S+\?start=g_[\w-]+)")
    await d.says("mama", link, "同意")
    assert states(d) == ["unseen"]
    chen = counter(d)
    await d.says(chen, f"核对 {d.tickets()[0]['number']}", id18())
    assert states(d) == ["applied"]
    assert len(d.told("nainai", "voucher.paper_seen")) == len(d.told("mama", "voucher.paper_seen")) == 1


async def test_withdrawn_and_seen_meanwhile_it_comes_back_seen(district: District) -> None:
    d = district
    number = await show_later(d, "mama")
    await d.withdraw("mama")
    assert states(d) == ["withdrawn"]
    chen = counter(d)
    await d.say(chen, f"核对 {number}")
    assert d.keys(chen)[-1] == "voucher_papers.out.said"
    await d.press("mama", "反悔，改回去")
    assert states(d) == ["unseen"]


async def test_only_staff_check_and_a_programme_may_want_numbers(make: Make) -> None:
    d = await make(proof=["id_card"])
    await d.says("mama", "voucher", "2025-05-01", "1", "同意", "小宇")
    assert IN_PERSON not in d.buttons("mama")
    await d.say("mama", IN_PERSON)
    assert d.keys("mama")[-2] == "voucher.document.problem.no_number"
    await d.says("papa", "核对 123456786")
    assert "voucher_papers.paper.ask" not in d.keys("papa")


# -- several papers of one child ---------------------------------------------------------------------------------------


async def two_papers(d: District) -> tuple[str, str]:
    """The same child by its certificate (mama, first) and by its ID card (papa); the tickets' numbers."""
    one = await d.apply("mama", document=certificate())
    await d.forward(minutes=1)
    other = await d.apply("papa", document=id18(), phone="13900139000", name="宇宇")
    return str(one["number"]), str(other["number"])


async def joined(d: District, number: str, *numbers: str) -> None:
    """Staff see the papers and say it is the same child."""
    chen = counter(d)
    await d.says(chen, f"核对 {number}", *numbers)
    assert d.keys(chen)[-1] == "voucher_papers.same.ask"
    await d.say(chen, "是同一个孩子")
    assert d.keys(chen)[-1] == "voucher_papers.done.said"


async def test_two_papers_turn_out_to_be_one_child_and_the_later_ticket_is_void(
    any_district: District,
) -> None:
    d = any_district
    one, other = await two_papers(d)
    await joined(d, one, id18())
    assert states(d) == ["applied", "void"]
    told = d.told("papa", "voucher.ticket_void")
    assert len(told) == 1
    assert one not in told[0].text.replace(" ", "")
    assert "voucher.ticket_void" not in d.keys("mama")
    await d.say("papa", "我的券")
    assert d.keys("papa")[-1] == "voucher.mine.ticket_void"
    await d.says("oma", "voucher", "2025-05-01", "1", "同意", "小宇", id18())
    assert d.keys("oma")[-1] == "voucher.registered.said"
    await d.to("2027-01-01T12:00")
    assert states(d) == ["won", "void"]
    document = d.document()
    assert document is not None
    assert other not in document["list"]
    assert document["notes"] == []
    assert len(d.vouchers()) == 1


async def test_the_earlier_ticket_stands_whichever_paper_is_shown(district: District) -> None:
    d = district
    first = await d.apply("papa", document=id18(), phone="13900139000")
    await d.withdraw("papa")
    await d.apply("mama", document=certificate())
    await d.forward(minutes=1)
    await d.says("papa", "voucher", "小宇", "1")
    assert states(d) == ["applied", "applied"]
    await joined(d, str(first["number"]), certificate())
    assert states(d) == ["void", "applied"], "the certificate's ticket was applied for earlier"
    assert len({t["child_id"] for t in d.tickets()}) == 2
    births = [
        d.house.ground.keys.unseal(bytes(row["birth"]), "child.birth").decode()
        for row in d.rows("SELECT birth FROM voucher_child ORDER BY id")
    ]
    assert births == ["2025-05-01", "", ""], "it rests in one place only"
    await d.says("mama", "voucher", "小宇")
    assert d.keys("mama")[-1] == "voucher.registered.said"


async def test_a_frozen_list_stays_and_what_fell_is_noted_beside_it(make: Make) -> None:
    d = await make()
    one, other = await two_papers(d)
    await d.to("2027-01-01T09:30")
    before = d.round()
    await joined(d, one, id18())
    assert states(d) == ["applied", "void"]
    await d.to("2027-01-01T12:00")
    document, after = d.document(), d.round()
    assert document is not None
    assert (after["list"], after["list_hash"]) == (before["list"], before["list_hash"])
    assert other in document["list"]
    assert [(note["ticket"], note["reason"]) for note in document["notes"]] == [(other, "same_child")]
    assert sorted(states(d)) == ["void", "won"]
    assert len(d.vouchers()) == 1
    assert "voucher.result.won" not in d.keys("papa")


async def test_a_voucher_already_issued_is_void_and_one_already_used_is_a_case(make: Make) -> None:
    d = await make()
    one, _ = await two_papers(d)
    await d.apply("gu", document=certificate(2), phone="13700137000", name="小北")
    await d.forward(minutes=1)
    await d.apply("shu", document=id18(serial=2), phone="13600136000", name="北北")
    await d.to("2027-01-01T12:00")
    d.staff("lin", "centre", "liuyin")
    await d.says("lin", d.code("shu"), id18(serial=2), "1")
    await joined(d, one, id18())
    assert [v["state"] for v in d.vouchers()] == ["valid", "void", "valid", "used"]
    await d.says("chen", f"核对 {d.tickets()[2]['number']}", id18(serial=2), "是同一个孩子")
    assert [v["state"] for v in d.vouchers()] == ["valid", "void", "valid", "used"]
    assert states(d) == ["won", "void", "won", "won"]
    assert d.cases() == ["voucher.both"]
    await d.say("lin", d.code("papa"))
    assert d.keys("lin")[-1] == "voucher_redeem.void.said"


async def test_no_child_has_more_vouchers_than_its_programme_gives(make: Make) -> None:
    d = await make(awards_per_child=1)
    await d.win("mama", document=certificate())
    await d.apply("mama2", document=id18(), phone="13900139000")
    await joined(d, str(d.tickets()[1]["number"]), certificate())
    assert [(t["state"], t["void_reason"]) for t in d.tickets()] == [("won", ""), ("void", "awarded")]


async def test_twins_are_not_joined_by_a_paper_held_up_for_the_other(district: District) -> None:
    d = district
    await d.apply("mama", document=id18(serial=1), name="大宝")
    await d.says("mama", "voucher", "另一个孩子", "2025-05-01", "二宝", IN_PERSON, "1")
    assert states(d) == ["applied", "unseen"]
    number = d.tickets()[1]["number"]
    chen = counter(d)
    await d.says(chen, f"核对 {number}", id18(serial=1), "2")
    assert d.keys(chen)[-1] == "voucher_papers.paper.ask"
    assert states(d) == ["applied", "unseen"]
    await d.say(chen, id18(serial=2))
    assert states(d) == ["applied", "applied"]


async def test_at_a_redemption_another_paper_does_not_do(district: District) -> None:
    d = district
    await d.win("mama", document=certificate())
    d.staff("lin", "centre", "liuyin")
    await d.says("lin", d.code("mama"), id18())
    assert "voucher_redeem.paper_differs" in d.keys("lin")
    await d.says("lin", "取消", f"核对 {d.tickets()[0]['number']}", id18(), "是同一个孩子", d.code("mama"))
    assert d.keys("lin")[-1] == "voucher_redeem.confirm.ask", (
        "both papers were seen: no number is asked again"
    )


async def test_who_lacks_two_things_is_told_of_two(district: District) -> None:
    d = district
    await d.says("nainai", "voucher", BORN, "3", "同意", "小宇", IN_PERSON, PHONE, "1")
    guardian = d.told("nainai", "voucher.guardian_link")[-1].text
    paper = d.told("nainai", "voucher.show_paper")[-1].text
    assert "还差两步" in guardian
    assert "还差两步" in paper
    await d.say("mama", "/start " + d.find(r"start=(g_[\w-]+)"))
    await d.say("mama", "同意")
    await d.say("nainai", "我的券")
    assert "还差一步" in d.told("nainai", "voucher.show_paper")[-1].text


async def test_a_number_with_another_birth_date_says_so_and_what_to_do(district: District) -> None:
    d = district
    number = await show_later(d, "mama")
    chen = counter(d)
    await d.says(chen, f"核对 {number}", id18("2025-05-02"))
    assert "voucher_papers.birth_differs" in d.keys(chen)[-2:]
    said = d.told(chen, "voucher_papers.birth_differs")[-1].text
    for word in ("和报名时填的不一样", "还能试 2 次", "2027年1月1日", "撤回"):
        assert word in said, word
    await d.withdraw("mama")
    await d.forward(minutes=11)
    await d.says("mama", "voucher", "另一个孩子", "2025-05-02")
    assert d.keys("mama")[-1].startswith("voucher."), "and the way it names is open"
