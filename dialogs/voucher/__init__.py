"""Childcare vouchers: applying, the draw, results, redemption. README.md says how; texts lie beside."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from bot import two
from bot.capability import Act, Capability, Claim, Command, Job, Service, TimerAct
from bot.store.session import Db
from bot.turn import Ground, Turn
from bot.words import asks
from dialogs.voucher import codes, tables
from dialogs.voucher.flow import APPLY, GUARDIAN, PAPERS, REDEEM, TOGETHER
from dialogs.voucher.rules import first_words
from dialogs.voucher.service import (
    apply,
    arming,
    consents,
    crediting,
    drawing,
    duty,
    extend,
    fairness,
    first_come,
    guardian,
    how,
    leaving,
    mine,
    notice,
    operator,
    pairs,
    public,
    quota,
    redeem,
    redraw,
    reserve,
    reviews,
    rounds,
    showing,
    slips,
    together,
    usable,
    waiting,
    watch,
)
from dialogs.voucher.service.results import RESULT, WATCHED, say_result, say_watched
from knowledge.city import City
from knowledge.intents import match
from knowledge.normalise import normalise
from knowledge.regions import elsewhere

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
LATE = frozenset({"补录", "补登", "enter later", "outage"})
REDEEMING = frozenset({"核销", "扫码核销", "redeem", "核销券"})
TOGETHER_WORDS = frozenset({"一起看", "另一位家长", "together", "see together", "seetogether"})
CLOCK = re.compile(r"\d[:：]\d\d(?!\d)")
CHECKING = re.compile(r"(?:核对|核对证件|看证件|check papers?|checkpapers?)((?: ?\d)*)")
"""Staff look at a paper: the words, and perhaps a ticket's number behind them."""


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """Whose words: one's own vouchers, a code typed, staff's words, or the keyword that starts an application."""
    # In a group only what staff do together: one's own children and codes are nobody else's.
    if turn.overheard:
        return arming.claims(text, turn, city) or how.claims(text, turn, city)
    if (own := _own(text, turn, city)) is not None:
        return own
    folded = normalise(text).strip(" /")
    # Where a time of day stands, digits are no code: a nursery's lines of children and their hours are full of them.
    code = codes.parse_voucher(text) if any(c.isdigit() for c in text) and not CLOCK.search(text) else None
    if code is not None and code != codes.MISTYPED:
        return Claim(call=partial(redeem.open_link, payload=code, city=city))
    if (staff := _staff_claims(text, folded, code, turn, city)) is not None:
        return staff
    for hit in match(text):
        if hit.intent == "voucher":
            if hit.kind == "start":
                if asks(text) and elsewhere(folded, city.code):
                    return None  # 西安的消费券怎么申请: another city's, which is answered and not begun here
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
    return Claim(flow="voucher_together") if folded in TOGETHER_WORDS else None


def _staff_claims(text: str, folded: str, code: codes.Parsed, turn: Turn, city: City) -> Claim | None:
    """What only staff say: redeeming, looking at papers, arming and publishing, answers given by telephone."""
    if turn.who.may(redeem.ROLE) and folded in REDEEMING:
        return Claim(flow="voucher_redeem")
    if turn.who.may(redeem.ROLE) and folded in LATE:
        return Claim(flow="voucher_redeem", known={"late": True})
    if showing.may_check(turn) and (checking := CHECKING.fullmatch(folded)):
        number = codes.parse_ticket(checking[1])
        return Claim(
            flow="voucher_papers", known={} if number in (None, codes.MISTYPED) else {"number": number}
        )
    if turn.who.may(redeem.ROLE) and code == codes.MISTYPED:
        return Claim(call=redeem.mistyped, last=True)
    if (pair := pairs.claims(text, turn, city)) is not None:
        return pair
    return arming.claims(text, turn, city) or waiting.claims(text, turn, city) or how.claims(text, turn, city)


def draws(ground: Ground, db: Db, name: str) -> bytes | None:
    """/draws/ROUND.json: everything public of a round."""
    found = public.document(ground.keys, db, name)
    return None if found is None else public.as_file(found)


def _does(city: City) -> dict[str, Service]:
    """What performs each Do step, by "flow.step"."""
    return {
        "voucher.look": partial(apply.look, city=city),
        "voucher.recall": apply.recall,
        "voucher.take_birth": apply.take_birth,
        "voucher.band": partial(apply.band, city=city),
        "voucher.check_residents": apply.check_residents,
        "voucher.paper_consent": consents.on_paper,
        "voucher.proof": apply.proof,
        "voucher.check_child": apply.check_child,
        "voucher.gather": apply.gather,
        "voucher.submit": partial(apply.submit, city=city),
        "voucher_guardian.look": guardian.look,
        "voucher_guardian.paper_consent": consents.on_paper,
        "voucher_guardian.accept": guardian.accept,
        "voucher_guardian.keep_phone": guardian.keep_phone,
        "voucher_guardian.refuse": guardian.refuse,
        "voucher_redeem.role": redeem.role,
        "voucher_redeem.look": partial(redeem.look, city=city),
        "voucher_redeem.check_place": partial(redeem.check_place, city=city),
        "voucher_redeem.check_paper": redeem.check_paper,
        "voucher_redeem.size": redeem.size,
        "voucher_redeem.redeem": redeem.redeem,
        "voucher_papers.role": showing.role,
        "voucher_papers.look": partial(showing.look, city=city),
        "voucher_papers.check": showing.check,
        "voucher_papers.attach": showing.attach,
        "voucher_papers.wrong": showing.wrong,
        "voucher_together.look": together.look,
        "voucher_together.ask": together.ask,
        "voucher_together.take": together.take,
    }


def _actions(city: City) -> dict[str, Act]:
    """What each button of a row does, by its kind; the kinds of approvals are those of what was asked for."""
    return {
        "voucher.withdraw": mine.withdraw,
        "voucher.withdraw_undo": mine.withdraw_undo,
        "voucher.decline": mine.decline,
        "voucher.decline_undo": mine.decline_undo,
        "voucher.reminders_off": mine.reminders_off,
        "voucher.review": mine.review,
        "voucher.not_me": mine.not_me,
        "voucher.offer_accept": partial(reserve.accept, city=city),
        "voucher.offer_decline": reserve.decline,
        "voucher.refuse_undo": guardian.refuse_undo,
        "voucher.pair": partial(pairs.decide, city=city),
        "voucher.link_code": together.offer,
        "voucher.link_agree": together.agree,
        "voucher.link_decline": together.decline,
        "voucher.unlink": together.unlink,
        "voucher.dispute": together.dispute,
        "voucher.arm": partial(arming.confirm, city=city),
        "voucher.publish": arming.confirm_publish,
        "voucher.review_look": reviews.look,
        "voucher.review_reject": reviews.reject,
        "voucher.review_uphold": reviews.uphold,
        redraw.KIND: two.confirming(reviews.redrawn),
        public.AWARD: two.confirming(reviews.award),
        extend.EXTEND: two.confirming(partial(extend.extended, city=city)),
        extend.RESTORE: two.confirming(partial(extend.restored, city=city)),
        "voucher.spot": watch.answered,
    }


def _timers(city: City) -> dict[str, TimerAct]:
    """What happens later, by its kind."""
    return {
        "voucher.open": partial(rounds.on_open, city=city),
        "voucher.freeze": rounds.on_freeze,
        "voucher.draw": drawing.on_draw,
        "voucher.publish": partial(drawing.on_publish, city=city),
        "voucher.remind": partial(drawing.on_remind, city=city),
        "voucher.expire": drawing.on_expire,
        "voucher.remind_one": partial(reserve.on_remind_one, city=city),
        "voucher.expire_one": reserve.on_expire_one,
        reserve.KIND: reserve.on_deadline,
        reserve.FREED: reserve.on_freed,
        first_come.HOLD: first_come.on_hold,
        "voucher.guardian": guardian.on_remind,
        "voucher.show": partial(showing.on_remind, city=city),
        "voucher.pairs": pairs.on_time,
        "voucher.redraw_tell": redraw.on_tell,
        redraw.KIND: redraw.on_redraw,
        "voucher.extended": extend.on_extended,
    }


def capability(city: City) -> Capability:
    """The voucher service of one home pack."""
    return Capability(
        name="voucher",
        folder=Path(__file__).parent,
        flows=(APPLY, GUARDIAN, REDEEM, PAPERS, TOGETHER),
        does=_does(city),
        actions=_actions(city),
        timers=_timers(city),
        composes={RESULT: partial(say_result, city=city), WATCHED: say_watched},
        links={
            "r": partial(redeem.open_link, city=city),
            guardian.PREFIX: guardian.open_link,
            showing.PREFIX: showing.open_link,
            together.PREFIX: together.open_link,
        },
        pages={"draws": draws, "draws.html": partial(notice.page, city=city)},
        claims=partial(claims, city=city),
        commands=(Command("voucher"), Command("mine"), Command("verify"), Command("redeem", (redeem.ROLE,))),
        operator=operator.commands(city),
        jobs=(
            Job("voucher.rounds", "17 4 * * *", partial(rounds.ensure, city=city)),
            Job("voucher.leaving", "27 4 * * *", leaving.tidy),
            Job("voucher.reviews", "5 9 * * *", reviews.overdue),
            Job("voucher.watch", "30 8 * * *", partial(watch.daily, city=city)),
        ),
        my_things=partial(mine.my_things, city=city),
        slips=partial(slips.slips, city=city),
        join=mine.join,
        export=partial(leaving.export, city=city),
        gives_up=leaving.gives_up,
        erase=leaving.erase,
        revoked=consents.revoked,
        staff_words=partial(duty.staff_words, city=city),
        describes=duty.describes(city),
        case_buttons={reviews.KIND: reviews.buttons},
        hears=(reviews.KIND,),
        reads={"voucher": first_words},
        starts=partial(rounds.ensure, city=city),
        self_checks=quota.self_check,
        credit_for=partial(crediting.credit_for, city=city),
    )
