"""What the check says beyond mistakes: words that another entry answers, dates, and a table that is not whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.advice import dates, rivals, unread
from knowledge.answering import Answers
from knowledge.check import check
from knowledge.corpus_check import corpus_problems
from knowledge.coverage import IDS, coverage_problems, covers
from knowledge.entries import load_corpus
from knowledge.wording import shipped
from tests.knowledge.corpora import BATHS, TOYS, write

TODAY = date(2026, 5, 2)


def test_what_ends_within_sixty_days_is_told_with_its_line_and_the_day(tmp_path: Path) -> None:
    write(tmp_path, "toys", TOYS)
    write(tmp_path, "later", TOYS.replace("until: 2026-06-30", "until: 2026-07-02"))
    write(tmp_path, "over", TOYS.replace("until: 2026-06-30", "until: 2026-05-01"))
    write(tmp_path, "open", TOYS.replace(", until: 2026-06-30", "").replace("ended: ", "# ended: "))
    (told,) = dates(load_corpus(tmp_path), TODAY)
    assert (told.file, told.line) == (str(tmp_path / "toys.md"), 15)
    assert told.reason == "ends on 2026-06-30, in 59 days"
    assert len(list(dates(load_corpus(tmp_path), date(2026, 5, 3)))) == 2


def test_what_was_reviewed_over_a_year_ago_is_told(tmp_path: Path) -> None:
    write(tmp_path, "long-ago", BATHS.replace('reviewed: ""', "reviewed: 2025-05-01 王"))
    write(tmp_path, "lately", BATHS.replace('reviewed: ""', "reviewed: 2025-05-02 王"))
    write(tmp_path, "never", BATHS)
    entries = load_corpus(tmp_path)
    (told,) = dates(entries, TODAY)
    assert told.file.endswith("long-ago.md")
    assert "2025-05-01" in told.reason
    assert unread(entries) == 1


@pytest.mark.parametrize("written", ["2025-13-01 王", "2025-05-01", "王"])
def test_a_review_has_its_day_and_its_person(tmp_path: Path, written: str) -> None:
    write(tmp_path / "corpus", "baths", BATHS.replace('reviewed: ""', f"reviewed: {written}"))
    (told,) = check(tmp_path)
    assert told.line == BATHS[: BATHS.index('reviewed: ""')].count("\n") + 1
    assert "reviewed" in told.reason


def test_words_that_another_entry_answers_are_told_to_both_sides(tmp_path: Path) -> None:
    write(tmp_path, "toys", TOYS.replace("- 借玩具的屋子周末开不开\n", "- 老人洗澡谁能上门帮忙，怎么约\n"))
    write(tmp_path, "baths", BATHS)
    told = rivals(Answers(load_corpus(tmp_path)), {"toys"})
    asked = [one for one in told if "baths" in one.reason]
    assert asked, told
    assert {one.line for one in asked} == {8}
    assert all("老人洗澡谁能上门帮忙" in one.reason for one in asked)
    write(tmp_path, "toys", TOYS)
    assert rivals(Answers(load_corpus(tmp_path)), {"toys"}) == []


def test_the_same_words_about_another_place_are_no_rivals(tmp_path: Path) -> None:
    write(
        tmp_path, "xian", BATHS.replace("region: 全国", "region: 西安市").replace("老人洗澡", "西安老人洗澡")
    )
    write(
        tmp_path,
        "dalian",
        BATHS.replace("region: 全国", "region: 大连市").replace("老人洗澡", "大连老人洗澡"),
    )
    told = rivals(Answers(load_corpus(tmp_path)), {"xian"})
    assert [one for one in told if "nearly the same" in one.reason] == []


def test_mistakes_in_an_entry_are_told_with_their_lines(tmp_path: Path) -> None:
    bad = TOYS.replace("topic: flexible_care", "topic: toys").replace(
        "- 玩具馆几点\n", "- 玩具图书馆开放时间呢\n"
    )
    write(tmp_path, "toys", bad.replace("facets: [hours]", "facets: [hours, moon]\ndialog: toys"))
    problems = corpus_problems(load_corpus(tmp_path), shipped())
    told = {problem.line: problem.reason for problem in problems}
    assert "no toys in wording.toml" in told[11]
    assert "no moon in wording.toml" in told[12]
    assert "there is no service toys" in told[13]
    assert "says nearly the same twice" in told[7]


def test_a_table_that_is_not_whole_is_told_by_line(tmp_path: Path) -> None:
    lines = ["id,entry", *(f"{one},toys" for one in IDS)]
    table = tmp_path / "coverage.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    assert coverage_problems({"toys"}, tmp_path) == []
    assert covers(tmp_path)["S47"] == {"toys"}
    lines[3:5] = ["F400,toys", "F004,lost", "F005,toys"]
    table.write_text("\n".join(lines), encoding="utf-8")
    told = {(problem.line, problem.reason) for problem in coverage_problems({"toys"}, tmp_path)}
    assert told == {
        (4, "id: there is no F400"), (5, "entry: there is no lost"), (7, "says what line 6 says"), (0, "no entry tells F003"),
    }  # fmt: skip


def test_the_table_is_read_by_the_check_of_everything() -> None:
    assert check() == []
