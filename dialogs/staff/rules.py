"""Staff's rules, pure: which words are theirs, and who may use them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from knowledge import intents
from knowledge.normalise import normalise

CASES_SHOWN = 8
CALLS_SHOWN = 8
CALL_TRIES = 3
"""Nobody answered so often: somebody on duty decides what else can be done."""
CALL_AGAIN = timedelta(hours=2)
"""It is tried again after so long at the earliest."""
APPROVALS_SHOWN = 8
AUDIT_SHOWN = 20
BUTTON_LIFE = timedelta(days=7)

Word = Literal["cases", "calls", "counter", "audit", "approvals", "help"]

WORDS: dict[str, Word] = {
    **dict.fromkeys(("待办", "工单", "待办事项", "cases", "/cases"), "cases"),
    **dict.fromkeys(("待打电话", "电话名单", "打电话", "calls", "/calls"), "calls"),
    **dict.fromkeys(("柜台", "窗口", "柜台代办", "counter", "/counter"), "counter"),
    **dict.fromkeys(("审计", "操作记录", "audit", "/audit"), "audit"),
    **dict.fromkeys(("待批", "待确认", "approvals", "/approvals"), "approvals"),
    **dict.fromkeys(("值班", "值班帮助", "duty", "/duty"), "help"),
}
INVITE_GUESSES = 5
"""Unknown invitations within an hour, per address, before no more are looked at for an hour."""
MAY: dict[Word, tuple[str, ...]] = {
    "cases": ("duty", "admin"),
    "calls": ("duty", "admin", "counter"),
    "counter": ("counter", "duty", "admin"),
    "audit": ("auditor", "admin"),
    "approvals": ("admin", "auditor"),
    "help": ("admin", "duty", "centre", "canteen", "counter", "auditor"),
}
"""Who may use a word. Anybody else who types one gets the answer that anybody would get."""
CaseAct = Literal["take", "answer", "close"]
_CASE_ACTS: dict[str, CaseAct] = {
    "接手": "take",
    "take": "take",
    "回复": "answer",
    "回": "answer",
    "answer": "answer",
    "办完": "close",
    "完成": "close",
    "done": "close",
    "close": "close",
}
_CASE_ACT = re.compile(rf"({'|'.join(_CASE_ACTS)})(?:编号|号|[: #])*(\d{{1,12}})号?")
_ONBOARD = re.compile(r"(?:入职|/?onboard)[: ]*([0-9A-Za-z]{6,20})?")

_WITH_WORDS = re.compile(
    r"(?:找人|人工|转人工|轉人工|找工作人员|找工作人員|找客服|human|staff|person)\s*[,，、:：;；。.!！\n—-]\s*(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_WANTED = re.compile(
    r"(?:我|俺)?(?:要|想|得|想要)(?:找人)?投诉.{0,60}|(?:我要?)?(?:听|看|搞|弄)不(?:太)?懂(?:了|啊|呀|呢)?"
    r"|有(?:没有)?人(?:在|管|吗|么|嘛|没有|没|呢|啊|管吗)*|投诉"
    r"|(?:i (?:want|would like) to )?(?:complain|complaint).{0,60}|i don'?t understand|(?:is )?any(?:one|body)(?: (?:there|here))?"
)


def word_of(text: str, roles: Iterable[str]) -> Word | None:
    """The staff word a text is, for somebody with these roles."""
    word = WORDS.get(normalise(text).strip(".!,? "))
    return word if word is not None and set(roles) & set(MAY[word]) else None


def case_act(text: str, roles: Iterable[str]) -> tuple[CaseAct, int] | None:
    """What is to be done with which case ("接手 12"), typed by somebody who may."""
    found = _CASE_ACT.fullmatch(normalise(text).strip(".!,? "))
    return (_CASE_ACTS[found[1]], int(found[2])) if found and set(roles) & set(MAY["cases"]) else None


def words_for(roles: Iterable[str]) -> list[Word]:
    """The words somebody with these roles may use, help left out."""
    held = set(roles)
    return [word for word, may in MAY.items() if word != "help" and held & set(may)]


def invitation(text: str) -> str | None:
    """The code of an invitation being taken up ("" when only the word stands there); None for other words."""
    found = _ONBOARD.fullmatch(normalise(text).strip(".!,? "))
    return None if found is None else (found[1] or "")


def words_for_person(text: str) -> str | None:
    """What stands behind "找人" in the same message; None where the message does not begin so."""
    found = _WITH_WORDS.match(text.strip())
    return found[1].strip() if found else None


def wants_person(text: str) -> bool:
    """Whether these words, in whatever sentence, ask for a person."""
    if _WANTED.fullmatch(normalise(text).strip(".!,?~ ")):
        return True
    hits = intents.match(text)
    return bool(hits) and hits[0].intent == "staff" and hits[0].kind == "start"
