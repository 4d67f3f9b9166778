"""The terminal as a channel: one room, everybody in it called by name.

What people do in it is an `Act`, what they are shown a `Shown`; the talk for people, its JSON lines and the recorded
journeys are three ways of writing these two down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.clock import Clock
from bot.messages import Button, Inbound, Lane, Outgoing, Place, Receipt, Sendable
from bot.redact import Redacted, scrub
from bot.texts import plain

NAME = "terminal"
MEDIA = ("photo", "voice", "file")
_OPENED = re.compile(r"(?:/start\s+|\S+[?&]start=)([\w-]{1,64})")

ShownKind = Literal["reply", "push", "edit", "delete"]


@dataclass(frozen=True)
class Act:
    """One thing a person does: says, presses (a button's id) or shares something, alone or in a chat of several."""

    who: str
    say: str = ""
    press: str | None = None
    location: tuple[float, float] | None = None
    contact: str | None = None
    media: str | None = None
    chat: str = ""
    topic: str = ""

    @property
    def place(self) -> Place:
        """Where it is done: a chat of their own, or the named one."""
        if not self.chat:
            return Place(NAME, self.who)
        return Place(NAME, self.chat, self.topic, self.who)


@dataclass(frozen=True)
class Shown:
    """A message in front of somebody. `text` is without markup; `of` is the id of what it changes or takes away."""

    id: int
    to: str
    kind: ShownKind
    text: str
    message: Outgoing
    at: datetime
    lane: Lane
    of: int | None = None

    def button(self, wanted: str) -> Button | None:
        """The button of this label, of this answer (a question's value), or of this id."""
        buttons = [button for row in self.message.buttons for button in row]
        for button in buttons:
            if button.label == wanted:
                return button
        return next((button for button in buttons if wanted in (answer_of(button), button.id)), None)


class Terminal:
    """Collects what is sent until it is taken. `speaker` is who is being answered just now."""

    name = NAME
    pushes = True
    paced = False

    def __init__(self, clock: Clock) -> None:
        self.speaker: Place | None = None
        self._clock = clock
        self._shown: list[Shown] = []

    async def send(self, message: Sendable) -> Receipt:
        """Show one message."""
        kind: ShownKind = "push"
        if message.kind != "send":
            kind = message.kind
        elif message.lane in ("urgent", "reply") and message.place == self.speaker:
            kind = "reply"
        self._shown.append(
            Shown(
                id=message.id,
                to=message.place.member or message.place.chat,
                kind=kind,
                text=plain(message.message.text),
                message=message.message,
                at=self._clock.now(),
                lane=message.lane,
                of=int(message.of) if message.of else None,
            )
        )
        return Receipt(str(message.id))

    def take(self) -> list[Shown]:
        """What was shown since the last look, in order."""
        shown, self._shown = self._shown, []
        return shown


def inbound(act: Act, words: Redacted, update_id: str) -> Inbound:
    """What the house is given of an act; `words` is what was said, free of document numbers."""
    opened = _OPENED.fullmatch(words.text.strip())
    return Inbound(
        act.place,
        update_id,
        text="" if opened else words.text,
        button=act.press,
        start=opened[1] if opened else None,
        location=act.location,
        phone=None if act.contact is None else scrub(act.contact),
        phone_is_own=act.contact is not None,
        media=act.media,
        proofs=words.proofs,
        flaw=words.flaw,
        private=not act.chat,
    )


def answer_of(button: Button) -> str:
    """The value that a question's button answers with; empty for any other button."""
    kind, _, rest = button.id.partition(":")
    return rest.partition(":")[2] if kind == "q" else ""
