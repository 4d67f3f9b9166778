"""What the counter prints for a family fits its paper and reads as what it is."""

from __future__ import annotations

import os
import re
from importlib.resources import files

from bot.channels.counter import printing
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import certificate
from tests.dialogs.voucher.printed import desk, pages_of, stands_there

PICTURES = os.environ.get("DOORSTEP_TEST_PICTURES", "")


def many_places() -> str:
    """The sample's places and as many again under other names, with long addresses."""
    text = files("knowledge").joinpath("cities", "sample", "places.csv").read_text("utf-8")
    head, *rows = text.splitlines()
    more = [
        row.replace(row.split(",")[0], f"{row.split(',')[0]}-{number}", 1)
        for row in rows
        for number in range(3)
    ]
    return "\n".join([head, *rows, *more]) + "\n"


async def test_three_codes_and_all_the_steps_stand_on_one_sheet(make: Make, chromium_path: str) -> None:
    d = await make()
    await d.says("gran", "voucher", "2025-05-01", "3", "同意", "小宇", "到窗口出示证件", "13800138000", "1")
    async with desk(d, chromium_path) as (tab, client):
        (await client.post("/desk/visit", json={"do": "begin"})).raise_for_status()
        stands_there(d, "gran")
        for paper in printing.PAPERS:
            await tab.goto(f"{d.settings.page}/desk/slip/ticket-1?paper={paper}")
            assert await tab.locator(".codes svg").count() == 3
            if PICTURES:
                await tab.screenshot(path=f"{PICTURES}/three-{paper}.png", full_page=True)
            assert await pages_of(tab, PICTURES and f"{PICTURES}/three-{paper}.pdf") == 1, paper


async def test_the_places_on_a_vouchers_slip_are_no_steps(make: Make, chromium_path: str) -> None:
    d = await make(places=many_places())
    await d.win("mama", document=certificate())
    await d.say("mama", "english")
    async with desk(d, chromium_path) as (tab, client):
        (await client.post("/desk/visit", json={"do": "begin"})).raise_for_status()
        stands_there(d, "mama")
        for paper in printing.PAPERS:
            await tab.goto(f"{d.settings.page}/desk/slip/ticket-1?paper={paper}")
            steps = await tab.locator("ol li").all_inner_texts()
            assert not [step for step in steps if "telephone" in step], "a place is no step"
            lines = await tab.locator("ul li").all_inner_texts()
            assert re.match(r"\d+ more: ask", lines[-1]), lines
            if PICTURES:
                await tab.screenshot(path=f"{PICTURES}/won-{paper}.png", full_page=True)
            assert await pages_of(tab) == 1, paper
