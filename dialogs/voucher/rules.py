"""The service's rules, pure: how its own questions are read, who stands where, the odds in words, when things happen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.flow.dates import read_birth
from bot.flow.model import CHANGE, Look, Problem, Reader, Said
from bot.flow.readers import birth_date, nickname, one_of, phone, yes_no
from bot.flow.readers.words import plain, words
from bot.redact import IdProof
from dialogs.voucher.codes import parse_link, parse_ticket, parse_voucher
from knowledge.programme import Programme

UNDO_MINUTES = 10
DISPUTE_DAYS = 7
REVIEW_DAYS = 5
REMIND_AT = time(10, 0)
A_DAY = timedelta(days=1)
SHORTEST_OFFER = timedelta(hours=4)
"""Nothing is offered that would have to be answered sooner than this."""
HOLD_HOURS = {"guardian": 24, "paper": 72}
"""First come, first served: so long a voucher is held until a guardian confirms, or staff see the paper."""
GUARDIAN_HOURS = (72, 24, 3)
"""Hours before the freeze at which a grandparent is reminded that a guardian must confirm."""
CODE_TRIES = 10  # codes that do not exist, within an hour and per address, before they rest for an hour
PAPER_TRIES = 3
"""Wrong numbers typed from a paper before the redemption is stopped and duty looks at it."""
PAPER_LOCK = timedelta(hours=24)
"""How long it stays stopped where duty does not settle it before."""

Odds = Literal["all", "some"]


def odds(quota: int, applied: int) -> tuple[Odds, int]:
    """The chance in words: ("all", 10) when everybody gets one, else ("some", how many of ten, at least 1)."""
    if applied <= quota:
        return "all", 10
    return "some", max(1, min(9, quota * 10 // applied))


def last_day(issued: date, valid_days: int) -> date:
    """The last day of a voucher: its days run from the issue date to 24:00 of that day, the same for all.

    Rule: a voucher of 30 days issued on 1 December is good on 1 December and through 30 December.
    """
    return issued + timedelta(days=valid_days - 1)


def reminder_moments(last: date, days: tuple[int, ...], zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """When to remind: (days left, instant) for each of the programme's reminder days, earliest first."""
    return [
        (left, datetime.combine(last - timedelta(days=left), REMIND_AT, zone)) for left in sorted(days)[::-1]
    ]


def fits_until(programme: Programme, band: str, birth: date, today: date, latest: date) -> date | None:
    """The last day, up to `latest`, on which a child still belongs to its band; None: it has outgrown it today."""
    last = None
    while today <= latest:
        found = programme.band_on(birth, today)
        if found is None or found.id != band:
            break
        last, today = today, today + A_DAY
    return last


def guardian_moments(frozen: datetime, now: datetime) -> list[datetime]:
    """The instants still to come at which a missing guardian is reminded of."""
    found = [frozen - timedelta(hours=hours) for hours in GUARDIAN_HOURS]
    return [at for at in found if at > now]


def paper_moments(frozen: datetime, now: datetime) -> list[datetime]:
    """When a paper not shown yet is reminded of: 7 and 2 days before the freeze, sooner where less time is left.

    Half of what is left, and a fifth of it; within the last hour no more.
    """
    left = frozen - now
    before = (min(timedelta(days=7), left / 2), min(timedelta(days=2), left / 5))
    return [frozen - span for span in before] if left > timedelta(hours=1) else []


def pair_moments(opens: datetime, frozen: datetime) -> list[datetime]:
    """When tickets that look alike are listed: 72, 24 and 3 hours before the freeze, in a short round sooner."""
    span = frozen - opens
    parts = ((timedelta(hours=72), 3), (timedelta(hours=24), 6), (timedelta(hours=3), 12))
    return [frozen - min(before, span / part) for before, part in parts]


def child_number(count: int) -> int:
    """Which child of the family this is (1 = the first): decides the default name 宝宝, 二宝, 三宝."""
    return min(count + 1, 5)


RELATIONS = ("parent", "guardian", "grandparent")
_TWIN = re.compile(r"双胞胎|龙凤胎|雙胞胎|龍鳳胎|同一天|一样|一樣|\btwins?\b|same (day|date)", re.IGNORECASE)
_MINE = r"(?:我?就?是)?(?:孩子|娃娃?|宝宝|宝|她|他|小孩|小朋友)?的?"
_PARENT = re.compile(rf"{_MINE}(?:妈|爸|娘|爹|妈咪|爸比|老妈|老爸|妈妈|爸爸|家长)")
_NOT_ONE = re.compile(r"不是|\bnot\b", re.IGNORECASE)
_NO_PHONE = re.compile(r"(?:没有?|冇|無|无)(?:手机|电话|手機|電話|号码)|no (?:phone|mobile)", re.IGNORECASE)
_HERE = frozenset(
    {"住", "住这", "住这里", "住这儿", "住在这", "住在这儿", "住的", "在这住", "本地", "本地的"}
)
_ELSEWHERE = frozenset(
    {"不住", "不住这", "不住这里", "不住这儿", "不住在这里", "没住", "没住这", "外地", "外地的"}
)
_FINE = frozenset({"没有问题", "都对", "提交", "申请", "要得", "submit", "fine"})
"""Said of a summary that is right, beside a plain yes."""
_MEANT = {
    "birth": re.compile(r"生日|出生|哪天生|birth"),
    "relation": re.compile(r"是谁|什么人|关系|relation|whoiam"),
    "nickname": re.compile(r"名字|称呼|小名|昵称|叫什么|叫啥|name"),
    "document": re.compile(r"证件|身份证|出生证|证号|document"),
    "phone": re.compile(r"电话|手机|号码|phone"),
}
_WRONG = re.compile(r"改|换|错|不对|重填|重写|change|wrong|correct")


_LONG_NUMBER = re.compile(r"(?<!\d)1\d\d[ -]?\d{4}[ -]?\d{4}(?!\d)|\d{9,}")
_YUAN = re.compile(r"[¥￥]?\s*(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块|块钱|yuan)?")

_agreement = one_of(
    "agree",
    "refuse",
    words_for={
        "agree": ("同意", "我同意", "好", "可以", "行", "agree", "yes", "ok"),
        "refuse": ("不同意", "不行", "拒绝", "refuse", "no"),
    },
)


def _or_plainly(read: Reader, yes: str, no: str = "") -> Reader:
    """A reader that takes a plain yes (是, 对, 嗯, 中) and no as well, where the words name no choice."""

    def reads(said: Said, look: Look) -> Any:
        found = read(said, look)
        if not isinstance(found, Problem) or said.choice is not None or said.media is not None:
            return found
        short = yes_no(said, Look(look.today, look.data))
        meant = {"yes": yes, "no": no}.get(short, "") if isinstance(short, str) else ""
        return meant or found

    return reads


agreement = _or_plainly(_agreement, "agree", "refuse")
"""Reads a yes or no to what was laid out above."""
confirmation = _or_plainly(one_of("confirm"), "confirm")
"""Reads that what was shown is right."""

_guardian = one_of(
    "agree",
    "refuse",
    "stranger",
    words_for={
        "agree": ("同意", "我同意", "好", "可以", "行", "agree", "yes", "ok"),
        "refuse": ("不同意", "不行", "拒绝", "refuse", "no"),
        "stranger": ("不是我孩子", "不是我家孩子", "不认识", "发错了", "not my child", "wrong person"),
    },
)


def guardian_answer(said: Said, look: Look) -> Any:
    """A guardian's yes or no, or that the link came to the wrong person."""
    if said.choice is None and re.search(
        r"不是我|不认识|发错|not my child|wrong person", said.text.casefold()
    ):
        return "stranger"
    return _or_plainly(_guardian, "agree", "refuse")(said, look)


def read_child(said: Said, look: Look) -> Any:
    """Which child: one of those known, another one, or at once another one's birth date (a twin's is known)."""
    chosen = one_of()(said, look)
    if not isinstance(chosen, Problem):
        return chosen
    born = {child["birth"] for child in look.data.get("children", ()) if "birth" in child}
    if len(born) == 1 and _TWIN.search(said.text):
        return born.pop()
    born = birth_date(said, look)
    return born if not isinstance(born, Problem) else chosen


def which_child(value: Any, _look: Look) -> str:
    """known, another, or a date given at once."""
    if value == "another":
        return "another"
    return "born" if "-" in str(value) else "known"


_document_way = one_of(
    words_for={
        "in_person": (
            *(
                "到窗口",
                "去窗口",
                "到柜台",
                "现场",
                "当面",
                "线下",
                "不想发",
                "不想输",
                "不方便发",
                "没有证件",
            ),
            *("没有号码", "没号码", "输不进去", "in person", "at a counter", "show it"),
        ),
    }
)


def read_document(said: Said, look: Look) -> Any:
    """The proof that redaction left in the place of a number, checked against what was said before."""
    if said.choice is not None:
        return {"kind": said.choice} if said.choice in look.labels else Problem("stale")
    if said.media is not None:
        return Problem("photo")
    if said.proof is None:
        chosen = _document_way(said, look) if look.labels and said.flaw is None else None
        return {"kind": chosen} if isinstance(chosen, str) else Problem(said.flaw or "no_number")
    taken = look.data.get("proofs", ())
    paper = _proof(said.proof)
    return paper if paper["kind"] in taken else Problem("not_taken")


def _proof(proof: IdProof) -> dict[str, str]:
    """A document as the flows carry it: kind, digest, and the birth date that the number holds, if it does."""
    kind = {"id18": "id_card", "birth_cert": "birth_certificate", "permit": "permit"}[proof.kind]
    born = {} if proof.birth is None else {"birth": proof.birth.isoformat()}
    return {"kind": kind, "digest": proof.digest, **born}


def fits_birth(value: Any, look: Look) -> str:
    """ok, or that the document tells another birth date. One without a date inside fits every date."""
    return "ok" if value.get("birth") in (None, look.data["birth"]) else "birth_differs"


def read_paper(said: Said, look: Look) -> Any:
    """The number typed from a paper before staff, as a document without its number, or one of the ways round it."""
    if said.choice is not None:
        return {"kind": said.choice} if said.choice in look.labels else Problem("stale")
    if said.media is not None:
        return Problem("photo")
    if said.proof is not None:
        return _proof(said.proof)
    chosen = one_of()(said, look) if look.labels and said.flaw is None else None
    return {"kind": chosen} if isinstance(chosen, str) else Problem(said.flaw or "no_number")


def read_ticket(said: Said, _look: Look) -> Any:
    """A ticket's number, as its nine digits."""
    return _digits(said, parse_ticket, "no_ticket")


def read_code(said: Said, _look: Look) -> Any:
    """A voucher code, as its twelve digits."""
    return _digits(said, parse_voucher, "no_code")


def _digits(said: Said, parse: Callable[[str], str | None], none: str) -> Any:
    """What `parse` finds, with its check digits; `none` is the problem where there is nothing of the kind."""
    if said.media is not None:
        return Problem("words_only")
    found = parse(said.text)
    if found is None:
        return Problem(none)
    return Problem("mistyped") if found == "mistyped" else found


def read_link_code(said: Said, _look: Look) -> Any:
    """The code that a first parent gave."""
    return _digits(said, parse_link, "no_link_code")


def read_amount(said: Said, look: Look) -> Any:
    """How much of a balance is used, in fen: whole yuan or with two decimals, at most what is left."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    found = _YUAN.fullmatch(text)
    if found is None or Decimal(found[1]) <= 0:
        return Problem("not_an_amount")
    fen = int(Decimal(found[1]) * 100)
    return fen if fen <= look.data["balance"] else Problem("too_much")


def read_relation(said: Said, look: Look) -> Any:
    """Who one is to the child, in the words people have for it."""
    short = plain(said.text)
    if said.choice is None and _PARENT.fullmatch(short):
        return "parent"
    if said.choice is None and _NOT_ONE.search(said.text):
        return Problem("not_a_choice", {"count": len(RELATIONS)})
    return _relation(said, look)


_relation = one_of(
    *RELATIONS,
    words_for={
        "parent": (
            "妈妈",
            "爸爸",
            "母亲",
            "父亲",
            "爸妈",
            "父母",
            "mum",
            "mom",
            "mother",
            "dad",
            "father",
            "parent",
        ),
        "guardian": ("监护人", "guardian"),
        "grandparent": (
            *("爷爷", "奶奶", "外公", "外婆", "姥姥", "姥爷", "祖父", "祖母", "阿公", "阿婆", "嫲嫲", "婆婆"),
            *("grandma", "grandmother", "granny", "grandpa", "grandfather", "grandparent"),
        ),
    },
)


def read_resident(said: Said, look: Look) -> Any:
    """Whether they live here."""
    short = plain(said.text)
    if said.choice is None and short in _HERE | _ELSEWHERE:
        return "yes" if short in _HERE else "no"
    return yes_no(said, look)


def read_nickname(said: Said, look: Look) -> Any:
    """What to call the child; by default what the person's own language has for a baby."""
    return nickname(look.data.get("default_name", "宝宝"))(said, look)


def read_phone(said: Said, look: Look) -> Any:
    """A number to ring; who has none is told whose will do."""
    return Problem("none_of_own") if _NO_PHONE.search(said.text) else phone(said, look)


def read_summary(said: Said, look: Look) -> Any:
    """Whether all is right, or what is to be changed."""
    if said.choice is not None or said.media is not None:
        return one_of()(said, look)
    short = plain(said.text)
    if re.sub(r"[了吧啊呀哦的啦]+$", "", short) in _FINE:
        return "confirm"
    if not short.isdigit() and yes_no(said, Look(look.today, look.data)) == "yes":
        return "confirm"
    meant = [
        step for step, pattern in _MEANT.items() if pattern.search(short) and CHANGE + step in look.labels
    ]
    if _WRONG.search(short) and len(meant) == 1:
        return CHANGE + meant[0]
    return one_of()(said, look)


def as_agreed(value: Any, look: Look) -> str:
    """An answer as it is; an earlier consent only for what it covers."""
    if value != "stands":
        return str(value)
    return "agree" if look.data.get("relation") in look.data.get("covers", ()) else "asked_again"


def first_words(text: str, today: date) -> dict[str, str]:
    """What the words that begin an application tell already: the birth date, who they are to the child."""
    found: dict[str, str] = {}
    # A telephone number is no date, and must not make one unclear.
    born = read_birth(_LONG_NUMBER.sub(" ", text), today)
    if isinstance(born, date):
        found["birth"] = born.isoformat()
    said = plain(text)
    if re.search(r"我是(?:孩子|娃|宝宝|宝|她|他)?的?(?:妈|爸)", said) or re.search(
        r"imh(?:er|is)(?:mum|mom|dad|mother|father)", said
    ):
        found["relation"] = "parent"
    elif re.search(
        r"孙子|孙女|外孙|我是(?:孩子|娃|宝宝|她|他)?的?(?:爷爷|奶奶|姥姥|姥爷|外婆|外公)|grand(?:son|daughter)",
        said,
    ):
        found["relation"] = "grandparent"
    return found
