"""The small shapes that every part of the local Bot API server shares."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal with the code, description and parameters that the server answers."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """The JSON body of the answer."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body."""

    name: str
    content: bytes
    mime_type: str


@dataclass
class Args:
    """The parameters of one call, however they were encoded."""

    params: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def nested(self, name: str) -> Any:
        """A list or object, decoded from JSON where it came as text; None when absent."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(400, f"Bad Request: can't parse {name} JSON object") from None

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.params.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        value = self.params.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise ApiError(400, f"Bad Request: {name} must be an integer") from None

    def number(self, name: str) -> float:
        try:
            return float(self.params[name])
        except (KeyError, TypeError, ValueError):
            raise ApiError(400, f"Bad Request: {name} must be a number") from None

    def flag(self, name: str) -> bool:
        return str(self.params.get(name, "")).lower() in {"true", "1"}

    def chat(self) -> int:
        """The chat the call is about. Raises ApiError 400 where none is named."""
        if self.params.get("chat_id") in (None, ""):
            raise ApiError(400, "Bad Request: chat_id is empty")
        chat = self.chat_or_none()
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        return chat

    def chat_or_none(self) -> int | None:
        try:
            return int(self.params["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None
