"""Checks everything the knowledge package reads from files: packs, intents, urgent cards, the corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from knowledge import wording
from knowledge.advice import dates, rivals, unread
from knowledge.answering import Answers
from knowledge.atlas import atlas_problems
from knowledge.city import load_city, pack_folders
from knowledge.corpus_check import corpus_problems
from knowledge.coverage import coverage_problems
from knowledge.entries import HERE, Entry, Spot, read_corpus
from knowledge.hotlines import NAME as HOTLINES
from knowledge.hotlines import hotline_problems
from knowledge.intents import load_intents
from knowledge.privacy import lacking
from knowledge.problems import PackError, Problem
from knowledge.shelves import Shelves, came_with
from knowledge.signposts import load_signposts
from knowledge.urgent import UrgentCards, load_urgent


def check(root: Traversable | None = None) -> list[Problem]:
    """Every problem below `root`, by default in what comes with the program; [] when all is well.

    A root need not have everything: a district's own folder may hold packs only.
    """
    folder = root or files("knowledge")
    problems: list[Problem] = []
    shipped = pack_folders() if root is not None else {}
    corpus = files("knowledge").joinpath("corpus")
    if root is None:
        national, bad = read_corpus(corpus)
        problems += [*bad, *corpus_problems(national, wording.shipped())]
        problems += coverage_problems({entry.id for entry in national})
        problems += atlas_problems(national)
        problems += hotline_problems(
            corpus.joinpath(HOTLINES), wording.shipped(), f"knowledge/corpus/{HOTLINES}"
        )
    else:
        national = came_with((corpus,), None)
        problems += _own_corpus("", folder, national)
    for name, pack in pack_folders(folder).items():
        # A district's folder may replace single files of a shipped pack: it is read over that pack, as in service.
        over = [shipped[name]] if name in shipped else []
        problems += _caught(load_city, *over, pack) + lacking(*over, pack)
        problems += _own_corpus(name, pack, national)
    if (intents := folder.joinpath("intents.toml")).is_file():
        problems += _caught(load_intents, intents)
    if (signposts := folder.joinpath("signposts.toml")).is_file():
        told = {entry.id for entry in national}
        problems += _caught(load_signposts, signposts) or load_signposts(signposts).problems(
            told, str(signposts)
        )
    if (urgent := folder.joinpath("urgent")).is_dir():
        problems += _caught(load_urgent, urgent) or _samples(load_urgent(urgent), str(urgent))
    return sorted(problems)


def advice(shelf: Shelves, today: date, everything: bool) -> list[str]:
    """Lines on what an editor may want to look at in the entries of these folders, on a local day.

    Words that another entry answers are looked for in what the district wrote itself, or in every entry: the latter
    takes about ten seconds. Raises PackError for a corpus that cannot be read.
    """
    entries = shelf.entries()
    own = tuple(str(folder) for folder in shelf.edited)
    asked = {entry.id for entry in entries if everything or entry.file.startswith(own)}
    found = list(dates(entries, today)) + (rivals(Answers(entries), asked) if asked else [])
    lines = [str(problem) for problem in found]
    if count := unread(entries):
        lines.append(f"{count} of {len(entries)} entries have not been read against their source by a person")
    return lines


def _own_corpus(name: str, folder: Traversable, national: Sequence[Entry]) -> list[Problem]:
    """What is wrong with the entries of a pack or district, which stand beside the program's and must not repeat them.

    `name` is that of the pack, "" for a district's own content.
    """
    corpus = folder.joinpath("corpus")
    if not corpus.is_dir():
        return []
    found, bad = read_corpus(corpus, here=Spot(HERE, name))
    if (lines := corpus.joinpath(HOTLINES)).is_file():
        bad += tuple(hotline_problems(lines, wording.shipped(), whole=False))
    mine = {entry.id for entry in found}
    beside = [entry for entry in national if entry.id not in mine]
    told = corpus_problems([*beside, *found], wording.shipped())
    files_of_it = {entry.file for entry in found}
    return [*bad, *(problem for problem in told if problem.file in files_of_it)]


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
