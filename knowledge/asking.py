"""`doorstep ask`: questions against the knowledge base, one on the command line or many as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from knowledge import regions
from knowledge.answering import Answers, Reply
from knowledge.entries import load_corpus


def answers(*own: Path) -> Answers:
    """The shipped corpus, with folders whose entries win over it. Raises PackError."""
    return Answers(load_corpus(files("knowledge").joinpath("corpus"), *own))


def ask(text: str, region: str, at: datetime, *own: Path) -> str:
    """One reply in words, as the command line prints it. Raises ValueError for an unknown region."""
    reply = answers(*own).reply(text, _region(region), at)
    return reply.text


def ask_lines(lines: Iterable[str], now: datetime, *own: Path) -> Iterator[str]:
    """A JSON line for every line asked, in order; {"error": …} for one that cannot be read."""
    known = answers(*own)
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
    if not written:
        return None
    if regions.find(written) is None:
        raise ValueError(f"{written} is no province, city or county; write 西安市, 西安市莲湖区 or 610104")
    return written
