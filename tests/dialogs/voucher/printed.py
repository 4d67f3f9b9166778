"""The counter's printed pages of a district, in real Chromium: the browser asks the application itself, without a socket."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx
from playwright.async_api import Page, Route, async_playwright

from bot.channels.web.app import make_app
from bot.live import Live
from bot.store import counter, people
from tests.dialogs.voucher.district import District
from tests.servers import CHROMIUM_FLAGS

PAGES = re.compile(rb"/Type /Page\b")


def code_for(d: District, staff: str) -> str:
    """A code that opens the counter's page for this member of staff, as 柜台 gives it."""
    keys, person = d.house.ground.keys, d.person(staff)
    return d.house.store.write(
        lambda db: counter.invite(db, keys, people.person_of(db, person), d.now, Random(1))
    )[0]


@asynccontextmanager
async def desk(
    d: District, chromium: str, staff: str = "lan"
) -> AsyncIterator[tuple[Page, httpx.AsyncClient]]:
    """A tab of the counter's page and the client behind it, both let in as `staff` (role counter)."""
    d.staff(staff, "counter")
    await d.say(staff, "值班")
    app = make_app(Live(d.house))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=d.settings.page, headers={"Origin": d.settings.page}
    )

    async def answer(route: Route) -> None:
        found = await client.get(route.request.url)
        await route.fulfill(
            status=found.status_code, body=found.content, content_type=found.headers.get("content-type", "")
        )

    async with client, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        tab = await browser.new_page(viewport={"width": 1000, "height": 1300})
        await tab.route("**/*", answer)
        opened = await client.post("/desk/in", data={"code": code_for(d, staff)})
        assert opened.status_code == 303, opened.text
        yield tab, client
        await browser.close()


def stands_there(d: District, who: str) -> None:
    """The visit at the counter's page is this person's."""
    d.house.store.write(
        lambda db: db.run(
            "UPDATE address SET person_id = :who WHERE channel = 'counter' AND state = 'active'"
            " AND chat NOT LIKE 'staff-%'",
            who=d.person(who),
        )
    )


async def pages_of(tab: Page, path: str = "") -> int:
    """How many sheets leave the printer; `path` keeps the PDF."""
    await tab.evaluate("document.fonts.ready")
    return len(PAGES.findall(await tab.pdf(prefer_css_page_size=True, path=path or None)))
