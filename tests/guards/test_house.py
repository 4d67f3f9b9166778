"""This house keeps its own rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guards import rules

ROOT = Path(__file__).parents[2]
GUARDS = (
    rules.sizes,
    rules.module_docstrings,
    rules.bot_knows_no_domain,
    rules.banned_strings,
    rules.hidden_clocks,
    rules.prints,
    rules.dialogs,
    rules.imports,
    rules.dependency_reasons,
    rules.pins,
    rules.shipped,
    rules.document_numbers,
)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_house_keeps(guard: Callable[[Path], list[str]]) -> None:
    found = guard(ROOT)
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_what_does_not_exist_breaks_no_rule(guard: Callable[[Path], list[str]], tmp_path: Path) -> None:
    assert guard(tmp_path) == []
