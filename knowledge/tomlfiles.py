"""Reads TOML data files with a Problem for everything wrong in them.

The TOML parser keeps no lines, so a problem's line is found by looking for the key (or the text) it names.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from knowledge.packfiles import Lined, Path, problems_of, read_text
from knowledge.problems import PackError, Problem

M = TypeVar("M", bound=BaseModel)
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def read_toml(model: type[M], source: Traversable) -> tuple[M, Callable[[Path], int]]:
    """The file as the model, and a function that gives the line of a path in it. Raises PackError."""
    file = str(source)
    text = read_text(source, file)
    if isinstance(text, Problem):
        raise PackError([text])
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        reason = f"is not valid TOML: {_AT_LINE.sub('', str(error)).strip()}"
        raise PackError([Problem(file, int(found[1]) if found else 0, reason, "correct the TOML")]) from error
    lined = _TomlLines(file, value, text)
    try:
        return model.model_validate_json(json.dumps(value)), lined.line
    except ValidationError as error:
        raise PackError(problems_of(lined, error)) from error


class _TomlLines(Lined):
    """Finds the lines of a TOML file's paths by their words."""

    def __init__(self, file: str, value: Any, text: str) -> None:
        super().__init__(file, value)
        self._rows = text.splitlines()

    def line(self, path: Path) -> int:
        """The line of the path's last step that can be found, within its table; 1 when nothing is."""
        at = 0
        for step, value in self._steps(path):
            at = next((i for i in range(at, len(self._rows)) if self._names(self._rows[i], step, value)), at)
        return at + 1

    def _steps(self, path: Path) -> list[tuple[str, Any]]:
        steps: list[tuple[str, Any]] = []
        value = self.value
        for step in path:
            if isinstance(step, int):
                value = value[step] if isinstance(value, list) and step < len(value) else None
                if isinstance(value, dict) and "name" in value:
                    steps.append(("name", value["name"]))
                elif isinstance(value, str):
                    steps.append(("", value))
            else:
                value = value.get(step) if isinstance(value, dict) else None
                steps.append((step, None))
        return steps

    @staticmethod
    def _names(row: str, step: str, value: Any) -> bool:
        if not step:
            return json.dumps(value, ensure_ascii=False)[1:-1] in row or str(value) in row
        if not re.match(rf"\s*(?:\[+[\w.]*\b{re.escape(step)}\]+|{re.escape(step)}\s*=)", row):
            return False
        return value is None or str(value) in row
