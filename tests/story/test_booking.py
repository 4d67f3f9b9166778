"""Some hours of care: on Telegram over HTTP with restarts, and on a telephone in Chromium with its own location."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.story.telegram_town import town
from tests.story.web_site import SIZES, accessible, heard, press, say

MAMA, WANG = 7_000_000_001, 7_000_000_004
HERE = (34.2733, 108.9377)


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "restarts"])
async def test_one_sentence_on_telegram(tmp_path: Path, restarts: bool) -> None:
    async with town(tmp_path, "webhook", restarts=restarts) as it:
        await it.opens(WANG, it.invited("centre", "heting", "小王"))
        assert "从哪里出发" in await it.says(MAMA, "明天下午两点到五点想托，孩子14个月")
        card = await it.shares_location(MAMA, *HERE)
        for words in ("荷亭家庭托育点", "下午2:00–5:00", "75 元", "10 分钟"):
            assert words in card
        assert "约好了" in await it.presses(MAMA, "就约这个")
        await it.to("2026-12-02T12:01")
        assert it.told(MAMA, "明天 下午2:00–5:00")
        assert it.told(MAMA, "来不了请现在点一下")
        assert "取消好了" in await it.presses(MAMA, "来不了，取消")
        await it.to("2026-12-02T12:10")
        assert it.told(WANG, "不来了：下午2:00–5:00")


def test_one_sentence_on_a_telephone(browser: Browser, site: str, tmp_path: Path) -> None:
    """The page's own location; a card, another place, another time, a yes: all of it fits a telephone's width."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES["phone"],  # type: ignore[arg-type]
        geolocation={"latitude": HERE[0], "longitude": HERE[1]}, permissions=["geolocation"],
    )  # fmt: skip
    page = context.new_page()
    pictures = Path(os.environ.get("DOORSTEP_TEST_PICTURES", tmp_path))

    def picture(name: str) -> None:
        page.wait_for_timeout(700)  # let it come to rest
        page.screenshot(path=pictures / f"booking-{name}.png")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    page.goto(site)
    say(page, "下周三下午两点到五点想托，孩子14个月")
    heard(page, "从哪里出发")
    picture("where")
    press(page, "发送我的位置")
    heard(page, "荷亭家庭托育点")
    picture("card")
    accessible(page)
    press(page, "改地方")
    heard(page, "这几家有空位")
    picture("places")
    say(page, "2")
    heard(page, "位子给您留")
    say(page, "国家的育儿补贴一年多少钱？")
    heard(page, "3600")
    say(page, "就约这个")
    heard(page, "约好了")
    picture("booked")
    accessible(page)
    say(page, "我的")
    heard(page, "的临时托")
    press(page, "来不了，取消")
    heard(page, "取消好了")
    picture("cancelled")
    context.close()
