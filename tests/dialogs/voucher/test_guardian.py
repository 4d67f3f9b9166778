"""A grandparent applies; a guardian confirms by a link before the list is frozen, or does not."""

from __future__ import annotations

import re

from bot.messages import Inbound, Outgoing, Place
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, id18


async def apply(d: District) -> str:
    """A grandparent's application. Returns the guardian's link."""
    await d.apply("nainai", relation="3")
    return d.find(r"(\S+\?start=g_[\w-]+)")


async def test_a_guardian_agrees(any_district: District) -> None:
    d = any_district
    link = await apply(d)
    assert [t["state"] for t in d.tickets()] == ["unconfirmed"]
    given = d.rows("SELECT purpose FROM consent")
    assert [row["purpose"] for row in given] == ["basic"], "the child's data is the guardian's to give"
    await d.say("mama", link)
    assert d.keys("mama")[-1] == "voucher_guardian.confirm.ask"
    await d.say("mama", "同意")
    assert [(t["state"], t["guardian_id"]) for t in d.tickets()] == [("applied", d.person("mama"))]
    assert "voucher.guardian_agreed" in d.keys("nainai")
    assert len(d.rows("SELECT 1 FROM consent WHERE purpose = 'child'")) == 1
    await d.to("2027-01-01T12:00")
    assert "voucher.guardian_reminder" not in d.keys("nainai")
    assert len(d.told("nainai", "voucher.result.won")) == 1
    assert len(d.told("mama", "voucher.result.won_guardian")) == 1


async def test_a_guardian_refuses(district: District) -> None:
    link = await apply(district)
    await district.says("mama", link, "不同意")
    assert [t["state"] for t in district.tickets()] == ["refused"]
    assert "voucher.guardian_refused" in district.keys("nainai")
    await district.say("baba", link)
    assert district.keys("baba")[-1] == "voucher_guardian.gone.said"


async def test_the_one_who_applied_cannot_confirm(district: District) -> None:
    link = await apply(district)
    await district.say("nainai", link)
    assert district.keys("nainai")[-1] == "voucher_guardian.own.said"
    assert [t["state"] for t in district.tickets()] == ["unconfirmed"]


async def test_a_changed_link_opens_nothing(district: District) -> None:
    link = await apply(district)
    other = link[:-1] + ("A" if link[-1] != "A" else "B")
    for bad in (other, link.replace("g_1-", "g_2-"), "/start g_1-", "/start g_1"):
        await district.say("mama", bad)
        assert "voucher_guardian.confirm.ask" not in district.keys("mama")
    assert [t["state"] for t in district.tickets()] == ["unconfirmed"]


async def test_reminders_come_three_days_a_day_and_hours_before_the_freeze(district: District) -> None:
    await apply(district)
    await district.to("2026-12-29T08:59")
    assert "voucher.guardian_reminder" not in district.keys("nainai")
    await district.to("2027-01-01T08:59")
    at = [
        shown.at.astimezone(district.settings.zone).isoformat()[:16]
        for shown in district.told("nainai", "voucher.guardian_reminder")
    ]
    assert at == ["2026-12-29T09:00", "2026-12-31T09:00", "2027-01-01T07:30"], (
        "the last one waited for the morning"
    )


async def test_a_ticket_applied_for_again_is_reminded_of_again(district: District) -> None:
    await apply(district)
    await district.to("2026-12-30T09:00")
    assert len(district.told("nainai", "voucher.guardian_reminder")) == 1
    await district.withdraw("nainai")
    await district.says("nainai", "voucher", "小宇", "1")
    await district.to("2027-01-01T08:59")
    assert len(district.told("nainai", "voucher.guardian_reminder")) == 3


async def test_a_ticket_nobody_confirmed_is_not_on_the_list(make: Make) -> None:
    d = await make()
    await apply(d)
    await d.apply("mama", document=id18(serial=2))
    await d.to("2027-01-01T09:05")
    assert [t["state"] for t in d.tickets()] == ["unheard", "applied"]
    document = d.document()
    assert document is not None
    assert document["list"] == f"m13-24\t{d.tickets()[1]['number']}\n"
    assert len(d.told("nainai", "voucher.result.unheard")) == 1
    await d.to("2027-01-01T12:00")
    assert "voucher.result.won" not in d.keys("nainai")
    await d.say("nainai", "我的券")
    assert d.keys("nainai")[-1] == "voucher.mine.unheard"


async def test_a_link_opened_too_late_says_so(district: District) -> None:
    link = await apply(district)
    await district.to("2027-01-01T09:05")
    await district.say("mama", link)
    assert district.keys("mama")[-1] == "voucher_guardian.gone.said"


async def test_an_agreement_that_comes_after_the_freeze_changes_nothing(district: District) -> None:
    link = await apply(district)
    await district.to("2026-12-31T20:00")
    await district.say("mama", link)
    await district.to("2027-01-01T09:05")
    await district.say("mama", "同意")
    assert district.keys("mama")[-1] == "voucher_guardian.gone.said"
    assert [t["state"] for t in district.tickets()] == ["unheard"]


async def on_web(d: District, who: str, *said: str) -> str:
    """Somebody says one thing after another on the web page, a link's payload first. Returns what was last said there."""
    for words in said:
        number = len(d.rows("SELECT id FROM inbox"))
        what = {"start": words} if words.startswith("g_") else {"text": words}
        await d.house.hear(Inbound(Place("web", who), f"{who}-{number}", **what))  # type: ignore[arg-type]
    sent = d.rows(
        "SELECT o.payload FROM outbox o JOIN address a ON a.id = o.address_id WHERE a.chat = :who AND o.lane = 'reply'"
        " ORDER BY o.id DESC LIMIT 1",
        who=who,
    )[0]
    return Outgoing.of_json(d.house.ground.keys.unseal(bytes(sent["payload"]), "outbox.payload")).text


async def test_a_guardian_on_the_page_gets_a_recovery_code_that_opens_their_things(
    district: District,
) -> None:
    d = district
    link = await apply(d)
    asked = await on_web(d, "mama", link.partition("start=")[2], "同意")
    assert "留个电话" in asked
    assert [t["state"] for t in d.tickets()] == ["applied"], "the agreement waits for no telephone"
    code = re.search(r"\d{3} \d{3} \d{4}", await on_web(d, "mama", "139 0013 9000"))
    assert code is not None
    await d.says("mama-again", f"找回 {code[0]}", "9000")
    assert "recover.opened" in d.keys("mama-again")
    assert d.person("mama-again") == d.person("mama")


async def test_a_guardian_may_leave_no_number_and_going_back_refuses_nothing(district: District) -> None:
    d = district
    payload = (await apply(d)).partition("start=")[2]
    assert "找回码" not in await on_web(d, "mama", payload, "同意", "不留")
    await d.apply("yeye", relation="3", document=id18(serial=2), phone="13800138002")
    second = re.search(r"start=(g_[\w-]+)", d.told("yeye", "voucher.guardian_link")[-1].text)
    assert second is not None
    assert "已经有监护人同意了" in await on_web(d, "baba", second[1], "同意", "上一步", "不同意")
    assert [t["state"] for t in d.tickets()] == ["applied", "applied"]
