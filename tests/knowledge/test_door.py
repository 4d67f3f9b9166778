"""`doorstep ask`: what other programs drive. The keys, the kinds, the place and the day."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from knowledge import asking
from knowledge.answering import Answers

HERE = Path(__file__).parent
CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 21, 10, tzinfo=CHINA)
KEYS = {"kind", "text", "entries", "sources", "choices", "dialog", "region"}


@pytest.fixture(scope="module")
def known() -> Answers:
    return asking.answers()


def test_many_lines_in_the_same_number_out_in_order() -> None:
    lines = [
        {"text": "育儿补贴一年多少钱", "region": None, "at": "2026-11-21T10:00:00+08:00"},
        {"text": "奶奶摔倒了起不来", "region": "西安市", "at": None},
        {"text": "领券"},
        {"text": "三加五等于几", "region": "西安市莲湖区", "at": None},
    ]
    given = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\nnot json\n"
    done = CliRunner().invoke(app, ["ask", "--json", "-"], input=given)
    assert done.exit_code == 0, done.output
    replies = [json.loads(line) for line in done.output.splitlines()]
    assert [reply.get("kind") for reply in replies] == ["answer", "urgent", "dialog", "handover", None]
    assert all(set(reply) == KEYS for reply in replies[:4])
    assert "error" in replies[4]
    first, _, third, fourth = replies[:4]
    assert "3600" in first["text"]
    assert first["sources"][0].keys() == {"publisher", "date", "title"}
    assert first["entries"][0].keys() == {"id", "title", "score"}
    assert third["dialog"] == "voucher"
    assert fourth["region"] == "西安市莲湖区"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--region", "月亮"], "月亮"), (["--at", "soon"], "soon"), (["--corpus", "nowhere"], "nowhere")],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["ask", "育儿补贴一年多少钱", *arguments])
    assert done.exit_code != 0
    assert says in f"{done.output}{done.exception}"


def test_the_same_words_are_told_as_over_once_they_are_over(known: Answers) -> None:
    words = "西安的托育消费券怎么查状态、怎么知道领到没有"
    before = known.answer(words, "610100", datetime(2026, 1, 15, tzinfo=CHINA).date())
    after = known.answer(words, "610100", NOW.date())
    assert before.entries[0].id == after.entries[0].id
    assert "已经结束" not in before.text
    assert "已经结束" in after.text


def test_how_to_get_what_a_named_city_gives_is_a_question_about_that_city(known: Answers) -> None:
    asked = "西安的托育消费券怎么申请"
    told = known.reply(asked, "西安市", datetime(2026, 1, 15, 10, tzinfo=CHINA))
    assert told.kind == "answer"
    assert "公众号" in told.text
    over = known.reply(asked, "西安市", NOW)
    assert over.kind == "answer"
    assert "已经结束" in over.text
    for wish in ("托育消费券怎么申请", "我要领西安的券"):
        assert known.reply(wish, "西安市", NOW).dialog == "voucher"


def test_the_place_decides_between_the_same_words(known: Answers) -> None:
    words = "全市有多少家托育机构，多少个托位"
    told = {home: known.answer(words, home, NOW.date()) for home in ("610100", "210200", "210100", None)}
    assert "928" in told["610100"].text
    assert "762" in told["210200"].text
    assert "1037" in told["210100"].text
    assert told[None].kind == "choices"
    assert "哪个城市" in told[None].text


def test_another_places_rule_is_never_said_as_ones_own(known: Answers) -> None:
    reply = known.answer("托育消费券一张多少钱", "350200", NOW.date())
    assert reply.kind != "answer"
