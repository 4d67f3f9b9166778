"""The whole story on Telegram: apply, the clock moves, the result with its QR code, the centre redeems, a case.

By webhook and by polling, with the real library over HTTP; and once more with the bot dropped and made anew on the
same store between any two exchanges.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.telegram_rig import labels, words
from tests.story.telegram_town import PUBLIC, Town, code_in, invented, is_qr_of, town

MAMA, LIN, DUTY = 7_000_000_001, 7_000_000_002, 7_000_000_003
BORN = "2025-05-01"
_numbers = itertools.count(1)
WAYS = [("webhook", "sqlite"), ("webhook", "postgresql"), ("polling", "sqlite")]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database of the wanted kind; empty is SQLite in the test's folder."""
    if request.param == "sqlite":
        yield ""
        return
    postgres = request.getfixturevalue("postgres")
    name = f"story_{request.getfixturevalue('worker_id')}_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "restarts"])
@pytest.mark.parametrize(("mode", "url"), WAYS, indirect=["url"])
async def test_a_parent_applies_wins_and_a_centre_redeems(
    tmp_path: Path, mode: str, url: str, restarts: bool
) -> None:
    async with town(tmp_path, mode, url=url, restarts=restarts) as it:
        await take_up_posts(it)
        await apply(it)
        await it.to("2027-01-01T12:00")
        code = await read_result(it)
        await redeem(it, code)
        await dispute(it)
        await nothing_was_lost_or_doubled(it)
        assert it.lives == (19 if restarts else 1), "eighteen exchanges"


async def take_up_posts(it: Town) -> None:
    """A centre's member of staff and somebody on duty open the links they were given."""
    assert "欢迎，林老师" in await it.opens(LIN, it.invited("centre", "liuyin", "林老师"))
    assert "欢迎，小秦" in await it.opens(DUTY, it.invited("duty", "", "小秦"))
    assert [row["role"] for row in it.rows("SELECT role FROM staff ORDER BY id")] == ["centre", "duty"]


async def apply(it: Town) -> None:
    """From 消费券 to the receipt; the document typed, the own contact shared."""
    assert "哪天出生" in await it.says(MAMA, "消费券")
    asked = await it.says(MAMA, "2025年5月1日")
    assert "早报晚报机会一样" in asked
    assert "您是孩子的什么人" in asked
    assert "需要您同意" in await it.presses(MAMA, "爸爸或妈妈")
    assert "怎么称呼孩子" in await it.presses(MAMA, "都同意")
    assert "最后要核对证件" in await it.says(MAMA, "小宇")
    assert "有一位对不上" in await it.says(MAMA, invented(BORN)[:17] + "0")
    assert "留个电话" in await it.says(MAMA, invented(BORN))
    assert it.api.keyboard(MAMA)[0] == ["发送我的手机号"]
    summary = await it.shares_contact(MAMA, "8613800138000")
    assert "请核对" in summary
    assert it.api.keyboard(MAMA) == [], "the keyboard for the contact is gone"
    receipt = await it.presses(MAMA, "确认申请")
    assert "找回码" in receipt
    assert "2027年1月1日" in receipt
    assert len(it.rows("SELECT 1 FROM voucher_ticket WHERE state = 'applied'")) == 1


async def read_result(it: Town) -> str:
    """The result came by itself, as one photo with its words; the code in it."""
    [won] = it.told(MAMA, "抽中了")
    code = code_in(words(won))
    link = (
        f"{PUBLIC}/?start=r_{code}"
        if it.settings.public_url
        else f"https://t.me/doorstep_test_bot?start=r_{code}"
    )
    assert is_qr_of(it.picture(won), link)
    assert "500 元" in words(won)
    assert "不要这张了" in labels(won)
    return code


async def redeem(it: Town, code: str) -> None:
    """The centre opens the QR code's link, checks the paper, confirms; both sides get a receipt."""
    asked = await it.opens(LIN, f"r_{code}")
    assert "小宇" in asked
    assert "2025年5月" in asked
    assert "对不上" in await it.says(LIN, invented(BORN, serial=2))
    assert "核对无误" in await it.says(LIN, invented(BORN))
    assert [row["state"] for row in it.rows("SELECT state FROM voucher")] == ["valid"]
    done = await it.presses(LIN, "确认核销")
    assert "核销成功" in done
    [receipt] = it.told(MAMA, "的券用了")
    number = it.rows("SELECT id FROM voucher_redemption")[0]["id"]
    assert f"凭据号 {number}" in done
    assert f"凭据号 {number}" in words(receipt)
    assert "柳荫托育中心" in words(receipt)
    assert [row["state"] for row in it.rows("SELECT state FROM voucher")] == ["used"]


async def dispute(it: Town) -> None:
    """没去过 leaves a case, once, and duty is told."""
    assert "已记下" in await it.presses(MAMA, "没去过？点这里")
    assert "已经点过了" in await it.presses(MAMA, "没去过？点这里")
    [case] = it.rows("SELECT id, kind FROM desk_case")
    assert case["kind"] == "voucher.disputed"
    assert len(it.told(DUTY, str(case["id"]))) >= 1


async def nothing_was_lost_or_doubled(it: Town) -> None:
    """Every update was handled, every message left once, and no document number stands anywhere."""
    assert {row["state"] for row in it.rows("SELECT state FROM inbox")} == {"done"}
    assert {row["state"] for row in it.rows("SELECT state FROM outbox")} == {"sent"}
    for chat in (MAMA, LIN, DUTY):
        said = [words(message) for message in it.api.sent(chat)]
        assert "" not in said
        assert "✓" not in said
    assert len(it.told(MAMA, "抽中了")) == len(it.told(MAMA, "的券用了")) == len(it.told(MAMA, "找回码")) == 1
    numbers = [invented(BORN), invented(BORN, serial=2)]
    assert not any(
        number in words(message) for message in it.api.sent(MAMA) + it.api.sent(LIN) for number in numbers
    )
