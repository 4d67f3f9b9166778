"""我的, settings, reminders, privacy, consents; and every question with a way back, out, to a person and to help."""

from __future__ import annotations

import itertools
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import ms
from bot.flow.check import flaws
from bot.flow.diagram import mermaid
from bot.flow.model import Ask, End, Flow, State
from bot.messages import Place
from bot.store import conversations, people
from bot.store.session import Db
from bot.texts import Texts
from dialogs.account import flow as account_flow
from dialogs.account.rules import understood
from dialogs.staff import flow as staff_flow
from tests.dialogs.account.town import Town

FLOWS = (*account_flow.FLOWS, *staff_flow.FLOWS)
KNOWN = {"code": "123456", "tail": "0000", "case": 1, "words": "您好", "person": 1}
ASKS = [(flow, step) for flow in FLOWS for step in flow.steps if isinstance(step, Ask)]


def test_the_flows_are_sound_and_their_diagrams_current() -> None:
    for flow in FLOWS:
        assert flaws(flow) == []
        folder = "account" if flow in account_flow.FLOWS else "staff"
        readme = Path(f"dialogs/{folder}/README.md").read_text(encoding="utf-8")
        assert mermaid(flow) in readme, f"{folder}/README.md shows another {flow.name}"


async def test_every_step_and_problem_has_words_in_both_languages(town: Town) -> None:
    texts = town.house.ground.texts
    missing = []
    for flow, lang in itertools.product(FLOWS, ("zh", "en")):
        keys = texts.keys(lang)
        for step in flow.steps:
            name = f"{flow.name}.{step.name}"
            if isinstance(step, Ask):
                wanted = {f"{name}.ask", f"{name}.name", *(f"{name}.choice.{c}" for c in step.choices)}
                missing += [(lang, key) for key in wanted - keys]
                missing += [
                    (lang, f"{name}.problem.{code}")
                    for code in step.problems
                    if not {f"{name}.problem.{code}", f"common.problem.{code}"} & keys
                ]
            elif isinstance(step, End) and not step.silent and f"{name}.said" not in keys:
                missing.append((lang, f"{name}.said"))
    assert missing == []


@pytest.mark.parametrize(
    "folder", ["bot", "dialogs/account", "dialogs/staff", "dialogs/urgent", "dialogs/questions"]
)
def test_both_languages_have_the_same_keys(folder: str) -> None:
    texts = Texts([Path(folder)], ZoneInfo("Asia/Shanghai"))
    assert texts.keys("zh") == texts.keys("en")


@pytest.mark.parametrize(("flow", "step"), ASKS, ids=lambda part: part.name)
async def test_every_question_has_ways_on(town: Town, flow: Flow, step: Ask) -> None:
    """Back, out, a person, help, another language and the urgent card, from every question."""
    trail = (
        ("words",) if step.name == "check" else ("code",) if step.name in ("tail", "mixed", "confirm") else ()
    )

    def put(db: Db) -> None:
        address, _ = people.meet(db, Place("terminal", "gran"), town.now)
        talk = conversations.lock(db, town.house.ground.keys, address, town.now)
        known = {key: value for key, value in KNOWN.items() if key != step.name}
        talk.open = State(flow.name, 1, step.name, known, trail).to_json()
        conversations.save(db, town.house.ground.keys, talk, town.now)

    town.house.store.write(put)
    await town.say("gran", "接着填")
    ways = {"不办了", "找人"} | ({"上一步"} if trail else set())
    assert ways <= set(town.buttons("gran"))
    asked = town.last("gran").text

    shown = await town.say("gran", "奶奶摔倒了起不来")
    card = next(one for one in shown if one.to == "gran")
    assert (card.lane, card.text.count("\n") <= 2, "120" in card.text.split("\n")[0]) == (
        "urgent",
        True,
        True,
    )
    await town.say("gran", "帮助")
    assert "「返回」" in town.last("gran").text
    await town.say("gran", "找人")
    assert asked in town.last("gran").text
    await town.say("gran", "语言")
    await town.press("gran", "English")
    assert "Stop" in town.buttons("gran")
    await town.say("gran", "back")
    await town.say("gran", "cancel")
    await town.say("gran", "continue")
    assert "Nothing is open" in town.last("gran").text
    assert town.rows("SELECT kind FROM desk_case") == [{"kind": "person_wanted"}]


async def test_my_things_asks_every_service_and_is_kind_when_there_is_nothing(town: Town) -> None:
    await town.say("gran", "我的")
    assert town.keys("gran")[-1] == "account.nothing"
    assert {"菜单", "找人"} <= set(town.buttons("gran"))
    town.registered("gran")
    await town.say("gran", "找人")
    await town.say("gran", "我的")
    assert town.keys("gran")[-2:] == ["account.case", "account.revoked_before"]


async def test_in_a_group_nothing_private_is_shown(town: Town) -> None:
    town.registered("gran")
    await town.say("gran", "我的", chat="square")
    await town.say("gran", "关联", chat="square")
    await town.say("gran", "找回", chat="square")
    await town.say("gran", "隐私", chat="square")
    assert town.keys("gran") == ["common.group"] * 4


async def test_reminders_off_and_on(town: Town) -> None:
    await town.say("gran", "提醒关")
    assert town.rows("SELECT reminders FROM person WHERE id = :id", id=town.person("gran")) == [
        {"reminders": 0}
    ]
    await town.say("gran", "设置")
    assert "提醒现在关着" in town.last("gran").text
    await town.say("gran", "提醒开")
    assert town.rows("SELECT reminders FROM person WHERE id = :id", id=town.person("gran")) == [
        {"reminders": 1}
    ]


async def test_a_consent_is_taken_back_once_and_leaves_a_case(town: Town) -> None:
    town.registered("gran")
    await town.say("gran", "隐私")
    assert "2026年12月1日" in town.last("gran").text
    await town.press("gran", "撤回：基本信息")
    assert town.keys("gran")[-1] == "account.revoking", "what follows is said first"
    assert town.rows("SELECT revoked FROM consent") == [{"revoked": None}]
    assert town.neighbour.revoked == []
    await town.press("gran", "确定撤回")
    assert town.rows("SELECT revoked FROM consent") == [{"revoked": ms(town.now)}]
    assert town.neighbour.revoked == [(None, "basic")]
    assert town.rows("SELECT kind, state FROM desk_case") == [{"kind": "consent_revoked", "state": "open"}]
    await town.press("gran", "确定撤回")
    assert town.keys("gran")[-1] == "common.used"
    await town.press("gran", "撤回：基本信息")
    assert town.keys("gran")[-1] == "account.revoked_before"
    await town.say("gran", "隐私")
    assert town.keys("gran")[-1] == "account.no_consents"


@pytest.mark.parametrize(("text", "wish"), [
    ("我的", ("things", "")), ("STATUS", ("things", "")), ("查进度。", ("things", "")), ("我的券", None),
    ("找回 123 456 7890", ("recover", "1234567890")), ("找回碼：1234567890", ("recover", "1234567890")),
    ("找回 12", ("recover", "12")), ("關聯 123 456", ("join", "123456")), ("关联", ("join_code", "")),
    ("提醒關", ("reminders_off", "")), ("以后别再发提醒了", ("reminders_off", "")), ("别忘了提醒我", ("reminders_on", "")), ("打开提醒", ("reminders_on", "")),
    ("delete my data", ("erase", "")), ("刪除我的資料", ("erase", "")), ("導出我的資訊", ("export", "")), ("匯出我的資料", ("export", "")),
    ("/export", ("export", "")), ("导出我的信息", ("export", "")), ("怎么删除我的信息", ("erase", "")), ("join 123456", ("join", "123456")), ("join", ("join_code", "")),
    ("recover", ("recover", "")), ("找回码忘了", ("my_code", "")), ("找回码", ("recover", "")), ("reminders off", ("reminders_off", "")), ("settings", ("settings", "")),
    ("my things", ("things", "")), ("删除我的信息", ("erase", "")), ("隐私", ("privacy", "")),
    ("消费券怎么核销", None), ("我要申请托育消费券", None), ("今天天气不错", None), ("找人", None),
])  # fmt: skip
def test_which_words_are_the_accounts(text: str, wish: tuple[str, str] | None) -> None:
    assert understood(text) == wish
