"""The voucher service's conversations, as tables: applying, confirming as a guardian, redeeming at a centre."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from bot.flow.model import Ask, Do, End, Flow, Look, Problem, Said, as_is
from bot.flow.readers import (
    BIRTH_DATE_PROBLEMS,
    CHOICE_PROBLEMS,
    NICKNAME_PROBLEMS,
    PHONE_PROBLEMS,
    WORDS_PROBLEMS,
    YES_NO_PROBLEMS,
    birth_date,
    nickname,
    one_of,
    phone,
    yes_no,
)
from bot.flow.readers.words import words
from dialogs.voucher.codes import parse_voucher

_YUAN = re.compile(r"[¥￥]?\s*(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块|块钱|yuan)?")
RELATIONS = ("parent", "guardian", "grandparent")
YES_NO = ("yes", "no")


agreement = one_of(
    "agree",
    "refuse",
    words_for={
        "agree": ("同意", "我同意", "好", "可以", "行", "agree", "yes", "ok"),
        "refuse": ("不同意", "不行", "拒绝", "refuse", "no"),
    },
)
"""Reads a yes or no to what was laid out above."""


def read_child(said: Said, look: Look) -> Any:
    """Which child: one of those known, another one, or at once another one's birth date."""
    chosen = one_of()(said, look)
    if not isinstance(chosen, Problem):
        return chosen
    born = birth_date(said, look)
    return born if not isinstance(born, Problem) else chosen


def which_child(value: Any, _look: Look) -> str:
    """known, another, or a date given at once."""
    if value == "another":
        return "another"
    return "born" if "-" in str(value) else "known"


def read_document(said: Said, look: Look) -> Any:
    """The proof that redaction left in the place of a number, checked against what was said before."""
    if said.choice is not None and said.choice not in look.labels:
        return Problem("stale")
    if said.choice is not None:
        return {"kind": "invented"}
    if said.media is not None:
        return Problem("photo")
    if said.proof is None:
        chosen = (
            "invented" in look.labels and said.flaw is None and one_of("invented")(said, look) == "invented"
        )
        return {"kind": "invented"} if chosen else Problem(said.flaw or "no_number")
    taken = look.data.get("proofs", ())
    kind = {"id18": "id_card", "birth_cert": "birth_certificate", "permit": "permit"}[said.proof.kind]
    if kind not in taken:
        return Problem("not_taken")
    born = said.proof.birth
    if born is not None and born.isoformat() != look.data["birth"]:
        return Problem("birth_differs")
    return {"kind": kind, "digest": said.proof.digest}


def read_paper(said: Said, look: Look) -> Any:
    """The number typed from a paper at a centre, as its digest; a demonstration's invented one has no paper."""
    if said.choice is not None:
        return said.choice if said.choice in look.labels else Problem("stale")
    if said.text.strip() in (look.labels.get("invented"), "1") and look.labels:
        return "invented"
    if said.media is not None:
        return Problem("photo")
    if said.proof is None:
        return Problem(said.flaw or "no_number")
    return said.proof.digest


def read_code(said: Said, _look: Look) -> Any:
    """A voucher code, as its twelve digits."""
    if said.media is not None:
        return Problem("words_only")
    found = parse_voucher(said.text)
    if found is None:
        return Problem("no_code")
    return Problem("mistyped") if found == "mistyped" else found


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


DOCUMENT_PROBLEMS = (
    "photo",
    "no_number",
    "check_digit",
    "bad_date",
    "length",
    "half",
    "not_taken",
    "birth_differs",
    "stale",
)

APPLY = Flow(
    "voucher",
    (
        Do("look", to={"none": "no_programme", "closed": "no_round", "first": "birth", "again": "child"}),
        Ask(
            "child",
            read=read_child,
            judge=which_child,
            choices_from="children",
            to={"known": "recall", "another": "birth", "born": "take_birth"},
            problems=CHOICE_PROBLEMS,
            invalidates=("birth", "nickname", "document", "known"),
        ),
        Do("recall", to={"ok": "band", "registered": "registered"}),
        Do("take_birth", to={"ok": "band"}),
        Ask(
            "birth",
            read=birth_date,
            to={"ok": "band"},
            problems=BIRTH_DATE_PROBLEMS,
            invalidates=("document", "known", "anyway"),
        ),
        Do(
            "band",
            to={
                "ok": "relation",
                "residents": "resident",
                "no_places": "anyway",
                "too_young": "too_young",
                "too_old": "too_old",
                "unborn": "unborn",
            },
        ),
        Ask(
            "anyway",
            read=yes_no,
            judge=as_is,
            choices=YES_NO,
            to={"yes": "check_residents", "no": "cancelled"},
            problems=YES_NO_PROBLEMS,
        ),
        Do("check_residents", to={"residents": "resident", "ok": "relation"}),
        Ask(
            "resident",
            read=yes_no,
            judge=as_is,
            choices=YES_NO,
            to={"yes": "relation", "no": "not_resident"},
            problems=YES_NO_PROBLEMS,
        ),
        Ask(
            "relation",
            read=one_of(*RELATIONS),
            judge=as_is,
            choices=RELATIONS,
            to={"parent": "consent", "guardian": "consent", "grandparent": "consent"},
            problems=CHOICE_PROBLEMS,
        ),
        Ask(
            "consent",
            read=agreement,
            judge=as_is,
            choices=("agree", "refuse"),
            to={"agree": "nickname", "refuse": "no_consent"},
            problems=CHOICE_PROBLEMS,
        ),
        Ask(
            "nickname",
            read=nickname("宝宝"),
            choices=("default",),
            to={"ok": "proof"},
            free=True,
            problems=NICKNAME_PROBLEMS,
        ),
        Do("proof", to={"document": "document", "none": "phone"}),
        Ask(
            "document",
            read=read_document,
            to={"ok": "check_child"},
            expects="document",
            choices_from="invented",
            problems=DOCUMENT_PROBLEMS,
        ),
        Do(
            "check_child",
            to={
                "ok": "phone",
                "registered": "registered",
                "awarded": "awarded",
                "other_birth": "other_birth",
            },
        ),
        Ask("phone", read=phone, to={"ok": "gather"}, keyboard="contact", problems=PHONE_PROBLEMS),
        Do("gather", to={"ok": "summary"}),
        Ask(
            "summary",
            read=one_of(),
            judge=as_is,
            choices=("confirm",),
            to={"confirm": "submit"},
            changes=("birth", "relation", "nickname", "document", "phone"),
            keep=False,
            problems=CHOICE_PROBLEMS,
        ),
        Do(
            "submit",
            to={
                "granted": "done",
                "registered": "registered",
                "closed": "no_round",
                "phone_taken": "phone_taken",
                "awarded": "awarded",
            },
        ),
        End("done", silent=True),
        End("no_programme"),
        End("no_round"),
        End("too_young"),
        End("too_old"),
        End("unborn"),
        End("not_resident"),
        End("no_consent"),
        End("registered"),
        End("awarded"),
        End("phone_taken"),
        End("other_birth"),
        End("cancelled"),
    ),
)

GUARDIAN = Flow(
    "voucher_guardian",
    (
        Do("look", to={"ok": "confirm", "gone": "gone", "own": "own"}),
        Ask(
            "confirm",
            read=agreement,
            judge=as_is,
            choices=("agree", "refuse"),
            to={"agree": "accept", "refuse": "refuse"},
            problems=CHOICE_PROBLEMS,
        ),
        Do("accept", to={"ok": "done", "gone": "gone"}),
        Do("refuse", to={"ok": "refused"}),
        End("done"),
        End("refused"),
        End("gone"),
        End("own"),
        End("cancelled"),
    ),
)

REDEEM = Flow(
    "voucher_redeem",
    (
        Do("role", to={"ok": "code", "stranger": "stranger"}),
        Ask("code", read=read_code, to={"ok": "look"}, problems=("mistyped", "no_code", "words_only")),
        Do(
            "look",
            to={
                "ok": "place",
                "unknown": "unknown",
                "used": "used",
                "expired": "expired",
                "declined": "declined",
                "void": "void",
            },
        ),
        Ask(
            "place", read=one_of(), choices_from="places", to={"ok": "check_place"}, problems=CHOICE_PROBLEMS
        ),
        Do("check_place", to={"ok": "size", "paper": "paper", "not_accepting": "not_accepting"}),
        Ask(
            "paper",
            read=read_paper,
            to={"ok": "check_paper"},
            expects="document",
            choices_from="invented",
            problems=("photo", "no_number", "check_digit", "bad_date", "length", "half", "stale"),
        ),
        Do("check_paper", to={"ok": "size", "again": "paper", "stopped": "stopped"}),
        Do("size", to={"once": "confirm", "balance": "amount"}),
        Ask(
            "amount",
            read=read_amount,
            to={"ok": "confirm"},
            problems=(*WORDS_PROBLEMS, "not_an_amount", "too_much"),
        ),
        Ask(
            "confirm",
            read=one_of("confirm"),
            judge=as_is,
            choices=("confirm",),
            to={"confirm": "redeem"},
            keep=False,
            problems=CHOICE_PROBLEMS,
        ),
        Do(
            "redeem",
            to={
                "done": "done",
                "used": "used",
                "expired": "expired",
                "declined": "declined",
                "void": "void",
                "stranger": "stranger",
            },
        ),
        End("done"),
        End("stranger"),
        End("unknown"),
        End("used"),
        End("expired"),
        End("declined"),
        End("void"),
        End("not_accepting"),
        End("stopped"),
        End("cancelled"),
    ),
)
