"""The chat page and what it calls: the page itself, its stream of events, what a person says, and files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from bot.channels.web import history
from bot.channels.web.channel import WebChannel
from bot.channels.web.demo import Demo
from bot.channels.web.needs import Live
from bot.channels.web.relay import Relay
from bot.channels.web.visitor import Door, Visitor
from bot.messages import Inbound, Place, Sendable
from bot.store import people
from bot.texts import LANGUAGES

LONGEST = 5_000
"""Characters of one message; of a longer one so much is kept that the open question can say it is too long."""
READ_AT_MOST = 20_000
BEAT_S = 15
AGAIN_S = 1.0
"""A message that was being withheld while the page connected is looked for once more after this."""
_OWN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEDIA = ("photo", "voice", "file")
SWITCH = "switch.now"
"""The act that gives a device to the next person; where a capability has it the page has a button for it."""
SHEETS = ("privacy",)
"""The sheets that the chat page leads to, where a capability has them."""
_NO_STORE = {"Cache-Control": "no-store"}


class Chat:
    """The handlers of the chat page."""

    def __init__(
        self, live: Live, channel: WebChannel, door: Door, pages: Jinja2Templates, demo: Demo
    ) -> None:
        self._live = live
        self._channel = channel
        self._door = door
        self._pages = pages
        self._demo = demo
        self._relay = Relay(live, channel)
        self._later: set[asyncio.Task[None]] = set()

    # -- the page ------------------------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """GET /: the page, with a session."""
        visitor = self._door.visitor(request)
        new = visitor is None
        visitor = visitor or self._door.welcome()
        spoken = None if new else await asyncio.to_thread(self._spoken, visitor)
        lang = self._door.language(request, spoken)
        ground = self._live.house.ground
        response = self._pages.TemplateResponse(
            request,
            "chat.html",
            {
                **self._door.spoken(lang),
                "script": self._script_words(lang),
                "personas": tuple(visitor.places),
                "demo": self._door.demo,
                "now": self._demo.shown(),
                "telephone": ground.telephone,
                "sample": ground.demo,
                "switch": SWITCH in self._live.house.registry.actions,
                "sheets": [name for name in self._live.house.registry.sheets if name in SHEETS],
            },
            headers={**_NO_STORE, "Content-Language": lang, "Vary": "Cookie, Accept-Language"},
        )
        if new:
            self._door.give_cookie(response, visitor)
        return response

    def _spoken(self, visitor: Visitor) -> str | None:
        """The language of the visitor's first conversation, if there is one."""
        first = next(iter(visitor.places.values()))
        found = self._live.house.store.read(
            lambda db: db.value(
                "SELECT p.lang FROM address a JOIN person p ON p.id = a.person_id WHERE a.channel = :channel"
                " AND a.chat = :chat",
                channel=first.channel,
                chat=first.chat,
            )
        )
        return str(found) if found in LANGUAGES else None

    def _script_words(self, lang: str) -> str:
        words, prefix = self._door.words, "web.script."
        keys = sorted(filter(lambda key: key.startswith(prefix), words.keys()))
        return orjson.dumps({key.removeprefix(prefix): words.label(lang, key) for key in keys}).decode()

    # -- what goes out -------------------------------------------------------------------------------------------

    async def events(self, request: Request) -> Response:
        """GET /events: everything said after Last-Event-ID (or ?after=), then what is said from now on."""
        visitor = self._door.known(request)
        given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        after = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        if self._door.demo:
            await self._demo.prepare(visitor)
        return EventSourceResponse(
            self._stream(visitor, after),
            ping=BEAT_S,
            headers=_NO_STORE,
            sep="\n",
            ping_message_factory=lambda: ServerSentEvent("1", event="beat", sep="\n"),
        )

    async def _stream(self, visitor: Visitor, after: int) -> AsyncIterator[ServerSentEvent]:
        house = self._live.house
        personas = {place.key: persona for persona, place in visitor.places.items()}
        visit = self._channel.connect(visitor.places.values())
        try:
            addresses = await asyncio.to_thread(self._addresses, visitor)
            said = await asyncio.to_thread(
                house.store.read, lambda db: history.since(db, house.ground.keys, addresses, after)
            )
            for message in said:
                yield self._event(message, personas[message.place.key], live=False)
            yield ServerSentEvent(
                orjson.dumps({"to": said[-1].id if said else after}).decode(),
                event="ready",
                retry=2000,
                sep="\n",
            )
            self._wake(addresses)
            while (late := await visit.next()) is not None:
                yield self._event(late, personas[late.place.key], live=True)
        finally:
            self._channel.disconnect(visit)

    def _addresses(self, visitor: Visitor) -> list[int]:
        places = visitor.places.values()
        found = self._live.house.store.read(lambda db: [history.address_of(db, place) for place in places])
        return [address for address in found if address is not None]

    def _wake(self, addresses: list[int]) -> None:
        """Let what was withheld come, and what is being withheld this very moment too."""

        async def again() -> None:
            await asyncio.sleep(AGAIN_S)
            for address in addresses:
                self._live.wake(address)

        for address in addresses:
            self._live.wake(address)
        if addresses:
            task = asyncio.get_running_loop().create_task(again())
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    def _event(self, message: Sendable, persona: str, live: bool) -> ServerSentEvent:
        settings = self._live.house.ground.settings
        tree = history.as_event(message, persona, settings.zone, settings.page)
        tree["ack"] = tree["ack"] and live
        return ServerSentEvent(orjson.dumps(tree).decode(), id=str(message.id), sep="\n")

    async def seen(self, request: Request) -> Response:
        """POST /seen {"as", "id"}: the page shows a message that wanted to know."""
        tree = await self._door.json(request)
        visitor = self._door.known(request)
        place = visitor.place(_text(tree, "as", ""))
        if type(tree.get("id")) is not int:
            raise HTTPException(422)
        if not self._channel.shown(place, tree["id"]):
            self._relay.seen(place, tree["id"])
            self._wake(await asyncio.to_thread(self._addresses, visitor))
        return Response(status_code=204)

    async def file(self, request: Request) -> Response:
        """GET /file/MESSAGE/NUMBER: a file of one's own message, to look at or (?save) to keep."""
        visitor, house = self._door.known(request), self._live.house
        message, number = int(request.path_params["message"]), int(request.path_params["number"])
        if message >= 1 << 63:
            raise HTTPException(404)
        addresses = await asyncio.to_thread(self._addresses, visitor)
        file = await asyncio.to_thread(
            house.store.read, lambda db: history.file_of(db, house.ground.keys, addresses, message, number)
        )
        if file is None:
            raise HTTPException(404)
        shown = file.type in history.PICTURES
        how = "inline" if shown and "save" not in request.query_params else "attachment"
        return Response(
            file.body,
            media_type=file.type if shown else "application/octet-stream",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name)}",
            },
        )

    # -- what comes in -------------------------------------------------------------------------------------------

    async def say(self, request: Request) -> Response:
        """POST /say {"id", "as", and one of text, button, start, location, media}: answers {"text": as it is kept}.

        `id` is the page's own; the same one twice is one message.
        """
        tree = await self._door.json(request)
        visitor = self._door.known(request)
        place = visitor.place(_text(tree, "as", ""))
        if not _OWN_ID.fullmatch(_text(tree, "id")):
            raise HTTPException(422)
        if self._door.demo:
            await self._demo.prepare(visitor)
        inbound = await self._inbound(place, tree, self._door.language(request))
        await self._meet(place, inbound.lang)
        self._channel.wrote(place)
        new = await self._live.receive(inbound)
        ground = self._live.house.ground
        at = ground.clock.now().astimezone(ground.settings.zone).strftime("%Y-%m-%dT%H:%M")
        return JSONResponse({"text": inbound.text, "new": new, "at": at}, headers=_NO_STORE)

    async def _inbound(self, place: Place, tree: dict[str, Any], lang: str) -> Inbound:
        """What was said, without document numbers. Raises 422 when it is none of the ways to say something."""
        asked = _text(tree, "lang", "")
        lang = asked if asked in LANGUAGES else lang
        update = f"{place.chat}:{tree['id']}"
        if "text" in tree:
            house = self._live.house
            expecting = await asyncio.to_thread(house.expects, place)
            kept = house.redactor.redact(
                _text(tree, "text")[:READ_AT_MOST], expecting=expecting, holder=place.key
            )
            return Inbound(
                place, update, text=kept.text[: LONGEST + 1], proofs=kept.proofs, flaw=kept.flaw, lang=lang
            )
        if "button" in tree and len(_text(tree, "button")) <= 64:
            return Inbound(place, update, button=_text(tree, "button"), lang=lang)
        if "start" in tree and _PAYLOAD.fullmatch(_text(tree, "start")):
            return Inbound(place, update, start=_text(tree, "start"), lang=lang)
        if "location" in tree:
            return Inbound(place, update, location=_location(tree["location"]), lang=lang)
        if tree.get("media") in _MEDIA:
            return Inbound(place, update, media=_text(tree, "media"), lang=lang)
        raise HTTPException(422)

    async def _meet(self, place: Place, lang: str) -> None:
        """Somebody who speaks for the first time is spoken to in the page's language."""
        house = self._live.house
        if await asyncio.to_thread(house.store.read, lambda db: history.address_of(db, place)) is None:
            now = house.ground.clock.now()
            await house.store.commit(lambda db: people.meet(db, place, now, lang))


def _text(tree: dict[str, Any], name: str, default: str | None = None) -> str:
    found = tree.get(name, default)
    if not isinstance(found, str):
        raise HTTPException(422)
    return found


def _location(pair: Any) -> tuple[float, float]:
    """Latitude and longitude in degrees, WGS-84."""
    if (
        isinstance(pair, list)
        and len(pair) == 2
        and all(type(part) in (int, float) for part in pair)
        and -90 <= pair[0] <= 90
        and -180 <= pair[1] <= 180
    ):
        return float(pair[0]), float(pair[1])
    raise HTTPException(422)
