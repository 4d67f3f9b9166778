"""An answer that has changed in the matter: a draft, two admins, and everybody who was told otherwise hears of it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.session import Db
from dialogs.questions import rules
from dialogs.questions.service import corrections, given
from tests.dialogs.questions.small import QUESTION, services, write
from tests.world import Given, World

STATES = "SELECT state, told FROM answer_correction ORDER BY id"
CORRECTED = "questions.corrected"
DEARER = {"30元": "45元", "30 yuan": "45 yuan", "change: wording": "change: material"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


async def opened(folder: Path, corpus: Path, url: str = "") -> World:
    world = await World(folder, url, dialogs=Given(services(corpus))).open()
    for name in ("boss", "second"):
        world.staff(name, "admin")
    for who in ("mama", "papa"):
        await world.say(who, QUESTION)
    return world


@pytest_asyncio.fixture
async def world(tmp_path: Path, corpus: Path) -> AsyncIterator[World]:
    world = await opened(tmp_path, corpus)
    yield world
    world.close()


@pytest_asyncio.fixture
async def any_world(tmp_path: Path, corpus: Path, database_url: str) -> AsyncIterator[World]:
    world = await opened(tmp_path, corpus, database_url)
    yield world
    world.close()


def corrected(world: World, *people: str) -> list[int]:
    """How often each has been corrected."""
    return [world.keys(who).count(CORRECTED) for who in people]


def states(world: World) -> list[tuple[str, int]]:
    return [(row["state"], row["told"]) for row in world.rows(STATES)]


async def proposed(world: World, corpus: Path, **changes: str) -> None:
    """The answer is another, and one admin has asked for its correction."""
    write(corpus, **(changes or DEARER))
    await world.say("boss", "更正")
    await world.press("boss", "提出更正")


async def test_two_admins_let_it_go_and_everybody_is_told_once(any_world: World, corpus: Path) -> None:
    world = any_world
    await world.say("ann", "What does the autumn outing cost?")
    write(corpus, **DEARER)
    await world.to("2026-12-02T09:30")
    assert world.keys("boss")[-1] == world.keys("second")[-1] == "questions.corrections.found"
    assert states(world) == [("draft", 0)]
    await world.press("boss", "更正")
    draft = world.last("boss").text
    assert "告诉问过的 3 人" in draft
    assert "原来：一位30元" in draft
    assert "现在：一位45元" in draft
    assert "英文 1 人\n原来：30 yuan each." in draft
    await world.press("boss", "提出更正")
    await world.say("boss", "更正")
    assert world.keys("boss")[-1] == "questions.corrections.waiting"
    assert corrected(world, "mama", "papa", "ann") == [0, 0, 0]
    await world.press("second", "确认")
    assert corrected(world, "mama", "papa", "ann") == [1, 1, 1]
    said = world.last("mama").text
    assert said.startswith("更正：您2026年12月1日")
    assert "一位45元" in said
    assert "对不起" in said.splitlines()[0]
    assert "依据：社区居委会2026年10月1日" in said
    assert "45 yuan each." in world.last("ann").text
    assert world.rows("SELECT DISTINCT lane FROM outbox WHERE dedupe LIKE 'correction:1:%' AND kind = 'send'"
                      " AND lane <> 'reply'") == [{"lane": "broadcast"}]  # fmt: skip
    assert states(world) == [("sent", 3)]
    await world.restart()
    await world.forward(days=2)
    assert corrected(world, "mama", "papa", "ann") == [1, 1, 1]
    await world.say("boss", "更正")
    assert world.keys("boss")[-1] == "questions.corrections.none"


async def test_one_admin_alone_sends_nothing(world: World, corpus: Path) -> None:
    await proposed(world, corpus)
    await world.say("boss", "待批")
    assert "确认" not in world.buttons("boss")[:2]
    await world.press("boss", "收回")
    await world.say("boss", "更正")
    assert world.keys("boss")[-1] == "questions.corrections.draft", "a draft taken back is a draft again"
    await world.press("second", "确认")
    assert world.keys("second")[-1] == "two.gone"
    await world.forward(days=1)
    assert corrected(world, "mama", "papa") == [0, 0]


async def test_who_is_gone_or_wants_no_reminders_is_not_told(world: World, corpus: Path) -> None:
    await world.say("opa", QUESTION)

    def leave(db: Db) -> None:
        db.run("UPDATE person SET erased = 1 WHERE id = (SELECT person_id FROM address WHERE chat = 'papa')")
        db.run(
            "UPDATE person SET reminders = 0 WHERE id = (SELECT person_id FROM address WHERE chat = 'opa')"
        )

    world.house.store.write(leave)
    await proposed(world, corpus)
    assert "告诉问过的 1 人。另有 1 人不要提醒" in world.last("boss").text
    await world.press("second", "确认")
    assert corrected(world, "mama", "papa", "opa") == [1, 0, 0]
    assert states(world) == [("sent", 1)]


async def test_who_leaves_while_it_waits_for_the_morning_is_not_told(world: World, corpus: Path) -> None:
    await world.to("2026-12-01T22:00")
    await proposed(world, corpus)
    await world.press("second", "确认")
    assert corrected(world, "mama", "papa") == [0, 0]
    await world.say("papa", QUESTION)
    world.house.store.write(
        lambda db: db.run(
            "UPDATE person SET reminders = 0 WHERE id = (SELECT person_id FROM address WHERE chat = 'mama')"
        )
    )
    await world.restart()
    await world.to("2026-12-02T08:00")
    assert corrected(world, "mama", "papa") == [0, 0], "one wants no more, the other asked again and knows"
    assert (
        len(world.rows("SELECT 1 FROM outbox WHERE dedupe LIKE 'correction:1:%' AND state = 'cancelled'"))
        == 2
    )


async def test_what_only_changes_words_reaches_nobody(world: World, corpus: Path) -> None:
    write(corpus, 午饭自带="自己带午饭")
    await world.to("2026-12-03T09:30")
    await world.say("boss", "更正")
    assert world.keys("boss")[-1] == "questions.corrections.none"
    assert states(world) == []


async def test_what_changes_again_before_the_second_yes_is_asked_anew(world: World, corpus: Path) -> None:
    await proposed(world, corpus)
    write(corpus, **{**DEARER, "45元": "50元"})
    await world.press("second", "确认")
    assert world.keys("second")[-1] == "two.undone"
    assert corrected(world, "mama", "papa") == [0, 0]
    await world.say("boss", "更正")
    assert "现在：一位50元" in world.last("boss").text
    await world.press("boss", "提出更正")
    await world.press("second", "确认")
    assert corrected(world, "mama", "papa") == [1, 1]
    assert "50元" in world.last("mama").text


async def test_what_was_asked_for_in_other_words_can_be_asked_for_again(world: World, corpus: Path) -> None:
    await proposed(world, corpus)
    await proposed(world, corpus, **{**DEARER, "45元": "50元"})
    assert world.keys("boss")[-1] == "two.asked"
    assert [row["state"] for row in world.rows("SELECT state FROM approval ORDER BY id")] == [
        "withdrawn",
        "asked",
    ]
    await world.press("second", "确认")
    assert corrected(world, "mama", "papa") == [1, 1]
    assert "50元" in world.last("mama").text


async def test_a_change_of_words_rides_along_and_the_former_words_withdraw_it(
    world: World, corpus: Path
) -> None:
    write(corpus, **DEARER)
    await world.to("2026-12-02T09:30")
    write(corpus, **{"30元": "45元", "午饭自带": "自己带饭"})
    await world.to("2026-12-03T09:30")
    await world.say("boss", "更正")
    assert "自己带饭" in world.last("boss").text
    write(corpus)
    await world.press("boss", "提出更正")
    assert world.keys("boss")[-1] == "questions.corrections.over"
    assert states(world) == [("withdrawn", 0)]


async def test_nobody_need_be_told_and_that_can_be_taken_back(world: World, corpus: Path) -> None:
    await proposed(world, corpus)
    await world.press("boss", "不用更正")
    assert states(world) == [("dismissed", 0)]
    await world.press("second", "确认")
    assert world.keys("second")[-1] == "two.gone"
    await world.to("2026-12-03T09:30")
    assert states(world) == [("dismissed", 0)], "the same change is not brought up again"
    await world.press("boss", "反悔，还是要更正")
    assert world.keys("boss")[-1] == "questions.corrections.draft"
    assert states(world) == [("draft", 0)]


async def test_who_was_told_longer_ago_hears_nothing(world: World, corpus: Path) -> None:
    await world.forward(days=given.DAYS)
    await world.say("mama", QUESTION)
    await proposed(world, corpus)
    assert "告诉问过的 1 人" in world.last("boss").text


async def test_a_chunk_that_is_done_again_tells_nobody_twice(
    world: World, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "CHUNK", 1)
    await world.to("2026-12-01T22:00")
    await proposed(world, corpus)
    await world.press("second", "确认")
    world.house.store.write(
        lambda db: db.run(
            "UPDATE timer SET state = 'waiting', cursor = '' WHERE kind = :kind", kind=corrections.SENDING
        )
    )
    world.house.store.write(lambda db: db.run("UPDATE answer_correction SET state = 'sending'"))
    await world.to("2026-12-02T09:00")
    assert corrected(world, "mama", "papa") == [1, 1]


async def test_the_words_are_for_admins(world: World) -> None:
    await world.say("mama", "更正")
    assert "questions.corrections.none" not in world.keys("mama")
    await world.press("mama", "没用")
    await world.say("boss", "答案")
    assert "还记着 2 条" in world.last("boss").text
    assert f"{QUESTION}：有用 0，没用 1" in world.last("boss").text
    await world.say("boss", "值班")
    assert "更正" in world.last("boss").text
    assert "答案" in world.last("boss").text


def test_an_excerpt_shows_where_two_versions_differ() -> None:
    same = "甲" * 300
    old, new = rules.excerpts(f"{same}30元", f"{same}45元{same}")
    assert old == f"…{'甲' * rules.BEFORE}30元"
    assert "45元" in new
    assert new.endswith("…")
    assert rules.excerpts("", "新") == ("", "新")
    assert rules.masked("打 138 0013 8000 问 3600元") == "打 [号码] 问 3600元"
