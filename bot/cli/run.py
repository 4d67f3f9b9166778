"""`doorstep run`: the web server and, given a token, Telegram, until the process is told to end."""

from __future__ import annotations

import asyncio
import signal
import socket

import structlog
import typer
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


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises what the operator has to mend."""
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


async def serve(settings: Settings, listening: socket.socket) -> None:
    """Open the house, answer, and on a signal finish what is in hand."""
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    crew = await asyncio.to_thread(join, settings.url)
    house = await asyncio.to_thread(open_house, settings, SystemClock(), crew=crew)
    try:
        live = Live(house)
        telegram = open_telegram(live)
        routes = telegram.routes if telegram else ()
        server = make_server(make_app(live, routes), settings)
        await live.start()
        try:
            if telegram is not None:
                await telegram.start()
            typer.echo(f"Doorstep is at {settings.page}")
            if not ending.is_set():
                # It ends by the same signals and raises them again when it is done: they find the handlers above.
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
            hold=live.pace.hold,
        )
    except (ValueError, InvalidToken) as why:
        raise Unusable(str(why)) from why
    house.channels[telegram.channel.name] = telegram.channel
    house.watch.sources[telegram.channel.name] = lambda: telegram.trouble
    return telegram
