"""Journeys of step four as people live them: on Telegram over HTTP, on telephones in Chromium and in the terminal's JSON lines,
with a new process in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.journeys.player import Player, read
from tests.journeys.test_journeys import HERE
from tests.servers import CHROMIUM_FLAGS
from tests.story.json_lines import InJsonLines
from tests.story.rims import InChromium, OnTelegram
from tests.story.telegram_town import town

JOURNEYS = (
    "booking/one_sentence",
    "booking/question_by_question",
    "booking/waitlist",
    "booking/carer_ill",
    "booking/place_closed",
    "booking/nobody_comes",
    "booking/a_stranger_at_the_door",
    "events/mother_dances",
)


@pytest_asyncio.fixture
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        yield browser
        await browser.close()


@pytest.mark.parametrize("name", JOURNEYS)
async def test_over_the_bot_api(name: str, tmp_path: Path) -> None:
    journey = read(HERE / f"{name}.yaml")
    async with town(tmp_path, "webhook", at=journey.at) as it:
        await Player(OnTelegram(it), journey, restarts=(_middle(journey.lines),)).play()


@pytest.mark.parametrize("name", JOURNEYS)
async def test_in_chromium(name: str, chromium: Browser, tmp_path: Path) -> None:
    journey = read(HERE / f"{name}.yaml")
    rim = InChromium(chromium, tmp_path, journey.at, name.replace("/", "-"))
    await rim.open()
    try:
        await Player(rim, journey, restarts=(_middle(journey.lines),)).play()
    finally:
        await rim.close()


@pytest.mark.parametrize("name", JOURNEYS)
async def test_in_json_lines(name: str, tmp_path: Path) -> None:
    journey = read(HERE / f"{name}.yaml")
    talk = InJsonLines(tmp_path, journey.at)
    await Player(talk, journey, restarts=(_middle(journey.lines),)).play()
    talk.close()


def _middle(lines: tuple[dict[str, object], ...]) -> int:
    """The number of the line in the middle at which somebody does something."""
    doing = [number for number, line in enumerate(lines, 1) if "bot" not in line]
    return doing[len(doing) // 2]
