"""What is printed for a family: the receipt of an application, and the paper with the result or the voucher's code."""

from __future__ import annotations

import secrets
from typing import Any

from bot.capability import Slip
from bot.clock import instant
from bot.flow.readers import RECOVERY
from bot.messages import COUNTER
from bot.store.people import reachable, recovery_code
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import codes
from dialogs.voucher.service import guardian, rounds, showing, usable
from dialogs.voucher.service.names import child_name, named, subject_birth
from knowledge.city import City

PRINTED = 4
"""How many of the latest tickets can be printed."""
MISSING = ("unconfirmed", "unseen")
"""Ticket states in which something is still to be done before the list is frozen."""
PLACES = 3
"""Places named on the paper of a voucher."""


def slips(turn: Turn, city: City) -> list[Slip]:
    """A page for each of the person's latest tickets that has something to say, newest last."""
    tickets = turn.db.all(
        "SELECT * FROM voucher_ticket WHERE person_id = :person OR guardian_id = :person"
        " ORDER BY applied DESC, id DESC LIMIT :limit",
        person=turn.who.id,
        limit=PRINTED,
    )
    found = [_slip(turn, ticket, city) for ticket in reversed(tickets)]
    return [slip for slip in found if slip is not None]


def _slip(turn: Turn, ticket: Row, city: City) -> Slip | None:
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    voucher = turn.db.one("SELECT * FROM voucher WHERE ticket_id = :id", id=ticket["id"])
    if row["state"] != "published":
        stands = ticket["state"] == "applied" or (ticket["state"] in MISSING and row["state"] == "open")
        return _receipt(turn, ticket, row) if stands else None
    if voucher is not None:
        return _voucher(turn, ticket, row, voucher, city) if voucher["state"] == "valid" else None
    return _reserve(turn, ticket, row) if ticket["state"] == "reserve" else None


def _receipt(turn: Turn, ticket: Row, row: Row) -> Slip:
    at = {name: instant(int(row[name])) for name in ("closes", "frozen", "draw", "publish")}
    at["show_by"] = showing.show_by(turn, row, ticket)
    steps = ["closes", "draw", "publish_call" if _is_called(turn, ticket) else "publish"]
    links = [_again(turn)]
    lead = {"unconfirmed": "waits", "unseen": "unseen"}.get(ticket["state"], "stands")
    if ticket["state"] == "unconfirmed":
        lead = "both" if ticket["must_show"] else lead
        steps.insert(0, "guardian")
        link = guardian.link(turn, ticket)
        links.insert(0, (turn.label("voucher.slip.scan_guardian", frozen=at["frozen"]), link))
    if ticket["must_show"] and ticket["state"] != "applied":
        steps.insert(0, "show")
        links.append(
            (turn.label("voucher.slip.scan_show"), turn.ground.link.to(f"show_{ticket['number']}", COUNTER))
        )
    elif ticket["to_verify"]:
        steps.append("verify")
    return Slip(
        name=f"ticket-{ticket['id']}",
        title=turn.label("voucher.slip.receipt", name=child_name(turn, ticket)),
        lead=turn.label(f"voucher.slip.{lead}"),
        numbers=(_number(turn, ticket), *_recovery(turn)),
        facts=_facts(turn, ticket, row),
        steps=tuple(turn.label(f"voucher.slip.step.{step}", **at) for step in steps),
        links=tuple(links),
    )


def _voucher(turn: Turn, ticket: Row, row: Row, voucher: Row, city: City) -> Slip:
    code = turn.unseal(voucher["code"], "voucher.code")
    steps = [turn.label("voucher.slip.step.use", last_day=voucher["last_day"])]
    if ticket["to_verify"]:
        steps.append(turn.label("voucher.slip.step.verify"))
    return Slip(
        name=f"ticket-{ticket['id']}",
        title=turn.label("voucher.slip.won", name=child_name(turn, ticket)),
        lead=turn.label("voucher.slip.worth", amount=voucher["balance"], last_day=voucher["last_day"]),
        numbers=((turn.label("voucher.slip.code"), codes.show(code)), *_recovery(turn)),
        facts=(*_facts(turn, ticket, row), _number(turn, ticket)),
        steps=tuple(steps),
        lists=_where(turn, ticket, row, city),
        links=(
            (turn.label("voucher.slip.scan_code"), turn.ground.link.to(f"r_{code}", COUNTER)),
            _again(turn),
        ),
    )


def _where(turn: Turn, ticket: Row, row: Row, city: City) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The places that take the voucher, at most PLACES by name, and how to hear of the others."""
    found = usable.places(turn, city, row["programme"], int(ticket["subject_id"]), PLACES)
    if not found["places"]:
        return ()
    lines = [
        turn.label(
            "voucher.slip.place", line=f"{place['name']}，{place['address']}", phone=_whole(place["phone"])
        )
        for place in found["places"]
    ]
    if found["more"]:
        lines.append(
            turn.label("voucher.slip.places_more", more=found["more"], telephone=turn.ground.telephone)
        )
    return ((turn.label("voucher.slip.places"), tuple(lines)),)


def _reserve(turn: Turn, ticket: Row, row: Row) -> Slip:
    quota = rounds.programme_of(row).band(ticket["band"]).quota
    return Slip(
        name=f"ticket-{ticket['id']}",
        title=turn.label("voucher.slip.result", name=child_name(turn, ticket)),
        lead=turn.label("voucher.slip.reserve", place=int(ticket["rank"]) - quota, quota=quota),
        numbers=(_number(turn, ticket), *_recovery(turn)),
        facts=_facts(turn, ticket, row),
        steps=(turn.label("voucher.slip.step.next"), turn.label("voucher.slip.step.review")),
        links=(_again(turn),),
    )


def _facts(turn: Turn, ticket: Row, row: Row) -> tuple[tuple[str, str], ...]:
    programme = rounds.programme_of(row)
    band = programme.band(ticket["band"])
    values: dict[str, Any] = {
        "programme": named(turn, programme),
        "round": row["name"],
        "birth": subject_birth(turn, int(ticket["subject_id"])),
        "band": named(turn, band),
    }
    return tuple(
        (turn.label(f"voucher.slip.fact.{name}"), turn.label(f"voucher.slip.is.{name}", **values))
        for name in ("programme", "round", "birth", "band")
    )


def _number(turn: Turn, ticket: Row) -> tuple[str, str]:
    return turn.label("voucher.slip.ticket"), codes.show(ticket["number"])


def _recovery(turn: Turn) -> tuple[tuple[str, str], ...]:
    code = _code(turn)
    return ((turn.label("voucher.slip.recovery"), RECOVERY.show(code)),) if code else ()


def _again(turn: Turn) -> tuple[str, str]:
    """The QR code that opens one's things on a telephone, given the last digits of its number."""
    payload = f"recover_{_code(turn)}".rstrip("_")
    return turn.label("voucher.slip.scan_again"), turn.ground.link.to(payload, COUNTER)


def _code(turn: Turn) -> str:
    """The recovery code that a receipt has given already; looking makes none."""
    held = turn.db.value("SELECT recovery FROM person WHERE id = :id", id=turn.who.id)
    if held is None:
        return ""
    return recovery_code(turn.db, turn.ground.keys, turn.who.id, secrets.SystemRandom())


def _whole(phone: str) -> str:
    """A telephone number that no line break takes apart."""
    return phone.replace("-", "\N{NON-BREAKING HYPHEN}").replace(" ", "\N{NO-BREAK SPACE}")


def _is_called(turn: Turn, ticket: Row) -> bool:
    return reachable(turn.db, int(ticket["person_id"])) is None
