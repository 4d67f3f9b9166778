"""`doorstep ask`: questions against the knowledge base, one on the command line or many as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from knowledge import regions
from knowledge.answering import Answers, Reply
from knowledge.entries import Spot
from knowledge.shelves import Shelves, spot_of

__all__ = ["answers", "ask", "ask_lines", "spot_of"]


def answers(own: Sequence[Path] = (), here: Spot | None = None) -> Answers:
    """The national corpus, with folders whose entries win over it; `here` is what those call 本地. Raises PackError."""
    national = files("knowledge").joinpath("corpus")
    return Shelves((national,), tuple(own), here).answers()


def ask(known: Answers, text: str, region: str, at: datetime) -> str:
    """One reply in words, as the command line prints it. Raises ValueError for an unknown region."""
    return known.reply(text, _region(region), at).text


def ask_lines(known: Answers, lines: Iterable[str], now: datetime) -> Iterator[str]:
    """A JSON line for every line asked, in order; {"error": …} for one that cannot be read."""
    for line in lines:
        if line.strip():
            yield json.dumps(_one(known, line, now), ensure_ascii=False)


def _one(known: Answers, line: str, now: datetime) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        at = datetime.fromisoformat(asked["at"]) if asked.get("at") else now
        return as_json(known, known.reply(str(asked["text"]), _region(asked.get("region") or ""), at))
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        return {"error": f"{type(why).__name__}: {why}"}


def as_json(known: Answers, reply: Reply) -> dict[str, Any]:
    """The keys of the door: kind, text, entries, sources, choices, dialog, region."""
    return {
        "kind": reply.kind,
        "text": reply.text,
        "entries": [
            {"id": one.id, "title": known.entries[one.id].head.question, "score": round(one.chance, 4)}
            for one in reply.entries
        ],
        "sources": [
            {"publisher": one.publisher, "date": one.date, "title": one.title} for one in reply.sources
        ],
        "choices": list(reply.choices),
        "dialog": reply.dialog,
        "region": reply.region,
    }


def _region(written: str) -> str | None:
    return regions.checked(written) if written else None
