"""Alembic's way into the database: run by `bot.store.versions`, which hands in an open, locked connection."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from bot.store.versions import by_table


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write SQLModel's string type as what it is, so that a version needs nothing but SQLAlchemy."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    return False


handed = context.config.attributes
context.configure(
    connection=handed["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=handed.get("include_object"),
    render_item=render_item,
    template_args={"by_table": by_table},
)
with context.begin_transaction():
    context.run_migrations()
