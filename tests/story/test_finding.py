"""Finding a place: over the Bot API with a location of one's own, and on a telephone's page in Chromium."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser

from tests.story.telegram_town import town
from tests.story.web_site import SIZES, accessible, heard, press, say

MAMA = 7_000_000_001
HERE = (34.2733, 108.9377)
ABROAD = (48.85, 2.35)


async def test_the_nearest_on_telegram(tmp_path: Path) -> None:
    async with town(tmp_path, "webhook", restarts=True) as it:
        assert "从哪里找起" in await it.says(MAMA, "附近有托育吗")
        found = await it.shares_location(MAMA, *HERE)
        for words in ("1. 荷亭家庭托育点（示例）", "走路约", "现在", "最多还能约"):
            assert words in found
        assert "「周六开的」" in await it.says(MAMA, "周六能托的")
        assert "小满早托之家" in (card := await it.presses(MAMA, "小满早托之家（示例）"))
        assert "在这里约" not in card, "the way there is a button"
        assert "孩子" in await it.presses(MAMA, "在这里约")
        await it.says(MAMA, "不办了")
        assert "手机定位没开对" in await it.shares_location(MAMA, *ABROAD)


def test_the_nearest_on_a_telephone(browser: Browser, site: str, tmp_path: Path) -> None:
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES["phone"],  # type: ignore[arg-type]
        geolocation={"latitude": HERE[0], "longitude": HERE[1]}, permissions=["geolocation"],
    )  # fmt: skip
    page = context.new_page()
    pictures = Path(os.environ.get("DOORSTEP_TEST_PICTURES", tmp_path))

    def picture(name: str) -> None:
        page.wait_for_timeout(700)  # let it come to rest
        page.screenshot(path=pictures / f"finding-{name}.png")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    page.goto(site)
    say(page, "附近有托育吗")
    heard(page, "从哪里找起")
    picture("where")
    press(page, "发送我的位置")
    heard(page, "荷亭家庭托育点")
    picture("found")
    accessible(page)
    say(page, "周六能托的")
    heard(page, "小满早托之家")
    picture("narrowed")
    press(page, "小满早托之家（示例）")
    heard(page, "没写的就是没公布")
    picture("card")
    accessible(page)
    assert (
        page.get_by_role("link", name="打开地图").get_attribute("href", timeout=5_000).startswith("https://")
    )
    say(page, "10分钟圈")
    picture("circle")
    say(page, "银川宝宝屋在哪")
    heard(page, "湖畔嘉苑西区宝宝屋")
    picture("reported")
    context.close()
