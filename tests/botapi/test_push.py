"""Webhook deliveries of the local Bot API server: in order, repeated until accepted, with the secret."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot

from bot.channels.telegram.transport import AiohttpRequest
from bot.clock import VirtualClock
from tests.botapi import BotApi, Fault, Json, serve_app

CHAT = 7_000_000_001


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi(clock=VirtualClock(datetime(2026, 12, 1, 1, 0, tzinfo=UTC)))
    api.user(CHAT, "小宇妈妈", started=True)
    yield api
    await api.aclose()


class Hook:
    """A webhook that answers as told and remembers what came."""

    def __init__(self, *answers: Response) -> None:
        self.seen: list[Json] = []
        self.secrets: set[str | None] = set()
        self.answers = list(answers)
        self.app = Starlette(routes=[Route("/telegram", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        self.seen.append(await request.json())
        self.secrets.add(request.headers.get("x-telegram-bot-api-secret-token"))
        return self.answers.pop(0) if self.answers else Response()

    def texts(self) -> list[str]:
        return [one["message"]["text"] for one in self.seen]


@asynccontextmanager
async def hooked(api: BotApi, hook: Hook, sockets: bool) -> AsyncIterator[Bot]:
    """A bot whose webhook is `hook`, over real sockets or in-process."""
    if not sockets:
        api.push_to(hook.app)
        async with api.bot() as bot:
            await bot.set_webhook("https://example.org/telegram", secret_token="geheim_1")
            yield bot
        return
    async with (
        api.serving() as root,
        serve_app(hook.app) as here,
        api.bot(root, AiohttpRequest) as bot,
    ):
        await bot.set_webhook(f"{here}/telegram", secret_token="geheim_1")
        yield bot


@pytest.mark.parametrize("sockets", [False, True])
async def test_webhook_repeats_until_accepted_and_keeps_each_chat_in_order(
    api: BotApi, sockets: bool
) -> None:
    hook = Hook(Response(status_code=500), Response(status_code=403))
    other = api.user(2, "别人")
    api.user(CHAT).says("1")
    async with hooked(api, hook, sockets) as bot:
        await api.wait_for(lambda: hook.seen)
        api.user(CHAT).says("2")
        other.says("x")
        await api.wait_for(lambda: not api.updates.pending)
        mine = [one["message"]["text"] for one in hook.seen if one["message"]["chat"]["id"] == CHAT]
        assert [text for at, text in enumerate(mine) if text not in mine[:at]] == ["1", "2"]
        assert (len(hook.seen), hook.secrets) == (5, {"geheim_1"})
        info = await bot.get_webhook_info()
        assert info.pending_update_count == 0
        assert "Wrong response from the webhook" in str(info.last_error_message)


async def test_an_accepted_update_whose_answer_is_lost_comes_twice(api: BotApi) -> None:
    hook = Hook()
    api.faults.add(Fault("cut", "push", handled=True))
    api.faults.add(Fault("cut", "push"))
    async with hooked(api, hook, sockets=False):
        api.user(CHAT).says("1")
        await api.wait_for(lambda: not api.updates.pending)
    assert hook.texts() == ["1", "1"]


async def test_a_call_in_the_webhook_answer_is_carried_out(api: BotApi) -> None:
    parent = api.user(CHAT)
    hook = Hook(JSONResponse({"method": "sendMessage", "chat_id": CHAT, "text": "收到"}))
    async with hooked(api, hook, sockets=True):
        parent.says("你好")
        assert (await api.wait_sent(CHAT, 1))[0]["text"] == "收到"
    assert [call.via_webhook for call in api.calls("sendMessage")] == [True]
