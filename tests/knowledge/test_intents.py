"""Which words start a service, which ask about it, and which only look like it."""

from __future__ import annotations

import csv
import time
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge.intents import NAMES, IntentFile, load_intents, match
from knowledge.problems import PackError
from knowledge.tomlfiles import read_toml

ROWS = [
    (row["text"], row["want"])
    for row in csv.DictReader((Path(__file__).parent / "intent_rows.csv").open(encoding="utf-8"))
]
STARTS = [text for text, want in ROWS if want == "start voucher"]
NO_STARTS = [text for text, want in ROWS if want != "start voucher"]


def heard(text: str) -> str:
    hits = match(text)
    if not hits:
        return "none"
    first = hits[0]
    return f"{first.kind} {first.intent}" + (f" {first.topic}" if first.topic else "")


@pytest.mark.parametrize(("text", "want"), ROWS)
def test_words_are_heard_as(text: str, want: str) -> None:
    assert heard(text) == want


def test_the_table_is_large_enough_both_ways() -> None:
    assert len(STARTS) >= 60
    assert len(NO_STARTS) >= 60


@pytest.mark.parametrize("text", NO_STARTS)
def test_no_other_words_start_the_voucher(text: str) -> None:
    assert all(hit.kind != "start" for hit in match(text) if hit.intent == "voucher")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "?", "。" * 50, "\U0001f600" * 20, "\u202e券\u202c", "<b>领券</b>", "券" * 5000],
)
def test_odd_input_is_answered_without_an_error(text: str) -> None:
    assert isinstance(match(text), tuple)


def test_every_service_has_a_line_for_when_it_does_not_stand() -> None:
    lines = load_intents().stands_in
    assert set(lines) == set(NAMES)
    for words in lines.values():
        assert "\n" not in words.zh + words.en
        assert "亲" not in words.zh
        assert "保证" not in words.zh


def test_every_bare_word_of_a_service_starts_that_service() -> None:
    data, _ = read_toml(IntentFile, files("knowledge").joinpath("intents.toml"))
    wrong = {
        word: heard(word)
        for intent in data.intents
        for word in intent.exact
        if heard(word) != f"start {intent.name}"
    }
    assert wrong == {}


def test_a_missing_service_is_refused_with_its_file(tmp_path: Path) -> None:
    whole = files("knowledge").joinpath("intents.toml").read_text(encoding="utf-8")
    broken = tmp_path / "intents.toml"
    broken.write_text(whole.replace('name = "events"', 'name = "parties"'), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_intents(broken)
    problem = caught.value.problems[0]
    assert problem.file == str(broken)
    assert problem.line == 1 + whole.split('name = "events"')[0].count("\n")


def test_a_broken_expression_is_refused_with_its_line(tmp_path: Path) -> None:
    whole = files("knowledge").joinpath("intents.toml").read_text(encoding="utf-8")
    broken = tmp_path / "intents.toml"
    broken.write_text(whole.replace("start = ['上门服务', ", "start = ['上门(服务', "), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_intents(broken)
    line = broken.read_text(encoding="utf-8").splitlines()[caught.value.problems[0].line - 1]
    assert "上门(服务" in line


def test_matching_a_sentence_takes_little_time() -> None:
    match("热身")
    started = time.process_time()
    for number in range(200):
        match(f"我家娃一岁八个月了想申请托育消费券{number}")
    assert (time.process_time() - started) / 200 < 0.003
