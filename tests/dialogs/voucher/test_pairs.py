"""Tickets that look alike are listed before the freeze; a person says whether they are twins or one child."""

from __future__ import annotations

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, certificate, id18


async def alike(d: District) -> None:
    """Two tickets by one person with one birth date: by certificate, then by ID card."""
    await d.apply("mama", document=certificate())
    await d.forward(minutes=1)
    await d.says("mama", "voucher", "另一个孩子", "2025-05-01", "豆豆", id18(), "1")
    assert len(d.tickets()) == 2


async def listed(d: District, who: str = "chen") -> str:
    """The day before the freeze; what staff are shown."""
    d.staff(who, "counter")
    await d.to("2026-12-31T12:00")
    shown = await d.say(who, "疑似名单")
    return shown[-1].text if shown else ""


def pairs(d: District) -> list[tuple[str, str]]:
    return [(row["why"], row["state"]) for row in d.rows("SELECT why, state FROM voucher_pair ORDER BY id")]


async def test_a_pair_is_listed_without_names_and_twins_both_stand(any_district: District) -> None:
    d = any_district
    await alike(d)
    d.staff("zhou", "duty")
    text = await listed(d)
    assert pairs(d) == [("person", "open")]
    assert "小宇" not in text
    assert "豆豆" not in text
    assert all(t["number"] in text.replace(" ", "") for t in d.tickets())
    assert d.cases() == ["voucher.pairs"]
    assert "voucher.pairs.waiting" in d.keys("chen")
    await d.press("chen", "是双胞胎")
    assert pairs(d) == [("person", "twins")]
    assert d.rows("SELECT state FROM desk_case") == [{"state": "closed"}]
    assert [row["object"] for row in d.rows("SELECT object FROM audit WHERE act = 'pair.twins'")] == [
        "pair:1"
    ]
    await d.to("2027-01-01T12:00")
    assert [t["state"] for t in d.tickets()] == ["won", "won"]


async def test_one_child_is_confirmed_once_more_and_the_later_ticket_is_void(district: District) -> None:
    d = district
    await alike(d)
    await listed(d)
    await d.say("chen", "同一个孩子 1")
    assert d.keys("chen")[-1] == "voucher.pairs.sure"
    assert [t["state"] for t in d.tickets()] == ["applied", "applied"]
    await d.press("chen", "确定，并成一个孩子")
    assert [t["state"] for t in d.tickets()] == ["applied", "void"]
    assert len(d.told("mama", "voucher.ticket_void")) == 1
    await d.say("chen", "双胞胎 1")
    assert d.keys("chen")[-1] == "voucher.pairs.gone"


async def test_who_is_not_sure_has_the_paper_shown(district: District) -> None:
    d = district
    await alike(d)
    d.staff("chen", "counter")
    await d.to("2026-12-29T10:00")
    await d.says("chen", "疑似名单", "不确定 1")
    assert [t["state"] for t in d.tickets()] == ["applied", "unseen"]
    assert len(d.told("mama", "voucher.show_wanted")) == 1
    await d.says("chen", f"核对 {d.tickets()[1]['number']}", id18())
    assert [t["state"] for t in d.tickets()] == ["applied", "applied"]
    assert pairs(d) == [("person", "unsure")]


async def test_too_late_to_be_shown_it_is_checked_at_the_first_use(district: District) -> None:
    d = district
    await alike(d)
    await listed(d)
    await d.say("chen", "不确定 1")
    assert [(t["state"], t["to_verify"]) for t in d.tickets()] == [("applied", 1), ("applied", 1)]
    assert "voucher.show_wanted" not in d.keys("mama")


async def test_what_makes_tickets_alike(make: Make) -> None:
    d = await make()
    await d.apply("a", document=id18(serial=1), phone="13800138001", name="宝宝")
    await d.apply("b", document=id18(serial=2), phone="13800138002", name="宝宝")
    await d.apply("c", document=id18(serial=3), phone="13800138003", name="豆豆")
    await d.apply("e", document=id18(serial=4), phone="13800138004", name=" 豆 豆 ")
    await d.apply("f", document=id18(serial=5), phone="13800138005", name="果果")
    await d.apply("g", document=id18(serial=6), phone="13800138005", name="丁丁")
    await d.apply("h", "2025-05-02", document=id18("2025-05-02"), phone="13800138005", name="果果")
    await listed(d)
    assert pairs(d) == [("phone", "open"), ("name", "open")]
    assert "13800138005" not in str(d.rows("SELECT mark_birth, mark_phone, mark_name FROM voucher_ticket"))


async def test_only_staff_decide(district: District) -> None:
    d = district
    await alike(d)
    await listed(d)
    d.staff("lin", "centre", "liuyin")
    for who in ("mama", "lin"):
        await d.says(who, "疑似名单", "双胞胎 1")
        assert not [key for key in d.keys(who) if key.startswith("voucher.pairs")]
    button = d.last("chen").button("是双胞胎")
    assert button is not None
    assert button.id is not None
    await d.do_press("mama", button.id)
    assert pairs(d) == [("person", "open")]


async def test_before_the_first_look_nobody_says_that_all_is_looked_at(district: District) -> None:
    d = district
    await alike(d)
    d.staff("chen", "counter")
    before = (await d.say("chen", "疑似名单"))[-1].text
    assert "还没比对过" in before
    assert "都看过了" not in before
    await d.to("2026-12-29T10:00")
    await d.says("chen", "疑似名单", "双胞胎 1")
    again = (await d.say("chen", "疑似名单"))[-1].text
    assert "再比对一次" in again
    await d.to("2027-01-01T12:00")
    assert (
        "再比对一次" not in (await d.say("chen", "疑似名单"))[-1].text
        or d.round("2027-01")["state"] == "open"
    )
