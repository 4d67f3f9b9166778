"""Last days moved for many, one voucher given back: by two, within the programme's days, everybody told."""

from __future__ import annotations

from pathlib import Path

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, id18


async def won(d: District, count: int = 2) -> None:
    for name in ("boss", "second"):
        d.staff(name, "admin")
    for number in range(count):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02}")
    await d.to("2027-01-01T12:00")
    d.staff("lin", "centre", "liuyin")


async def test_a_round_is_extended_and_reminders_and_the_end_move(tmp_path: Path, migrated_url: str) -> None:
    d = await District.make(tmp_path, url=migrated_url, extend_days=30)
    await won(d)
    await d.say("boss", "顺延 2026-12 7 春节机构放假")
    for word in ("一共 2 张", "2027年2月6日", "春节机构放假", "最多顺延 30 天"):
        assert word in d.last("second").text, "the second one reads what will happen to how many"
    assert [v["last_day"] for v in d.vouchers()] == ["2027-01-30"] * 2
    await d.press("second", "确认")
    assert [v["last_day"] for v in d.vouchers()] == ["2027-02-06"] * 2
    await d.restart()
    await d.forward(minutes=1)
    for who in ("p0", "p1"):
        told = d.told(who, "voucher.extended")
        assert len(told) == 1
        assert "2027年2月6日" in told[0].text
        assert "春节机构放假" in told[0].text
    await d.say("lin", d.code("p0"))
    await d.say("lin", id18())
    assert d.keys("lin")[-1] == "voucher_redeem.confirm.ask"
    await d.to("2027-02-06T23:00")
    assert [v["state"] for v in d.vouchers()] == ["valid", "valid"]
    days = [
        shown.at.astimezone(d.settings.zone).date().isoformat()
        for shown in d.told("p1", "voucher.result.reminder")
    ]
    assert days == ["2027-01-30", "2027-02-05"]
    await d.to("2027-02-07T09:00")
    assert [v["state"] for v in d.vouchers()] == ["expired", "expired"]
    assert len(d.told("p1", "voucher.result.expired")) == 1
    d.close()


async def test_never_past_the_days_of_the_programme(make: Make) -> None:
    d = await make(extend_days=10)
    await won(d, 1)
    await d.say("boss", "顺延 2026-12 30 放假")
    assert "voucher.extend.cut" in d.keys("boss")
    assert "顺延 2026-12 的券 10 天" in d.last("second").text, "what the second one reads is what happens"
    await d.press("second", "确认")
    assert d.vouchers()[0]["last_day"] == "2027-02-09"
    await d.say("boss", "顺延 2026-12 1 再放假")
    assert d.keys("boss")[-1] == "voucher.extend.nothing"
    none = await make(extend_days=0)
    await won(none, 1)
    await none.say("boss", "顺延 2026-12 7 放假")
    assert none.keys("boss")[-1] == "voucher.extend.nothing"


async def test_only_those_who_use_a_place(make: Make) -> None:
    d = await make(extend_days=30, use="balance")
    await won(d)
    for words in (d.code("p0"), id18(), "100", "1"):
        await d.say("lin", words)
    assert d.keys("lin")[-1] == "voucher_redeem.done.said"
    await d.say("boss", "顺延 2026-12 5 liuyin 园里停水")
    assert "一共 1 张" in d.last("second").text
    assert "柳荫托育中心" in d.last("second").text
    await d.press("second", "确认")
    assert sorted(v["last_day"] for v in d.vouchers()) == ["2027-01-30", "2027-02-04"]
    await d.forward(minutes=1)
    assert len(d.told("p0", "voucher.extended")) == 1
    assert d.told("p1", "voucher.extended") == []


async def test_what_is_asked_for_wrongly(make: Make) -> None:
    d = await make(extend_days=30)
    await won(d, 1)
    for words, key in (
        ("顺延 2026-11 7 放假", "voucher.extend.no_round"),
        ("顺延 2026-12 7", "voucher.extend.no_reason"),
        ("恢复 77 扫错了", "voucher.restore.unknown"),
        ("恢复 1", "voucher.restore.no_reason"),
    ):
        await d.say("boss", words)
        assert d.keys("boss")[-1] == key
    await d.say("p0", "顺延 2026-12 7 放假")
    assert not any(key.startswith("voucher.extend") for key in d.keys("p0"))


async def test_a_wrong_redemption_is_taken_back(make: Make) -> None:
    d = await make(extend_days=30)
    await won(d, 1)
    for words in (d.code("p0"), id18(), "1"):
        await d.say("lin", words)
    assert d.vouchers()[0]["state"] == "used"
    receipt = d.rows("SELECT id FROM voucher_redemption")[0]["id"]
    await d.to("2027-01-28T10:00")
    await d.say("boss", f"恢复 {receipt} 扫错了别家的券")
    assert f"撤回凭据号 {receipt}" in d.last("second").text
    assert "500 元" in d.last("second").text
    await d.press("second", "确认")
    voucher = d.vouchers()[0]
    assert (voucher["state"], voucher["balance"], voucher["last_day"]) == ("valid", 50_000, "2027-02-03")
    await d.forward(minutes=1)
    assert "2027年2月3日" in d.told("p0", "voucher.restored_now")[0].text
    assert len(d.told("lin", "voucher.restore.for_place")) == 1
    await d.say("boss", f"恢复 {receipt} 再来一次")
    assert d.keys("boss")[-1] == "voucher.restore.unknown"
    for words in (d.code("p0"), "1"):
        await d.say("lin", words)
    assert d.vouchers()[0]["state"] == "used", "and it can be used like any other"


async def test_an_expired_voucher_whose_place_is_still_free_lives_again(make: Make) -> None:
    d = await make(extend_days=30)
    await won(d, 1)
    await d.to("2027-02-02T09:00")
    ticket = d.tickets()[0]["number"]
    assert d.vouchers()[0]["state"] == "expired"
    await d.say("boss", f"恢复 {ticket} 机构临时关门")
    await d.press("second", "确认")
    assert (d.vouchers()[0]["state"], d.vouchers()[0]["last_day"]) == ("valid", "2027-02-08")
    await d.to("2027-02-09T09:00")
    assert d.vouchers()[0]["state"] == "expired"
    assert len(d.told("p0", "voucher.result.expired")) == 2


async def test_an_expired_voucher_whose_place_was_given_on_stays_over(make: Make) -> None:
    d = await make(extend_days=30, bands=bands(1, 1, 1), reserve_until=60)
    await won(d, 2)
    holder = d.vouchers()[0]["ticket_id"]
    await d.to("2027-02-01T12:00")  # it expired, and is on offer to the other family
    number = next(t["number"] for t in d.tickets() if t["id"] == holder)
    await d.say("boss", f"恢复 {number} 机构临时关门")
    await d.press("second", "确认")
    assert d.keys("second")[-1] == "two.undone"
    assert "候补的下一家" in d.last("second").text
    assert d.vouchers()[0]["state"] == "expired"
