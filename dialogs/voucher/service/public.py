"""What everybody may know of a round: /draws/ROUND.json, from its opening on, and of each of its draws by number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.clock import instant
from bot.store.sealed import KeyRing
from bot.store.session import Db, Row
from dialogs.voucher import draw
from dialogs.voucher.service.rounds import programme_of

AWARD = "voucher.award"
"""The kind of approval by which a review gave a voucher outside the draw; its subject is ROUND/TICKET."""


def document(keys: KeyRing, db: Db, name: str) -> dict[str, Any] | None:
    """ROUND.json: everything public of a round, null until known. None: no such round, or not open yet.

    `name` is a round (its latest draw) or ROUND.N (its Nth draw, which stays as it was published). `programme` is the
    round's own copy of its rules (its SHA-256 is `programme_hash`), `seed` what the secret, the list and the public
    value make together: with them a change of any one field shows. Where there was more than one draw, `event` is
    its number and `events` tells them all; where a review gave a voucher outside the draw, `awarded` names the ticket.
    `notes` say what became of tickets on the list after the freeze.
    """
    base, _, number = name.partition(".")
    row = db.one("SELECT * FROM voucher_round WHERE name = :name AND state <> 'announced'", name=base)
    if row is None or programme_of(row).allocation == "first_come":
        return None  # nothing is drawn in the order of coming
    events = db.all("SELECT * FROM voucher_event WHERE round_id = :id ORDER BY number", id=row["id"])
    if not events:
        return _first(keys, db, row) if number in ("", "1") else None
    chosen = [event for event in events if number in ("", str(event["number"]))]
    if not chosen:
        return None
    event = chosen[-1]
    found = _published(keys, db, row, event, drawn=event["drawn"] is not None)
    return {**found, "event": event["number"], "events": _events(row, events), **_awarded(db, row)}


def _first(keys: KeyRing, db: Db, row: Row) -> dict[str, Any]:
    return {
        **_published(keys, db, row, row, drawn=row["state"] in ("drawn", "published")),
        **_awarded(db, row),
    }


def _published(keys: KeyRing, db: Db, row: Row, of: Mapping[str, Any], drawn: bool) -> dict[str, Any]:
    """The contract's keys, from the round's row or from one of its events."""
    secret = seed = None
    if drawn:
        raw = keys.unseal(bytes(of["secret"]), "round.secret")
        secret, seed = raw.hex(), draw.seed(row["name"], raw, of["list_hash"], of["public_value"]).hex()
    listed = {band for band, _ in draw.entries_of(of["list"])}
    return {
        "round": row["name"],
        "programme": row["programme_json"],
        "programme_hash": row["programme_hash"],
        "commitment": of["commitment"],
        "list_hash": of["list_hash"] or None,
        "list": of["list"] if of["list_hash"] else None,
        "notes": _notes(db, row, of["list"]),
        "secret": secret,
        "public_value": of["public_value"],
        "seed": seed,
        "bands": json.loads(of["result"])
        if drawn
        else {
            band.id: {"quota": band.quota, "order": None}
            for band in programme_of(row).bands
            if "number" not in of or of["number"] == 1 or band.id in listed
        },
    }


def _notes(db: Db, row: Row, of_list: str) -> list[dict[str, str]]:
    """Tickets on the list that count no more, beside it: the list itself never changes."""
    listed = {ticket for _, ticket in draw.entries_of(of_list)}
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


def _events(row: Row, events: list[Row]) -> list[dict[str, Any]]:
    """Every draw of the round: its file, when its list and commitment stood in public, when it was drawn, and why."""
    return [
        {
            "event": event["number"],
            "file": f"{row['name']}.{event['number']}.json",
            "announced": instant(int(event["announced"])).isoformat(),
            "drawn": None if event["drawn"] is None else instant(int(event["drawn"])).isoformat(),
            "reason": event["reason"] or None,
            "added": json.loads(event["added"]),
            "bands_replaced_by": {
                band: later["number"]
                for later in events
                if later["number"] > event["number"] and later["drawn"] is not None
                for band in sorted({band for band, _ in draw.entries_of(later["list"])})
            },
        }
        for event in events
    ]


def _awarded(db: Db, row: Row) -> dict[str, Any]:
    plans = [
        json.loads(found["payload"])
        for found in db.all(
            "SELECT payload FROM approval WHERE kind = :kind AND state = 'confirmed' AND subject LIKE :of ORDER BY id",
            kind=AWARD,
            of=f"{row['name']}/%",
        )
    ]
    named = [{"ticket": plan["ticket"], "reason": plan["reason"]} for plan in plans]
    return {"awarded": named} if named else {}


def file_of(db: Db, row: Row, band: str | None) -> tuple[str, Mapping[str, Any]]:
    """Where a band's valid draw stands: the name of its file without the ending, and the row that holds it."""
    events = db.all("SELECT * FROM voucher_event WHERE round_id = :id ORDER BY number DESC", id=row["id"])
    for event in events:
        if event["number"] == 1 or band is None or f"\n{band}\t" in f"\n{event['list']}":
            return f"{row['name']}.{event['number']}", dict(event)
    return str(row["name"]), dict(row)


def as_file(found: dict[str, Any]) -> bytes:
    """The document as it is served and sent."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()
