"""Pushing updates to a webhook as Telegram does: each chat in sequence, again and again until it is accepted."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import aiohttp
import httpx

from tests.botapi import methods
from tests.botapi.faults import PUSH
from tests.botapi.shapes import ApiError, Args
from tests.botapi.updates import Queued, Webhook
from tests.botapi.world import Call, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Pusher:
    """Delivers pending updates while a webhook is set.

    `retry_s`: seconds before the first repetition, doubled up to `slowest_s`; `timeout_s`: how long the webhook
    may take. `app`: an ASGI application that receives the updates in-process whatever the webhook's URL.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self._busy: dict[int, asyncio.Task[None]] = {}
        self.retry_s = 0.02
        self.slowest_s = 1.0
        self.timeout_s = 60.0
        self.app: Any = None

    def ensure(self) -> None:
        """Run in the current event loop, unless running already."""
        if self._task is None or self._task.done() or self._task.get_loop().is_closed():
            self._busy.clear()
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End all deliveries; what is not accepted stays pending."""
        tasks = [one for one in (self._task, *self._busy.values()) if one is not None]
        self._task = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()

    async def _run(self) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            while True:
                change = self._world.expect_change()
                with self._world.lock:
                    hook = self._world.updates.webhook
                    chats = {one.chat for one in self._world.updates.pending} if hook else set()
                room = (hook.max_connections if hook else 0) - len(self._busy)
                for chat in sorted(chats - set(self._busy))[: max(room, 0)]:
                    self._busy[chat] = asyncio.create_task(self._chat(session, chat))
                await self._world.wait(change, 60.0)

    async def _chat(self, session: aiohttp.ClientSession, chat: int) -> None:
        """Deliver what one chat has pending, in order."""
        wait = self.retry_s
        try:
            while True:
                with self._world.lock:
                    hook = self._world.updates.webhook
                    queued = next((one for one in self._world.updates.pending if one.chat == chat), None)
                if hook is None or queued is None:
                    return
                trouble = await self._try(session, hook, queued)
                if trouble is None:
                    wait = self.retry_s
                    self._world.updates.confirm(queued)
                else:
                    hook.error, hook.error_at = trouble, self._world.now()
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, self.slowest_s)
        finally:
            self._busy.pop(chat, None)
            self._world.changed()

    async def _try(self, session: aiohttp.ClientSession, hook: Webhook, queued: Queued) -> str | None:
        """One delivery; returns what went wrong."""
        fault = self._world.faults.take(PUSH, queued.chat)
        if fault is not None and not fault.handled:
            return "Connection refused"
        try:
            status, kind, body = await self._post(session, hook, json.dumps(queued.body).encode())
        except (aiohttp.ClientError, httpx.HTTPError, OSError, TimeoutError) as error:
            return f"{type(error).__name__}: {error}"
        if fault is not None:
            return "Read timeout expired"
        if not 200 <= status < 300:
            return f"Wrong response from the webhook: {status}"
        self._method_in_response(kind, body)
        return None

    async def _post(
        self, session: aiohttp.ClientSession, hook: Webhook, body: bytes
    ) -> tuple[int, str, bytes]:
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: hook.secret} if hook.secret else {})
        if self.app is not None:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as client:
                answer = await client.post(hook.url, content=body, headers=headers)
                return answer.status_code, answer.headers.get("content-type", ""), answer.content
        limit = aiohttp.ClientTimeout(total=self.timeout_s)
        async with session.post(hook.url, data=body, headers=headers, timeout=limit) as reply:
            return reply.status, reply.content_type, await reply.read()

    def _method_in_response(self, kind: str, body: bytes) -> None:
        """Carry out the one call that a webhook may answer with; its result goes nowhere."""
        if "json" not in kind or not body.strip():
            return
        with suppress(ValueError):
            params = json.loads(body)
            if isinstance(params, dict) and "method" in params:
                method = str(params.pop("method"))
                call = Call(method, params, [], handled=True, via_webhook=True)
                self._world.calls.append(call)
                try:
                    methods.call(self._world, method, Args(params))
                except ApiError as error:
                    call.handled, call.error = False, error.description
