"""The ways in from Telegram and the start, when things go wrong: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from telegram.error import InvalidToken

from bot.channels.telegram.setup import webhook_secret
from bot.channels.telegram.webhook import LARGEST_BODY, SECRET_HEADER
from bot.messages import Inbound
from bot.settings import Settings
from tests.botapi import BotApi
from tests.channels.telegram_rig import answer, ready, running, settled, words

A, B = 7_000_000_001, 7_000_000_002


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.aclose()


async def test_a_lost_answer_of_getupdates_and_an_unreadable_update(api: BotApi, tmp_path: Path) -> None:
    async with api.serving() as root, running(api, root, tmp_path) as rig:
        await ready(rig)
        api.faults.lost_answer("getUpdates")
        api.faults.gateway("getUpdates")
        api.user(A).says("echo 一")
        api.updates.put("message", A, {"message_id": "what"})
        api.user(A).says("echo 二")
        await answer(rig, A, 2)
        await settled(rig)
        assert [words(message) for message in api.sent(A)] == ["您说：一", "您说：二"]
        assert rig.telegram.trouble == ""


async def test_another_reader_is_told_of_and_waited_for(api: BotApi, tmp_path: Path) -> None:
    conflict = "terminated by other getUpdates request"
    async with api.serving() as root, running(api, root, tmp_path, wait_s=0) as rig:
        await ready(rig)
        fault = api.faults.bad_request(conflict, "getUpdates", times=None)
        fault.code, fault.description = 409, f"Conflict: {conflict}"
        await api.wait_for(lambda: "another process" in rig.telegram.trouble)
        api.faults.clear()
        api.user(A).says("echo 好")
        await answer(rig, A, 1)
        await api.wait_for(lambda: rig.telegram.trouble == "")


async def test_killed_between_storing_and_confirming_nothing_happens_twice(
    api: BotApi, tmp_path: Path
) -> None:
    kept: list[Inbound] = []

    async def hang(inbound: Inbound) -> None:
        kept.append(inbound)
        await asyncio.sleep(60)

    async with api.serving() as root:
        async with running(api, root, tmp_path, after=hang) as rig:
            await ready(rig)
            api.user(A).says("count")
            await answer(rig, A, 1)
            api.user(A).presses(None, "加一")
            assert len(api.updates.pending) == 2, "nothing is confirmed yet"
        async with running(api, root, tmp_path) as rig:
            await ready(rig)
            await answer(rig, A, 2)
            await settled(rig)
            assert len(kept) == 1
            assert len(rig.received) == 2
            assert len(rig.rows("SELECT id FROM audit WHERE act = 'counted'")) == 1
            assert len(api.sent(A)) == 2
            assert rig.rows("SELECT value FROM setting WHERE key = 'telegram.offset'")


async def test_a_store_that_fails_makes_telegram_repeat(api: BotApi, tmp_path: Path) -> None:
    failures = [OSError("disk full")] * 2

    async def fail(_inbound: Inbound) -> None:
        if failures:
            raise failures.pop()

    for mode in ("polling", "webhook"):
        failures[:] = [OSError("disk full")] * 2
        async with api.serving() as root, running(api, root, tmp_path / mode, mode, before=fail) as rig:
            await ready(rig)
            chat = A if mode == "polling" else B
            api.user(chat).says("echo 好")
            await answer(rig, chat, 1)
            await settled(rig)
            assert not failures
            assert len(api.sent(chat)) == 1


async def test_the_webhook_takes_only_what_telegram_sends(api: BotApi, tmp_path: Path) -> None:
    async with (
        api.serving() as root,
        running(api, root, tmp_path, "webhook", telegram_webhook_secret="right-one") as rig,
    ):
        await ready(rig)
        assert api.updates.webhook
        assert (api.updates.webhook.url, api.updates.webhook.secret) == (
            "https://doorstep.example.org/telegram", "right-one")  # fmt: skip
        app = Starlette(routes=list(rig.telegram.routes))
        update = api.user(A).says("echo 好")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:

            async def post(secret: str | None, **body: object) -> int:
                headers = {} if secret is None else {SECRET_HEADER: secret}
                return (await client.post("/telegram", headers=headers, **body)).status_code  # type: ignore[arg-type]

            assert [await post(secret, json=update) for secret in (None, "", "wrong", "right-one2")] == [
                403
            ] * 4
            assert await post("right-one", content=b"{not json") == 200
            assert await post("right-one", json=[1, 2]) == 200
            assert await post("right-one", json={"update_id": 5, "tomorrow": {}}) == 200
            assert await post("right-one", json={"update_id": 6, "message": {"text": 5}}) == 200
            assert await post("right-one", content=b" " * (LARGEST_BODY + 1)) == 413
            assert (await client.get("/telegram")).status_code == 405
            assert await post("right-one", json=update) == 200
        await settled(rig)
        assert len(api.sent(A)) == 1


async def test_a_press_is_answered_in_the_webhooks_own_response(api: BotApi, tmp_path: Path) -> None:
    async with api.serving() as root, running(api, root, tmp_path, "webhook") as rig:
        await ready(rig)
        api.user(A).says("count")
        await answer(rig, A, 1)
        api.user(A).presses(None, "加一")
        await api.wait_for(api.answers)
        assert [call.via_webhook for call in api.calls("answerCallbackQuery")] == [True]


# -- the start


async def test_the_bot_introduces_itself_and_starts_while_telegram_is_away(
    api: BotApi, tmp_path: Path
) -> None:
    api.faults.gateway("getMe", times=2)
    api.faults.gateway("deleteWebhook")
    api.user(A).says("echo 先到")
    async with api.serving() as root, running(api, root, tmp_path) as rig:
        assert rig.telegram.trouble
        await ready(rig)
        assert words(await answer(rig, A, 1)) == "您说：先到", "what came before the start is not dropped"
        await api.wait_for(lambda: len(api.calls("setMyShortDescription")) == 3)
        names = {key: [one["command"] for one in menu] for key, menu in api.world.commands.items()}
        assert names == {
            key: ["errand", "menu", "person", "cancel"] for key in ("default", "default zh", "default en")
        }
        assert (
            rig.house.ground.link.to("open_1", "telegram")
            == f"https://t.me/{api.world.username}?start=open_1"
        )


async def test_settings_that_do_not_go_together_are_refused(api: BotApi, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        async with running(api, "http://127.0.0.1:9", tmp_path, "webhook", public_url=""):
            pass
    with pytest.raises(ValueError, match="WEBHOOK_SECRET"):
        async with running(api, "http://127.0.0.1:9", tmp_path, telegram_webhook_secret="空 格"):
            pass
    with pytest.raises(InvalidToken):
        async with running(api, "http://127.0.0.1:9", tmp_path, telegram_token=""):
            pass
    made = webhook_secret(Settings(telegram_token="1:a", _env_file=None))  # type: ignore[call-arg,arg-type]
    assert len(made) == 64


async def test_a_refused_token_stops_nothing_else(api: BotApi, tmp_path: Path) -> None:
    async with api.serving() as root, running(api, root, tmp_path, telegram_token="4242:OTHER") as rig:
        await api.wait_for(lambda: rig.telegram.trouble == "the token is refused")
