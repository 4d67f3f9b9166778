"""The far end of every measurement, in one process: a Bot API server and the webhook's caller, as raw protocols.

It answers at once, or after a set delay (the round trip to Telegram), and notes when each chat's message came. Beside
the bots it must cost little: nothing is parsed but the method, the length and the chat.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from typing import cast

import orjson

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb'"?\bchat_id\D{1,8}(\d+)')
_SENDS = (b"sendMessage", b"sendPhoto", b"sendDocument")
_ME = {
    "id": 1,
    "is_bot": True,
    "first_name": "Doorstep",
    "username": "doorstep_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}


class FarEnd:
    """The Bot API server. `delay` in seconds; `sent` counts messages; `hooked` are the tokens that set a webhook."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.sent = 0
        self.hooked: set[str] = set()
        self._number = 0
        self._waiting: dict[int, deque[asyncio.Future[float]]] = defaultdict(deque)

    async def open(self) -> str:
        """Listen on a free port of the loopback; the root of the server's addresses."""
        server = await asyncio.get_running_loop().create_server(
            lambda: _Answering(self), "127.0.0.1", 0, backlog=1024
        )
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def expect(self, chat: int) -> asyncio.Future[float]:
        """Done when this chat is sent a message, with the loop's time of it."""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[chat].append(found)
        return found

    def answer(self, path: bytes, body: bytes) -> bytes:
        """The response to one call, head and body."""
        token, _, method = path.partition(b"?")[0].removeprefix(b"/bot").partition(b"/")
        if method in _SENDS:
            chat = _CHAT.search(body)
            result = self._sent(int(chat[1]) if chat else 0)
        elif method == b"getMe":
            result = orjson.dumps(_ME)
        else:
            if method == b"setWebhook":
                self.hooked.add(token.decode())
            result = b"true"
        said = b'{"ok":true,"result":' + result + b"}"
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            len(said),
            said,
        )

    def _sent(self, chat: int) -> bytes:
        self.sent += 1
        self._number += 1
        waiting = self._waiting.get(chat)
        if waiting:
            first = waiting.popleft()
            if not first.done():
                first.set_result(asyncio.get_running_loop().time())
            if not waiting:
                del self._waiting[chat]
        return (
            b'{"message_id":%d,"date":1790000000,"chat":{"id":%d,"type":"private","first_name":"P"},'
            b'"from":{"id":1,"is_bot":true,"first_name":"Doorstep"},"text":"."}' % (self._number, chat)
        )


class _Answering(asyncio.Protocol):
    """One connection of a bot to the server."""

    def __init__(self, far: FarEnd) -> None:
        self._far = far
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._held, 0, end)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._held) < whole:
            return
        path = self._held[: self._held.find(b"\r\n")].split(b" ")[1]
        body, self._held = self._held[end + 4 : whole], self._held[whole:]
        said = self._far.answer(path, body)
        if self._far.delay:
            asyncio.get_running_loop().call_later(self._far.delay, self._write, said)
        else:
            self._write(said)

    def _write(self, said: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(said)


class Caller(asyncio.Protocol):
    """One connection to a bot's webhook; one update at a time."""

    def __init__(self, port: int, secret: str) -> None:
        self._head = (
            f"POST /telegram HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            f"x-telegram-bot-api-secret-token: {secret}\r\ncontent-length: "
        ).encode()
        self._held = b""
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None

    @staticmethod
    async def open(port: int, secret: str) -> Caller:
        """Connect."""
        _, caller = await asyncio.get_running_loop().create_connection(
            lambda: Caller(port, secret), "127.0.0.1", port
        )
        return caller

    def post(self, body: bytes) -> asyncio.Future[int]:
        """Send an update; done with the status when it is acknowledged."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(self._head + b"%d\r\n\r\n%b" % (len(body), body))
        return self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the bot hung up"))

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._held, 0, end)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._held) < whole:
            return
        status, self._held = int(self._held[9:12]), self._held[whole:]
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(status)
