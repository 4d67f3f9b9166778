"""`doorstep knowledge try`: what a question finds and why, for the people who write the entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from knowledge import regions
from knowledge.answering import LOOKED_AT, Answers
from knowledge.entries import Entry
from knowledge.search import EVIDENCE, NAMES, Asked, Found

SHOWN = 5
"""Entries that are shown."""


def tried(answers: Answers, text: str, region: str | None, at: datetime) -> list[str]:
    """Lines: how the words were read, the best entries with what speaks for each, and what would be said.

    `region` is a name or code that regions.find knows, None unknown; `at` a local moment.
    """
    home = None if region is None else regions.find(region) or region
    asked = answers.search.ask(text, home)
    found = answers.search.find(asked, LOOKED_AT)
    reply = answers.reply(text, region, at)
    lines = [*_understood(asked), ""]
    for number, one in enumerate(found[:SHOWN], 1):
        lines += [*_entry(number, one, answers.entries[one.id], answers.figures.weights, at), ""]
    if not found:
        lines += ["no entry has anything of these words", ""]
    figures = answers.figures
    lines.append(
        f"confidence {answers.confidence(asked, found):.2f}"
        f" (answers from {figures.answer:.2f}, offers choices from {figures.offer:.2f})"
    )
    service = f" {reply.dialog}" if reply.dialog else ""
    said = reply.entries[0].id if reply.entries and reply.kind in ("answer", "handover") else ""
    sign = f" from {said}, by its words," if said and found and said != found[0].id else ""
    lines += [
        f"would be said,{sign} as {reply.kind}{service}:",
        *(f"    {row}" for row in reply.text.splitlines()),
    ]
    if reply.kind in ("urgent", "dialog"):
        lines.append(f"({reply.kind} comes before every entry)")
    return [*lines, "", "what the figures say:", *(f"    {name}: {EVIDENCE.get(name, '')}" for name in NAMES)]


def _understood(asked: Asked) -> Iterator[str]:
    places = ", ".join(_name(code) for code in asked.named) or "none"
    yield f"read as    {asked.common}"
    yield f"topics     {', '.join(sorted(asked.topics)) or 'none'}"
    yield f"facets     {', '.join(sorted(asked.facets)) or 'none'}"
    yield f"places     {places}; at home in {_name(asked.home) if asked.home else 'no known place'}"


def _name(code: str) -> str:
    return regions.told_name(code) or code


def _entry(number: int, one: Found, entry: Entry, weights: dict[str, float], at: datetime) -> Iterator[str]:
    head = entry.head
    when = "has ended" if entry.ended(at.date()) else "holds" if entry.holds(at.date()) else "not begun"
    unknown = ", known unknown" if head.kind == "unknown" else ""
    yield f"{number}. {entry.id}  score {one.score:.2f}  chance {one.chance:.2f}"
    yield f"   {head.question}"
    yield f"   {entry.spot.name}, {head.topic}, {' '.join(head.facets)}, {when}{unknown}; {entry.file}"
    speaks = []
    for name in NAMES:
        value = float(getattr(one.evidence, name))
        if value:
            speaks.append(f"{name} {value:.2f} ({value * weights.get(name, 0.0):+.2f})")
    yield f"   {', '.join(speaks) or 'nothing speaks for it'}"
