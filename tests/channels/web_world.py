"""A running web chat with a tiny service of its own: a community garden that lends out plots.

Everything is real: database, turns, metronome, uvicorn on a port of its own. The garden asks for a colour with buttons
and for a document, hands out a card with a QR code, and ten minutes later tells the result.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import segno
from pydantic import SecretStr

import bot
from bot.capability import Capability, Claim, Command
from bot.channels.web.app import make_app, make_server
from bot.channels.web.channel import WebChannel
from bot.clock import Clock, SystemClock, ms
from bot.flow.model import Ask, Do, End, Flow, Look, Problem, Said
from bot.house import House
from bot.live import Live
from bot.messages import File, Inbound, Link
from bot.settings import Settings
from bot.store.sealed import KeyRing
from bot.store.session import Db, Store
from bot.store.upgrade import upgrade
from bot.texts import Texts
from bot.timers import Due
from bot.turn import Ground, Turn

WORDS = """
[command]
garden = "借一块菜地"
[garden.colour]
name = "篱笆的颜色"
ask = \"\"\"<b>借一块菜地</b>
篱笆想要什么颜色？点一个，或者回复「1」。\"\"\"
choice.red = "红色"
choice.green = "绿色"
choice.yellow = "黄色，跟油菜花一样"
[garden.paper]
name = "证件号"
ask = \"\"\"最后要核对一下证件号，只用来确认一人一块地。
也可以打开 <a href="https://example.org/why?a=1&amp;b=2">说明</a>，或者打 <a href="tel:99990101">9999 0101</a>。\"\"\"
problem.no_document = "没有认出证件号。"
[garden.done]
said = \"\"\"<b>办好了</b>，编号 <code>7788 1234</code>。
十分钟后告诉您是哪一块地。\"\"\"
[garden]
result = "您的菜地是 <b>东边第三块</b>。"
note = "「{{ said }}」记下了。"
"""
ENGLISH = WORDS.replace("借一块菜地", "Borrow a plot").replace("红色", "Red").replace("绿色", "Green")
# A number that can belong to nobody: no province begins with 99. The check digit is right (GB 11643).
NUMBER = "999901202405010011"


def _colour(said: Said, look: Look) -> str | Problem:
    values = list(look.labels)
    if said.choice is not None:
        return said.choice
    if said.text.isdigit() and 0 < int(said.text) <= len(values):
        return values[int(said.text) - 1]
    by_label = {label: value for value, label in look.labels.items()}
    return by_label.get(said.text) or Problem("not_a_choice")


def _paper(said: Said, _look: Look) -> str | Problem:
    return said.proof.digest if said.proof else Problem("no_document")


GARDEN = Flow("garden", (
    Ask("colour", _colour, {"ok": "paper"}, choices=("red", "green", "yellow"), problems=("not_a_choice",)),
    Ask("paper", _paper, {"ok": "lend"}, expects="document", problems=("no_document",)),
    Do("lend", {"lent": "done"}),
    End("done", silent=True),
))  # fmt: skip


def _lend(turn: Turn) -> str:
    picture = io.BytesIO()
    segno.make("https://example.org/garden/77881234", error="m").save(picture, kind="png", scale=6)
    turn.say("garden.done.said", files=[File("garden-7788.png", "image/png", picture.getvalue())])
    turn.timer("garden.tell", str(turn.who.id), turn.in_(minutes=10), person=turn.who.id)
    return "lent"


def _tell(turn: Turn, due: Due) -> None:
    turn.push(due.payload["person"], "garden.result", dedupe=f"garden:{due.payload['person']}")


def _claims(text: str, turn: Turn) -> Claim | None:
    if "菜地" in text or text == "garden":
        return Claim(flow="garden")
    if text.startswith("note "):
        return Claim(call=lambda turn: turn.say("garden.note", said=text.removeprefix("note ")))
    return None


def _page(_ground: Ground, _db: Db, name: str) -> bytes | None:
    return b'{"plots": 12}' if name == "2026-12" else None


def _notice(_ground: Ground, _db: Db, name: str) -> bytes | None:
    return "<style>p { color: black }</style><p>12 块菜地</p>".encode() if name == "2026-12" else None


@dataclass
class World:
    """The running server and what stands behind it."""

    url: str
    house: House
    live: Live
    channel: WebChannel
    folder: Path
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @contextlib.contextmanager
    def client(self, **headers: str) -> Iterator[httpx.Client]:
        """A browser of its own, with a session."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url, **headers}, timeout=20) as client:
            client.get("/").raise_for_status()
            yield client

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """What the database holds."""
        return [dict(row) for row in self.house.store.read(lambda db: db.all(sql, **values))]

    def call(self, work: Callable[[], Any]) -> Any:
        """Run something in the server's own thread."""

        async def inside() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(inside(), self.loop).result(10)

    def receive(self, inbound: Inbound) -> bool:
        """Something arrives that did not come through the page."""
        return asyncio.run_coroutine_threadsafe(self.live.receive(inbound), self.loop).result(10)


def say(client: httpx.Client, update: str, **what: Any) -> httpx.Response:
    """POST /say with an id of at least eight characters made of `update`."""
    return client.post("/say", json={"id": f"update-{update}", **what})


def heard(client: httpx.Client, after: int = 0, header: bool = True) -> list[dict[str, Any]]:
    """What the stream replays after an id, up to the point where it waits for more."""
    how: dict[str, Any] = (
        {"headers": {"Last-Event-ID": str(after)}} if header else {"params": {"after": after}}
    )
    return list(_events(client, "ready", **how))


def next_pushed(client: httpx.Client, after: int = 0) -> Generator[dict[str, Any], None, None]:
    """The stream of a page that stays open, replay included."""
    return _events(client, "", headers={"Last-Event-ID": str(after)})


def _events(client: httpx.Client, last: str, **how: Any) -> Generator[dict[str, Any], None, None]:
    with client.stream("GET", "/events", **how) as stream:
        stream.raise_for_status()
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and not name:
                yield json.loads(line.removeprefix("data: "))
            elif not line:
                if name and name == last:
                    return
                name = ""


def until(true: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait for something to become true, and give it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def text_of(event: Mapping[str, Any]) -> str:
    """The plain words of an event."""
    return "".join(run["t"] for run in event["runs"])


def button_of(event: Mapping[str, Any], label: str) -> str:
    """The id of the button with this label."""
    return next(str(button["id"]) for row in event["buttons"] for button in row if button["label"] == label)


def _house(
    folder: Path, words: Path, port: int, clock: Clock, *, demo: bool, public_url: str, token: str
) -> House:
    """The house behind the page: the tests' own garden service on a new database."""
    settings = Settings(
        data_dir=folder,
        keys=folder / "keys",
        port=port,
        public_url=public_url,
        telegram_token=SecretStr(token),
    )
    texts = Texts([Path(bot.__file__).parent, words], settings.zone)
    ground = Ground(
        settings,
        clock,
        KeyRing.open(settings.keys),
        texts,
        Link(page=settings.page),
        demo=demo,
        telephone="9999 0101",
        worker=1,
    )
    store = Store(settings.url)
    upgrade(store)
    garden = Capability(
        "garden",
        words,
        flows=(GARDEN,),
        does={"garden.lend": _lend},
        timers={"garden.tell": _tell},
        claims=_claims,
        pages={"plots": _page, "plots.html": _notice},
        sheets={"rules": lambda _ground, lang: ("园规", f"<b>轻声</b>\n{lang} &lt;1&gt;")},
        commands=(Command("garden"),),
    )
    return House(ground, store, [garden])


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    demo: bool = False,
    clock: Clock | None = None,
    ack_s: float = 5.0,
    public_url: str = "",
    token: str = "",
    per_minute: int = 600,
) -> Iterator[World]:
    """A world on a free port; everything is stopped at the end."""
    words = folder / "words"
    words.mkdir()
    (words / "texts.zh.toml").write_text(WORDS, encoding="utf-8")
    (words / "texts.en.toml").write_text(ENGLISH, encoding="utf-8")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    house = _house(folder, words, port, clock or SystemClock(), demo=demo, public_url=public_url, token=token)
    store, settings = house.store, house.ground.settings
    settings.web_per_minute = per_minute
    live = Live(house)
    channel = house.channels["web"] = WebChannel(ack_s)
    world = World(f"http://127.0.0.1:{port}", house, live, channel, folder)
    server = make_server(make_app(live), settings)
    server.config.timeout_graceful_shutdown = 0

    async def serve() -> None:
        await live.start()
        await server.serve(sockets=[listening])
        await live.stop()

    def run() -> None:
        with asyncio.Runner() as runner:
            world.loop = runner.get_loop()
            runner.run(serve())

    thread = threading.Thread(target=run, name="web")
    thread.start()
    try:
        until(lambda: server.started)
        yield world
    finally:
        server.should_exit = True
        thread.join(20)
        store.close()


def at(text: str) -> datetime:
    """An instant from ISO text in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_database(folder: Path, words: str) -> bool:
    """Whether these words lie in any file of the folder, readable."""
    needle = words.encode()
    return any(needle in path.read_bytes() for path in folder.rglob("*") if path.is_file())


__all__ = [
    "NUMBER",
    "World",
    "at",
    "button_of",
    "heard",
    "in_database",
    "ms",
    "next_pushed",
    "running",
    "say",
    "text_of",
    "until",
]
