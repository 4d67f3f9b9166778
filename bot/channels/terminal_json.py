"""The terminal's JSON lines: one object in for each thing that happens, one out for each message shown."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.terminal import MEDIA, Act, Shown
from bot.clock import parse_instant
from bot.messages import Button


class NotUnderstood(Exception):
    """A line that asks for nothing known; the message says why."""


@dataclass(frozen=True)
class ToClock:
    """Move the time to this instant."""

    at: datetime


@dataclass(frozen=True)
class Restart:
    """Forget all memory and open the database again."""


Line = Act | ToClock | Restart


def parse(raw: bytes | str, zone: ZoneInfo) -> Line:
    """What a line asks for. Raises NotUnderstood."""
    try:
        tree = json.loads(raw)
    except ValueError as why:
        raise NotUnderstood(f"not JSON: {why}") from None
    if not isinstance(tree, dict):
        raise NotUnderstood("not a JSON object")
    match tree:
        case {"clock": str() as text} if len(tree) == 1:
            try:
                return ToClock(parse_instant(text, zone))
            except ValueError:
                raise NotUnderstood(f"clock: {text!r} is no ISO 8601 instant") from None
        case {"restart": True} if len(tree) == 1:
            return Restart()
        case {"as": str() as who} if who:
            return act_of(who, {name: value for name, value in tree.items() if name != "as"})
    raise NotUnderstood(
        'wanted: {"as": NAME, "say" | "press" | "share": …}, {"clock": ISO} or {"restart": true}'
    )


def act_of(who: str, tree: dict[str, Any]) -> Act:
    """What somebody does, from {"say" | "press" | "share", "chat"?, "topic"?}. Raises NotUnderstood."""
    unknown = tree.keys() - {"say", "press", "share", "chat", "topic"}
    if unknown:
        raise NotUnderstood(f"unknown: {', '.join(sorted(unknown))}")
    done = tree.keys() & {"say", "press", "share"}
    if len(done) != 1:
        raise NotUnderstood('wanted one of "say", "press" and "share"')
    where = {name: tree.get(name, "") for name in ("chat", "topic")}
    for name in ("say", "press", "chat", "topic"):
        if not isinstance(tree.get(name, ""), str):
            raise NotUnderstood(f"{name}: wanted words")
    if where["topic"] and not where["chat"]:
        raise NotUnderstood("topic: without a chat")
    if "share" in tree:
        return Act(who, **_shared(tree["share"]), **where)
    return Act(who, say=tree.get("say", ""), press=tree.get("press"), **where)


def _shared(share: Any) -> dict[str, Any]:
    match share:
        case {"location": [int() | float() as lat, int() | float() as lon]} if len(share) == 1:
            if abs(lat) > 90 or abs(lon) > 180:
                raise NotUnderstood("location: wanted [latitude, longitude]")
            return {"location": (float(lat), float(lon))}
        case {"contact": str() as number} if len(share) == 1:
            return {"contact": number}
        case dict() if (
            len(share) == 1 and (kind := next(iter(share))) in MEDIA and isinstance(share[kind], str)
        ):
            return {"media": kind}
    raise NotUnderstood(
        f'share: wanted one of "location": [LAT, LON], "contact": NUMBER, {", ".join(MEDIA)}: PATH'
    )


def written(shown: Shown, zone: ZoneInfo) -> dict[str, Any]:
    """A message as the object of its line."""
    message = shown.message
    tree: dict[str, Any] = {"id": shown.id, "to": shown.to, "kind": shown.kind}
    if shown.of is not None:
        tree["of"] = shown.of
    return tree | {
        "text": shown.text,
        "buttons": [[_button(button) for button in row] for row in message.buttons],
        "files": [
            {"name": file.name, "type": file.type, "bytes": base64.b64encode(file.body).decode()}
            for file in message.files
        ],
        "location": None if message.location is None else list(message.location),
        "at": shown.at.astimezone(zone).isoformat(timespec="seconds"),
    }


def _button(button: Button) -> dict[str, str]:
    tree = {"id": button.id, "label": button.label}
    if button.url:
        tree["url"] = button.url
    if button.ask:
        tree["ask"] = button.ask
    return tree
