"""Questions on Telegram, with the real library over HTTP: which city, a look aside in a form, a sum, 没用 and its case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.telegram_rig import labels, words
from tests.story.telegram_town import Town, town

MAMA, DUTY = 7_000_000_001, 7_000_000_003


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "restarts"])
async def test_a_talk_about_answers(tmp_path: Path, restarts: bool) -> None:
    async with town(tmp_path, "webhook", restarts=restarts) as it:
        await it.opens(DUTY, it.invited("duty", "", "小秦"))
        await ask_about_a_city(it)
        await look_aside_in_a_form(it)
        await complete_a_sum(it)
        await get_no_help(it)


async def ask_about_a_city(it: Town) -> None:
    """Which city? One is tapped and remembered, and left again."""
    assert "您问的是哪里" in await it.says(MAMA, "托育一个月最高收多少")
    assert labels(it.api.sent(MAMA)[-1])[-3:] == ["都不是", "找人", "菜单"]
    told = await it.presses(MAMA, "北京市")
    assert "按 北京市 答您" in told
    assert "北京" in told.split("答您", 1)[1]
    assert "北京" in await it.says(MAMA, "托育一个月最高收多少")
    assert "还是按我们这里答" in await it.says(MAMA, "换个城市")


async def look_aside_in_a_form(it: Town) -> None:
    """The answer, then the form's question again; then on with the form, and out of it."""
    assert "哪天出生" in await it.says(MAMA, "消费券")
    assert "哪天出生" in await it.says(MAMA, "没抽中怎么办？")
    assert any("候补名单里" in words(message) for message in it.api.sent(MAMA)[-2:])
    assert "您是孩子的什么人" in await it.says(MAMA, "2025年5月1日")
    assert "先不申请" in await it.says(MAMA, "取消")


async def complete_a_sum(it: Town) -> None:
    """What is missing is asked for; the next message tells it."""
    assert "告诉我孩子的出生年月" in await it.says(MAMA, "国家的育儿补贴一年多少钱")
    assert "×300＝" in await it.says(MAMA, "两岁半")


async def get_no_help(it: Town) -> None:
    """没用 is a case that holds the question, for duty only."""
    assert "已经结束" in await it.says(MAMA, "西安的托育消费券一张多少钱")
    assert "没帮上" in await it.presses(MAMA, "没用")
    [case] = it.rows("SELECT id, kind FROM desk_case")
    assert case["kind"] == "useless_answer"
    assert "问：西安的托育消费券一张多少钱" in await it.says(DUTY, "待办")
    assert not any("西安的托育消费券" in words(message) for message in it.told(DUTY, "有一件新的事"))
