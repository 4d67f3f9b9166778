"""Buttons as Telegram's two kinds of keyboard, and the memory of which chats show one of ours at the bottom.

A reply keyboard is the only way to ask for a phone number or a place with one tap. It carries the labels of all
buttons of its message, which count as typed words, and stays until it is taken away: its old labels would otherwise
go on answering later questions. Telegram lets a message carry either kind, not both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels.telegram.markup import can_open
from bot.messages import Button, SendFailed
from bot.store.session import Db, Store

LONGEST_ID = 64
"""Bytes of a button's id that Telegram carries."""
_PREFIX = "telegram.keyboard."

AWAY = {"remove_keyboard": True}
"""Takes the keyboard at the bottom away."""

Rows = Sequence[Sequence[Button]]


def asks(rows: Rows) -> bool:
    """Whether one of the buttons asks for a contact or a place."""
    return any(button.ask for row in rows for button in row)


def inline(rows: Rows) -> dict[str, Any] | None:
    """The keyboard under a message, as the Bot API's JSON. Links that Telegram would refuse are left out, and so is what asks.

    Raises SendFailed (rejected) for an id of more than 64 bytes: a bug of whoever made it.
    """
    made = [[one for button in row if (one := _inline(button)) is not None] for row in rows]
    kept = [row for row in made if row]
    return {"inline_keyboard": kept} if kept else None


def reply(rows: Rows) -> dict[str, Any]:
    """The keyboard at the bottom, with every label but those of links (see `links`)."""
    made = [
        [
            {"text": button.label, **({f"request_{button.ask}": True} if button.ask else {})}
            for button in row
            if not button.url
        ]
        for row in rows
    ]
    return {
        "keyboard": [row for row in made if row],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def links(rows: Rows) -> list[Button]:
    """The buttons that open something: beside a reply keyboard they stand in the text."""
    return [button for row in rows for button in row if button.url and can_open(button.url)]


def _inline(button: Button) -> dict[str, str] | None:
    if button.id:
        size = len(button.id.encode())
        if size > LONGEST_ID:
            raise SendFailed("rejected", f"a button's id of {size} bytes")
        return {"text": button.label, "callback_data": button.id}
    if button.url and can_open(button.url):
        return {"text": button.label, "url": button.url}
    return None


class Shown:
    """The chats that show a reply keyboard, kept over a restart.

    Each process reads them once, when it starts; where several processes serve one bot, a chat may keep a keyboard
    until its next one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chats: set[str] = set()

    def open(self) -> None:
        """Read which chats show one."""
        rows = self._store.read(
            lambda db: db.all("SELECT key FROM setting WHERE key LIKE :key", key=f"{_PREFIX}%")
        )
        self._chats = {str(row["key"]).removeprefix(_PREFIX) for row in rows}

    def at(self, chat: str) -> bool:
        """Whether the chat shows one."""
        return chat in self._chats

    async def there(self, chat: str) -> None:
        """The chat shows one now."""
        if chat not in self._chats:
            self._chats.add(chat)
            await self._write(
                "INSERT INTO setting (key, value) VALUES (:key, '') ON CONFLICT (key) DO NOTHING", chat
            )

    async def gone(self, chat: str) -> None:
        """The chat shows none any more."""
        if chat in self._chats:
            self._chats.discard(chat)
            await self._write("DELETE FROM setting WHERE key = :key", chat)

    async def _write(self, sql: str, chat: str) -> None:
        def write(db: Db) -> None:
            db.run(sql, key=f"{_PREFIX}{chat}")

        await self._store.commit(write)
