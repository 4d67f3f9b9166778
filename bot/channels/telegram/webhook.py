"""POST /telegram: an update is stored, then acknowledged; a pressed button is answered in the same response.

Telegram repeats an update until it gets a 2xx, so whatever can never be handled is acknowledged and ignored, and a
store that fails answers 500.
"""

from __future__ import annotations

import hmac

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.telegram.inlet import Inlet

log = structlog.get_logger(__name__)
PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_BODY = 1_048_576
"""Bytes. The largest update there can be is far below."""


def webhook_route(inlet: Inlet, secret: str) -> Route:
    """The route that Telegram posts to; `secret` is what its header must hold (not empty)."""
    expected = secret.encode()
    if not expected:
        raise ValueError("a webhook without a secret would take anybody's updates")

    async def telegram(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected):
            return Response(status_code=403)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            raw = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Response(status_code=200)
        place = inlet.place(raw)
        if place is None:
            return Response(status_code=200)
        if (
            not inlet.ready
        ):  # just started, and Telegram has not said yet who we are: it is to send this again
            return Response(status_code=503)
        try:
            query = await inlet.take(raw, place)
        except Exception:
            # whatever the store raises: Telegram is to send it again
            log.exception("an update could not be kept", update=raw.get("update_id"))
            return Response(status_code=500)
        if query is None:
            return Response(status_code=200)
        return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": query})

    return Route(PATH, telegram, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than anything Telegram sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
