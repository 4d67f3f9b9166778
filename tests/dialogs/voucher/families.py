"""Families that fill in the form by themselves, whatever it asks, on any channel; what they are shown is kept."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Mapping

from bot.house import House
from bot.messages import Inbound, Outgoing, Place, Receipt, Sendable, SendFailed

_updates = itertools.count(1)

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
DISGUISES = ("plain", "spaced", "wide", "grouped", "dashed", "dotted", "chinese", "sentence", "lower")


def disguised(number: str, how: str) -> str:
    """A document number of 18 characters as people write it."""
    match how:
        case "spaced":
            return " ".join(number)
        case "wide":
            return number.translate(FULL_WIDTH)
        case "grouped":
            return f"{number[:6]} {number[6:14]} {number[14:]}"
        case "dashed":
            return f"{number[:6]}-{number[6:14]}-{number[14:]}"
        case "dotted":
            return f"{number[:6]}.{number[6:10]}.{number[10:14]}.{number[14:]}"
        case "chinese":
            return number.translate(CHINESE)
        case "sentence":
            return f"孩子的身份证是{number}，麻烦您了"
        case "lower":
            return number.lower()
        case _:
            return number


class Rim:
    """The far end of a channel: what arrives is kept by chat; chats may be blocked, or pages asleep."""

    def __init__(self, name: str, paced: bool = False) -> None:
        self.name = name
        self.pushes = name != "web"
        self.paced = paced
        self.arrived: dict[str, list[Outgoing]] = defaultdict(list)
        self.sent: list[Sendable] = []
        self.blocked: set[str] = set()
        self.asleep: set[str] = set()

    async def send(self, message: Sendable) -> Receipt:
        """Keep one message. Raises SendFailed for a blocked chat and for a page that nobody looks at."""
        chat = message.place.chat
        if chat in self.blocked:
            raise SendFailed("unreachable", "blocked")
        if chat in self.asleep and message.lane != "reply":
            raise SendFailed("withheld", "page closed")
        self.arrived[chat].append(message.message)
        self.sent.append(message)
        return Receipt(str(message.id))


class Family:
    """Somebody at one address."""

    def __init__(self, house: House, rim: Rim, chat: str) -> None:
        self.house, self.rim, self.place = house, rim, Place(rim.name, chat)

    @property
    def heard(self) -> list[Outgoing]:
        return self.rim.arrived[self.place.chat]

    @property
    def last_key(self) -> str:
        return self.heard[-1].keys[-1] if self.heard and self.heard[-1].keys else ""

    async def say(self, text: str) -> None:
        kept = self.house.redactor.redact(text, self.house.expects(self.place), self.place.key)
        await self._hear(
            Inbound(self.place, f"u{next(_updates)}", text=kept.text, proofs=kept.proofs, flaw=kept.flaw)
        )

    async def open_link(self, payload: str) -> None:
        await self._hear(Inbound(self.place, f"u{next(_updates)}", start=payload))

    async def press(self, label: str) -> bool:
        """Press the newest button of this label. False where there is none."""
        for message in reversed(self.heard):
            for row in message.buttons:
                for button in row:
                    if button.label == label and button.id:
                        await self._hear(Inbound(self.place, f"u{next(_updates)}", button=button.id))
                        return True
        return False

    async def press_id(self, button: str) -> None:
        await self._hear(Inbound(self.place, f"u{next(_updates)}", button=button))

    async def fill_in(self, answers: Mapping[str, str], start: str = "voucher") -> str:
        """Answer every question by its name until the form ends; the last key that was said."""
        await self.say(start)
        for _ in range(20):
            key = self.last_key
            if key == "common.resume":
                await self.say("2")
            elif "voucher.twin_number" in self.heard[-1].keys:
                await self.say("取消")  # the same child again, no twin
                return "voucher.registered.said"
            elif key.endswith(".ask"):
                await self.say(answers[key.split(".")[1]])
            else:
                return key
        raise AssertionError(f"the form goes round in circles at {self.last_key}")

    async def _hear(self, inbound: Inbound) -> None:
        assert await self.house.hear(inbound)


def answers(born: str, document: str, phone: str, name: str = "小宇", relation: str = "1") -> dict[str, str]:
    """A family's answers to every question that the form can ask."""
    return {
        "child": born,
        "birth": born,
        "anyway": "还是申请",
        "resident": "住在这里",
        "relation": relation,
        "consent": "同意",
        "nickname": name,
        "document": document,
        "phone": phone,
        "summary": "1",
        "confirm": "同意",
    }


def in_halves(number: str, rng: random.Random) -> tuple[str, str]:
    """A number split where people split it."""
    at = rng.choice([6, 10, 12, 14])
    return number[:at], number[at:]
