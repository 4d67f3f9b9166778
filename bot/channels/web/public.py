"""What anybody may fetch: the capabilities' public files, and whether the bot lives and works."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from bot.capability import Page
from bot.channels.web.exposition import exposition
from bot.channels.web.needs import Live
from bot.channels.web.visitor import LOOPBACK, Door
from bot.figures import figures
from bot.watch import STUCK_S, Trouble, words

WRITE_S = 5.0
"""A transaction that does nothing and still takes longer than this: nobody's message can be kept."""
_PRINTED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_NO_STORE = {"Cache-Control": "no-store"}
log = structlog.get_logger(__name__)


class Public:
    """The handlers of the public addresses."""

    def __init__(self, live: Live, door: Door, pages: Jinja2Templates) -> None:
        self._live = live
        self._door = door
        self._pages = pages

    async def page(self, request: Request) -> Response:
        """GET /PREFIX/NAME.json (or .html): a capability's file, for everybody and from every site."""
        house = self._live.house
        prefix, ending = request.url.path.split("/")[1], request.url.path.rpartition(".")[2]
        page: Page = house.registry.pages[prefix if ending == "json" else f"{prefix}.{ending}"]
        name = request.path_params["name"]
        body = await asyncio.to_thread(house.store.read, lambda db: page(house.ground, db, name))
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
        if body is None:
            return self._missing(request, headers)
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = {
            tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
        }
        if headers["ETag"] in known:
            return Response(status_code=304, headers=headers)
        if ending == "html":  # a page for print brings its own few lines of style, and nothing that runs
            headers["Content-Security-Policy"] = _PRINTED
            return Response(body, media_type="text/html", headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    def _missing(self, request: Request, headers: dict[str, str]) -> Response:
        """Nothing stands there (yet): in words for a browser, as JSON for a program."""
        said = self._door.sorry(
            request, self._pages, "missing.html", 404, {**headers, "Vary": "Accept, Accept-Language"}
        )
        return said or JSONResponse({"error": "not found"}, status_code=404, headers=headers)

    async def alive(self, _request: Request) -> Response:
        """GET /healthz: the process lives: its loop answers, and what is handed to the database comes back in time."""
        if self._live.house.store.waits_s > STUCK_S:
            return JSONResponse({"ok": False}, status_code=503, headers=_NO_STORE)
        return JSONResponse({"ok": True}, headers=_NO_STORE)

    async def ready(self, _request: Request) -> Response:
        """GET /readyz: whether this worker can do its work, and every trouble with what to do about it.

        503 when it cannot: then `failing` and `why` name the first trouble that keeps it from it.
        """
        house = self._live.house
        found = await asyncio.to_thread(house.watch.look)
        if not any(trouble.name == "database" for trouble in found):
            try:
                async with asyncio.timeout(WRITE_S):
                    await house.store.commit(lambda _db: None)
            except Exception as why:  # noqa: BLE001  whatever it is, the answer is that the database does not answer
                log.warning("database does not answer", error=type(why).__name__)
                found.insert(0, Trouble("database", type(why).__name__, hard=True))
        told = [
            {
                "name": trouble.name,
                "why": trouble.why,
                "remedy": words(house.ground, trouble.name, "remedy")["en"],
            }
            for trouble in found
        ]
        tree: dict[str, Any] = {"ok": True} if not told else {"ok": True, "troubles": told}
        if (first := next((trouble for trouble in found if trouble.hard), None)) is not None:
            tree |= {"ok": False, "failing": first.name, "why": first.why}
        return JSONResponse(tree, status_code=200 if tree["ok"] else 503, headers=_NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: figures for Prometheus, for this machine or for who has the token."""
        house = self._live.house
        if not may_read(request, house.ground.settings.metrics_token.get_secret_value()):
            raise HTTPException(403)
        now = house.ground.clock.now()
        counted = await asyncio.to_thread(
            house.store.read, lambda db: figures(db, now, house.registry.timers)
        )
        troubled = {trouble.name for trouble in await asyncio.to_thread(house.watch.look)}
        return Response(exposition(counted, troubled), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)


def may_read(request: Request, token: str) -> bool:
    """Whether somebody may see the figures: they have the token, or ask from this machine and through nobody."""
    given = request.headers.get("authorization", "")
    if token:
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    through = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))
    return not through and request.client is not None and request.client.host in LOOPBACK
