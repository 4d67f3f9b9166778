"""What sentences sound like: the model is the one that the examples make, and hears words that no expression knows."""

from __future__ import annotations

import pytest

from knowledge import hearing, intents, urgent
from tests.knowledge import fit_hearing

UNSEEN = [
    ("刚从厕所出来腿一软坐地上了，胯那儿疼得站不住", "fall"),
    ("一转眼的工夫推车在孩子没在，商场都转遍了", "lost_child"),
    ("转给那个客服八百块解冻补贴，现在电话也不接了", "scam"),
]
HARMLESS = [
    "能力评估里昏迷的老人直接算哪一级",
    "食物中毒应急预案园里必须有吗",
    "孩子在园里烫到的话责任险赔不赔",
]


def test_the_model_is_what_the_examples_make() -> None:
    """Run `python -m tests.knowledge.fit_hearing --write` after a change of examples, cards or graded questions."""
    assert hearing.model().digest == fit_hearing.digest()


@pytest.mark.parametrize(("words", "card"), UNSEEN)
def test_an_emergency_in_words_that_no_expression_knows(words: str, card: str) -> None:
    assert not urgent.shipped().match(words), "an expression knows it already"
    assert words not in {text for text, _ in fit_hearing.examples()}, "it was learnt by heart"
    assert urgent.match(words) == (card,)


@pytest.mark.parametrize("words", HARMLESS)
def test_what_an_expression_took_for_an_emergency_is_none(words: str) -> None:
    assert urgent.shipped().match(words), "no expression takes it for one any more"
    assert urgent.match(words) == ()


def test_a_wish_in_words_that_no_expression_knows() -> None:
    words = "约满了的话把我家娃排到后面等着嘛"
    assert [hit.intent for hit in intents.match(words)] == ["booking"]


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("西安那个托育卷是纸志的还是手机里电子的", "voucher"),
        ("园里通知明天停汽，午饭咋整", "settings"),
        ("饭送来都凉透了，气得我心口疼，找谁说理去", "meals"),
    ],
)
def test_a_question_that_only_names_a_service_does_not_start_it(words: str, service: str) -> None:
    def started(hits: tuple[intents.Hit, ...]) -> set[str]:
        return {hit.intent for hit in hits if hit.kind == "start"}

    assert service in started(intents.shipped().match(words)), "no expression takes it for a wish any more"
    assert service not in started(intents.match(words))


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("申请消费券 孩子2025年5月1日生，我是她妈妈", "voucher"),
        ("周三下午想托三小时，孩子14个月，有券用券", "booking"),
        ("给我妈订明天中午的饭，一荤两素，送到三楼", "meals"),
        ("查一下我申请的券批了没有，编号A1234", "status"),
        ("附近1000块以下的托育，收7个月的", "centres"),
    ],
)
def test_a_wish_with_its_particulars_is_left_to_start(words: str, service: str) -> None:
    assert intents.match(words)[0] == intents.Hit(service, "start")


def test_short_words_are_left_to_the_expressions() -> None:
    for words in ("我也着急", "孩子躺着睡", "抽出时间"):
        assert urgent.match(words) == ()


@pytest.mark.parametrize(
    "words",
    [
        "今天让爷爷去接孩子",
        "明天让奶奶去接孩子",
        "今天让姥爷接孩子走",
        "能不能让邻居把孩子接走",
        "孩子被奶奶接走了",
        "下午三点外婆来接",
        "路上堵车，晚十分钟到",
        "我在路上，十分钟到",
        "今天她姥姥叫李桂兰去接",
        "奶奶腿疼去不了，换爷爷接",
        "换成我妈接，她叫王秀英",
        "孩子午睡要抱着才睡",
    ],
)
def test_who_fetches_a_child_is_daily_work(words: str) -> None:
    assert urgent.match(words) == ()


@pytest.mark.parametrize("words", ["孩子被陌生人接走了", "园里说娃被别人接走了", "孩子被前夫抢走了"])
def test_a_child_that_somebody_else_took_is_not(words: str) -> None:
    assert urgent.match(words) == ("lost_child",)


@pytest.mark.parametrize(
    ("words", "card"),
    [("奶奶腿疼得站不起来", "fall"), ("孩子抽了十分钟", "fever_fit"), ("我妈走丢了十分钟", "lost_elder")],
)
def test_what_only_looks_like_it_is_an_emergency_still(words: str, card: str) -> None:
    assert urgent.match(words) == (card,)
