"""The machine's own tables. Instants are BIGINT milliseconds UTC; words and phones are sealed bytes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed, words

_IN_A_GROUP = text("member <> ''")


class Person(SQLModel, table=True):
    """Somebody, behind one or several addresses. `joined` is the person whom they turned out to be, too.

    `erased`: since then nothing is left of them but what others' records need; nobody can be reached as this person.
    """

    __tablename__ = "person"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    created: int = big()
    lang: str = "zh"
    plain: int = 0
    reminders: int = 1
    phone: bytes | None = sealed(default=None, nullable=True)
    recovery_hash: str | None = Field(default=None, index=True)
    recovery: bytes | None = sealed(default=None, nullable=True)
    joined: int | None = big(default=None)
    erased: int | None = big(default=None)


class Address(SQLModel, table=True):
    """A place on a channel where a person can be reached. state: active | retired."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("channel", "chat", "thread", "member"),
        Index("address_member", "channel", "member", sqlite_where=_IN_A_GROUP, postgresql_where=_IN_A_GROUP),
        NEVER_AGAIN,
    )
    id: int | None = key()
    channel: str
    chat: str
    thread: str = ""
    member: str = ""
    person_id: int = refers("person.id")
    state: str = "active"
    created: int = big()
    last_seen: int = big()


class Conversation(SQLModel, table=True):
    """What is being talked about at an address: a sealed JSON of the open and the parked form.

    `seq` rises with every turn (compare-and-swap); `question` numbers the question now open, so that an old
    button is known as old; `expects` is "document" while one is asked.
    """

    __tablename__ = "conversation"
    address_id: int = Field(sa_column=Column(BigInteger, ForeignKey("address.id"), primary_key=True))
    seq: int = big(default=0)
    question: int = big(default=0)
    expects: str = ""
    state: bytes | None = sealed(default=None, nullable=True)
    updated: int = big()


_OPEN = text("state <> 'done'")


class Inbox(SQLModel, table=True):
    """What arrived. state: waiting | done | failed. The payload is emptied when it has been handled.

    `note` says why a row failed, or that its sender wrote too fast to be answered ("over the limit").
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        Index("inbox_waiting", "place", "state", "id"),
        # What is open is a handful among a month of rows, and is looked for every few seconds.
        Index("inbox_open", "state", "received", sqlite_where=_OPEN, postgresql_where=_OPEN),
        NEVER_AGAIN,
    )
    id: int | None = key()
    channel: str
    update_id: str
    place: str
    payload: bytes | None = sealed(default=None, nullable=True)
    state: str = "waiting"
    received: int = big()
    handled: int | None = big(default=None)
    note: str = ""


class Outbox(SQLModel, table=True):
    """Every message that leaves: a row before it is a call.

    state: queued | inflight | waiting | withheld | sent | unconfirmed | failed | cancelled. `due` is when it may go,
    `deadline` when it is no longer worth sending. `turn` is the id of the turn that wrote it, for the logs; `worker` is
    who has it in hand, or had it last.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "state", "due"),
        Index("outbox_address", "address_id", "id"),
        NEVER_AGAIN,
    )
    id: int | None = key()
    address_id: int = refers("address.id")
    kind: str = "send"
    of: int | None = big(default=None)
    lane: str = "reply"
    state: str = "queued"
    payload: bytes | None = sealed(default=None, nullable=True)
    dedupe: str | None = Field(default=None, unique=True)
    created: int = big()
    due: int = big()
    deadline: int | None = big(default=None)
    since: int = big()
    tries: int = 0
    message_id: str | None = None
    note: str = ""
    turn: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    worker: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default="0", default=0)
    )


class Timer(SQLModel, table=True):
    """Something that happens later. state: waiting | done | cancelled. `cursor` is where a long one goes on."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("timer_due", "state", "due"))
    id: int | None = key()
    kind: str
    key: str
    due: int = big()
    payload: str = words(default="{}")
    cursor: str = words(default="")
    state: str = "waiting"
    tries: int = 0


class Firing(SQLModel, table=True):
    """A cron job's claim on one of its due times: written with its effect, so that it never happens twice."""

    __tablename__ = "firing"
    job: str = Field(primary_key=True)
    due: int = Field(sa_column=Column(BigInteger, primary_key=True))
    at: int = big()


class Action(SQLModel, table=True):
    """An action button's row: what it does, for whom, until when, and when it was used."""

    __tablename__ = "action"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    kind: str
    payload: str = words(default="{}")
    person_id: int | None = refers("person.id", nullable=True, default=None)
    deadline: int | None = big(default=None)
    used: int | None = big(default=None)
    created: int = big()


class Subject(SQLModel, table=True):
    """Whom an act is for: kind me | child | elder. Name and birth date are sealed, and so is the home (bot/homes.py)."""

    __tablename__ = "subject"
    id: int | None = key()
    person_id: int = refers("person.id")
    kind: str
    name: bytes = sealed()
    birth: bytes | None = sealed(default=None, nullable=True)
    home: bytes | None = sealed(default=None, nullable=True)
    created: int = big()


class Consent(SQLModel, table=True):
    """A yes to one purpose, with the words' version it was given to; revoked, never deleted.

    `paper` is the number of the signed form, where it was given at the counter.
    """

    __tablename__ = "consent"
    id: int | None = key()
    person_id: int = refers("person.id")
    subject_id: int | None = refers("subject.id", nullable=True, default=None)
    purpose: str
    wording: str
    paper: str = Field(default="", sa_column_kwargs={"server_default": ""})
    given: int = big()
    revoked: int | None = big(default=None)


class Case(SQLModel, table=True):
    """A matter for staff. state: open | taken | closed. What a person wrote is sealed."""

    __tablename__ = "desk_case"
    id: int | None = key()
    kind: str
    person_id: int | None = refers("person.id", nullable=True, default=None)
    address_id: int | None = refers("address.id", nullable=True, default=None)
    about: str = ""
    words: bytes | None = sealed("case.words", default=None, nullable=True)
    state: str = "open"
    opened: int = big()
    due: int | None = big(default=None)
    closed: int | None = big(default=None)
    staff_id: int | None = big(default=None)


class Call(SQLModel, table=True):
    """The call list: what could not be delivered and a person should be told by telephone.

    state: open | done | unreached (nobody answered, however often). `due` is when it is worth trying again.
    """

    __tablename__ = "call_list"
    id: int | None = key()
    person_id: int = refers("person.id")
    outbox_id: int | None = Field(default=None, sa_column=Column(BigInteger, unique=True, nullable=True))
    reason: str
    words: bytes | None = sealed("outbox.payload", default=None, nullable=True)
    state: str = "open"
    created: int = big()
    due: int | None = big(default=None)
    done: int | None = big(default=None)
    staff_id: int | None = big(default=None)


class Staff(SQLModel, table=True):
    """A member of staff: a person with a role, perhaps limited to a place."""

    __tablename__ = "staff"
    id: int | None = key()
    person_id: int = refers("person.id")
    name: str
    role: str
    place: str = ""
    since: int = big()
    until: int | None = big(default=None)


class Invite(SQLModel, table=True):
    """A one-time invitation; only the hash of its code is kept."""

    __tablename__ = "invite"
    id: int | None = key()
    code_hash: str = Field(unique=True)
    name: str
    role: str
    place: str = ""
    created: int = big()
    expires: int = big()
    used: int | None = big(default=None)


class Approval(SQLModel, table=True):
    """An act that needs two. state: asked | confirmed | refused | withdrawn. `hash` pins what is approved."""

    __tablename__ = "approval"
    id: int | None = key()
    kind: str
    subject: str
    hash: str
    payload: str = words(default="{}")
    state: str = "asked"
    asked_by: int = big()
    asked: int = big()
    decided_by: int | None = big(default=None)
    decided: int | None = big(default=None)


class Scarce(SQLModel, table=True):
    """A counter of something scarce: never more used than there is. Keys sort by the codes of their characters."""

    __tablename__ = "scarce"
    key: str = Field(
        sa_column=Column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    )
    cap: int = big()
    used: int = big(default=0)


class Offer(SQLModel, table=True):
    """Something scarce that one person may take or leave. state: offered | called | accepted | declined | lapsed | passed.

    `object` is the number of the row it is offered for, one offer to a row of a `kind`; an open one holds a unit of
    the counter `holds`, if it names one. Its `hours`, or on short notice `minutes`, begin at `sent`; `deadline` is known from then on and never lies past `until`.
    called: it could not be delivered and stands on the call list (`call_id`). passed: it would have been their turn.
    """

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("kind", "object"), Index("offer_holds", "holds", "state"))
    id: int | None = key()
    kind: str
    object: int = big()
    person_id: int = refers("person.id")
    holds: str
    state: str = Field(index=True)
    hours: int
    minutes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created: int = big()
    until: int = big()
    outbox_id: int | None = refers("outbox.id", nullable=True, default=None)
    call_id: int | None = refers("call_list.id", nullable=True, default=None)
    sent: int | None = big(default=None)
    deadline: int | None = big(default=None)
    decided: int | None = big(default=None)
    why: str = ""


class Audit(SQLModel, table=True):
    """What was done, by whom, to what. Rows are only ever added; they hold ids, never words."""

    __tablename__ = "audit"
    id: int | None = key()
    at: int = big()
    actor: str
    act: str
    object: str
    detail: str = words(default="{}")


class Setting(SQLModel, table=True):
    """A value the bot keeps for itself (a channel's offset, a pinned version)."""

    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value: str = words(default="")


class Limit(SQLModel, table=True):
    """How often something was done by somebody within a window, and until when they rest (bot/limits.py)."""

    __tablename__ = "limit_count"
    rule: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    since: int = big()
    used: int = big()
    until: int = big(default=0)


class Trouble(SQLModel, table=True):
    """Something that troubles the bot, by its name. `seen` is when a worker last met it, `told` when staff were last
    told of it (None: never), `over` when it ended (None: it has not)."""

    __tablename__ = "trouble"
    name: str = Field(primary_key=True)
    why: str = words(default="")
    since: int = big()
    seen: int = big()
    told: int | None = big(default=None)
    over: int | None = big(default=None)
