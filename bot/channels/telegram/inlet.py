"""What happens to an update on both ways in, webhook and polling: parsed, redacted, kept, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot, Update

from bot.channels.telegram.updates import inbound_of, place_of
from bot.messages import Inbound, Place
from bot.redact import Redactor

log = structlog.get_logger(__name__)


class Inlet:
    """Takes updates in. `expects` says whether a place is being asked for a document; `receive` keeps what arrived."""

    def __init__(
        self,
        bot: Bot,
        redactor: Redactor,
        expects: Callable[[Place], bool],
        receive: Callable[[Inbound], Awaitable[bool]],
    ) -> None:
        self._bot = bot
        self._redactor = redactor
        self._expects = expects
        self._receive = receive

    def parse(self, raw: Any) -> Update | None:
        """The update, or None (logged by number) for what this library cannot read: it is passed over.

        An update that can never be read must not hold up those behind it.
        """
        try:
            return Update.de_json(raw, self._bot)
        except Exception as why:  # noqa: BLE001  a shape that the library does not know may raise anything
            number = raw.get("update_id") if isinstance(raw, dict) else None
            log.error("an update could not be read", update=number, error=type(why).__name__)
            return None

    async def take(self, update: Update) -> str | None:
        """Keep an update; it may be acknowledged when this returns.

        Returns the id of a pressed button's query, which wants an answer. Raises what the store raises.
        """
        place = place_of(update)
        if place is not None:
            asked = update.message is not None and await asyncio.to_thread(self._expects, place)
            inbound = inbound_of(update, self._bot.username, self._redactor, asked)
            if inbound is not None:
                await self._receive(inbound)
        return update.callback_query.id if update.callback_query is not None else None
