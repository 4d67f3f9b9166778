"""The aiohttp transport and the verdicts: the real python-telegram-bot against ordered troubles, over sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.errors import Verdict, verdict
from bot.channels.telegram.transport import AiohttpRequest, NotSentError
from tests.botapi import BotApi, Fault
from tests.botapi.faults import Faults

CHAT = 7_000_000_001


@asynccontextmanager
async def bot_over_sockets(api: BotApi) -> AsyncIterator[Bot]:
    """The real client over our transport and a loopback socket."""
    async with api.serving() as root, api.bot(root, AiohttpRequest) as bot:
        yield bot


@pytest.fixture
def api() -> BotApi:
    api = BotApi()
    api.user(CHAT, "小宇妈妈", started=True)
    return api


async def error_of(bot: Bot, text: str = "你好", patience: float = 5.0) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await bot.send_message(CHAT, text, read_timeout=patience)
    return caught.value


ORDERED: list[tuple[Callable[[Faults], Fault], type[TelegramError], Verdict, int]] = [
    (lambda f: f.flood(3), RetryAfter, Verdict("retry_after", 3.0, None, "flood"), 0),
    (
        lambda f: f.forbidden("bot was blocked by the user"),
        Forbidden,
        Verdict("unreachable", None, None, "blocked"),
        0,
    ),
    (
        lambda f: f.bad_request("chat not found"),
        BadRequest,
        Verdict("unreachable", None, None, "chat_not_found"),
        0,
    ),
    (lambda f: f.migrated(-100_123), ChatMigrated, Verdict("migrated", None, -100_123, "upgraded"), 0),
    (lambda f: f.gateway(), NetworkError, Verdict("not_sent", None, None, "server_error"), 0),
    (lambda f: f.gateway(code=504), NetworkError, Verdict("unconfirmed", None, None, "gateway_timeout"), 0),
    (lambda f: f.dropped(), TimedOut, Verdict("unconfirmed", None, None, "answer_lost"), 0),
    (lambda f: f.lost_answer(), TimedOut, Verdict("unconfirmed", None, None, "answer_lost"), 1),
    (lambda f: f.hang(), TimedOut, Verdict("unconfirmed", None, None, "answer_lost"), 0),
    (lambda f: f.hang(handled=True), TimedOut, Verdict("unconfirmed", None, None, "answer_lost"), 1),
    (
        lambda f: f.add(Fault("truncate", handled=True)),
        TimedOut,
        Verdict("unconfirmed", None, None, "answer_lost"),
        1,
    ),
    (
        lambda f: f.add(Fault("garbage", handled=True)),
        TelegramError,
        Verdict("unconfirmed", None, None, "answer_unreadable"),
        1,
    ),
]


async def test_every_ordered_trouble_gets_its_verdict_and_the_next_call_works(api: BotApi) -> None:
    async with bot_over_sockets(api) as bot:
        for order, error_class, expected, delivered in ORDERED:
            before = len(api.sent(CHAT))
            fault = order(api.faults)
            error = await error_of(bot, patience=0.15 if fault.kind == "hang" else 5.0)
            await api.wait_for(lambda: api.calls()[-1].fault)
            assert type(error) is error_class, error
            assert verdict(error) == expected
            assert len(api.sent(CHAT)) - before == delivered, expected
            api.faults.clear()
            await bot.send_message(CHAT, "again")


async def test_a_refused_connection_was_surely_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with AiohttpRequest() as request:
            bot = Bot("4242:LOCAL", f"{root}/bot", request=request)
            error = await error_of(bot)
    assert type(error) is NotSentError
    assert verdict(error) == Verdict("not_sent", None, None, "no_connection")


async def test_an_unknown_host_and_a_bad_address_were_surely_not_sent() -> None:
    async with AiohttpRequest() as request:
        for root in ("http://no-such-host.invalid", "http://"):
            error = await error_of(Bot("4242:LOCAL", f"{root}/bot", request=request))
            assert type(error) is NotSentError, root


async def test_a_full_pool_was_surely_not_sent(api: BotApi) -> None:
    def one_connection() -> AiohttpRequest:
        return AiohttpRequest(connections=1, connect_timeout=0.2, pool_timeout=0.2)

    async with api.serving() as root, api.bot(root, one_connection) as bot:
        api.faults.hang(chat=CHAT)
        hanging = asyncio.create_task(bot.send_message(CHAT, "first"))
        await api.wait_for(lambda: api.calls("sendMessage"))
        assert verdict(await error_of(bot, "second")).kind == "not_sent"
        api.faults.clear()
        with pytest.raises(TimedOut):
            await hanging


async def test_a_server_that_stops_reading_an_upload_is_given_up() -> None:
    """aiohttp has no write timeout of its own: without ours this call would wait for ever."""

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    server = await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1024)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with AiohttpRequest(connect_timeout=0.3, pool_timeout=0.1) as request:
        bot = Bot("4242:LOCAL", f"{root}/bot", request=request)
        async with asyncio.timeout(3):
            with pytest.raises(TimedOut) as caught:
                await bot.send_document(CHAT, b"x" * 40_000_000, read_timeout=0.1, write_timeout=0.1)
    server.close()
    assert verdict(caught.value).kind == "unconfirmed"


async def test_uploads_and_downloads_go_through(api: BotApi) -> None:
    async with bot_over_sockets(api) as bot:
        paper = bytes(range(256)) * 40
        message = await bot.send_document(
            CHAT, paper, filename="申请回执.pdf", caption="<b>回执</b>", parse_mode="HTML"
        )
        assert message.document is not None
        assert (message.document.file_name, message.caption) == ("申请回执.pdf", "回执")
        fetched = await (await bot.get_file(message.document.file_id)).download_as_bytearray()
        assert bytes(fetched) == paper
        photo = await bot.send_photo(CHAT, b"\x89PNG fake", filename="qr.png")
        again = await bot.send_photo(CHAT, photo.photo[0].file_id)
        assert again.photo[0].file_id == photo.photo[0].file_id
        assert [call.uploads for call in api.calls("sendPhoto")] == [["photo"], []]


async def test_connections_are_reused(api: BotApi) -> None:
    async with api.serving() as root:
        async with AiohttpRequest() as request:
            bot = api.bot(root, lambda: request)
            for _ in range(5):
                await bot.send_message(CHAT, "你好")
            session = request._session
            assert session is not None
            connector = session.connector
            assert connector is not None
            assert sum(len(idle) for idle in connector._conns.values()) == 1
        assert session.closed
        assert connector.closed


async def test_a_closed_transport_can_be_opened_again(api: BotApi) -> None:
    async with api.serving() as root:
        request = AiohttpRequest()
        bot = api.bot(root, lambda: request)
        assert verdict(await error_of(bot)).kind == "not_sent"
        for _ in range(2):
            await request.initialize()
            await bot.send_message(CHAT, "你好")
            await request.shutdown()
            await request.shutdown()


async def test_refusals_of_the_server_itself_get_their_verdict(api: BotApi) -> None:
    never, blocked, gone = api.user(1), api.user(2, started=True), api.user(3, started=True)
    blocked.blocks()
    gone.deactivates()
    async with bot_over_sockets(api) as bot:

        async def kind(chat: int, text: str, mode: str | None = None) -> tuple[str, str]:
            with pytest.raises(TelegramError) as caught:
                await bot.send_message(chat, text, parse_mode=mode)
            found = verdict(caught.value)
            return found.kind, found.reason

        assert await kind(never.id, "x") == ("unreachable", "never_wrote")
        assert await kind(blocked.id, "x") == ("unreachable", "blocked")
        assert await kind(gone.id, "x") == ("unreachable", "deactivated")
        assert await kind(99, "x") == ("unreachable", "chat_not_found")
        assert await kind(CHAT, "<b>x", "HTML") == ("our_fault", "markup")
        assert await kind(CHAT, "x" * 4097) == ("our_fault", "too_long")
        assert await kind(CHAT, " ") == ("our_fault", "empty")
        with pytest.raises(EndPointNotFound) as unknown:
            await bot.do_api_request("sendNothing")
        assert verdict(unknown.value) == Verdict("our_fault", None, None, "unknown_method")
        with pytest.raises(InvalidToken) as revoked:
            await Bot("4242:OTHER", bot.base_url.replace(api.token, ""), request=bot.request).get_me()
        assert verdict(revoked.value) == Verdict("fatal", None, None, "token")


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (BadRequest("Message is not modified: specified new message content"), "harmless", "not_modified"),
        (
            BadRequest("Query is too old and response timeout expired or query id is invalid"),
            "harmless",
            "query_too_old",
        ),
        (BadRequest("Message to edit not found"), "harmless", "target_gone"),
        (BadRequest("Button_data_invalid"), "our_fault", "button"),
        (BadRequest("Something new"), "our_fault", "bad_request"),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), "unreachable", "kicked"),
        (Forbidden("Forbidden: something new"), "unreachable", "forbidden"),
        (Conflict("Conflict: terminated by other getUpdates request"), "fatal", "conflict"),
        (NetworkError("Request Entity Too Large"), "our_fault", "too_large"),
        (NetworkError("Internal Server Error (500)"), "not_sent", "server_error"),
        (TimedOut(), "unconfirmed", "answer_lost"),
        (ConnectionResetError(), "unconfirmed", "answer_lost"),
        (KeyError("result"), "our_fault", "KeyError"),
    ],
)
def test_verdicts_without_a_server(error: Exception, kind: str, reason: str) -> None:
    assert (verdict(error).kind, verdict(error).reason) == (kind, reason)


async def test_the_default_transport_is_judged_by_the_cause(api: BotApi) -> None:
    """In-process tests use the library's own transport; its errors carry httpx causes."""
    bot = api.bot()
    api.faults.lost_answer()
    assert verdict(await error_of(bot)).kind == "unconfirmed"
    api.faults.hang()
    assert verdict(await error_of(bot, patience=0.1)).kind == "unconfirmed"
    api.faults.gateway()
    assert verdict(await error_of(bot)).kind == "not_sent"
    assert len(api.sent(CHAT)) == 1
