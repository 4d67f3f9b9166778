"""The corpus: every fact and system has its entry, every entry is sound, a bad file is named with its line."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge.corpus_check import corpus_problems
from knowledge.coverage import IDS, coverage_problems
from knowledge.entries import Entry, load_corpus
from knowledge.problems import PackError
from knowledge.wording import shipped

HOUSE = files("knowledge")
FACTS = [f"F{number:03}" for number in range(1, 280)]
SYSTEMS = [f"S{number:02}" for number in range(1, 48)]
GOOD = """---
question: 大桥区的玩具图书馆几点开门？
question_en: When does the toy library open?
phrasings: [玩具图书馆开放时间, 大桥那个借玩具的地方几点开, 玩具馆几点, 借玩具的屋子周末开不开, 玩具图书馆啥时候开, When can I borrow toys?]
topic: flexible_care
facets: [hours]
audience: [parent]
region: 全国
valid: {from: 2026-01-01, until: 2026-06-30}
ended: 玩具图书馆办到2026年6月30日，已经结束。
basis: press
sources: [{publisher: 大桥日报, date: 2026-01-02}]
plain: 每天九点到五点。
en: Daily from nine to five.
---
玩具图书馆每天9点到17点开门。
"""


@pytest.fixture(scope="module")
def corpus() -> tuple[Entry, ...]:
    return load_corpus(HOUSE.joinpath("corpus"))


@pytest.fixture(scope="module")
def coverage() -> list[dict[str, str]]:
    return list(csv.DictReader(HOUSE.joinpath("coverage.csv").read_text(encoding="utf-8").splitlines()))


def test_every_fact_and_every_system_has_an_entry(
    corpus: tuple[Entry, ...], coverage: list[dict[str, str]]
) -> None:
    known = {entry.id for entry in corpus}
    assert [row for row in coverage if row["entry"] not in known] == []
    assert {row["id"] for row in coverage} == {*FACTS, *SYSTEMS} == {*IDS}
    assert coverage_problems(known) == []


def test_nothing_is_wrong_with_it(corpus: tuple[Entry, ...]) -> None:
    assert corpus_problems(corpus, shipped()) == []


def test_what_nobody_has_published_names_no_sum(corpus: tuple[Entry, ...]) -> None:
    """A known unknown never stands beside an amount of its own that one could take for the answer."""
    from knowledge.figures_in import yuan_in  # noqa: PLC0415

    told = [
        entry.id for entry in corpus if entry.head.kind == "unknown" and yuan_in(entry.head.plain) is not None
    ]
    assert told == []


def test_no_answer_is_without_somebody_who_said_it(corpus: tuple[Entry, ...]) -> None:
    assert [
        e.id for e in corpus if e.head.kind == "answer" and not any(s.publisher for s in e.head.sources)
    ] == []


def test_nobody_is_said_to_have_reviewed_what_nobody_did(corpus: tuple[Entry, ...]) -> None:
    assert {entry.head.reviewed for entry in corpus} == {""}


def write(folder: Path, text: str, name: str = "toys.md") -> Path:
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus" / name).write_text(text, encoding="utf-8")
    return folder / "corpus"


def test_an_entry_is_read_and_holds_within_its_dates(tmp_path: Path) -> None:
    (entry,) = load_corpus(write(tmp_path, GOOD))
    assert entry.id == "toys"
    assert [
        entry.holds(date(2025, 12, 31)),
        entry.holds(date(2026, 1, 1)),
        entry.holds(date(2026, 6, 30)),
    ] == [False, True, True]
    assert entry.ended(date(2026, 7, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("region: 全国", "region: 月亮市", 8, "no region"),
        ("facets: [hours]", "facets: []", 6, "at least 1 item"),
        ("basis: press", "basis: rumour", 11, "'original', 'press' or 'second_hand'"),
        ("until: 2026-06-30", "until: 2025-06-30", 9, "ends before it begins"),
        ("topic: flexible_care", "topik: flexible_care", 5, "Extra inputs"),
        ("sources: [{publisher: 大桥日报, date: 2026-01-02}]", "sources: []", 2, "at least one source"),
        ("date: 2026-01-02", "date: January", 12, "2025-11-12"),
        ("玩具图书馆每天9点到17点开门。\n", "", 16, "has no answer"),
        ("---\nquestion", "question", 1, "has no head"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    folder = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(PackError) as refused:
        load_corpus(folder)
    told = {(problem.line, problem.file): str(problem) for problem in refused.value.problems}
    assert (line, str(folder / "toys.md")) in told, told
    assert says in told[line, str(folder / "toys.md")]


def test_a_districts_own_entry_wins_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    shipped_one = write(tmp_path, GOOD)
    own = write(tmp_path / "own", GOOD.replace("每天9点到17点", "每天10点到16点"))
    (entry,) = load_corpus(shipped_one, own)
    assert "10点" in entry.answer


def test_near_copies_and_doubles_are_told(tmp_path: Path) -> None:
    folder = write(tmp_path, GOOD.replace("玩具馆几点,", "玩具图书馆开放时间呢,"))
    write(tmp_path, GOOD.replace("topic: flexible_care", "topic: toys"), "toys-two.md")
    problems = [str(problem) for problem in corpus_problems(load_corpus(folder), shipped())]
    assert any("nearly the same twice" in problem for problem in problems)
    assert any("asks what" in problem for problem in problems)
    assert any("no toys in wording.toml" in problem for problem in problems)
