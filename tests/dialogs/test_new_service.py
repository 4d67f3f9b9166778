"""dialogs/README.md is followed to the letter: its files are written, its commands run, and an umbrella is borrowed."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import dialogs
from bot.capability import Capability
from bot.cli import words
from bot.flow.check import flaws
from bot.settings import Settings
from bot.store.versions import revise
from bot.texts import Texts
from tests.flow.samples import MACHINE
from tests.flow.test_diagrams import picture
from tests.guards import rules
from tests.world import Given, World

README = Path(dialogs.__file__).with_name("README.md")
FILE = re.compile(r"^### `(dialogs/umbrella/[\w./]+)`\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAME = "umbrella"


@pytest.fixture
def umbrella(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Capability]:
    """The service of the README, in a folder that counts as part of dialogs. One test only: a table is made once."""
    for name, content in FILE.findall(README.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(dialogs, "__path__", [*dialogs.__path__, str(tmp_path / "dialogs")])
    try:
        made: Capability = importlib.import_module(f"dialogs.{NAME}").capability()
        assert revise(NAME, "first tables", [made.folder]) == [
            made.folder / "migrations" / "versions" / "umbrella_0001_first_tables.py"
        ]
        yield made
    finally:
        # Other tests compare tables with classes: nothing of this one may stay.
        if "umbrella_loan" in SQLModel.metadata.tables:
            SQLModel.metadata.remove(SQLModel.metadata.tables["umbrella_loan"])
        for module in [name for name in sys.modules if name.split(".")[:2] == ["dialogs", NAME]]:
            del sys.modules[module]
        vars(dialogs).pop(NAME, None)


async def test_whoever_follows_the_readme_lends_umbrellas(umbrella: Capability, tmp_path: Path) -> None:
    nothing_to_find(umbrella, tmp_path)
    world = await World(tmp_path, dialogs=Given((umbrella,))).open()
    try:
        await world.say("mama", "借伞")
        await world.say("mama", "一周")
        assert "umbrella.lent.said" in world.keys("mama")
        assert "2026年12月8日" in world.last("mama").text
        assert world.rows("SELECT back FROM umbrella_loan") == [{"back": "2026-12-08"}]
        await world.restart()
        await world.say("mama", "umbrella")
        await world.press("mama", "今天还")
        assert "umbrella.has_one.said" in world.keys("mama")
        await world.say("papa", "借伞")
        await world.say("papa", "2")
        assert len(world.rows("SELECT id FROM umbrella_loan")) == 2
        await world.to("2026-12-08T16:00")
        assert world.keys("mama").count("umbrella.remind") == world.keys("papa").count("umbrella.remind") == 1
    finally:
        world.close()


def nothing_to_find(umbrella: Capability, root: Path) -> None:
    """Neither `doorstep check` nor the house's guards have anything to say."""
    assert [flaw for flow in umbrella.flows for flaw in flaws(flow)] == []
    texts = Texts([MACHINE, umbrella.folder], Settings(_env_file=None).zone)
    assert [line for line in words.findings(texts, MACHINE, [umbrella]) if NAME in line] == []
    (root / "dialogs" / "__init__.py").write_text(
        f'"""Services."""\n\nfrom dialogs import {NAME}\n', encoding="utf-8"
    )
    assert rules.dialogs(root) == []
    assert rules.sizes(root) == rules.module_docstrings(root) == rules.hidden_clocks(root) == []
    page = (umbrella.folder / "README.md").read_text(encoding="utf-8")
    assert f"<!-- diagram {NAME} -->\n<!-- end -->" in page
    assert "length --> lend: ok" in picture(umbrella.flows[0])


def test_every_file_the_table_names_is_shown() -> None:
    page = README.read_text(encoding="utf-8")
    shown = {Path(name).name for name, _ in FILE.findall(page)}
    named = set(re.findall(r"`([\w.]+\.(?:py|toml|md))`", page[: page.index("## Adding one")]))
    assert shown == named
