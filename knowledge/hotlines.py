"""Numbers to ring, by region: corpus/hotlines.yaml, and a district's own beside its entries.

The nearest region's line wins over a farther one's with the same number; a district's own file over the program's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import Field

from knowledge import regions
from knowledge.entries import Source
from knowledge.packfiles import Lined, read_text, read_yaml, validated
from knowledge.problems import PackError, Problem
from knowledge.programme import Record
from knowledge.wording import Words

NAME = "hotlines.yaml"
_NUMBER = re.compile(r"(?<!\d)(?:1[12]\d|12[39]\d{2}|96\d{3,4})(?!\d)")
"""How a short number looks in an answer; longer ones belong to a place and stand in its entries."""


class Hotline(Record):
    """One number. `what`: what it is for, in a few words; `topics`: matters for which it is the first to be named.

    `general`: named for every other matter but those of `not_for`.
    """

    number: Annotated[str, Field(pattern=r"^\d{3,5}$|^\d{3,4}-\d{7,8}$")]
    what: Annotated[str, Field(min_length=1, max_length=20)]
    what_en: Annotated[str, Field(min_length=1)]
    hours: str = ""
    topics: tuple[str, ...] = ()
    general: bool = False
    not_for: tuple[str, ...] = ()
    basis: Literal["original", "press", "second_hand"]
    source: Source


class _Lines(Record):
    """A region's part of the file."""

    lines: tuple[Hotline, ...]


@dataclass(frozen=True)
class Hotlines:
    """Every line by the code of its region."""

    by_region: Mapping[str, tuple[Hotline, ...]]

    def at(self, code: str | None) -> tuple[Hotline, ...]:
        """The lines that hold in a region, the nearest region's first; the nation's where it is unknown."""
        found: dict[str, Hotline] = {}
        for near in regions.parents(code or regions.NATION):
            for line in self.by_region.get(near, ()):
                found.setdefault(line.number, line)
        return tuple(found.values())

    def best(self, code: str | None, topics: Iterable[str] = ()) -> Hotline | None:
        """Whom to ring about these topics in a region: the nearest line for one of them, else the general one."""
        lines, wanted = self.at(code), frozenset(topics)
        own = next((line for line in lines if not wanted.isdisjoint(line.topics)), None)
        return own or next((line for line in lines if line.general and wanted.isdisjoint(line.not_for)), None)

    def under(self, own: Hotlines) -> Hotlines:
        """These lines with a district's own, which win number by number within a region."""
        regions_of_both = {*self.by_region, *own.by_region}
        return Hotlines(
            {code: own.by_region.get(code, ()) + self.by_region.get(code, ()) for code in regions_of_both}
        )


def with_number(text: str, line: Hotline | None, english: bool) -> str:
    """An honest "I don't know" with the number to ring, where its words do not name one already."""
    if line is None or _NUMBER.search(text):
        return text
    return (
        f"{text}\nYou can ring {line.number} ({line.what_en})."
        if english
        else f"{text}\n可以打{line.number}（{line.what}）问。"
    )


@lru_cache(maxsize=1)
def shipped() -> Hotlines:
    """What comes with the program. Raises PackError."""
    return load_hotlines(files("knowledge").joinpath("corpus", NAME))


def in_folders(folders: Iterable[Traversable]) -> tuple[Hotlines, tuple[Problem, ...]]:
    """The program's lines with those of a district's folders, a later one winning, and what is wrong in them."""
    lines, problems = shipped(), tuple[Problem, ...]()
    for folder in folders:
        if (source := folder.joinpath(NAME)).is_file():
            try:
                lines = lines.under(load_hotlines(source))
            except PackError as why:
                problems += why.problems
    return lines, problems


def load_hotlines(source: Traversable, label: str = "") -> Hotlines:
    """The lines of a file, named `label` in messages. Raises PackError with every problem found."""
    file = label or str(source)
    text = read_text(source, file)
    if isinstance(text, Problem):
        raise PackError([text])
    lined = read_yaml(text, file)
    if isinstance(lined, Problem):
        raise PackError([lined])
    problems: list[Problem] = []
    found: dict[str, tuple[Hotline, ...]] = {}
    for name, value in lined.value.items():
        code = regions.find(name)
        lines = _region(lined, name, value)
        if code is None:
            reason = f"{name} is no province, city or county"
            problems.append(
                Problem(file, lined.line((name,)), reason, "write 全国, 西安市, 西安市莲湖区 or 610104")
            )
        elif code in found:
            reason = f"{name} stands here twice"
            problems.append(Problem(file, lined.line((name,)), reason, "put its lines together"))
        elif isinstance(lines, list):
            problems += lines
        else:
            found[code] = lines
    if problems:
        raise PackError(problems)
    return Hotlines(found)


def _region(lined: Lined, name: str, value: object) -> tuple[Hotline, ...] | list[Problem]:
    own = {
        ("lines", *path[1:]): line for path, line in lined.lines.items() if path[0] == name and len(path) > 1
    }
    part = Lined(lined.file, {"lines": value}, own, lined.line((name,)))
    read = validated(_Lines, part)
    if isinstance(read, list):
        return read
    seen: dict[str, int] = {}
    problems = []
    for at, line in enumerate(read.lines):
        if line.number in seen:
            where = part.line(("lines", at))
            problems.append(
                Problem(
                    lined.file, where, f"{line.number} stands here twice in {name}", "remove one of the two"
                )
            )
        seen[line.number] = at
    return problems or read.lines


def hotline_problems(source: Traversable, words: Words, label: str = "", whole: bool = True) -> list[Problem]:
    """What is wrong with a file of hotlines, [] when all is well; a `whole` one has a line for everything."""
    file = label or str(source)
    try:
        lines = load_hotlines(source, label)
    except PackError as why:
        return list(why.problems)
    known = words.wording.topics
    problems = [
        Problem(
            file,
            0,
            f"{line.number}: no topic {topic} in wording.toml",
            f"use one of {', '.join(sorted(known))}",
        )
        for part in lines.by_region.values()
        for line in part
        for topic in (*line.topics, *line.not_for)
        if topic not in known
    ]
    if whole and not any(line.general for line in lines.by_region.get(regions.NATION, ())):
        problems.append(
            Problem(
                file, 0, "no line of 全国 is general", "write `general: true` at the number for everything"
            )
        )
    problems += [
        Problem(
            file, 0, f"{line.number}: nobody is named with a day who published it", "add date to its source"
        )
        for part in lines.by_region.values()
        for line in part
        if not line.source.date and line.basis != "second_hand"
    ]
    return problems
