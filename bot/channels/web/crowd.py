"""So many requests a minute from one address of the network, before anything costs anything; more get a 429.

Kept in this process's memory: a limit that wrote a row for each request would be the very thing an attacker wants. So
with several workers each has its own. Many families may share one address of a mobile network: the limit is wide, and
what one person may send is limited elsewhere (bot/limits.py). This machine itself is not limited.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.web.visitor import Door
from bot.meters import LIMITED

WINDOW_S = 60.0
ADDRESSES = 50_000
FREE = ("/static/", "/healthz", "/metrics", "/telegram")
"""Paths that cost nothing, or that guard themselves."""


class PerAddress:
    """Counts requests by the address they come from; `most` a minute, 0 = without a limit."""

    def __init__(self, app: ASGIApp, most: int, door: Door, pages: Jinja2Templates, telephone: str) -> None:
        self._app = app
        self._most = most
        self._door = door
        self._pages = pages
        self._telephone = telephone
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = self._wait(scope)
        if wait is None:
            await self._app(scope, receive, send)
            return
        LIMITED.inc()
        await self._refuse(Request(scope, receive), wait)(scope, receive, send)

    def _wait(self, scope: Scope) -> int | None:
        """Seconds until the address may ask again; None: now."""
        if not self._most or scope["type"] != "http" or scope["path"].startswith(FREE):
            return None
        address = network(scope["client"][0] if scope.get("client") else "")
        if address is None:
            return None
        now = asyncio.get_running_loop().time()
        began, count = self._counts.get(address, (now, 0))
        if now - began >= WINDOW_S:
            began, count = now, 0
        self._counts[address] = (began, count + 1)
        self._counts.move_to_end(address)
        if len(self._counts) > ADDRESSES:
            self._counts.popitem(last=False)
        return None if count < self._most else max(1, int(WINDOW_S - (now - began)))

    def _refuse(self, request: Request, wait: int) -> Response:
        headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        said = (
            self._door.sorry(request, self._pages, "crowd.html", 429, headers, here=here)
            if request.method == "GET"
            else None
        )
        return said or JSONResponse({"error": 429}, status_code=429, headers=headers)


def network(host: str) -> str | None:
    """What counts as one address: an IPv4 address, an IPv6 network of 64 bits; None for this machine itself."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host or None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
