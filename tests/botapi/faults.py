"""Troubles on order: which call of which chat goes wrong, how, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Literal

from tests.botapi.shapes import ApiError, Json

Kind = Literal["refuse", "html", "hang", "cut", "truncate", "garbage"]

PUSH = "push"


@dataclass
class Fault:
    """One trouble.

    kind: refuse    answer `code`, `description` and `parameters` as the Bot API does
          html      answer `code` with a web page, as a proxy does
          hang      never answer
          cut       close the connection without an answer
          truncate  announce an answer and close in the middle of it
          garbage   answer 200 with something that is no JSON
    handled: whether the call takes effect all the same (delivered, but the answer is lost).
    method, chat: what it strikes, None = every call. The method "push" stands for the delivery of an update to
    the webhook, which counts as failed whatever the kind. times: how many calls, None = until cleared.
    """

    kind: Kind
    method: str | None = None
    chat: int | None = None
    times: int | None = 1
    handled: bool = False
    code: int = 502
    description: str = "Bad Gateway"
    parameters: dict[str, int] = field(default_factory=dict)

    def strikes(self, method: str, chat: int | None) -> bool:
        """Whether it is meant for this call; method names ignore case."""
        named = method != PUSH if self.method is None else self.method.lower() == method.lower()
        return named and (self.chat is None or self.chat == chat) and self.times != 0

    def refusal(self) -> ApiError:
        """What a `refuse` fault answers."""
        return ApiError(self.code, self.description, **self.parameters)


class Faults:
    """The troubles still to come, in order; the shorthands name the usual ones."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._list: list[Fault] = []
        self._changed = changed

    def add(self, fault: Fault) -> Fault:
        self._list.append(fault)
        return fault

    def add_json(self, body: Json) -> Fault:
        """Add a fault described by its fields. Raises ValueError for an unknown field."""
        unknown = set(body) - {one.name for one in fields(Fault)}
        if unknown or "kind" not in body:
            raise ValueError(f"kind is needed, unknown: {sorted(unknown)}")
        return self.add(Fault(**body))

    def clear(self) -> None:
        """Forget all troubles; what hangs is cut."""
        self._list.clear()
        self._changed()

    def active(self, fault: Fault) -> bool:
        """Whether the fault has not been cleared since."""
        return any(one is fault for one in self._list)

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The trouble for this call, counted as used."""
        for fault in self._list:
            if fault.strikes(method, chat):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def flood(
        self, retry_after: int, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """429 with retry_after seconds."""
        words = f"Too Many Requests: retry after {retry_after}"
        wait = {"retry_after": retry_after}
        return self.add(Fault("refuse", method, chat, times, code=429, description=words, parameters=wait))

    def forbidden(
        self, words: str, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """403, for example "bot was blocked by the user"."""
        return self.add(Fault("refuse", method, chat, times, code=403, description=f"Forbidden: {words}"))

    def bad_request(
        self, words: str, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """400, for example "chat not found"."""
        return self.add(Fault("refuse", method, chat, times, code=400, description=f"Bad Request: {words}"))

    def migrated(
        self, new_chat: int, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """400 with migrate_to_chat_id."""
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        to = {"migrate_to_chat_id": new_chat}
        return self.add(Fault("refuse", method, chat, times, code=400, description=words, parameters=to))

    def gateway(
        self, method: str | None = None, chat: int | None = None, times: int | None = 1, code: int = 502
    ) -> Fault:
        """502 (or another code) with a web page."""
        return self.add(Fault("html", method, chat, times, code=code))

    def hang(
        self, method: str | None = None, chat: int | None = None, times: int | None = 1, handled: bool = False
    ) -> Fault:
        """No answer until the caller gives up."""
        return self.add(Fault("hang", method, chat, times, handled))

    def dropped(self, method: str | None = None, chat: int | None = None, times: int | None = 1) -> Fault:
        """The connection ends before the call is handled."""
        return self.add(Fault("cut", method, chat, times))

    def lost_answer(self, method: str | None = None, chat: int | None = None, times: int | None = 1) -> Fault:
        """The call takes effect and the connection ends before the answer."""
        return self.add(Fault("cut", method, chat, times, handled=True))
