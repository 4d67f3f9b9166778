"""A second draw: only with another list, by two, visible to all; nobody who holds a voucher loses it. And reviews."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dialogs.voucher import draw, verifier
from dialogs.voucher.service import public
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, District, bands, drawn_order, id18

OUT = "2027-01-01T12:00"
REASON = "监护人在截止前点了同意，系统没记上"


async def drawn(d: District, families: int = 3) -> str:
    """A round with some families and one whose guardian was not heard in time; that one's ticket."""
    d.staff("boss", "admin")
    d.staff("second", "admin")
    d.staff("li", "duty")
    for number in range(families):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02}")
    left_out = await d.apply("nainai", relation="3", document=id18(serial=90), phone="13800138099")
    await d.to(OUT)
    assert d.tickets()[-1]["state"] == "unheard"
    return str(left_out["number"])


def verifies(document: dict[str, Any] | None) -> bool:
    assert document is not None
    assert draw.verify(json.loads(json.dumps(document))) == []
    return all(fine is not False for fine, _ in verifier.checks(json.loads(public.as_file(document)), []))


async def test_a_ticket_left_out_is_drawn_by_two_and_nobody_loses(tmp_path: Path, migrated_url: str) -> None:
    d = await District.make(tmp_path, url=migrated_url, bands=bands(1, 2, 1))
    number = await drawn(d)
    before, held = d.document(), {v["ticket_id"]: v["state"] for v in d.vouchers()}
    assert before is not None
    await d.say("boss", f"重抽 2026-12 {number[:3]} {number[3:6]} {number[6:]} {REASON}")
    for word in ("名单从 3 张变成 4 张", "已发出的 2 张券都不收回", "最多 2 张", REASON):
        assert word in d.last("boss").text
    assert REASON in d.last("second").text, "the second one reads what will happen to how many"
    assert d.document() == before
    await d.press("second", "确认")
    announced = d.document()
    assert announced is not None
    assert announced["event"] == 2
    assert announced["secret"] is None
    assert announced["commitment"] != before["commitment"]
    assert announced["list"].splitlines() == sorted([*before["list"].splitlines(), f"m13-24\t{number}"])
    assert announced["events"][1]["reason"] == REASON
    assert {key: value for key, value in (d.document("2026-12.1") or {}).items() if key in before} == before
    await d.forward(minutes=5)
    for who in ("p0", "p1", "p2", "nainai"):
        assert len(d.told(who, "voucher.redraw.coming")) == 1, who
        assert REASON in d.told(who, "voucher.redraw.coming")[0].text
    assert "补进名单" in d.told("nainai", "voucher.redraw.coming")[0].text
    shown = (await d.say("nainai", "怎么查公平"))[-1].text
    assert f"{number[:3]} {number[3:6]} {number[6:]}：在名单里" in shown
    assert "名单 4 张票" in shown
    assert "抽完就能自己复算" in shown
    assert "2027年1月4日（周一） 09:00 重新抽签" in (await d.say("nainai", "我的券"))[-1].text
    assert "在名单里" in (await d.say("p0", "怎么查公平"))[-1].text, "an old place no longer counts"
    await d.restart()
    await d.to("2027-01-05T12:00")  # a working day after the holiday, 24 hours after the notice at least
    again = d.document()
    assert again is not None
    assert verifies(again)
    assert verifies(d.document("2026-12.1"))
    for key in ("commitment", "list", "list_hash", "programme_hash"):
        assert again[key] == announced[key]
    assert again == d.document("2026-12.2")
    assert (d.document("2026-12.1") or {})["events"][0]["bands_replaced_by"] == {"m13-24": 2}
    assert d.document("2026-12.3") is None
    order = drawn_order(again)["m13-24"]
    assert [t["number"] for t in sorted(d.tickets(), key=lambda t: t["rank"])] == order
    now = {v["ticket_id"]: v for v in d.vouchers()}
    assert {ticket: now[ticket]["state"] for ticket in held} == held
    winners = {t["id"] for t in d.tickets() if t["number"] in order[:2]}
    assert set(now) == set(held) | winners
    assert {t["id"] for t in d.tickets() if t["state"] == "won"} == set(now)
    for ticket in winners - set(held):
        assert now[ticket]["last_day"] == "2027-02-02", "all their thirty days"
    told = [key for who in ("p0", "p1", "p2", "nainai") for key in d.keys(who)]
    assert told.count("voucher.redraw.kept") == 2
    assert told.count("voucher.result.won") == len(now)
    shown = (await d.say("nainai", "verify"))[-1].text
    assert again["commitment"] in shown
    assert "以第 2 次为准" in shown
    await d.to("2027-02-04T09:00")
    assert {v["state"] for v in d.vouchers()} == {"expired"}
    assert sum(len(d.told(who, "voucher.result.expired")) for who in ("p0", "p1", "p2", "nainai")) == len(now)
    d.close()


async def test_what_is_no_second_draw(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1))
    number = await drawn(d)
    listed = d.tickets()[0]["number"]
    for words, key in (
        (f"重抽 2026-12 {listed} 再来一次", "listed"),
        (f"重抽 2026-12 {number}", "no_reason"),
        (f"重抽 2026-11 {number} 因为", "no_round"),
        (f"重抽 2027-01 {number} 因为", "not_published"),
        ("重抽 2026-12 123456789 因为", "no_ticket"),
    ):
        await d.say("boss", words)
        assert d.keys("boss")[-1] == f"voucher.redraw.{key}"
    await d.say("p0", f"重抽 2026-12 {number} 因为")
    assert not any(key.startswith("voucher.redraw") for key in d.keys("p0"))
    await d.say("boss", f"重抽 2026-12 {number} 因为")
    button = next(b.id for row in d.last("second").message.buttons for b in row)
    await d.do_press("p0", button)
    assert d.keys("p0")[-1] == "common.not_yours"
    await d.say("boss", "待批")
    assert not [label for label in d.buttons("boss") if label == "确认"], "the asker has no button to confirm"
    assert d.rows("SELECT * FROM voucher_event") == []


async def test_where_nothing_was_drawn_nothing_is_drawn_again(make: Make) -> None:
    """First come, first served: refused, and a review has no such verdict; what it has is about the order."""
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1), at="2026-12-20T09:00")
    for name, role in (("boss", "admin"), ("second", "admin"), ("li", "duty")):
        d.staff(name, role)
    for number in (1, 2):
        await d.says(
            f"p{number}",
            "voucher",
            BORN,
            "1",
            "同意",
            "小宇",
            id18(serial=number),
            f"1380013800{number}",
            "1",
        )
    await d.to(OUT)
    assert [t["state"] for t in d.tickets()] == ["won", "reserve"]
    assert d.round()["state"] == "published"
    await d.say("boss", f"重抽 2026-12 {d.tickets()[1]['number']} {REASON}")
    assert d.keys("boss")[-1] == "voucher.redraw.first_come"
    assert d.rows("SELECT * FROM voucher_event") == []
    assert "second" not in {row["chat"] for row in d.rows("SELECT chat FROM address")} or not d.shown_to(
        "second"
    )
    await d.say("p2", "我的券")
    await d.press("p2", "有疑问？申请人工复核")
    await d.say("li", "待办")
    await d.press("li", "复核")
    assert "先到先得" in d.last("li").text
    assert d.buttons("li")[:2] == ["先后没有错，维持", "成立：直接发券"]
    await d.press("li", "先后没有错，维持")
    assert "这张票是第 2 个" in d.last("p2").text


async def test_a_review_upheld_puts_the_ticket_back(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1))
    await drawn(d)
    await d.say("nainai", "我的券")
    await d.press("nainai", "有疑问？申请人工复核")
    await d.say("li", "待办")
    await d.press("li", "复核")
    assert "不在名单里：截止前没有监护人同意" in d.last("li").text
    await d.press("li", "成立：补入名单重抽")
    await d.press("boss", "确认")
    assert d.rows("SELECT state FROM desk_case WHERE kind = 'voucher.review'") == [{"state": "closed"}]
    await d.forward(minutes=1)
    assert "补进名单" in d.told("nainai", "voucher.redraw.coming")[0].text
    await d.to("2027-01-05T12:00")
    assert verifies(d.document())


async def test_a_review_upheld_gives_a_voucher_that_the_file_names(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1))
    number = await drawn(d)
    await d.say("nainai", "我的券")
    await d.press("nainai", "有疑问？申请人工复核")
    await d.say("li", "待办")
    await d.press("li", "复核")
    await d.press("li", "成立：直接发券")
    assert "名额之外" in d.last("second").text
    assert len(d.vouchers()) == 2
    await d.press("second", "确认")
    assert len(d.vouchers()) == 3
    await d.forward(minutes=1)
    assert len(d.told("nainai", "voucher.result.won")) == 1
    document = d.document()
    assert document is not None
    assert [one["ticket"] for one in document["awarded"]] == [number]
    assert verifies(document)
    await d.press("boss", "确认")
    assert len(d.vouchers()) == 3


async def test_a_review_rejected_says_why(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    await drawn(d, 2)
    ticket = next(t for t in d.tickets() if t["state"] == "reserve")
    who = next(f"p{n}" for n in range(2) if d.person(f"p{n}") == ticket["person_id"])
    await d.press(who, "有疑问？申请人工复核")
    assert "接着写给我" in d.last(who).text
    await d.say(who, "我十二月一号一早就报了，觉得排在第二不对")
    assert d.keys(who)[-1] == "staff.carried", "what they write next goes to the case"
    await d.say(who, "我的券")
    under_way = d.told(who, "voucher.mine.reviewing")[-1].text
    assert "人工复核中" in under_way
    assert "2027年1月8日" in under_way, "five working days from 1 January, a day off"
    assert "有疑问？申请人工复核" not in [
        b.label for s in d.shown_to(who)[-2:] for r in s.message.buttons for b in r
    ]
    await d.say("li", "待办")
    assert any("一早就报了" in shown.text for shown in d.shown_to("li")[-3:])
    await d.press("li", "复核")
    assert "在名单里，这一档 2 张票、1 个名额，排第 2 位" in d.last("li").text
    await d.press("li", "复算无误，维持结果")
    await d.forward(minutes=1)
    told = d.told(who, "voucher.reviewed.rejected")[0].text
    assert "总排第 2 位" in told
    assert "维持原结果" in told
    assert d.rows("SELECT state FROM desk_case WHERE kind = 'voucher.review'") == [{"state": "closed"}]
    await d.press("li", "复算无误，维持结果")
    assert len(d.told(who, "voucher.reviewed.rejected")) == 1
    before = len(d.told(who, "voucher.mine.reviewing"))
    await d.say(who, "我的券")
    assert len(d.told(who, "voucher.mine.reviewing")) == before, "decided"


async def test_a_review_that_nobody_decides_alarms_duty_and_is_owned_to(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    await drawn(d, 2)
    await d.say("nainai", "我的券")
    await d.press("nainai", "有疑问？申请人工复核")
    due = d.rows("SELECT due FROM desk_case WHERE kind = 'voucher.review'")[0]["due"]
    await d.to("2027-01-20T12:00")
    told = d.told("li", "voucher.reviewed.waiting")
    assert "最迟下一个工作日" in told[0].text
    assert "已过期 1 件" in told[-1].text
    assert told[0].at.timestamp() * 1000 < due
    assert len(d.told("nainai", "voucher.reviewed.late")) == 1


async def test_the_same_draw_twice_is_the_same(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1), public_value="指数")
    number = await drawn(d)
    assert d.enter_value("2026-12", "3391.88") == "ok"
    await d.forward(hours=2)
    first = d.document()
    d.house.store.write(
        lambda db: db.run("UPDATE timer SET state = 'waiting', cursor = '' WHERE kind = 'voucher.draw'")
    )
    await d.forward(hours=1)
    assert d.document() == first
    await d.say("boss", f"重抽 2026-12 {number} 漏了")
    await d.press("second", "确认")
    await d.to("2027-01-08T12:00")
    assert (d.document() or {})["secret"] is None, "it waits for a value of its own"
    assert d.enter_value("2026-12", "3400.00") == "ok"
    assert d.enter_value("2026-12", "1") == "given"
    await d.forward(hours=1)
    again = d.document()
    assert again is not None
    assert again["public_value"] == "3400.00"
    assert verifies(again)


async def test_the_first_number_of_a_round_drawn_once(district: District) -> None:
    await district.win("mama")
    assert district.document("2026-12.1") == district.document()
    assert district.document("2026-12.2") is None
