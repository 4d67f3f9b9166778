"""The one-time page where a document number is typed out of sight of the chat. The number lives in memory only."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.channels.web.needs import Live
from bot.channels.web.visitor import Door
from bot.masked import Masked, read_masked_token
from bot.messages import Inbound, Place
from bot.store.session import Db

LONGEST = 64
"""Characters of a document number with everything that may stand around it."""
# The address holds the one-time token, so it goes to no other site; the form needs its origin named.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


class IdPage:
    """The handlers of the masked page."""

    def __init__(self, live: Live, door: Door, pages: Jinja2Templates) -> None:
        self._live = live
        self._door = door
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """GET /id/TOKEN: the form, or why there is none."""
        masked, state = await asyncio.to_thread(self._look, request.path_params["token"])
        return self._page(request, state if masked is None or state else "ask")

    async def take(self, request: Request) -> Response:
        """POST /id/TOKEN: a good number goes to the chat it was asked in; a mistyped one is asked again here."""
        self._door.check_origin(request)
        token, house = request.path_params["token"], self._live.house
        masked, state = await asyncio.to_thread(self._look, token)
        if masked is None or state:
            return self._page(request, state)
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        kept = house.redactor.redact(fields.get("number", [""])[0][:LONGEST], expecting=True)
        if not kept.proofs:
            return self._page(request, "ask", problem=kept.flaw or "none")
        place = await asyncio.to_thread(house.store.read, lambda db: _place(db, masked.address_id))
        new = place is not None and await self._live.receive(
            Inbound(place, f"masked:{token}", text=kept.text, proofs=kept.proofs)
        )
        return self._page(
            request, "done" if new else "used", web=place is not None and place.channel == "web"
        )

    def _look(self, token: str) -> tuple[Masked | None, str]:
        """What the token says and why it is no good any more ("" = it is good)."""
        house = self._live.house
        masked = read_masked_token(house.ground.keys, token)
        if masked is None:
            return None, "unknown"
        if masked.expires <= house.ground.clock.now():
            return masked, "late"
        asked = house.store.read(
            lambda db: db.one(
                "SELECT question, expects FROM conversation WHERE address_id = :id", id=masked.address_id
            )
        )
        if asked is None or asked["expects"] != "document" or int(asked["question"]) != masked.question:
            return masked, "used"
        return masked, ""

    def _page(self, request: Request, state: str, problem: str = "", web: bool = True) -> Response:
        lang = self._door.language(request)
        if problem not in ("", "check_digit", "bad_date", "length"):
            problem = "other"
        return self._pages.TemplateResponse(
            request,
            "id.html",
            {
                **self._door.spoken(lang),
                "state": state,
                "problem": problem,
                "web": web,
            },
            status_code={"unknown": 404, "late": 410, "used": 410}.get(state, 422 if problem else 200),
            headers={**_HEADERS, "Content-Language": lang},
        )


def _place(db: Db, address_id: int) -> Place | None:
    row = db.one("SELECT channel, chat, thread, member FROM address WHERE id = :id", id=address_id)
    return None if row is None else Place(row["channel"], row["chat"], row["thread"], row["member"])
