"""The privacy note: who answers for people's data, what is kept for what and how long, who sees it. Data, not words.

privacy.yaml beside this file says what the program does; a pack's own privacy.yaml replaces single keys of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from knowledge.packfiles import Lined, read_text, read_yaml, validated
from knowledge.problems import PackError, Problem
from knowledge.programme import Record

FILE = "privacy.yaml"

Words = Annotated[str, Field(min_length=1)]


class Kept(Record):
    """One kind of data: what it is, what it is for, and until when it is kept."""

    what: Words
    what_en: Words
    purpose: Words
    purpose_en: Words
    until: Words
    until_en: Words


class PrivacyNote(Record):
    """The note. `version` stands in every consent given to it; `responsible` is empty until the district names one."""

    version: str = Field(pattern=r"^\d{4}-\d{2}(?:\.\d+)?$")
    since: date
    change: Literal["wording", "material"]
    changed: str
    changed_en: str
    responsible: str
    responsible_en: str
    telephone: str = Field(pattern=r"^(?:\+?[0-9][0-9 -]{2,19})?$")
    kept: tuple[Kept, ...] = Field(min_length=1)
    seen_by: Words
    seen_by_en: Words

    @model_validator(mode="after")
    def _says_what_changed(self) -> Self:
        if self.change == "material" and not (self.changed and self.changed_en):
            raise ValueError("a material change wants changed and changed_en: one sentence on what is new")
        return self


def load_privacy(*folders: Traversable) -> PrivacyNote:
    """The note of a pack's folders, later ones over earlier ones over the program's own. Raises PackError."""
    sources = [files("knowledge").joinpath(FILE), *(folder.joinpath(FILE) for folder in folders)]
    merged: Lined | None = None
    for lined in _read(source for source in sources if source.is_file()):
        if merged is None:
            merged = lined
        else:
            lines = {**merged.lines, **lined.lines}
            merged = Lined(lined.file, {**merged.value, **lined.value}, lines)
    if merged is None:
        raise PackError([Problem(FILE, 0, "is missing", "restore the program's own file")])
    note = validated(PrivacyNote, merged)
    if isinstance(note, list):
        raise PackError(note)
    return note


def lacking(*folders: Traversable) -> list[Problem]:
    """What the district has not filled in yet. A note that cannot be read is not looked at here."""
    try:
        note = load_privacy(*folders)
    except PackError as error:
        return list(error.problems)
    if note.responsible and note.responsible_en:
        return []
    where = f"{folders[-1]}/{FILE}" if folders else FILE
    reason = "responsible is empty: people are not told who answers for their data"
    return [Problem(where, 0, reason, "name the office (负责人) in responsible and responsible_en")]


def _read(sources: Iterable[Traversable]) -> Iterable[Lined]:
    for source in sources:
        text = read_text(source, str(source))
        lined = text if isinstance(text, Problem) else read_yaml(text, str(source))
        if isinstance(lined, Problem):
            raise PackError([lined])
        yield lined
