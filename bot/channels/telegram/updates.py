"""Telegram's updates as Inbound: what a person did, free of document numbers. Nothing here does I/O.

An update is read as the JSON that it comes in: the dozen values wanted of it do not need the hundred that
python-telegram-bot's objects hold, which took a quarter of a turn's time. What is not as the Bot API describes it
raises KeyError, TypeError, ValueError or AttributeError. None stands for whatever is no business of the bot: channel posts, groups that do not address it, service messages,
updates of kinds it never asked for.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.messages import Inbound, Place
from bot.redact import Redactor

Json = dict[str, Any]
CHANNEL = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that Telegram is asked for."""
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
# Attribute of a message -> the name of the medium. An animation carries a document too, so it comes first; greeting
# pictures that move and dice are answered like stickers.
_MEDIA = (
    ("photo", "photo"), ("animation", "sticker"), ("sticker", "sticker"), ("dice", "sticker"), ("voice", "voice"),
    ("video", "video"), ("video_note", "video"), ("audio", "audio"), ("document", "document"), ("poll", "other"),
    ("story", "other"), ("game", "other"), ("paid_media", "other"), ("checklist", "other"),
)  # fmt: skip


def place_of(update: Json) -> Place | None:
    """Where the update belongs, or None for what is ignored anyway. In groups every member has a place of their own."""
    query, change = update.get("callback_query"), update.get("my_chat_member")
    message = update.get("message") or update.get("edited_message")
    if query is not None:
        shown = query.get("message")
        return None if shown is None else _place(shown, query["from"])
    if message is not None and "from" in message and not message["from"].get("is_bot"):
        return _place(message, message["from"])
    if change is not None and _private(change):
        return _place(change, change["from"])
    return None


def words_of(update: Json) -> str:
    """What somebody wrote, as they wrote it; "" for everything else."""
    message = update.get("message") or {}
    return str(message.get("text") or message.get("caption") or "")


def inbound_of(update: Json, bot_username: str, redactor: Redactor, expects: bool) -> Inbound | None:
    """What the update says, or None when it is to be ignored.

    `bot_username` is written without @. `expects` says that a document number is being asked at this place: then
    the redaction takes bare numbers for one too, and may hold the first part of one.
    """
    place = place_of(update)
    if place is None:
        return None
    number = str(int(update["update_id"]))
    if "callback_query" in update:
        return _pressed(update["callback_query"], place, number)
    if "my_chat_member" in update:
        return _membership(update["my_chat_member"], place, number)
    if "edited_message" in update:
        return _edited(update["edited_message"], place, number)
    return _written(update["message"], place, number, bot_username, redactor, expects)


def language_of(code: str | None) -> str:
    """The bot's language for a client's language code (IETF); "" where it has none that fits."""
    code = (code or "").lower().replace("_", "-")
    if code in ("zh-hant", "zh-tw", "zh-hk", "zh-mo") or code.startswith("zh-hant-"):
        return "zh-Hant"
    main = code.partition("-")[0]
    return main if main in ("zh", "en") else ""


def _private(shown: Json) -> bool:
    return bool(shown["chat"]["type"] == ChatType.PRIVATE)


def _place(shown: Json, user: Json) -> Place:
    topic = shown.get("message_thread_id") if shown.get("is_topic_message") else None
    return Place(
        CHANNEL,
        str(int(shown["chat"]["id"])),
        "" if topic is None else str(int(topic)),
        "" if _private(shown) else str(int(user["id"])),
    )


def _pressed(query: Json, place: Place, number: str) -> Inbound | None:
    shown, button = query["message"], query.get("data")
    if not isinstance(button, str):
        return None
    return Inbound(
        place,
        number,
        button=button,
        lang=_language(query),
        private=_private(shown),
        message_id=str(int(shown["message_id"])),
    )


def _membership(change: Json, place: Place, number: str) -> Inbound | None:
    away = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    was, is_now = (change[f"{which}_chat_member"]["status"] in away for which in ("old", "new"))
    if was == is_now:
        return None
    return Inbound(
        place,
        number,
        event="blocked" if is_now else "joined",
        lang=_language(change),
    )


def _edited(message: Json, place: Place, number: str) -> Inbound | None:
    """An edit is known as such, without its words: nobody reads them, and a half number in them could not be told.

    A place that is shared live is edited every few seconds; that, and edits in groups, are ignored.
    """
    if "location" in message or not _private(message):
        return None
    return Inbound(
        place, number, event="edited", message_id=str(int(message["message_id"])), lang=_language(message)
    )


def _written(
    message: Json, place: Place, number: str, bot_username: str, redactor: Redactor, expects: bool
) -> Inbound | None:
    private = _private(message)
    text = str(message.get("text") or message.get("caption") or "")
    if not private:
        addressed = _addressed(message, text, bot_username)
        if addressed is None:
            return None
        text = addressed
    start, text = _command(text, forwarded="forward_origin" in message)
    media = next((name for part, name in _MEDIA if message.get(part)), None)
    more = _shared(message)
    if not text and start is None and media is None and not more and private:
        return None  # a service message
    seen = redactor.redact(text, expecting=expects, holder=place.key)
    if start is not None and redactor.redact(start, expecting=False).proofs:
        start = None  # a number where no link of ours has one
    return Inbound(
        place,
        _number(message, number),
        text=seen.text,
        start=start,
        media=media,
        proofs=seen.proofs,
        flaw=seen.flaw,
        lang=_language(message),
        private=private,
        message_id=str(int(message["message_id"])),
        **more,
    )


def _number(message: Json, number: str) -> str:
    """An album comes as one update per picture: those without words count as one message."""
    if message.get("media_group_id") and not message.get("caption"):
        return f"album:{message['media_group_id']}"
    return number


class Shared(TypedDict, total=False):
    """What may be shared beside words."""

    location: tuple[float, float]
    phone: str
    phone_is_own: bool


def _shared(message: Json) -> Shared:
    """A place or a phone number; a card that was forwarded is never one's own."""
    if point := message.get("location"):
        return {"location": (float(point["latitude"]), float(point["longitude"]))}
    if card := message.get("contact"):
        own = card.get("user_id") == message["from"]["id"] and "forward_origin" not in message
        return {"phone": str(card["phone_number"]), "phone_is_own": own}
    return {}


def _command(text: str, forwarded: bool) -> tuple[str | None, str]:
    """The payload of an opened link, and the words: "/menu" and "/menu@bot" are the word "menu"."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None, text
    word, rest = found.group(1), (found.group(3) or "").strip()
    if word.lower() == "start":
        return (rest if rest and not forwarded else None), "start"
    return None, f"{word} {rest}".strip()


def _addressed(message: Json, text: str, bot_username: str) -> str | None:
    """The words without the mention of the bot, or None when a group's message is not for it."""
    name = bot_username.lower()
    command = _COMMAND.fullmatch(text.strip())
    if command is not None:
        return text if (command.group(2) or name).lower() == name else None
    if not text:
        return None
    units = text.encode("utf-16-le")  # Telegram counts in these
    for entity in message.get("entities" if message.get("text") else "caption_entities", ()):
        if entity["type"] == MessageEntityType.MENTION:
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            words = units[start:end].decode("utf-16-le", "ignore")
            if words.lower() == f"@{name}":
                return text.replace(words, " ").strip()
    return None


def _language(shown: Json) -> str:
    return language_of(shown["from"].get("language_code"))
