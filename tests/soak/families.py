"""Families who apply over Telegram, each answering what the bot asks last, patient with repetitions and silence."""

from __future__ import annotations

import html
import itertools
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.botapi.driver import BotApi
from tests.botapi.people import User
from tests.botapi.world import Call
from tests.world import invented

SILENT_S = 12.0
"""Seconds without an answer after which somebody asks whether anybody is there."""
FIRST = 71_000_000_000
RECEIPT = re.compile(r"票号：(\d{3} \d{3} \d{3})")


def shown(text: str) -> str:
    """The words of a message without their markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def plain(text: str) -> str:
    """The words of a message as they are compared: letters and digits only, the beginning of a long one."""
    return re.sub(r"\W+", "", text)[:60]


@dataclass
class Family:
    """One family. `number` is its ticket's, once it was told; `wrote` counts what it said."""

    user: User
    birth: date
    document: str
    number: str = ""
    odd: str = ""
    wrote: int = 0
    answered: set[str] = field(default_factory=set)
    heard_at: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> bool:
        return bool(self.number or self.odd)


class Families:
    """Everybody who applies in a campaign. `pump` is called often; it reads what came and answers."""

    def __init__(self, api: BotApi, rng: Random) -> None:
        self.all: list[Family] = []
        self.delivered: dict[int, list[str]] = defaultdict(list)
        self._api = api
        self._rng = rng
        self._seen = 0
        self._open: list[Call] = []
        self._identities = self._invent()

    def _invent(self) -> Iterator[tuple[date, str]]:
        for number in itertools.count():
            born = date(2025, 3, 1) + timedelta(days=number % 90)
            yield born, invented(born, 1 + number // 90)

    @property
    def talking(self) -> list[Family]:
        return [family for family in self.all if not family.done]

    def arrive(self) -> None:
        """Another family begins."""
        born, document = next(self._identities)
        user = self._api.user(FIRST + len(self.all), f"P{len(self.all)}")
        family = Family(user, born, document)
        self.all.append(family)
        self._say(family, "voucher")

    def pump(self) -> None:
        """Take in what was delivered, answer it, ask after what is missing."""
        with self._api.world.lock:
            calls = self._api.world.calls
            self._open += calls[self._seen :]
            self._seen = len(calls)
        waiting, self._open = self._open, []
        for call in waiting:
            if call.error is None and not call.handled:
                self._open.append(call)
            elif call.handled and (words := call.params.get("text") or call.params.get("caption")):
                self._hear(int(call.params["chat_id"]), shown(str(words)))
        for family in self.talking:
            if time.monotonic() - family.heard_at > SILENT_S:
                family.answered.clear()
                self._say(family, "在吗")

    def _hear(self, chat: int, text: str) -> None:
        self.delivered[chat].append(text)
        family = self.all[chat - FIRST] if 0 <= chat - FIRST < len(self.all) else None
        if family is None or family.done:
            return
        family.heard_at = time.monotonic()
        if found := RECEIPT.search(text):
            family.number = found[1]
        elif plain(text) not in family.answered and (answer := self._answer(family, text)):
            family.answered.add(plain(text))
            self._say(family, answer)

    def _answer(self, family: Family, text: str) -> str:
        """What to say to the question at a message's end; empty where there is none."""
        for asked, answer in (
            ("报上了", ""),
            ("没问题就点", "1"),
            ("留个电话", f"138{family.user.id % 100_000_000:08d}"),
            ("核对证件", family.document),
            ("怎么称呼孩子", f"小宇{family.user.id % 1000}"),
            ("需要您同意", "1"),
            ("孩子的什么人", "1"),
            ("哪天出生", family.birth.isoformat()),
        ):
            if asked in text:
                return answer
        return ""

    def _say(self, family: Family, words: str) -> None:
        family.wrote += 1
        family.heard_at = time.monotonic()
        family.user.says(words)
