"""`BotApi`: the local Bot API server as a test holds it."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import timedelta
from typing import TypeVar

from starlette.types import ASGIApp
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.clock import Clock, SystemClock
from tests.botapi import control, serving
from tests.botapi.app import Server
from tests.botapi.faults import Faults
from tests.botapi.people import Group, User
from tests.botapi.push import Pusher
from tests.botapi.shapes import Json
from tests.botapi.updates import UpdateQueue
from tests.botapi.world import Account, Call, Query, Room, World

T = TypeVar("T")
IN_PROCESS = "http://botapi.local"


class BotApi:
    """A whole Telegram for one bot.

    `app` is the ASGI application. `faults` orders troubles, `updates` shows the queue, `pusher` the webhook
    deliveries, `world` everything. Messages are plain JSON objects as the Bot API returns them.
    """

    def __init__(
        self, token: str = "4242:LOCAL", username: str = "doorstep_test_bot", clock: Clock | None = None
    ) -> None:
        self.token = token
        self.world = World(clock or SystemClock(), token, username)
        self.app = Server(self.world, control.routes(self.world))

    # -- reaching it

    def bot(self, root: str = IN_PROCESS, request: Callable[[], BaseRequest] | None = None) -> Bot:
        """A real client for the server at `root`; each of its two request objects comes from `request`.

        By default it needs no sockets. `base_url` is f"{root}/bot", `base_file_url` f"{root}/file/bot".
        """
        make = request or self.request
        return Bot(
            self.token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=make(),
            get_updates_request=make(),
        )

    def request(self, read_timeout: float = 5.0) -> HTTPXRequest:
        """A request object for a telegram.Bot that needs no sockets."""
        return serving.in_process_request(self.app, read_timeout)

    def serving(self, port: int = 0) -> AbstractAsyncContextManager[str]:
        """`async with api.serving() as root`: over loopback, in this loop."""
        return serving.serve_app(self.app, port)

    def serving_in_thread(self, port: int = 0) -> AbstractContextManager[str]:
        """`with api.serving_in_thread() as root`: over loopback, in a thread of its own."""
        return serving.serve_in_thread(self.app, port)

    def push_to(self, app: ASGIApp | None) -> None:
        """Deliver webhook updates to an ASGI application in-process instead of the webhook's URL."""
        self.pusher.app = app

    async def aclose(self) -> None:
        """End long polls and webhook deliveries (needed in-process only; the servers do it themselves)."""
        self.app.close()
        await self.pusher.stop()

    # -- troubles

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def updates(self) -> UpdateQueue:
        return self.world.updates

    @property
    def pusher(self) -> Pusher:
        return self.app.pusher

    def latency(self, wait: timedelta) -> None:
        """Let every call wait this long before it is handled."""
        self.world.latency_s = wait.total_seconds()

    def repeat_updates(self, times: int) -> None:
        """Deliver every update from now on `times` more than once."""
        self.updates.repeat_next = times

    def expire_queries(self) -> None:
        """All button presses not yet answered are too old from now on."""
        for query in self.world.queries.values():
            query.expired = True

    # -- people

    def user(
        self, id_: int, name: str = "家长", started: bool = False, language: str | None = "zh-hans"
    ) -> User:
        """A person, the same one for the same id. Until they start the bot, it cannot write to them."""
        account = self.world.accounts.get(id_)
        if account is None:
            account = self.world.accounts[id_] = Account(id_, name, language=language)
        account.started = account.started or started
        return User(self.world, account)

    def group(self, id_: int, title: str = "群", supergroup: bool = False) -> Group:
        """A group that the bot is a member of; ids are negative."""
        kind = "supergroup" if supergroup else "group"
        room = self.world.rooms.setdefault(id_, Room(id_, title, kind))
        return Group(self.world, room)

    # -- what the bot did

    def history(self, chat: int) -> list[Json]:
        """Everything in a chat that is still there, oldest first."""
        with self.world.lock:
            return [copy.deepcopy(one.message) for one in self.world.in_chat(chat)]

    def sent(self, chat: int) -> list[Json]:
        """The bot's messages in a chat as they look now, oldest first, without deleted ones."""
        with self.world.lock:
            return [copy.deepcopy(one.message) for one in self.world.in_chat(chat) if one.by_bot]

    def keyboard(self, chat: int) -> list[list[str]]:
        """The labels of the reply keyboard that the chat shows now."""
        rows = self.world.keyboards.get(chat, {}).get("keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    def calls(self, method: str | None = None) -> list[Call]:
        """The calls that arrived (getUpdates apart), whatever became of them."""
        with self.world.lock:
            return [one for one in self.world.calls if method is None or one.method.lower() == method.lower()]

    def answers(self) -> list[Query]:
        """The button presses that were answered."""
        return [one for one in self.world.queries.values() if one.answer is not None]

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 20.0) -> T:  # noqa: ASYNC109
        """The first true value of `predicate`, looked at after every change. Raises TimeoutError.

        A predicate about something outside this server is looked at every 20 ms.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            change = self.world.expect_change()
            value = predicate()
            if value:
                return value
            if loop.time() >= deadline:
                raise TimeoutError(self._story())
            await self.world.wait(change, 0.02)

    def wait_blocking(self, predicate: Callable[[], T], timeout: float = 20.0) -> T:
        """`wait_for` for a test without an event loop, with the server in a thread."""
        deadline = time.monotonic() + timeout
        while True:
            value = predicate()
            if value:
                return value
            if time.monotonic() >= deadline:
                raise TimeoutError(self._story())
            time.sleep(0.01)

    async def wait_sent(self, chat: int, count: int, timeout: float = 20.0) -> list[Json]:  # noqa: ASYNC109
        """The bot's messages in a chat once there are at least `count` (one or more)."""

        def enough() -> list[Json]:
            found = self.sent(chat)
            return found if len(found) >= count else []

        return await self.wait_for(enough, timeout)

    def _story(self) -> str:
        last = [f"{one.method} {one.error or one.fault or 'ok'}" for one in self.calls()[-8:]]
        return f"pending updates: {len(self.updates.pending)}; last calls: {last}"
