"""The voucher service's rows: rounds, children, documents (hashes only), tickets, vouchers, redemptions.

Instants are BIGINT milliseconds UTC, days ISO strings, money integer fen.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables import big, key, refers, sealed, words


class VoucherRound(SQLModel, table=True):
    """One round. state: announced | open | frozen | waiting | drawn | published.

    At the opening it keeps a copy and the hash of its programme and commits to `secret` (32 bytes, sealed); `list`
    and `list_hash` are there from the freeze on, `result` (JSON: band -> quota, order) from the draw on.
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
    secret: bytes | None = sealed(default=None, nullable=True)
    commitment: str = ""
    list: str = words(default="")
    list_hash: str = ""
    public_value: str | None = None
    result: str = words(default="")
    last_day: str = ""
    expires: int | None = big(default=None)


class VoucherChild(SQLModel, table=True):
    """A child within one programme, whoever applies for it. The birth date is sealed."""

    __tablename__ = "voucher_child"
    id: int | None = key()
    programme: str
    birth: bytes = sealed()
    verified: int | None = big(default=None)
    created: int = big()


class VoucherDocument(SQLModel, table=True):
    """A document of a child as the programme's keyed hash; one hash is one child."""

    __tablename__ = "voucher_document"
    __table_args__ = (UniqueConstraint("programme", "hash"),)
    id: int | None = key()
    programme: str
    hash: str
    kind: str
    child_id: int = refers("voucher_child.id")
    created: int = big()


class VoucherFamily(SQLModel, table=True):
    """Who a person is to a child, and the subject under which they know it."""

    __tablename__ = "voucher_family"
    __table_args__ = (UniqueConstraint("person_id", "child_id"),)
    id: int | None = key()
    person_id: int = refers("person.id")
    child_id: int = refers("voucher_child.id")
    subject_id: int = refers("subject.id")
    relation: str
    created: int = big()


class VoucherTicket(SQLModel, table=True):
    """A place in a draw: one for a child and a round, whatever its family does.

    state: unconfirmed (a guardian must confirm) | applied | withdrawn | refused (by a guardian) | unheard (no guardian
    confirmed in time) | won | reserve. `rank` is its place in the band's order, from 1.
    """

    __tablename__ = "voucher_ticket"
    __table_args__ = (
        UniqueConstraint("round_id", "child_id"),
        UniqueConstraint("round_id", "phone_hash"),
        Index("voucher_ticket_band", "round_id", "band", "state"),
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
    phone_hash: str | None = None
    rank: int | None = big(default=None)
    applied: int = big()
    told: int | None = big(default=None)


class Voucher(SQLModel, table=True):
    """What was won. state: valid | used | declined | expired | void. The code is sealed, its keyed hash finds it."""

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


class Redemption(SQLModel, table=True):
    """A voucher used at a place: how much, by which member of staff, when, and whether the family disputes it."""

    __tablename__ = "voucher_redemption"
    id: int | None = key()
    voucher_id: int = refers("voucher.id")
    place: str
    staff_id: int | None = big(default=None)
    amount: int = big()
    at: int = big()
    disputed: int | None = big(default=None)
