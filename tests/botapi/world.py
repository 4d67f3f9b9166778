"""What the local Bot API server knows: accounts, chats, messages, files, and what was asked of it.

Everything here is synchronous and guarded by one lock, because a test may act from its own thread while the
server runs in another.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import threading
from dataclasses import dataclass, field

from bot.clock import Clock
from tests.botapi.faults import Faults
from tests.botapi.markup import inline
from tests.botapi.shapes import ApiError, Json, Upload
from tests.botapi.updates import UpdateQueue

BOT_ID = 4242


@dataclass
class Account:
    """A person on Telegram, with their private chat."""

    id: int
    name: str
    username: str | None = None
    language: str | None = "zh-hans"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def as_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        return user | ({"language_code": self.language} if self.language else {})

    def as_chat(self) -> Json:
        chat: Json = {"id": self.id, "type": "private", "first_name": self.name}
        return chat | ({"username": self.username} if self.username else {})


@dataclass
class Room:
    """A group; `kind` is group or supergroup, `bot_status` what the bot is in it."""

    id: int
    title: str
    kind: str = "group"
    bot_status: str = "member"
    migrated_to: int | None = None

    def as_chat(self) -> Json:
        return {"id": self.id, "type": self.kind, "title": self.title}


@dataclass
class Stored:
    """One message: what the Bot API shows of it, and the markup it was sent with."""

    message: Json
    by_bot: bool
    markup: Json | None = None
    deleted: bool = False


@dataclass
class Call:
    """One call that reached the server. `fault`: the kind of trouble it met; `error`: why it was refused."""

    method: str
    params: Json
    uploads: list[str]
    handled: bool = False
    fault: str | None = None
    error: str | None = None
    via_webhook: bool = False


@dataclass
class Query:
    """One press of an inline button and what the bot answered to it."""

    id: str
    account: int
    answer: Json | None = None
    expired: bool = False


@dataclass
class World:
    """The server's whole memory. `changed` wakes everyone who waits for something to happen."""

    clock: Clock
    token: str
    username: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    accounts: dict[int, Account] = field(default_factory=dict)
    rooms: dict[int, Room] = field(default_factory=dict)
    messages: dict[tuple[int, int], Stored] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    keyboards: dict[int, Json] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    latency_s: float = 0.0

    def __post_init__(self) -> None:
        self.updates = UpdateQueue(self.changed)
        self.faults = Faults(self.changed)
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._private_ids = itertools.count(1)
        self._room_ids: dict[int, itertools.count[int]] = {}
        self._numbers = itertools.count(1)

    # -- waiting

    def changed(self) -> None:
        """Wake every waiter, in whichever loop it waits."""
        with self.lock:
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def expect_change(self) -> asyncio.Event:
        """An event that the next change sets; take it before looking."""
        event = asyncio.Event()
        with self.lock:
            self._waiting.append((asyncio.get_running_loop(), event))
        return event

    async def wait(self, event: asyncio.Event, timeout_s: float) -> None:
        """Return when an expected change came, or after `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            with self.lock:
                self._waiting = [one for one in self._waiting if one[1] is not event]

    # -- who and where

    def now(self) -> int:
        """The present instant in Unix seconds."""
        return int(self.clock.now().timestamp())

    def bot_user(self) -> Json:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Doorstep", "username": self.username}

    def number(self) -> int:
        """A number never given before, for ids of every kind."""
        return next(self._numbers)

    def chat_json(self, chat: int) -> Json:
        """The chat as an object. Raises ApiError 400 for an unknown one."""
        if chat in self.accounts:
            return self.accounts[chat].as_chat()
        if chat in self.rooms:
            return self.rooms[chat].as_chat()
        raise ApiError(400, "Bad Request: chat not found")

    def may_write(self, chat: int) -> Json:
        """The chat as an object when the bot may send to it. Raises ApiError 400 or 403."""
        account, room = self.accounts.get(chat), self.rooms.get(chat)
        if account is not None:
            if account.deactivated:
                raise ApiError(403, "Forbidden: user is deactivated")
            if account.blocked:
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            if not account.started:
                raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if room is not None:
            if room.migrated_to is not None:
                words = "Bad Request: group chat was upgraded to a supergroup chat"
                raise ApiError(400, words, migrate_to_chat_id=room.migrated_to)
            if room.bot_status == "kicked":
                raise ApiError(403, f"Forbidden: bot was kicked from the {room.kind} chat")
            if room.bot_status == "left":
                raise ApiError(403, f"Forbidden: bot is not a member of the {room.kind} chat")
        return self.chat_json(chat)

    # -- messages

    def store(self, chat: int, sender: Json, content: Json, markup: Json | None = None) -> Json:
        """Keep a new message and return it. Private chats and basic groups share one count of ids."""
        room = self.rooms.get(chat)
        if room is not None and room.kind == "supergroup":
            number = next(self._room_ids.setdefault(chat, itertools.count(1)))
        else:
            number = next(self._private_ids)
        head = {"message_id": number, "from": sender, "chat": self.chat_json(chat), "date": self.now()}
        message: Json = head | content
        shown = inline(markup)
        if shown:
            message["reply_markup"] = shown
        elif markup:
            self.keyboards[chat] = markup
        self.messages[chat, number] = Stored(message, bool(sender["is_bot"]), markup)
        self.changed()
        return copy.deepcopy(message)

    def find(self, chat: int, number: int | None) -> Stored | None:
        """A message that is still there."""
        stored = self.messages.get((chat, number or 0))
        return None if stored is None or stored.deleted else stored

    def in_chat(self, chat: int) -> list[Stored]:
        """The messages of a chat that are still there, oldest first."""
        return [one for (where, _), one in self.messages.items() if where == chat and not one.deleted]

    def reply_to(self, chat: int, number: int | None) -> Json:
        """The field of a reply. Raises ApiError 400 when the message is gone."""
        if number is None:
            return {}
        stored = self.find(chat, number)
        if stored is None:
            raise ApiError(400, "Bad Request: message to be replied not found")
        return {"reply_to_message": {k: v for k, v in stored.message.items() if k != "reply_to_message"}}

    # -- files

    def keep_file(self, upload: Upload) -> Json:
        """Store a file and return its identifiers and size."""
        number = self.number()
        file_id = f"FILE{number:06d}"
        self.files[file_id] = upload
        return {"file_id": file_id, "file_unique_id": f"U{number:06d}", "file_size": len(upload.content)}

    def file_path(self, file_id: str) -> str:
        """The path under /file/bot<token>/ for a file."""
        suffix = self.files[file_id].name.rpartition(".")[2] or "bin"
        return f"files/{file_id}.{suffix}"
