"""A whole bot on Telegram for the tests: a real house, the live loop, the real library, the local Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from bot.assembly import open_house
from bot.capability import Capability, Claim, Command
from bot.channels.telegram.setup import Telegram
from bot.clock import VirtualClock
from bot.flow.model import Ask, End, Flow, Look, Problem, Said, as_is
from bot.house import House
from bot.live import Live
from bot.messages import Button, File, Inbound
from bot.outbox import Post
from bot.settings import Settings
from bot.store.session import Db, Row
from bot.turn import Turn
from tests.botapi import BotApi, Json

TEXTS = """
[command]
errand = "办一件事"
tool = "工作人员的事"
[errand.name]
name = "称呼"
ask = "怎么称呼您？"
[errand.phone]
name = "电话"
ask = "{{ name }}，您的电话？"
[errand.agree]
name = "确认"
ask = "电话 {{ phone }}，对吗？"
choice = { yes = "对", no = "不对" }
[errand.done]
said = "办好了，{{ name }}。"
[try]
echo = "<b>您说</b>：{{ words }}"
long = "{{ words }}"
picture = "码在这里"
place = "在这里"
pushed = "提醒一下"
urgent = "先打 <b>120</b>。"
opened = "打开了 {{ what }}"
button = "加一"
counted = "加了一次"
"""
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c63680000008200817739"
    "d4be0000000049454e44ae426082"
)
LONG = "\n\n".join(f"第{n}段。" + "这一段说得很长，" * 60 + "完。" for n in range(1, 21))


def read_words(said: Said, _look: Look) -> Any:
    return Problem("words_only") if said.media or not said.text else said.text


def read_phone(said: Said, _look: Look) -> Any:
    if said.phone is not None:
        return said.phone if said.phone_is_own else Problem("not_your_contact")
    return said.text if said.text.isdigit() else Problem("not_a_phone")


def read_choice(said: Said, look: Look) -> Any:
    if said.choice is not None:
        return said.choice
    return next((value for value, label in look.labels.items() if label == said.text), Problem("not_one"))


ERRAND = Flow("errand", (
    Ask("name", read_words, {"ok": "phone"}, problems=("words_only",)),
    Ask("phone", read_phone, {"ok": "agree"}, keyboard="contact", problems=("not_your_contact", "not_a_phone")),
    Ask("agree", read_choice, {"yes": "done", "no": "phone"}, judge=as_is, choices=("yes", "no"),
        problems=("not_one",)),
    End("done"),
))  # fmt: skip


def claims(text: str, _turn: Turn) -> Claim | None:
    word, _, rest = text.partition(" ")
    calls: dict[str, Callable[[Turn], None]] = {
        "echo": lambda turn: turn.say("try.echo", words=rest),
        "long": lambda turn: turn.say("try.long", [Button("菜单", id="w:menu")], words=LONG),
        "picture": lambda turn: turn.say(
            "try.picture", [Button("菜单", id="w:menu")], files=[File("code.png", "image/png", PNG)]
        ),
        "paper": lambda turn: turn.say("try.picture", files=[File("list.csv", "text/csv", b"a,b\n")]),
        "place": lambda turn: turn.say("try.place", location=(34.27, 108.95)),
        "remind": lambda turn: _push(turn, "reminder"),
        "count": lambda turn: turn.say("try.counted", [turn.action("count", "try.button")]),
    }
    if word == "errand":
        return Claim(flow="errand")
    if word in calls:
        return Claim(call=calls[word])
    return None


def _push(turn: Turn, lane: Any) -> None:
    turn.push(turn.who.id, "try.pushed", lane=lane)


def _count(turn: Turn, _payload: dict[str, Any]) -> None:
    turn.audit("counted", "test")
    turn.say("try.counted")


@dataclass(frozen=True)
class Services:
    """The dialogs of this test."""

    folder: Path

    def capabilities(self, _settings: Settings) -> Iterable[Capability]:
        yield Capability(
            "errand", self.folder, flows=(ERRAND,), actions={"count": _count}, claims=claims,
            commands=(Command("errand"), Command("tool", roles=("admin",))),
            interrupts=lambda text, _turn: (lambda turn: turn.say("try.urgent")) if text == "摔倒了" else None,
            links={"open": lambda turn, rest: turn.say("try.opened", what=rest)},
        )  # fmt: skip

    def is_demo(self, _settings: Settings) -> bool:
        return False

    def telephone(self, _settings: Settings) -> str:
        return ""

    def wording(self, _settings: Settings) -> str:
        return "1"


@dataclass
class Rig:
    """One process. `before` is called with every update before it is kept, `after` when it is kept."""

    api: BotApi
    house: House
    live: Live
    telegram: Telegram
    clock: VirtualClock
    held: list[float]
    received: list[Inbound] = field(default_factory=list)

    def rows(self, sql: str, **values: Any) -> list[Row]:
        return self.house.store.read(lambda db: [dict(row) for row in db.all(sql, **values)])

    def states(self, chat: int) -> list[str]:
        """The states of a chat's outbox rows, oldest first."""
        return [row["state"] for row in self.rows(
            "SELECT o.state FROM outbox o JOIN address a ON a.id = o.address_id WHERE a.chat = :chat ORDER BY o.id",
            chat=str(chat))]  # fmt: skip

    async def forward(self, seconds: float) -> None:
        await self.live.advance(self.clock, self.clock.now() + timedelta(seconds=seconds))

    def post(self, chat: int, **post: Any) -> None:
        """Write an outbox row by hand."""

        def write(db: Db) -> None:
            address = db.value("SELECT id FROM address WHERE chat = :chat", chat=str(chat))
            Turn(self.house.ground, db, self.clock.now()).post(Post(address, **post))

        self.house.store.write(write)


Hook = Callable[[Inbound], Awaitable[None]]


def _settings(api: BotApi, root: str, folder: Path, mode: str, more: dict[str, Any]) -> tuple[Settings, Path]:
    """The settings of a process, and the folder of its words."""
    texts = folder / "texts"
    texts.mkdir(parents=True, exist_ok=True)
    for lang in ("zh", "en"):
        (texts / f"texts.{lang}.toml").write_text(TEXTS, encoding="utf-8")
    public = {"public_url": "https://doorstep.example.org"} if mode == "webhook" else {}
    given: dict[str, Any] = {
        "data_dir": folder,
        "keys": folder / "keys",
        "_env_file": None,
        "telegram_token": api.token,
        "telegram_api_url": root,
        "telegram_mode": mode,
    }
    settings = Settings(**{**given, **public, **more})
    return settings, texts


@asynccontextmanager
async def running(
    api: BotApi,
    root: str,
    folder: Path,
    mode: str = "polling",
    before: Hook | None = None,
    after: Hook | None = None,
    wait_s: float = 20,
    check_s: float = 60,
    silent_s: float = 180,
    **more: Any,
) -> AsyncIterator[Rig]:
    """A process from its start to its end. The same folder again is a restart on the same database."""
    settings, texts = _settings(api, root, folder, mode, more)
    clock = VirtualClock(START)
    house = open_house(settings, clock, Services(texts))
    live = Live(house)
    received: list[Inbound] = []
    held: list[float] = []

    async def receive(inbound: Inbound) -> bool:
        if before is not None:
            await before(inbound)
        new = await live.receive(inbound)
        received.append(inbound)
        if after is not None:
            await after(inbound)
        return new

    telegram = Telegram(
        house.ground,
        house.store,
        house.registry,
        house.redactor,
        expects=house.expects,
        receive=receive,
        hold=held.append,
        wait_s=wait_s,
        first_pause_s=0.05,
        check_s=check_s,
        silent_s=silent_s,
    )
    house.channels["telegram"] = telegram.channel
    api.push_to(Starlette(routes=list(telegram.routes)) if telegram.routes else None)
    await live.start()
    await telegram.start()
    try:
        yield Rig(api, house, live, telegram, clock, held, received)
    finally:
        await telegram.stop_listening()
        await live.stop()
        await telegram.stop()
        house.store.close()


async def ready(rig: Rig) -> None:
    async with asyncio.timeout(5):
        await rig.telegram.ready.wait()


def words(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def labels(message: Json) -> list[str]:
    return [one["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", []) for one in row]


async def answer(rig: Rig, chat: int, count: int) -> Json:
    """The bot's newest message once its outbox says that `count` rows of this chat were sent."""
    await rig.api.wait_for(lambda: rig.states(chat).count("sent") >= count)
    return rig.api.sent(chat)[-1]


async def settled(rig: Rig) -> None:
    """Everything queued at the server is confirmed, and everything received is handled."""
    await rig.api.wait_for(lambda: not rig.api.updates.pending)
    await rig.api.wait_for(lambda: not rig.rows("SELECT id FROM inbox WHERE state = 'waiting'"))
    await rig.api.wait_for(lambda: not rig.rows("SELECT id FROM outbox WHERE state = 'inflight'"))
