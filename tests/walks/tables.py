"""One table of a service's own, standing on the machine's."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store.columns import big, key, refers


class Walk(SQLModel, table=True):
    """A walk somebody arranged."""

    __tablename__ = "walk"
    id: int | None = key()
    person_id: int = refers("person.id")
    day: str
    paper: str
    made: int = big()
