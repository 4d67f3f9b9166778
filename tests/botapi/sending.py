"""The methods that put messages into chats: texts, files, places, copies."""

from __future__ import annotations

from typing import Any

from tests.botapi import markup
from tests.botapi.entities import formatted
from tests.botapi.shapes import ApiError, Args, Json, Upload
from tests.botapi.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LARGEST_PHOTO = 10 * 2**20
LARGEST_FILE = 50 * 2**20
_SHAPES: dict[str, Json] = {
    "photo": {"width": 640, "height": 480},
    "voice": {"duration": 1, "mime_type": "audio/ogg"},
    "audio": {"duration": 1},
    "video": {"duration": 1, "width": 640, "height": 480},
    "animation": {"duration": 1, "width": 640, "height": 480},
    "document": {},
}


def put(world: World, args: Args, content: Json) -> Json:
    """Store what the bot sends, after the checks that all sendings share."""
    chat = args.chat()
    where = world.may_write(chat)
    keyboard = markup.check(args.nested("reply_markup"), where["type"] == "private")
    wanted = args.nested("reply_parameters") or {}
    target = wanted.get("message_id") or args.integer("reply_to_message_id")
    allowed_to_miss = wanted.get("allow_sending_without_reply") or args.flag("allow_sending_without_reply")
    if target is not None and not (allowed_to_miss and world.find(chat, target) is None):
        content = content | world.reply_to(chat, target)
    thread = args.integer("message_thread_id")
    if thread is not None:
        content = content | {"message_thread_id": thread, "is_topic_message": True}
    if args.flag("protect_content"):
        content = content | {"has_protected_content": True}
    if keyboard and keyboard.get("remove_keyboard"):
        world.keyboards.pop(chat, None)
        keyboard = None
    return world.store(chat, world.bot_user(), content, keyboard)


def text_of(args: Args) -> Json:
    """The text and entities of a call. Raises ApiError 400 when empty, too long or badly marked up."""
    text, entities = formatted(
        args.text("text") or "", args.text("parse_mode"), args.nested("entities"), LONGEST_TEXT, "message"
    )
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_of(args: Args) -> Json:
    """The caption of a call, if any."""
    text, entities = formatted(
        args.text("caption") or "",
        args.text("parse_mode"),
        args.nested("caption_entities"),
        LONGEST_CAPTION,
        "message caption",
    )
    if not text:
        return {}
    return {"caption": text} | ({"caption_entities": entities} if entities else {})


def send_message(world: World, args: Args) -> Json:
    return put(world, args, text_of(args))


def file_content(world: World, args: Args, kind: str, value: Any) -> Json:
    """The field of a message for an uploaded file, a known file_id or a link."""
    upload = _upload(args, kind, value)
    if upload is None and isinstance(value, str) and value in world.files:
        upload = world.files[value]
        kept: Json = {"file_id": value, "file_unique_id": f"U{value[4:]}", "file_size": len(upload.content)}
    elif upload is None and isinstance(value, str) and value.startswith(("http://", "https://")):
        upload = Upload(value.rpartition("/")[2] or kind, b"fetched", "application/octet-stream")
        kept = world.keep_file(upload)
    elif upload is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    else:
        if not upload.content:
            raise ApiError(400, "Bad Request: file must be non-empty")
        if len(upload.content) > (LARGEST_PHOTO if kind == "photo" else LARGEST_FILE):
            raise ApiError(413, "Request Entity Too Large")
        kept = world.keep_file(upload)
    shape = kept | _SHAPES[kind]
    if kind == "photo":
        return {"photo": [shape]}
    return {kind: shape | {"file_name": upload.name, "mime_type": upload.mime_type}}


def _upload(args: Args, kind: str, value: Any) -> Upload | None:
    if isinstance(value, str) and value.startswith("attach://"):
        name = value.removeprefix("attach://")
        if name not in args.uploads:
            raise ApiError(400, f"Bad Request: can't find file {name}")
        return args.uploads[name]
    return args.uploads.get(kind)


def _send_file(world: World, args: Args, kind: str) -> Json:
    return put(world, args, file_content(world, args, kind, args.params.get(kind)) | caption_of(args))


def send_photo(world: World, args: Args) -> Json:
    return _send_file(world, args, "photo")


def send_document(world: World, args: Args) -> Json:
    return _send_file(world, args, "document")


def send_voice(world: World, args: Args) -> Json:
    return _send_file(world, args, "voice")


def send_audio(world: World, args: Args) -> Json:
    return _send_file(world, args, "audio")


def send_video(world: World, args: Args) -> Json:
    return _send_file(world, args, "video")


def send_animation(world: World, args: Args) -> Json:
    return _send_file(world, args, "animation")


def send_media_group(world: World, args: Args) -> list[Json]:
    media = args.nested("media") or []
    if not 2 <= len(media) <= 10:
        raise ApiError(400, "Bad Request: wrong number of messages in the album, must be 2-10")
    album = str(world.number())
    sent = []
    for item in media:
        content = file_content(world, args, item["type"], item.get("media"))
        caption = caption_of(Args(item))
        sent.append(put(world, args, content | caption | {"media_group_id": album}))
    return sent


def _place(args: Args) -> Json:
    latitude, longitude = args.number("latitude"), args.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ApiError(400, "Bad Request: wrong latitude or longitude")
    return {"latitude": latitude, "longitude": longitude}


def send_location(world: World, args: Args) -> Json:
    return put(world, args, {"location": _place(args)})


def send_venue(world: World, args: Args) -> Json:
    title, address = args.text("title"), args.text("address")
    if not title or not address:
        raise ApiError(400, f"Bad Request: venue {'title' if not title else 'address'} must be non-empty")
    place = _place(args)
    return put(
        world, args, {"location": place, "venue": {"location": place, "title": title, "address": address}}
    )


def send_contact(world: World, args: Args) -> Json:
    contact = {"phone_number": args.text("phone_number"), "first_name": args.text("first_name")}
    return put(world, args, {"contact": contact})


def _source(world: World, args: Args) -> Json:
    chat = args.integer("from_chat_id") or 0
    stored = world.find(chat, args.integer("message_id"))
    if stored is None:
        raise ApiError(400, "Bad Request: message to copy not found")
    left_out = {"message_id", "from", "chat", "date", "edit_date", "reply_markup", "reply_to_message"}
    return {key: value for key, value in stored.message.items() if key not in left_out}


def copy_message(world: World, args: Args) -> Json:
    return {"message_id": put(world, args, _source(world, args))["message_id"]}


def forward_message(world: World, args: Args) -> Json:
    hidden = {"type": "hidden_user", "sender_user_name": "?", "date": world.now()}
    return put(world, args, _source(world, args) | {"forward_origin": hidden})
