"""The HTTP face of the local Bot API server: methods, files, long polling, ordered troubles."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.botapi import methods
from tests.botapi.faults import Fault
from tests.botapi.push import Pusher
from tests.botapi.shapes import ApiError, Args, Json, Upload
from tests.botapi.world import Call, World

CUT = "botapi.cut"
LONGEST_POLL_S = 50
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"


class ConnectionCutError(Exception):
    """Raised where a connection is to be cut and the server underneath offers no way to do it."""


async def read_args(request: Request) -> Args:
    """The parameters of a call from query, form, multipart or JSON. Raises ApiError 400."""
    params: Json = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse JSON object") from None
        if not isinstance(body, dict):
            raise ApiError(400, "Bad Request: JSON object expected")
        params |= {key: value for key, value in body.items() if value is not None}
    elif kind:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    uploads[name] = Upload(value.filename or name, content, value.content_type or "")
                else:
                    params[name] = value
    return Args(params, uploads)


class Server:
    """The ASGI application. `closing` ends long polls and hanging calls."""

    def __init__(self, world: World, control: list[Route]) -> None:
        self.world = world
        self.pusher = Pusher(world)
        self.closing = False
        self._app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._method, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
                *control,
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope.setdefault(CUT, transport.close)
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Let everything that waits end."""
        self.closing = True
        self.world.changed()

    def _known(self, request: Request) -> bool:
        return secrets.compare_digest(request.path_params["token"].encode(), self.world.token.encode())

    async def _method(self, request: Request) -> Response:
        method = request.path_params["method"]
        if not self._known(request):
            return _refusal(ApiError(401, "Unauthorized"))
        try:
            args = await read_args(request)
        except ApiError as error:
            return _refusal(error)
        chat = args.chat_or_none()
        call = Call(method, args.params, sorted(args.uploads))
        with self.world.lock:
            if method.lower() != "getupdates":
                self.world.calls.append(call)
            fault = self.world.faults.take(method, chat)
        if self.world.latency_s:
            await asyncio.sleep(self.world.latency_s)
        if fault is None:
            return await self._handle(call, args)
        call.fault = fault.kind
        if fault.handled:
            await self._handle(call, args)
        self.world.changed()
        return await self._trouble(request, fault)

    async def _handle(self, call: Call, args: Args) -> Response:
        try:
            if call.method.lower() == "getupdates":
                result: Any = await self._poll(args)
            else:
                result = methods.call(self.world, call.method, args)
        except ApiError as error:
            call.error = error.description
            self.world.changed()
            return _refusal(error)
        call.handled = True
        if call.method.lower() == "setwebhook":
            self.pusher.ensure()
        self.world.changed()
        return JSONResponse({"ok": True, "result": result})

    async def _poll(self, args: Args) -> list[Json]:
        updates, loop = self.world.updates, asyncio.get_running_loop()
        offset, limit = args.integer("offset"), args.integer("limit", 100) or 100
        deadline = loop.time() + min(args.integer("timeout", 0) or 0, LONGEST_POLL_S)
        with self.world.lock:
            updates.allow(args.nested("allowed_updates"))
            poll = updates.claim_poll()
        while True:
            change = self.world.expect_change()
            with self.world.lock:
                updates.still(poll)
                batch = updates.take(offset, limit)
            left = deadline - loop.time()
            if batch or left <= 0 or self.closing:
                return batch
            await self.world.wait(change, left)

    async def _trouble(self, request: Request, fault: Fault) -> Response:
        """The answer, or none, of a call that meets trouble."""
        if fault.kind == "refuse":
            return _refusal(fault.refusal())
        if fault.kind == "html":
            return HTMLResponse(_PAGE.format(f"{fault.code} {fault.description}"), fault.code)
        if fault.kind == "garbage":
            return HTMLResponse("<html>all fine</html>")
        cut = request.scope.get(CUT)
        if fault.kind == "truncate":
            return StreamingResponse(
                _half(cut), headers={"Content-Length": "1000"}, media_type="application/json"
            )
        if fault.kind == "hang":
            await self._hang(request, fault)
        await _cut(cut)
        return Response()

    async def _hang(self, request: Request, fault: Fault) -> None:
        """Wait until the caller gives up, the trouble is cleared or the server closes."""
        while True:
            change = self.world.expect_change()
            if self.closing or not self.world.faults.active(fault) or await request.is_disconnected():
                return
            await self.world.wait(change, 0.05)

    async def _file(self, request: Request) -> Response:
        file_id = request.path_params["path"].removeprefix("files/").partition(".")[0]
        upload = self.world.files.get(file_id)
        if not self._known(request) or upload is None:
            return _refusal(ApiError(404, "Not Found"))
        return Response(upload.content, media_type=upload.mime_type or "application/octet-stream")


def _refusal(error: ApiError) -> Response:
    return JSONResponse(error.body(), error.code)


async def _cut(cut: Callable[[], None] | None) -> None:
    if cut is None:
        raise ConnectionCutError
    cut()
    await asyncio.sleep(0.01)  # the server notices the end of the connection in its next rounds


async def _half(cut: Callable[[], None] | None) -> AsyncIterator[bytes]:
    yield b'{"ok": true, "resu'
    await _cut(cut)
