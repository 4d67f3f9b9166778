"""How each database is connected to: what every connection is told, and what is waited for."""

from __future__ import annotations

import sqlite3
import time

from sqlalchemy import Engine, create_engine, event

WAL_S = 30.0
PATIENT = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c idle_in_transaction_session_timeout=60s -c enable_seqscan=off -c jit=off",
}
"""PostgreSQL and we notice each other's end within half a minute, also when a machine vanishes from the network; and
a process that froze inside a transaction does not hold up the others for ever. Every lookup of a turn has its index:
one that was planned while a table was empty must not read it whole in the first rush, and nothing here is so heavy
that it should be compiled first."""


def sqlite(url: str, connections: int) -> Engine:
    """SQLite in WAL mode, every commit on the disk; so many connections, and as many more at a rush."""
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=connections,
        connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _record: object) -> None:
        _into_wal(raw)
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-16000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    return engine


def _into_wal(raw: sqlite3.Connection) -> None:
    """Two processes may open a new file at once, and this switch does not wait for the other one by itself."""
    end = time.monotonic() + WAL_S
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def postgres(url: str, connections: int) -> Engine:
    """PostgreSQL: one connection for each worker, some for whoever only reads."""
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=connections + 4,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args=PATIENT,
    )
