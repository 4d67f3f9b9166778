"""导出我的信息 and 删除我的信息, from the chat: files, what is said, minutes to think, and what of tickets and vouchers."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.terminal import Shown
from bot.clock import ms
from bot.store.session import Db
from bot.turn import Turn
from dialogs.voucher.service import leaving
from tests.dialogs.voucher.district import PHONE, District, id18


async def export(district: District, who: str) -> tuple[str, dict[str, Any]]:
    """Ask for everything and say yes. Returns the page and the JSON."""
    await district.say(who, "导出我的信息")
    assert district.keys(who)[-1] == "account.export_asked"
    assert not files(district.shown_to(who)), "it asks first"
    await district.press(who, "发给我")
    page, exact = files([district.last(who)])
    assert page.name.endswith(".html")
    assert exact.name.endswith(".json")
    return page.body.decode(), json.loads(exact.body)


def files(shown: list[Shown]) -> list[Any]:
    return [file for one in shown for file in one.message.files if "my-data" in file.name]


async def erase(district: District, who: str) -> None:
    """Ask to be erased, be sure, and let the minutes pass."""
    await district.say(who, "删除我的信息")
    await district.press(who, "确定删除")
    await district.forward(minutes=11)


async def test_the_export_holds_what_somebody_did_here(any_district: District) -> None:
    code = await any_district.win("mama")
    page, exact = await export(any_district, "mama")
    assert [t["number"] for t in exact["ticket"]] == [t["number"] for t in any_district.tickets()]
    assert exact["voucher"][0]["code"] == code
    assert exact["person"][0]["phone"].endswith(PHONE)
    assert exact["child"][0]["name"] == "小宇"
    assert {row["purpose"] for row in exact["consent"]} == {"basic", "child"}
    for words in ("我们记着的您的信息", "小宇", PHONE, code, "500 元", "2026年12月"):
        assert words in page
    assert '<html lang="zh-Hans">' in page
    await any_district.press("mama", "发给我")
    assert any_district.keys("mama")[-1] == "common.used"


async def test_somebody_else_gets_nothing_of_it(district: District) -> None:
    await district.apply("mama")
    _, exact = await export(district, "papa")
    assert exact["ticket"] == exact["child"] == exact["subject"] == []
    await district.say("mama", "导出我的信息", chat="square")
    assert district.keys("mama")[-1] == "common.group"


async def test_words_of_people_are_escaped_on_the_page(district: District) -> None:
    await district.apply("mama")
    name = district.house.ground.keys.seal("<b>宝".encode(), "subject.name")
    district.house.store.write(lambda db: db.run("UPDATE subject SET name = :name", name=name))
    page, exact = await export(district, "mama")
    assert "<b>宝" not in page
    assert exact["subject"][0]["name"] == "<b>宝"


async def test_it_says_what_goes_and_what_stays_and_can_be_stopped(district: District) -> None:
    ticket = await district.apply("mama")
    await district.say("mama", "删除我的信息")
    said = district.last("mama").text
    for words in ("会退出这一轮抽签", f"{ticket['number'][:3]} ", "会删掉", "要留下", "10 分钟", "项目结束"):
        assert words in said
    await district.press("mama", "确定删除")
    await district.say("mama", "删除我的信息")
    assert district.keys("mama")[-1] == "account.erase_waiting", "it is not asked twice"
    await district.press("mama", "反悔，不删了")
    await district.forward(hours=2)
    assert [t["state"] for t in district.tickets()] == ["applied"]
    assert "account.erased" not in district.keys("mama")
    await district.press("mama", "反悔，不删了")
    assert district.keys("mama")[-1] in ("common.used", "account.erase_late", "common.late")


async def test_another_address_is_told_and_can_stop_it(district: District) -> None:
    await district.apply("mama")
    await district.say("mama", "关联")
    code = district.find(r"关联 (\d{6})")
    await district.says("mama2", f"关联 {code}", "是，关联")
    await district.say("mama2", "删除我的信息")
    await district.press("mama2", "确定删除")
    assert district.keys("mama")[-1] == "account.erase_told"
    await district.press("mama", "反悔，不删了")
    await district.forward(hours=1)
    assert [t["state"] for t in district.tickets()] == ["applied"]


async def test_before_the_freeze_the_ticket_is_withdrawn(any_district: District) -> None:
    await any_district.apply("mama")
    await erase(any_district, "mama")
    assert [t["state"] for t in any_district.tickets()] == ["withdrawn"]
    assert any_district.keys("mama")[-1] == "account.erased"
    await any_district.say("mama", "我的券")
    assert any_district.keys("mama")[-1] == "voucher.mine.nothing"
    await any_district.apply("mama")
    assert [t["state"] for t in any_district.tickets()] == ["applied"], "the same child, the same ticket"


async def test_a_sealed_list_does_not_change(district: District) -> None:
    await district.apply("mama")
    await district.to("2027-01-01T09:30")
    before = district.document()
    await erase(district, "mama")
    await district.to("2027-01-02T12:00")
    assert before is not None
    after = district.document()
    assert after is not None
    assert after["list"] == before["list"]
    assert [t["state"] for t in district.tickets()] == ["won"]
    assert [v["state"] for v in district.vouchers()] == ["declined"], "what fell to nobody is given up"
    assert district.keys("mama")[-1] == "account.erased", "nobody is told of a result any more"
    assert district.rows("SELECT 1 FROM call_list") == []


async def test_a_valid_voucher_is_named_and_given_up(district: District) -> None:
    await district.win("mama")
    await district.say("mama", "删除我的信息")
    assert "不能再用，名额给候补的家庭" in district.last("mama").text
    await district.press("mama", "确定删除")
    await district.forward(minutes=11)
    assert [v["state"] for v in district.vouchers()] == ["declined"]
    assert [v["amount"] for v in district.vouchers()] == [50_000]
    await district.to("2027-02-10T12:00")
    assert district.keys("mama")[-1] == "account.erased"


async def test_a_ticket_that_a_guardian_shares_is_the_guardians(district: District) -> None:
    await district.apply("gran", relation="3")
    await district.says("papa", district.find(r"(\S+\?start=g_[\w-]+)"), "同意")
    await erase(district, "gran")
    assert [(t["state"], t["person_id"]) for t in district.tickets()] == [
        ("applied", district.person("papa"))
    ]
    assert "voucher.left_to_you" in district.keys("papa")
    await district.to("2027-01-01T12:00")
    assert len(district.told("papa", "voucher.result.won")) == 1
    await district.say("papa", "我的券")
    assert "小宇" in district.last("papa").text


async def test_a_guardian_who_goes_takes_their_yes_along(district: District) -> None:
    await district.apply("gran", relation="3")
    await district.says("papa", district.find(r"(\S+\?start=g_[\w-]+)"), "同意")
    await erase(district, "papa")
    assert [t["state"] for t in district.tickets()] == ["withdrawn"]
    assert "voucher.withdrawn_by_other" in district.keys("gran")


async def test_the_recovery_code_opens_nothing_any_more(district: District) -> None:
    await district.apply("mama")
    code = district.find(r"(\d{3} \d{3} \d{4})")
    await erase(district, "mama")
    await district.says("other", f"找回 {code}", PHONE[-4:])
    assert district.keys("other")[-2:] == ["recover.wrong", "recover.code.ask"]


async def test_staff_are_not_erased_while_they_have_a_post(district: District) -> None:
    district.staff("boss", "admin")
    await district.say("boss", "删除我的信息")
    assert district.keys("boss")[-1] == "account.erase_staff"


async def test_whoever_comes_back_within_a_day_is_a_stranger_who_stays(district: District) -> None:
    await district.apply("mama")
    old = district.person("mama")
    await erase(district, "mama")
    await district.forward(hours=2)
    await district.apply("mama", born="2025-06-01", document=id18("2025-06-01"))
    await district.forward(days=3)
    assert district.person("mama") != old
    assert district.rows("SELECT state FROM address WHERE chat = 'mama'") == [{"state": "active"}]


@pytest.mark.parametrize(("days", "left"), [(201, 0), (199, 1)])
async def test_a_page_nobody_came_back_to_is_forgotten_in_the_end(
    district: District, days: int, left: int
) -> None:
    await district.say("guest", "你好")
    await district.apply("mama")
    seen = ms(district.now - timedelta(days=days))
    district.house.store.write(
        lambda db: db.run("UPDATE address SET channel = 'web', last_seen = :seen", seen=seen)
    )
    await district.forward(hours=20)
    assert len(district.rows("SELECT 1 FROM address WHERE chat = 'guest'")) == left
    assert len(district.rows("SELECT 1 FROM address WHERE chat = 'mama'")) == 1, "who has things here is kept"


@pytest.mark.parametrize(("days", "left"), [(181, 0), (170, 1)])
async def test_when_a_programme_is_over_its_codes_go(district: District, days: int, left: int) -> None:
    await district.apply("mama")
    last = ms(district.now - timedelta(days=days))

    def later(db: Db) -> None:
        db.run("UPDATE voucher_round SET publish = :last, expires = :last", last=last)
        leaving.tidy(Turn(district.house.ground, db, district.now))

    district.house.store.write(later)
    assert len(district.rows("SELECT 1 FROM voucher_document")) == left
    assert len(district.tickets()) == 1, "numbers and amounts stay in the accounts"


@pytest.mark.parametrize("words", ["算了", "不删", "取消"])
async def test_a_second_thought_after_the_question_of_erasing_cancels_it(
    district: District, words: str
) -> None:
    await district.apply("mama")
    await district.say("mama", "删除我的信息")
    sure = next(b.id for row in district.last("mama").message.buttons for b in row if b.label == "确定删除")
    await district.say("mama", words)
    assert district.keys("mama")[-1] == "account.erase_stopped"
    await district.do_press("mama", sure)
    assert district.keys("mama")[-1] == "common.used", "the other button is dead"
    await district.say("mama", "删除我的信息")
    await district.press("mama", "确定删除")
    await district.say("mama", "算了")
    assert district.keys("mama")[-1] == "account.erase_stopped"
    await district.forward(minutes=11)
    assert district.tickets()[0]["state"] == "applied"


async def test_the_page_of_one_s_own_data_speaks_in_words(district: District) -> None:
    d = district
    await d.apply("mama")
    await d.apply("papa", document=id18(serial=2), phone="13900139000")
    await d.withdraw("papa")
    await d.to("2027-01-01T12:00")
    await d.say("mama", "找人")
    await d.say("mama", "消费券")
    for who in ("mama", "papa"):
        await d.say(who, "导出我的信息")
        sent = [file for one in await d.press(who, "发给我") for file in one.message.files]
        page = sent[0].body.decode()
        shown = re.findall("<dd>(.*?)</dd>", page, re.DOTALL)
        inside = [value for value in shown if re.search(r"[a-z]+[_:][a-z0-9]|^[a-z_.]+$|[{}]|m13", value)]
        assert inside == []
        assert "13–24" in page
        assert "爸爸或妈妈" in page
        assert "使用孩子的信息" in page
