"""Checks everything the knowledge package reads from files: packs, intents, urgent cards, the corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from knowledge import wording
from knowledge.city import load_city, pack_folders
from knowledge.corpus_check import corpus_problems
from knowledge.entries import HERE, Entry, Spot, load_corpus
from knowledge.intents import load_intents
from knowledge.privacy import lacking
from knowledge.problems import PackError, Problem
from knowledge.urgent import UrgentCards, load_urgent


def check(root: Traversable | None = None) -> list[Problem]:
    """Every problem below `root`, by default in what comes with the program; [] when all is well.

    A root need not have everything: a district's own folder may hold packs only.
    """
    folder = root or files("knowledge")
    problems: list[Problem] = []
    shipped = pack_folders() if root is not None else {}
    national = _national(folder, problems)
    for name, pack in pack_folders(folder).items():
        # A district's folder may replace single files of a shipped pack: it is read over that pack, as in service.
        over = [shipped[name]] if name in shipped else []
        problems += _caught(load_city, *over, pack) + lacking(*over, pack)
        problems += _corpus_of(name, pack, national)
    if (intents := folder.joinpath("intents.toml")).is_file():
        problems += _caught(load_intents, intents)
    if (urgent := folder.joinpath("urgent")).is_dir():
        problems += _caught(load_urgent, urgent) or _samples(load_urgent(urgent), str(urgent))
    return sorted(problems)


def _national(folder: Traversable, problems: list[Problem]) -> tuple[Entry, ...]:
    """The corpus of a root, or that of the program where it has none; what is wrong with its own joins the problems."""
    own = folder.joinpath("corpus")
    corpus = own if own.is_dir() else files("knowledge").joinpath("corpus")
    try:
        found = load_corpus(corpus)
    except PackError as error:
        problems += error.problems
        return ()
    if own.is_dir():
        problems += corpus_problems(found, wording.shipped())
    return found


def _corpus_of(name: str, pack: Traversable, national: Sequence[Entry]) -> list[Problem]:
    """What is wrong with a pack's own entries, which stand beside those of the program and must not repeat them."""
    own = pack.joinpath("corpus")
    if not own.is_dir():
        return []
    try:
        found = load_corpus(own, here=Spot(HERE, name))
    except PackError as error:
        return list(error.problems)
    mine = {entry.id for entry in found}
    beside = [entry for entry in national if entry.id not in mine]
    told = corpus_problems([*beside, *found], wording.shipped())
    files_of_it = {entry.file for entry in found}
    return [problem for problem in told if problem.file in files_of_it]


def _caught(load: Callable[..., object], *folders: Traversable) -> list[Problem]:
    try:
        load(*folders)
    except PackError as error:
        return list(error.problems)
    return []


def _samples(cards: UrgentCards, folder: str) -> list[Problem]:
    """A card that misses its own samples is as broken as one that cannot be read."""
    problems: list[Problem] = []
    for card_id, (hits, misses) in cards.samples.items():
        file = f"{folder}/{card_id}.toml"
        problems += [
            Problem(file, 0, f"hits: {text} does not call this card", "widen hit or sounds")
            for text in hits
            if card_id not in (*cards.match(text), cards.care(text))
        ]
        problems += [
            Problem(file, 0, f"misses: {text} calls {found[0]}", "narrow hit, or add to blot in words.toml")
            for text in misses
            if (found := cards.match(text))
        ]
    return problems
