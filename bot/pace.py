"""How fast messages may leave: one budget per bot token for everything that is not an answer.

Results, reminders and broadcasts share 25 a second (small burst), 4:2:1. Urgent words and replies go at once, are
taken off that budget, and are bound only by one a second per chat with a small burst. A 429 sets a deadline for
the chat, or for all when two chats are told to wait long.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.messages import Sendable

BULK_PER_S = 25.0
BURST = 5.0
CHAT_BURST = 4.0
CHATS = 20_000
SHARES = {"result": 4, "reminder": 2, "broadcast": 1}


class Pace:
    """The budgets of one process, in the event loop's own seconds; of several each has its share."""

    def __init__(self, bulk_per_s: float = BULK_PER_S) -> None:
        self._whole = self._rate = bulk_per_s
        self._bulk_free = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._held_until = 0.0

    def room(self) -> int:
        """How many bulk messages are worth claiming now."""
        return max(1, int(self._rate))

    def share(self, among: int) -> None:
        """The bot's one budget is shared by so many processes."""
        self._rate = self._whole / max(1, among)

    def hold(self, seconds: float) -> None:
        """Nothing leaves for this long: the platform said so."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    def delay(self, message: Sendable, at_most: float) -> float:
        """Seconds until this message may leave (0: now).

        Up to `at_most` it has taken its place in the budgets; beyond that it has not, and asks again.
        """
        now, chat = asyncio.get_running_loop().time(), message.place.key
        bulk_at = max(self._bulk_free, now - BURST / self._rate) + 1 / self._rate
        chat_at = max(self._chats.get(chat, 0.0), now - CHAT_BURST) + 1.0
        at = max(now, self._held_until, chat_at, bulk_at if message.lane in SHARES else now)
        if at - now <= at_most:
            self._bulk_free = bulk_at
            self._chats[chat] = chat_at
            self._chats.move_to_end(chat)
            if len(self._chats) > CHATS:
                self._chats.popitem(last=False)
        return at - now
