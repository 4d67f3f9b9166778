"""The counter as a channel: an answer is in the page's log, and nothing can be sent there later."""

from __future__ import annotations

from bot.messages import COUNTER, Receipt, Sendable, SendFailed

ANSWERS = ("urgent", "reply")


class CounterChannel:
    """Delivers to the page, which fetches its log with every answer; whoever stood there may have gone home."""

    name = COUNTER
    pushes = False
    paced = False

    async def send(self, message: Sendable) -> Receipt:
        """An answer counts once it is in the log. Raises SendFailed("unreachable") for everything else."""
        if message.kind == "send" and message.lane not in ANSWERS:
            raise SendFailed("unreachable", "nobody waits at the counter")
        return Receipt(str(message.id))
