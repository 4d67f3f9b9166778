"""The kinds of columns that every table is made of, and how constraints are named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

# A constraint without a name could not be dropped by a later version on SQLite.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For a numbered table whose rows are deleted: SQLite gives a number once only, as PostgreSQL does by itself."""


def big(**more: Any) -> Any:
    """A BIGINT column: chat ids and milliseconds do not fit an INTEGER on PostgreSQL."""
    return Field(sa_type=BigInteger, **more)


def key() -> Any:
    """A numbered primary key (BIGINT; INTEGER on SQLite, which numbers no other)."""
    return Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )


def refers(target: str, **more: Any) -> Any:
    """A BIGINT foreign key, indexed."""
    nullable = more.pop("nullable", False)
    return Field(sa_column=Column(BigInteger, ForeignKey(target), nullable=nullable, index=True), **more)


def sealed(about: str = "", **more: Any) -> Any:
    """A column of sealed bytes. `about` is what its seals are about; by default "table.column"."""
    nullable = more.pop("nullable", False)
    return Field(sa_column=Column(LargeBinary, nullable=nullable, info={"about": about}), **more)


def words(**more: Any) -> Any:
    """A TEXT column of any length (JSON mostly)."""
    return Field(sa_column=Column(Text, nullable=False), **more)
