"""Where the entries of a district stand: what comes with the program, its pack's own, what the district wrote itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge import hotlines
from knowledge.answering import Answers
from knowledge.city import folders_of, load_city
from knowledge.entries import Entry, Spot, load_corpus, read_corpus
from knowledge.problems import PackError, Problem


@dataclass(frozen=True)
class Shelves:
    """Folders of entries, a later one winning. `edited` may not be there yet. `here`: what an entry calls 本地."""

    shipped: tuple[Traversable, ...]
    edited: tuple[Path, ...] = ()
    here: Spot | None = None

    def read(self, *more: Path) -> tuple[Answers, tuple[Problem, ...]]:
        """The answers of everything that stands in them now, further folders winning over all, and what is wrong.

        A bad file is left out, and what it was to replace with it. Raises PackError where what came with the program
        cannot be read.
        """
        entries, problems = self._stand(more)
        lines, bad = hotlines.in_folders(self._own(more))
        if entries == came_with(self.shipped, self.here) and lines == hotlines.shipped():
            return _indexed(self.shipped, self.here), (*problems, *bad)
        return Answers(entries, lines=lines), (*problems, *bad)

    def answers(self, *more: Path) -> Answers:
        """The answers where nothing is wrong. Raises PackError."""
        answers, problems = self.read(*more)
        if problems:
            raise PackError(problems)
        return answers

    def entries(self, *more: Path) -> tuple[Entry, ...]:
        """Everything that stands in them now; further folders win over all. Raises PackError."""
        entries, problems = self._stand(more)
        if problems:
            raise PackError(problems)
        return entries

    def _stand(self, more: Sequence[Path]) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
        return read_corpus(*self._own(more), here=self.here, over=came_with(self.shipped, self.here))

    def _own(self, more: Sequence[Path]) -> list[Path]:
        return [folder for folder in (*self.edited, *more) if folder.is_dir()]


@lru_cache(maxsize=4)
def came_with(folders: tuple[Traversable, ...], here: Spot | None) -> tuple[Entry, ...]:
    """The entries of folders that came with the program: they do not change while it runs. Raises PackError."""
    return load_corpus(*folders, here=here)


@lru_cache(maxsize=4)
def _indexed(folders: tuple[Traversable, ...], here: Spot | None) -> Answers:
    """The answers of what came with the program, the same for everyone in a process. Raises PackError."""
    return Answers(came_with(folders, here))


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
    city = load_city(*folders_of(pack, content))
    return Spot(city.code, city.settings.name)
