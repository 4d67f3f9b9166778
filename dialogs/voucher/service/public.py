"""What everybody may know of a round: /draws/ROUND.json, from its opening on."""

from __future__ import annotations

import json
from typing import Any

from bot.clock import instant
from bot.store.sealed import KeyRing
from bot.store.session import Db, Row
from dialogs.voucher import draw
from dialogs.voucher.service.rounds import programme_of


def document(keys: KeyRing, db: Db, name: str) -> dict[str, Any] | None:
    """ROUND.json: everything public of a round, null until known. None: no such round, or not open yet.

    `programme` is the round's own copy of its rules (its SHA-256 is `programme_hash`), `seed` what the secret, the
    list and the public value make together: with them a change of any one field shows. `notes` say what became of
    tickets on the list after the freeze.
    """
    row = db.one("SELECT * FROM voucher_round WHERE name = :name AND state <> 'announced'", name=name)
    if row is None:
        return None
    secret = seed = None
    drawn = row["state"] in ("drawn", "published")
    if drawn:
        raw = keys.unseal(bytes(row["secret"]), "round.secret")
        secret, seed = raw.hex(), draw.seed(row["name"], raw, row["list_hash"], row["public_value"]).hex()
    return {
        "round": row["name"],
        "programme": row["programme_json"],
        "programme_hash": row["programme_hash"],
        "commitment": row["commitment"],
        "list_hash": row["list_hash"] or None,
        "list": row["list"] if row["list_hash"] else None,
        "notes": _notes(db, row),
        "secret": secret,
        "public_value": row["public_value"],
        "seed": seed,
        "bands": json.loads(row["result"])
        if drawn
        else {band.id: {"quota": band.quota, "order": None} for band in programme_of(row).bands},
    }


def _notes(db: Db, row: Row) -> list[dict[str, str]]:
    """Tickets on the list that count no more, beside it: the list itself never changes."""
    listed = {line.partition("\t")[2] for line in row["list"].splitlines()}
    return [
        {
            "ticket": ticket["number"],
            "state": "void",
            "reason": ticket["void_reason"],
            "at": instant(int(ticket["voided"])).isoformat(),
        }
        for ticket in db.all(
            "SELECT number, void_reason, voided FROM voucher_ticket WHERE round_id = :id AND state = 'void'"
            " ORDER BY number",
            id=row["id"],
        )
        if ticket["number"] in listed
    ]


def as_file(found: dict[str, Any]) -> bytes:
    """The document as it is served and sent."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()
