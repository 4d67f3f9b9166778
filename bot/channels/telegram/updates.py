"""Telegram's updates as Inbound: what a person did, free of document numbers. Nothing here does I/O.

None stands for whatever is no business of the bot: channel posts, groups that do not address it, service messages,
updates of kinds it never asked for.
"""

from __future__ import annotations

import re
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update

from bot.messages import Inbound, Place
from bot.redact import Redactor

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


def place_of(update: Update) -> Place | None:
    """Where the update belongs, or None for what is ignored anyway. In groups every member has a place of their own."""
    query, change = update.callback_query, update.my_chat_member
    message = update.message or update.edited_message
    if query is not None:
        if query.message is None:
            return None
        shown = query.message if isinstance(query.message, Message) else None
        return _place(query.message.chat, query.from_user.id, shown)
    if message is not None and message.from_user is not None and not message.from_user.is_bot:
        return _place(message.chat, message.from_user.id, message)
    if change is not None and change.chat.type == Chat.PRIVATE:
        return _place(change.chat, change.from_user.id, None)
    return None


def inbound_of(update: Update, bot_username: str, redactor: Redactor, expects: bool) -> Inbound | None:
    """What the update says, or None when it is to be ignored.

    `bot_username` is written without @. `expects` says that a document number is being asked at this place: then
    the redaction takes bare numbers for one too, and may hold the first part of one.
    """
    place = place_of(update)
    if place is None:
        return None
    if update.callback_query is not None:
        return _pressed(update.callback_query, place, str(update.update_id))
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, place, str(update.update_id))
    if update.edited_message is not None:
        return _edited(update.edited_message, place, str(update.update_id))
    if update.message is not None:
        return _written(update.message, place, str(update.update_id), bot_username, redactor, expects)
    return None


def language_of(code: str | None) -> str:
    """The bot's language for a client's language code (IETF); "" where it has none that fits."""
    code = (code or "").lower().replace("_", "-")
    if code in ("zh-hant", "zh-tw", "zh-hk", "zh-mo") or code.startswith("zh-hant-"):
        return "zh-Hant"
    main = code.partition("-")[0]
    return main if main in ("zh", "en") else ""


def _place(chat: Chat, user: int, message: Message | None) -> Place:
    topic = message.message_thread_id if message is not None and message.is_topic_message else None
    private = chat.type == Chat.PRIVATE
    return Place(CHANNEL, str(chat.id), "" if topic is None else str(topic), "" if private else str(user))


def _pressed(query: CallbackQuery, place: Place, number: str) -> Inbound | None:
    if query.message is None or not isinstance(query.data, str):
        return None
    return Inbound(
        place,
        number,
        button=query.data,
        lang=language_of(query.from_user.language_code),
        private=query.message.chat.type == Chat.PRIVATE,
        message_id=str(query.message.message_id),
    )


def _membership(change: ChatMemberUpdated, place: Place, number: str) -> Inbound | None:
    away = (ChatMember.BANNED, ChatMember.LEFT)
    was, is_now = change.old_chat_member.status in away, change.new_chat_member.status in away
    if was == is_now:
        return None
    return Inbound(
        place,
        number,
        event="blocked" if is_now else "joined",
        lang=language_of(change.from_user.language_code),
    )


def _edited(message: Message, place: Place, number: str) -> Inbound | None:
    """An edit is known as such, without its words: nobody reads them, and a half number in them could not be told.

    A place that is shared live is edited every few seconds; that, and edits in groups, are ignored.
    """
    if message.location is not None or message.chat.type != Chat.PRIVATE:
        return None
    return Inbound(place, number, event="edited", message_id=str(message.message_id), lang=_language(message))


def _written(
    message: Message, place: Place, number: str, bot_username: str, redactor: Redactor, expects: bool
) -> Inbound | None:
    private = message.chat.type == Chat.PRIVATE
    text = message.text or message.caption or ""
    if not private:
        addressed = _addressed(message, text, bot_username)
        if addressed is None:
            return None
        text = addressed
    start, text = _command(text, forwarded=message.forward_origin is not None)
    media = next((name for attribute, name in _MEDIA if getattr(message, attribute, None)), None)
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
        message_id=str(message.message_id),
        **more,
    )


def _number(message: Message, number: str) -> str:
    """An album comes as one update per picture: those without words count as one message."""
    if message.media_group_id and not message.caption:
        return f"album:{message.media_group_id}"
    return number


def _shared(message: Message) -> dict[str, Any]:
    """A place or a phone number; a card that was forwarded is never one's own."""
    if message.location is not None:
        return {"location": (message.location.latitude, message.location.longitude)}
    if message.contact is not None and message.from_user is not None:
        own = message.contact.user_id == message.from_user.id and message.forward_origin is None
        return {"phone": message.contact.phone_number, "phone_is_own": own}
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


def _addressed(message: Message, text: str, bot_username: str) -> str | None:
    """The words without the mention of the bot, or None when a group's message is not for it."""
    name = bot_username.lower()
    command = _COMMAND.fullmatch(text.strip())
    if command is not None:
        return text if (command.group(2) or name).lower() == name else None
    if not text:
        return None
    entities = message.parse_entities if message.text else message.parse_caption_entities
    for words in entities([MessageEntity.MENTION]).values():
        if words.lower() == f"@{name}":
            return text.replace(words, " ").strip()
    return None


def _language(message: Message) -> str:
    return language_of(message.from_user.language_code if message.from_user else None)
