"""Entries that are edited while the bot answers: read again when they change, and never lost to a slip of the pen."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from knowledge.current import LOOK_AGAIN_S, Current
from knowledge.entries import Spot
from knowledge.shelves import Shelves
from tests.knowledge.corpora import BATHS, TOYS, write

TODAY = date(2026, 5, 2)
BROKEN = TOYS.replace("region: 全国", "region: 月亮市")


@dataclass
class Desk:
    """A folder that came with the program, one that is edited, and a clock that moves when the test says so."""

    shipped: Path
    own: Path
    clock: list[float] = field(default_factory=lambda: [0.0])

    def open(self) -> Current:
        return Current(Shelves((self.shipped,), (self.own,), Spot("999901", "示例区")), lambda: self.clock[0])

    def later(self) -> None:
        self.clock[0] += LOOK_AGAIN_S


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write(tmp_path / "shipped", "baths", BATHS)
    write(tmp_path / "shipped", "toys", TOYS)
    return Desk(tmp_path / "shipped", tmp_path / "own" / "corpus")


def said(current: Current, text: str = "玩具图书馆几点开门") -> str:
    return current.get().answer(text, None, TODAY).text


def test_an_entry_that_is_added_is_said_after_a_moment_and_gone_with_its_file(desk: Desk) -> None:
    current = desk.open()
    assert "9点到17点" in said(current)
    path = write(desk.own, "toys", TOYS.replace("9点到17点", "10点到16点"))
    assert "9点到17点" in said(current), "nobody looks at the disk for every question"
    desk.later()
    assert "10点到16点" in said(current), "the district's own takes the place of the shipped one"
    path.write_text(TOYS.replace("9点到17点", "8点到12点"), encoding="utf-8")
    desk.later()
    assert "8点到12点" in said(current)
    path.unlink()
    desk.later()
    assert "9点到17点" in said(current), "the shipped one is there again"
    assert current.problems == ()


def test_a_change_of_equal_length_within_a_second_is_seen(desk: Desk) -> None:
    path = write(desk.own, "toys", TOYS.replace("9点到17点", "8点到16点"))
    current = desk.open()
    assert "8点到16点" in said(current)
    before = path.stat()
    path.write_text(TOYS.replace("9点到17点", "7点到15点"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    desk.later()
    assert "7点到15点" in said(current)


def test_a_broken_file_changes_nothing_and_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    path = write(desk.own, "toys", TOYS.replace("9点到17点", "10点到16点"))
    current = desk.open()
    assert "10点到16点" in said(current)
    path.write_text(BROKEN, encoding="utf-8")
    write(desk.own, "more", BATHS.replace("打社区养老服务站", "打区里"))
    desk.later()
    with caplog.at_level(logging.WARNING):
        assert "10点到16点" in said(current), "what was right goes on"
    assert "more" not in current.get().entries, "half a change is none"
    (problem,) = current.problems
    assert (problem.file, problem.line) == (str(path), BROKEN[: BROKEN.index("region")].count("\n") + 1)
    assert str(problem) in caplog.text
    caplog.clear()
    desk.later()
    said(current)
    assert caplog.text == "", "the same mistake is told once"
    path.write_text(TOYS.replace("9点到17点", "11点到15点"), encoding="utf-8")
    desk.later()
    assert "11点到15点" in said(current)
    assert current.problems == ()
    assert "more" in current.get().entries


def test_a_start_over_a_broken_file_leaves_it_out_with_what_it_replaces(desk: Desk) -> None:
    """Whoever wrote a file in place of a shipped one does not want that one said; the others go on."""
    path = write(desk.own, "toys", BROKEN)
    current = desk.open()
    assert current.get().entries.keys() == {"baths"}
    assert [problem.file for problem in current.problems] == [str(path)]
    write(desk.own, "toys", TOYS.replace("9点到17点", "10点到16点"))
    desk.later()
    assert "10点到16点" in said(current)


def test_what_editors_leave_beside_a_file_is_not_read(desk: Desk) -> None:
    write(desk.own, ".toys", BROKEN)
    (desk.own / ".#toys.md").symlink_to("nobody@nowhere")
    write(desk.own, "~toys", BROKEN)
    (desk.own / "toys.md~").write_text(BROKEN, encoding="utf-8")
    (desk.own / "lost").symlink_to("nowhere")
    current = desk.open()
    assert "9点到17点" in said(current)
    assert current.problems == ()


def test_an_entry_of_the_home_district_says_so_with_one_word(desk: Desk) -> None:
    write(desk.own, "toys", TOYS.replace("region: 全国", "region: 本地"))
    assert desk.open().get().entries["toys"].spot == Spot("999901", "示例区")
