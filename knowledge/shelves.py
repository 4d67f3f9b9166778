"""Where the entries of a district stand: what comes with the program, its pack's own, what the district wrote itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge.city import load_city
from knowledge.entries import Entry, Spot, load_corpus, read_corpus
from knowledge.problems import PackError


@dataclass(frozen=True)
class Shelves:
    """Folders of entries, a later one winning. `edited` may not be there yet. `here`: what an entry calls 本地."""

    shipped: tuple[Traversable, ...]
    edited: tuple[Path, ...]
    here: Spot

    def entries(self, *more: Path) -> tuple[Entry, ...]:
        """Everything that stands in them now; further folders win over all. Raises PackError."""
        there = [folder for folder in (*self.edited, *more) if folder.is_dir()]
        shipped = came_with(self.shipped, self.here)
        entries, problems = read_corpus(*there, here=self.here, over=shipped)
        if problems:
            raise PackError(problems)
        return entries


@lru_cache(maxsize=4)
def came_with(folders: tuple[Traversable, ...], here: Spot | None) -> tuple[Entry, ...]:
    """The entries of folders that came with the program: they do not change while it runs. Raises PackError."""
    return load_corpus(*folders, here=here)


def shelves(pack: str, content: Path, here: Spot | None = None) -> Shelves:
    """The folders of a home pack, by its name, with the district's own `content`.

    Where `here` is not given, the pack is read for it. Raises PackError for a bad pack.
    """
    known = files("knowledge")
    shipped = [known.joinpath("corpus"), known.joinpath("cities", pack, "corpus")]
    return Shelves(
        tuple(folder for folder in shipped if folder.is_dir()),
        (content / "corpus", content / "cities" / pack / "corpus"),
        here or spot_of(pack, content),
    )


def spot_of(pack: str, content: Path) -> Spot:
    """What entries of a pack call 本地. Raises PackError for a bad pack."""
    packs = [files("knowledge").joinpath("cities", pack), content / "cities" / pack]
    city = load_city(*([folder for folder in packs if folder.is_dir()] or packs[:1]))
    return Spot(city.code, city.settings.name)
