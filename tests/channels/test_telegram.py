"""The bot on Telegram, end to end: the real library over sockets against the local Bot API server, both ways in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.messages import Button, Outgoing
from tests.botapi import BotApi, Fault
from tests.channels.telegram_rig import LONG, Rig, answer, labels, ready, running, settled, words

A, B, C, D, E, F, G, H = range(7_000_000_001, 7_000_000_009)
MENU = "您好，我能帮您做这些"
NASTY = "<b>粗</b> & <script>alert(1)</script> 👨‍👩‍👧🇨🇳 שלום \u202e反 &lt; \"引\" 'x'"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.aclose()


@pytest.fixture(params=["polling", "webhook"])
async def rig(request: pytest.FixtureRequest, api: BotApi, tmp_path: Path) -> AsyncIterator[Rig]:
    async with api.serving() as root, running(api, root, tmp_path, request.param) as rig:
        await ready(rig)
        yield rig


# -- a conversation, on both ways in


async def test_a_form_from_a_command_to_its_end(rig: Rig) -> None:
    api, parent = rig.api, rig.api.user(A, "小宇妈妈")
    parent.says("/errand")
    assert words(await answer(rig, A, 1)) == "怎么称呼您？"
    parent.says("小宇")
    assert words(await answer(rig, A, 2)) == "小宇，您的电话？"
    assert api.keyboard(A) == [["发送我的手机号"], ["上一步", "不办了", "找人"]]
    parent.shares_contact("8613800000000")
    agree = await answer(rig, A, 3)
    assert (words(agree), labels(agree)[:2]) == ("电话 8613800000000，对吗？", ["对", "不对"])
    assert api.keyboard(A) == [], "the reply keyboard is taken away"
    assert "✓" not in map(words, api.sent(A)), "and its mark with it"
    parent.presses(agree, "对")
    parent.presses(agree, "对")
    await settled(rig)
    said = [words(message) for message in api.sent(A)]
    assert said.count("办好了，小宇。") == 1
    assert "已经不用了" in said[-1]
    await api.wait_for(lambda: len(api.answers()) == 2)


async def test_what_a_question_cannot_use(rig: Rig) -> None:
    api, parent = rig.api, rig.api.user(A, "小宇妈妈")
    parent.starts()
    menu = await answer(rig, A, 1)
    assert words(menu).startswith(MENU)
    parent.presses(menu, "办一件事")
    parent.sends_photo()
    edited = parent.says("小宇")
    await settled(rig)
    assert "打字回答" in words(api.sent(A)[-2])
    parent.edits(edited["message"], "小雨")
    assert "不会重读" in words(await answer(rig, A, 5))
    assert api.keyboard(A), "asked again with its keyboard"
    parent.shares_contact("8613800000000", own=False)
    assert "不是您本人的" in words(await answer(rig, A, 6))
    assert api.keyboard(A)


async def test_the_labels_of_a_reply_keyboard_work_as_words_and_it_goes_away(rig: Rig) -> None:
    lee = rig.api.user(B, "Lee", language="zh-hant")
    lee.says("errand")
    await answer(rig, B, 1)
    lee.says("李")
    await answer(rig, B, 2)
    assert ["上一步", "不辦了", "找人"] in rig.api.keyboard(B)
    lee.presses(None, "不辦了")
    assert words(await answer(rig, B, 3)).startswith("好，不辦了"), "in the person's own language"
    assert rig.api.keyboard(B) == []
    assert len(rig.api.sent(B)) == 3, "a message without buttons takes it away itself"


async def test_links_words_files_and_places(rig: Rig) -> None:
    api = rig.api
    api.user(A).starts("open_12-a")
    assert words(await answer(rig, A, 1)) == "打开了 12-a"
    api.user(B).says("echo " + NASTY)
    assert words(await answer(rig, B, 1)) == "您说：" + NASTY
    api.user(C).says("picture")
    picture = await answer(rig, C, 1)
    assert (words(picture), labels(picture), bool(picture["photo"])) == ("码在这里", ["菜单"], True)
    api.user(D).says("paper")
    assert (await answer(rig, D, 1))["document"]["file_name"] == "list.csv"
    api.user(E).says("place")
    assert words(await answer(rig, E, 1)) == "在这里"
    assert api.sent(E)[0]["location"] == {"latitude": 34.27, "longitude": 108.95}
    api.user(F).says(
        "echo " + "长" * 5000
    )  # Telegram lets nobody send more than 4096; the bot takes it all the same
    await answer(rig, F, 1)
    assert len("".join(map(words, api.sent(F)))) == 5003
    api.user(G).forwards("echo 转来的")
    assert words(await answer(rig, G, 1)) == "您说：转来的"


async def test_a_long_answer_is_split_and_its_buttons_stand_on_the_last_part(rig: Rig) -> None:
    rig.api.user(A).says("long")
    last = await answer(rig, A, 1)
    parts = rig.api.sent(A)
    assert len(parts) > 2
    assert [labels(part) for part in parts] == [[]] * (len(parts) - 1) + [["菜单"]]
    assert "\n\n".join(map(words, parts)) == LONG
    assert rig.rows("SELECT message_id FROM outbox")[0]["message_id"] == str(last["message_id"])


async def test_repeated_updates_and_a_double_tap_happen_once(rig: Rig) -> None:
    api, parent = rig.api, rig.api.user(A)
    api.repeat_updates(2)
    parent.says("count")
    await answer(rig, A, 1)
    tap = parent.presses(None, "加一")
    api.repeat_updates(0)
    parent.presses(None, "加一")
    await settled(rig)
    api.updates.again(tap["update_id"])
    await settled(rig)
    assert len(rig.rows("SELECT id FROM audit WHERE act = 'counted'")) == 1
    assert [words(m) for m in api.sent(A)][-1].startswith("这个按钮已经点过了")
    assert len(api.sent(A)) == 3


async def test_a_group_is_left_alone_and_a_block_is_respected(rig: Rig) -> None:
    api, parent = rig.api, rig.api.user(A)
    group = api.group(-100_7, supergroup=True)
    group.adds_bot(parent)
    parent.says("大家好", group)
    parent.says("echo 一", in_=None)
    await answer(rig, A, 1)
    assert api.sent(group.id) == []
    parent.blocks()
    await settled(rig)
    assert rig.rows("SELECT state FROM address")[0]["state"] == "retired"
    parent.unblocks()
    await settled(rig)
    assert rig.rows("SELECT state FROM address")[0]["state"] == "active"
    parent.says("echo 二")
    assert words(await answer(rig, A, 2)) == "您说：二"
    assert len(api.sent(A)) == 2


# -- what goes wrong on the way out


@pytest.fixture
async def polled(api: BotApi, tmp_path: Path) -> AsyncIterator[Rig]:
    async with api.serving() as root, running(api, root, tmp_path) as rig:
        await ready(rig)
        yield rig


async def test_every_trouble_of_a_sending_ends_as_the_lane_wants(polled: Rig) -> None:
    rig, api = polled, polled.api
    api.faults.flood(3, "sendMessage", A)
    api.faults.lost_answer("sendMessage", B)
    api.faults.lost_answer("sendMessage", C, times=9)
    api.faults.forbidden("bot was blocked by the user", "sendMessage", D)
    api.faults.flood(30, "sendMessage", E)
    api.faults.gateway("sendMessage", F)
    for chat in (A, B, D, E, F):
        api.user(chat).says("echo 好")
    api.user(C).says("remind")
    api.user(G).says("摔倒了")
    await api.wait_for(lambda: [rig.states(chat) for chat in (A, B, D, E, F, G)] == [
        ["waiting"], ["waiting"], ["failed"], ["waiting"], ["waiting"], ["sent"]])  # fmt: skip
    assert rig.held == [], "a long wait of one chat alone is its own"
    assert rig.rows("SELECT state FROM address WHERE chat = :chat", chat=str(D))[0]["state"] == "retired"
    await api.wait_for(lambda: rig.states(C) == ["unconfirmed"])
    await rig.forward(4)
    assert (rig.states(A), rig.states(B)) == (["sent"], ["waiting"])
    await rig.forward(60)
    assert [rig.states(chat) for chat in (A, B, C, E, F)] == [
        ["sent"], ["sent"], ["unconfirmed"], ["sent"], ["sent"]]  # fmt: skip
    assert [len(api.sent(chat)) for chat in (A, B, C, D, E, F)] == [1, 2, 1, 0, 1, 1]


async def test_an_urgent_card_that_may_be_lost_says_so_when_it_comes_again(polled: Rig) -> None:
    polled.api.faults.lost_answer("sendMessage", A)
    polled.api.user(A).says("摔倒了")
    await polled.api.wait_for(lambda: polled.states(A) == ["waiting"])
    await polled.forward(6)
    assert [words(message) for message in polled.api.sent(A)] == ["先打 120。", "先打 120。（再发一次）"]


@dataclass
class SecondPart(Fault):
    """A trouble that lets the first call of its kind pass."""

    passed: bool = False

    def strikes(self, method: str, chat: int | None) -> bool:
        if not super().strikes(method, chat):
            return False
        passed, self.passed = self.passed, True
        return passed


async def test_a_row_of_several_parts_goes_on_where_it_stopped(polled: Rig) -> None:
    api = polled.api
    api.faults.add(
        SecondPart(
            "refuse",
            "sendMessage",
            A,
            code=429,
            description="Too Many Requests: retry after 1",
            parameters={"retry_after": 1},
        )
    )
    api.faults.add(SecondPart("cut", "sendMessage", B, handled=True))
    for chat in (A, B):
        api.user(chat).says("long")
    await api.wait_for(lambda: [polled.states(chat) for chat in (A, B)] == [["waiting"]] * 2)
    assert [len(api.sent(chat)) for chat in (A, B)] == [1, 2]
    await polled.forward(10)
    assert "\n\n".join(map(words, api.sent(A))) == LONG
    parts = [words(message) for message in api.sent(B)]
    assert parts[1] == parts[2], "the part that may be lost comes again, the one before it does not"
    assert "\n\n".join([parts[0], *parts[2:]]) == LONG


async def test_edits_and_deletions(polled: Rig) -> None:
    api, rig = polled.api, polled
    api.user(A).says("count")
    first = await answer(rig, A, 1)
    row = rig.rows("SELECT id FROM outbox")[0]["id"]

    async def change(kind: str, text: str) -> str:
        rig.post(
            A, message=Outgoing(text, ((Button("菜单", id="w:menu"),),)), lane="result", kind=kind, of=row
        )
        await rig.forward(3600 * 12)
        return rig.states(A)[-1]

    assert await change("edit", "<b>改</b>过") == "sent"
    assert [(words(m), labels(m), m["message_id"]) for m in api.sent(A)] == [
        ("改过", ["菜单"], first["message_id"])
    ]
    assert await change("edit", "<b>改</b>过") == "sent", "already so"
    api.faults.lost_answer("editMessageText", A)
    assert await change("edit", "再改") == "sent", "done again, which harms nobody"
    assert words(api.sent(A)[0]) == "再改"
    assert await change("delete", "") == "sent"
    assert await change("delete", "") == "sent", "gone already"
    assert api.sent(A) == []
