"""The account's rules, pure: which words are its own, how long its codes live, how many wrong guesses are free."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from knowledge import intents
from knowledge.normalise import normalise

JOIN_CODE_LIFE = timedelta(minutes=10)
CLOSING = timedelta(days=7)
"""So long one can close an address at which one's things were opened with the recovery code."""
GUESS_WINDOW = timedelta(hours=1)
"""So long wrong guesses are counted together, and so long guessing rests after the last one."""
GUESSES = 5
"""Wrong guesses within the window, per address; and per recovery code, from whatever address."""
JOIN_GUESSES_OF_ALL = 60
"""Wrong join codes within the window from all addresses together: pages cost nothing, so a limit per address alone
would let somebody with many pages try all of a million codes."""

Wish = Literal[
    "things",
    "recover",
    "join",
    "join_code",
    "privacy",
    "settings",
    "reminders_off",
    "reminders_on",
    "erase",
    "export",
    "switch",
    "my_code",
]

_EXACT: dict[str, Wish] = {
    **dict.fromkeys(
        ("status", "/status", "我的", "我的事", "我的东西", "查进度", "进度", "查询", "状态", "my things"),
        "things",
    ),
    **dict.fromkeys(
        ("privacy", "/privacy", "隐私", "隐私说明", "隐私政策", "我的隐私", "私隐", "我的私隐"), "privacy"
    ),
    **dict.fromkeys(("settings", "/settings", "设置", "设定"), "settings"),
    **dict.fromkeys(
        (
            "换人用",
            "换人",
            "换个人用",
            "换人使用",
            "切换用户",
            "switch",
            "/switch",
            "switch user",
            "another person",
        ),
        "switch",
    ),
    **dict.fromkeys(("导出", "汇出", "export", "/export"), "export"),
    **dict.fromkeys(("注销", "erase", "/erase", "delete my data"), "erase"),
    **dict.fromkeys(
        ("提醒关", "关提醒", "关闭提醒", "提醒关闭", "reminders off", "/remindersoff"), "reminders_off"
    ),
    **dict.fromkeys(
        ("提醒开", "开提醒", "打开提醒", "提醒打开", "reminders on", "/reminderson"), "reminders_on"
    ),
    **dict.fromkeys(("关联", "/join", "join", "关联账号", "关联手机", "关联设备"), "join_code"),
    **dict.fromkeys(
        (
            "我的找回码",
            "看找回码",
            "找回码忘了",
            "忘了找回码",
            "找回码是多少",
            "my recovery code",
            "recovery code",
        ),
        "my_code",
    ),
    **dict.fromkeys(("找回", "找回码", "recover", "/recover"), "recover"),
}
_RECOVER = re.compile(r"(?:找回码?|/?recover)[:是 ]*(\d[\d -]*)")
_JOIN = re.compile(r"(?:关联码?|/?join)[: ]*(\d[\d -]*)")
_BARE = re.compile(r"\d[\d -]*\d")
_ERASE = re.compile(
    r"(?:删除?|清除|清掉|注销|抹掉)(?:掉|一下|所有|全部|我|的)*"
    r"(?:数据|信息|资料|资讯|记录|纪录|账号|帐号|档案|对话)|\b(?:delete|erase) my data\b"
)
_EXPORT = re.compile(
    r"(?:导出|汇出|下载)(?:一下|所有|全部|我|的)*(?:数据|信息|资料|资讯|记录|纪录|档案)"
    r"|我的(?:数据|信息|资料|资讯)(?:导出|汇出)|\b(?:export|download) my data\b"
)
_ANOTHERS = re.compile(r"券|voucher|ticket")
"""Asked for by name: the service itself answers."""
_REMINDERS = re.compile(r"提醒|推送|打扰|reminder|notification")
_STOP = re.compile(r"关|停|取消|不要|不用|别(?!忘)|少(?!不)|\b(?:off|stop|mute)\b")


def understood(text: str) -> tuple[Wish, str] | None:
    """What of the account somebody means, and the digits they sent along ("" without); None for other words."""
    said = normalise(text).strip(".!~,? ")
    if found := _RECOVER.fullmatch(said):
        return "recover", _digits(found[1])
    if found := _JOIN.fullmatch(said):
        return "join", _digits(found[1])
    if (exact := _EXACT.get(said)) is not None:
        return exact, ""
    if _EXPORT.search(said):
        return "export", ""
    if _ERASE.search(said):
        return "erase", ""
    hits = intents.match(text)
    if not hits or hits[0].kind != "start":
        return None
    if hits[0].intent == "status":
        return None if _ANOTHERS.search(said) else ("things", "")
    return (_setting(said), "") if hits[0].intent == "settings" else None


def bare_code(text: str) -> str:
    """The digits of a message that is nothing but digits, spaces and dashes; empty for any other."""
    said = normalise(text)
    return _digits(said) if _BARE.fullmatch(said) else ""


def _setting(said: str) -> Wish:
    """Which setting a wish to change something is about; the overview where it names none of them."""
    if _REMINDERS.search(said):
        return "reminders_off" if _STOP.search(said) else "reminders_on"
    if "关联" in said or "绑定" in said:
        return "join_code"
    return "privacy" if "隐私" in said or "privacy" in said else "settings"


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
