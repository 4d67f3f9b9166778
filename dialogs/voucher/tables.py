"""The voucher service's rows: rounds, children, documents (hashes only), tickets, vouchers, redemptions.

Instants are BIGINT milliseconds UTC, days ISO strings, money integer fen.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed, words


class VoucherRound(SQLModel, table=True):
    """One round. state: announced | open | frozen | waiting | drawn | published.

    At the opening it keeps a copy and the hash of its programme and commits to `secret` (32 bytes, sealed); `list`
    and `list_hash` are there from the freeze on, `result` (JSON: band -> quota, order) from the draw on. Nothing is offered
    down the reserve list after `reserve_until`. First come, first served: open, then published.
    """

    __tablename__ = "voucher_round"
    __table_args__ = (UniqueConstraint("programme", "calendar_id"),)
    id: int | None = key()
    name: str = Field(unique=True)
    programme: str = Field(index=True)
    calendar_id: str
    state: str = "announced"
    opens: int = big()
    closes: int = big()
    frozen: int = big()
    draw: int = big()
    publish: int = big()
    reference_day: str
    programme_json: str = words(default="")
    programme_hash: str = ""
    secret: bytes | None = sealed("round.secret", default=None, nullable=True)
    commitment: str = ""
    list: str = words(default="")
    list_hash: str = ""
    public_value: str | None = None
    result: str = words(default="")
    last_day: str = ""
    expires: int | None = big(default=None)
    reserve_until: int | None = big(default=None)


class VoucherChild(SQLModel, table=True):
    """A child within one programme, whoever applies for it. The birth date is sealed; of an erased family it is "".

    `same_as`: this row turned out to be another one's child; only void tickets rest on it, all else moved there.
    """

    __tablename__ = "voucher_child"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    programme: str
    birth: bytes = sealed("child.birth")
    verified: int | None = big(default=None)
    same_as: int | None = big(default=None, index=True)
    created: int = big()


class VoucherDocument(SQLModel, table=True):
    """A document of a child as the programme's keyed hash; one hash is one child."""

    __tablename__ = "voucher_document"
    __table_args__ = (UniqueConstraint("programme", "hash"), NEVER_AGAIN)
    id: int | None = key()
    programme: str
    hash: str
    kind: str
    child_id: int = refers("voucher_child.id")
    created: int = big()


class VoucherFamily(SQLModel, table=True):
    """Who a person is to a child, and the subject under which they know it."""

    __tablename__ = "voucher_family"
    __table_args__ = (UniqueConstraint("person_id", "child_id"), NEVER_AGAIN)
    id: int | None = key()
    person_id: int = refers("person.id")
    child_id: int = refers("voucher_child.id")
    subject_id: int = refers("subject.id")
    relation: str
    created: int = big()


class VoucherTicket(SQLModel, table=True):
    """A place in a draw: one for a child and a round, whatever its family does.

    state: unconfirmed (a guardian must confirm) | unseen (staff must see the child's paper; still so after the freeze:
    not in the list) | applied | withdrawn | refused (by a guardian) | unheard (no guardian confirmed in time) | void
    (`void_reason`: same_child | awarded) | won | reserve. `rank` is its place in the band's order, from 1. `must_show`
    is 1 until the paper is seen. The marks are keyed hashes of the birth date, alone and with telephone and name: equal
    ones are looked at before the freeze. First come, first served: an
    unconfirmed one without a rank holds a voucher until `held`, one with a rank stands in the line.
    """

    __tablename__ = "voucher_ticket"
    __table_args__ = (
        UniqueConstraint("round_id", "child_id"),
        UniqueConstraint("round_id", "phone_hash"),
        Index("voucher_ticket_band", "round_id", "band", "state"),
        Index("voucher_ticket_rank", "round_id", "band", "rank"),
    )
    id: int | None = key()
    number: str = Field(unique=True)
    round_id: int = refers("voucher_round.id")
    child_id: int = refers("voucher_child.id")
    person_id: int = refers("person.id")
    subject_id: int = refers("subject.id")
    guardian_id: int | None = refers("person.id", nullable=True, default=None)
    band: str
    amount: int = big()
    state: str = "applied"
    to_verify: int = 0
    must_show: int = 0
    void_reason: str = ""
    voided: int | None = big(default=None)
    mark_birth: str = ""
    mark_phone: str = ""
    mark_name: str = ""
    phone_hash: str | None = None
    rank: int | None = big(default=None)
    applied: int = big()
    told: int | None = big(default=None)
    held: int | None = big(default=None)


class VoucherPair(SQLModel, table=True):
    """Two children who may be twins, or one child. state: open | twins | same | unsure; `one_id` < `other_id`.

    `why`: person | phone | name, what the two have in common besides the birth date. The tickets are those of the round
    in which they were noticed.
    """

    __tablename__ = "voucher_pair"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)
    id: int | None = key()
    round_id: int = refers("voucher_round.id")
    one_id: int = refers("voucher_child.id")
    other_id: int = refers("voucher_child.id")
    one_ticket: int = refers("voucher_ticket.id")
    other_ticket: int = refers("voucher_ticket.id")
    why: str
    state: str = Field(default="open", index=True)
    noticed: int = big()
    decided: int | None = big(default=None)
    staff_id: int | None = big(default=None)


class VoucherLink(SQLModel, table=True):
    """Two people who see a child's tickets together. state: met (the document was named) | asked | declined |
    offered (by a code) | linked | ended.

    `person_id` is who had the ticket, `other_id` who asked or took the code up.
    """

    __tablename__ = "voucher_link"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    child_id: int = refers("voucher_child.id")
    person_id: int = refers("person.id")
    other_id: int | None = refers("person.id", nullable=True, default=None)
    code_hash: str = Field(default="", index=True)
    state: str
    created: int = big()
    expires: int | None = big(default=None)


class Voucher(SQLModel, table=True):
    """What was won. state: valid | used | declined | expired | void. The code is sealed, its keyed hash finds it.

    `freed` is when its place went back to the quota: it can never be used again after that.
    """

    __tablename__ = "voucher"
    __table_args__ = (UniqueConstraint("ticket_id"),)
    id: int | None = key()
    ticket_id: int = refers("voucher_ticket.id")
    code_hash: str = Field(unique=True)
    code: bytes = sealed()
    amount: int = big()
    balance: int = big()
    state: str = Field(default="valid", index=True)
    issued: int = big()
    last_day: str
    expires: int = big()
    freed: int | None = big(default=None)
    extension_id: int | None = big(default=None)


class Redemption(SQLModel, table=True):
    """A voucher used at a place: how much, by which member of staff, when, and whether the family disputes it.

    `outage_day` (ISO) is the day it happened where it was entered later (补录); `reversed` when it was taken back.
    """

    __tablename__ = "voucher_redemption"
    id: int | None = key()
    voucher_id: int = refers("voucher.id")
    place: str
    staff_id: int | None = big(default=None)
    amount: int = big()
    at: int = big()
    disputed: int | None = big(default=None)
    reversed: int | None = big(default=None)
    outage_day: str | None = None


class VoucherEvent(SQLModel, table=True):
    """A draw of a round that was drawn more than once, numbered from 1; each stays published as it was.

    `reason` says why the one before was not enough, `added` (JSON) which tickets it had left out. `list` holds the bands
    that are drawn anew. `announced`, `draw` (planned) and `drawn` are instants.
    """

    __tablename__ = "voucher_event"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int | None = key()
    round_id: int = refers("voucher_round.id")
    number: int
    reason: str = words(default="")
    added: str = words(default="[]")
    commitment: str
    secret: bytes = sealed()
    list: str = words()
    list_hash: str
    public_value: str | None = None
    result: str = words(default="")
    announced: int = big()
    draw: int = big()
    drawn: int | None = big(default=None)


class VoucherExtension(SQLModel, table=True):
    """A last day moved for many: of a round, or of those who use one place (`place`), by `days`, for `reason`."""

    __tablename__ = "voucher_extension"
    id: int | None = key()
    round_id: int = refers("voucher_round.id")
    place: str = ""
    days: int
    reason: str = words()
    approval_id: int = big()
    at: int = big()


class VoucherSpot(SQLModel, table=True):
    """A redemption drawn for a spot check: by which seed of which day. answer: "" (none yet) | used | not."""

    __tablename__ = "voucher_spot"
    __table_args__ = (UniqueConstraint("redemption_id"),)
    id: int | None = key()
    redemption_id: int = refers("voucher_redemption.id")
    day: str = Field(index=True)
    seed: str
    asked: int = big()
    answer: str = ""
    answered: int | None = big(default=None)
