"""What several versions share: a table of SQLite made anew so that it gives a number once only."""

from __future__ import annotations

import re

from alembic import op
from sqlalchemy import text

_MADE = text("SELECT sql FROM sqlite_master WHERE type = :type AND tbl_name = :table AND sql IS NOT NULL")


def give_once(*tables: str) -> None:
    """Let every `id` of these tables be AUTOINCREMENT; rows and indexes stay. PostgreSQL's sequences do so anyway.

    By SQLite's own recipe for changes that ALTER TABLE cannot make. Raises ValueError for a table in another form.
    """
    here = op.get_bind()
    if here.dialect.name != "sqlite":
        return
    for table in tables:
        (made,) = here.execute(_MADE, {"type": "table", "table": table}).scalars()
        bare, found = re.subn(rf",\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)", "", made)
        columns, numbered = re.subn(
            r"\bid INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", bare[bare.index("(") :]
        )
        if (found, numbered) != (1, 1):
            raise ValueError(f"{table} is not as it was made: {made}")
        indexes = list(here.execute(_MADE, {"type": "index", "table": table}).scalars())
        for statement in (
            f"CREATE TABLE anew {columns}",
            f"INSERT INTO anew SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE anew RENAME TO {table}",
            *indexes,
        ):
            here.exec_driver_sql(statement)
