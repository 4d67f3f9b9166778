"""The sample district on Telegram for the stories: the whole bot in this process, with a clock that the story moves.

Everything is real (database, turns, the live loop, the library, the web application); only the far end is the local
Bot API server. A town may be closed and opened again on the same store: that is a restart.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import segno
from stdnum.cn import ric

from bot.assembly import open_house
from bot.channels.telegram.setup import Telegram
from bot.channels.web.app import make_app
from bot.clock import VirtualClock, ms, parse_instant
from bot.house import House
from bot.live import Live
from bot.pace import Pace
from bot.settings import Settings
from bot.store import staff
from tests.botapi import BotApi, Json
from tests.channels.telegram_rig import words

START = "2026-12-01T09:00:00+08:00"
PUBLIC = "https://doorstep.example.org"
PATIENCE_S = 20.0


def invented(born: str, serial: int = 1) -> str:
    """A document number with a correct check digit and a place that does not exist."""
    body = f"999901{born.replace('-', '')}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


class Town:
    """One bot and the people who write to it. With `restarts` it is made anew after every exchange."""

    def __init__(
        self,
        api: BotApi,
        root: str,
        folder: Path,
        mode: str,
        url: str = "",
        restarts: bool = False,
        at: str = START,
    ) -> None:
        given: dict[str, Any] = {
            "_env_file": None, "data_dir": folder / "data", "keys": folder / "keys",
            "database_url": url or f"sqlite:///{folder / 'town.db'}", "telegram_token": api.token,
            "telegram_api_url": root, "telegram_mode": mode, "public_url": PUBLIC if mode == "webhook" else "",
        }  # fmt: skip
        self.api = api
        self.settings = Settings(**given)
        self.clock = VirtualClock(parse_instant(at, self.settings.zone))
        self.restarts = restarts
        self.lives = 0
        self.house: House
        self.live: Live
        self.telegram: Telegram

    # -- its life ------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """A new process, as `doorstep run` puts one together."""
        self.lives += 1
        self.house = house = open_house(self.settings, self.clock)
        self.live = live = Live(house)
        self.telegram = Telegram(
            house.ground,
            house.store,
            house.registry,
            house.redactor,
            expects=house.expects,
            receive=live.receive,
            hold=live.pace.hold,
            wait_s=5,
            first_pause_s=0.05,
        )
        house.channels["telegram"] = self.telegram.channel
        self.api.push_to(make_app(live, self.telegram.routes) if self.telegram.routes else None)
        await live.start()
        await self.telegram.start()
        await self.api.wait_for(self.telegram.ready.is_set, PATIENCE_S)

    async def close(self) -> None:
        """The end of the process; only what was written stays."""
        await self.telegram.stop_listening()
        await self.live.stop()
        await self.telegram.stop()
        self.house.store.close()
        del self.house, self.live, self.telegram

    async def restart(self) -> None:
        await self.close()
        await self.open()

    async def settled(self) -> None:
        """Whatever was sent to the bot is confirmed and handled, and whatever it answered has left."""
        await self.api.wait_for(self._idle, PATIENCE_S)

    def _idle(self) -> bool:
        return not self.api.updates.pending and not self.rows(
            "SELECT 1 FROM inbox WHERE state = 'waiting' UNION ALL SELECT 1 FROM outbox WHERE state = 'inflight'"
            " OR (state IN ('queued', 'waiting') AND due <= :now)",
            now=ms(self.clock.now()),
        )

    async def answer(self, *chats: int) -> list[str]:
        """The newest words in each of these chats once everything rests; then, perhaps, the restart."""
        await self.settled()
        self.live.pace = Pace()  # between two exchanges people take longer than these tests do
        if self.restarts:
            await self.restart()
        return [words(self.api.sent(chat)[-1]) for chat in chats]

    # -- what happens --------------------------------------------------------------------------------------------

    async def says(self, who: int, text: str) -> str:
        """Somebody writes; what they read last afterwards."""
        self.api.user(who).says(text)
        return (await self.answer(who))[0]

    async def presses(self, who: int, label: str) -> str:
        """Somebody presses the newest button of this label; what they read last afterwards."""
        self.api.user(who).presses(None, label)
        return (await self.answer(who))[0]

    async def opens(self, who: int, payload: str) -> str:
        """Somebody opens a deep link of the bot; what they read last afterwards."""
        self.api.user(who).starts(payload)
        return (await self.answer(who))[0]

    async def shares_contact(self, who: int, phone: str) -> str:
        self.api.user(who).shares_contact(phone)
        return (await self.answer(who))[0]

    async def shares_location(self, who: int, latitude: float, longitude: float) -> str:
        self.api.user(who).shares_location(latitude, longitude)
        return (await self.answer(who))[0]

    async def to(self, at: str) -> None:
        """Play the time up to a local instant."""
        await self.live.advance(self.clock, parse_instant(at, self.settings.zone))
        await self.answer()

    def invited(self, role: str, place: str, name: str) -> str:
        """The payload of a link by which one person takes up a post."""
        keys, now = self.house.ground.keys, self.clock.now()
        code = self.house.store.write(lambda db: staff.invite(db, keys, role, place, name, now, Random(name)))
        return f"staff_{code}"

    # -- what there is -------------------------------------------------------------------------------------------

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        return self.house.store.read(lambda db: [dict(row) for row in db.all(sql, **values)])

    def told(self, who: int, what: str) -> list[Json]:
        """The bot's messages to somebody that hold these words, oldest first."""
        return [message for message in self.api.sent(who) if what in words(message)]

    def picture(self, message: Json) -> bytes:
        """The bytes of a message's photo."""
        return self.api.world.files[message["photo"][-1]["file_id"]].content


@asynccontextmanager
async def town(folder: Path, mode: str, **how: Any) -> AsyncIterator[Town]:
    """A town that is open, and its Bot API server on loopback."""
    api = BotApi()
    async with api.serving() as root:
        made = Town(api, root, folder, mode, **how)
        await made.open()
        try:
            yield made
        finally:
            await made.close()
            await api.aclose()


def code_in(text: str) -> str:
    """The voucher's code in a message, its twelve digits."""
    found = re.search(r"券码：(\d{4} \d{4} \d{4})", text)
    assert found is not None, text
    return found[1].replace(" ", "")


def is_qr_of(picture: bytes, link: str) -> bool:
    """Whether a picture is the QR code of a link, at whatever size."""
    for scale in range(1, 21):
        made = io.BytesIO()
        segno.make(link, error="m").save(made, kind="png", scale=scale, border=4)
        if made.getvalue() == picture:
            return True
    return False
