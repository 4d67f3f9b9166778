"""The web server's application: the chat page, the masked page, public files and health, and what others add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.counter.routes import counter_routes
from bot.channels.web.channel import WebChannel
from bot.channels.web.chat import Chat
from bot.channels.web.crowd import PerAddress
from bot.channels.web.demo import Demo
from bot.channels.web.idpage import IdPage
from bot.channels.web.needs import Live
from bot.channels.web.public import Public
from bot.channels.web.sheets import Sheets
from bot.channels.web.visitor import Door
from bot.settings import Settings
from bot.texts import Texts

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
BODY_AT_MOST = 256 * 1024
"""Bytes of a POST: 20,000 characters in any writing fit."""
LITTLE = 4 * 1024
STOP_S = 5


def make_app(
    live: Live,
    more_routes: Sequence[BaseRoute] = (),
    *,
    frame_ancestors: str = "'none'",
) -> Starlette:
    """The application for a running bot; it opens the bot's "web" channel.

    `more_routes` come first (a webhook guards itself). `frame_ancestors` says who may show the page in a frame.
    """
    channel = live.house.channels.get("web")
    if not isinstance(channel, WebChannel):
        channel = live.house.channels["web"] = WebChannel()
    ground = live.house.ground
    door = Door(ground, Texts([FOLDER], ground.settings.zone))
    pages = Jinja2Templates(directory=TEMPLATES)
    demo = Demo(live, door)
    chat, ids, public, sheets = (
        Chat(live, channel, door, pages, demo),
        IdPage(live, door, pages),
        Public(live, door, pages),
        Sheets(live, door, pages),
    )
    routes: list[BaseRoute] = [
        *more_routes,
        Route("/", chat.page),
        Route("/events", chat.events),
        Route("/say", chat.say, methods=["POST"], max_body_size=BODY_AT_MOST),
        Route("/seen", chat.seen, methods=["POST"], max_body_size=LITTLE),
        Route("/file/{message:int}/{number:int}", chat.file),
        Route("/id/{token}", ids.show),
        Route("/id/{token}", ids.take, methods=["POST"], max_body_size=LITTLE),
        Route("/healthz", public.alive),
        Route("/readyz", public.ready),
        Route("/metrics", public.metrics),
        *counter_routes(live, door),
        *(
            Route(f"/{prefix}/{{name}}.{ending or 'json'}", public.page)
            for prefix, _, ending in (name.partition(".") for name in live.house.registry.pages)
        ),
        *(Route(f"/{name}", sheets.show) for name in live.house.registry.sheets),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
    ]
    if door.demo:
        routes.append(Route("/demo/clock", demo.clock, methods=["POST"], max_body_size=LITTLE))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Guarded, frame_ancestors=frame_ancestors),
            Middleware(
                PerAddress,
                most=ground.settings.web_per_minute,
                door=door,
                pages=pages,
                telephone=ground.telephone,
            ),
        ],
        exception_handlers={HTTPException: refused},
    )


class Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals to whoever runs it: they end more than the page."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def make_server(app: Starlette, settings: Settings) -> uvicorn.Server:
    """A uvicorn server that logs no addresses: links hold tokens and payloads."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_config=None,  # its own would leave the form of our log
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
            lifespan="off",
            forwarded_allow_ips=settings.trusted_proxies,
        )
    )


async def refused(_request: Request, why: Exception) -> Response:
    """An error as a bare status: what was sent is not repeated."""
    status = why.status_code if isinstance(why, HTTPException) else 500
    return JSONResponse({"error": status}, status_code=status, headers={"Cache-Control": "no-store"})


class Guarded:
    """Puts the headers on every answer that keep a browser from doing more than this page needs."""

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": "; ".join(
                (
                    "default-src 'none'",
                    "script-src 'self'",
                    "style-src 'self'",
                    "img-src 'self'",
                    "connect-src 'self'",
                    "form-action 'self'",
                    "base-uri 'none'",
                    f"frame-ancestors {frame_ancestors}",
                    "require-trusted-types-for 'script'",
                )
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/static/", "/desk/static/")):
                    headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_guarded)
