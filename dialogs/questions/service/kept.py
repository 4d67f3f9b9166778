"""The rows that belong to a person, in one: joined with those of another address, erased, forgotten when their days are over."""

from __future__ import annotations

from datetime import timedelta

from bot.turn import Turn

MOST = 300
"""Characters of a question that are kept."""
TABLES = ("answer_given", "answer_tap", "answer_place", "answer_asked")
LAST = {"answer_given": "o.entry = answer_given.entry", "answer_place": "TRUE"}
"""Where a person has one row at most, and which rows of two people are the same one: the later of the two stays."""


def until(turn: Turn, days: int) -> str:
    """The local day on which a row of today goes that is kept for so many days."""
    return (turn.today + timedelta(days=days)).isoformat()


def join(turn: Turn, keep: int, other: int) -> None:
    """Two addresses became one person, for whom the later counts of what each was told or said."""
    both = {"keep": keep, "other": other}
    for table, same in LAST.items():
        for first, second in (("keep", "other"), ("other", "keep")):
            turn.db.run(
                f"DELETE FROM {table} WHERE person_id = :{first} AND EXISTS (SELECT 1 FROM {table} o WHERE"
                f" o.person_id = :{second} AND {same} AND (o.at > {table}.at OR (o.at = {table}.at AND o.id > {table}.id)))",
                **both,
            )
    for table in TABLES:
        turn.db.run(f"UPDATE {table} SET person_id = :keep WHERE person_id = :other", **both)


def erase(turn: Turn, person: int) -> None:
    """Nothing is left of what a person asked, and where, and was told."""
    for table in TABLES:
        turn.db.run(f"DELETE FROM {table} WHERE person_id = :id", id=person)


def forget(turn: Turn) -> None:
    """What has had its days goes, and the words of versions that nobody was told any more."""
    for table in TABLES:
        turn.db.run(f"DELETE FROM {table} WHERE forgotten <= :today", today=turn.today.isoformat())
    turn.db.run("DELETE FROM answer_text WHERE digest NOT IN (SELECT digest FROM answer_given)")
