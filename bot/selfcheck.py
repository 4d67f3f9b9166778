"""The machine's own rows recounted: what can only be so by a mistake of the program or a hand in the database.

Each line names the rows by their ids. Services add theirs (`Capability.self_checks`); all of it runs each night and
with `doorstep check --rows`.
"""

from __future__ import annotations

from datetime import timedelta

from bot.capability import Registry
from bot.clock import ms
from bot.turn import Turn

_DAY = timedelta(days=1)
_OPEN = ("queued", "inflight", "waiting", "withheld")
_SETTLED = ("sent", "unconfirmed", "failed", "cancelled")
# What is said of the rows of a statement, and the statement: it yields ids, each of which is one mistake.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "scarce {id}: less than nothing is used",
        "SELECT key AS id FROM scarce WHERE used < 0",
    ),
    (
        "inbox {id}: handled, and its words are still there",
        "SELECT id FROM inbox WHERE state = 'done' AND payload IS NOT NULL",
    ),
    (
        "inbox {id}: waits for more than a day",
        "SELECT id FROM inbox WHERE state <> 'done' AND state = 'waiting' AND received < :day",
    ),
    (
        "outbox {id}: in no known state",
        f"SELECT id FROM outbox WHERE state NOT IN {_OPEN + _SETTLED}",
    ),
    (
        "outbox {id}: on its way for more than a day",
        "SELECT id FROM outbox WHERE state = 'inflight' AND since < :day",
    ),
    (
        "outbox {id}: to be sent, and without words",
        f"SELECT id FROM outbox WHERE state IN {_OPEN} AND payload IS NULL",
    ),
    (
        "outbox {id}: changes a message that there is not",
        "SELECT o.id FROM outbox o WHERE o.of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.id = o.of)",
    ),
    (
        "action {id}: used after its deadline, or before it was made",
        "SELECT id FROM action WHERE used > deadline OR used < created",
    ),
    (
        "conversation {id}: waits for a document, and asks for nothing",
        "SELECT address_id AS id FROM conversation WHERE expects <> '' AND state IS NULL",
    ),
    (
        "approval {id}: given by whoever asked for it",
        "SELECT id FROM approval WHERE state = 'confirmed' AND asked_by = decided_by",
    ),
    (
        "person {id}: joined to somebody who is joined to another",
        "SELECT p.id FROM person p JOIN person q ON q.id = p.joined WHERE q.joined IS NOT NULL",
    ),
    (
        "address {id}: belongs to a person who is part of another",
        "SELECT a.id FROM address a JOIN person p ON p.id = a.person_id WHERE p.joined IS NOT NULL",
    ),
    (
        "staff {id}: holds the same post twice",
        "SELECT max(id) AS id FROM staff WHERE until IS NULL GROUP BY person_id, role, place HAVING count(*) > 1",
    ),
    (
        "call {id}: to be told what has arrived",
        "SELECT c.id FROM call_list c JOIN outbox o ON o.id = c.outbox_id WHERE c.state = 'open' AND o.state = 'sent'",
    ),
    ("timer {id}: due for more than a day", "SELECT id FROM timer WHERE state = 'waiting' AND due < :day"),
)


def self_check(turn: Turn, registry: Registry) -> list[str]:
    """Everything that differs, one line each; empty when all is well."""
    found = [
        said.format(id=row["id"])
        for said, sql in _RULES
        for row in turn.db.all(f"{sql} LIMIT 20", **({"day": ms(turn.now - _DAY)} if ":day" in sql else {}))
    ]
    for capability in registry.all:
        if capability.self_checks is not None:
            found += [f"{capability.name}: {line}" for line in capability.self_checks(turn)]
    return found
