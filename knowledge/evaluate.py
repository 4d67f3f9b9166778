"""Marks replies to a file of graded questions (JSON lines), in the form of the public sample.

`must_any`: of each inner list one must stand in the text, where the reply's kind is in `must_on` (default answer,
urgent); `must_not`: none may; `re:` begins a regular expression. Both sides are folded first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.answering import Reply
from knowledge.normalise import normalise

_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_RANGE = re.compile(r"(?<=[0-9])[—–~～至到](?=[0-9])")
_DROP = re.compile(r"[\s,，]")


def fold(text: str) -> str:
    """Width, script, case, spaces, date and range forms made one."""
    plain = normalise_long(text)
    plain = _DATE.sub(lambda d: f"{int(d[1])}年{int(d[2])}月{int(d[3])}日", plain)
    return _DROP.sub("", _RANGE.sub("-", plain))


def normalise_long(text: str) -> str:
    """`normalise` for texts of any length, line by line."""
    return "".join(normalise(line) for line in text.splitlines())


@dataclass(frozen=True)
class Marked:
    """One question with its reply. `right`: outright; `helped`: right, or choices that hold the right entry."""

    id: str
    reply: Reply
    right: bool
    helped: bool
    wrong: bool


def marks(question: Mapping[str, Any], reply: Reply, covers: Mapping[str, frozenset[str]]) -> Marked:
    """Mark one reply. `covers`: the entries of every fact and system."""
    expect = question["expect"]
    kind_fits = reply.kind in expect["kind_in"]
    right = kind_fits and says(expect, reply)
    if reply.kind == "dialog" and expect["dialog_in"] is not None:
        right = right and reply.dialog in expect["dialog_in"]
    offered = {found.id for found in reply.entries}
    helped = right or (reply.kind == "choices" and bool(wanted(question, covers) & offered))
    wrong = not right and reply.kind in ("answer", "urgent", "dialog")
    return Marked(question["id"], reply, right, helped, wrong)


def wanted(question: Mapping[str, Any], covers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The entries that tell what a question is about: those of its facts, else of its systems."""
    facts, systems = (
        frozenset().union(*(covers.get(one, frozenset()) for one in question[ids]))
        for ids in ("facts", "systems")
    )
    return facts or systems


def says(expect: Mapping[str, Any], reply: Reply) -> bool:
    """Whether the reply's words hold what is expected of its kind, and nothing that they must not."""
    text = fold(reply.text)
    if any(_in(one, text) for one in expect["must_not"]):
        return False
    if reply.kind not in expect.get("must_on", ("answer", "urgent")):
        return True
    return all(any(_in(one, text) for one in group) for group in expect["must_any"])


def _in(wanted: str, text: str) -> bool:
    if wanted.startswith("re:"):
        return re.search(wanted[3:], text) is not None
    return fold(wanted) in text


def read(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The questions of a JSON-lines file."""
    return [json.loads(line) for line in lines if line.strip()]
