"""Childcare vouchers: applying, the draw, results, redemption. README.md says how; texts lie beside."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability, Claim, Command, Job
from bot.store.session import Db
from bot.turn import Ground, Turn
from dialogs.voucher import codes, tables
from dialogs.voucher.flow import APPLY, GUARDIAN, REDEEM
from dialogs.voucher.rules import first_words
from dialogs.voucher.service import (
    apply,
    arming,
    consents,
    drawing,
    duty,
    fairness,
    guardian,
    mine,
    operator,
    public,
    redeem,
    rounds,
    usable,
)
from knowledge.city import City
from knowledge.intents import match
from knowledge.normalise import normalise

__all__ = ["capability", "tables"]

MINE = frozenset(
    {
        "我的券",
        "我的消费券",
        "我的托育券",
        "查券",
        "查询券",
        "查消费券",
        "查托育券",
        "券码",
        "我的票",
        "mine",
        "my voucher",
        "myvoucher",
        "my vouchers",
        "myvouchers",
    }
)
WHERE = frozenset(
    {
        *(
            "哪里能用",
            "哪能用",
            "在哪用",
            "在哪里用",
            "去哪用",
            "有哪些地方能用",
            "哪些地方能用",
            "能用的地方",
        ),
        *(
            "能在哪用",
            "哪里可以用",
            "where",
            "where can i use it",
            "wherecaniuseit",
            "voucher_places",
            "places to use it",
        ),
    }
)
"""Asked by somebody who holds a voucher; voucher_places is its button."""
REDEEMING = frozenset({"核销", "扫码核销", "redeem", "核销券"})


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """Whose words: one's own vouchers, a code typed, staff's words, or the keyword that starts an application."""
    # In a group only what staff do together: one's own children and codes are nobody else's.
    if turn.overheard:
        return arming.claims(text, turn, city)
    if (own := _own(text, turn, city)) is not None:
        return own
    folded = normalise(text).strip(" /")
    code = codes.parse_voucher(text) if any(c.isdigit() for c in text) else None
    if code is not None and code != codes.MISTYPED:
        return Claim(call=partial(redeem.open_link, payload=code, city=city))
    if turn.who.may(redeem.ROLE) and folded in REDEEMING:
        return Claim(flow="voucher_redeem")
    if turn.who.may(redeem.ROLE) and code == codes.MISTYPED:
        return Claim(call=redeem.mistyped, last=True)
    if (staff := arming.claims(text, turn, city)) is not None:
        return staff
    for hit in match(text):
        if hit.intent == "voucher":
            if hit.kind == "start":
                return Claim(flow="voucher", known=first_words(text, turn.today))
            if (hit.topic == "where" or "where" in folded.split()) and usable.held(turn):
                return Claim(call=partial(usable.show, city=city))
            return Claim(call=partial(mine.show_mine, city=city)) if hit.topic == "mine" else None
    return None


def _own(text: str, turn: Turn, city: City) -> Claim | None:
    """How one's own things stand: fairness and place, vouchers, where they are good."""
    folded = normalise(text).strip(" /")
    if (fair := fairness.claims(text, city)) is not None:
        return fair
    if folded in MINE:
        return Claim(call=partial(mine.show_mine, city=city))
    if folded in WHERE and usable.held(turn):
        return Claim(call=partial(usable.show, city=city))
    return None


def draws(ground: Ground, db: Db, name: str) -> bytes | None:
    """/draws/ROUND.json: everything public of a round."""
    found = public.document(ground.keys, db, name)
    return None if found is None else public.as_file(found)


def capability(city: City) -> Capability:
    """The voucher service of one home pack."""
    return Capability(
        name="voucher",
        folder=Path(__file__).parent,
        flows=(APPLY, GUARDIAN, REDEEM),
        does={
            "voucher.look": partial(apply.look, city=city),
            "voucher.recall": apply.recall,
            "voucher.take_birth": apply.take_birth,
            "voucher.band": partial(apply.band, city=city),
            "voucher.check_residents": apply.check_residents,
            "voucher.proof": apply.proof,
            "voucher.check_child": apply.check_child,
            "voucher.gather": apply.gather,
            "voucher.submit": apply.submit,
            "voucher_guardian.look": guardian.look,
            "voucher_guardian.accept": guardian.accept,
            "voucher_guardian.refuse": guardian.refuse,
            "voucher_redeem.role": redeem.role,
            "voucher_redeem.look": partial(redeem.look, city=city),
            "voucher_redeem.check_place": partial(redeem.check_place, city=city),
            "voucher_redeem.check_paper": redeem.check_paper,
            "voucher_redeem.size": redeem.size,
            "voucher_redeem.redeem": redeem.redeem,
        },
        actions={
            "voucher.withdraw": mine.withdraw,
            "voucher.withdraw_undo": mine.withdraw_undo,
            "voucher.decline": mine.decline,
            "voucher.decline_undo": mine.decline_undo,
            "voucher.reminders_off": mine.reminders_off,
            "voucher.review": mine.review,
            "voucher.not_me": mine.not_me,
            "voucher.refuse_undo": guardian.refuse_undo,
            "voucher.arm": partial(arming.confirm, city=city),
            "voucher.publish": arming.confirm_publish,
        },
        timers={
            "voucher.open": partial(rounds.on_open, city=city),
            "voucher.freeze": rounds.on_freeze,
            "voucher.draw": drawing.on_draw,
            "voucher.publish": partial(drawing.on_publish, city=city),
            "voucher.remind": partial(drawing.on_remind, city=city),
            "voucher.expire": drawing.on_expire,
            "voucher.guardian": guardian.on_remind,
        },
        links={"r": partial(redeem.open_link, city=city), guardian.PREFIX: guardian.open_link},
        pages={"draws": draws},
        claims=partial(claims, city=city),
        commands=(Command("voucher"), Command("mine"), Command("verify"), Command("redeem", (redeem.ROLE,))),
        operator=operator.COMMANDS,
        jobs=(Job("voucher.rounds", "17 4 * * *", partial(rounds.ensure, city=city)),),
        my_things=partial(mine.my_things, city=city),
        join=mine.join,
        revoked=consents.revoked,
        staff_words=partial(duty.staff_words, city=city),
        describes=duty.describes(city),
        starts=partial(rounds.ensure, city=city),
    )
