"""The whole story in real Chromium: apply, move the clock, read the result, redeem. Desktop and phone, with axe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.story.web_site import CODE, SIZES, accessible, heard, move_clock, press, say


@pytest.mark.parametrize("size", SIZES)
def test_a_parent_applies_wins_and_a_centre_redeems(
    browser: Browser, site: str, size: str, tmp_path: Path
) -> None:
    """消费券 → apply → move the clock → result → 工作人员 redeems."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES[size])  # type: ignore[arg-type]
    page = context.new_page()
    pictures = Path(os.environ.get("DOORSTEP_TEST_PICTURES", tmp_path))
    page.goto(site)
    say(page, "消费券")
    heard(page, "报名到")
    now = page.locator("body").get_attribute("data-now") or ""
    year, month = int(now[:4]), int(now[5:7])
    say(page, f"{year - 2}年{month}月3日" if month > 1 else f"{year - 2}年1月3日")
    heard(page, "早报晚报机会一样")
    press(page, "爸爸或妈妈")
    heard(page, "需要您同意")
    press(page, "都同意")
    heard(page, "怎么称呼孩子")
    say(page, "小宇")
    heard(page, "最后要核对证件")
    page.wait_for_timeout(700)  # let it come to rest, for the picture
    page.screenshot(path=pictures / f"{size}-document.png")
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight"), (
        "only the conversation scrolls"
    )
    accessible(page)
    press(page, "用一个编的号码")
    heard(page, "留个电话")
    say(page, "138 0013 8000")
    heard(page, "请核对")
    page.screenshot(path=pictures / f"{size}-summary.png")
    press(page, "确认申请")
    heard(page, "找回码")
    page.screenshot(path=pictures / f"{size}-receipt.png")
    following = (year + month // 12, month % 12 + 1)
    move_clock(page, f"{following[0]}-{following[1]:02d}-01T10:45")
    won = heard(page, "抽中了")
    code = CODE.search(won)
    assert code is not None, won
    expect(page.locator(".talk:not([hidden]) .line img").last).to_be_visible()
    page.wait_for_timeout(700)
    page.screenshot(path=pictures / f"{size}-won.png")
    accessible(page)
    page.get_by_role("tab", name="工作人员").click()
    say(page, code[0])
    heard(page, "在哪一家核销")
    press(page, "柳荫托育中心（示例）")
    heard(page, "核对一次证件")
    press(page, "用一个编的号码")
    heard(page, "核对无误")
    press(page, "确认核销")
    heard(page, "核销成功")
    page.screenshot(path=pictures / f"{size}-redeemed.png")
    accessible(page)
    page.get_by_role("tab", name="家长").click()
    heard(page, "没去过？")
    context.close()


def test_questions_are_answered_on_a_telephone(browser: Browser, site: str, tmp_path: Path) -> None:
    """An answer, a sum, which city, a look aside in a form, 没用: all of it fits a telephone's width."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = context.new_page()
    pictures = Path(os.environ.get("DOORSTEP_TEST_PICTURES", tmp_path))

    def picture(name: str) -> None:
        page.wait_for_timeout(700)  # let it come to rest
        page.screenshot(path=pictures / f"questions-{name}.png")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    page.goto(site)
    say(page, "国家的育儿补贴一年多少钱")
    heard(page, "告诉我孩子的出生年月")
    say(page, "两岁半")
    heard(page, "×300＝")
    picture("sum")
    say(page, "托育一个月最高收多少")
    heard(page, "您问的是哪里")
    picture("city")
    accessible(page)
    press(page, "北京市")
    heard(page, "答您")
    picture("chosen")
    say(page, "换个城市")
    heard(page, "还是按我们这里答")
    say(page, "西安的托育消费券一张多少钱")
    heard(page, "已经结束")
    picture("over")
    say(page, "消费券")
    heard(page, "报名到")
    say(page, "没抽中怎么办？")
    heard(page, "候补名单里")
    heard(page, "先看看孩子在哪一档")
    picture("aside")
    say(page, "孩子噎住了，喘不上气")
    heard(page, "先打")
    picture("urgent")
    say(page, "取消")
    heard(page, "先不申请")
    say(page, "托育消费券一张多少钱")
    heard(page, "依据：示例区")
    press(page, "没用")
    heard(page, "对不起，没帮上")
    picture("case")
    accessible(page)
    context.close()


def test_two_people_take_turns_at_one_browser(browser: Browser, site: str) -> None:
    """换人用 leaves nothing of the first: not on the page, not after a reload or going back, not in another tab."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=SIZES["desktop"])  # type: ignore[arg-type]
    page, other = context.new_page(), context.new_page()
    page.goto(site)
    say(page, "消费券")
    heard(page, "报名到")
    year = int((page.locator("body").get_attribute("data-now") or "")[:4])
    for words, then in (
        (f"{year - 2}年3月3日", "早报晚报机会一样"),
        ("爸爸或妈妈", "需要您同意"),
        ("都同意", "怎么称呼孩子"),
        ("小桔子", "最后要核对证件"),
        ("用一个编的号码", "留个电话"),
        ("138 0013 8000", "请核对"),
        ("1", "找回码"),
    ):
        say(page, words)
        heard(page, then)
    other.goto(site)
    heard(other, "小桔子")
    page.get_by_role("button", name="换人用", exact=True).click()
    heard(page, "请先抄下来")
    press(page, "抄好了，换人")
    heard(page, "这里是干净的一页")
    page.wait_for_load_state()
    heard(other, "这里是干净的一页")
    assert page.evaluate("JSON.stringify(sessionStorage)").count("小桔子") == 0
    page.reload()
    heard(page, "这里是干净的一页")
    say(page, "接着填")
    heard(page, "现在没有正在填的内容")
    for shown in (page, other):
        assert "小桔子" not in shown.content()
        assert "138 0013 8000" not in shown.content()
        assert "找回码：" not in shown.content()
    accessible(page)
    context.close()
