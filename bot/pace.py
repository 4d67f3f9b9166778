"""How fast messages may leave: one budget per bot token for everything that is not an answer.

Results, reminders and broadcasts share 25 a second (small burst), 4:2:1. Urgent words and replies go at once, are
taken off that budget, and are bound only by one a second per chat with a small burst. A 429 sets a deadline for
the chat, or for all when it is long.
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
    """The budgets of one process, in the event loop's own seconds."""

    def __init__(self, bulk_per_s: float = BULK_PER_S) -> None:
        self._rate = bulk_per_s
        self._bulk_free = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._held_until = 0.0

    def room(self) -> int:
        """How many bulk messages are worth claiming now."""
        return max(1, int(self._rate))

    def hold(self, seconds: float) -> None:
        """Nothing leaves for this long: the platform said so."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    async def wait(self, message: Sendable) -> None:
        """Wait until this message may leave, and take its place in the budgets."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._held_until, self._chat_turn(message.place.key, now))
        if message.lane in SHARES:
            at = max(at, self._bulk_turn(now))
        else:
            self._bulk_turn(now)
        if at > now:
            await asyncio.sleep(at - now)

    def _bulk_turn(self, now: float) -> float:
        self._bulk_free = max(self._bulk_free, now - BURST / self._rate) + 1 / self._rate
        return self._bulk_free

    def _chat_turn(self, key: str, now: float) -> float:
        free = max(self._chats.pop(key, 0.0), now - CHAT_BURST) + 1.0
        self._chats[key] = free
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return free
