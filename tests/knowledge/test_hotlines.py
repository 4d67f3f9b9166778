"""Numbers to ring: the nearest region's, the right one for the matter, in an honest "I don't know"."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge import editing
from knowledge.answering import Answers
from knowledge.check import check
from knowledge.current import Current
from knowledge.entries import load_corpus
from knowledge.hotlines import hotline_problems, load_hotlines, shipped, with_number
from knowledge.problems import PackError
from knowledge.shelves import Shelves
from knowledge.wording import shipped as words
from tests.knowledge.corpora import BATHS, TOYS, write

TODAY = date(2026, 5, 2)
KAIFENG, NANJING, SAMPLE = "410200", "320100", "999901"
LINE = "- {number: '12345', what: 热线, what_en: line, general: true, basis: press, source: {publisher: 报, date: 2026-01-01}}\n"


def test_what_comes_with_the_program_is_sound() -> None:
    assert hotline_problems(files("knowledge").joinpath("corpus", "hotlines.yaml"), words()) == []


def test_every_place_has_the_nations_numbers_and_its_own_first() -> None:
    for code in (None, "610104", SAMPLE):
        assert {"12345", "110", "119", "120", "12315", "12333", "12348", "12356", "96110"} <= {
            line.number for line in shipped().at(code)
        }
    assert [line.hours for line in shipped().at(KAIFENG) if line.number == "12356"] == ["每天24小时"]
    assert [line.hours for line in shipped().at(NANJING) if line.number == "12356"] == [
        "各地每天不少于18小时"
    ]


@pytest.mark.parametrize(
    ("code", "topics", "number"),
    [
        (None, ["child_health"], ""), (None, [], "12345"), (SAMPLE, ["xian_voucher"], "12345"), ("610104", ["scam"], "96110"),
        ("610104", ["closure"], "12315"), (NANJING, ["elder_care"], "12349"), ("320106", ["elder_care"], "12349"),
        ("610100", ["elder_care"], "12345"),
    ],
)  # fmt: skip
def test_the_line_for_a_matter(code: str | None, topics: list[str], number: str) -> None:
    best = shipped().best(code, topics)
    assert (best.number if best else "") == number


def test_a_text_that_names_a_number_gets_no_other() -> None:
    line = shipped().best(None)
    assert with_number("没有查到。", line, english=False) == "没有查到。\n可以打12345（政务服务便民热线）问。"
    assert with_number("没有查到，请打12348问。", line, english=False) == "没有查到，请打12348问。"
    assert with_number("2025年12345678元", line, english=False).endswith("问。")


UNKNOWN = (
    TOYS.replace("basis: press", "kind: unknown\nbasis: press")
    .replace("ended: ", "# ")
    .replace(", until: 2026-06-30", "")
    .replace("每天9点到17点开门", "的开放时间没有公布")
)
ASKED = "玩具图书馆几点开门"


def test_what_nobody_has_published_names_whom_to_ring(tmp_path: Path) -> None:
    write(tmp_path, "toys", UNKNOWN)
    write(tmp_path, "baths", BATHS)
    known = Answers(load_corpus(tmp_path))
    reply = known.answer(ASKED, "610100", TODAY)
    assert reply.kind == "handover"
    assert reply.text.endswith("可以打12345（政务服务便民热线）问。")
    english = known.answer("When does the toy library open?", None, TODAY, english=True)
    assert english.text.endswith("You can ring 12345 (the local government's line).")


def test_a_districts_own_number_wins_at_once(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "toys", UNKNOWN)
    write(tmp_path / "shipped", "baths", BATHS)
    own = tmp_path / "own"
    clock = [0.0]
    current = Current(Shelves((tmp_path / "shipped",), (own,)), lambda: clock[0])

    def said(home: str) -> str:
        clock[0] += 10
        return current.get().answer(ASKED, home, TODAY).text

    assert "12345（政务" in said("610104")
    own.mkdir()
    lines = "西安市:\n" + LINE.replace("'12345'", "029-12345678").replace("热线", "西安热线")
    (own / "hotlines.yaml").write_text(lines, encoding="utf-8")
    assert "029-12345678（西安热线）" in said("610104")
    assert "12345（政务" in said("210200")
    (own / "hotlines.yaml").write_text("月亮:\n" + LINE, encoding="utf-8")
    assert "029-12345678" in said("610104")
    assert [problem.line for problem in current.problems] == [1]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("全国:", "月亮:", 1, "月亮 is no province"),
        ("number: '12345'", "number: ring me", 2, "number"),
        ("what: 热线, ", "", 2, "what"),
        ("basis: press", "basis: rumour", 2, "basis"),
        ("general: true", "topics: [moon]", 0, "no topic moon"),
        ("general: true", "general: false", 0, "no line of 全国 is general"),
        (", date: 2026-01-01", "", 0, "nobody is named with a day"),
        (LINE, LINE + LINE, 3, "stands here twice"),
        (LINE, "- [\n", 0, "not valid YAML"),
    ],
)
def test_a_bad_line_is_told(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    good = "全国:\n" + LINE
    path = tmp_path / "hotlines.yaml"
    path.write_text(good, encoding="utf-8")
    assert hotline_problems(path, words()) == []
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    told = [str(problem) for problem in hotline_problems(path, words())]
    assert any(says in one for one in told), told
    if line:
        assert any(f"hotlines.yaml:{line}: " in one for one in told), told


def test_the_check_reads_a_districts_own_lines(tmp_path: Path) -> None:
    write(tmp_path / "corpus", "baths", BATHS)
    (tmp_path / "corpus" / "hotlines.yaml").write_text(
        "西安市:\n" + LINE.replace("press", "rumour"), encoding="utf-8"
    )
    (problem,) = check(tmp_path)
    assert (problem.line, problem.file) == (2, str(tmp_path / "corpus" / "hotlines.yaml"))
    with pytest.raises(PackError):
        load_hotlines(tmp_path / "corpus" / "hotlines.yaml")


def test_those_who_edit_read_the_districts_own_number_too(tmp_path: Path) -> None:
    """What `doorstep knowledge try` prints is what the chat will say."""
    write(tmp_path / "corpus", "toys", UNKNOWN)
    lines = "西安市:\n" + LINE.replace("'12345'", "029-12345678").replace("热线", "西安热线")
    (tmp_path / "corpus" / "hotlines.yaml").write_text(lines, encoding="utf-8")
    said = editing.answers("sample", tmp_path).answer(ASKED, "610104", TODAY).text
    assert "029-12345678（西安热线）" in said
