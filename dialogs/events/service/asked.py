"""Short questions after a date's card: what it costs, where it is, whether there are seats; and 报名, which takes one."""

from __future__ import annotations

import re
from functools import partial
from typing import Literal

from bot import offered
from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from bot.words import fold
from dialogs.events.service import finding
from dialogs.events.service.ground import Ground
from knowledge.events import Date

Asked = Literal["sign", "when", "where", "price", "seats", "about", "who"]
SHOWN = ("events.card", "events.asked", "events.asked_who")
"""The text keys of messages that are about one date."""
_DATE = re.compile(r"go:event:(?P<event>[^:]+):(?P<day>\d{4}-\d\d-\d\d)(?::(?P<way>.+))?")
_PATTERNS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    ("sign", re.compile(r"(?:我们?|帮我|给我|给孩子|我?想|我?要|就|也|那|也?要|怎么|在哪)*(?:报名?|参加|报上|报一个|报这个|去)(?:这个|一个|一下)?(?:吧|了)?|算我一个|我也要|就这个吧?|sign (?:me )?up")),
    ("seats", re.compile(r"(?:还)?(?:有没有|有|剩)(?:几个|多少)?(?:名额|位置|位子?|空位)(?:了|吗|没有?)*|(?:报)?满了(?:吗|没有?)|还?能报(?:名)?吗|seatsleft")),
    ("price", re.compile(r"(?:要|收|用)(?:不要|不收)?(?:钱|费)(?:吗|不|么)?|(?:多少|几块)钱|(?:是)?免费的?吗?|收费吗?|贵不贵|howmuch|isitfree")),
    ("when", re.compile(r"(?:是)?(?:几点|什么时候|啥时候|哪天|几号)(?:开始|结束|的)?|(?:开|办|讲)?(?:到几点|多久|多长时间)(?:结束)?|whenisit|whattime")),
    ("where", re.compile(r"(?:具体)?(?:在)?(?:哪里?|哪儿|什么地方|啥地方)(?:办|举行|上)?|(?:地址|地点|位置)(?:在哪里?|是哪|发我|发一下|呢)*|怎么(?:去|走)|电话(?:多少|是多少)?|whereisit|address")),
    ("about", re.compile(r"(?:要|需要|用|该)?(?:自己)?(?:带|准备|穿)(?:点|些)?(?:什么|啥)(?:东西|衣服)?|(?:讲|做|干|玩|学|有)(?:些|点)?(?:什么|啥)(?:内容)?|(?:是)?什么内容|谁(?:来)?讲|whattobring")),
    ("who", re.compile(r"(?:能|可以|可不可以|能不能).{0,8}(?:带|一起|一块).{0,10}|.{1,8}(?:带|陪)(?:着|孩子)?(?:去|来)?(?:行|可以|成)(?:吗|不|么)|.{0,6}(?:多大|几岁|几个月|什么人|哪些人|谁)(?:的)?(?:能|可以)?(?:去|来|参加)?|.{1,10}(?:能|可以)(?:去|来|参加)(?:吗|不|么)|whocancome")),
)  # fmt: skip
_FOLLOWS = re.compile(r"^(?:请问|那|这个|那个|活动|这场|那场)+(?=.)")
_BEHIND = re.compile(r"(?:[?？啊呀呢嘛哦]|吗(?=吗))+$")
LONGEST = 20
"""Characters of a short question."""


def claims(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """A short question, or 报名, where a date's card was the last that was shown."""
    if turn.busy or len(text) > LONGEST:
        return None
    asked = _asked(text)
    shown = None if asked is None else _shown(turn, ground)
    if asked is None or shown is None:
        return None
    return Claim(call=partial(answer, one=shown[0], whose=shown[1], asked=asked, ground=ground))


def answer(turn: Turn, one: Date, whose: str, asked: Asked, ground: Ground) -> None:
    """What was asked, with the buttons that take a seat."""
    buttons = finding.seat_buttons(turn, one, whose)
    ways = finding.ways_of(one, whose)
    known = finding.known_of(turn, one)
    if asked == "sign" and not buttons:
        finding.card(turn, ground, one.event.id, one.day.isoformat(), whose)
    elif asked == "sign" and known["left"] > 0 and ways[0] in ("me", "elder"):
        turn.start("event_seat", event=one.event.id, day=one.day.isoformat(), who=ways[0])
    else:
        person = [Button(turn.label("common.button.person"), id="w:person")]
        turn.say(
            "events.asked_who" if asked == "sign" else "events.asked", *buttons, person, asked=asked, **known
        )


def _asked(text: str) -> Asked | None:
    said = _BEHIND.sub("", _FOLLOWS.sub("", fold(text)))
    return next((asked for asked, pattern in _PATTERNS if pattern.fullmatch(said)), None)


def _shown(turn: Turn, ground: Ground) -> tuple[Date, str] | None:
    """The date that the last message was about, and for whom it was looked at."""
    last = offered.subject(turn)
    if last is None or last.keys[0] not in SHOWN:
        return None
    for row in last.buttons:
        for button in row:
            if (found := _DATE.fullmatch(button.id)) is not None:
                whose = (
                    finding.FOR_ELDER
                    if found["way"] in (finding.FOR_ELDER, "elder") and row is last.buttons[0]
                    else ""
                )
                one = ground.on(found["event"], found["day"])
                return None if one is None else (one, whose)
    return None
