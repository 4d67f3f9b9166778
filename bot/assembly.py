"""A house from settings: the database brought up to date, keys opened, the dialogs loaded by name.

The dialogs are not imported but named, so that the machine knows none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, cast

from bot.capability import Capability
from bot.clock import Clock
from bot.house import House
from bot.messages import Link
from bot.settings import Settings
from bot.store import keyring
from bot.store.crew import Alone, Crew
from bot.store.sealed import KeyRing
from bot.store.session import Store
from bot.store.upgrade import upgrade
from bot.texts import Texts
from bot.turn import Ground

DIALOGS = "dialogs"


class Dialogs(Protocol):
    """What the package of dialogs offers: its capabilities, and what the home pack says of itself."""

    def capabilities(self, settings: Settings) -> Iterable[Capability]:
        """Every service, in routing order."""

    def is_demo(self, settings: Settings) -> bool:
        """Whether the home pack is an invented one."""

    def telephone(self, settings: Settings) -> str:
        """Where a person answers by voice, as it is printed; empty where nobody does."""

    def places(self, settings: Settings) -> Mapping[str, str]:
        """The home pack's places at which somebody may hold a post: id and name."""

    def wording(self, settings: Settings) -> str:
        """The version of the privacy note that consents are given to."""


def the_dialogs() -> Dialogs:
    """The package of dialogs, by its name."""
    return cast("Dialogs", importlib.import_module(DIALOGS))


def open_house(
    settings: Settings, clock: Clock, dialogs: Dialogs | None = None, crew: Crew | None = None
) -> House:
    """Assemble the bot; without a `crew` it is taken to be the only one on its database.

    Raises what the operator has to mend (settings, packs, keys, database).
    """
    dialogs, crew = dialogs or the_dialogs(), crew or Alone()
    capabilities = tuple(dialogs.capabilities(settings))
    store = Store(database(settings))
    try:
        ground = _ground(settings, clock, dialogs, capabilities, store, crew.number)
        return House(ground, store, capabilities, crew)
    except BaseException:
        store.close()
        raise


def database(settings: Settings) -> str:
    """The URL of the database; the folder of a SQLite file is made."""
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.url


def _ground(
    settings: Settings,
    clock: Clock,
    dialogs: Dialogs,
    capabilities: tuple[Capability, ...],
    store: Store,
    worker: int,
) -> Ground:
    """Texts, keys and the database in order: a database that knows its keys never gets others."""
    texts = Texts([Path(__file__).parent, *(c.folder for c in capabilities)], settings.zone)
    keys = KeyRing.open(settings.keys, create=keyring.known(store) is None)
    upgrade(store, [c.folder for c in capabilities])
    keyring.settle(store, keys)
    return Ground(
        settings,
        clock,
        keys,
        texts,
        Link(page=settings.page, public=bool(settings.public_url)),
        demo=dialogs.is_demo(settings),
        telephone=dialogs.telephone(settings),
        wording=dialogs.wording(settings),
        worker=worker,
    )
