"""怎么查公平 in chat: before, at and after the draw, with and without a public address, and the files as documents."""

from __future__ import annotations

import json

import pytest

from dialogs.voucher import verifier
from dialogs.voucher.service import fairness
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, id18


@pytest.mark.parametrize(
    "words",
    [
        *(
            "verify",
            "/verify",
            "怎么查公平",
            "抽签公平吗？",
            "你们抽签有没有黑幕",
            "抽签是不是随机的吗",
            "怎么验证抽签结果",
        ),
        *(
            "摇號公平嗎",
            "这个抽签会不会作弊啊",
            "怎么自己查抽签",
            "Is the draw fair?",
            "is your lottery rigged",
        ),
    ],
)
async def test_who_asks_for_it(district: District, words: str) -> None:
    await district.say("mama", words)
    assert district.keys("mama")[-1] == "voucher.fair.how"


@pytest.mark.parametrize(
    "words",
    [
        "什么时候抽签",
        "抽签结果",
        "我的券",
        "消费券",
        "老师对孩子公平吗，我家孩子总是最后一个接走，想找人说说",
    ],
)
async def test_who_asks_for_something_else(district: District, words: str) -> None:
    await district.say("mama", words)
    assert "voucher.fair.how" not in district.keys("mama")


async def test_before_the_close_at_it_and_after_the_draw(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    tickets = [
        (await d.apply(f"p{n}", document=id18(serial=n + 1), phone=f"1380013800{n}"))["number"]
        for n in range(2)
    ]
    opened = (await d.say("p0", "verify"))[-1].text
    round_ = d.round()
    assert round_["commitment"] in opened
    assert "已报名" in opened
    assert "2027年1月1日（周五） 09:00 截止" in opened
    await d.to("2027-01-01T09:30")
    sealed = (await d.say("p0", "verify"))[-1].text
    round_ = d.round()
    assert round_["commitment"] in sealed
    assert round_["list_hash"] in sealed
    assert "名单 2 张票" in sealed
    assert "在名单里" in sealed
    await d.to("2027-01-01T12:00")
    order = json.loads(d.round()["result"])["m13-24"]["order"]
    for n, ticket in enumerate(tickets):
        drawn = (await d.say(f"p{n}", "verify"))[-1].text
        assert f"第 {order.index(ticket) + 1} 位（这一档共 2 张票、1 个名额）" in drawn
        assert ("抽中" if order[0] == ticket else "候补第 1 位") in drawn
        assert "verifier.py 2026-12.json" in drawn
    assert "票号 " not in (await d.say("stranger", "verify"))[-1].text
    await d.say("yeye", "voucher")
    assert "2027-01 这一轮" in (await d.say("yeye", "verify"))[-1].text, "no ticket: the round that is open"


async def test_the_files_come_into_the_chat_and_agree(district: District) -> None:
    await district.win("mama")
    shown = await district.say("mama", "verify")
    assert "http" not in shown[-1].text, "an address that only this machine reaches is of no use"
    assert "000-0000-0001" in shown[-1].text
    sent = (await district.press("mama", "把文件发给我"))[-1].message.files
    assert [file.name for file in sent] == ["2026-12.json", "verifier.py"]
    assert all(fine is not False for fine, _ in verifier.checks(json.loads(sent[0].body), []))
    compile(sent[1].body, "verifier.py", "exec")


async def test_a_public_address_is_named_and_a_large_file_is_not_sent(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    await district.apply("mama")
    district.settings.public_url = "https://vouchers.example"
    shown = await district.say("mama", "verify")
    assert "https://vouchers.example/draws/2026-12.json" in shown[-1].text
    monkeypatch.setattr(fairness, "SENT_AT_MOST", 100)
    shown = await district.press("mama", "把文件发给我")
    assert [file.name for file in shown[-1].message.files] == ["verifier.py"]
    assert "太大" in shown[-1].text


async def test_a_public_value_is_named(make: Make) -> None:
    d = await make(public_value="上证指数收盘点位")
    await d.apply("mama")
    assert "上证指数收盘点位" in (await d.say("mama", "verify"))[-1].text


async def test_every_round_of_one_s_own_and_an_older_one_by_name(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    first = (await d.apply("mama"))["number"]
    await d.apply("baba", document=id18(serial=2), phone="13900139000")
    await d.to("2027-01-02T12:00")
    await d.says("mama", "voucher", "小宇", "1")
    second = d.tickets()[-1]["number"]
    assert first != second
    shown = [s for s in await d.say("mama", "怎么查公平") if s.message.keys]
    texts = {key: s.text for s in shown for key in s.message.keys}
    assert "2027-01 这一轮" in texts["voucher.fair.how"]
    assert "2026-12 这一轮" in texts["voucher.fair.older"]
    assert d.round("2026-12")["list_hash"] in texts["voucher.fair.older"]
    assert "位（这一档共 2 张票" in texts["voucher.fair.older"]
    sent = (await d.press("mama", "把文件发给我"))[-1].message.files
    assert sent[0].name == "2026-12.json", "the button of each round sends its own file"
    for asked in ("怎么查公平 2026-12", "verify 2026-12"):
        said = (await d.say("mama", asked))[-1]
        assert said.message.keys == ("voucher.fair.how",)
        assert "2026-12 这一轮" in said.text
    await d.say("mama", "verify 2020-01")
    assert d.keys("mama")[-1] == "voucher.fair.none"
