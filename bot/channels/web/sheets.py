"""Pages that anybody may read: a capability's sheet of words, such as what is kept about people and why."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.capability import Sheet
from bot.channels.web.needs import Live
from bot.channels.web.visitor import Door


class Sheets:
    """The handler of /NAME for every capability's sheets."""

    def __init__(self, live: Live, door: Door, pages: Jinja2Templates) -> None:
        self._live = live
        self._door = door
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """GET /NAME: the sheet in the language asked for (?lang=), else in the browser's."""
        sheet: Sheet = self._live.house.registry.sheets[request.url.path.strip("/")]
        lang = self._door.language(request)
        title, words = sheet(self._live.house.ground, lang)
        return self._pages.TemplateResponse(
            request,
            "sheet.html",
            {
                **self._door.spoken(lang),
                "title": title,
                "markup": words,
                "sample": self._live.house.ground.demo,
            },
            headers={
                "Cache-Control": "no-cache",
                "Content-Language": lang,
                "Vary": "Accept-Language",
            },
        )
