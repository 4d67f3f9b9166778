"""What happens to an update on both ways in, webhook and polling: parsed, redacted, kept, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot

from bot.channels.telegram.updates import Json, inbound_of, place_of, words_of
from bot.messages import Inbound, Place
from bot.redact import Redactor

log = structlog.get_logger(__name__)
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What reading an update of an unknown shape raises."""


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

    @property
    def ready(self) -> bool:
        """Whether the bot knows its own name: without it, words to it in a group cannot be told from others."""
        try:
            return bool(self._bot.username)
        except RuntimeError:
            return False

    def place(self, raw: Any) -> Place | None:
        """Where an update belongs; None for one that is ignored, or (logged by number) that cannot be read.

        An update that can never be read must not hold up those behind it.
        """
        try:
            return place_of(raw)
        except UNREADABLE as why:
            _unread(raw, why)
            return None

    async def take(self, raw: Json, place: Place) -> str | None:
        """Keep an update of this place; it may be acknowledged when this returns.

        Returns the id of a pressed button's query, which wants an answer. Raises what the store raises.
        """
        matters = self._redactor.may_count(words_of(raw), place.key)
        asked = matters and await asyncio.to_thread(self._expects, place)
        try:
            inbound = inbound_of(raw, self._bot.username, self._redactor, asked)
            query = raw.get("callback_query")
            wants_answer = None if query is None else str(query["id"])
        except UNREADABLE as why:
            _unread(raw, why)
            return None
        if inbound is not None:
            await self._receive(inbound)
        return wants_answer


def _unread(raw: Any, why: Exception) -> None:
    number = raw.get("update_id") if isinstance(raw, dict) else None
    log.error("an update could not be read", update=number, error=type(why).__name__)
