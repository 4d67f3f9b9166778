"""Reads the files of a pack as plain values that remember their lines, and turns errors into Problems."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.problems import Problem

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]

REMEDIES = {
    "missing": "add the key",
    "extra_forbidden": "remove the key or correct its spelling; the README beside the packs lists the keys",
    "string_type": "write text, in quotes where it looks like a number",
    "int_type": "write a whole number without quotes",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number without quotes",
    "greater_than_equal": "write a number within the bound named",
    "less_than_equal": "write a number within the bound named",
    "literal_error": "use one of the values named",
    "string_pattern_mismatch": "write it in the form shown",
    "time_parsing": "write hours and minutes with two digits each, as 08:30",
    "date_from_datetime_parsing": "write year, month and day, as 2026-11-30",
    "bool_parsing": "write yes or no, or leave it empty where nobody published it",
}
DEFAULT_REMEDY = "correct the value"


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where it is built in
    """YAML 1.2's core values only. The 1.1 rules would read 09:00 as 540, `no` as false, and a date as no text."""


_CoreLoader.yaml_implicit_resolvers = {}

for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


@dataclass
class Lined:
    """A file's value as plain dicts, lists and scalars, and the line (from 1) of every path within it."""

    file: str
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    first_line: int = 1

    def line(self, path: Path) -> int:
        """The line of the path, or of its nearest parent that has one, or the value's first line."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.first_line


def read_text(source: Traversable, file: str) -> str | Problem:
    """The file as UTF-8 text, a byte order mark dropped; a Problem when it cannot be read."""
    try:
        return source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem(file, 0, "is not UTF-8", "save the file as UTF-8")
    except OSError as error:
        return Problem(
            file, 0, f"cannot be read: {error.strerror}", "check that it is a file and may be read"
        )


def read_yaml(text: str, file: str) -> Lined | Problem:
    """A YAML mapping with its lines, or the Problem with the parser's own line."""
    loader = _CoreLoader(text)
    lined = Lined(file, None)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return Problem(file, 1, "is not a mapping", "begin with `key: value` lines")
        lined.value = _plain(node, (), lined.lines, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"is not valid YAML: {error.problem or error.context}"
        return Problem(file, mark.line + 1 if mark else 0, reason, "correct the YAML at this line")
    except yaml.YAMLError as error:
        return Problem(file, 0, f"is not valid YAML: {error}".splitlines()[0], "correct the YAML")
    finally:
        loader.dispose()
    return lined


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], loader: yaml.SafeLoader) -> Any:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
        return [_plain(item, (*path, index), lines, loader) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    plain: dict[str, Any] = {}
    for key_node, value in node.value:
        key = str(key_node.value)
        if key in plain:
            raise yaml.MarkedYAMLError(problem=f"{key} stands here twice", problem_mark=key_node.start_mark)
        lines[(*path, key)] = key_node.start_mark.line + 1
        plain[key] = _plain(value, (*path, key), lines, loader)
    return plain


def read_csv(
    text: str, file: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> tuple[list[Lined], list[Problem]]:
    """The rows of a CSV file as dicts of stripped text, each with its first line; blank lines are skipped.

    Its first line names every one of `columns`, and of `optional` those that it has.
    """
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[Lined] = []
    problems: list[Problem] = []
    header: tuple[str, ...] | None = None
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if header is None:
                header = tuple(cells)
                if sorted(header) != sorted({*columns, *(set(header) & set(optional))}):
                    return [], [
                        Problem(file, line, "has other columns than expected", _named(columns, optional))
                    ]
            elif len(cells) != len(header):
                reason = f"has {len(cells)} cells, expected {len(header)}"
                problems.append(Problem(file, line, reason, "put cells with a comma into double quotes"))
            else:
                row = dict(zip(header, cells, strict=True))
                rows.append(Lined(file, row, {(column,): line for column in header}, line))
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, f"is not valid CSV: {error}", "check the quotes"))
    if header is None and not problems:
        problems.append(Problem(file, 1, "is empty", _named(columns, optional)))
    return rows, problems


def _named(columns: tuple[str, ...], optional: tuple[str, ...]) -> str:
    more = f"; it may also name {','.join(optional)}" if optional else ""
    return "the first line must name the columns " + ",".join(columns) + more


def validated(model: type[M], lined: Lined, extra: Mapping[str, Any] | None = None) -> M | list[Problem]:
    """The model read from the file's value plus `extra` keys the loader knows, or every Problem found."""
    try:
        # Strict models accept dates and times as text only when they come from JSON.
        return model.model_validate_json(json.dumps({**lined.value, **(extra or {})}))
    except ValidationError as error:
        return problems_of(lined, error)


def problems_of(lined: Lined, error: ValidationError) -> list[Problem]:
    """One Problem per place in the file; what several members of a union say about one place is joined."""
    found: dict[Path, list[Any]] = {}
    for detail in error.errors():
        found.setdefault(_path_in(lined.value, tuple(detail["loc"])), []).append(detail)
    problems = []
    for path, details in found.items():
        message = " or ".join(
            dict.fromkeys(str(detail["msg"]).removeprefix("Value error, ") for detail in details)
        )
        where = ".".join(str(step) for step in path)
        remedy = REMEDIES.get(str(details[0]["type"]), DEFAULT_REMEDY)
        problems.append(
            Problem(lined.file, lined.line(path), f"{where}: {message}" if where else message, remedy)
        )
    return problems


def _path_in(value: Any, path: Path) -> Path:
    """The path without the steps that only name a member of a union; a missing key's name is kept."""
    steps: list[str | int] = []
    for number, step in enumerate(path):
        if isinstance(value, dict) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not (isinstance(value, dict) and number == len(path) - 1):
            continue
        steps.append(step)
    return tuple(steps)
