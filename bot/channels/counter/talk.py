"""What is said at the counter's page: for the person who stands there, or by the member of staff for themselves.

Every answer carries what the bot has said since: the page asks for nothing else, so any of several processes serves it.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.capability import Registry, Slip
from bot.channels.counter.door import CounterDoor
from bot.channels.counter.pages import HEADERS
from bot.channels.web import history
from bot.channels.web.needs import Live
from bot.messages import COUNTER, Inbound, Place
from bot.store import counter, people
from bot.store.counter import Login
from bot.store.session import Db
from bot.turn import Ground, Turn

READ_AT_MOST = 20_000
LONGEST = 5_000
WAIT_S = 8.0
"""So long an answer is waited for; later the page asks once more."""
LOOK_S = 0.03
VISIT, OWN = "visit", "own"
_OWN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_OPENED = re.compile(r"\S+[?&]start=([\w-]{1,64})")
"""A link of ours as a scanner types it."""


class CounterTalk:
    """The handlers of what the page's script asks."""

    def __init__(self, live: Live, door: CounterDoor) -> None:
        self._live = live
        self._door = door

    async def visit(self, request: Request) -> Response:
        """POST /desk/visit {"do": "begin"|"end"}: somebody new stands there, or this one is done."""
        tree = await self._door.web.json(request)
        login = await self._door.open(request)
        if tree.get("do") not in ("begin", "end"):
            raise HTTPException(422)
        ground = self._live.house.ground

        def work(db: Db) -> Place | None:
            now = ground.clock.now()
            if (before := _address(db, login.place)) is not None:
                self._door.note(db, login, "counter.done", f"address:{before}")
            if tree["do"] == "end":
                counter.end_visit(db, login, now)
                return None
            place = counter.begin_visit(db, login, now)
            self._door.note(db, login, "counter.visit", f"address:{_address(db, place)}")
            return place

        place = await self._door.write(work)
        if place is not None:  # what can be done here is said at once
            await self._hear(Inbound(place, f"{place.chat}:begin", button="w:menu", operator=login.staff_id))
        return Response(status_code=204, headers=HEADERS)

    async def say(self, request: Request) -> Response:
        """POST /desk/say {"id", "as", "after", and one of text, button}: answers what `log` answers, and "text".

        `id` is the page's own; the same one twice is one message. "text" is what was said as it is kept.
        """
        tree = await self._door.web.json(request)
        login = await self._door.open(request)
        place = self._place(login, tree.get("as"))
        if not isinstance(tree.get("id"), str) or not _OWN_ID.fullmatch(tree["id"]):
            raise HTTPException(422)
        ground = self._live.house.ground
        await self._door.write(lambda db: counter.touch(db, login, ground.clock.now()))
        inbound = await self._inbound(login, place, tree)
        heard = await self._hear(inbound)
        found = await self._said(login, place, tree)
        return JSONResponse({**found, "text": inbound.text, "waiting": not heard}, headers=HEADERS)

    async def log(self, request: Request) -> Response:
        """POST /desk/log {"as", "after"}: what was said after that message, and what can be printed.

        It does not count as doing something: a page that only looks locks itself.
        """
        tree = await self._door.web.json(request)
        login = await self._door.open(request)
        place = self._place(login, tree.get("as"))
        return JSONResponse({**await self._said(login, place, tree), "waiting": False}, headers=HEADERS)

    async def alive(self, request: Request) -> Response:
        """POST /desk/alive: somebody is typing or reading, though nothing was sent yet."""
        await self._door.web.json(request)
        login, ground = await self._door.open(request), self._live.house.ground
        await self._door.write(lambda db: counter.touch(db, login, ground.clock.now()))
        return Response(status_code=204, headers=HEADERS)

    async def file(self, request: Request) -> Response:
        """GET /desk/file/MESSAGE/NUMBER: a picture or file of a message that stands on the page."""
        login, house = await self._door.open(request), self._live.house
        message, number = int(request.path_params["message"]), int(request.path_params["number"])
        if message >= 1 << 63:
            raise HTTPException(404)

        def look(db: Db) -> Any:
            places = [login.own, *([login.place] if login.place else [])]
            addresses = [found for place in places if (found := _address(db, place)) is not None]
            return history.file_of(db, house.ground.keys, addresses, message, number)

        file = await asyncio.to_thread(house.store.read, look)
        if file is None:
            raise HTTPException(404)
        shown = file.type in history.PICTURES and "save" not in request.query_params
        how = "inline" if shown else "attachment"
        return Response(
            file.body,
            media_type=file.type if shown else "application/octet-stream",
            headers={**HEADERS, "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name)}"},
        )

    # -- within --------------------------------------------------------------------------------------------------

    def _place(self, login: Login, whose: Any) -> Place:
        """Where it is said. Nobody stands there (any more): 409, the page loads itself anew."""
        if whose == OWN:
            return login.own
        if whose != VISIT:
            raise HTTPException(422)
        if login.place is None:
            raise HTTPException(409)
        return login.place

    async def _inbound(self, login: Login, place: Place, tree: dict[str, Any]) -> Inbound:
        """What was said, without document numbers. Raises 422 when it is none of the ways to say something."""
        update, house = f"{place.chat}:{tree['id']}", self._live.house
        operator = login.staff_id if place != login.own else None
        if isinstance(tree.get("text"), str):
            expecting = await asyncio.to_thread(house.expects, place)
            kept = house.redactor.redact(tree["text"][:READ_AT_MOST], expecting=expecting, holder=place.key)
            if (opened := _OPENED.fullmatch(kept.text.strip())) is not None:
                return Inbound(place, update, start=opened[1], operator=operator)
            text = kept.text[: LONGEST + 1]
            return Inbound(
                place,
                update,
                text=text,
                proofs=kept.proofs,
                flaw=kept.flaw,
                lang=login.who.lang,
                operator=operator,
            )
        if isinstance(tree.get("button"), str) and len(tree["button"]) <= 64:
            return Inbound(place, update, button=tree["button"], operator=operator)
        raise HTTPException(422)

    async def _hear(self, inbound: Inbound) -> bool:
        """Keep it and wait for its answer, whichever process gives it. False: it takes long."""
        await self._live.receive(inbound)
        store = self._live.house.store
        end = asyncio.get_running_loop().time() + WAIT_S

        def state(db: Db) -> Any:
            return db.value(
                "SELECT state FROM inbox WHERE channel = :channel AND update_id = :update",
                channel=COUNTER,
                update=inbound.update_id,
            )

        while await asyncio.to_thread(store.read, state) == "waiting":
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def _said(self, login: Login, place: Place, tree: dict[str, Any]) -> dict[str, Any]:
        after, whose = tree.get("after"), str(tree["as"])
        if type(after) is not int or not 0 <= after < 1 << 63:
            raise HTTPException(422)
        house = self._live.house
        if whose == OWN:
            after = max(after, login.after)

        def look(db: Db) -> tuple[list[Any], list[Slip]]:
            address = _address(db, place)
            said = history.since(db, house.ground.keys, [] if address is None else [address], after)
            shown = [message for message in said if whose == VISIT or message.id > login.after]
            return shown, [] if whose == OWN else slips(house.ground, house.registry, db, place)

        said, printable = await asyncio.to_thread(house.store.read, look)
        settings = house.ground.settings
        events = [history.as_event(one, whose, settings.zone, settings.page) for one in said]
        for event in events:
            for file in event["files"]:
                file["url"] = f"/desk{file['url']}"
        return {"events": events, "slips": [{"name": s.name, "title": s.title} for s in printable]}


def slips(ground: Ground, registry: Registry, db: Db, place: Place) -> list[Slip]:
    """What can be printed for the person at a place."""
    row = db.one(
        "SELECT id, person_id FROM address WHERE channel = :channel AND chat = :chat AND state = 'active'",
        channel=place.channel,
        chat=place.chat,
    )
    if row is None:
        return []
    who = people.person_of(db, int(row["person_id"])).attended()
    turn = Turn(ground, db, ground.clock.now(), who, place, int(row["id"]), everyone=registry)
    return registry.slips(turn)


def _address(db: Db, place: Place | None) -> int | None:
    return None if place is None else history.address_of(db, place)
