"""`doorstep check`: everything that can be known to be wrong before anybody writes."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from bot import assembly, paper
from bot.capability import Capability, Registry
from bot.cli import words
from bot.cli.errors import explained, unknown_settings
from bot.flow.check import flaws
from bot.settings import Settings
from bot.store.session import Store, sqlite_url
from bot.store.upgrade import upgrade
from bot.texts import Texts, TextsError

MACHINE = Path(assembly.__file__).parent
KNOWLEDGE = "knowledge.check"
SHELVES = "knowledge.shelves"


def findings(settings: Settings, dialogs: assembly.Dialogs) -> list[str]:
    """What is wrong with settings, pack, capabilities, flows, words, tables and knowledge, one line each."""
    found = unknown_settings()
    try:
        capabilities = tuple(dialogs.capabilities(settings))
    except Exception as why:
        lines = explained(why)
        if lines is None:
            raise
        return found + lines
    found += shapes(capabilities)
    try:
        texts = Texts([MACHINE, *(c.folder for c in capabilities)], settings.zone)
        found += words.findings(texts, MACHINE, capabilities)
    except TextsError as why:
        found.append(str(why))
    found += tables(capabilities)
    return found + knowledge(settings)


def advice(settings: Settings, today: date, everything: bool = False) -> list[str]:
    """What an editor of the knowledge may want to look at on a local day, and what is no mistake; one line each.

    `everything`: also what came with the program is asked for. Raises what the operator has to mend.
    """
    check: Any = importlib.import_module(KNOWLEDGE)
    places: Any = importlib.import_module(SHELVES)
    shelf = places.shelves(settings.city, settings.data_dir / "content")
    return [f"advice: {line}" for line in [*check.advice(shelf, today, everything), *printing(settings)]]


def printing(settings: Settings) -> list[str]:
    """What keeps pages from being printed: everything else works without it."""
    try:
        paper.chinese(settings.fonts)
    except paper.NoFont as why:
        return [str(why)]
    return []


def shapes(capabilities: Iterable[Capability]) -> list[str]:
    """What is wrong with the capabilities among themselves, and with the tables of their flows."""
    everyone = tuple(capabilities)
    found = [
        f"{capability.folder / 'flow.py'}: {flaw}"
        for capability in everyone
        for flow in capability.flows
        for flaw in flaws(flow)
    ]
    try:
        Registry(everyone)
    except LookupError as why:
        found.append(str(why))
    return found


def tables(capabilities: Iterable[Capability]) -> list[str]:
    """Where the classes of tables and the numbered versions differ."""
    from bot.store import versions  # noqa: PLC0415  Alembic takes half a second of a start

    folders = [capability.folder for capability in capabilities]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "empty.db"))
        try:
            upgrade(store, folders)
            return [
                f"tables: {change} -- `doorstep db revision OWNER MESSAGE` writes the version"
                for change in versions.drift(store, folders)
            ]
        finally:
            store.close()


def knowledge(settings: Settings) -> list[str]:
    """What the knowledge package finds wrong with its files and the district's own."""
    module: Any = importlib.import_module(KNOWLEDGE)
    own = settings.data_dir / "content"
    return [str(problem) for problem in [*module.check(), *(module.check(own) if own.is_dir() else [])]]
