"""Somebody's part in the vouchers: given out whole, and emptied when they go.

Frozen lists never change: of whoever goes the ticket's number, its amount and the keyed hash of the child's document stay
until the programme is over, so that nothing is given twice. A ticket that a guardian shares is the guardian's from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.clock import instant, ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import first_come, mine, reserve, rounds
from dialogs.voucher.service.issuing import valid_of
from dialogs.voucher.service.names import child_name, named
from dialogs.voucher.service.results import guardians
from knowledge.city import City
from knowledge.programme import Programme

OVER_DAYS = 180
"""A programme is over when for so long no round has been published and no voucher has been good."""
_OPEN = ("applied", "unconfirmed", "unseen")


# -- given out -------------------------------------------------------------------------------------------------------


def export(turn: Turn, person: int, city: City) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about a person's children, tickets, vouchers and their use."""
    tickets = turn.db.all(
        "SELECT t.*, r.name AS round FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
        " WHERE t.person_id = :id OR t.guardian_id = :id ORDER BY t.id",
        id=person,
    )
    vouchers = [
        (ticket, voucher)
        for ticket in tickets
        for voucher in turn.db.all("SELECT * FROM voucher WHERE ticket_id = :id ORDER BY id", id=ticket["id"])
    ]
    return {
        "child": [_child(turn, row) for row in _families(turn, person)],
        "document": [row for family in _families(turn, person) for row in _documents(turn, family)],
        "ticket": [_ticket(turn, ticket) for ticket in tickets],
        "voucher": [_voucher(turn, ticket, voucher) for ticket, voucher in vouchers],
        "link": [_link(row) for row in _links(turn, person)],
        "redemption": [
            _redemption(ticket, used, city)
            for ticket, voucher in vouchers
            for used in turn.db.all(
                "SELECT r.*, s.asked, s.answer, s.answered FROM voucher_redemption r LEFT JOIN voucher_spot s"
                " ON s.redemption_id = r.id WHERE r.voucher_id = :id ORDER BY r.id",
                id=voucher["id"],
            )
        ],
    }


def _families(turn: Turn, person: int) -> list[Row]:
    return turn.db.all(
        "SELECT f.relation, f.created AS known, c.id, c.programme, c.birth, c.verified, c.created, s.name"
        " FROM voucher_family f JOIN voucher_child c ON c.id = f.child_id JOIN subject s ON s.id = f.subject_id"
        " WHERE f.person_id = :id ORDER BY f.id",
        id=person,
    )


def _child(turn: Turn, row: Row) -> dict[str, Any]:
    return {
        "name": turn.unseal(row["name"], "subject.name"),
        "birth": turn.unseal(row["birth"], "child.birth"),
        "relation": row["relation"],
        "programme": _programme(turn, row["programme"]),
        "known": _at(row["known"]),
        "created": _at(row["created"]),
        "verified": _at(row["verified"]),
    }


def _programme(turn: Turn, name: str) -> str:
    """A programme as it is called, by its latest round that has opened; its id where that cannot be read any more."""
    row = turn.db.one(
        "SELECT * FROM voucher_round WHERE programme = :p AND programme_json <> '' ORDER BY id DESC LIMIT 1",
        p=name,
    )
    found = None if row is None else _rules_of(row)
    return name if found is None else named(turn, found)


def _band(turn: Turn, ticket: Row) -> str:
    found = _rules_of(rounds.round_row(turn.db, int(ticket["round_id"])))
    return str(ticket["band"]) if found is None else named(turn, found.band(ticket["band"]))


def _rules_of(row: Row) -> Programme | None:
    try:
        return rounds.programme_of(row)
    except ValueError:  # an export gives what there is
        return None


def _documents(turn: Turn, family: Row) -> list[dict[str, Any]]:
    """Which papers were shown; the numbers themselves are not kept, and their hashes say nothing to anybody."""
    rows = turn.db.all("SELECT * FROM voucher_document WHERE child_id = :id ORDER BY id", id=family["id"])
    return [
        {"kind": row["kind"], "programme": _programme(turn, row["programme"]), "created": _at(row["created"])}
        for row in rows
    ]


def _ticket(turn: Turn, row: Row) -> dict[str, Any]:
    return {
        "number": row["number"],
        "round": row["round"],
        "name": child_name(turn, row),
        "band": _band(turn, row),
        "amount_fen": int(row["amount"]),
        "state": row["state"],
        "to_verify": bool(row["to_verify"]),
        "must_show": bool(row["must_show"]),
        "void_reason": row["void_reason"],
        "voided": _at(row["voided"]),
        "rank": row["rank"],
        "applied": _at(row["applied"]),
        "told": _at(row["told"]),
    }


def _voucher(turn: Turn, ticket: Row, row: Row) -> dict[str, Any]:
    return {
        "ticket": ticket["number"],
        "code": turn.unseal(row["code"], "voucher.code"),
        "amount_fen": int(row["amount"]),
        "balance_fen": int(row["balance"]),
        "state": row["state"],
        "issued": _at(row["issued"]),
        "last_day": row["last_day"],
        "expires": _at(row["expires"]),
    }


def _links(turn: Turn, person: int) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM voucher_link WHERE person_id = :id OR other_id = :id ORDER BY id", id=person
    )


def _link(row: Row) -> dict[str, Any]:
    return {"state": row["state"], "created": _at(row["created"]), "expires": _at(row["expires"])}


def _redemption(ticket: Row, row: Row, city: City) -> dict[str, Any]:
    return {
        "ticket": ticket["number"],
        "place": next((place.name for place in city.known if place.id == row["place"]), row["place"]),
        "amount_fen": int(row["amount"]),
        "at": _at(row["at"]),
        "disputed": _at(row["disputed"]),
        "reversed": _at(row["reversed"]),
        "outage_day": row["outage_day"],
        "asked": _at(row["asked"]),
        "answer": row["answer"],
        "answered": _at(row["answered"]),
    }


def _at(at: Any) -> datetime | None:
    return None if at is None else instant(int(at))


# -- gone ------------------------------------------------------------------------------------------------------------


def gives_up(turn: Turn) -> None:
    """Say which tickets and vouchers somebody gives up by going."""
    for ticket in _own(turn, turn.who.id):
        if guardians(ticket):
            continue
        voucher = valid_of(turn, int(ticket["id"]))
        if voucher is not None:
            turn.say(
                "voucher.gives_up_voucher",
                name=child_name(turn, ticket),
                amount=voucher["balance"],
                last_day=voucher["last_day"],
            )
        elif ticket["state"] in _OPEN and _round_open(turn, ticket):
            turn.say("voucher.gives_up_ticket", name=child_name(turn, ticket), ticket=ticket["number"])


def erase(turn: Turn, person: int) -> None:
    """Let go of a person: open tickets leave the round, vouchers are given up, words and dates are emptied."""
    for ticket in _own(turn, person):
        others = guardians(ticket)
        if others:
            _hand_over(turn, ticket, others[0])
        else:
            _drop(turn, ticket)
    for ticket in turn.db.all("SELECT * FROM voucher_ticket WHERE guardian_id = :id ORDER BY id", id=person):
        if ticket["state"] in _OPEN and _round_open(turn, ticket):
            turn.db.run("UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id", id=ticket["id"])
            turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}", because="erased")
            first_come.follow(turn, int(ticket["id"]))
            _tell(turn, ticket, int(ticket["person_id"]), "voucher.withdrawn_by_other")
    turn.db.run(
        "UPDATE voucher_child SET birth = :nothing WHERE id IN (SELECT child_id FROM voucher_family WHERE person_id ="
        " :id) AND id NOT IN (SELECT child_id FROM voucher_family WHERE person_id <> :id)",
        nothing=turn.seal("", "child.birth"),
        id=person,
    )
    turn.db.run("DELETE FROM voucher_family WHERE person_id = :id", id=person)
    turn.db.run("DELETE FROM voucher_link WHERE person_id = :id OR other_id = :id", id=person)


def _drop(turn: Turn, ticket: Row) -> None:
    """A ticket that is nobody's any more: out of an open round, its voucher given up and its code emptied."""
    if ticket["state"] in _OPEN and _round_open(turn, ticket):
        turn.db.run("UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id", id=ticket["id"])
        turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}", because="erased")
        first_come.follow(turn, int(ticket["id"]))
    turn.db.run(
        "UPDATE voucher_ticket SET mark_birth = '', mark_phone = '', mark_name = '' WHERE id = :id",
        id=ticket["id"],
    )
    if ticket["state"] == "reserve":
        reserve.leave_list(turn, ticket)
    for voucher in turn.db.all("SELECT * FROM voucher WHERE ticket_id = :id", id=ticket["id"]):
        mine.give_up(turn, voucher)
        turn.db.run(
            "UPDATE voucher SET code = :nothing WHERE id = :id",
            nothing=turn.seal("", "voucher.code"),
            id=voucher["id"],
        )


def _hand_over(turn: Turn, ticket: Row, heir: int) -> None:
    """The guardian who confirmed a ticket holds it alone from now on, and knows the child by the same name."""
    subject = turn.db.value(
        "SELECT subject_id FROM voucher_family WHERE person_id = :heir AND child_id = :child",
        heir=heir,
        child=ticket["child_id"],
    )
    if subject is None:
        subject = turn.db.value(
            "INSERT INTO subject (person_id, kind, name, birth, created) SELECT :heir, kind, name, birth, :now"
            " FROM subject WHERE id = :old RETURNING id",
            heir=heir,
            now=ms(turn.now),
            old=ticket["subject_id"],
        )
        turn.db.run(
            "INSERT INTO voucher_family (person_id, child_id, subject_id, relation, created) VALUES (:heir, :child,"
            " :subject, 'guardian', :now)",
            heir=heir,
            child=ticket["child_id"],
            subject=subject,
            now=ms(turn.now),
        )
    turn.db.run(
        "UPDATE consent SET subject_id = :subject WHERE person_id = :heir AND subject_id = :old",
        subject=subject,
        heir=heir,
        old=ticket["subject_id"],
    )
    turn.db.run(
        "UPDATE voucher_ticket SET person_id = :heir, guardian_id = NULL, subject_id = :subject WHERE id = :id",
        heir=heir,
        subject=subject,
        id=ticket["id"],
    )
    turn.audit("ticket.handed_over", f"ticket:{ticket['id']}")
    _tell(turn, ticket, heir, "voucher.left_to_you")


def _tell(turn: Turn, ticket: Row, person: int, key: str) -> None:
    turn.push(
        person,
        key,
        name=child_name(turn, ticket),
        ticket=ticket["number"],
        dedupe=f"{key}:{ticket['id']}:{ms(turn.now)}",
    )


# -- every night -----------------------------------------------------------------------------------------------------


def tidy(turn: Turn) -> None:
    """Give up what fell to somebody who is gone, and forget the hashes of programmes that are over."""
    for voucher in turn.db.all(
        "SELECT v.* FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id JOIN person p ON p.id = t.person_id"
        " WHERE v.state = 'valid' AND p.erased IS NOT NULL ORDER BY v.id"
    ):
        mine.give_up(turn, voucher)
    for row in turn.db.all(
        "SELECT programme FROM voucher_round GROUP BY programme HAVING max(publish) < :long_ago"
        " AND coalesce(max(expires), 0) < :long_ago",
        long_ago=ms(turn.now - timedelta(days=OVER_DAYS)),
    ):
        _forget_programme(turn, str(row["programme"]))


def _forget_programme(turn: Turn, programme: str) -> None:
    """What told one child from another has no use any more; numbers and amounts stay in the accounts."""
    gone = turn.db.run("DELETE FROM voucher_document WHERE programme = :p", p=programme)
    gone += turn.db.run(
        "UPDATE voucher_ticket SET phone_hash = NULL WHERE phone_hash IS NOT NULL AND round_id IN (SELECT id FROM"
        " voucher_round WHERE programme = :p)",
        p=programme,
    )
    if gone:
        turn.audit("programme.forgotten", f"programme:{programme}", rows=gone)


def _own(turn: Turn, person: int) -> list[Row]:
    return turn.db.all("SELECT * FROM voucher_ticket WHERE person_id = :id ORDER BY id", id=person)


def _round_open(turn: Turn, ticket: Row) -> bool:
    return str(rounds.round_row(turn.db, int(ticket["round_id"]))["state"]) == "open"
