"""`doorstep knowledge eval`: graded questions, and questions left out of the corpus, as Markdown tables.

How a question is marked stands in evaluate.py, how the left-out ones are made in leaveout.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from knowledge import regions
from knowledge.answering import Answers, Reply
from knowledge.evaluate import Marked, marks
from knowledge.leaveout import CUTS, Case, curve, left_out, ranks
from knowledge.packfiles import Lined, read_text, validated
from knowledge.problems import PackError, Problem
from knowledge.programme import Record

SEED = 20261121
"""So that two runs over one corpus ask the same questions."""
Kind = Literal["answer", "choices", "dialog", "urgent", "handover"]


class Expected(Record):
    """What a reply has to be and to say; evaluate.py says how."""

    kind_in: tuple[Kind, ...] = Field(min_length=1)
    must_any: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    dialog_in: tuple[str, ...] | None = None
    must_on: tuple[Kind, ...] = ("answer", "urgent")
    why: str = ""

    @field_validator("must_any")
    @classmethod
    def _readable(cls, value: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        for one in (one for group in value for one in group if one.startswith("re:")):
            try:
                re.compile(one[3:])
            except re.error as why:
                raise ValueError(f"{one} is no regular expression: {why}") from why
        return value


class Graded(Record):
    """One graded question. `at` is an instant with its offset; `region` a name or code, None unknown."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    region: str | None = None
    at: datetime
    expect: Expected
    facts: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    style: str = ""
    persona: str = ""
    topic: str = ""

    @field_validator("region")
    @classmethod
    def _a_region(cls, value: str | None) -> str | None:
        if value is not None and regions.find(value) is None:
            raise ValueError(f"{value} is no province, city or county")
        return value


def read_graded(path: Path) -> list[Graded]:
    """The questions of a JSON-lines file. Raises PackError with every bad line."""
    file = str(path)
    text = read_text(path, file)
    if isinstance(text, Problem):
        raise PackError([text])
    problems: list[Problem] = []
    graded: list[Graded] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        one = _question(file, number, line)
        if isinstance(one, list):
            problems += one
        elif one.id in lines:
            reason = f"id: {one.id} stands in line {lines[one.id]} already"
            problems.append(Problem(file, number, reason, "give it another id"))
        else:
            lines[one.id] = number
            graded.append(one)
    if not graded and not problems:
        problems.append(Problem(file, 0, "holds no question", "write one JSON object a line"))
    if problems:
        raise PackError(problems)
    return graded


def _question(file: str, number: int, line: str) -> Graded | list[Problem]:
    try:
        value = json.loads(line)
    except ValueError as why:
        return [Problem(file, number, f"is not JSON: {why}", "write one JSON object a line")]
    if not isinstance(value, dict):
        return [Problem(file, number, "is not a JSON object", "begin with { and end with }")]
    return validated(Graded, Lined(file, value, {(): number}, number))


@dataclass(frozen=True)
class _Row:
    question: Graded
    mark: Marked


def graded_report(
    answers: Answers, questions: Sequence[Graded], covered: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """The tables over graded questions, as Markdown lines."""
    asked = [one.model_dump(mode="json") for one in questions]
    rows = [
        _Row(one, marks(given, _reply(answers, one), covered))
        for one, given in zip(questions, asked, strict=True)
    ]
    yield from _table("all", "", rows, lambda _: "all questions")
    yield from _table("by expected kind", "kind", rows, lambda row: "/".join(row.question.expect.kind_in))
    yield from _table("by style", "style", rows, lambda row: row.question.style or "none given")
    yield from (
        "",
        "### Cuts",
        "",
        "| answers from confidence | right | helped | wrong |",
        "|--:|--:|--:|--:|",
    )
    for cut, some in _by_cut(answers, rows, asked, covered):
        here = " (shipped)" if cut == answers.figures.answer else ""
        yield f"| {cut:.2f}{here} | {_shares([_Row(row.question, mark) for row, mark in some])} |"
    missed = [row for row in rows if not row.mark.right]
    yield from (
        "",
        f"### Not right ({len(missed)})",
        "",
        "| id | got | said by | first entries | question |",
        "|---|---|---|---|---|",
    )
    yield from (_missed(answers, row) for row in missed)


def _reply(answers: Answers, one: Graded) -> Reply:
    return answers.reply(one.text, one.region, one.at)


def _table(title: str, column: str, rows: Sequence[_Row], group: Callable[[_Row], str]) -> Iterator[str]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    yield from (
        "",
        f"### {title[:1].upper()}{title[1:]}",
        "",
        f"| {column or 'what'} | n | right | helped | wrong |",
        "|---|--:|--:|--:|--:|",
    )
    for name, some in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield f"| {name} | {len(some)} | {_shares(some)} |"


def _shares(rows: Sequence[_Row]) -> str:
    whole = len(rows) or 1
    counts = (
        sum(row.mark.right for row in rows),
        sum(row.mark.helped for row in rows),
        sum(row.mark.wrong for row in rows),
    )
    return " | ".join(f"{100 * count / whole:.1f} %" for count in counts)


def _by_cut(
    answers: Answers,
    rows: Sequence[_Row],
    asked: Sequence[Mapping[str, Any]],
    covered: Mapping[str, frozenset[str]],
) -> Iterator[tuple[float, list[tuple[_Row, Marked]]]]:
    """Every cut with what it would make of each question: above it the boldest reply, below it the shyest one."""
    bold, shy = _with_cut(answers, 0.0), _with_cut(answers, 1.0)
    both = [
        [marks(given, _reply(some, row.question), covered) for some in (bold, shy)]
        for row, given in zip(rows, asked, strict=True)
    ]
    for cut in sorted({*CUTS, answers.figures.answer}):
        yield (
            cut,
            [
                (row, said if said.reply.confidence >= cut else held)
                for row, (said, held) in zip(rows, both, strict=True)
            ],
        )


def _with_cut(answers: Answers, cut: float) -> Answers:
    other = Answers(tuple(answers.entries.values()), answers.search)
    other.figures = answers.figures.model_copy(update={"answer": cut})
    return other


def _missed(answers: Answers, row: _Row) -> str:
    reply, wrong = row.mark.reply, row.mark
    found = reply.entries or tuple(
        answers.search.find(answers.search.ask(row.question.text, _home(row.question.region)), 3)
    )
    said = "wrong" if wrong.wrong else "helped" if wrong.helped else "held"
    names = ", ".join(one.id for one in found[:3])
    text = row.question.text.replace("|", "/").replace("\n", " ")
    return f"| {row.question.id} | {said} | {reply.kind} {reply.confidence:.2f} | {names} | {text} |"


def _home(region: str | None) -> str | None:
    return None if region is None else regions.find(region)


def left_out_report(answers: Answers, many: int) -> Iterator[str]:
    """The tables over `many` phrasings that are left out of the index while they are asked, as Markdown lines."""
    entries = tuple(answers.entries.values())
    inside, outside = left_out(answers.search, entries, many, SEED)
    first, three = ranks(inside)
    yield f"{len(inside)} phrasings left out: right entry first {100 * first:.1f} %, among three {100 * three:.1f} %"
    yield from _curve("One phrasing left out (another phrasing of its entry answers)", answers, inside)
    yield from _curve("A whole entry left out (nothing answers)", answers, outside)


def _curve(title: str, answers: Answers, cases: Sequence[Case]) -> Iterator[str]:
    yield from (
        "",
        f"### {title}, n {len(cases)}",
        "",
        "| answers from confidence | right | wrong | held |",
        "|--:|--:|--:|--:|",
    )
    shipped = answers.figures.answer
    for point in curve(answers, cases, sorted({*CUTS, shipped})):
        here = " (shipped)" if point.cut == shipped else ""
        shares = " | ".join(f"{100 * share:.1f} %" for share in (point.right, point.wrong, point.held))
        yield f"| {point.cut:.2f}{here} | {shares} |"
