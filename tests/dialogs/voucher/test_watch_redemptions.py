"""What is unusual is listed, a sample is asked about, an outage is entered later and marked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import instant, ms
from dialogs.voucher.service import watch
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, id18
from tests.dialogs.voucher.test_extend import won

MORNING = datetime.fromisoformat("2027-01-05T10:00:00+08:00")
"""A Tuesday that is worked."""


def entry(number: int, at: datetime, **other: Any) -> dict[str, Any]:
    plain = {
        "place": "p",
        "staff_id": 1,
        "staff_name": "lin",
        "staff_person": 9,
        "person_id": 1,
        "guardian_id": None,
    }
    return {"id": number, "at": ms(at), "disputed": None, "outage_day": None, **plain, **other}


def found(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    local = MORNING.tzinfo
    return [(kind, place) for kind, place, _ in watch.unusual(rows, lambda at: instant(at).astimezone(local))]


def test_many_in_a_few_minutes_are_listed_once() -> None:
    close = [entry(n, MORNING + timedelta(minutes=n * 2)) for n in range(5)]
    assert found(close) == [("many", "p")]
    assert found(close[:4]) == []
    apart = [entry(n, MORNING + timedelta(minutes=n * 3)) for n in range(12)]
    assert found(apart) == []
    places = [entry(n, MORNING + timedelta(minutes=n), place=f"p{n % 2}") for n in range(8)]
    assert found(places) == []


def test_one_person_odd_hours_own_family_and_what_is_disputed() -> None:
    assert found([entry(n, MORNING + timedelta(minutes=n * 15)) for n in range(20)]) == [("staff", "p")]
    assert found([entry(1, MORNING.replace(hour=22))]) == [("hours", "p")]
    assert found([entry(1, MORNING.replace(day=3))]) == [("hours", "p")], "a Sunday"
    assert found([entry(1, MORNING, staff_person=1)]) == [("own", "p")]
    assert found([entry(1, MORNING, staff_person=2, guardian_id=2)]) == [("own", "p")]
    assert found([entry(1, MORNING, disputed=5)]) == [("disputed", "p")]
    assert found([entry(1, MORNING.replace(hour=22), outage_day="2027-01-04")]) == [("late", "p")]
    assert found([entry(1, MORNING)]) == []


@pytest.mark.parametrize(("count", "asked"), [(0, 0), (1, 1), (100, 1), (101, 2), (1000, 10)])
def test_at_least_one_in_a_hundred_and_the_same_for_the_same_seed(count: int, asked: int) -> None:
    chosen = watch.picked("seed", range(count))
    assert len(chosen) == asked
    assert watch.picked("seed", reversed(range(count))) == chosen
    assert count < 100 or watch.picked("another", range(count)) != chosen


async def used(d: District, who: str, serial: int = 1) -> None:
    for words in (d.code(who), id18(serial=serial), "1"):
        await d.say("lin", words)
    assert d.keys("lin")[-1] == "voucher_redeem.done.said"


async def test_the_day_after_a_family_is_asked_and_the_auditor_hears(any_district: District) -> None:
    d = any_district
    await won(d, 1)
    d.staff("aud", "auditor")
    d.staff("li", "duty")
    await d.to("2027-01-01T21:00")
    await used(d, "p0")
    await d.to("2027-01-02T09:00")
    assert "不在开园时间" in d.told("li", "voucher.watch.unusual")[0].text
    question = d.told("p0", "voucher.watch.question")
    assert len(question) == 1
    assert "柳荫托育中心" in question[0].text
    assert "问了 1 家" in d.told("aud", "voucher.watch.report")[0].text
    spot = d.rows("SELECT * FROM voucher_spot")[0]
    assert watch.picked(spot["seed"], [spot["redemption_id"]]) == [spot["redemption_id"]]
    assert spot["seed"] in d.rows("SELECT detail FROM audit WHERE act = 'spot.drawn'")[0]["detail"]
    await d.press("p0", "没去过")
    assert "voucher.disputed" in d.cases()
    assert len(d.told("aud", "voucher.watch.denied")) == 1
    await d.press("p0", "用过")
    assert d.keys("p0")[-1] == "voucher.watch.answered_before"
    assert d.rows("SELECT answer FROM voucher_spot") == [{"answer": "not"}]
    await d.to("2027-01-04T09:00")
    assert len(d.told("p0", "voucher.watch.question")) == 1


async def test_yes_is_one_tap(make: Make) -> None:
    d = await make()
    await won(d, 1)
    await used(d, "p0")
    await d.to("2027-01-02T09:00")
    await d.press("p0", "用过")
    assert d.keys("p0")[-1] == "voucher.watch.thanks"
    assert "voucher.disputed" not in d.cases()


async def test_an_outage_is_entered_within_three_days_and_marked(make: Make) -> None:
    d = await make()
    await won(d, 1)
    d.staff("li", "duty")
    code = d.code("p0")
    await d.to("2027-01-05T09:00")
    await d.say("lin", "补录")
    assert d.keys("lin")[-1] == "voucher_redeem.day.ask"
    assert d.buttons("lin")[:3] == ["2027年1月4日（周一）", "2027年1月3日（周日）", "2027年1月2日（周六）"]
    await d.press("lin", "2027年1月4日（周一）")
    for words in (code, id18(), "1"):
        await d.say("lin", words)
    assert d.keys("lin")[-1] == "voucher_redeem.done.said"
    row = d.rows("SELECT * FROM voucher_redemption")[0]
    assert row["outage_day"] == "2027-01-04"
    await d.forward(minutes=1)
    assert "2027年1月4日" in d.told("p0", "voucher.redeemed")[0].text
    assert "补录" in d.told("p0", "voucher.redeemed")[0].text
    await d.to("2027-01-06T09:00")
    assert "补录 2027年1月4日" in d.told("li", "voucher.watch.unusual")[0].text


async def test_used_on_its_last_day_and_entered_after_it(make: Make) -> None:
    d = await make()
    await won(d, 1)
    code = d.code("p0")
    await d.to("2027-02-01T09:00")
    assert d.vouchers()[0]["state"] == "expired"
    await d.say("lin", "补录")
    await d.press("lin", "2027年1月31日（周日）")
    await d.say("lin", code)
    assert d.keys("lin")[-1] == "voucher_redeem.expired.said"
    await d.say("lin", "补录")
    await d.press("lin", "2027年1月30日（周六）")
    for words in (code, id18()):
        await d.say("lin", words)
    assert d.keys("lin")[-1] == "voucher_redeem.confirm.ask"
    await d.to("2027-02-03T09:00")
    await d.say("lin", "1")
    assert d.keys("lin")[-1] == "voucher_redeem.too_late.said"
    assert d.vouchers()[0]["state"] == "expired"


async def test_before_it_was_issued_nothing_can_have_been_used(make: Make) -> None:
    d = await make()
    await won(d, 1)
    await d.say("lin", "补录")
    await d.press("lin", "2026年12月31日（周四）")
    await d.say("lin", d.code("p0"))
    assert d.keys("lin")[-1] == "voucher_redeem.expired.said"
