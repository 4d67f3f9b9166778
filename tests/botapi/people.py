"""The people of a test: they write, press, share, edit, forward, block, and the bot gets the updates."""

from __future__ import annotations

from typing import Any

from tests.botapi.entities import automatic
from tests.botapi.shapes import Json, Upload
from tests.botapi.world import Account, Query, Room, World

PIXEL = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class User:
    """One person and what they do. Acts return the update that the bot will get.

    `in_` names a group; without it the act happens in the private chat.
    """

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self.account = account
        self.id = account.id

    def _content(self, content: Json, in_: Group | None, reply_to: Json | None = None) -> Json:
        world = self._world
        with world.lock:
            if in_ is None:
                self.account.started = True
            chat = in_.id if in_ else self.id
            if reply_to is not None:
                content = content | world.reply_to(chat, reply_to["message_id"])
            message = world.store(chat, self.account.as_user(), content)
            return world.updates.put("message", chat, message)

    def says(self, text: str, in_: Group | None = None, reply_to: Json | None = None, **more: Any) -> Json:
        """Write a text; `more` are further fields of the message, such as message_thread_id."""
        entities = automatic(text)
        content = {"text": text} | ({"entities": entities} if entities else {}) | more
        return self._content(content, in_, reply_to)

    def starts(self, payload: str = "") -> Json:
        """Press START, or open a deep link with `payload`."""
        return self.says(f"/start {payload}".strip())

    def shares_contact(self, phone: str, own: bool = True, in_: Group | None = None) -> Json:
        """Share a phone number: one's own, or somebody else's card."""
        contact: Json = {"phone_number": phone, "first_name": self.account.name if own else "别人"}
        return self._content({"contact": contact | ({"user_id": self.id} if own else {})}, in_)

    def shares_location(self, latitude: float, longitude: float, in_: Group | None = None) -> Json:
        """Share a place, WGS-84 degrees."""
        return self._content({"location": {"latitude": latitude, "longitude": longitude}}, in_)

    def sends_photo(
        self, content: bytes = PIXEL, caption: str | None = None, in_: Group | None = None
    ) -> Json:
        """Send a picture."""
        size = self._world.keep_file(Upload("photo.jpg", content, "image/jpeg")) | {"width": 90, "height": 90}
        return self._content({"photo": [size]} | ({"caption": caption} if caption else {}), in_)

    def sends_document(self, name: str, content: bytes, mime_type: str = "application/pdf") -> Json:
        """Send a file."""
        kept = self._world.keep_file(Upload(name, content, mime_type))
        return self._content({"document": kept | {"file_name": name, "mime_type": mime_type}}, None)

    def sends_voice(self, seconds: int = 3, content: bytes = b"OggS") -> Json:
        """Send a voice message."""
        kept = self._world.keep_file(Upload("voice.oga", content, "audio/ogg"))
        return self._content({"voice": kept | {"duration": seconds, "mime_type": "audio/ogg"}}, None)

    def sends_sticker(self, emoji: str = "🌹") -> Json:
        """Send a sticker."""
        kept = self._world.keep_file(Upload("sticker.webp", b"RIFF", "image/webp"))
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._content({"sticker": kept | shape | {"emoji": emoji}}, None)

    def forwards(self, text: str, origin: str = "别人", in_: Group | None = None) -> Json:
        """Forward a text of somebody who hides their account."""
        hidden = {"type": "hidden_user", "sender_user_name": origin, "date": self._world.now()}
        return self.says(text, in_, forward_origin=hidden)

    def edits(self, message: Json, text: str) -> Json:
        """Change the text of an own message (the update's `message`)."""
        world = self._world
        with world.lock:
            chat = message["chat"]["id"]
            stored = world.find(chat, message["message_id"])
            if stored is None or stored.by_bot:
                raise ValueError("not an own message")
            stored.message |= {"text": text, "edit_date": world.now()}
            return world.updates.put("edited_message", chat, stored.message)

    def presses(self, message: Json | None, label: str, in_: Group | None = None) -> Json:
        """Press the button `label` of `message`; None = the newest message or keyboard that has it.

        The passed message counts as what the person sees, so a button that an edit took away can still be
        pressed. A reply keyboard's button writes its label; a link returns {"url": …}. Raises LookupError.
        """
        world = self._world
        with world.lock:
            chat = in_.id if in_ else self.id
            seen = [message] if message else [one.message for one in reversed(world.in_chat(chat))]
            for shown in seen:
                button = _button(shown.get("reply_markup", {}).get("inline_keyboard", []), label)
                if button is not None:
                    return self._press(shown, button)
            button = _button(world.keyboards.get(chat, {}).get("keyboard", []), label)
            if button is None or message is not None:
                raise LookupError(f"no button {label!r}")
            if button.get("request_contact") or button.get("request_location"):
                raise LookupError(f"{label!r} shares something: use shares_contact or shares_location")
            return self.says(label, in_)

    def _press(self, message: Json, button: Json) -> Json:
        if "callback_data" not in button:
            return {"url": button.get("url") or button.get("web_app", {}).get("url", "")}
        world = self._world
        chat = message["chat"]["id"]
        query = Query(str(9_000_000_000 + world.number()), self.id)
        world.queries[query.id] = query
        stored = world.find(chat, message["message_id"])
        body = {
            "id": query.id,
            "from": self.account.as_user(),
            "message": (stored.message if stored else message),
            "chat_instance": str(chat * 7919),
            "data": button["callback_data"],
        }
        return world.updates.put("callback_query", chat, body)

    def blocks(self) -> Json:
        """Block the bot."""
        self.account.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> Json:
        """Let the bot write again."""
        self.account.blocked = False
        return self._membership("kicked", "member")

    def deactivates(self) -> None:
        """The account is deleted; Telegram tells the bot nothing."""
        self.account.deactivated = True

    def _membership(self, old: str, new: str) -> Json:
        change = membership(self._world, self.account.as_chat(), self.account.as_user(), old, new)
        return self._world.updates.put("my_chat_member", self.id, change)


class Group:
    """One group and what happens to the bot in it."""

    def __init__(self, world: World, room: Room) -> None:
        self._world = world
        self.room = room
        self.id = room.id

    def adds_bot(self, by: User, status: str = "member") -> Json:
        """The bot joins (status member or administrator)."""
        return self._change(by, status)

    def kicks_bot(self, by: User) -> Json:
        """The bot is thrown out."""
        return self._change(by, "kicked")

    def _change(self, by: User, new: str) -> Json:
        world = self._world
        with world.lock:
            old, self.room.bot_status = self.room.bot_status, new
            change = membership(world, self.room.as_chat(), by.account.as_user(), old, new)
            return world.updates.put("my_chat_member", self.id, change)

    def migrates(self, new_id: int, by: User) -> Group:
        """Become a supergroup with another id; the bot gets both service messages. Returns the new group."""
        world = self._world
        with world.lock:
            room = Room(new_id, self.room.title, "supergroup", self.room.bot_status)
            world.rooms[new_id] = room
            self.room.migrated_to = new_id
            sender = by.account.as_user()
            left = world.store(self.id, sender, {"migrate_to_chat_id": new_id})
            world.updates.put("message", self.id, left)
            came = world.store(new_id, sender, {"migrate_from_chat_id": self.id})
            world.updates.put("message", new_id, came)
            return Group(world, room)


def membership(world: World, chat: Json, by: Json, old: str, new: str) -> Json:
    """The content of a my_chat_member update."""

    def member(status: str) -> Json:
        return {"user": world.bot_user(), "status": status} | (
            {"until_date": 0} if status == "kicked" else {}
        )

    return {
        "chat": chat,
        "from": by,
        "date": world.now(),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }


def _button(rows: list[list[Json]], label: str) -> Json | None:
    return next((one for row in rows for one in row if one["text"] == label), None)
