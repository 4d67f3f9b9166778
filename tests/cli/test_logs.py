"""The log of a whole story: every line is JSON, turns have ids that their sends carry, and no word, phone or name."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import structlog

from bot.cli.logs import set_up, told
from tests.world import World, invented

SAID = (
    "voucher", "2025-05-01", "莲湖", "同意", "小宇麻花辫", invented(date(2025, 5, 1)), "13800138000", "确认", "找人 我的孩子叫小宇麻花辫",
    "一句谁也不懂的话", "我家门牌是柳荫街七号",
)  # fmt: skip


@pytest.fixture
def logging_as_json() -> Iterator[None]:
    set_up(logging.DEBUG, "json")
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


async def test_a_story_leaves_ids_and_no_words(
    world: World, logging_as_json: None, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up(logging.DEBUG, "json")
    world.staff("小李值班员", "duty")
    for text in SAID:
        await world.say("papa-of-xiaoyu", text)
    await world.share("papa-of-xiaoyu", contact="13900139000")
    trigger = (
        "CREATE TRIGGER broken BEFORE INSERT ON desk_case BEGIN SELECT RAISE(ABORT, 'no case today'); END"
    )
    world.house.store.write(lambda db: db.run(trigger))
    await world.say("mama-of-xiaoyu", "找人")
    assert world.keys("mama-of-xiaoyu")[-1] == "common.failed"
    world.house.store.write(lambda db: db.run("DROP TRIGGER broken"))
    await world.forward(days=2)
    raw = capfd.readouterr().err
    lines: list[dict[str, Any]] = [json.loads(line) for line in raw.splitlines()]
    turns = [line for line in lines if line["event"] == "turn"]
    assert len(turns) == len(SAID) + 2
    assert len({line["turn"] for line in turns}) == len(turns)
    sends = [line for line in lines if line["event"] == "send"]
    assert {line["turn"] for line in turns} <= {line["turn"] for line in sends}, "every turn was answered"
    assert all(line["turn"] for line in sends)
    failed = next(line for line in lines if line["event"] == "turn failed")
    assert "bot/desk.py" in failed["exception"], "where it happened is said"
    assert "sqlite3.IntegrityError: no case today" in failed["exception"]
    typed = {*SAID, "小宇", "麻花辫", "小李", "papa", "mama", "13900139000", "柳荫街"}
    assert [word for word in typed if word != "voucher" and word in raw] == []
    for shown in world.all:
        longest = max(shown.text.splitlines(), key=len, default="")
        assert len(longest) < 4 or longest not in raw, "nor what was answered"


def test_an_exceptions_words_are_not_told() -> None:
    said = "我的孩子叫小宇"
    try:
        try:
            int(said)
        except ValueError as why:
            raise sqlite3.OperationalError("database or disk is full") from why
    except sqlite3.OperationalError as why:
        text = told(why)
    assert said not in text
    assert "builtins.ValueError" in text
    assert "sqlite3.OperationalError: database or disk is full" in text
    assert "test_logs.py" in text


def test_other_libraries_logs_have_the_same_form(
    logging_as_json: None, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up(logging.INFO, "json")
    number = invented(date(2025, 5, 1))
    logging.getLogger("apscheduler.x").warning("port %s", number)
    said = "我的孩子叫小宇"
    try:
        int(said)
    except ValueError:
        logging.getLogger("asyncio").exception("went wrong")
    raw = capfd.readouterr().err
    assert said not in raw
    first, second = map(json.loads, raw.splitlines())
    assert (first["logger"], first["level"]) == ("apscheduler.x", "warning")
    assert number not in first["event"]
    assert second["exception"].endswith("builtins.ValueError")
    set_up(logging.INFO, "text")
    logging.getLogger("apscheduler.x").warning("closed")
    assert capfd.readouterr().err == "WARNING apscheduler.x: closed\n"
