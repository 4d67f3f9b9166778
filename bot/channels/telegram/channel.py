"""The port to Telegram: outbox rows become Bot API calls, and what they raise becomes the outbox's words.

One row may need several calls (a long text, files, a place). The buttons go on the last one, whose id is the row's.
When a later call fails, the next try of the row begins where this one stopped; that is known to this process only,
so after a crash the row follows its lane as a whole: a reply is repeated from its beginning.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

import structlog
from telegram import Bot, InputFile, Message
from telegram.error import TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram import keyboards, markup
from bot.channels.telegram.errors import Verdict, verdict
from bot.messages import File, Receipt, Sendable, SendFailed
from bot.words import language_of

log = structlog.get_logger(__name__)
WHOLE_BOT_S = 5.0
"""A chat's own limit asks for less. Longer waits of two chats at once are meant for the whole bot; of one alone they
may be that chat's, and the others go on."""
FATAL_S = 60.0
"""How long a message waits when the bot itself is refused."""
AGAIN = {"zh": "（再发一次）", "zh-Hant": "（再發一次）", "en": " (sent again)"}
WIPE = "✓"
"""Something has to be sent to take a reply keyboard away; it is deleted at once."""
PART_WAY = 5_000
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}

Keyboard = dict[str, Any] | None
Step = Callable[[Keyboard], Awaitable[int]]
"""One call of a row; it is given the keyboard to carry, and returns the message's id."""


class TelegramChannel:
    """Sends, edits and deletes. `hold` is told how many seconds the whole bot has to be quiet."""

    name = "telegram"
    pushes = True
    paced = True

    def __init__(self, bot: Bot, shown: keyboards.Shown, hold: Callable[[float], None]) -> None:
        self._bot = bot
        self._shown = shown
        self._hold = hold
        self._part_way: OrderedDict[int, int] = OrderedDict()
        self._quiet: dict[str, float] = {}

    async def send(self, message: Sendable) -> Receipt:
        """Carry out one outbox row. Raises SendFailed."""
        try:
            if message.kind == "delete":
                return await self._delete(message)
            if message.kind == "edit" and message.of is not None:
                return await self._edit(message)
            return await self._send(message)
        except (TelegramError, TimeoutError, OSError) as why:
            raise self._failed(verdict(why), message) from why

    # -- the three kinds -----------------------------------------------------------------------------------------

    async def _send(self, message: Sendable) -> Receipt:
        where = _where(message)
        asking = message.place.chat[:1] != "-" and keyboards.asks(message.message.buttons)
        last = (
            keyboards.reply(message.message.buttons) if asking else keyboards.inline(message.message.buttons)
        )
        steps = self._steps(message, where, asking)
        if not steps:
            raise SendFailed("rejected", "a message without anything in it")
        wiping = message.lane == "reply" and not asking and self._shown.at(message.place.chat)
        if wiping and len(steps) == 1 and last is not None:
            await self._wipe(message, where)
            wiping = False
        done = self._part_way.pop(message.id, 0)
        sent = None
        for number, step in enumerate(steps):
            if number < done:
                continue
            keyboard = last if number == len(steps) - 1 else None
            try:
                sent = await step(keyboard or (keyboards.AWAY if wiping else None))
            except Exception:
                self._stopped_at(message.id, number)
                raise
            if keyboard is None and wiping:
                wiping = False
                await self._shown.gone(message.place.chat)
        if asking:
            await self._shown.there(message.place.chat)
        return Receipt(str(sent or ""))

    async def _edit(self, message: Sendable) -> Receipt:
        """Put other words and buttons in a message's place; of several parts only the last one is changed."""
        of = str(message.of)
        where: dict[str, Any] = {
            "chat_id": int(message.place.chat),
            "message_id": int(of),
            "reply_markup": keyboards.inline(message.message.buttons),
        }
        pieces = markup.parts(message.message.text)
        if len(pieces) != 1:
            raise SendFailed("rejected", f"an edit of {len(pieces)} parts")
        try:
            if message.message.files:
                await self._call("editMessageCaption", caption=pieces[0], parse_mode="HTML", **where)
            else:
                await self._call("editMessageText", text=pieces[0], **_WORDS, **where)
        except TelegramError as why:
            seen = verdict(why)
            if seen.reason != "not_modified":
                raise self._failed(_repeatable(seen), message) from why
        return Receipt(of)

    async def _delete(self, message: Sendable) -> Receipt:
        if message.of is None:
            raise SendFailed("harmless", "nothing to delete")
        try:
            await self._bot.delete_message(int(message.place.chat), int(message.of))
        except TelegramError as why:
            seen = verdict(why)
            if seen.reason != "target_gone":
                raise self._failed(_repeatable(seen), message) from why
        return Receipt(message.of)

    # -- within --------------------------------------------------------------------------------------------------

    def _steps(self, message: Sendable, where: dict[str, Any], asking: bool) -> list[Step]:
        """The calls that this row takes, in order."""
        said = message.message
        text = said.text
        if asking:
            text += "".join(
                f'\n<a href="{escape(button.url)}">{escape(button.label)}</a>'
                for button in keyboards.links(said.buttons)
            )
        if message.again and message.lane == "urgent":
            text += AGAIN[language_of(text) or ("zh" if _HAN.search(text) else "en")]
        captioned = len(said.files) == 1 and 0 < markup.length(text) <= markup.LONGEST_CAPTION
        steps: list[Step] = []
        if said.location is not None:
            steps.append(self._place(said.location, where))
        steps += [self._file(file, text if captioned else "", where) for file in said.files]
        if not captioned:
            steps += [self._words(piece, where) for piece in markup.parts(text)]
        return steps

    def _words(self, piece: str, where: dict[str, Any]) -> Step:
        return lambda keyboard: self._call(
            "sendMessage", text=piece, reply_markup=keyboard, **_WORDS, **where
        )

    def _place(self, point: tuple[float, float], where: dict[str, Any]) -> Step:
        return lambda keyboard: self._call(
            "sendLocation", latitude=point[0], longitude=point[1], reply_markup=keyboard, **where
        )

    def _file(self, file: File, caption: str, where: dict[str, Any]) -> Step:
        upload = InputFile(file.body, filename=file.name, attach=False)
        more = {"caption": "".join(markup.parts(caption)) or None, "parse_mode": "HTML", **where}
        if file.type in ("image/png", "image/jpeg", "image/webp"):
            return lambda keyboard: _id_of(self._bot.send_photo(photo=upload, **_carried(keyboard), **more))
        more["disable_content_type_detection"] = True
        return lambda keyboard: _id_of(self._bot.send_document(document=upload, **_carried(keyboard), **more))

    async def _wipe(self, message: Sendable, where: dict[str, Any]) -> None:
        """Take the reply keyboard away before a message that has buttons of its own."""
        try:
            sent = await self._call(
                "sendMessage", text=WIPE, reply_markup=keyboards.AWAY, disable_notification=True, **where
            )
            await self._shown.gone(message.place.chat)
            await self._bot.delete_message(int(message.place.chat), sent)
        except TelegramError as why:
            seen = verdict(why)
            if seen.kind not in ("unconfirmed", "our_fault", "harmless"):
                raise  # the message itself would fare no better now
            log.info("a wiping mark may stay", outbox=message.id, reason=seen.reason)

    async def _call(self, method: str, **fields: Any) -> int:
        """One call in plain JSON; the id of the message that came of it.

        Through the library's request, which knows what every refusal means, but not through its typed methods: they
        make objects of the answer, most of what a call costs, of which nothing but the id is wanted.
        """
        asked = [RequestParameter(name, value, None) for name, value in fields.items() if value is not None]
        made: Any = await self._bot.request.post(f"{self._bot.base_url}/{method}", RequestData(asked))
        return int(made["message_id"])

    def _stopped_at(self, row_id: int, number: int) -> None:
        if number:
            self._part_way[row_id] = number
            while len(self._part_way) > PART_WAY:
                self._part_way.popitem(last=False)

    def _long_wait(self, chat: str, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        self._quiet = {other: until for other, until in self._quiet.items() if until > now and other != chat}
        if self._quiet:
            self._hold(seconds)
        self._quiet[chat] = now + seconds

    def _failed(self, seen: Verdict, message: Sendable) -> SendFailed:
        """The outbox's word for a verdict."""
        match seen.kind:
            case "retry_after":
                wait = float(seen.wait_s or 1.0)
                if wait > WHOLE_BOT_S:
                    self._long_wait(message.place.chat, wait)
                return SendFailed("retry", seen.reason, wait_s=wait)
            case "not_sent":
                return SendFailed("retry", seen.reason)
            case "migrated":
                return SendFailed("moved", seen.reason, moved_to=str(seen.new_chat))
            case "our_fault":
                log.error("a message was refused", outbox=message.id, reason=seen.reason)
                return SendFailed("rejected", seen.reason)
            case "fatal":
                log.error("the bot was refused", outbox=message.id, reason=seen.reason)
                return SendFailed("retry", seen.reason, wait_s=FATAL_S)
            case "unreachable" | "harmless" | "unconfirmed":
                return SendFailed(seen.kind, seen.reason)


async def _id_of(call: Awaitable[Message]) -> int:
    return (await call).message_id


def _carried(keyboard: Keyboard) -> dict[str, Any]:
    """A keyboard in plain JSON for a typed method, which passes it on as it is."""
    return {"reply_markup": keyboard}


def _where(message: Sendable) -> dict[str, Any]:
    thread = message.place.thread
    return {"chat_id": int(message.place.chat), "message_thread_id": int(thread) if thread else None}


def _repeatable(seen: Verdict) -> Verdict:
    """An edit or a deletion does no harm twice: when its answer is lost it is simply done again."""
    return Verdict("not_sent", None, None, seen.reason) if seen.kind == "unconfirmed" else seen
