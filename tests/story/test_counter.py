"""The counter in real Chromium: a grandmother without a telephone is seen to, from the paper form to the last stamp.

A member of staff opens the page from their own chat and keys in; the receipt is printed on A4 and on a roll; on the day
of the results the call list names her; she comes back with her paper, and a centre redeems what stands on it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.story.web_site import CODE, accessible, heard, move_clock, press, say

FONT = re.compile(rb"/FontName /\w+\+(Noto\w*CJK\w*)")
PAGES = re.compile(rb"/Type /Page\b")
BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")
RECOVERY = re.compile(r"\d{3} \d{3} \d{4}")


def let_in(chat: Page, desk: Page) -> str:
    """Ask for a code in the staff's own chat and open the counter by it. Returns the digits that unlock the page."""
    chat.get_by_role("tab", name="工作人员").click()
    told = chat.locator(".talk:not([hidden]) .line:not(.mine)").filter(has_text="柜台登录码")
    before = told.count()
    say(chat, "柜台")
    expect(told).to_have_count(before + 1, timeout=20_000)
    words = told.last.inner_text()
    code = re.search(r"[0-9A-Z]{4} [0-9A-Z]{4} [0-9A-Z]{4}", words)
    unlock = re.search(r"开锁数字：(\d{6})", words)
    assert code is not None
    assert unlock is not None
    desk.goto(f"{chat.url.split('?')[0]}desk")
    desk.get_by_label("登录码").fill(code[0].lower())
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="新来一位")).to_be_visible()
    return unlock[1]


def begin(desk: Page) -> None:
    """Somebody new stands there. The page is ready once the cursor is in its box."""
    desk.keyboard.press("F2")
    expect(desk.get_by_text("正在替这一位办")).to_be_visible()
    expect(desk.locator("#box")).to_be_focused(timeout=20_000)


def key_in(desk: Page) -> None:
    """Everything by keyboard: what she says, and the number of the form she has signed."""
    now = desk.locator("body").get_attribute("data-now") or ""
    year, month = int(now[:4]), int(now[5:7])
    begin(desk)
    for words, answer in (
        ("消费券", "报名到"),
        (f"{year - 2}年{month}月3日" if month > 1 else f"{year - 2}年1月3日", "什么人"),
        ("奶奶", "需要您同意"),
        ("1", "编号"),
        ("没有", "没看到编号"),
        ("2026-0158", "怎么称呼孩子"),
        ("小桔子", "最后要核对证件"),
        ("1", "留个电话"),
        ("010 6655 0000", "请核对"),
        ("1", "找回码"),
    ):
        say(desk, words)
        heard(desk, answer)


def printed(desk: Page, paper: str, pictures: Path, name: str) -> str:
    """Look at the slip on screen and as it leaves the printer: one page of the right size, in Chinese type."""
    expect(desk.locator(".sheet")).to_be_visible()
    desk.evaluate("document.fonts.ready")
    if name == "receipt":
        accessible(desk)
    desk.screenshot(path=pictures / f"counter-{name}-{paper}.png", full_page=True)
    pdf = desk.pdf(path=pictures / f"counter-{name}-{paper}.pdf", prefer_css_page_size=True)
    assert len(PAGES.findall(pdf)) == 1
    assert FONT.search(pdf), "the words are printed in no Chinese type"
    size = BOX.search(pdf)
    assert size is not None
    width, height = (float(side) * 25.4 / 72 for side in size.groups())
    assert abs(width - (210 if paper == "a4" else 80)) < 1
    assert abs(height - 297) < 1 if paper == "a4" else 100 < height < 400
    return desk.locator(".sheet").inner_text()


def slip(desk: Page, title: str, paper: str) -> None:
    """Follow the link of a slip."""
    item = desk.locator("#slips li").filter(has_text=title)
    item.get_by_role("link", name="A4" if paper == "a4" else "小票").click()
    expect(desk).to_have_url(re.compile(f"paper={paper}"))


def seen_to(desk: Page, pictures: Path) -> tuple[str, str]:
    """She is keyed in for, gets her paper, and nothing of her is left.

    Returns what stands on the receipt, and where its first code leads.
    """
    desk.screenshot(path=pictures / "counter-nobody.png")
    key_in(desk)
    link = re.search(r"http\S+start=g_\S+", heard(desk, "还差一步"))
    assert link is not None
    desk.wait_for_timeout(400)
    desk.screenshot(path=pictures / "counter-done.png")
    accessible(desk)
    slip(desk, "小桔子的报名回执", "80mm")
    paper = printed(desk, "80mm", pictures, "receipt")
    desk.get_by_role("link", name="A4").click()
    printed(desk, "a4", pictures, "receipt")
    where = desk.url
    desk.keyboard.press("Escape")
    heard(desk, "找回码")
    desk.keyboard.press("F4")
    desk.keyboard.press("F4")
    expect(desk.get_by_text("现在没有人在办")).to_be_visible()
    for back in (desk.go_back, lambda: desk.goto(where)):
        back()
        desk.wait_for_load_state()
        assert "小桔子" not in desk.content()
    desk.goto(where.split("/slip")[0])
    return paper, link[0]


def locked(desk: Page, unlock: str, pictures: Path) -> None:
    """The lock shows nobody; wrong digits open nothing, the right ones do."""
    desk.keyboard.press("F8")
    expect(desk.get_by_text("柜台已锁屏")).to_be_visible()
    desk.screenshot(path=pictures / "counter-locked.png")
    accessible(desk)
    assert (
        desk.request.post(
            desk.url + "/log", data={"as": "own", "after": 0}, headers={"Origin": desk.url[:-5]}
        ).status
        == 423
    )
    desk.get_by_label("开锁数字").fill("000000" if unlock != "000000" else "111111")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("数字不对")).to_be_visible()
    desk.get_by_label("开锁数字").fill(unlock)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="锁屏")).to_be_visible()


def agreed(chat: Page, link: str) -> None:
    """The child's mother scans the first code of the receipt at home, and agrees."""
    chat.get_by_role("tab", name="家长").click()
    chat.goto(link)
    heard(chat, "要监护人点头才算数")
    press(chat, "我是监护人，同意")
    heard(chat, "票算数了")


def told(desk: Page, pictures: Path) -> None:
    """The call list names her number and what to say; she is rung."""
    desk.get_by_role("tab", name="我自己的").click()
    desk.locator("#talk-own").get_by_role("button", name="待打电话").click()
    words = heard(desk, "要告诉对方")
    assert "1066550000" in words
    assert "抽中了" in words
    desk.wait_for_timeout(400)
    desk.screenshot(path=pictures / "counter-calls.png")
    accessible(desk)
    desk.locator(".talk:not([hidden])").get_by_role("link", name="打印成信").last.click()
    assert "抽中了" in printed(desk, "a4", pictures, "letter")
    desk.keyboard.press("Escape")
    heard(desk, "要告诉对方")
    press(desk, "已告知")
    heard(desk, "名单里去掉了")


def back_with_her_paper(desk: Page, recovery: str, pictures: Path) -> str:
    """She comes back with the receipt; her things open by it, and the voucher is printed. Returns its code."""
    begin(desk)
    assert "要告诉对方" not in desk.content(), "the next person may not read the last one's call"
    say(desk, f"找回 {recovery}")
    heard(desk, "后四位")
    say(desk, "0000")
    heard(desk, "券可以用")
    slip(desk, "小桔子的托育消费券", "a4")
    paper = printed(desk, "a4", pictures, "voucher")
    desk.get_by_role("link", name="80").click()
    printed(desk, "80mm", pictures, "voucher")
    desk.keyboard.press("Escape")
    code = CODE.search(paper)
    assert code is not None, paper
    return code[0]


def test_a_grandmother_without_a_telephone(browser: Browser, site: str, tmp_path: Path) -> None:
    """柜台 → form → receipt → call list → 已告知 → result on paper → redeemed."""
    pictures = Path(os.environ.get("DOORSTEP_TEST_PICTURES", tmp_path))
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800}
    )
    chat, desk = context.new_page(), context.new_page()
    chat.goto(site)
    unlock = let_in(chat, desk)
    receipt, link = seen_to(desk, pictures)
    recovery = RECOVERY.search(receipt)
    assert recovery is not None
    assert "值班人员打登记的电话告诉您" in receipt
    locked(desk, unlock, pictures)
    agreed(chat, link)
    now = chat.locator("body").get_attribute("data-now") or ""
    year, month = int(now[:4]), int(now[5:7])
    move_clock(chat, f"{year + month // 12}-{month % 12 + 1:02d}-01T10:45")
    desk.reload()
    expect(desk.get_by_label("登录码")).to_be_visible()
    let_in(chat, desk)
    told(desk, pictures)
    code = back_with_her_paper(desk, recovery[0], pictures)
    say(chat, code)
    heard(chat, "在哪一家核销")
    press(chat, "柳荫托育中心（示例）")
    heard(chat, "核对一次证件")
    press(chat, "用一个编的号码")
    heard(chat, "核对无误")
    press(chat, "确认核销")
    heard(chat, "核销成功")
    context.close()
