"""What staff are told of vouchers: the words they may type, and what the row behind a case is, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.clock import instant
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import arming, pairs, redeem, showing, waiting
from dialogs.voucher.service.names import child_name
from knowledge.city import City

_TICKET = (
    "SELECT t.number, t.subject_id, t.amount, r.name AS round FROM voucher_ticket t"
    " JOIN voucher_round r ON r.id = t.round_id"
)
_VOUCHER = f"{_TICKET} JOIN voucher v ON v.ticket_id = t.id"


def staff_words(turn: Turn, city: City) -> list[tuple[str, str]]:
    """核销 for a centre; 启用 and 公布 for an admin, with the names to type."""
    words: list[tuple[str, str]] = []
    if turn.who.may(redeem.ROLE):
        words.append((turn.label("command.redeem"), turn.label("voucher.duty.redeem")))
        words.append((turn.label("voucher.duty.late"), turn.label("voucher.duty.lates")))
    if showing.may_check(turn):
        words.append((turn.label("voucher.duty.check"), turn.label("voucher.duty.checks")))
    if turn.who.may(*pairs.ROLES):
        words.append((turn.label("voucher.duty.pairs"), turn.label("voucher.duty.decides")))
    if turn.who.may(*waiting.ROLES):
        words.append((turn.label("voucher.duty.offer"), turn.label("voucher.duty.offers")))
    if turn.who.may(arming.ROLE):
        for name, programme in city.programmes.items():
            title = turn.ground.texts.in_script(turn.lang, programme.name)
            words.append(
                (turn.label("voucher.duty.arm", name=name), turn.label("voucher.duty.arms", title=title))
            )
        words += [
            (turn.label(f"voucher.duty.{act}"), turn.label(f"voucher.duty.{says}"))
            for act, says in (
                ("publish", "publishes"),
                ("redraw", "redraws"),
                ("extend", "extends"),
                ("restore", "restores"),
            )
        ]
    return words


def describes(city: City) -> dict[str, Callable[[Turn, int], str]]:
    """What there is to say of each kind of row, by the row's number."""
    return {
        "child": child,
        "round": round_name,
        "ticket": ticket,
        "voucher": voucher,
        "redemption": partial(redemption, city=city),
    }


def ticket(turn: Turn, number: int) -> str:
    """A ticket: whose, in which round, its number in groups. Empty where there is none."""
    row = turn.db.one(f"{_TICKET} WHERE t.id = :id", id=number)
    return "" if row is None else _ticket(turn, row)


def child(turn: Turn, number: int) -> str:
    """A child by its latest tickets; no names."""
    rows = turn.db.all(f"{_TICKET} WHERE t.child_id = :id ORDER BY t.id DESC LIMIT 3", id=number)
    return "；".join(
        turn.label("voucher.duty.number", ticket=row["number"], round=row["round"]) for row in rows
    )


def round_name(turn: Turn, number: int) -> str:
    """A round by its name."""
    return str(turn.db.value("SELECT name FROM voucher_round WHERE id = :id", id=number) or "")


def voucher(turn: Turn, number: int) -> str:
    """A voucher by the ticket that won it."""
    row = turn.db.one(f"{_VOUCHER} WHERE v.id = :id", id=number)
    return "" if row is None else _ticket(turn, row)


def redemption(turn: Turn, number: int, city: City) -> str:
    """A redemption: receipt, sum, place, moment, and the ticket behind it."""
    found = turn.db.one(
        "SELECT voucher_id, place, amount, at FROM voucher_redemption WHERE id = :id", id=number
    )
    if found is None:
        return ""
    place = next((place.name for place in city.known if place.id == found["place"]), found["place"])
    return turn.label(
        "voucher.duty.redemption",
        receipt=number,
        amount=int(found["amount"]),
        place=turn.ground.texts.in_script(turn.lang, place),
        at=instant(int(found["at"])),
        ticket=voucher(turn, int(found["voucher_id"])),
    )


def _ticket(turn: Turn, row: Row) -> str:
    return turn.label(
        "voucher.duty.ticket", nickname=child_name(turn, row), ticket=row["number"], round=row["round"]
    )
