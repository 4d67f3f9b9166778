"""The page of the sample district in real Chromium: the site as somebody starts it who has just cloned, and what one does there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.crash.test_kill import free_port, wait

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
CODE = re.compile(r"\d{4} \d{4} \d{4}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`doorstep run` as somebody starts it who has just cloned: no token, the sample city."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    environment = {
        **os.environ,
        "DOORSTEP_DATA_DIR": str(folder / "data"),
        "DOORSTEP_KEYS": str(folder / "keys"),
        "DOORSTEP_PORT": str(port),
        "DOORSTEP_DATABASE_URL": "",
        "DOORSTEP_TELEGRAM_TOKEN": "",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=environment, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            return httpx.get(f"{url}/readyz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    wait(ready, "the page did not come up")
    yield url
    process.terminate()
    assert process.wait(20) == 0, "SIGTERM did not end it cleanly"


def say(page: Page, words: str) -> None:
    """Type into the box of the open tab and send."""
    page.locator("#box").fill(words)
    page.keyboard.press("Enter")


def heard(page: Page, words: str) -> str:
    """Wait for the bot to have said these words last; the whole of that message."""
    line = page.locator(".talk:not([hidden]) .line:not(.mine)").filter(has_text=words).last
    expect(line).to_be_visible(timeout=20_000)
    return line.inner_text()


def press(page: Page, label: str) -> None:
    """Press the newest button of this label in the open tab."""
    page.locator(".talk:not([hidden])").get_by_role("button", name=label, exact=True).last.click()


def move_clock(page: Page, to: str) -> None:
    """Move the demonstration's clock to a local time."""
    fold = page.locator("#fold")
    if fold.is_visible() and fold.get_attribute("aria-expanded") == "false":  # on a telephone
        fold.click()
    page.locator("#clock summary").click()
    page.locator("#to").fill(to)
    page.locator("#clock-to button").click()
    expect(page.locator("#clock-told")).to_contain_text("拨好", timeout=60_000)


def accessible(page: Page) -> None:
    """No finding of axe that it calls serious or critical."""
    found = Axe().run(page).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ] == []
