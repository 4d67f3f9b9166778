"""A round's row, with and without its long columns, the programme it was opened with, and the places of a draw."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from bot.store.session import Db, Row
from knowledge.programme import Programme

PLACES = 1000
"""Tickets whose place is written in one transaction."""
_SHORT = (
    "id, name, programme, calendar_id, state, opens, closes, frozen, draw, publish, reference_day, programme_json,"
    " programme_hash, commitment, list_hash, public_value, last_day, expires, reserve_until"
)


def round_row(db: Db, round_id: int) -> Row:
    """The row of a round. Raises LookupError."""
    return _row(db, "*", round_id)


def short_row(db: Db, round_id: int) -> Row:
    """The row of a round without its list, result and secret, which take megabytes. Raises LookupError."""
    return _row(db, _SHORT, round_id)


def result_of(db: Db, round_id: int) -> str:
    """What a round's draw gave (its JSON), "" before it."""
    return str(db.value("SELECT result FROM voucher_round WHERE id = :id", id=round_id))


def programme_of(row: Row) -> Programme:
    """The programme a round was opened with."""
    return _programme(row["programme_json"])


def next_places(db: Db, round_id: int, result: str, after: int) -> tuple[list[dict[str, Any]], int | None]:
    """The places of the next thousand tickets after a row id, as id, rank and state (won | reserve), and the last id.

    In the order of the rows, not of the places: neighbours lie together in the file. The last id is None at the end.
    """
    places = _places_of(result)
    tickets = db.all(
        "SELECT id, number FROM voucher_ticket WHERE round_id = :round AND id > :after ORDER BY id LIMIT :limit",
        round=round_id,
        after=after,
        limit=PLACES,
    )
    found = [
        {"id": ticket["id"], "rank": place[0], "state": place[1]}
        for ticket in tickets
        if (place := places.get(ticket["number"])) is not None
    ]
    return found, int(tickets[-1]["id"]) if len(tickets) == PLACES else None


@lru_cache(maxsize=1)
def _places_of(result: str) -> dict[str, tuple[int, str]]:
    """(rank, won | reserve) by ticket of everybody in a draw's result (its JSON), read once for all its chunks."""
    return {
        ticket: (rank, "won" if rank <= band["quota"] else "reserve")
        for band in orjson.loads(result).values()
        for rank, ticket in enumerate(band["order"], start=1)
    }


def _row(db: Db, columns: str, round_id: int) -> Row:
    row = db.one(f"SELECT {columns} FROM voucher_round WHERE id = :id", id=round_id)
    if row is None:
        raise LookupError(f"no round {round_id}")
    return row


@lru_cache(maxsize=64)
def _programme(canonical: str) -> Programme:
    return Programme.from_canonical(canonical.encode())
