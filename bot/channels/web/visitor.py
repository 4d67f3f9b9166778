"""Who is at the page: the signed session cookie, the place of each persona, the language, and where a POST came from."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import orjson
from itsdangerous import BadSignature, Signer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.messages import Place
from bot.texts import LANGUAGES, Texts
from bot.turn import Ground

COOKIE = "doorstep"
COOKIE_S = 180 * 24 * 3600
PERSONAS = ("parent", "elder", "staff")
"""The tabs of the demonstration; in real use there is one place and no persona ("")."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Visitor:
    """Somebody with a session."""

    session: str
    demo: bool

    @property
    def places(self) -> dict[str, Place]:
        """The conversations of this visitor by persona."""
        if self.demo:
            return {persona: Place("web", f"{self.session}.{persona}") for persona in PERSONAS}
        return {"": Place("web", self.session)}

    def place(self, persona: str) -> Place:
        """The place of one persona. A persona that does not exist here is a 404."""
        try:
            return self.places[persona]
        except KeyError:
            raise HTTPException(404) from None


class Door:
    """Lets visitors in: makes and reads cookies, checks origins, knows the page's own words."""

    def __init__(self, ground: Ground, words: Texts) -> None:
        self._ground = ground
        self._settings = ground.settings
        self.words = words
        self._signer = Signer(ground.keys.signing_key, salt="web.session", digest_method=hashlib.sha256)

    @cached_property
    def demo(self) -> bool:
        """Whether this is a demonstration: an invented pack, reached from this machine only, without a bot token."""
        return (
            self._ground.demo
            and self._settings.on_loopback
            and not self._settings.telegram_token.get_secret_value()
        )

    def visitor(self, request: Request) -> Visitor | None:
        """Who this is by the cookie, or None."""
        try:
            session = self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None
        return Visitor(session, self.demo)

    def known(self, request: Request) -> Visitor:
        """Who this is. Without a good cookie it is a 401: the page loads itself anew and gets one."""
        visitor = self.visitor(request)
        if visitor is None:
            raise HTTPException(401)
        return visitor

    def welcome(self) -> Visitor:
        """Somebody new."""
        return Visitor(secrets.token_urlsafe(18), self.demo)

    def give_cookie(self, response: Response, visitor: Visitor) -> None:
        """Let the browser keep who this is."""
        response.set_cookie(
            COOKIE,
            self._signer.sign(visitor.session).decode(),
            max_age=COOKIE_S,
            path="/",
            secure=self._settings.page.startswith("https://"),
            httponly=True,
            samesite="lax",
        )

    def check_origin(self, request: Request) -> None:
        """A POST comes from our own page, or it is a 403."""
        origin, settings = request.headers.get("origin", ""), self._settings
        if settings.public_url:
            here = urlsplit(settings.page)
            good = origin == f"{here.scheme}://{here.netloc}"
        else:
            parts = urlsplit(origin)
            good = bool(parts.netloc) and parts.netloc == request.headers.get("host")
            if settings.on_loopback:  # a foreign name that resolves to this machine is no page of ours
                good = good and parts.hostname in LOOPBACK
        if not good:
            raise HTTPException(403)

    async def json(self, request: Request) -> dict[str, Any]:
        """The body of a POST from our own page. Raises 403 (origin), 413 (size), 422 (no JSON object)."""
        self.check_origin(request)
        try:
            tree = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            raise HTTPException(422) from None
        if not isinstance(tree, dict):
            raise HTTPException(422)
        return tree

    def spoken(self, lang: str) -> dict[str, Any]:
        """What every page's template wants: its language, and this folder's words in it."""
        return {"lang": lang, "words": lambda key: self.words.label(lang, f"web.{key}")}

    def sorry(
        self,
        request: Request,
        pages: Jinja2Templates,
        template: str,
        status: int,
        headers: dict[str, str],
        **values: Any,
    ) -> Response | None:
        """In words why a browser does not get what it asked for; None for a program, which reads none."""
        if "text/html" not in request.headers.get("accept", ""):
            return None
        lang = self.language(request)
        return pages.TemplateResponse(
            request,
            template,
            {**self.spoken(lang), "telephone": self._ground.telephone, **values},
            status_code=status,
            headers={**headers, "Content-Language": lang},
        )

    def language(self, request: Request, spoken: str | None = None) -> str:
        """The page's language: asked for (?lang), spoken in the chat, else the browser's."""
        asked = request.query_params.get("lang", "")
        if asked in LANGUAGES:
            return asked
        return spoken or of_browser(request.headers.get("accept-language", ""))


def of_browser(header: str) -> str:
    """The best of our languages for an Accept-Language header; Simplified Chinese where none fits."""
    wanted: list[tuple[float, int, str]] = []
    for number, part in enumerate(header.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), number, tag.strip().lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(wanted):
        if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"
