"""What several versions share: a table of SQLite made anew so that it gives a number once only."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text


def give_once(*tables: str) -> None:
    """Let every `id` of these tables be AUTOINCREMENT; rows and indexes stay. PostgreSQL's sequences do so anyway.

    By SQLite's own recipe for changes that ALTER TABLE cannot make. Raises ValueError for a table in another form.
    """
    here = op.get_bind()
    if here.dialect.name != "sqlite":
        return
    for table in tables:
        made = here.execute(text("SELECT sql FROM sqlite_master WHERE name = :t"), {"t": table}).scalar_one()
        key = f"CONSTRAINT pk_{table} PRIMARY KEY (id)"
        parts = made.split(key)
        if len(parts) != 2 or "id INTEGER NOT NULL" not in parts[0]:
            raise ValueError(f"{table} is not as it was made: {made}")
        before, after = parts[0].rstrip(), parts[1].lstrip()
        # The constraint stands between two commas, or last.
        rest = before + after[1:] if after.startswith(",") else before.rstrip(",") + "\n" + after
        columns = rest[rest.index("(") :].replace(
            "id INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", 1
        )
        indexes = here.execute(
            text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :t AND sql IS NOT NULL"), {"t": table}
        ).scalars().all()  # fmt: skip
        op.execute(text(f"CREATE TABLE anew {columns}".replace(":", "\\:")))
        op.execute(f"INSERT INTO anew SELECT * FROM {table}")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE anew RENAME TO {table}")
        for index in indexes:
            op.execute(text(index.replace(":", "\\:")))
