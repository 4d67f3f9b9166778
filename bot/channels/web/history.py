"""The page's log: what was sent to an address, out of the outbox, and how a message looks on its way to the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from bot import outbox
from bot.channels.web.markup import runs
from bot.clock import instant
from bot.messages import File, Place, Sendable
from bot.store.sealed import KeyRing
from bot.store.session import Db

AT_MOST = 300
"""Messages of one address that a page is given at once; older ones stay out of sight."""
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_NEVER = 1 << 60
_MAP = "https://uri.amap.com/marker?position={lon},{lat}&coordinate=wgs84"


def address_of(db: Db, place: Place) -> int | None:
    """The address of a place, or None before its first word."""
    found = db.value(
        "SELECT id FROM address WHERE channel = :channel AND chat = :chat AND thread = :thread"
        " AND member = :member",
        channel=place.channel,
        chat=place.chat,
        thread=place.thread,
        member=place.member,
    )
    return None if found is None else int(found)


def since(db: Db, keys: KeyRing, addresses: list[int], after: int) -> list[Sendable]:
    """What was said to these addresses after the outbox row `after` (0 = all that is kept), oldest first.

    A row that was withheld arrives later than younger ones; therefore rows sent since that moment come too. The
    page knows what it shows already. An answer counts from its first try on.
    """
    found: list[int] = []
    moment = db.value("SELECT since FROM outbox WHERE id = :after", after=after) if after else None
    for address in addresses:
        rows = db.all(
            "SELECT id FROM outbox WHERE address_id = :address AND payload IS NOT NULL AND (state = 'sent'"
            " OR (lane IN ('urgent', 'reply') AND state IN ('inflight', 'unconfirmed')))"
            " AND (id > :after OR (state = 'sent' AND since >= :moment AND id <> :after)) ORDER BY id DESC"
            " LIMIT :most",
            address=address,
            after=after,
            moment=_NEVER if moment is None else moment,
            most=AT_MOST,
        )
        found += [int(row["id"]) for row in rows]
    return outbox.load(db, keys, sorted(found))


def file_of(db: Db, keys: KeyRing, addresses: list[int], message_id: int, number: int) -> File | None:
    """The file of a message that one of these addresses received; None where there is none for them."""
    owner = db.value("SELECT address_id FROM outbox WHERE id = :id", id=message_id)
    if owner is None or int(owner) not in addresses:
        return None
    for message in outbox.load(db, keys, [message_id]):
        if number < len(message.message.files):
            return message.message.files[number]
    return None


def as_event(message: Sendable, persona: str, zone: ZoneInfo, page: str) -> dict[str, Any]:
    """A message as the page reads it. `at` is local time without an offset; `ack` asks to be told once it is shown.

    `page` is our own address as links name it: it is taken off, since the browser may know us by another name, under
    which its session holds.
    """
    said = message.message
    place = said.location
    return {
        "id": message.id,
        "as": persona,
        "kind": message.kind,
        "of": int(message.of) if message.of else None,
        "at": instant(message.created).astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        "runs": [
            {**run, "href": _own(run["href"], page)} if "href" in run else run for run in runs(said.text)
        ],
        "buttons": [
            [_filled({**vars(button), "url": _own(button.url, page)}) for button in row]
            for row in said.buttons
        ],
        "files": [
            {
                "name": file.name,
                "type": file.type,
                "picture": file.type in PICTURES,
                "size": len(file.body),
                "url": f"/file/{message.id}/{number}",
            }
            for number, file in enumerate(said.files)
        ],
        "map": "" if place is None else _MAP.format(lat=place[0], lon=place[1]),
        "ack": message.kind == "send" and message.lane not in ("urgent", "reply"),
    }


def _own(address: str, page: str) -> str:
    return address.removeprefix(page) if address.startswith(f"{page}/") else address


def _filled(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value}
