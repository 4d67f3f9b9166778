"""Cases and calls: seen by whom they concern, taken by one, answered, closed, told."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from bot.clock import ms
from bot.messages import Outgoing
from bot.store.session import Db
from bot.turn import Turn
from bot.watch import keep_self_check
from tests.dialogs.account.town import PHONE, Town

WORDS = ("待办", "cases", "待打电话", "审计", "待批", "值班")


async def test_a_case_is_opened_seen_answered_and_closed(any_town: Town) -> None:
    town = any_town
    await town.say("gran", "我想找个真人说话")
    assert {"duty", "boss"} == {shown.to for shown in town.all if shown.message.keys == ("desk.new_case",)}
    assert "真人" not in town.heard("duty"), "what staff are told first holds no words"

    await town.say("duty", "待办")
    assert "我想找个真人说话" in town.last("duty").text
    assert "想找工作人员" in town.last("duty").text
    await town.press("duty", "接手")
    assert town.rows("SELECT state FROM desk_case") == [{"state": "taken"}]
    await town.press("duty", "回复")
    await town.say("duty", "您好，明天上午我打给您。")
    await town.press("duty", "发")
    assert "明天上午我打给您" in town.last("gran").text

    await town.press("duty", "办完")
    assert town.keys("gran")[-1] == "staff.closed_for_you"
    assert town.rows("SELECT state, words FROM desk_case") == [{"state": "closed", "words": None}]
    await town.say("duty", "待办")
    assert town.keys("duty")[-1] == "staff.no_cases"
    acts = [row["act"] for row in town.rows("SELECT act FROM audit ORDER BY id")]
    for act in ("case.opened", "cases.read", "case.taken", "case.answered", "case.closed"):
        assert act in acts
    assert "真人" not in json.dumps(
        town.rows("SELECT actor, act, object, detail FROM audit"), ensure_ascii=False
    )


async def test_the_first_one_has_it(town: Town) -> None:
    await town.say("gran", "找人")
    await town.say("duty", "待办")
    await town.say("boss", "待办")
    await town.press("duty", "接手")
    await town.press("boss", "接手")
    assert "duty" in town.last("boss").text
    await town.press("boss", "办完")
    await town.press("duty", "办完")
    assert town.keys("duty")[-1] == "staff.closed_before"
    assert town.keys("gran").count("staff.closed_for_you") == 1


async def test_an_answer_is_read_before_it_goes_and_can_be_dropped(town: Town) -> None:
    await town.say("gran", "找人")
    await town.say("duty", "待办")
    await town.press("duty", "回复")
    await town.say("duty", "写错了的话")
    await town.press("duty", "不发")
    assert "写错了的话" not in town.heard("gran")
    await town.press("duty", "回复")
    assert town.keys("duty")[-1] == "answer.words.ask", "the button stays good"


async def test_a_case_is_handled_by_its_number_too(town: Town) -> None:
    await town.say("gran", "找人")
    case = town.rows("SELECT id FROM desk_case")[0]["id"]
    await town.say("papa", f"办完 {case}")
    assert town.keys("papa")[-1].startswith("questions."), "not for a stranger"
    await town.say("duty", f"接手{case}")
    assert town.keys("duty")[-1] == "staff.taken"
    await town.say("duty", f"回复 {case}")
    await town.say("duty", "明天上午打给您。")
    await town.say("duty", "发")
    assert town.keys("gran")[-1] == "staff.answer_for_you"
    await town.say("duty", f"办完 编号{case}")
    assert town.rows("SELECT state FROM desk_case") == [{"state": "closed"}]
    await town.say("duty", f"办完 {case}")
    assert town.keys("duty")[-1] == "staff.closed_before"
    await town.say("duty", "办完 999")
    assert town.keys("duty")[-1] == "staff.no_case"
    await town.say("duty", "回复 999")
    assert town.keys("duty")[-1] == "answer.gone.said"


async def test_buttons_end_with_the_post(town: Town) -> None:
    await town.say("gran", "找人")
    await town.say("duty", "待办")

    def end(db: Db) -> None:
        db.run("UPDATE staff SET until = :now WHERE name = 'duty'", now=ms(town.now))

    town.house.store.write(end)
    for label in ("接手", "回复", "办完"):
        await town.press("duty", label)
        assert town.keys("duty")[-1] == "staff.no_longer"
    assert town.rows("SELECT state FROM desk_case") == [{"state": "open"}]


@pytest.mark.parametrize("word", WORDS)
async def test_a_stranger_gets_the_answer_anybody_gets(town: Town, word: str) -> None:
    await town.say("gran", "找人")
    await town.say("papa", word)
    assert town.keys("papa")[-1].startswith("questions.")


@pytest.mark.parametrize(("role", "seen"), [
    ("duty", {"待办", "cases", "待打电话", "值班"}), ("admin", set(WORDS)), ("auditor", {"审计", "待批", "值班"}),
    ("centre", {"值班"}), ("canteen", {"值班"}), ("counter", {"待打电话", "值班"}),
])  # fmt: skip
async def test_each_role_has_its_words(town: Town, role: str, seen: set[str]) -> None:
    town.staff("lan", role)
    for word in WORDS:
        await town.say("lan", word)
        assert (not town.keys("lan")[-1].startswith("questions.")) == (word in seen), word
    await town.say("lan", "菜单")
    assert ("待办" in town.buttons("lan")) == ("待办" in seen)


async def test_in_a_group_no_case_is_shown(town: Town) -> None:
    await town.say("gran", "我想找个真人说话")
    await town.say("duty", "待办", chat="square")
    assert town.keys("duty")[-1] == "staff.overheard"


def _call(town: Town, who: str, words: str) -> None:
    person = town.person(who)
    sealed = town.house.ground.keys.seal(Outgoing(f"<b>{words}</b>").to_json(), "outbox.payload")

    def put(db: Db) -> None:
        db.run(
            "INSERT INTO call_list (person_id, reason, words, state, created)"
            " VALUES (:person, 'asleep', :words, 'open', :now)",
            person=person,
            words=sealed,
            now=ms(town.now),
        )

    town.house.store.write(put)


async def test_a_call_shows_whom_and_what_and_leaves_the_list(any_town: Town) -> None:
    town = any_town
    town.registered("gran")
    _call(town, "gran", "结果出来了")
    await town.say("duty", "待打电话")
    assert PHONE in town.last("duty").text
    assert "结果出来了" in town.last("duty").text
    assert "<b>" not in town.last("duty").text
    await town.press("duty", "没接")
    await town.say("duty", "待打电话")
    assert town.keys("duty")[-1] == "staff.no_calls", "they have just been rung"
    await town.forward(hours=2)
    await town.say("duty", "待打电话")
    assert "已打过 1 次" in town.last("duty").text
    await town.press("duty", "已告知")
    assert town.rows("SELECT state, words FROM call_list") == [{"state": "done", "words": None}]
    await town.say("duty", "待打电话")
    assert town.keys("duty")[-1] == "staff.no_calls"


async def test_who_was_not_reached_comes_last(town: Town) -> None:
    _call(town, "first", "一")
    _call(town, "second", "二")
    await town.say("duty", "待打电话")
    shown = [one for one in town.shown_to("duty") if "staff.call" in one.message.keys]
    button = next(b for row in shown[0].message.buttons for b in row if b.label == "没接")
    await town.press("duty", button.id)
    await town.forward(hours=2)
    await town.say("duty", "待打电话")
    heard = town.heard("duty")
    assert heard.rindex("「二」") < heard.rindex("「一」")
    assert "没有留电话" in heard


async def test_who_never_answers_is_for_duty_to_think_of(any_town: Town) -> None:
    town = any_town
    town.registered("gran")
    _call(town, "gran", "结果出来了")
    for _ in range(3):
        await town.say("duty", "待打电话")
        await town.press("duty", "没接")
        await town.forward(hours=2)
    assert town.keys("duty").count("staff.unreached") == 1
    assert [row["state"] for row in town.rows("SELECT state FROM call_list")] == ["unreached"]
    assert [row["kind"] for row in town.rows("SELECT kind FROM desk_case WHERE person_id IS NULL")] == [
        "call_unreached"
    ]
    await town.say("duty", "待办")
    assert PHONE in town.last("duty").text
    await town.press("duty", "没接")
    assert town.keys("duty")[-1] == "common.used"


async def test_the_audit_shows_names_and_no_words(town: Town) -> None:
    town.staff("zhou", "auditor")
    await town.say("gran", "我想找个真人说话")
    await town.say("duty", "待办")
    await town.say("zhou", "审计")
    assert "duty 看了待办" in town.last("zhou").text
    assert "真人" not in town.heard("zhou")
    for _ in range(25):
        await town.say("duty", "待办")
    await town.say("zhou", "审计")
    assert town.last("zhou").text.count("看了待办") == 20


async def test_a_case_says_in_words_what_it_is_about(town: Town) -> None:
    town.registered("gran")
    person, until = town.person("gran"), datetime(2026, 12, 9, tzinfo=town.settings.zone)

    def put(db: Db) -> None:
        for about in ("parcel:7", "crate:8"):
            db.run(
                "INSERT INTO desk_case (kind, person_id, about, state, opened, due)"
                " VALUES ('lost', :person, :about, 'open', :now, :due)",
                person=person,
                about=about,
                now=ms(town.now),
                due=ms(until),
            )

    town.house.store.write(put)
    await town.say("duty", "待办")
    assert "7 号包裹，12 元" in town.heard("duty")
    assert "parcel" not in town.heard("duty")
    assert "12月8日" in town.heard("duty"), "the day that ends with the due instant, as the person was told"
    assert "12月9日" not in town.heard("duty")


async def test_the_help_names_the_place_and_the_words_of_every_service(town: Town) -> None:
    town.staff("teacher", "centre", "liuyin")
    await town.say("teacher", "值班")
    assert "柳荫园" in town.last("teacher").text
    assert "liuyin" not in town.last("teacher").text
    assert "收下邻居的包裹" in town.last("teacher").text
    await town.say("duty", "值班")
    assert "收下邻居的包裹" not in town.last("duty").text


async def test_a_self_check_that_found_nothing_is_left_out_of_what_was_done(any_town: Town) -> None:
    town = any_town
    town.staff("zhou", "auditor")
    for found in ([], ["ticket 7: twice"] * 10, []):
        town.house.store.write(
            lambda db, found=found: keep_self_check(Turn(town.house.ground, db, town.now), found)
        )
    await town.say("zhou", "审计")
    assert town.last("zhou").text.count("自查") == 1
