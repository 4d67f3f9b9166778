"""`doorstep knowledge export`: the whole corpus as rows, for a spreadsheet or another program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from knowledge.entries import Entry

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so may be carried out by a spreadsheet."""


def json_lines(entries: Iterable[Entry], covered: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """One JSON object an entry: id, the keys of its head, answer, file and the facts and systems it tells."""
    told = _told(covered)
    for entry in entries:
        yield json.dumps(_whole(entry, told.get(entry.id, [])), ensure_ascii=False)


def table(entries: Iterable[Entry], covered: Mapping[str, frozenset[str]]) -> str:
    """A CSV text, one row an entry; what is a list stands in lines of one cell. Begins with a byte order mark."""
    told = _told(covered)
    rows = [_flat(_whole(entry, told.get(entry.id, []))) for entry in entries]
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["id"]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    # Spreadsheets read UTF-8 as something else without it.
    return "\ufeff" + text.getvalue()


def _told(covered: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """The facts and systems of every entry."""
    found: dict[str, list[str]] = {}
    for name, entries in sorted(covered.items()):
        for entry in entries:
            found.setdefault(entry, []).append(name)
    return found


def _whole(entry: Entry, told: list[str]) -> dict[str, Any]:
    head = entry.head.model_dump(mode="json", by_alias=True)
    return {
        "id": entry.id, **head, "answer": entry.answer, "region_code": entry.spot.code, "tells": told, "file": entry.file,
    }  # fmt: skip


def _flat(whole: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in whole.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{part}": _cell(one) for part, one in value.items()}
        elif value is not None:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return _cell("\n".join(_line(one) for one in value))
    text = str(value)
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _line(value: Any) -> str:
    """A source as one line: publisher, date, title, number, link, as far as they are known."""
    return " · ".join(str(one) for one in value.values() if one) if isinstance(value, dict) else str(value)
