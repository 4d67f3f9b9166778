"""Requests that smell of fraud get the warning; what only sounds like them does not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from knowledge import asking, intents, urgent
from knowledge.answering import Answers

NOW = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
SUSPICIOUS = (
    "有人说交200块能帮我代领育儿补贴",
    "对方让我把验证码发过去才给发补贴",
    "加了个客服要我共享屏幕领补贴",
    "中介说先交手续费就能领消费券",
    "收到短信说我的育儿补贴没领，让点链接",
    "有人打电话说是卫健委的，要我银行卡号发补贴",
    "群里有人收费代抢托育券靠谱吗",
    "客服说我的券有问题要退款，让下载个会议软件",
    "说是民政局的人上门让老人先交钱办养老补贴",
    "养老补贴代办收三成手续费",
    "托育消费券可以花钱让人代抢吗",
    "对方自称社保局让我妈报验证码",
    "要我扫码进群领育儿补贴",
    "抖音上说育儿补贴最后一天快点链接领",
    "微信有人让我填孩子身份证和银行卡领3600",
    "育儿补贴要交保证金吗，对方说交500",
    "有人冒充托育园老师在群里收费",
    "先交钱才能排上养老院的床位，让转个人账户",
    "领补贴要人脸识别，陌生人发的二维码",
    "自称财政局工作人员要加我微信发补贴",
    "黄牛说能包中托育券，先付一百",
    "让我打开屏幕共享教我申领补贴",
    "说我的育儿补贴被冻结了要转账解冻",
    "有个网站仿得跟政务网一样，让我输密码领补贴",
    "补贴短信里有个网址要点吗",
    "someone asks for my verification code to pay the childcare subsidy",
    "陌生电话说帮我家老人办养老服务补贴，要身份证照片",
    "代领补贴的中介可信吗",
    "对方说名额有限今天不交钱就作废",
    "冒充客服叫我妈转账",
)
NEAR_MISSES = (
    "收不到登录验证码怎么办",
    "育儿补贴可以让孩子爸爸代领吗",
    "奶奶能不能帮忙申请育儿补贴",
    "老人不会用手机，子女能代办养老补贴吗",
    "托育园要交押金吗",
    "入园先交多少钱合适",
    "预付费一次最多能交几个月",
    "育儿补贴申请要不要手续费",
    "投屏看监控怎么弄",
    "育儿补贴打到谁的银行卡",
    "客服电话是多少",
    "消费券能转给别人用吗",
    "托育园能不能刷脸进门",
    "申请补贴要填哪些信息",
    "助餐卡充值在哪里",
)


@pytest.fixture(scope="module")
def known() -> Answers:
    return asking.answers()


def warns(known: Answers, words: str) -> bool:
    """Whether the reply is the card against fraud, or an entry about it."""
    reply = known.reply(words, "西安市", NOW)
    if reply.kind == "urgent":
        return urgent.match(words)[0] == "scam"
    return reply.kind == "answer" and known.entries[reply.entries[0].id].head.topic == "scam"


def test_there_are_thirty_and_fifteen() -> None:
    assert len(set(SUSPICIOUS)) >= 30
    assert len(set(NEAR_MISSES)) >= 15


@pytest.mark.parametrize("words", SUSPICIOUS)
def test_a_suspicious_request_gets_the_warning(known: Answers, words: str) -> None:
    assert warns(known, words)
    assert "110" in known.reply(words, "西安市", NOW).text
    hits = intents.match(words)
    assert not hits or hits[0].kind != "start", "nothing is begun on a swindler's word"


@pytest.mark.parametrize("words", NEAR_MISSES)
def test_a_near_miss_does_not(known: Answers, words: str) -> None:
    assert not warns(known, words)
