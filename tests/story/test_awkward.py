"""What people and networks do to the voucher service on its way: repeated, hurried, stale, endless, strange, pictured.

The real service in a real house: by updates through Telegram where the channel matters, else in the terminal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.telegram_rig import words
from tests.dialogs.voucher.district import BORN, PHONE, District, id18
from tests.story.telegram_town import Town, invented, town

MAMA = 7_000_000_001


@pytest_asyncio.fixture(params=["webhook", "polling"])
async def it(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, request.param) as made:
        yield made


async def to_summary(it: Town) -> None:
    for text in ("消费券", BORN, "1", "同意", "小宇", invented(BORN), PHONE):
        last = await it.says(MAMA, text)
    assert "请核对" in last


def tickets(it: Town) -> list[str]:
    return [row["state"] for row in it.rows("SELECT state FROM voucher_ticket")]


# -- the network and the thumb ----------------------------------------------------------------------------------------


async def test_every_update_three_times(it: Town) -> None:
    it.api.repeat_updates(2)
    await to_summary(it)
    receipt = await it.presses(MAMA, "确认申请")
    assert "找回码" in receipt
    assert tickets(it) == ["applied"]
    said = [words(message) for message in it.api.sent(MAMA)]
    assert len(said) == 8, "each of eight updates was answered once"
    assert len(it.rows("SELECT 1 FROM inbox")) == 8


async def test_several_messages_at_once_are_answers_in_their_order(it: Town) -> None:
    parent = it.api.user(MAMA)
    for text in ("消费券", BORN, "1", "同意", "小宇", invented(BORN), PHONE):
        parent.says(text)
    [last] = await it.answer(MAMA)
    assert "请核对" in last
    assert "小宇，2025年5月1日" in last
    assert tickets(it) == []
    await it.presses(MAMA, "确认申请")
    assert tickets(it) == ["applied"]


async def test_a_double_tap_applies_once(it: Town) -> None:
    await to_summary(it)
    summary = it.api.sent(MAMA)[-1]
    for _ in range(3):
        it.api.user(MAMA).presses(summary, "确认申请")
    await it.answer(MAMA)
    assert tickets(it) == ["applied"]
    assert len(it.told(MAMA, "找回码：")) == 1
    after = [words(message) for message in it.api.sent(MAMA)][-2:]
    assert all("已经不用了" in text for text in after), "the second and third tap are told so"


async def test_an_old_button_changes_nothing_and_the_question_is_asked_again(it: Town) -> None:
    await it.says(MAMA, "消费券")
    await it.says(MAMA, BORN)
    relation = it.api.sent(MAMA)[-1]
    await it.presses(MAMA, "爸爸或妈妈")
    await it.presses(MAMA, "都同意")
    it.api.user(MAMA).presses(relation, "爷爷奶奶、外公外婆")
    [last] = await it.answer(MAMA)
    assert "已经不用了" in last
    assert "怎么称呼孩子" in last
    for text in ("小宇", invented(BORN), PHONE):
        summary = await it.says(MAMA, text)
    assert "您是：爸爸或妈妈" in summary


async def test_a_photo_of_a_paper_is_refused_and_kept_nowhere(it: Town) -> None:
    for text in ("消费券", BORN, "1", "同意", "小宇"):
        await it.says(MAMA, text)
    it.api.user(MAMA).sends_photo(caption=invented(BORN))
    [last] = await it.answer(MAMA)
    assert "证件照片我不收" in last
    assert not it.api.calls("getFile"), "nobody fetched it"
    assert not it.api.calls("forwardMessage")
    assert not it.api.calls("copyMessage")
    assert "留个电话" in await it.says(MAMA, invented(BORN))


# -- words and pictures -----------------------------------------------------------------------------------------------

AWKWARD = {
    "endless": "长" * 5000,
    "endless digits": "9" * 5000,
    "emoji": "😀👨‍👩‍👧🇨🇳",
    "right to left": "\u202eשלום \u200fمرحبا\u202c",
    "html": '<b>粗</b><script>alert(1)</script> & &lt;a href="x"&gt; {{ 7*7 }} %s',
    "unseen": "\u200b\u0000\ufeff",
}


async def asked(d: District, who: str) -> str:
    """The key of the question that stands; one that was asked again in short is asked for in full."""
    if d.keys(who)[-1] == "common.short_ask":
        await d.say(who, "再说一遍")
    return d.keys(who)[-1]


async def stays(d: District, who: str, step: str) -> None:
    """Whatever is thrown at an open question: it is answered, the same question stands, nothing failed."""
    for text in AWKWARD.values():
        await d.say(who, text)
        if await asked(d, who) != f"{step}.ask":  # the words were good enough for a name
            assert step == "voucher.nickname", (step, text[:20], d.keys(who)[-3:])
            await d.say(who, "上一步")
        assert await asked(d, who) == f"{step}.ask", (step, text[:20], d.keys(who)[-3:])
    for media in ("photo", "voice", "sticker", "document"):
        before = len(d.shown_to(who))
        await d.share(who, media=media)
        assert await asked(d, who) == f"{step}.ask", (step, media)
        assert len(d.shown_to(who)) > before
    shown = "".join(one.message.text for one in d.shown_to(who))
    assert "<script" not in shown
    assert "49" not in shown.replace("&lt;", "")
    assert d.rows("SELECT id FROM inbox WHERE state <> 'done'") == []


async def test_nothing_strange_moves_an_application(district: District) -> None:
    d = district
    await d.say("mama", "voucher")
    ways = [("birth", BORN), ("relation", "1"), ("consent", "同意"), ("nickname", "小宇"), ("document", id18()),
            ("phone", PHONE), ("summary", "1")]  # fmt: skip
    for step, answer in ways:
        await stays(d, "mama", f"voucher.{step}")
        await d.say("mama", answer)
    assert [row["state"] for row in d.tickets()] == ["applied"]
    assert d.cases() == []


async def test_nothing_strange_moves_a_redemption(district: District) -> None:
    d = district
    await d.win("mama")
    d.staff("lin", "centre", "liuyin")
    await d.say("lin", "核销")
    for step, answer in (("code", d.code("mama")), ("paper", id18()), ("confirm", "1")):
        await stays(d, "lin", f"voucher_redeem.{step}")
        assert [row["state"] for row in d.vouchers()] == ["valid"]
        await d.say("lin", answer)
    assert [row["state"] for row in d.vouchers()] == ["used"]
    assert len(d.rows("SELECT 1 FROM voucher_redemption")) == 1


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
async def test_beside_words_that_start_it_nothing_strange_does(district: District, text: str) -> None:
    await district.say("mama", text)
    assert district.shown_to("mama"), "never silence"
    assert not any(key.startswith("voucher.") for key in district.keys("mama"))
    assert district.rows("SELECT id FROM inbox WHERE state <> 'done'") == []
