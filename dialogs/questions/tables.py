"""What was asked and answered, of which place and in which version of the words, so that talk goes on and errors are corrected."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers, sealed, words

_DRAFT = text("state = 'draft'")


class AnswerGiven(SQLModel, table=True):
    """The version of an entry that a person was told last, and when. `forgotten` is the local day on which it goes.

    `digest` names the version's words in `answer_text`.
    """

    __tablename__ = "answer_given"
    __table_args__ = (
        UniqueConstraint("person_id", "entry"),
        Index("answer_given_entry", "entry", "digest"),
        NEVER_AGAIN,
    )
    id: int | None = key()
    person_id: int = refers("person.id")
    entry: str
    digest: str
    at: int = big()
    forgotten: str = Field(index=True)


class AnswerText(SQLModel, table=True):
    """A version of an entry's words, as long as somebody was told it: the corpus itself holds the newest only."""

    __tablename__ = "answer_text"
    digest: str = Field(primary_key=True)
    zh: str = words()
    en: str = words()


class AnswerTap(SQLModel, table=True):
    """A question that was met with choices, and which of them was meant. `offered` are entries' ids with spaces between.

    `chosen`: None until one is tapped, "" for none of them.
    """

    __tablename__ = "answer_tap"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    person_id: int = refers("person.id")
    question: bytes = sealed()
    offered: str = words()
    chosen: str | None = None
    at: int = big()
    forgotten: str = Field(index=True)


class AnswerCorrection(SQLModel, table=True):
    """An answer that has become another in the matter, for those who were told it otherwise.

    state: draft | sending | sent | dismissed | withdrawn. `digest` is the version that is right now, `told` for how
    many it was put on its way. At most one draft of an entry waits.
    """

    __tablename__ = "answer_correction"
    __table_args__ = (
        Index("answer_correction_draft", "entry", unique=True, sqlite_where=_DRAFT, postgresql_where=_DRAFT),
    )
    id: int | None = key()
    entry: str = Field(index=True)
    digest: str
    state: str = "draft"
    told: int = big(default=0)
    found: int = big()
    decided: int | None = big(default=None)


class AnswerPlace(SQLModel, table=True):
    """The place that a person said they ask about, by its code, for as long as they go on asking."""

    __tablename__ = "answer_place"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    person_id: int = Field(sa_column=Column(BigInteger, ForeignKey("person.id"), nullable=False, unique=True))
    region: str
    at: int = big()
    forgotten: str = Field(index=True)


class AnswerAsked(SQLModel, table=True):
    """A question and the entry that answered it, "" while it is open which city is meant."""

    __tablename__ = "answer_asked"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    person_id: int = refers("person.id")
    words: bytes = sealed()
    entry: str = ""
    at: int = big()
    forgotten: str = Field(index=True)
