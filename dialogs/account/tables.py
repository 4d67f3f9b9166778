"""The account's own rows: codes that join two addresses. (Wrong guesses are counted in bot/limits.py.)"""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from bot.store.columns import NEVER_AGAIN, big, key, refers


class JoinCode(SQLModel, table=True):
    """A six-digit code shown at one address, to be typed at another; only its keyed hash is kept."""

    __tablename__ = "account_join_code"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    code_hash: str = Field(index=True)
    person_id: int = refers("person.id")
    expires: int = big()
    used: int | None = big(default=None)


class Guess(SQLModel, table=True):
    """A wrong guess, as version 1 counted it: kept while a worker of that version may still be at work."""

    __tablename__ = "account_guess"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = key()
    kind: str
    address_id: int = refers("address.id")
    target: str = Field(index=True)
    at: int = big()
