"""The counter's pages: the way in, the lock, and the page at which one person is seen to."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.channels.counter.door import COOKIE, CounterDoor
from bot.channels.web.needs import Live
from bot.store import counter
from bot.store.counter import Login
from bot.store.session import Db
from bot.texts import Texts
from bot.turn import Turn

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
"""Nothing of a page is kept by the browser; a form needs its origin named."""
HOME = "/desk"
CODE_AT_MOST = 64
RECOVER = "recover"
"""The flow that opens what somebody has by a code on paper, where a service offers it."""


class CounterPages:
    """The handlers of the pages."""

    def __init__(self, live: Live, door: CounterDoor, words: Texts, pages: Jinja2Templates) -> None:
        self._live = live
        self._door = door
        self._words = words
        self._pages = pages

    async def home(self, request: Request) -> Response:
        """GET /desk: the way in, the lock, or the page of whoever is let in."""
        login = await self._door.who(request)
        if login is None:
            return self._enter(request)
        if login.state == "locked":
            return self._page(request, "lock.html", login.who.lang, name=login.who.name, wrong=False)
        house, lang = self._live.house, login.who.lang
        ground = house.ground
        now = ground.clock.now().astimezone(ground.settings.zone)
        return self._page(
            request,
            "desk.html",
            lang,
            name=login.who.name,
            visit=bool(login.visit),
            script=self._script_words(lang),
            menus=await asyncio.to_thread(house.store.read, lambda db: self._menus(db, login)),
            typed=await asyncio.to_thread(house.store.read, lambda db: self._typed(db, login)),
            now=now.strftime("%Y-%m-%dT%H:%M:%S"),
            lock_s=int(counter.LOCK_AFTER.total_seconds()),
        )

    async def look_in(self, request: Request) -> Response:
        """GET /desk/in/CODE: asks for a press before the code is used, for a link may be looked at by a machine."""
        return self._enter(request, code=request.path_params["code"][:CODE_AT_MOST])

    async def enter(self, request: Request) -> Response:
        """POST /desk/in: the code is used up, the page opens."""
        code = await self._field(request, "code")
        ground = self._live.house.ground

        def work(db: Db) -> tuple[Login, str] | str:
            found = counter.enter(db, ground.keys, code, ground.clock.now())
            if not isinstance(found, str):
                self._door.note(db, found[0], "counter.opened")
            return found

        found = await self._door.write(work)
        if isinstance(found, str):
            return self._enter(request, problem=found, status=422)
        response = RedirectResponse(HOME, status_code=303, headers=HEADERS)
        self._door.give_cookie(response, found[1])
        return response

    async def unlock(self, request: Request) -> Response:
        """POST /desk/unlock: the PIN opens the page again; after five wrong ones a new code is needed."""
        pin = await self._field(request, "pin")
        login, words = await self._door.who(request), self._door.cookie(request)
        ground = self._live.house.ground
        if login is None:
            return RedirectResponse(HOME, status_code=303, headers=HEADERS)

        def work(db: Db) -> str:
            verdict = counter.unlock(db, ground.keys, words, pin, ground.clock.now())
            self._door.note(db, login, "counter.unlocked" if verdict == "ok" else "counter.wrong_pin")
            return verdict

        if await self._door.write(work) == "wrong":
            return self._page(
                request, "lock.html", login.who.lang, status=422, name=login.who.name, wrong=True
            )
        return RedirectResponse(HOME, status_code=303, headers=HEADERS)

    async def lock(self, request: Request) -> Response:
        """POST /desk/lock: the page locks itself, or somebody leaves it for a moment."""
        self._door.web.check_origin(request)
        login = await self._door.who(request)
        if login is not None:
            await self._door.write(lambda db: counter.lock(db, login))
        return Response(status_code=204, headers=HEADERS)

    async def leave(self, request: Request) -> Response:
        """POST /desk/out: the member of staff leaves the counter."""
        self._door.web.check_origin(request)
        login = await self._door.who(request)
        ground = self._live.house.ground
        if login is not None:

            def work(db: Db) -> None:
                counter.end(db, login, ground.clock.now())
                self._door.note(db, login, "counter.left")

            await self._door.write(work)
        response = RedirectResponse(HOME, status_code=303, headers=HEADERS)
        response.delete_cookie(COOKIE, path=HOME)
        return response

    # -- within --------------------------------------------------------------------------------------------------

    async def _field(self, request: Request, name: str) -> str:
        self._door.web.check_origin(request)
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        return fields.get(name, [""])[0][:CODE_AT_MOST]

    def _enter(self, request: Request, code: str = "", problem: str = "", status: int = 200) -> Response:
        lang = self._door.web.language(request)
        return self._page(request, "enter.html", lang, status=status, code=code, problem=problem)

    def _page(self, request: Request, template: str, lang: str, status: int = 200, **values: Any) -> Response:
        return self._pages.TemplateResponse(
            request,
            template,
            {
                "lang": lang,
                "words": lambda key, **more: self._words.label(lang, f"counter.{key}", more),
                "page": self._live.house.ground.settings.page,
                **values,
            },
            status_code=status,
            headers={**HEADERS, "Content-Language": lang},
        )

    def _menus(self, db: Db, login: Login) -> dict[str, list[tuple[str, str]]]:
        """What is often wanted, as (button, words): for the person who stands there, and for the staff themselves."""
        house = self._live.house
        ground, registry = house.ground, house.registry
        now = ground.clock.now()
        everybody = registry.menu(Turn(ground, db, now, login.who.attended()))
        staff = [pair for pair in registry.menu(Turn(ground, db, now, login.who)) if pair not in everybody]
        again = (
            [(RECOVER, self._words.label(login.who.lang, "counter.recover"))]
            if RECOVER in registry.flows
            else []
        )
        return {
            "visit": [(f"go:{name}", label) for name, label in [*everybody, *again]],
            "own": [(f"go:{name}", label) for name, label in staff],
        }

    def _typed(self, db: Db, login: Login) -> list[tuple[str, str]]:
        """What the member of staff may type besides, as (word, what it does)."""
        house = self._live.house
        return house.registry.staff_words(Turn(house.ground, db, house.ground.clock.now(), login.who))

    def _script_words(self, lang: str) -> str:
        found: dict[str, str] = {}
        for words, prefix in ((self._door.web.words, "web.script."), (self._words, "counter.script.")):
            keys = sorted(key for key in words.keys() if key.startswith(prefix))  # noqa: SIM118
            found.update({key.removeprefix(prefix): words.label(lang, key) for key in keys})
        return orjson.dumps(found).decode()
