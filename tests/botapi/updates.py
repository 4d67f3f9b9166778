"""The queue of updates: at least once, in order, until confirmed by an offset or by a webhook's 2xx."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from tests.botapi.shapes import ApiError, Json

FIRST_ID = 700_000_001
_OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Queued:
    """One update; `copies` more deliveries follow its confirmation."""

    id: int
    kind: str
    chat: int
    body: Json
    copies: int = 0


@dataclass
class Webhook:
    """Where updates are pushed to, and the last trouble there."""

    url: str
    secret: str | None
    max_connections: int
    error: str | None = None
    error_at: int | None = None


class UpdateQueue:
    """Updates not yet confirmed, oldest first, and all there ever were."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._ids = itertools.count(FIRST_ID)
        self.pending: list[Queued] = []
        self.history: list[Queued] = []
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] | None = None
        self.repeat_next = 0
        self.poll = 0

    def put(self, kind: str, chat: int, content: Json) -> Json:
        """Queue an update of `kind` about `chat`; returns it whole. What is not allowed is not queued."""
        number = next(self._ids)
        queued = Queued(
            number, kind, chat, {"update_id": number, kind: copy.deepcopy(content)}, self.repeat_next
        )
        self.history.append(queued)
        wanted = kind not in _OFF_BY_DEFAULT if self.allowed is None else kind in self.allowed
        if wanted:
            self.pending.append(queued)
            self._changed()
        return copy.deepcopy(queued.body)

    def again(self, update_id: int) -> None:
        """Deliver an update once more, however long ago it was confirmed."""
        if not any(one.id == update_id for one in self.pending):
            self.pending.append(next(one for one in self.history if one.id == update_id))
            self.pending.sort(key=lambda one: one.id)
            self._changed()

    def allow(self, kinds: list[str] | None) -> None:
        """Remember which kinds are wanted; None leaves it as it was, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def take(self, offset: int | None, limit: int) -> list[Json]:
        """Confirm everything below `offset` and return what comes next."""
        if offset is not None and offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            for queued in [one for one in self.pending if one.id < offset]:
                self.confirm(queued)
        return [one.body for one in self.pending[: max(1, min(limit, 100))]]

    def confirm(self, queued: Queued) -> None:
        """Drop an update, unless it is to be delivered again."""
        if queued.copies > 0:
            queued.copies -= 1
        elif queued in self.pending:
            self.pending.remove(queued)
        self._changed()

    def claim_poll(self) -> int:
        """Begin a long poll: the one before it is refused from now on. Raises ApiError 409."""
        if self.webhook is not None:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise ApiError(409, f"Conflict: {words}")
        self.poll += 1
        self._changed()
        return self.poll

    def still(self, poll: int) -> None:
        """Raises ApiError 409 when another poll or a webhook took over."""
        if self.webhook is not None:
            raise ApiError(409, "Conflict: terminated by setWebhook request")
        if self.poll != poll:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise ApiError(409, f"Conflict: {words}")

    def set_webhook(self, webhook: Webhook | None, drop_pending: bool) -> None:
        """Push to `webhook` from now on; None = wait for polling."""
        self.webhook = webhook
        if drop_pending:
            self.pending.clear()
        self._changed()

    def info(self) -> Json:
        """What getWebhookInfo answers."""
        hook = self.webhook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if hook:
            info["max_connections"] = hook.max_connections
            if hook.error:
                info |= {"last_error_message": hook.error, "last_error_date": hook.error_at}
        if self.allowed is not None:
            info["allowed_updates"] = sorted(self.allowed)
        return info
