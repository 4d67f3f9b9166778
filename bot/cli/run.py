"""`doorstep run`: the web server and, given a token, Telegram, until the process is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import structlog
import typer
import uvicorn
import uvloop
from telegram.error import InvalidToken

from bot.assembly import open_house
from bot.channels.telegram.setup import Telegram
from bot.channels.web.app import make_app, make_server
from bot.cli.errors import Unusable
from bot.clock import SystemClock
from bot.live import Live
from bot.settings import Settings
from bot.store.crew import join

log = structlog.get_logger(__name__)
SWITCH_S = 0.001
"""Threads take turns so often (Python's own 5 ms): one that has heard from the database gets on beside a busy loop."""


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises what the operator has to mend."""
    sys.setswitchinterval(SWITCH_S)
    listening = listen(settings)
    try:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings, listening))
    finally:
        listening.close()


def listen(settings: Settings) -> socket.socket:
    """The socket people connect to, opened first: a taken port is said before anything else begins."""
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as why:
        raise Unusable(
            f"DOORSTEP_HOST, DOORSTEP_PORT: {settings.host}:{settings.port} cannot be listened on:"
            f" {why.strerror} -- is a bot running already? Else choose another port"
        ) from why
    return listening


class Ending:
    """Told once, everything in hand is finished, for so many seconds; told again, or when they are over, it is left.

    Leaving it costs a delay: whatever was accepted is a row, and the next start goes on with it.
    """

    def __init__(self, drain_s: float) -> None:
        self.asked = asyncio.Event()
        self.server: uvicorn.Server | None = None
        self._drain_s = drain_s

    def told(self, number: signal.Signals) -> None:
        """SIGTERM or SIGINT came."""
        if self.asked.is_set():
            self._at_once("told again")
        self.asked.set()
        asyncio.get_running_loop().call_later(self._drain_s, self._at_once, "time is up")
        if self.server is not None:
            self.server.handle_exit(number, None)

    @staticmethod
    def _at_once(why: str) -> None:
        log.warning("ended at once; what was in hand goes on at the next start", why=why)
        sys.stderr.flush()
        os._exit(1)


async def serve(settings: Settings, listening: socket.socket) -> None:
    """Open the house, answer, and on a signal finish what is in hand."""
    ending = Ending(settings.drain_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.told, number)
    crew = await asyncio.to_thread(join, settings.url)
    house = await asyncio.to_thread(open_house, settings, SystemClock(), crew=crew)
    try:
        live = Live(house)
        telegram = open_telegram(live)
        server = make_server(make_app(live, telegram.routes if telegram else ()), settings)
        await live.start()
        try:
            if telegram is not None:
                await telegram.start()
            typer.echo(f"Doorstep is at {settings.page}")
            if not ending.asked.is_set():
                ending.server = server
                await server.serve(sockets=[listening])
        finally:
            log.info("ending")
            if telegram is not None:
                await telegram.stop_listening()
            await live.stop()
            if telegram is not None:
                await telegram.stop()
    finally:
        await asyncio.to_thread(house.store.close)
        await asyncio.to_thread(crew.close)
    log.info("ended")


def open_telegram(live: Live) -> Telegram | None:
    """Telegram on this house, where there is a token. Raises Unusable for settings that do not go together."""
    house = live.house
    if not house.ground.settings.telegram_token.get_secret_value():
        return None
    try:
        telegram = Telegram(
            house.ground,
            house.store,
            house.registry,
            house.redactor,
            expects=house.expects,
            receive=live.receive,
            hold=live.hold,
            leads=lambda: house.crew.leads,
        )
    except (ValueError, InvalidToken) as why:
        raise Unusable(str(why)) from why
    house.channels[telegram.channel.name] = telegram.channel
    house.watch.sources[telegram.channel.name] = lambda: telegram.trouble
    return telegram
