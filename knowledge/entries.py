"""The corpus: one question per Markdown file, a YAML head and the answer below it. knowledge/README.md shows the form.

An entry says where it holds (region), when (valid), who said it (sources, basis), what it is about (topic, facets) and
in which other words people ask for it (phrasings). Its file's name is its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from knowledge import regions
from knowledge.packfiles import Lined, read_text, read_yaml, validated
from knowledge.problems import PackError, Problem
from knowledge.programme import Record

PHRASINGS = (6, 12)
"""How many phrasings an entry has at least and at most."""
MOST = 420
"""Characters of an answer: what a phone shows without scrolling twice."""
PLAIN_LINES, PLAIN_CHARS = 3, 60
_HEAD = re.compile(r"\A---\r?\n(.*?\r?\n)---\r?\n(.*)\Z", re.DOTALL)
HERE = "本地"
"""The region of an entry that a city's pack brings: the pack's own."""
HIDDEN = (".", "~")
"""How the names of what editors and systems leave beside a file begin; such files are not read."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_REVIEW = re.compile(r"\d{4}-\d{2}-\d{2} \S.*")
Line = Annotated[str, Field(min_length=1, pattern=r"\S")]


def _is_a_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


class Source(Record):
    """Who said it. `date` is as exact as it is known: 2025, 2025-11 or 2025-11-12; `link` is kept inside."""

    publisher: Line
    date: str = ""
    title: str = ""
    doc_no: str = ""
    link: str = ""

    @field_validator("date")
    @classmethod
    def _a_day(cls, value: str) -> str:
        if value and not _DAY.fullmatch(value):
            raise ValueError("is not 2025, 2025-11 or 2025-11-12")
        return value


class Validity(Record):
    """The local days on which an entry holds, both included; None is open."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("ends before it begins")
        return self


class Takes(Record):
    """Completed months of the children that a place takes: from so many, below so many where that is told."""

    from_: int = Field(alias="from", ge=0)
    below: int | None = None


class Head(Record):
    """The YAML head of an entry."""

    question: Line
    question_en: Line
    phrasings: tuple[Line, ...] = Field(min_length=PHRASINGS[0], max_length=PHRASINGS[1])
    topic: Line
    facets: tuple[Line, ...] = Field(min_length=1)
    audience: tuple[Literal["parent", "elder", "family", "staff", "anyone"], ...] = Field(min_length=1)
    region: Line
    valid: Validity = Validity()
    ended: str = ""
    kind: Literal["answer", "unknown"] = "answer"
    basis: Literal["original", "press", "second_hand"]
    sources: tuple[Source, ...] = ()
    dialog: str = ""
    sum: Literal[
        "",
        "childcare_subsidy",
        "child_class",
        "xian_voucher",
        "yinchuan_voucher",
        "third_child",
        "elder_subsidy",
        "hourly",
        "tax_infant",
        "tax_elder",
    ] = ""
    takes: Takes | None = None
    plain: Line
    en: Line
    reviewed: str = ""
    change: Literal["wording", "material"] = "wording"

    @field_validator("region")
    @classmethod
    def _a_region(cls, value: str) -> str:
        if value != HERE and regions.find(value) is None:
            raise ValueError(
                f"{value} is no region of regions.csv; write 全国, 陕西省, 西安市 or 西安市莲湖区"
            )
        return value

    @field_validator("plain")
    @classmethod
    def _plain_enough(cls, value: str) -> str:
        lines = value.strip().splitlines()
        if len(lines) > PLAIN_LINES or any(len(line) > PLAIN_CHARS for line in lines):
            raise ValueError(f"is more than {PLAIN_LINES} lines of {PLAIN_CHARS} characters")
        return value

    @field_validator("reviewed")
    @classmethod
    def _a_review(cls, value: str) -> str:
        if value and (not _REVIEW.fullmatch(value) or not _is_a_day(value[:10])):
            raise ValueError("is not a day and who read it then: 2026-05-01 and a name")
        return value

    @property
    def reviewed_on(self) -> date | None:
        """The day on which a person read the entry against its source; None until somebody did."""
        return date.fromisoformat(self.reviewed[:10]) if self.reviewed else None

    @model_validator(mode="after")
    def _cited(self) -> Self:
        if self.kind == "answer" and not self.sources:
            raise ValueError("an answer names at least one source")
        if self.ended and self.valid.until is None:
            raise ValueError("`ended` is said after valid.until, which is missing")
        return self


class Spot(NamedTuple):
    """Where an entry holds: a region's GB/T 2260 code (a pack's own may be invented) and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class Entry:
    """One question with its answer. `file` is for messages to editors."""

    id: str
    head: Head
    answer: str
    spot: Spot
    file: str = field(compare=False, default="")
    lined: Lined = field(compare=False, repr=False, default_factory=lambda: Lined("", None))

    def title(self, english: bool) -> str:
        """Its question, in Chinese or English."""
        return self.head.question_en if english else self.head.question

    @property
    def phrasings(self) -> tuple[str, ...]:
        """Every way to ask for it, its own question first."""
        return (self.head.question, self.head.question_en, *self.head.phrasings)

    def line(self, *path: str | int) -> int:
        """The line of the file in which a key of the head stands: "topic", or "phrasings" and its number."""
        return self.lined.line(path)

    def holds(self, day: date) -> bool:
        """Whether it is inside its dates on a local day."""
        return not self.ended(day) and (self.head.valid.from_ is None or self.head.valid.from_ <= day)

    def ended(self, day: date) -> bool:
        """Whether its time is over on a local day."""
        return self.head.valid.until is not None and self.head.valid.until < day


def load_corpus(*folders: Traversable, here: Spot | None = None) -> tuple[Entry, ...]:
    """Every entry below the folders, in the order of their ids; a later folder's entry wins over an earlier one's.

    `here` is the pack whose entries may say 本地. Raises PackError with every problem found.
    """
    entries, problems = read_corpus(*folders, here=here)
    if problems:
        raise PackError(problems)
    return entries


def read_corpus(
    *folders: Traversable, here: Spot | None = None, over: Iterable[Entry] = ()
) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries as load_corpus gives them, without the bad ones, and every problem found; all win over `over`.

    Where the file that should win is bad, its entry is left out: the one it replaces was not to be said.
    """
    found = {entry.id: entry for entry in over}
    problems: list[Problem] = []
    for folder in folders:
        own: dict[str, Entry | None] = {}
        for source, file in sorted(_files(folder, _label(folder)), key=lambda pair: pair[1]):
            entry = read_entry(source, file, here)
            name = source.name.removesuffix(".md")
            if isinstance(entry, list):
                problems += entry
                own.setdefault(name, None)
            elif (other := own.get(name)) is not None:
                problems.append(
                    Problem(file, 0, f"has the name of {other.file}", "give one of the two another name")
                )
            else:
                own[name] = entry
        for name, one in own.items():
            found.pop(name, None)
            if one is not None:
                found[name] = one
    return tuple(found[name] for name in sorted(found)), tuple(sorted(problems))


def _label(folder: Traversable) -> str:
    """A folder in messages: what comes with the program by its place in the package, others as they were given."""
    house, text = str(files("knowledge")), str(folder)
    return f"knowledge{text.removeprefix(house)}" if text.startswith(house) else text


def read_entry(source: Traversable, file: str, here: Spot | None = None) -> Entry | list[Problem]:
    """One file as an entry, or what is wrong with it."""
    name = source.name.removesuffix(".md")
    if not _ID.fullmatch(name):
        return [Problem(file, 0, "has a name that is no id", "use small Latin letters, digits and hyphens")]
    text = read_text(source, file)
    if isinstance(text, Problem):
        return [text]
    parts = _HEAD.match(text)
    if parts is None:
        return [Problem(file, 1, "has no head", "begin with a line ---, then the keys, then a line ---")]
    lined = read_yaml(parts[1], file)
    if isinstance(lined, Problem):
        return [Problem(file, lined.line + 1 if lined.line else 0, lined.reason, lined.remedy)]
    lined = Lined(file, lined.value, {path: line + 1 for path, line in lined.lines.items()}, 2)
    head = validated(Head, lined)
    if isinstance(head, list):
        return head
    answer, body = parts[2].strip(), parts[1].count("\n") + 3
    if not answer:
        return [Problem(file, body, "has no answer", "write the answer below the second ---")]
    if len(answer) > MOST:
        return [
            Problem(file, body, f"answers in {len(answer)} characters", f"at most {MOST}: split it in two")
        ]
    spot = here if head.region == HERE else Spot(regions.find(head.region) or regions.NATION, head.region)
    if spot is None:
        return [
            Problem(file, lined.line(("region",)), f"region: {HERE} outside a city's pack", "name the region")
        ]
    return Entry(name, head, answer, spot, file, Lined(file, None, lined.lines, 2))


def _files(folder: Traversable, under: str) -> Iterable[tuple[Traversable, str]]:
    for item in folder.iterdir():
        if item.name.startswith(HIDDEN):
            continue
        path = f"{under}/{item.name}"
        if item.is_dir():
            yield from _files(item, path)
        elif item.name.endswith(".md") and item.name != "README.md":
            yield item, path
