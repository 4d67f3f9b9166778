"""Who is at the counter's page: the signed cookie and the row behind it, looked at anew with every request."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TypeVar

from itsdangerous import BadSignature, Signer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.needs import Live
from bot.channels.web.visitor import Door
from bot.store import counter
from bot.store.counter import Login
from bot.store.session import Db
from bot.turn import Turn

T = TypeVar("T")
COOKIE = "doorstep-counter"
LOCKED = 423


class CounterDoor:
    """Lets staff in. A locked page's cookie opens nothing but the question for the PIN."""

    def __init__(self, live: Live, door: Door) -> None:
        self._live = live
        self.web = door
        settings = live.house.ground.settings
        self._secure = settings.page.startswith("https://")
        self._signer = Signer(
            live.house.ground.keys.signing_key, salt="counter.session", digest_method=hashlib.sha256
        )

    def cookie(self, request: Request) -> str:
        """The words of the cookie, "" without a good one."""
        try:
            return self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return ""

    def give_cookie(self, response: Response, words: str) -> None:
        """Let the browser keep who this is, for /desk only, until it is closed."""
        response.set_cookie(
            COOKIE,
            self._signer.sign(words).decode(),
            path="/desk",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    async def who(self, request: Request) -> Login | None:
        """Who this is, locked or not; None where nobody is let in."""
        house, words = self._live.house, self.cookie(request)
        if not words:
            return None
        now = house.ground.clock.now()
        return await asyncio.to_thread(
            house.store.read, lambda db: counter.find(db, house.ground.keys, words, now)
        )

    async def open(self, request: Request) -> Login:
        """Who this is, with the page open. Raises 401 where nobody is let in, 423 while it is locked."""
        login = await self.who(request)
        if login is None:
            raise HTTPException(401)
        if login.state == "locked":
            raise HTTPException(LOCKED)
        return login

    async def write(self, work: Callable[[Db], T]) -> T:
        """Do something in a transaction."""
        return await asyncio.wrap_future(self._live.house.store.submit(work))

    def note(self, db: Db, login: Login, act: str, about: str = "counter") -> None:
        """Record what the member of staff did at the page."""
        ground = self._live.house.ground
        Turn(ground, db, ground.clock.now(), login.who).audit(act, about)
