"""Somebody in a group and the same one alone: one person, whose own matters stay out of the group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.people import Group
from tests.channels.telegram_rig import labels, words
from tests.story.telegram_town import Town, code_in, invented, town

MAMA, LIN = 7_000_000_001, 7_000_000_002
SQUARE = -100_7


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, "polling") as made:
        yield made


async def in_group(it: Town, who: int, text: str) -> str:
    """Somebody speaks to the bot in the group; what stands there last afterwards."""
    room: Group = it.api.group(SQUARE, supergroup=True)
    it.api.user(who).says(text, room)
    return (await it.answer(SQUARE))[0]


def persons(it: Town) -> int:
    return len(it.rows("SELECT DISTINCT person_id FROM address"))


@pytest.mark.parametrize("first", ["alone", "in the group"])
async def test_one_person_whichever_came_first(it: Town, first: str) -> None:
    if first == "alone":
        await it.says(MAMA, "菜单")
    assert "不谈个人的事" in await in_group(it, MAMA, "/menu@doorstep_test_bot")
    if first != "alone":
        await it.says(MAMA, "菜单")
    assert len(it.rows("SELECT 1 FROM address")) == 2
    assert persons(it) == 1
    await in_group(it, LIN, "/menu@doorstep_test_bot")
    assert persons(it) == 2, "another member is another person"


async def test_results_never_go_to_the_group(it: Town) -> None:
    for text in ("消费券", "2025-05-01", "1", "同意", "小宇", invented("2025-05-01"), "13800138000", "1"):
        await it.says(MAMA, text)
    await in_group(it, MAMA, "/menu@doorstep_test_bot")  # her latest address by now
    before = len(it.api.sent(SQUARE))
    await it.to("2027-01-01T12:00")
    [won] = it.told(MAMA, "抽中了")
    assert len(it.api.sent(SQUARE)) == before
    for payload in (f"r_{code_in(words(won))}", "voucher"):
        last = await in_group(it, MAMA, f"/start@doorstep_test_bot {payload}")
        assert "不谈个人的事" in last
        assert "小宇" not in last
    assert "小宇" in await it.opens(MAMA, f"r_{code_in(words(won))}")


async def test_what_a_group_may_press(it: Town) -> None:
    await it.opens(LIN, it.invited("duty", "", "小秦"))
    card = await in_group(it, MAMA, "/menu@doorstep_test_bot 孩子噎住了")
    assert "120" in card
    assert "找人" in labels(it.api.sent(SQUARE)[-1])
    it.api.user(MAMA).presses(None, "找人", it.api.group(SQUARE))
    await it.answer(SQUARE)
    assert [row["kind"] for row in it.rows("SELECT kind FROM desk_case")] == ["person_wanted"]


async def test_staff_are_known_in_their_group(it: Town) -> None:
    await it.opens(LIN, it.invited("duty", "", "小秦"))
    assert "不谈个人的事" not in await in_group(it, LIN, "/menu@doorstep_test_bot")
    assert "不谈个人的事" in await in_group(it, MAMA, "/menu@doorstep_test_bot")
