"""`doorstep knowledge`: what the people who edit the answers see of a question, of a grading, of the whole corpus."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.errors import Unusable
from knowledge import editing
from knowledge.answering import Answers
from knowledge.coverage import covers
from knowledge.export import table
from knowledge.grading import read_graded
from knowledge.problems import PackError
from knowledge.search import NAMES

NOW = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
SAMPLE = Path(__file__).parent / "sample_questions.jsonl"
QUESTION: dict[str, Any] = {
    "id": "q-1", "text": "国家的育儿补贴一年多少钱", "region": None, "at": "2026-11-21T10:00:00+08:00", "style": "plain",
    "expect": {"kind_in": ["answer"], "must_any": [["3600"]]},
}  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return editing.answers("sample", tmp_path_factory.mktemp("content"))


def lines(path: Path, *questions: dict[str, Any]) -> Path:
    path.write_text(
        "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in questions), encoding="utf-8"
    )
    return path


def test_a_question_is_told_with_what_speaks_for_each_entry(known: Answers) -> None:
    told = "\n".join(editing.tried(known, "西安的托育消费券一张多少钱", "西安市", NOW))
    best = known.reply("西安的托育消费券一张多少钱", "西安市", NOW)
    assert f"1. {best.entries[0].id}  score " in told
    assert "has ended; knowledge/corpus/xian/" in told
    assert f"confidence {best.confidence:.2f}" in told
    assert all(f"    {row}" in told for row in best.text.splitlines())
    assert all(f"    {name}: " in told for name in NAMES)
    assert "at home in 西安市" in told


def test_what_comes_before_every_entry_is_said_so(known: Answers) -> None:
    assert "(urgent comes before every entry)" in list(editing.tried(known, "奶奶摔倒了起不来", None, NOW))


def test_the_tables_of_the_public_sample(known: Answers) -> None:
    rows = list(editing.graded(known, read_graded(SAMPLE)))
    (whole,) = [row for row in rows if row.startswith("| all questions |")]
    right = float(whole.split("|")[3].strip(" %"))
    assert int(whole.split("|")[2]) == len(SAMPLE.read_text(encoding="utf-8").splitlines())
    assert right > 60
    (shipped,) = [row for row in rows if "(shipped)" in row]
    assert float(shipped.split("|")[2].strip(" %")) == right, "the curve at the shipped cut is the table"
    missed = [row for row in rows if row.startswith("| s-")]
    assert len(missed) == round(int(whole.split("|")[2]) * (100 - right) / 100)


def test_a_wrong_answer_stands_in_the_list_with_its_entries(known: Answers, tmp_path: Path) -> None:
    bad = QUESTION | {"id": "q-2", "expect": {"kind_in": ["answer"], "must_any": [["四千"]]}}
    rows = list(editing.graded(known, read_graded(lines(tmp_path / "q.jsonl", QUESTION, bad))))
    assert "| all questions | 2 | 50.0 % | 50.0 % | 50.0 % |" in rows
    (missed,) = [row for row in rows if row.startswith("| q-")]
    assert missed.startswith("| q-2 | wrong | answer ")
    assert "subsidy-amount" in missed


def test_left_out_questions_are_answered_less_the_higher_the_cut(known: Answers) -> None:
    rows = list(editing.left_out(known, 40))
    assert rows[0].startswith("40 phrasings left out: ")
    cuts = [
        [float(cell.split()[0].strip("%")) for cell in row.strip("| ").split("|")]
        for row in rows
        if row[:3] == "| 0"
    ]
    first = cuts[: len(cuts) // 2]
    held = [row[3] for row in first]
    assert held == sorted(held)
    assert held[0] < held[-1]
    assert all(99.7 < sum(row[1:]) < 100.3 for row in cuts)


def test_the_export_is_the_whole_corpus(known: Answers) -> None:
    text = editing.exported(known.entries.values(), as_json=False)
    assert text.startswith("\ufeffid,question,")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert rows.keys() == known.entries.keys()
    row, entry = rows["xian-voucher-amount"], known.entries["xian-voucher-amount"]
    assert row["answer"] == entry.answer
    assert row["phrasings"].split("\n") == list(entry.head.phrasings)
    assert row["valid_until"] == "2026-06-30"
    assert row["sources"].startswith("陕西日报 · 2025-11-12")
    assert set(row["tells"].split("\n")) == {
        name for name, entries in covers().items() if entry.id in entries
    }
    whole = [json.loads(line) for line in editing.exported(known.entries.values(), as_json=True).splitlines()]
    assert {one["id"]: one["answer"] for one in whole} == {
        entry.id: entry.answer for entry in known.entries.values()
    }


def test_a_cell_that_a_spreadsheet_would_carry_out_is_quoted(known: Answers) -> None:
    entry = known.entries["xian-voucher-amount"]
    text = table([type(entry)(entry.id, entry.head, "=1+1", entry.spot, entry.file)], {})
    assert ",'=1+1," in text


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ("{", "q.jsonl:2: is not JSON"),
        ("[1]", "q.jsonl:2: is not a JSON object"),
        (json.dumps(QUESTION), "q.jsonl:2: id: q-1 stands in line 1 already"),
        (json.dumps(QUESTION | {"id": "b", "at": "soon"}), "q.jsonl:2: at: "),
        (json.dumps(QUESTION | {"id": "b", "region": "月亮"}), "月亮 is no province"),
        (json.dumps(QUESTION | {"id": "b", "expect": {"kind_in": ["answers"]}}), "q.jsonl:2: expect.kind_in"),
        (json.dumps(QUESTION | {"id": "b", "expect": {"kind_in": ["answer"], "must_any": [["re:("]]}}), "no regular"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_with_its_line(tmp_path: Path, second: str, says: str) -> None:
    path = lines(tmp_path / "q.jsonl", QUESTION)
    path.write_text(path.read_text(encoding="utf-8") + second + "\n", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        read_graded(path)
    assert says in str(refused.value)
    assert " -- " in str(refused.value)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["try", "券", "--at", "soon"], "--at: soon"),
        (["try", "券", "--region", "月亮"], "--region: 月亮"),
        (["try", "券", "--corpus", "nowhere"], "--corpus: nowhere is no folder"),
        (["eval"], "no file is named"),
        (["eval", "many", "--leave-out"], "many is no number"),
        (["eval", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["knowledge", *words])
    assert done.exit_code != 0
    assert isinstance(done.exception, Unusable | PackError)
    assert says in str(done.exception)


def test_the_commands_read_what_the_chat_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The district's own folder wins, also from the command line; the file that is written opens in a spreadsheet."""
    shipped = (Path(editing.__file__).parent / "corpus" / "xian" / "xian-voucher-amount.md").read_text(
        encoding="utf-8"
    )
    own = tmp_path / "data" / "content" / "corpus"
    own.mkdir(parents=True)
    (own / "xian-voucher-amount.md").write_text(shipped.replace("一张1000元", "一张一千块"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["knowledge", "export", "all.csv"])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "all.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid,")
    assert "一张一千块".encode() in written
