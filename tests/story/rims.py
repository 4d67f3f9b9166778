"""Journeys at the far end: the same talks (tests/journeys) over the Bot API server, and in Chromium on telephones.

A rim is what tests/journeys/player.py drives. What was told is read from the outbox once it has left; that it arrived is
looked up at the far end: in the chat on the Bot API server, or on the page.
"""

from __future__ import annotations

import asyncio
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import uvicorn
from playwright.async_api import Browser, Locator, Page, expect

from bot.assembly import open_house
from bot.channels.terminal import Act, Shown
from bot.channels.web.app import make_app
from bot.channels.web.channel import WebChannel
from bot.channels.web.visitor import COOKIE
from bot.clock import VirtualClock, instant, ms, parse_instant
from bot.house import House
from bot.live import Live
from bot.messages import Outgoing, Place
from bot.pace import Pace
from bot.settings import Settings
from bot.store import staff
from bot.texts import plain
from tests.channels.telegram_rig import words
from tests.crash.test_kill import free_port
from tests.story.telegram_town import PATIENCE_S, Town
from tests.story.web_site import SIZES

LEFT = "('sent', 'unconfirmed')"
FIRST_CHAT = 7_100_000_000


class Rim(ABC):
    """People at the far end of a channel. `all` is everything that anybody was shown."""

    channel: str

    def __init__(self) -> None:
        self.all: list[Shown] = []
        self._posts: list[tuple[str, str, str]] = []
        self._taken: set[int] = set()
        self._chats: dict[str, str] = {}

    # -- what a journey does -------------------------------------------------------------------------------------

    def staff(self, name: str, role: str, place: str = "") -> None:
        """Somebody is invited; they open their link before anything else happens."""
        self._posts.append((name, role, place))

    async def do(self, act: Act) -> list[Shown]:
        """Somebody says, presses or shares something."""
        await self._appointed()
        await self._acts(act)
        return await self._rest()

    async def press(self, who: str, wanted: str, **_where: Any) -> list[Shown]:
        """Press the newest button before `who` of this label or answer."""
        for shown in reversed(self.all):
            if shown.to == who and (button := shown.button(wanted)) is not None:
                await self._appointed()
                await self._presses(who, shown, button.label)
                return await self._rest()
        raise AssertionError(f"no button {wanted!r} before {who}")

    async def to(self, at: str) -> list[Shown]:
        """Let the time pass."""
        await self._appointed()
        await self.live.advance(self.clock, parse_instant(at, self.settings.zone))
        return await self._rest()

    async def restart(self) -> list[Shown]:
        """Another process on the same database."""
        await self._again()
        return await self._rest()

    def find(self, pattern: str) -> str:
        """The first group of a pattern in what was shown last and fits."""
        for shown in reversed(self.all):
            links = [button.url for row in shown.message.buttons for button in row]
            if found := re.search(pattern, "\n".join([shown.text, shown.message.text, *links])):
                return found[1] if found.groups() else found[0]
        raise AssertionError(f"{pattern} fits nothing that was shown")

    # -- what a channel is ---------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def live(self) -> Live: ...

    @property
    @abstractmethod
    def house(self) -> House: ...

    @property
    @abstractmethod
    def settings(self) -> Settings: ...

    @property
    @abstractmethod
    def clock(self) -> VirtualClock: ...

    @abstractmethod
    async def _acts(self, act: Act) -> None: ...

    @abstractmethod
    async def _presses(self, who: str, shown: Shown, label: str) -> None: ...

    @abstractmethod
    async def _opens(self, who: str, payload: str) -> None: ...

    @abstractmethod
    async def _again(self) -> None: ...

    @abstractmethod
    async def _arrived(self, shown: Shown) -> None:
        """Raises AssertionError where the far end does not show it."""

    # -- within --------------------------------------------------------------------------------------------------

    async def _appointed(self) -> None:
        """Whoever was invited takes up their post; what they are told thereby belongs to no journey."""
        while self._posts:
            name, role, place = self._posts.pop(0)
            keys, now = self.house.ground.keys, self.clock.now()
            code = self.house.store.write(
                lambda db: staff.invite(db, keys, role, place, name, now, Random(name))  # noqa: B023
            )
            await self._opens(name, f"staff_{code}")
            await self._rest()

    async def _rest(self) -> list[Shown]:
        """Wait until all is handled and has left; what anybody was shown since the last time."""
        await _until(self._idle)
        self.live.pace = Pace()  # between two exchanges people take longer than these tests do
        names = {chat: name for name, chat in self._chats.items()}
        fresh = []
        for row in self.house.store.read(
            lambda db: db.all(
                "SELECT o.*, a.chat FROM outbox o JOIN address a ON a.id = o.address_id WHERE a.channel = :channel"
                f" AND o.state IN {LEFT} AND o.payload IS NOT NULL ORDER BY o.since, o.id",
                channel=self.channel,
            )
        ):
            if int(row["id"]) not in self._taken:
                self._taken.add(int(row["id"]))
                fresh.append(self._shown(row, names[str(row["chat"])]))
        for shown in fresh:
            await self._arrived(shown)
        self.all += fresh
        return fresh

    def _shown(self, row: Any, name: str) -> Shown:
        message = Outgoing.of_json(self.house.ground.keys.unseal(bytes(row["payload"]), "outbox.payload"))
        return Shown(
            int(row["id"]),
            name,
            row["kind"] if row["kind"] != "send" else "reply",
            plain(message.text),
            message,
            instant(int(row["since"])),
            row["lane"],
        )

    def _idle(self) -> bool:
        return not self.house.store.read(
            lambda db: db.value(
                "SELECT 1 FROM inbox WHERE state = 'waiting' UNION ALL SELECT 1 FROM outbox WHERE state = 'inflight'"
                " OR (state IN ('queued', 'waiting') AND due <= :now)"
                " UNION ALL SELECT 1 FROM timer WHERE state = 'waiting' AND due <= :now LIMIT 1",
                now=ms(self.clock.now()),
            )
        )


async def _until(true: Callable[[], bool]) -> None:
    """Look again and again. Raises AssertionError when patience is over."""
    for _ in range(int(PATIENCE_S / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to rest")


class OnTelegram(Rim):
    """Everybody has a chat with the bot on the Bot API server."""

    channel = "telegram"

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._town = town

    @property
    def live(self) -> Live:
        return self._town.live

    @property
    def house(self) -> House:
        return self._town.house

    @property
    def settings(self) -> Settings:
        return self._town.settings

    @property
    def clock(self) -> VirtualClock:
        return self._town.clock

    def _chat(self, who: str) -> int:
        return int(self._chats.setdefault(who, str(FIRST_CHAT + len(self._chats))))

    async def _acts(self, act: Act) -> None:
        user = self._town.api.user(self._chat(act.who))
        if act.location is not None:
            user.shares_location(*act.location)
        elif act.contact is not None:
            user.shares_contact(act.contact)
        else:
            user.says(act.say)
        await self._town.settled()

    async def _presses(self, who: str, shown: Shown, label: str) -> None:
        self._town.api.user(self._chat(who)).presses(None, label)
        await self._town.settled()

    async def _opens(self, who: str, payload: str) -> None:
        self._town.api.user(self._chat(who)).starts(payload)
        await self._town.settled()

    async def _again(self) -> None:
        await self._town.restart()
        await self._town.settled()

    async def _arrived(self, shown: Shown) -> None:
        if not shown.text:
            return
        first = shown.text.strip().splitlines()[0][:40]
        there = "\n".join(words(message) for message in self._town.api.sent(self._chat(shown.to)))
        assert first in there, f"{first!r} did not arrive at {shown.to}'s telephone"


class InChromium(Rim):
    """Everybody has the chat page open on a telephone of 390 pixels, each in a browser of their own.

    DOORSTEP_TEST_PICTURES keeps a picture of every page after each exchange, named by the journey.
    """

    channel = "web"

    def __init__(self, browser: Browser, folder: Path, at: str, name: str) -> None:
        super().__init__()
        given: dict[str, Any] = {
            "_env_file": None, "data_dir": folder / "data", "keys": folder / "keys",
            "database_url": f"sqlite:///{folder / 'page.db'}", "port": free_port(),
            "telegram_token": "1:none",  # with one it is no demonstration: everybody is who they are
        }  # fmt: skip
        self._browser, self._name = browser, name
        self._settings = Settings(**given)
        self._clock = VirtualClock(parse_instant(at, self._settings.zone))
        self._pages: dict[str, Page] = {}
        self._pictures = os.environ.get("DOORSTEP_TEST_PICTURES", "")
        self._taken_pictures = 0

    @property
    def live(self) -> Live:
        return self._live

    @property
    def house(self) -> House:
        return self._house

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def clock(self) -> VirtualClock:
        return self._clock

    async def open(self) -> None:
        """A process that serves the page."""
        self._house = open_house(self._settings, self._clock)
        self._live = Live(self._house)
        config = uvicorn.Config(
            make_app(self._live), port=self._settings.port, log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        await self._live.start()
        self._serving = asyncio.create_task(self._server.serve())
        await _until(lambda: self._server.started)

    async def close(self) -> None:
        """The end of the process; only what was written stays."""
        self._server.should_exit = True
        await self._live.stop()
        await self._serving
        self._house.store.close()

    async def _page(self, who: str, start: str = "") -> Page:
        if who not in self._pages:
            context = await self._browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES["phone"], permissions=["geolocation"]  # type: ignore[arg-type]
            )  # fmt: skip
            page = self._pages[who] = await context.new_page()
            await page.goto(f"http://127.0.0.1:{self._settings.port}/{start and f'?start={start}'}")
            (cookie,) = [one for one in await context.cookies() if one.get("name") == COOKIE]
            self._chats[who] = str(cookie.get("value", "")).rsplit(".", 1)[0]
        return self._pages[who]

    async def _acts(self, act: Act) -> None:
        page = await self._page(act.who)
        if act.location is not None:
            latitude, longitude = act.location
            await page.context.set_geolocation({"latitude": latitude, "longitude": longitude})
        async with page.expect_response("**/say"):
            if act.location is not None:
                await page.get_by_role("button", name="发送我的位置", exact=True).last.click()
            else:
                await page.locator("#box").fill(act.contact or act.say)
                await page.keyboard.press("Enter")

    async def _presses(self, who: str, shown: Shown, label: str) -> None:
        page = await self._page(who)
        async with page.expect_response("**/say"):
            await self._line(page, shown).get_by_role("button", name=label, exact=True).last.click()

    async def _opens(self, who: str, payload: str) -> None:
        page = await self._page(who, payload)
        await expect(page.locator(".line").first).to_be_visible(timeout=PATIENCE_S * 1000)

    async def _again(self) -> None:
        await self.close()
        await self.open()
        await _until(self._all_back)

    def _all_back(self) -> bool:
        """Whether every page has found the new process."""
        channel = self._house.channels["web"]
        assert isinstance(channel, WebChannel)
        open_ones = channel._visits
        return all(Place("web", chat).key in open_ones for chat in self._chats.values())

    def _line(self, page: Page, shown: Shown) -> Locator:
        return page.locator(f".line[data-order='{shown.id}']")

    async def _arrived(self, shown: Shown) -> None:
        if shown.kind != "reply":
            return
        page = await self._page(shown.to)
        await expect(self._line(page, shown)).to_be_visible(timeout=PATIENCE_S * 1000)
        wide = await page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
        assert not wide, f"wider than a telephone: {shown.text[:60]}"
        if self._pictures:
            await page.wait_for_timeout(400)  # let it come to rest
            self._taken_pictures += 1
            file = f"{self._name}-{self._taken_pictures:02d}-{shown.to}.png"
            await page.screenshot(path=Path(self._pictures) / file)
