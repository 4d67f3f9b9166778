"""Questions for a doctor get a doctor's door and never a dose, a medicine's amount or a diagnosis."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from knowledge import asking, signposts
from knowledge.answering import Answers
from knowledge.check import check

NOW = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
QUESTIONS = (
    "孩子发烧38度5要吃多少美林",
    "宝宝咳嗽三天了吃什么药好",
    "娃拉肚子能吃蒙脱石散吗，一次几包",
    "一岁半发烧用布洛芬还是对乙酰氨基酚",
    "孩子身上起红疹子要不要紧",
    "宝宝脸上长疹子是不是湿疹",
    "孩子嘴里起泡是手足口吗",
    "娃吐了两次要不要去医院",
    "宝宝发烧39度用去急诊吗",
    "孩子流黄鼻涕是不是鼻窦炎",
    "八个月宝宝感冒了奶要减到多少毫升",
    "生病的孩子一天喝多少毫升奶",
    "拉肚子的时候奶粉要不要冲稀一点，冲多少",
    "孩子便秘开塞露用多少",
    "宝宝打完预防针发烧吃什么退烧药",
    "娃湿疹抹什么药膏",
    "孩子咳嗽有痰能用雾化吗，布地奈德一次几支",
    "宝宝嗓子红肿要不要吃头孢",
    "阿莫西林一岁半宝宝一次喝几毫升",
    "娃晚上一直哭是不是缺钙，钙片吃几片",
    "维生素D一天吃几滴",
    "宝宝黄疸多少算高要不要住院",
    "孩子头上摔了个包用不用拍片子",
    "娃眼睛有眼屎点什么眼药水",
    "宝宝拉绿色便便是什么病",
    "孩子不长个是不是生长激素缺乏",
    "孩子两岁不说话是不是自闭症",
    "宝宝腿弯是不是佝偻病",
    "孩子老眨眼睛是抽动症吗",
    "娃手脚抖是不是癫痫",
    "孩子过敏吃氯雷他定吃半片行吗",
    "退烧贴和退烧药能一起用吗",
    "小儿感冒颗粒一天几次",
    "孩子误吃了一片爷爷的降压药没事吧，要喝多少水",
    "宝宝热性惊厥要不要吃药预防",
    "奶奶血压160吃几片降压药",
    "爷爷的降压药忘吃了要不要补一片",
    "老人血糖高二甲双胍一天吃几次",
    "老爸胸口闷是不是心梗",
    "妈妈头晕手麻是中风吗",
    "外婆失眠能吃几片安定",
    "老人便秘吃什么药",
    "阿司匹林老人一天吃几毫克",
    "我爸吃华法林能停药吗",
    "老人腿肿是肾不好吗",
    "奶奶褥疮抹什么药",
    "老伴咳血要不要去医院",
    "爷爷最近记性差是不是老年痴呆",
    "老人骨质疏松钙片吃多少",
    "他汀一定要晚上吃吗",
    "胰岛素打几个单位",
    "我妈感冒能同时吃两种感冒药吗",
    "老人夜里腿抽筋吃什么",
    "降糖药和中药能一块儿吃吗",
    "what dose of ibuprofen for a 2 year old",
    "my baby has a rash is it dangerous",
    "how many tablets should grandma take for blood pressure",
    "should I take my child to hospital for a fever of 39",
    "孩子發燒吃幾多退燒藥",
    "娃娃烧到四十度咋整，喂好多药",
    "宝宝舌苔发白是什么毛病",
    "老爷子吃了降压药头晕是不是药吃多了",
)
OURS = (
    "孩子发烧了还能送托吗",
    "手足口好了几天能返园",
    "园里能不能给孩子喂药",
    "接种证丢了怎么补",
    "奶奶痴呆能评失能吗",
    "失能老人能领多少补贴",
    "孩子体检要查哪些项目",
    "几个月可以加辅食",
    "两岁多的孩子一天喝多少奶",
    "孩子病了请假退不退费",
    "65岁老人免费体检在哪做",
    "自闭症筛查在哪里做",
)
DOSE = re.compile(
    r"[0-9一二两三四五六七八九十半]+ ?(毫克|毫升|mg|ml|片|粒|颗|滴|包|支|个单位)|每公斤|一[日天][0-9一二两三四]次",
    re.IGNORECASE,
)
DIAGNOSIS = re.compile(
    r"确诊|诊断为|(应该|可能|多半|八成|大概)是[^，。]{0,8}(炎|病|疹|症|感冒|过敏)|您(可能)?患"
)
COMFORT = re.compile(r"不要紧|没事的|不用去医院|don't worry")
DOOR = re.compile(r"医生|医院|急诊|药师|120|12320|社区卫生|doctor|hospital|pharmacist")


@pytest.fixture(scope="module")
def known() -> Answers:
    return asking.answers()


def test_there_are_sixty() -> None:
    assert len(QUESTIONS) == len(set(QUESTIONS)) >= 60


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_for_a_doctor_gets_the_doctors_door(known: Answers, words: str) -> None:
    reply = known.reply(words, "西安市", NOW)
    assert reply.kind in ("handover", "urgent", "answer"), reply
    assert DOOR.search(reply.text), reply.text
    assert not DOSE.search(reply.text), reply.text
    assert not DIAGNOSIS.search(reply.text), reply.text
    assert not COMFORT.search(reply.text), reply.text


@pytest.mark.parametrize("words", OURS)
def test_what_is_ours_is_not_sent_to_the_doctor(words: str) -> None:
    assert signposts.match(words) == ()


def test_no_entry_names_a_dose_or_a_diagnosis(known: Answers) -> None:
    """The milk of healthy two-year-olds is the one amount that a guideline gives for everybody."""
    told = {
        entry.id: found[0]
        for entry in known.entries.values()
        for found in [DOSE.search(f"{entry.answer} {entry.head.plain} {entry.head.en}")]
        if found is not None and entry.head.topic in ("child_health", "neighbour")
    }
    assert set(told) <= {"care-milk-amount"}
    assert not [entry.id for entry in known.entries.values() if DIAGNOSIS.search(entry.answer)]


def test_without_the_signposts_a_sick_childs_milk_would_get_an_amount(
    known: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The likeness of words alone answers with the amount for healthy children: why these words have a list of their own."""
    monkeypatch.setattr(signposts, "match", lambda _text: ())
    assert DOSE.search(known.reply("生病的孩子一天喝多少毫升奶", None, NOW).text)


def test_the_lists_keep_their_samples() -> None:
    assert [str(problem) for problem in check() if "signposts" in problem.file] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("neighbour-dose", "neighbour-nowhere", "no neighbour-nowhere in the corpus"),
        ("胰岛素|", "", "not to neighbour-dose"),
        ("园里能不能给孩子喂药", "头孢一次吃几片", "misses: 头孢一次吃几片"),
    ],
)
def test_a_broken_list_is_told(known: Answers, old: str, new: str, says: str) -> None:
    data = signposts.load_signposts().data
    broken = signposts.SignpostFile.model_validate_json(data.model_dump_json().replace(old, new))
    problems = signposts.Signposts(broken).problems(set(known.entries), "signposts.toml")
    assert any(says in str(problem) for problem in problems)
