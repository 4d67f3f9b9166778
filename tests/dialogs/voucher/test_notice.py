"""The notice: ticket numbers and nothing that tells who, printed on A4 by a real browser, and served."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from playwright.async_api import async_playwright

from bot.turn import Turn
from dialogs.voucher import codes
from dialogs.voucher.service import notice, operator
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, id18
from tests.servers import CHROMIUM_FLAGS


class Words(HTMLParser):
    """The text of a page, and the items of its lists."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.items, self._open = "", list[str](), list[str]()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._open += [tag] if tag not in ("meta", "br") else []

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data
        if self._open[-1:] == ["li"]:
            self.items.append(data)


def made(d: District, name: str = "2026-12") -> str | None:
    city = d.house.registry.pages["draws.html"].keywords["city"]  # type: ignore[attr-defined]
    return d.house.store.read(lambda db: notice.html(d.house.ground, db, name, city))


async def drawn(d: District) -> None:
    for number in range(5):
        await d.apply(
            f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02}", name="小星星"
        )
    await d.to("2027-01-01T12:00")


async def test_a_notice_says_what_a_notice_says(make: Make, chromium_path: str) -> None:
    d = await make(bands=bands(1, 2, 1), city={"demo": True})
    await d.apply("early", document=id18(serial=99), phone="13800138088")
    assert made(d) is None
    await d.withdraw("early")
    await drawn(d)
    page = made(d)
    assert page is not None
    read = Words()
    read.feed(page)
    order = [
        codes.show(t["number"])
        for t in sorted((t for t in d.tickets() if t["rank"]), key=lambda t: t["rank"])
    ]
    assert read.items == order, "the winners, then the reserve list, in drawn order"
    for word in (
        "结果公示",
        "5 张票",
        "抽签办法",
        "名额 2 个",
        "异议期：2027年1月1日",
        "2027年1月8日",
        "依据：",
        "咨询电话：",
        "示例区",
        d.round()["list_hash"],
    ):
        assert word in read.text, word
    for word in ("小星星", "13800", "None", "{{", "亲", "保证"):
        assert word not in page, word
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        tab = await browser.new_page()
        await tab.set_content(page)
        printed = await tab.pdf(prefer_css_page_size=True)
        await tab.set_viewport_size({"width": 360, "height": 740})
        assert await tab.evaluate("document.documentElement.scrollWidth") <= 360, (
            "a telephone scrolls one way"
        )
        await browser.close()
    sizes = [tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)]
    assert sizes
    assert all(abs(wide - 595) < 1 and abs(high - 842) < 1 for wide, high in sizes), "A4 in points"


async def test_the_command_and_the_page(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1))
    await drawn(d)
    page = d.house.registry.pages["draws.html"]
    command = d.house.registry.operator["lottery notice"]
    assert d.house.store.read(lambda db: page(d.house.ground, db, "2026-12")) == made(d).encode()  # type: ignore[union-attr]
    assert d.house.store.read(lambda db: page(d.house.ground, db, "2026-11")) is None
    waits = (d.house.store.read(lambda db: page(d.house.ground, db, "2027-01")) or b"").decode()
    assert d.round("2027-01")["state"] == "open"
    assert "结果还没公布" in waits
    assert "起在这里公示结果" in waits
    assert 'href="2027-01.json"' in waits
    said = d.house.store.read(lambda db: command.act(Turn(d.house.ground, db, d.now), ("2026-12",)))
    assert said == made(d)
    with pytest.raises(ValueError, match="no published draw"):
        d.house.store.read(lambda db: command.act(Turn(d.house.ground, db, d.now), ("2027-01",)))
    assert operator.COMMANDS.keys() < d.house.registry.operator.keys()
