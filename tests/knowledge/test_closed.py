"""A closed centre, money not returned, wages unpaid: what to do in which order, whom to call in this city, nothing promised."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from knowledge import asking
from knowledge.answering import Answers

NOW = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
CITIES = (
    "西安市莲湖区",
    "银川市",
    "沈阳市",
    "深圳市",
    "上海市宝山区",
    "济宁市",
    "成都市龙泉驿区",
    "北京市",
    None,
)
OF_A_CITY = {"北京市": "beijing-closure-steps", "成都市龙泉驿区": "chengdu-closure-steps"}
NURSERY = (
    "托育园突然关门了钱退不了怎么办",
    "托班跑路了，交的一年学费怎么要回来",
    "我们园关了，老板联系不上",
    "托育園倒閉了，錢怎麼退",
)
HOME = ("养老院关门押金没退怎么办", "敬老院跑路了找谁", "养老院停业，老人的钱和住处怎么办")
WAGES = ("托育园老板跑了工资没发，老师怎么办", "被托育园欠薪三个月了", "养老院欠护理员工资咋办")
PROMISE = re.compile(r"保证|一定(能|会)(退|拿|要)|肯定(能|会)|放心|包(您|退)")


@pytest.fixture(scope="module")
def known() -> Answers:
    return asking.answers()


def in_order(text: str, *steps: str) -> bool:
    places = [text.find(step) for step in steps]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("words", NURSERY)
def test_a_closed_nursery_gets_the_steps_of_its_city(known: Answers, words: str, city: str | None) -> None:
    reply = known.reply(words, city, NOW)
    assert reply.kind == "answer"
    assert reply.entries[0].id == OF_A_CITY.get(city or "", "elder-closure-steps")
    assert in_order(reply.text, "临时去处", "合同、转账", "书面要求退费", "12345", "12315", "110", "起诉")
    assert ("找管托育的教育部门" in reply.text) == (city == "北京市")
    assert "卫健" in reply.text


def test_the_city_that_is_named_wins_over_home(known: Answers) -> None:
    reply = known.reply("北京的托育园关门了钱没退怎么办", "西安市", NOW)
    assert reply.entries[0].id == "beijing-closure-steps"
    reply = known.reply("西安的托育园关门了钱没退怎么办", "北京市", NOW)
    assert reply.entries[0].id == "elder-closure-steps"


@pytest.mark.parametrize("words", HOME)
def test_a_closed_home_finds_the_elder_a_bed_first(known: Answers, words: str) -> None:
    reply = known.reply(words, "大连市", NOW)
    assert reply.entries[0].id == "elder-home-closed-steps"
    assert in_order(reply.text, "住处", "收据", "书面要求退费", "12345", "找民政", "12315", "110", "起诉")


@pytest.mark.parametrize("words", WAGES)
def test_unpaid_wages_lead_to_the_labour_department(known: Answers, words: str) -> None:
    reply = known.reply(words, "西安市", NOW)
    assert reply.entries[0].id == "elder-closure-wages"
    assert in_order(reply.text, "考勤", "书面", "12345", "人社", "劳动仲裁")


@pytest.mark.parametrize("words", [*NURSERY, *HOME, *WAGES])
def test_nothing_is_promised_and_at_most_four_numbers_stand_there(known: Answers, words: str) -> None:
    text = known.reply(words, "成都市", NOW).text
    assert not PROMISE.search(text)
    assert re.search("没法替您打包票|不能替您许诺", text)
    assert set(re.findall(r"(?<!\d)(1\d{2}|1\d{4}|9\d{4})(?!\d)", text)) <= {"110", "12345", "12315"}


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("园里关门了要留哪些证据", "elder-closure-evidence"),
        ("退费投诉打哪个电话", "elder-closure-order"),
        ("养老院停业要提前几天说", "elder-home-closing"),
    ],
)
def test_what_asks_for_one_thing_gets_that(known: Answers, words: str, entry: str) -> None:
    assert known.reply(words, "西安市", NOW).entries[0].id == entry
