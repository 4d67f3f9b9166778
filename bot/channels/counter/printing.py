"""What is printed at the counter: slips for the person who stands there, letters for whoever does not answer the phone.

A page for A4 and one for a roll of 80 mm; the browser prints it, by the page sizes in the style sheets.
"""

from __future__ import annotations

import io
import re
from typing import Any

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.capability import Slip
from bot.channels.counter.door import CounterDoor
from bot.channels.counter.pages import HEADERS, HOME
from bot.channels.counter.talk import slips
from bot.channels.web.needs import Live
from bot.messages import Outgoing
from bot.store import counter
from bot.store.counter import Login
from bot.store.session import Db
from bot.texts import Texts, plain

PAPERS = ("a4", "80mm")
CALLERS = ("counter", "duty", "admin")


class Printing:
    """The handlers of the printed pages."""

    def __init__(self, live: Live, door: CounterDoor, words: Texts, pages: Jinja2Templates) -> None:
        self._live = live
        self._door = door
        self._words = words
        self._pages = pages

    async def slip(self, request: Request) -> Response:
        """GET /desk/slip/NAME?paper=a4|80mm: a slip of the person who stands there; back to the page for another's."""
        login, house = await self._door.open(request), self._live.house
        name = request.path_params["name"]

        def work(db: Db) -> tuple[Slip | None, str]:
            if login.place is None:
                return None, ""
            found = slips(house.ground, house.registry, db, login.place)
            slip = next((one for one in found if one.name == name), None)
            if slip is not None:
                counter.touch(db, login, house.ground.clock.now())
                self._door.note(db, login, "counter.printed", name.replace("-", ":", 1))
            return slip, _language(db, login)

        slip, lang = await self._door.write(work)
        if slip is None:
            return RedirectResponse(HOME, status_code=303, headers=HEADERS)
        return self._page(request, slip, lang or login.who.lang, login)

    async def letter(self, request: Request) -> Response:
        """GET /desk/letter/CALL?paper=…: what should have been told by telephone, as a letter."""
        login, house = await self._door.open(request), self._live.house
        call = int(request.path_params["call"])
        if not login.who.may(*CALLERS) or call >= 1 << 63:
            raise HTTPException(404)

        def work(db: Db) -> tuple[Slip | None, str]:
            row = db.one(
                "SELECT c.words, p.lang FROM call_list c JOIN person p ON p.id = c.person_id WHERE c.id = :id"
                " AND c.words IS NOT NULL",
                id=call,
            )
            if row is None:
                return None, ""
            counter.touch(db, login, house.ground.clock.now())
            self._door.note(db, login, "call.letter", f"call:{call}")
            said = plain(
                Outgoing.of_json(house.ground.keys.unseal(bytes(row["words"]), "outbox.payload")).read_out
            )
            lines = tuple(line for line in said.split("\n") if line.strip())
            title = self._words.label(row["lang"], "counter.slip.letter")
            return Slip(f"letter-{call}", title, steps=lines), str(row["lang"])

        slip, lang = await self._door.write(work)
        if slip is None:
            return RedirectResponse(HOME, status_code=303, headers=HEADERS)
        return self._page(request, slip, lang, login)

    def _page(self, request: Request, slip: Slip, lang: str, login: Login) -> Response:
        paper = request.query_params.get("paper", "")
        paper = paper if paper in PAPERS else PAPERS[0]
        ground = self._live.house.ground
        now = ground.clock.now()
        return self._pages.TemplateResponse(
            request,
            "slip.html",
            {
                "lang": lang,
                "words": lambda key, **more: self._words.label(lang, f"counter.{key}", more),
                "slip": slip,
                "letter": slip.name.startswith("letter-"),
                "codes": [(caption, qr(address)) for caption, address in slip.links],
                "papers": PAPERS,
                "paper": paper,
                "telephone": ground.telephone,
                "printed": now,
                "sample": ground.demo,
                "lock_s": int(counter.LOCK_AFTER.total_seconds()),
            },
            headers={**HEADERS, "Content-Language": lang},
        )


def qr(address: str) -> dict[str, Any]:
    """The QR code of an address: the side of its square in modules, quiet zone included, and the path that draws it."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(
        drawn, kind="svg", border=4, svgns=False, xmldecl=False, svgclass=None, lineclass=None, nl=False
    )
    path = re.search(r'd="([^"]+)"', drawn.getvalue().decode())
    if path is None:
        raise LookupError("a QR code without a path")
    return {"side": code.symbol_size(border=4)[0], "path": path[1]}


def _language(db: Db, login: Login) -> str:
    place = login.place
    found = (
        None
        if place is None
        else db.value(
            "SELECT p.lang FROM address a JOIN person p ON p.id = a.person_id WHERE a.channel = :channel"
            " AND a.chat = :chat",
            channel=place.channel,
            chat=place.chat,
        )
    )
    return str(found or "")
