"""Two children turn out to be one: their papers, families and tickets come together; the later ticket is void.

The list of a frozen round never changes: a ticket that falls after the freeze keeps its line there and is marked
beside it. What somebody has used already is not taken away; it becomes a case.
"""

from __future__ import annotations

from bot.clock import ms
from bot.desk import open_case
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import reserve, rounds
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.results import guardians
from dialogs.voucher.service.tickets import had_enough

FALLEN = ("withdrawn", "refused", "unheard", "void")
"""Ticket states in which a ticket takes no part in anything any more."""
BOTH = "voucher.both"
"""The kind of case that two used vouchers of one child leave."""


def join(turn: Turn, one: int, other: int) -> int:
    """Let two children be one from now on; the row that stays. Once is enough: again changes nothing.

    Of two tickets in a round the earlier one stands. Raises LookupError for a child that is not there.
    """
    keep, gone = sorted((locked_root(turn, one), locked_root(turn, other)))
    if keep == gone:
        return keep
    at = {"keep": keep, "gone": gone}
    turn.db.run("UPDATE voucher_child SET same_as = :keep WHERE id = :gone OR same_as = :gone", **at)
    turn.db.run(
        "UPDATE voucher_child SET verified = (SELECT max(c.verified) FROM voucher_child c WHERE c.id = :keep OR"
        " c.same_as = :keep) WHERE id = :keep OR same_as = :keep",
        keep=keep,
    )
    _one_birth(turn, keep, gone)
    turn.db.run("UPDATE voucher_document SET child_id = :keep WHERE child_id = :gone", **at)
    turn.db.run(
        "DELETE FROM voucher_family WHERE child_id = :gone AND person_id IN"
        " (SELECT person_id FROM voucher_family WHERE child_id = :keep)",
        **at,
    )
    turn.db.run("UPDATE voucher_family SET child_id = :keep WHERE child_id = :gone", **at)
    turn.db.run("UPDATE voucher_link SET child_id = :keep WHERE child_id = :gone", **at)
    turn.db.run(
        "UPDATE voucher_pair SET state = 'same', decided = :now WHERE state IN ('open', 'unsure')"
        " AND one_id IN (:keep, :gone) AND other_id IN (:keep, :gone)",
        now=ms(turn.now),
        **at,
    )
    turn.audit("child.joined", f"child:{keep}", gone=gone)
    for ticket in turn.db.all("SELECT * FROM voucher_ticket WHERE child_id = :gone ORDER BY id", gone=gone):
        if ticket["state"] != "void":
            _bring_over(turn, ticket, keep)
    _no_more_than_allowed(turn, keep)
    return keep


def _one_birth(turn: Turn, keep: int, gone: int) -> None:
    """The birth date rests in one place only, so that erasing the child leaves none; it may be known of one of the two."""
    birth = {
        child: turn.unseal(
            turn.db.value("SELECT birth FROM voucher_child WHERE id = :id", id=child), "child.birth"
        )
        for child in (keep, gone)
    }
    turn.db.many(
        "UPDATE voucher_child SET birth = :birth WHERE id = :id",
        [
            {"id": keep, "birth": turn.seal(birth[keep] or birth[gone], "child.birth")},
            {"id": gone, "birth": turn.seal("", "child.birth")},
        ],
    )


def locked_root(turn: Turn, child: int) -> int:
    """The row a child lives on under, locked for this transaction. Raises LookupError."""
    lock = " FOR UPDATE" if turn.db.postgres else ""
    while True:
        row = turn.db.one(f"SELECT same_as FROM voucher_child WHERE id = :id{lock}", id=child)
        if row is None:
            raise LookupError(f"no child {child}")
        if row["same_as"] is None:
            return child
        child = int(row["same_as"])


def _bring_over(turn: Turn, ticket: Row, keep: int) -> None:
    """Move a ticket to the child that stays; where that has one in the same round, the earlier stands."""
    there = turn.db.one(
        "SELECT * FROM voucher_ticket WHERE round_id = :round AND child_id = :keep",
        round=ticket["round_id"],
        keep=keep,
    )
    if there is None:
        turn.db.run("UPDATE voucher_ticket SET child_id = :keep WHERE id = :id", keep=keep, id=ticket["id"])
        return
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    stands, falls = sorted((there, ticket), key=lambda one: (_over(one, row), one["applied"], one["id"]))
    if falls is there:
        # One child has one ticket in a round, void ones too: this one needs a row of its own to rest on.
        aside = turn.db.value(
            "INSERT INTO voucher_child (programme, birth, verified, same_as, created) SELECT programme, :nothing,"
            " verified, id, created FROM voucher_child WHERE id = :keep RETURNING id",
            keep=keep,
            nothing=turn.seal("", "child.birth"),
        )
        turn.db.run("UPDATE voucher_ticket SET child_id = :aside WHERE id = :id", aside=aside, id=falls["id"])
        turn.db.run("UPDATE voucher_ticket SET child_id = :keep WHERE id = :id", keep=keep, id=stands["id"])
    make_void(turn, row, falls, "same_child")


def _over(ticket: Row, row: Row) -> bool:
    return ticket["state"] in FALLEN or (ticket["state"] == "unseen" and row["state"] != "open")


def _no_more_than_allowed(turn: Turn, child: int) -> None:
    """Together they may have more vouchers than one child gets: the latest fall, and tickets not drawn yet."""
    for ticket in turn.db.all(
        "SELECT t.* FROM voucher_ticket t LEFT JOIN voucher v ON v.ticket_id = t.id WHERE t.child_id = :child AND"
        " (v.state = 'valid' OR t.state IN ('applied', 'unconfirmed', 'unseen') OR (t.state = 'won' AND v.id IS NULL))"
        " ORDER BY t.applied DESC, t.id DESC",
        child=child,
    ):
        row = rounds.round_row(turn.db, int(ticket["round_id"]))
        if had_enough(turn, child, row, but=int(ticket["id"])):
            make_void(turn, row, ticket, "awarded")


def make_void(turn: Turn, row: Row, ticket: Row, reason: str) -> None:
    """Let a ticket count no more, its unused voucher too; its people are told. A used voucher becomes a case."""
    voucher = turn.db.one("SELECT * FROM voucher WHERE ticket_id = :id", id=ticket["id"])
    if voucher is not None and (voucher["state"] == "used" or voucher["balance"] != voucher["amount"]):
        case = open_case(turn, BOTH, f"ticket:{ticket['id']}")
        turn.audit("ticket.both_used", f"ticket:{ticket['id']}", case=case)
        return
    turn.db.run(
        "UPDATE voucher_ticket SET state = 'void', void_reason = :reason, voided = :now WHERE id = :id",
        reason=reason,
        now=ms(turn.now),
        id=ticket["id"],
    )
    turn.audit("ticket.void", f"ticket:{ticket['id']}", reason=reason)
    turn.db.run(
        "UPDATE voucher SET state = 'void' WHERE ticket_id = :id AND state IN ('valid', 'declined')",
        id=ticket["id"],
    )
    place_is_free(turn, row, ticket)
    if _over(ticket, row):
        return
    for person in (int(ticket["person_id"]), *guardians(ticket)):
        turn.push(
            person,
            "voucher.ticket_void",
            dedupe=f"void:{ticket['id']}:{person}",
            name=child_name(turn, ticket),
            ticket=ticket["number"],
            round=row["name"],
            reason=reason,
            drawn=voucher is not None,
            telephone=turn.ground.telephone,
        )


def place_is_free(turn: Turn, row: Row, ticket: Row) -> None:
    """A voucher that nobody used is void: its place belongs to the reserve list of the band. So does an open offer's."""
    voucher = turn.db.value(
        "SELECT id FROM voucher WHERE ticket_id = :id AND state = 'void'", id=ticket["id"]
    )
    if voucher is not None:
        turn.audit("voucher.void", f"ticket:{ticket['id']}", round=row["name"], band=ticket["band"])
        reserve.freed(turn, int(voucher))
    reserve.leave_list(turn, ticket)
