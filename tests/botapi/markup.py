"""Keyboards as the Bot API accepts them: what a button needs, how long it may be, where it may stand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.botapi.shapes import ApiError, Json

MOST_BUTTONS = 100
_ACTIONS = (
    "callback_data", "url", "copy_text", "web_app", "login_url", "switch_inline_query", "callback_game",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "pay",
)  # fmt: skip
_PRIVATE_ONLY = {
    "request_contact": "phone number",
    "request_location": "location",
    "request_users": "users",
    "request_chat": "chats",
    "web_app": "web app",
}


def inline(markup: Json | None) -> Json | None:
    """The part of a checked markup that a stored message carries."""
    return markup if markup and markup.get("inline_keyboard") else None


def check(markup: Any, private: bool) -> Json | None:
    """The markup when it is acceptable in such a chat. Raises ApiError 400."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline keyboard")
        for row in rows:
            for button in row:
                _inline_button(button)
        return {"inline_keyboard": rows}
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "keyboard")
        rows = [[{"text": one} if isinstance(one, str) else one for one in row] for row in rows]
        for row in rows:
            for button in row:
                _reply_button(button, private)
        if len(str(markup.get("input_field_placeholder", ""))) > 64:
            raise ApiError(400, "Bad Request: input field placeholder is too long")
        return {**markup, "keyboard": rows}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    if not markup:
        return None
    raise ApiError(400, "Bad Request: can't parse reply keyboard markup JSON object")


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ApiError(400, f"Bad Request: can't parse {what}: expected an Array of Array")
    kept = [row for row in rows if row]
    if sum(map(len, kept)) > MOST_BUTTONS:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return kept


def _inline_button(button: Json) -> None:
    where = "Bad Request: can't parse inline keyboard button: "
    if not str(button.get("text", "")).strip():
        raise ApiError(400, where + 'Field "text" must be non-empty')
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise ApiError(400, where + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise ApiError(400, where + f"only one of {', '.join(actions)} may be used")
    if actions == ["callback_data"] and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if actions == ["copy_text"] and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise ApiError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    if actions == ["url"]:
        _link(str(button["url"]), ("http", "https", "tg"), "URL")
    if actions == ["web_app"]:
        _link(str(button["web_app"].get("url", "")), ("https",), "Web App URL")


def _link(url: str, schemes: tuple[str, ...], what: str) -> None:
    """Refuse what Telegram refuses, among it names without a dot such as localhost."""
    parts = urlsplit(url)
    if parts.scheme == "tg" and "tg" in schemes:
        return
    if parts.scheme not in schemes or "." not in (parts.hostname or ""):
        raise ApiError(400, f"Bad Request: inline keyboard button {what} '{url}' is invalid: Wrong HTTP URL")


def _reply_button(button: Json, private: bool) -> None:
    if not str(button.get("text", "")).strip():
        raise ApiError(400, 'Bad Request: can\'t parse keyboard button: Field "text" must be non-empty')
    for name, what in _PRIVATE_ONLY.items():
        if button.get(name) and not private:
            raise ApiError(400, f"Bad Request: {what} can be requested in private chats only")
