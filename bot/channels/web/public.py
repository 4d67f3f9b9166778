"""What anybody may fetch: the capabilities' public files, and whether the bot lives and works."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.capability import Page
from bot.channels.web.needs import Live

LATE_S = 60.0
"""A timer that is due for longer than this says that the bot does not keep up."""
WRITE_S = 5.0
"""A transaction that does nothing and still takes longer than this: nobody's message can be kept."""
_NO_STORE = {"Cache-Control": "no-store"}
log = structlog.get_logger(__name__)


class Public:
    """The handlers of the public addresses."""

    def __init__(self, live: Live, troubles: Mapping[str, Callable[[], str]]) -> None:
        self._live = live
        self._troubles = troubles

    async def page(self, request: Request) -> Response:
        """GET /PREFIX/NAME.json: a capability's file, for everybody and from every site."""
        house = self._live.house
        page: Page = house.registry.pages[request.url.path.split("/")[1]]
        name = request.path_params["name"]
        body = await asyncio.to_thread(house.store.read, lambda db: page(house.ground, db, name))
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
        if body is None:
            return JSONResponse({"error": "not found"}, status_code=404, headers=headers)
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = {
            tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
        }
        if headers["ETag"] in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    async def alive(self, _request: Request) -> Response:
        """GET /healthz: the process answers."""
        return JSONResponse({"ok": True}, headers=_NO_STORE)

    async def ready(self, _request: Request) -> Response:
        """GET /readyz: the database works, timers happen in time, nothing else is troubled; else 503 that names it."""
        house = self._live.house
        try:
            due = await asyncio.to_thread(house.timer_due)
            async with asyncio.timeout(WRITE_S):
                await asyncio.wrap_future(house.store.submit(lambda _db: None))
        except Exception as why:  # noqa: BLE001  whatever it is, the answer is that the database does not answer
            log.warning("database does not answer", error=type(why).__name__)
            return _failing("database")
        late = 0.0 if due is None else (house.ground.clock.now() - due).total_seconds()
        if late > LATE_S:
            return _failing("timers", late_s=int(late))
        for name, trouble in self._troubles.items():
            if why_not := trouble():
                return _failing(name, why=why_not)
        return JSONResponse({"ok": True}, headers=_NO_STORE)


def _failing(what: str, **more: Any) -> Response:
    return JSONResponse({"ok": False, "failing": what, **more}, status_code=503, headers=_NO_STORE)
