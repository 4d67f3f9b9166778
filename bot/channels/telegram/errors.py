"""What an error of the Bot API means for the message that caused it.

`verdict` sorts every error that a call may raise into the few kinds the outbox can act upon. The order of the
cases matters: in python-telegram-bot `BadRequest` and `TimedOut` are subclasses of `NetworkError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.transport import NotSentError

Kind = Literal[
    "retry_after", "unreachable", "our_fault", "harmless", "migrated", "not_sent", "unconfirmed", "fatal"
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means.

    kind:
      retry_after   not delivered; the same message again after `wait_s`
      unreachable   this chat cannot be written to until its people act
      our_fault     the request itself is wrong and would be refused again; whoever sends it to many stops
      harmless      nothing to do: what was wanted is already so, or no longer possible
      migrated      the chat has the id `new_chat` now; the same message again to it
      not_sent      not delivered; again with backoff
      unconfirmed   perhaps delivered, perhaps not
      fatal         the bot as a whole cannot work (token revoked, a second reader of its updates)
    wait_s: seconds, with retry_after only. new_chat: with migrated only.
    reason: a short stable word for logs and branches, never the text of a message.
    """

    kind: Kind
    wait_s: float | None
    new_chat: int | None
    reason: str


# Words in the server's descriptions, in lower case, the first hit counts. The descriptions are no documented
# interface; what is not listed falls back to the error class.
_FORBIDDEN: Final = (
    ("blocked by the user", "blocked"),
    ("user is deactivated", "deactivated"),
    ("can't initiate", "never_wrote"),
    ("was kicked", "kicked"),
    ("is not a member", "not_a_member"),
    ("can't send messages to bots", "is_a_bot"),
)
_NOWHERE: Final = (
    ("chat not found", "chat_not_found"),
    ("user not found", "chat_not_found"),
    ("peer_id_invalid", "chat_not_found"),
    ("chat_id is empty", "chat_not_found"),
    ("message thread not found", "thread_gone"),
    ("topic_closed", "thread_gone"),
    ("topic_deleted", "thread_gone"),
    ("not enough rights to send", "no_rights"),
    ("have no rights to send", "no_rights"),
    ("chat_write_forbidden", "no_rights"),
    ("chat_restricted", "no_rights"),
    ("user is deactivated", "deactivated"),
    ("upgraded to a supergroup", "upgraded"),
)
_HARMLESS: Final = (
    ("message is not modified", "not_modified"),
    ("query is too old", "query_too_old"),
    ("query_id_invalid", "query_too_old"),
    ("message to edit not found", "target_gone"),
    ("message to delete not found", "target_gone"),
    ("message_id_invalid", "target_gone"),
    ("message can't be deleted", "target_fixed"),
    ("message can't be edited", "target_fixed"),
)
_OUR_FAULT: Final = (
    ("can't parse entities", "markup"),
    ("message is too long", "too_long"),
    ("message_too_long", "too_long"),
    ("caption is too long", "too_long"),
    ("text is empty", "empty"),
    ("text must be non-empty", "empty"),
    ("button_data_invalid", "button"),
    ("inline keyboard", "button"),
    ("reply_markup", "button"),
    ("to be replied not found", "reply_target_gone"),
    ("file", "file"),
)
# Causes by name: the library's default transport is a dependency of tests only.
_CONNECTING: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})


def verdict(error: Exception) -> Verdict:
    """Sort an error raised by a Bot API call. Never raises; what is unknown is `our_fault`."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after  # a timedelta when PTB_TIMEDELTA is set
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return Verdict("retry_after", seconds, None, "flood")
    if isinstance(error, ChatMigrated):
        return Verdict("migrated", None, error.new_chat_id, "upgraded")
    if isinstance(error, Forbidden):
        return _plain("unreachable", _word(_FORBIDDEN, error) or "forbidden")
    if isinstance(error, Conflict):
        return _plain("fatal", "conflict")
    if isinstance(error, InvalidToken):
        return _plain("fatal", "token")
    if isinstance(error, EndPointNotFound):
        return _plain("our_fault", "unknown_method")
    if isinstance(error, BadRequest):
        return _bad_request(error)
    if isinstance(error, NetworkError):
        return _network(error)
    if isinstance(error, TelegramError) and "invalid server response" in str(error).lower():
        return _plain("unconfirmed", "answer_unreadable")  # a success code with a body that is no JSON
    if isinstance(error, (TimeoutError, OSError)):
        return _plain("unconfirmed", "answer_lost")
    return _plain("our_fault", type(error).__name__)


def _bad_request(error: BadRequest) -> Verdict:
    nowhere = _word(_NOWHERE, error)
    if nowhere:
        return _plain("unreachable", nowhere)
    harmless = _word(_HARMLESS, error)
    if harmless:
        return _plain("harmless", harmless)
    return _plain("our_fault", _word(_OUR_FAULT, error) or "bad_request")


def _network(error: NetworkError) -> Verdict:
    """Connection troubles and the status codes that have no class of their own (5xx, 413)."""
    if isinstance(error, NotSentError) or type(error.__cause__).__name__ in _CONNECTING:
        return _plain("not_sent", "no_connection")
    if isinstance(error, TimedOut):
        return _plain("unconfirmed", "answer_lost")
    if error.__cause__ is not None and not isinstance(error.__cause__, TelegramError):
        return _plain("unconfirmed", "answer_lost")  # raised by a transport, not by a status code
    words = str(error).lower()
    if "gateway time" in words or "(504)" in words:
        return _plain("unconfirmed", "gateway_timeout")
    if "too large" in words or "(413)" in words:
        return _plain("our_fault", "too_large")
    return _plain("not_sent", "server_error")


def _word(table: tuple[tuple[str, str], ...], error: Exception) -> str | None:
    words = str(error).lower()
    return next((reason for part, reason in table if part in words), None)


def _plain(kind: Kind, reason: str) -> Verdict:
    return Verdict(kind, None, None, reason)
