"""The local Bot API server itself: the real python-telegram-bot talks to it and finds Telegram's ways."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    MenuButtonCommands,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden

from bot.channels.telegram.transport import AiohttpRequest
from bot.clock import VirtualClock
from tests.botapi import BotApi

CHAT = 7_000_000_001
YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("是", callback_data="y"), InlineKeyboardButton("否", callback_data="n")]]
)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi(clock=VirtualClock(datetime(2026, 12, 1, 1, 0, tzinfo=UTC)))
    api.user(CHAT, "小宇妈妈", started=True)
    yield api
    await api.aclose()


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    """The real client, in-process."""
    async with api.bot() as bot:
        yield bot


async def test_polling_confirms_by_offset_and_waits_for_news(api: BotApi, bot: Bot) -> None:
    parent = api.user(CHAT)
    parent.starts("voucher")
    parent.says("消费券 https://example.org/a")
    first = await bot.get_updates()
    assert [update.message and update.message.text for update in first] == [
        "/start voucher",
        "消费券 https://example.org/a",
    ]
    assert first[0].message
    assert first[0].message.entities[0].type == "bot_command"
    assert first[0].message.date == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert [one.update_id for one in await bot.get_updates()] == [one.update_id for one in first]
    waiting = asyncio.create_task(bot.get_updates(offset=first[-1].update_id + 1, timeout=5))
    await api.wait_for(lambda: not api.updates.pending)
    assert not waiting.done()
    parent.says("在吗")
    assert [update.message and update.message.text for update in await waiting] == ["在吗"]


async def test_two_pollers_or_a_webhook_conflict(api: BotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await api.wait_for(lambda: api.updates.poll)
    second = asyncio.create_task(bot.get_updates(timeout=5))
    with pytest.raises(Conflict):
        await first
    await bot.set_webhook("https://example.org/telegram")
    with pytest.raises(Conflict):
        await second
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_repeated_updates_come_again(api: BotApi, bot: Bot) -> None:
    api.repeat_updates(1)
    number = api.user(CHAT).says("一次")["update_id"]
    api.repeat_updates(0)
    seen = [[one.update_id for one in await bot.get_updates(offset=number + 1)] for _ in range(2)]
    assert seen == [[number], []]
    api.updates.again(number)
    assert [one.update_id for one in await bot.get_updates()] == [number]


async def test_only_allowed_kinds_of_updates_arrive(api: BotApi, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["message"])
    api.user(CHAT).blocks()
    api.user(CHAT).unblocks()
    api.user(CHAT).says("还在")
    assert [one.my_chat_member for one in await bot.get_updates()] == [None]


async def test_buttons_answers_and_edits(api: BotApi, bot: Bot) -> None:
    parent = api.user(CHAT)
    sent = await bot.send_message(CHAT, "几点了 <b>现在</b>?", parse_mode="HTML", reply_markup=YES_NO)
    assert (sent.text, sent.entities[0].type, sent.entities[0].offset) == ("几点了 现在?", "bold", 4)
    snapshot = api.sent(CHAT)[-1]
    parent.presses(None, "是")
    parent.presses(snapshot, "是")
    taps = [update.callback_query for update in await bot.get_updates()]
    assert [tap and tap.data for tap in taps] == ["y", "y"]
    assert taps[0]
    assert taps[1]
    assert taps[0].id != taps[1].id
    await bot.answer_callback_query(taps[0].id, text="好")
    assert api.answers()[0].answer == {"text": "好"}
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(taps[0].id)
    api.expire_queries()
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(taps[1].id)

    edited = await bot.edit_message_text("下午三点", CHAT, sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date
    assert api.sent(CHAT)[-1]["text"] == "下午三点"
    assert "reply_markup" not in api.sent(CHAT)[-1]
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("下午三点", CHAT, sent.message_id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(CHAT, sent.message_id)
    with pytest.raises(LookupError):
        parent.presses(None, "是")
    parent.presses(snapshot, "否")  # an old screen still shows the button
    await bot.delete_message(CHAT, sent.message_id)
    assert api.sent(CHAT) == []
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("x", CHAT, sent.message_id)
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(CHAT, sent.message_id)


async def test_reply_keyboards_contacts_and_places(api: BotApi, bot: Bot) -> None:
    parent = api.user(CHAT)
    rows: list[list[str | KeyboardButton]] = [
        ["附近的托育点"],
        [KeyboardButton("发送电话", request_contact=True)],
    ]
    asked = await bot.send_message(
        CHAT, "电话？", reply_markup=ReplyKeyboardMarkup(rows, resize_keyboard=True)
    )
    assert api.keyboard(CHAT) == [["附近的托育点"], ["发送电话"]]
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", CHAT, asked.message_id)
    parent.presses(None, "附近的托育点")
    parent.shares_contact("13800138000")
    parent.shares_contact("13900139000", own=False)
    parent.shares_location(34.27, 108.95)
    messages = [one.message for one in await bot.get_updates() if one.message]
    assert messages[0].text == "附近的托育点"
    assert [one.contact.user_id for one in messages if one.contact] == [CHAT, None]
    assert messages[3].location
    assert messages[3].location.latitude == 34.27
    await bot.send_message(CHAT, "谢谢", reply_markup=ReplyKeyboardRemove())
    assert api.keyboard(CHAT) == []
    with pytest.raises(BadRequest, match="private chats only"):
        await bot.send_message(api.group(-5).id, "?", reply_markup=ReplyKeyboardMarkup(rows))


async def test_files_photos_voice_forwards_and_edits_arrive(api: BotApi, bot: Bot) -> None:
    parent = api.user(CHAT)
    parent.sends_photo(b"jpeg", caption="身份证")
    parent.sends_document("a.pdf", b"%PDF")
    parent.sends_voice()
    parent.sends_sticker()
    parent.forwards("转发的话")
    said = parent.says("错字")["message"]
    parent.edits(said, "改好了")
    updates = await bot.get_updates()
    messages = [one.message for one in updates if one.message]
    assert bytes(await (await messages[0].photo[-1].get_file()).download_as_bytearray()) == b"jpeg"
    assert messages[1].document
    assert messages[1].document.file_name == "a.pdf"
    assert messages[2].voice
    assert messages[3].sticker
    assert messages[4].forward_origin
    assert updates[-1].edited_message
    assert updates[-1].edited_message.text == "改好了"
    assert updates[-1].edited_message.message_id == messages[5].message_id


async def test_everything_the_bot_can_send_has_its_real_shape(api: BotApi, bot: Bot) -> None:
    assert (await bot.send_location(CHAT, 34.2, 108.9)).location
    venue = (await bot.send_venue(CHAT, 34.2, 108.9, "莲湖托育", "北大街1号")).venue
    assert venue
    assert venue.title == "莲湖托育"
    reply = await bot.send_message(CHAT, "答", reply_to_message_id=1, protect_content=True)
    assert reply.reply_to_message
    assert reply.has_protected_content
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(CHAT, "答", reply_to_message_id=999)
    album = await bot.send_media_group(CHAT, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2", caption="二")])
    assert [one.caption for one in album] == [None, "二"]
    assert (await bot.copy_message(CHAT, CHAT, reply.message_id)).message_id > reply.message_id
    assert await bot.send_chat_action(CHAT, "typing")
    assert await bot.set_my_commands([BotCommand("menu", "菜单")], language_code="zh")
    assert await bot.set_my_commands([BotCommand("desk", "工作台")], BotCommandScopeChat(CHAT))
    assert set(api.world.commands) == {"default zh", f"chat {CHAT}"}
    assert (await bot.get_my_commands(language_code="zh"))[0].description == "菜单"
    assert await bot.set_chat_menu_button(CHAT, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(CHAT)).type == "commands"
    assert (await bot.get_chat(CHAT)).first_name == "小宇妈妈"
    assert await bot.set_my_description("x")


BUTTONS: list[tuple[dict[str, Any], str]] = [
    ({"callback_data": "长" * 22}, "Button_data_invalid"),
    ({"url": "http://localhost:8080/a"}, "is invalid"),
    ({}, "Text buttons are unallowed"),
    ({"copy_text": {"text": ""}}, "copy_text_invalid"),
]


@pytest.mark.parametrize(("action", "complaint"), BUTTONS)
async def test_bad_buttons_are_refused(api: BotApi, bot: Bot, action: dict[str, Any], complaint: str) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", api_kwargs=action)]])
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.send_message(CHAT, "x", reply_markup=markup)
    good = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton("x", callback_data="d" * 64)],
            [
                InlineKeyboardButton("y", copy_text=CopyTextButton("029-1")),
                InlineKeyboardButton("z", url="https://a.cn"),
            ],
        ]
    )
    await bot.send_message(CHAT, "x", reply_markup=good)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>x", "Can't find end tag"),
        ("<b>x</i>", "Unmatched end tag"),
        ("x</b>", "Unexpected end tag"),
        ("<div>x</div>", "Unsupported start tag"),
        ("1 < 2", "Unsupported start tag"),
        ("👵" * 2049, "too long"),
        ("<b> </b>", "text is empty"),
    ],
)
async def test_bad_texts_are_refused(bot: Bot, text: str, complaint: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.send_message(CHAT, text, parse_mode="HTML")


async def test_text_is_measured_after_parsing(bot: Bot) -> None:
    tail = "x" * 4090
    sent = await bot.send_message(
        CHAT, f' 👵<b>a<i>b</i></b>&lt;<a href="https://a.cn">{tail}</a>', parse_mode="HTML"
    )
    assert sent.text == "👵ab<" + tail
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 2, 2),
        ("italic", 3, 1),
        ("text_link", 5, 4090),
    ]


async def test_groups_membership_and_migration(api: BotApi, bot: Bot) -> None:
    parent, group = api.user(CHAT), api.group(-42, "莲湖家长群")
    group.adds_bot(by=parent)
    parent.says("/menu", in_=group)
    assert (await bot.send_message(-42, "在")).chat.title == "莲湖家长群"
    moved = group.migrates(-100_42, by=parent)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-42, "在")
    assert caught.value.new_chat_id == moved.id
    await bot.send_message(moved.id, "在")
    moved.kicks_bot(by=parent)
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(moved.id, "在")
    parent.blocks()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(CHAT, "在")
    changes = [one.my_chat_member for one in await bot.get_updates() if one.my_chat_member]
    assert [one.new_chat_member.status for one in changes] == ["member", "kicked", "kicked"]


async def test_old_messages_cannot_be_deleted(api: BotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "旧")
    clock = api.world.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(clock.now() + timedelta(hours=49))
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(CHAT, sent.message_id)


@pytest.mark.parametrize("kind", ["form", "json", "json with text inside", "multipart", "query"])
async def test_every_encoding_of_a_call_is_understood(api: BotApi, kind: str) -> None:
    nested = '{"inline_keyboard": [[{"text": "是", "callback_data": "y"}]]}'
    fields: dict[str, Any] = {"chat_id": str(CHAT), "text": "好", "reply_markup": nested}
    bodies: dict[str, dict[str, Any]] = {
        "form": {"data": fields},
        "json": {"json": {"chat_id": CHAT, "text": "好", "reply_markup": YES_NO.to_dict()}},
        "json with text inside": {"json": fields},
        "multipart": {"data": fields, "files": {"unused": b"x"}},
        "query": {"params": fields},
    }
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(api.app), base_url="http://botapi.local"
    ) as client:
        answer = (await client.post(f"/bot{api.token}/SENDmessage", **bodies[kind])).json()
        assert answer["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"
        assert (await client.get("/botwrong/getMe")).status_code == 401


async def test_latency_and_a_server_in_a_thread(api: BotApi) -> None:
    api.latency(timedelta(milliseconds=60))
    with api.serving_in_thread() as root:
        async with api.bot(root, AiohttpRequest) as bot:
            start = asyncio.get_running_loop().time()
            waiting = asyncio.create_task(bot.get_updates(timeout=5))
            await api.wait_for(lambda: api.updates.poll)
            api.user(CHAT).says("从另一个线程")
            assert len(await waiting) == 1
            assert asyncio.get_running_loop().time() - start >= 0.06


async def test_the_server_as_a_process_with_its_control_api() -> None:
    root_folder = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", cwd=root_folder, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    try:
        assert process.stdout
        root = (await asyncio.wait_for(process.stdout.readline(), 10)).decode().strip()
        async with httpx.AsyncClient(base_url=root) as control, AiohttpRequest() as request:
            said = await control.post("/control/act", json={"user": CHAT, "act": "says", "with": ["你好"]})
            assert said.json()["message"]["text"] == "你好"
            bot = Bot("4242:LOCAL", f"{root}/bot", request=request)
            async with bot:
                assert [one.message and one.message.text for one in await bot.get_updates()] == ["你好"]
                await control.post(
                    "/control/fault", json={"kind": "refuse", "code": 403, "description": "Forbidden: no"}
                )
                with pytest.raises(Forbidden):
                    await bot.send_message(CHAT, "在")
                await bot.send_message(CHAT, "在")
            assert [one["text"] for one in (await control.get(f"/control/sent/{CHAT}")).json()] == ["在"]
            assert len((await control.get("/control/calls?method=sendMessage")).json()) == 2
            assert (await control.post("/control/fault", json={"kind": "cut", "wrong": 1})).status_code == 400
    finally:
        process.kill()
        await process.wait()
