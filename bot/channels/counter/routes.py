"""The counter's addresses, to be put among the web server's."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.channels.counter.channel import CounterChannel
from bot.channels.counter.door import CounterDoor
from bot.channels.counter.pages import HOME, CounterPages
from bot.channels.counter.printing import Printing
from bot.channels.counter.talk import CounterTalk
from bot.channels.web import app as web
from bot.channels.web.needs import Live
from bot.channels.web.visitor import Door
from bot.messages import COUNTER
from bot.texts import Texts

FOLDER = Path(__file__).parent
LITTLE = 4 * 1024
SAID_AT_MOST = 256 * 1024


def counter_routes(live: Live, door: Door) -> list[BaseRoute]:
    """Everything under /desk for a running bot; it opens the bot's "counter" channel."""
    house = live.house
    house.channels.setdefault(COUNTER, CounterChannel())
    words = Texts([FOLDER], house.ground.settings.zone)
    templates = Jinja2Templates(directory=[FOLDER / "templates", web.TEMPLATES])
    templates.env.filters.update(
        moment=lambda at, lang: words.label(lang, "counter.slip.printed", {"at": at})
    )
    own = CounterDoor(live, door)
    pages, talk = CounterPages(live, own, words, templates), CounterTalk(live, own)
    printing = Printing(live, own, words, templates)
    post = ["POST"]
    return [
        Route(HOME, pages.home),
        Route(f"{HOME}/in/{{code}}", pages.look_in),
        Route(f"{HOME}/in", pages.enter, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/unlock", pages.unlock, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/lock", pages.lock, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/out", pages.leave, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/visit", talk.visit, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/say", talk.say, methods=post, max_body_size=SAID_AT_MOST),
        Route(f"{HOME}/log", talk.log, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/alive", talk.alive, methods=post, max_body_size=LITTLE),
        Route(f"{HOME}/file/{{message:int}}/{{number:int}}", talk.file),
        Route(f"{HOME}/slip/{{name}}", printing.slip),
        Route(f"{HOME}/letter/{{call:int}}", printing.letter),
        Mount(f"{HOME}/static", StaticFiles(directory=FOLDER / "static")),
    ]
