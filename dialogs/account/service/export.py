"""导出我的信息: everything that is kept about the person who asks, from every service, as a page and as JSON.

A service gives its part by `Capability.export`: sections of rows. What a section and its fields are called stands in the
texts under kept.SECTION; instants, days and amounts are written for people on the page and exactly in the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

from bot import homes
from bot.capability import NotDone
from bot.clock import instant
from bot.messages import Button, File, Outgoing
from bot.texts import plain
from bot.turn import Turn

STYLE = (
    "body{font:1rem/1.6 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "dl{border-top:1px solid #bbb;padding-top:.6rem}dt{color:#555}dd{margin:0 0 .4rem}"
)
MINUTES = 10
INSIDE = {
    "person": ("joined",),
    "address": ("chat", "thread", "member"),
    "case": ("about",),
    "offer": ("kind",),
    "message": ("lane",),
    "act": ("detail",),
    "answer": ("entry",),
    "tap": ("chosen", "offered"),
    "asked": ("entry",),
    "place": ("region",),
}
"""Fields of a section that say nothing to a person: numbers and names inside the machine. They stand in the JSON."""


def wanted(turn: Turn) -> None:
    """Say what the file holds and ask first: others may read what is shown here."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    sure = turn.action("account.export", "account.button.export", deadline=turn.in_(minutes=MINUTES))
    turn.say(
        "account.export_asked",
        [sure, Button(turn.label("account.button.no_export"), id="w:menu")],
        web=turn.place is not None and turn.place.channel == "web",
    )


def give(turn: Turn, _payload: dict[str, Any]) -> None:
    """Send the files, here and nowhere else."""
    if turn.overheard or turn.everyone is None:
        turn.say("account.overheard")
        raise NotDone
    found = turn.everyone.export(turn, turn.who.id)
    day = turn.today.isoformat()
    files = [
        File(f"my-data-{day}.html", "text/html", _page(turn, found).encode()),
        File(f"my-data-{day}.json", "application/json", _exact(turn, found).encode()),
    ]
    turn.audit("person.exported", f"person:{turn.who.id}")
    turn.say("account.exported", files=files)


def _exact(turn: Turn, found: Mapping[str, list[dict[str, Any]]]) -> str:
    zone = turn.ground.settings.zone

    def written(value: Any) -> str:
        local = value.astimezone(zone) if isinstance(value, datetime) else value
        return str(local.isoformat())

    tree = {"made": turn.now, "note": turn.ground.wording, **found}
    return json.dumps(tree, ensure_ascii=False, indent=1, default=written)


def _page(turn: Turn, found: Mapping[str, list[dict[str, Any]]]) -> str:
    texts, lang, shown = turn.ground.texts, turn.lang, partial(_shown, turn)
    title = escape(turn.label("kept.title"))
    parts = [f"<h1>{title}</h1><p>{escape(turn.label('kept.made', at=turn.now))}</p>"]
    for section, rows in found.items():
        if rows:
            parts.append(f"<h2>{escape(turn.label(f'kept.{section}.name'))}</h2>")
        for row in rows:
            cells = [
                f"<dt>{escape(turn.label(f'kept.{section}.{name}'))}</dt><dd>{escape(said)}</dd>"
                for name, value in row.items()
                if value not in (None, "")
                and name not in INSIDE.get(section, ())
                and (said := shown(section, name, value))
            ]
            parts.append(f"<dl>{''.join(cells)}</dl>")
    tag = {"zh": "zh-Hans"}.get(lang, lang)
    end = f"<p>{escape(texts.label(lang, 'kept.end', {'telephone': turn.ground.telephone}))}</p>"
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body>{''.join(parts)}{end}</body></html>"
    )


def _shown(turn: Turn, section: str, name: str, value: Any) -> str:
    """A value for people: moments and amounts in words, yes and no, the words for a state where there are any."""
    if name.endswith("_fen"):
        return turn.label("kept.money", amount=value)
    if isinstance(value, bool):
        return turn.label("kept.yes" if value else "kept.no")
    if isinstance(value, datetime):
        return turn.label("kept.moment", at=value)
    if section == "form":
        return _filled_in(turn, str(value)) if name == "words" else str(value)
    if name == "object":
        key = f"object.{str(value).partition(':')[0]}"
        return turn.label(key) if turn.ground.texts.has(key) else ""
    named = {
        "act": f"act.{value}",
        "kind": f"case.{value}.name",
        "purpose": f"account.purpose.{value}",
        "role": f"staff.role.{value}",
    }
    keys = [named[name]] if name in named else []
    for key in (*keys, f"kept_value.{section}_{value}", f"kept_value.{value}"):
        if isinstance(value, str) and turn.ground.texts.has(key):
            return turn.label(key)
    return str(value)


def _filled_in(turn: Turn, saved: str) -> str:
    """What an open form holds, by the names of its questions."""
    tree = json.loads(saved)
    flow, data = str(tree.get("flow", "")), tree.get("data", {})
    return "；".join(
        f"{turn.label(f'{flow}.{step}.name')} {_shown(turn, 'answer', step, value)}"
        for step, value in data.items()
        if isinstance(value, str) and value and turn.ground.texts.has(f"{flow}.{step}.name")
    )


# -- the machine's own part ------------------------------------------------------------------------------------------


def own(turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
    """What the machine keeps of a person: themselves, their addresses, subjects, consents, cases, words, acts."""
    return {
        "person": _persons(turn, person),
        "address": _addresses(turn, person),
        "subject": _subjects(turn, person),
        "consent": _consents(turn, person),
        "case": _cases(turn, person),
        "call": _calls(turn, person),
        "post": _posts(turn, person),
        "form": _forms(turn, person),
        "offer": _offers(turn, person),
        "message": _messages(turn, person),
        "act": _acts(turn, person),
    }


def _persons(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM person WHERE id = :id OR joined = :id ORDER BY id", id=person)
    return [
        {
            "created": _at(row["created"]),
            "lang": row["lang"],
            "plain": bool(row["plain"]),
            "reminders": bool(row["reminders"]),
            "phone": _open(turn, row["phone"], "person.phone"),
            "recovery": _open(turn, row["recovery"], "person.recovery"),
            "joined": row["joined"],
        }
        for row in rows
    ]


def _addresses(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM address WHERE person_id = :id ORDER BY id", id=person)
    same = ("channel", "chat", "thread", "member", "state")
    return [
        {**{n: row[n] for n in same}, "created": _at(row["created"]), "last_seen": _at(row["last_seen"])}
        for row in rows
    ]


def _subjects(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM subject WHERE person_id = :id ORDER BY id", id=person)
    return [
        {
            "kind": row["kind"],
            "name": _open(turn, row["name"], "subject.name"),
            "birth": _open(turn, row["birth"], "subject.birth"),
            "home": None if row["home"] is None else homes.told(turn.unseal(row["home"], "subject.home")),
            "created": _at(row["created"]),
        }
        for row in rows
    ]


def _consents(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all(
        "SELECT c.*, s.name FROM consent c LEFT JOIN subject s ON s.id = c.subject_id"
        " WHERE c.person_id = :id ORDER BY c.id",
        id=person,
    )
    return [
        {
            "purpose": row["purpose"],
            "subject": _open(turn, row["name"], "subject.name"),
            "wording": row["wording"],
            "paper": row["paper"],
            "given": _at(row["given"]),
            "revoked": _at(row["revoked"]),
        }
        for row in rows
    ]


def _cases(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM desk_case WHERE person_id = :id ORDER BY id", id=person)
    return [
        {
            "number": row["id"],
            "kind": row["kind"],
            "about": row["about"],
            "words": _open(turn, row["words"], "case.words"),
            "state": row["state"],
            "opened": _at(row["opened"]),
            "due": _at(row["due"]),
            "closed": _at(row["closed"]),
        }
        for row in rows
    ]


def _calls(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM call_list WHERE person_id = :id ORDER BY id", id=person)
    return [
        {
            "reason": row["reason"],
            "words": _said(turn, row["words"]),
            "state": row["state"],
            "created": _at(row["created"]),
            "done": _at(row["done"]),
        }
        for row in rows
    ]


def _posts(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM staff WHERE person_id = :id ORDER BY id", id=person)
    return [
        {
            "name": row["name"],
            "role": row["role"],
            "place": row["place"],
            "since": _at(row["since"]),
            "until": _at(row["until"]),
        }
        for row in rows
    ]


def _forms(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all(
        "SELECT c.state, c.updated FROM conversation c JOIN address a ON a.id = c.address_id"
        " WHERE a.person_id = :id AND c.state IS NOT NULL ORDER BY a.id",
        id=person,
    )
    return [
        {"words": _open(turn, row["state"], "conversation.state"), "updated": _at(row["updated"])}
        for row in rows
    ]


def _offers(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all("SELECT * FROM offer WHERE person_id = :id ORDER BY id", id=person)
    moments = ("created", "sent", "deadline", "until", "decided")
    return [
        {**{n: row[n] for n in ("kind", "state", "why")}, **{n: _at(row[n]) for n in moments}} for row in rows
    ]


def _messages(turn: Turn, person: int) -> list[dict[str, Any]]:
    """What was said to the person and is still kept; what they said is emptied as soon as it is handled."""
    rows = turn.db.all(
        "SELECT o.created, o.lane, o.state, o.payload FROM outbox o JOIN address a ON a.id = o.address_id"
        " WHERE a.person_id = :id AND o.payload IS NOT NULL ORDER BY o.id",
        id=person,
    )
    return [
        {
            "at": _at(row["created"]),
            "words": _said(turn, row["payload"]),
            "lane": row["lane"],
            "state": row["state"],
        }
        for row in rows
    ]


def _acts(turn: Turn, person: int) -> list[dict[str, Any]]:
    rows = turn.db.all(
        "SELECT at, act, object, detail FROM audit WHERE actor = :actor ORDER BY id", actor=f"person:{person}"
    )
    return [
        {"at": _at(row["at"]), "act": row["act"], "object": row["object"], "detail": row["detail"]}
        for row in rows
    ]


def _said(turn: Turn, blob: Any) -> str | None:
    raw = _open(turn, blob, "outbox.payload")
    return None if raw is None else plain(Outgoing.of_json(raw.encode()).text)


def _open(turn: Turn, blob: Any, about: str) -> str | None:
    return None if blob is None else turn.unseal(blob, about)


def _at(at: Any) -> datetime | None:
    return None if at is None else instant(int(at))
