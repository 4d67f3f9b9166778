"""The methods of the Bot API that the local server knows, by name in lower case."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

from tests.botapi import markup, sending
from tests.botapi.shapes import ApiError, Args, Json
from tests.botapi.updates import Webhook
from tests.botapi.world import BOT_ID, Stored, World

Method = Callable[[World, Args], Any]
TOO_OLD_S = 48 * 3600
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "find_location",
        "upload_document", "choose_sticker", "record_video_note", "upload_video_note",
    }
)  # fmt: skip
_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


# -- about the bot


def get_me(world: World, args: Args) -> Json:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return world.bot_user() | dict.fromkeys(abilities, True) | {"has_main_web_app": False}


def set_my_commands(world: World, args: Args) -> bool:
    commands = args.nested("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise ApiError(400, "Bad Request: too many commands or none")
    for one in commands:
        if not _COMMAND.fullmatch(str(one.get("command", ""))):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_command_key(args)] = commands
    return True


def delete_my_commands(world: World, args: Args) -> bool:
    world.commands.pop(_command_key(args), None)
    return True


def get_my_commands(world: World, args: Args) -> list[Json]:
    return world.commands.get(_command_key(args), [])


def _command_key(args: Args) -> str:
    """Scope and language as one key: "default", "default zh", "chat 7 zh"."""
    scope = args.nested("scope") or {"type": "default"}
    parts = [scope["type"], str(scope.get("chat_id", "")), args.text("language_code") or ""]
    return " ".join(part for part in parts if part)


def set_chat_menu_button(world: World, args: Args) -> bool:
    world.menu_buttons[args.chat_or_none() or 0] = args.nested("menu_button") or {"type": "default"}
    return True


def get_chat_menu_button(world: World, args: Args) -> Json:
    return world.menu_buttons.get(args.chat_or_none() or 0, {"type": "default"})


# -- updates


def set_webhook(world: World, args: Args) -> bool:
    url = args.text("url") or ""
    if not url:
        return delete_webhook(world, args)
    secret = args.text("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    world.updates.allow(args.nested("allowed_updates"))
    hook = Webhook(url, secret, args.integer("max_connections", 40) or 40)
    world.updates.set_webhook(hook, args.flag("drop_pending_updates"))
    return True


def delete_webhook(world: World, args: Args) -> bool:
    world.updates.set_webhook(None, args.flag("drop_pending_updates"))
    return True


def get_webhook_info(world: World, args: Args) -> Json:
    return world.updates.info()


# -- edits


def _target(world: World, args: Args, what: str) -> Stored:
    chat = args.chat()
    world.may_write(chat)
    stored = world.find(chat, args.integer("message_id"))
    if stored is None:
        raise ApiError(400, f"Bad Request: message to {what} not found")
    if what == "edit" and (not stored.by_bot or (stored.markup and not markup.inline(stored.markup))):
        raise ApiError(400, "Bad Request: message can't be edited")
    return stored


def _edit(world: World, stored: Stored, args: Args, fields: tuple[str, ...], content: Json) -> Json:
    """Replace `fields` of a message by `content` and its keyboard by the call's."""
    private = stored.message["chat"]["type"] == "private"
    keyboard = markup.inline(markup.check(args.nested("reply_markup"), private))
    touched = (*fields, "reply_markup")
    new = content | ({"reply_markup": keyboard} if keyboard else {})
    if new == {key: stored.message[key] for key in touched if key in stored.message}:
        raise ApiError(400, _NOT_MODIFIED)
    for key in touched:
        stored.message.pop(key, None)
    stored.message |= new | {"edit_date": world.now()}
    stored.markup = keyboard
    world.changed()
    return copy.deepcopy(stored.message)


def edit_message_text(world: World, args: Args) -> Json:
    stored = _target(world, args, "edit")
    if "text" not in stored.message:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _edit(world, stored, args, ("text", "entities"), sending.text_of(args))


def edit_message_caption(world: World, args: Args) -> Json:
    stored = _target(world, args, "edit")
    if "text" in stored.message:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    return _edit(world, stored, args, ("caption", "caption_entities"), sending.caption_of(args))


def edit_message_reply_markup(world: World, args: Args) -> Json:
    return _edit(world, _target(world, args, "edit"), args, (), {})


def delete_message(world: World, args: Args) -> bool:
    stored = _target(world, args, "delete")
    if world.now() - stored.message["date"] > TOO_OLD_S:
        raise ApiError(400, "Bad Request: message can't be deleted for everyone")
    stored.deleted = True
    world.changed()
    return True


def delete_messages(world: World, args: Args) -> bool:
    for number in args.nested("message_ids") or []:
        stored = world.find(args.chat(), int(number))
        if stored is not None:
            stored.deleted = True
    world.changed()
    return True


# -- the rest


def answer_callback_query(world: World, args: Args) -> bool:
    query = world.queries.get(args.text("callback_query_id") or "")
    if query is None or query.expired or query.answer is not None:
        words = "query is too old and response timeout expired or query ID is invalid"
        raise ApiError(400, f"Bad Request: {words}")
    if len(args.text("text") or "") > 200:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    query.answer = {key: args.params[key] for key in ("text", "show_alert", "url") if key in args.params}
    world.changed()
    return True


def send_chat_action(world: World, args: Args) -> bool:
    chat = args.chat()
    world.may_write(chat)
    action = args.text("action") or ""
    if action not in _ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    world.actions.append((chat, action))
    return True


def get_file(world: World, args: Args) -> Json:
    file_id = args.text("file_id") or ""
    upload = world.files.get(file_id)
    if upload is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(upload.content) > 20 * 2**20:
        raise ApiError(400, "Bad Request: file is too big")
    kept = {"file_id": file_id, "file_unique_id": f"U{file_id[4:]}", "file_size": len(upload.content)}
    return kept | {"file_path": world.file_path(file_id)}


def get_chat(world: World, args: Args) -> Json:
    return world.chat_json(args.chat()) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            True,
        ),
    }


def get_chat_member(world: World, args: Args) -> Json:
    chat, person = args.chat(), args.integer("user_id")
    world.chat_json(chat)
    if person == BOT_ID:
        room = world.rooms.get(chat)
        return {"user": world.bot_user(), "status": room.bot_status if room else "member"}
    account = world.accounts.get(person or 0)
    if account is None:
        raise ApiError(400, "Bad Request: user not found")
    return {"user": account.as_user(), "status": "member"}


def leave_chat(world: World, args: Args) -> bool:
    room = world.rooms.get(args.chat())
    if room is None:
        raise ApiError(400, "Bad Request: chat not found")
    room.bot_status = "left"
    return True


def _agree(world: World, args: Args) -> bool:
    return True


_KNOWN: tuple[Method, ...] = (
    get_me, set_my_commands, delete_my_commands, get_my_commands, set_chat_menu_button, get_chat_menu_button,
    set_webhook, delete_webhook, get_webhook_info,
    edit_message_text, edit_message_caption, edit_message_reply_markup, delete_message, delete_messages,
    answer_callback_query, send_chat_action, get_file, get_chat, get_chat_member, leave_chat,
    sending.send_message, sending.send_photo, sending.send_document, sending.send_voice, sending.send_audio,
    sending.send_video, sending.send_animation, sending.send_media_group, sending.send_location,
    sending.send_venue, sending.send_contact, sending.copy_message, sending.forward_message,
)  # fmt: skip
_AGREED = (
    "setmydescription", "setmyshortdescription", "setmyname", "setmydefaultadministratorrights",
    "setmessagereaction", "pinchatmessage", "unpinchatmessage", "unpinallchatmessages", "logout", "close",
)  # fmt: skip
METHODS: dict[str, Method] = {one.__name__.replace("_", ""): one for one in _KNOWN} | dict.fromkeys(
    _AGREED, _agree
)


def call(world: World, method: str, args: Args) -> Any:
    """Carry out one method and return its result. Raises ApiError, 404 for an unknown method."""
    function = METHODS.get(method.lower())
    if function is None:
        raise ApiError(404, "Not Found")
    with world.lock:
        return json.loads(json.dumps(function(world, args)))
