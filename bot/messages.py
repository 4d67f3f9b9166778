"""What comes in and what goes out, in the same shape on every channel, and the one port a channel fills in."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

import orjson

from bot.redact import IdProof

Kind = Literal["send", "edit", "delete"]
Lane = Literal["urgent", "reply", "result", "reminder", "broadcast"]
COUNTER = "counter"
"""The channel of the page at which staff key in for somebody who stands before them: nothing can be sent to it later."""
LANES: tuple[Lane, ...] = ("urgent", "reply", "result", "reminder", "broadcast")


@dataclass(frozen=True)
class Place:
    """Where a conversation happens: the four parts that name an address on its channel."""

    channel: str
    chat: str
    thread: str = ""
    member: str = ""

    @property
    def key(self) -> str:
        """One word for the four parts, usable as a lock or a queue name."""
        return f"{self.channel}|{self.chat}|{self.thread}|{self.member}"


@dataclass(frozen=True)
class Inbound:
    """One thing a person did, already free of document numbers.

    `update_id` is the channel's own number; the same one twice is the same message. `text` is at most what the
    channel delivers; `button` is the id of a pressed button. `start` is the payload of an opened link. `event` names
    what is no message: "blocked", "joined", "left", "edited". `operator` is the post (staff id) of whoever keyed it in for
    the person at the counter.
    """

    place: Place
    update_id: str
    text: str = ""
    button: str | None = None
    start: str | None = None
    location: tuple[float, float] | None = None
    phone: str | None = None
    phone_is_own: bool = False
    media: str | None = None
    proofs: tuple[IdProof, ...] = ()
    flaw: str | None = None
    lang: str = ""
    event: str = ""
    private: bool = True
    message_id: str = ""
    operator: int | None = None


@dataclass(frozen=True)
class Button:
    """A button: its label and what pressing it does. Exactly one of id, url and ask is used."""

    label: str
    id: str = ""
    url: str = ""
    ask: Literal["", "contact", "location"] = ""


@dataclass(frozen=True)
class File:
    """A file that goes with a message: name, media type and the bytes themselves (at most a few hundred kB)."""

    name: str
    type: str
    body: bytes


@dataclass(frozen=True)
class Outgoing:
    """What a message says, before any channel has shaped it.

    `text` is neutral markup: text with entities escaped and <b>, <i>, <code>, <a href> at most. `buttons` are rows.
    `keys` are the text keys it was made of (for recordings). `aloud` says it without buttons, where that differs: for
    whoever reads it out on the telephone, or to be printed.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[File, ...] = ()
    location: tuple[float, float] | None = None
    keys: tuple[str, ...] = ()
    aloud: str = ""

    @property
    def read_out(self) -> str:
        """What to say of it where nobody can press anything; neutral markup."""
        return self.aloud or self.text

    def to_json(self) -> bytes:
        """This message as JSON bytes."""
        tree = {
            "text": self.text,
            "keys": self.keys,
            "location": self.location,
            "buttons": [[[b.label, b.id, b.url, b.ask] for b in row] for row in self.buttons],
            "files": [[f.name, f.type, base64.b64encode(f.body).decode()] for f in self.files],
            **({"aloud": self.aloud} if self.aloud else {}),
        }
        return orjson.dumps(tree)

    @classmethod
    def of_json(cls, raw: bytes) -> Self:
        """A message from what `to_json` gave."""
        tree: dict[str, Any] = orjson.loads(raw)
        place = tree["location"]
        return cls(
            tree["text"],
            tuple(tuple(Button(*b) for b in row) for row in tree["buttons"]),
            tuple(File(name, kind, base64.b64decode(body)) for name, kind, body in tree["files"]),
            None if place is None else (place[0], place[1]),
            tuple(tree["keys"]),
            tree.get("aloud", ""),
        )


@dataclass(frozen=True)
class Sendable:
    """One outbox row on its way: who gets it, what to do, and the channel's own id of what it changes."""

    id: int
    place: Place
    kind: Kind
    lane: Lane
    message: Outgoing
    of: str | None = None
    created: int = 0
    again: bool = False
    turn: str = ""


@dataclass(frozen=True)
class Receipt:
    """A message arrived: the channel's own id for it."""

    message_id: str


@dataclass(eq=False)
class SendFailed(Exception):
    """A message did not arrive, and what follows from that.

    kind: retry (surely not sent; again after `wait_s`), unconfirmed (may have arrived), withheld (the person is
    not there; wait until they are), unreachable (never again until they write), rejected (our fault), moved (the
    chat has another id, `moved_to`), harmless (nothing to do).
    """

    kind: Literal["retry", "unconfirmed", "withheld", "unreachable", "rejected", "moved", "harmless"]
    reason: str = ""
    wait_s: float | None = None
    moved_to: str | None = None


class Channel(Protocol):
    """The port between the bot and one way of talking. Every channel is this and nothing more."""

    name: str
    pushes: bool
    paced: bool

    async def send(self, message: Sendable) -> Receipt:
        """Deliver one message. Raises SendFailed; any other exception counts as unconfirmed."""


@dataclass
class Link:
    """How a link that opens the bot with a payload looks on each channel.

    `page` is the web page's address; `public` says whether others than this machine can reach it.
    """

    page: str = ""
    bots: dict[str, str] = field(default_factory=dict)
    public: bool = True

    def to(self, payload: str, channel: str) -> str:
        """The address to print in a QR code or a message: the page where it is public, else the bot's own link.

        What is printed at the counter is opened on whatever phone: by any bot there is.
        """
        if channel == COUNTER:
            channel = next(iter(self.bots), channel)
        if channel in self.bots and not (self.page and self.public):
            return f"{self.bots[channel]}?start={payload}"
        return f"{self.page}/?start={payload}"


Values = dict[str, Any]
