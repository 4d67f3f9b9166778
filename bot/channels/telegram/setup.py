"""Telegram put together for one process: the bot introduces itself, chooses its way in, and is kept up.

Nothing of it blocks the start of the rest: while Telegram cannot be reached it is tried again and again, and messages
wait in the outbox. Updates that lie ready are never dropped.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from starlette.routing import Route
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.capability import Registry
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.errors import verdict
from bot.channels.telegram.inlet import Inlet
from bot.channels.telegram.keyboards import Shown
from bot.channels.telegram.polling import SLOWEST_S, WAIT_S, Poller
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.updates import ALLOWED, CHANNEL
from bot.channels.telegram.webhook import PATH, webhook_route
from bot.messages import Inbound, Place
from bot.redact import Redactor
from bot.settings import Settings
from bot.store.session import Store
from bot.texts import Texts
from bot.turn import Ground

log = structlog.get_logger(__name__)
LANGUAGES = (("", "zh"), ("zh", "zh"), ("en", "en"))
"""Telegram's language code ("" = every other) and the texts shown for it."""
EVERYWHERE = (
    ("menu", "common.button.menu"),
    ("person", "common.button.person"),
    ("cancel", "common.button.cancel"),
)
"""Commands that the machine itself understands, with the keys of their words."""
CHECK_S = 60.0
"""The way in is looked at this often."""
SILENT_S = 180.0
"""A poll without one good answer for this long is begun anew (an idle one answers within WAIT_S)."""
LEAD_S = 0.5
"""Of several processes one leads; so often the others look whether it is their turn."""
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def bot_of(settings: Settings, updates_request: AiohttpRequest) -> Bot:
    """The client for the settings' token and server. Raises InvalidToken for an empty token."""
    token, server = settings.telegram_token.get_secret_value(), settings.telegram_api_url.rstrip("/")
    if server:
        return Bot(
            token,
            base_url=f"{server}/bot",
            base_file_url=f"{server}/file/bot",
            request=AiohttpRequest(),
            get_updates_request=updates_request,
        )
    return Bot(token, request=AiohttpRequest(), get_updates_request=updates_request)


def webhook_secret(settings: Settings) -> str:
    """The header's secret: the one that is set, or one made from the token (who has that can move the webhook anyway).

    Raises ValueError for characters that Telegram refuses.
    """
    given = settings.telegram_webhook_secret.get_secret_value()
    if not given:
        return hashlib.sha256(b"webhook\0" + settings.telegram_token.get_secret_value().encode()).hexdigest()
    if _SECRET.fullmatch(given) is None:
        raise ValueError("DOORSTEP_TELEGRAM_WEBHOOK_SECRET: 1 to 256 of A-Z a-z 0-9 _ -")
    return given


def commands(registry: Registry, texts: Texts, lang: str) -> list[BotCommand]:
    """The menu of commands for everybody, in the texts' language."""
    named = [
        (command.name, f"command.{command.name}") for command in registry.commands if "" in command.roles
    ]
    named += [pair for pair in EVERYWHERE if pair[0] not in dict(named)]
    return [BotCommand(name, texts.label(lang, key)[:256]) for name, key in named if _NAME.fullmatch(name)]


class Telegram:
    """Telegram of one process. `channel` sends, `routes` belong to the web server (webhook mode only).

    `expects` and `receive` are the house's and the live loop's, `hold` the pace's. Of several processes only the one
    that `leads` reads updates or sets the webhook. Raises ValueError for settings that do not go together.
    """

    def __init__(
        self,
        ground: Ground,
        store: Store,
        registry: Registry,
        redactor: Redactor,
        *,
        expects: Callable[[Place], bool],
        receive: Callable[[Inbound], Awaitable[bool]],
        hold: Callable[[float], None],
        leads: Callable[[], bool] = lambda: True,
        wait_s: float = WAIT_S,
        first_pause_s: float = 1.0,
        check_s: float = CHECK_S,
        silent_s: float = SILENT_S,
    ) -> None:
        settings = ground.settings
        self._ground = ground
        self._registry = registry
        self._leads = leads
        self._leading = False
        self._pause_s = first_pause_s
        self._polls = settings.telegram_mode == "polling"
        self._secret = webhook_secret(settings)
        if not self._polls and not settings.public_url:
            raise ValueError("DOORSTEP_TELEGRAM_MODE=webhook needs DOORSTEP_PUBLIC_URL")
        updates_request = AiohttpRequest(connections=2)
        self.bot = bot_of(settings, updates_request)
        self._shown = Shown(store)
        self.channel = TelegramChannel(self.bot, self._shown, hold)
        inlet = Inlet(self.bot, redactor, expects, receive)
        self._poller = Poller(self.bot, updates_request, inlet, store, ground.clock, wait_s, first_pause_s)
        self.routes: list[Route] = [] if self._polls else [webhook_route(inlet, self._secret)]
        self.ready = asyncio.Event()
        self._check_s, self._silent_s = check_s, silent_s
        self._stall_s = 2 * wait_s + SLOWEST_S
        self._refused = self._complaint = ""
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str:
        """Why nothing can come in now, in words; "" while all is well. For the readiness page."""
        silent = self._poller.silent_s
        stalled = "no answer from Telegram" if silent is not None and silent > self._stall_s else ""
        waiting = "" if self.ready.is_set() else "not connected yet"
        polls = self._polls and self._leading and (self._poller.trouble or stalled)
        return self._refused or waiting or polls or self._complaint or ""

    async def start(self) -> None:
        """Begin, in the background; `ready` is set when updates come in."""
        await asyncio.to_thread(self._shown.open)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop_listening(self) -> None:
        """Take no more updates; sending goes on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._poller.stop()

    async def stop(self) -> None:
        """Let go of the connections, once everything is sent."""
        await self.stop_listening()
        await self.bot.shutdown()

    # -- within --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        if not await self._until_done(self.bot.initialize):
            return
        self._ground.link.bots[CHANNEL] = self.bot.link
        while True:
            if not self._leads():
                self.ready.set()
            while not self._leads():  # noqa: ASYNC110  the other one's end is no event of this process
                await asyncio.sleep(LEAD_S)
            if not await self._until_done(self._choose_way):
                return
            self.ready.set()
            log.info("telegram is open", bot=self.bot.username, mode=self._ground.settings.telegram_mode)
            if not await self._lead():
                return

    async def _lead(self) -> bool:
        """Read or watch for as long as this process leads. False: there is no use in going on."""
        loop = asyncio.get_running_loop()
        working = loop.create_task(self._watch_poller() if self._polls else self._watch_webhook())
        introducing = loop.create_task(self._introduce())
        self._leading = True
        try:
            while not working.done() and self._leads():
                await asyncio.wait([working], timeout=LEAD_S)
            return not working.done()
        finally:
            self._leading, self._complaint = False, ""
            for task in (working, introducing):
                task.cancel()
            await asyncio.gather(working, introducing, return_exceptions=True)

    async def _until_done(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Do it until it succeeds. False: the token is refused, there is no use in trying."""
        pause = self._pause_s
        while True:
            try:
                await act()
                return True
            except TelegramError as why:
                seen = verdict(why)
                if seen.reason in ("token", "unknown_method"):
                    self._refused = "the token is refused"
                    log.error("Telegram refuses the token: check DOORSTEP_TELEGRAM_TOKEN")
                    return False
                log.warning("Telegram cannot be reached yet", reason=seen.reason)
                await asyncio.sleep(max(pause, seen.wait_s or 0.0))
                pause = min(pause * 2, SLOWEST_S)

    async def _choose_way(self) -> None:
        if self._polls:
            await self.bot.delete_webhook(drop_pending_updates=False)
        else:
            await self.bot.set_webhook(
                f"{self._ground.settings.page}{PATH}",
                secret_token=self._secret,
                allowed_updates=ALLOWED,
                drop_pending_updates=False,
            )

    async def _introduce(self) -> None:
        """Commands and the words before /start, per language. What fails here fails the bot in nothing else."""
        texts, own = self._ground.texts, Texts([Path(__file__).parent], self._ground.settings.zone)
        try:
            for code, lang in LANGUAGES:
                await self.bot.set_my_commands(
                    commands(self._registry, texts, lang), language_code=code or None
                )
                await self.bot.set_my_description(own.label(lang, "telegram.description")[:512], code or None)
                await self.bot.set_my_short_description(own.label(lang, "telegram.short")[:120], code or None)
        except TelegramError as why:
            log.warning("the bot could not introduce itself", reason=verdict(why).reason)

    async def _watch_poller(self) -> None:
        """Keep the poll running; one that has fallen silent is ended and begun anew, on a connection of its own."""
        while True:
            polling = asyncio.get_running_loop().create_task(self._poller.run())
            try:
                while not polling.done() and self._poller.stalled_s < self._silent_s:
                    await asyncio.wait([polling], timeout=self._check_s)
                if polling.done():
                    return await polling
                self._complaint = f"nothing heard for {self._poller.stalled_s:.0f} s; reading was begun anew"
                log.error("the poll is silent; it is begun anew", silent_s=int(self._poller.stalled_s))
            finally:
                polling.cancel()
                await asyncio.gather(polling, return_exceptions=True)
            await self._poller.begin_anew()
            asyncio.get_running_loop().call_later(self._check_s, self._content)

    def _content(self) -> None:
        self._complaint = ""

    async def _watch_webhook(self) -> None:
        """Look now and then whether updates still come here, set it right, and say what Telegram complains about."""
        while True:
            await asyncio.sleep(self._check_s)
            try:
                info = await self.bot.get_webhook_info()
                if info.url != f"{self._ground.settings.page}{PATH}":
                    self._complaint = "the webhook led elsewhere; it was set again"
                    log.error("somebody moved the webhook; it is set again")
                    await self._choose_way()
                elif info.pending_update_count and info.last_error_message:
                    self._complaint = (
                        f"{info.pending_update_count} updates wait at Telegram, which cannot deliver them"
                    )
                    log.warning("updates wait at Telegram", pending=info.pending_update_count)
                else:
                    self._complaint = ""
            except TelegramError as why:
                self._complaint = f"the webhook cannot be checked: {verdict(why).reason}"
                log.warning("the webhook could not be checked", reason=verdict(why).reason)
