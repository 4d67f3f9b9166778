"""Ways to reach the local Bot API server: in-process, or over loopback sockets in this loop or in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Send
from telegram.request import HTTPXRequest

from tests.botapi.app import CUT, Server

START_S = 10.0


class InProcess(httpx.AsyncBaseTransport):
    """httpx without sockets that keeps read timeouts and can be cut, unlike the one of the library."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        cut = asyncio.Event()

        async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            scope[CUT] = cut.set
            await self._app(scope, receive, send)

        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit):
                response = await httpx.ASGITransport(app).handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("no answer in time", request=request) from error
        if cut.is_set():
            raise httpx.ReadError("connection cut", request=request)
        return response


def in_process_request(app: ASGIApp, read_timeout: float = 5.0) -> HTTPXRequest:
    """A request object for python-telegram-bot that reaches `app` without sockets."""
    return HTTPXRequest(read_timeout=read_timeout, httpx_kwargs={"transport": InProcess(app)})


class _Uvicorn(uvicorn.Server):
    """uvicorn that leaves the signals of the test process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _prepare(app: ASGIApp, port: int) -> tuple[_Uvicorn, socket.socket, str]:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_level="error", lifespan="off", timeout_keep_alive=75, timeout_graceful_shutdown=2, ws="none"
    )
    return _Uvicorn(config), listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def serve_app(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve any ASGI application over loopback in the current loop; yields its root URL."""
    server, listener, root = _prepare(app, port)
    task = asyncio.create_task(server.serve([listener]))
    try:
        async with asyncio.timeout(START_S):
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event
                await asyncio.sleep(0.002)
        yield root
    finally:
        if isinstance(app, Server):
            app.close()
            await app.pusher.stop()
        server.should_exit = True
        await task
        listener.close()


@contextmanager
def serve_in_thread(app: Server, port: int = 0) -> Iterator[str]:
    """Serve the Bot API server over loopback in a thread of its own; yields its root URL."""
    server, listener, root = _prepare(app, port)

    async def run() -> None:
        try:
            await server.serve([listener])
        finally:
            await app.pusher.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        for _ in range(int(START_S / 0.005)):
            if server.started or not thread.is_alive():
                break
            time.sleep(0.005)
        yield root
    finally:
        app.close()
        server.should_exit = True
        thread.join(START_S)
        listener.close()
