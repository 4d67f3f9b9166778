"""Redeeming at a centre: the code is looked up, the paper checked once for a child, both sides get a receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from bot import limits
from bot.clock import instant, ms
from bot.limits import Rule
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import codes, rules
from dialogs.voucher.service import late, papers, rounds
from dialogs.voucher.service.mine import show_mine
from dialogs.voucher.service.names import child_name, code_hash, subject_birth
from dialogs.voucher.service.results import language, watchers
from knowledge.city import City
from knowledge.programme import Programme

ROLE = "centre"
GUESSING = Rule("voucher", rules.CODE_TRIES, timedelta(hours=1), timedelta(hours=1))
Over = Literal["used", "expired", "declined", "void"]


def role(turn: Turn) -> Literal["ok", "late", "stranger"]:
    """Only invited staff of a centre redeem. `late`: for a day of an outage, which is asked."""
    if turn.who.may(ROLE) and turn.data.get("late"):
        turn.data["day_choices"] = late.choices(turn)
        return "late"
    return "ok" if turn.who.may(ROLE) else "stranger"


def look(
    turn: Turn, city: City
) -> Literal["ok", "unknown", "used", "expired", "declined", "void", "limited"]:
    """The voucher behind a code, and the places at which this member of staff may redeem it."""
    counted = _counted(turn)
    turn.data["telephone"] = turn.ground.telephone
    if not limits.guess(turn, counted):
        return "limited"
    voucher = _by_code(turn, turn.data["code"])
    if voucher is None:
        turn.audit("redeem.unknown", "voucher:?")
        return "unknown" if limits.wrong(turn, counted) else "limited"
    limits.right(turn, counted)
    if (over := _over(turn, voucher)) is not None:
        return over
    ticket, row, programme = _behind(turn, voucher)
    born = subject_birth(turn, int(ticket["subject_id"]))
    own = [place for name, place in turn.who.roles if name == ROLE]
    places = [p for p in city.places if p.id in own or ("" in own and p.id in programme.accepting)]
    turn.data.update(
        voucher=voucher["id"],
        balance=voucher["balance"],
        name=child_name(turn, ticket),
        birth_month=born.isoformat(),
        last_day=voucher["last_day"],
        programme=row["programme"],
        places=[{"value": p.id, "label": p.name} for p in places],
        invented=_invented(turn, city, ticket),
    )
    if len(places) == 1:
        turn.data["place"] = places[0].id
    return "ok"


def check_place(turn: Turn, city: City) -> Literal["ok", "paper", "locked", "not_accepting"]:
    """Does this place take the voucher, and has the child's paper been seen before?"""
    voucher = _voucher(turn, int(turn.data["voucher"]))
    ticket, _, programme = _behind(turn, voucher)
    place = city.place(turn.data["place"])
    turn.data["place_name"] = place.name
    if programme.id in city.programmes and place.id not in city.programmes[programme.id].accepting:
        return "not_accepting"
    verified = turn.db.value("SELECT verified FROM voucher_child WHERE id = :id", id=ticket["child_id"])
    if verified is not None or programme.proof == "none":
        return "ok"
    return "locked" if papers.tries_left(turn, f"voucher:{voucher['id']}") <= 0 else "paper"


def check_paper(turn: Turn) -> Literal["ok", "again", "stopped"]:
    """The number typed from the paper must be one the child is registered with."""
    voucher = _voucher(turn, int(turn.data["voucher"]))
    ticket, _, _ = _behind(turn, voucher)
    paper = turn.data.pop("paper")
    offered = {way["value"] for way in turn.data["invented"]}
    if ("digest" in paper or paper["kind"] in offered) and papers.shown(
        turn, paper, int(ticket["child_id"])
    ) == "ok":
        return "ok"
    left = papers.differs(turn, f"voucher:{voucher['id']}", ticket, "voucher.paper_locked")
    if left > 0:
        turn.say("voucher_redeem.paper_differs", left=left)
        return "again"
    return "stopped"


def size(turn: Turn) -> Literal["once", "balance"]:
    """Whether all of it goes at once, or an amount of the balance is named."""
    _, _, programme = _behind(turn, _voucher(turn, int(turn.data["voucher"])))
    if programme.use == "once":
        turn.data["amount"] = turn.data["balance"]
    return programme.use


def _take(turn: Turn, voucher: int, amount: int) -> bool:
    return (
        turn.db.run(
            "UPDATE voucher SET balance = balance - :amount, state = CASE WHEN balance = :amount THEN 'used'"
            " ELSE state END WHERE id = :id AND state = 'valid' AND balance >= :amount AND expires > :now",
            amount=amount,
            id=voucher,
            now=ms(turn.now),
        )
        == 1
    )


def redeem(turn: Turn) -> Literal["done", "used", "expired", "declined", "void", "stranger", "too_late"]:
    """Take the amount, once whoever comes first; the family gets a receipt with a way to say 没去过."""
    if not turn.who.may(ROLE):
        return "stranger"  # no longer staff since they began
    voucher = _voucher(turn, int(turn.data["voucher"]))
    amount = int(turn.data["amount"])
    day = turn.data.get("day")
    if day is not None and not late.in_time(turn, day):
        return "too_late"
    taken = (
        late.take(turn, voucher, amount, day) if day is not None else _take(turn, int(voucher["id"]), amount)
    )
    if not taken:
        return _over(turn, _voucher(turn, int(voucher["id"]))) or "used"
    redemption = turn.db.value(
        "INSERT INTO voucher_redemption (voucher_id, place, staff_id, amount, at, outage_day) VALUES (:voucher, :place,"
        " :staff, :amount, :now, :day) RETURNING id",
        day=day,
        voucher=voucher["id"],
        place=turn.data["place"],
        staff=turn.who.staff_id,
        amount=amount,
        now=ms(turn.now),
    )
    ticket, _, _ = _behind(turn, voucher)
    turn.data["receipt"] = str(redemption)
    turn.audit("voucher.redeemed", f"voucher:{voucher['id']}", place=turn.data["place"], amount=amount)
    for person in (int(ticket["person_id"]), *watchers(turn, ticket)):
        dispute = turn.action(
            "voucher.not_me",
            "voucher.button.not_me",
            {"redemption": redemption},
            person=person,
            deadline=turn.in_(days=rules.DISPUTE_DAYS),
            lang=language(turn, person),
        )
        turn.push(
            person,
            "voucher.redeemed",
            [dispute],
            dedupe=f"redeemed:{redemption}:{person}",
            name=child_name(turn, ticket),
            place=turn.data["place_name"],
            amount=amount,
            left=int(voucher["balance"]) - amount,
            at=turn.now,
            outage=day or "",
            receipt=redemption,
            days=rules.DISPUTE_DAYS,
        )
    return "done"


def open_link(turn: Turn, payload: str, city: City) -> None:
    """The QR code of a voucher was opened: staff redeem it, its family sees it, anybody else is told what it is."""
    code = codes.parse_voucher(payload)
    if turn.who.may(ROLE):
        turn.start("voucher_redeem", **({"code": code} if code and code != "mistyped" else {}))
        return
    voucher, counted = None, _counted(turn)
    if code and code != "mistyped" and limits.guess(turn, counted):
        voucher = _by_code(turn, code)
        if voucher is None:
            limits.wrong(turn, counted)
        else:
            limits.right(turn, counted)
    if voucher is not None:
        ticket, _, _ = _behind(turn, voucher)
        if turn.who.id in (ticket["person_id"], *watchers(turn, ticket)):
            show_mine(turn, city)
            return
    turn.say("voucher.for_centres")


def mistyped(turn: Turn) -> None:
    """Staff typed what is nearly a code: said so, and asked for it."""
    turn.say("voucher_redeem.code.problem.mistyped")
    turn.start("voucher_redeem")


def _invented(turn: Turn, city: City, ticket: Row) -> list[dict[str, str]]:
    """A demonstration's way past the paper, for a child that was registered with an invented number."""
    if not city.demo or not turn.db.value(
        "SELECT 1 FROM voucher_document WHERE child_id = :id AND kind = 'invented'", id=ticket["child_id"]
    ):
        return []
    return [{"value": "invented", "label": turn.label("voucher.document.choice.invented")}]


def _counted(turn: Turn) -> list[limits.Counted]:
    """By what guesses of a voucher's code are counted: they are long, so one address at a time is enough."""
    return [(GUESSING, f"address:{turn.address_id}")]


def _by_code(turn: Turn, code: str) -> Row | None:
    return turn.db.one("SELECT * FROM voucher WHERE code_hash = :hash", hash=code_hash(turn, code))


def _voucher(turn: Turn, voucher_id: int) -> Row:
    row = turn.db.one("SELECT * FROM voucher WHERE id = :id", id=voucher_id)
    if row is None:
        raise LookupError(f"no voucher {voucher_id}")
    return row


def _over(turn: Turn, voucher: Row) -> Over | None:
    """Why a voucher cannot be used any more, or None."""
    day = turn.data.get("day")
    if voucher["state"] == "valid" and int(voucher["expires"]) > ms(turn.now) and day is None:
        return None
    if day is not None and late.was_good(turn, voucher, day):
        return None
    state: Over = "expired" if voucher["state"] == "valid" else voucher["state"]
    used = turn.db.one(
        "SELECT at, place FROM voucher_redemption WHERE voucher_id = :id ORDER BY at DESC LIMIT 1",
        id=voucher["id"],
    )
    turn.data.update(
        last_day=voucher["last_day"], used=None if used is None else instant(int(used["at"])).isoformat()
    )
    return state


def _behind(turn: Turn, voucher: Row) -> tuple[Row, Row, Programme]:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"])
    if ticket is None:
        raise LookupError(f"voucher {voucher['id']} has no ticket")
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    return ticket, row, rounds.programme_of(row)
