"""The chat page in real Chromium: keyboard only, on a phone and a desktop, with axe; pictures go to a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.channels.web import crowd
from bot.clock import VirtualClock
from tests.channels.web_world import NUMBER, World, at, in_database, running, until

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as world:
        yield world


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, demo=True, clock=VirtualClock(at("2026-12-01T02:00"))) as world:
        yield world


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


def _accessible(page: Page, *, besides: tuple[str, ...] = ()) -> None:
    """No finding of axe that it calls serious or critical."""
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical") and one["id"] not in besides
    ]
    assert serious == []


def _picture(page: Page, path: Path) -> None:
    page.wait_for_timeout(100)  # the end is brought into sight once the new room is measured
    page.screenshot(path=path, animations="disabled")


def _type(page: Page, words: str) -> None:
    page.get_by_label("想说的话写在这里").fill(words)
    page.keyboard.press("Enter")


def _said(page: Page, words: str) -> None:
    expect(page.locator(".line:not(.mine)").filter(has_text=words).last).to_be_visible()


def test_by_keyboard_only_from_the_first_word_to_the_card(world: World, page: Page, pictures: Path) -> None:
    page.goto(world.url)
    expect(page.get_by_role("heading", name="您好")).to_be_visible()
    _picture(page, pictures / "desktop-welcome.png")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到输入框")).to_be_focused()
    _picture(page, pictures / "desktop-skip.png")
    page.keyboard.press("Enter")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.type("我想")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("借菜地")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .bubble")).to_have_text("我想\n借菜地")
    expect(page.locator(".mine .when")).to_contain_text("已送到")
    _said(page, "篱笆想要什么颜色")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "绿色":
            break
    expect(page.get_by_role("button", name="绿色")).to_be_focused()
    _picture(page, pictures / "desktop-question.png")
    page.keyboard.press("Enter")
    _said(page, "最后要核对一下证件号")
    expect(page.locator(".mine").last).to_contain_text("绿色")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "box":
            break
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="garden-7788.png")).to_be_visible()
    expect(page.locator(".mine .bubble").last).to_have_text("[证件号]")
    assert NUMBER not in page.content()
    assert NUMBER not in page.evaluate("JSON.stringify(sessionStorage)")
    _picture(page, pictures / "desktop-card.png")
    _accessible(page)
    page.reload()
    expect(page.get_by_role("img", name="garden-7788.png")).to_be_visible()
    lines = page.locator(".line .bubble").all_inner_texts()
    assert [line.split("\n")[0] for line in lines] == [
        "我想",
        "借一块菜地",
        "绿色",
        "最后要核对一下证件号，只用来确认一人一块地。",
        "[证件号]",
        "办好了，编号 7788 1234。",
    ]
    assert not in_database(world.folder, NUMBER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(world: World, browser: Browser, pictures: Path, scheme: str) -> None:
    context = browser.new_context(
        locale="zh-CN",
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,  # type: ignore[arg-type]
        color_scheme=scheme,
        reduced_motion="reduce",
    )  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{world.url}/?start=garden")
    _said(page, "篱笆想要什么颜色")
    assert page.url == f"{world.url}/"
    _picture(page, pictures / f"phone-{scheme}-question.png")
    page.get_by_role("button", name="黄色").tap()
    _said(page, "最后要核对")
    _picture(page, pictures / f"phone-{scheme}-document.png")
    _type(page, NUMBER)
    expect(page.get_by_role("img", name="garden-7788.png")).to_be_visible()
    _picture(page, pictures / f"phone-{scheme}-card.png")
    _accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate("""[...document.querySelectorAll('button, .button, .file, nav a')]
        .filter((e) => e.offsetParent && (e.offsetHeight < 48 || e.offsetWidth < 48)).map((e) => e.outerHTML)""")
    assert small == []
    tiny = page.evaluate("""[...document.querySelectorAll('body *')].filter((e) => e.offsetParent
        && e.innerText && parseFloat(getComputedStyle(e).fontSize) < 18).map((e) => e.outerHTML)""")
    assert tiny == []
    page.reload()
    _said(page, "办好了")
    assert page.locator(".line").filter(has_text="篱笆想要").count() == 1, "the link's payload was sent once"
    context.close()


def test_an_old_button_is_put_away_and_answers_all_the_same(world: World, page: Page) -> None:
    page.goto(world.url)
    _type(page, "菜地")
    page.get_by_role("button", name="红色").dblclick()
    _said(page, "最后要核对")
    expect(page.locator(".mine")).to_have_count(2)
    assert "dashed" in page.get_by_role("button", name="绿色").evaluate(
        "(e) => getComputedStyle(e).borderStyle"
    )
    page.get_by_role("button", name="绿色").click()
    _said(page, "这个按钮是之前那一问的")


def test_what_was_written_while_the_connection_was_gone_goes_out_once(
    world: World, page: Page, pictures: Path
) -> None:
    page.goto(world.url)
    _type(page, "note 一")
    _said(page, "「一」记下了。")
    page.context.set_offline(True)
    _type(page, "note 二")
    expect(page.locator(".mine").last).to_contain_text("没发出去")
    expect(page.get_by_role("status").filter(has_text="网络断了")).to_be_visible()
    _picture(page, pictures / "desktop-offline.png")
    page.context.set_offline(False)
    _said(page, "「二」记下了。")
    expect(page.locator(".mine").last).to_contain_text("已送到")
    expect(page.locator("#state")).to_be_empty()
    assert page.locator(".line:not(.mine)").count() == 2


@pytest.mark.parametrize(("width", "height"), [(320, 568), (740, 340)])
def test_in_a_small_window_nothing_is_cut_off(
    world: World, page: Page, pictures: Path, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(world.url)
    _type(page, "菜地")
    _said(page, "篱笆想要什么颜色")
    expect(page.get_by_role("button", name="不办了")).to_be_in_viewport()
    _picture(page, pictures / f"small-{width}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    _accessible(page)


def test_words_are_never_read_as_a_page(world: World, page: Page) -> None:
    words = "note <img src=x onerror=alert(1)><b>粗</b> \u202eabc 😀"
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda why: faults.append(str(why)))
    page.goto(world.url)
    _type(page, words)
    _said(page, "记下了")
    assert page.locator(".bubble img").count() == 0
    assert (
        page.locator(".line:not(.mine) .bubble").inner_text() == f"「{words.removeprefix('note ')}」记下了。"
    )
    assert faults == []


def test_a_number_in_groups_is_not_broken_over_two_lines(world: World, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(world.url)
    for before in range(4, 13):
        _type(page, "note " + "字" * before + "票号 123 456 789")
        _said(page, "字" * before + "票号 123 456 789")
        number = page.locator(".line:not(.mine) .bubble .number").last
        assert number.inner_text() == "123 456 789"
        assert number.evaluate("each => each.getClientRects().length") == 1, before


def test_a_photo_stays_on_the_phone(world: World, page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "paper.png"
    photo.write_bytes(b"\x89PNG secret-bytes")
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.goto(world.url)
    page.locator("#photo").set_input_files(photo)
    _said(page, "图片和视频我现在还看不了")
    assert not any(b"secret-bytes" in body for body in sent)


def test_too_many_from_one_network_read_a_kind_page_and_go_on_with_a_button(
    tmp_path: Path, page: Page, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.9"})  # this machine itself is not limited
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    with running(tmp_path, per_minute=4) as world:
        for _ in range(4):
            page.request.get(f"{world.url}/draws/none.json", headers={"X-Forwarded-For": "203.0.113.9"})
        page.goto(f"{world.url}/?start=garden")
        expect(page.get_by_role("heading", name="请稍等一分钟")).to_be_visible()
        expect(page.get_by_role("link", name="9999 0101")).to_be_visible()
        assert "429" not in page.content()
        assert "{" not in page.locator("body").inner_text()
        _picture(page, pictures / "phone-crowd.png")
        _accessible(page)
        page.get_by_role("link", name="再试一次").click()
        expect(page.get_by_role("heading", name="请稍等一分钟")).to_be_visible()
        monkeypatch.setattr(crowd, "WINDOW_S", 0.0)  # the minute is over
        page.get_by_role("link", name="再试一次").click()
        _said(page, "篱笆想要什么颜色")  # what the address asked for is not forgotten


def test_the_language_changes_for_page_and_chat(world: World, page: Page, pictures: Path) -> None:
    page.goto(world.url)
    _type(page, "菜地")
    _said(page, "篱笆想要什么颜色")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator(".welcome")).to_contain_text("In a hurry? Call 9999 0101")
    expect(page.get_by_role("button", name="Red").last).to_be_visible()
    _picture(page, pictures / "desktop-english.png")
    _accessible(page)


def test_the_demonstration_by_keyboard(demo: World, page: Page, pictures: Path) -> None:
    page.goto(demo.url)
    parent, staff = page.get_by_role("tab", name="家长"), page.get_by_role("tab", name="工作人员")
    parent.focus()
    page.keyboard.press("ArrowLeft")
    expect(staff).to_be_focused()
    expect(staff).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(parent).to_have_attribute("aria-selected", "true")
    _type(page, "菜地")
    page.get_by_role("button", name="红色").click()
    _said(page, "最后要核对")
    _type(page, NUMBER)
    _said(page, "办好了")
    page.get_by_role("tab", name="长者").click()
    page.get_by_role("button", name="到下一件事").click()
    expect(page.locator("#clock-told")).to_contain_text("时钟已经拨好")
    expect(page.locator("#now")).to_contain_text("10:10")
    expect(parent).to_have_class("dot")
    _picture(page, pictures / "desktop-demo.png")
    _accessible(page)
    parent.click()
    _said(page, "您的菜地是 东边第三块。")
    until(lambda: demo.rows("SELECT 1 FROM outbox WHERE lane = 'result' AND state = 'sent'"))
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    _picture(page, pictures / "phone-demo.png")
    _accessible(page)


def test_the_masked_page(world: World, page: Page, pictures: Path) -> None:
    page.goto(world.url)
    _type(page, "菜地")
    page.get_by_role("button", name="红色").click()
    _said(page, "最后要核对")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("link", name="在遮住的页面里填").click()
    box = page.get_by_label("证件号", exact=True)
    expect(box).to_be_focused()
    page.keyboard.type(NUMBER[:-1] + "2")
    _picture(page, pictures / "phone-masked.png")
    page.get_by_role("button", name="显示号码").click()
    expect(box).to_have_css("-webkit-text-security", "none")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("有一位对不上")
    _picture(page, pictures / "phone-masked-again.png")
    _accessible(page)
    page.get_by_label("证件号", exact=True).fill(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("已收到，回到聊天里继续。")
    _picture(page, pictures / "phone-masked-done.png")
    page.get_by_role("link", name="回到聊天").click()
    _said(page, "办好了")


def test_on_a_telephone_the_demonstration_takes_one_line_until_its_clock_is_wanted(
    demo: World, browser: Browser, pictures: Path
) -> None:
    for lang in ("zh-CN", "en"):
        context = browser.new_context(locale=lang, viewport={"width": 360, "height": 740})
        page = context.new_page()
        page.goto(demo.url)
        strip = page.locator(".demo").bounding_box()
        assert strip is not None
        assert strip["height"] < 70, "one line of buttons that a thumb can hit"
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        expect(page.locator("#clock")).to_be_hidden()
        _picture(page, pictures / f"phone-demo-{lang}.png")
        page.locator("#fold").click()
        expect(page.locator("#clock")).to_be_visible()
        _accessible(page)
        context.close()
