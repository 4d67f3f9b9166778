"""A way in that falls silent is found and mended, and named while it is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.messages import Inbound
from tests.botapi import BotApi
from tests.channels.telegram_rig import ready, running


@pytest.fixture
def api() -> BotApi:
    return BotApi()


async def test_a_poll_that_hangs_is_begun_anew(api: BotApi, tmp_path: Path) -> None:
    hung: list[str] = []

    async def hang_once(inbound: Inbound) -> None:
        if not hung:
            hung.append(inbound.update_id)
            await asyncio.Event().wait()

    async with (
        api.serving() as root,
        running(api, root, tmp_path, before=hang_once, wait_s=1, check_s=0.2, silent_s=2.5) as rig,
    ):
        mama = api.user(7_000_000_001, "M")
        mama.says("你好")
        await api.wait_for(lambda: hung, timeout=8)
        await api.wait_for(lambda: rig.telegram.trouble.startswith("nothing heard for"), timeout=8)
        await api.wait_sent(mama.id, 1, timeout=8)
        await api.wait_for(lambda: rig.telegram.trouble == "", timeout=8)


async def test_a_webhook_that_was_moved_is_set_again(api: BotApi, tmp_path: Path) -> None:
    async with api.serving() as root, running(api, root, tmp_path, "webhook", check_s=0.3) as rig:
        await ready(rig)
        hook = api.updates.webhook
        assert hook is not None
        api.updates.set_webhook(replace(hook, url="https://elsewhere.example.org/x"), False)
        await api.wait_for(lambda: rig.telegram.trouble.startswith("the webhook led elsewhere"), timeout=8)
        await api.wait_for(lambda: api.updates.webhook and api.updates.webhook.url == hook.url, timeout=8)
        await api.wait_for(lambda: rig.telegram.trouble == "", timeout=8)


async def test_updates_that_wait_at_telegram_are_named(api: BotApi, tmp_path: Path) -> None:
    broken = [True]

    async def fail(_inbound: Inbound) -> None:
        if broken:
            raise OSError("the disk is full")

    async with (
        api.serving() as root,
        running(api, root, tmp_path, "webhook", before=fail, check_s=0.2) as rig,
    ):
        mama = api.user(7_000_000_001, "M")
        mama.says("你好")
        await api.wait_for(lambda: "wait at Telegram" in rig.telegram.trouble, timeout=8)
        broken.clear()
        await api.wait_sent(mama.id, 1, timeout=8)
        await api.wait_for(lambda: rig.telegram.trouble == "", timeout=8)
