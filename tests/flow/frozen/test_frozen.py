"""Saved conversations of every shipped version come back to life: nobody loses a form over a deployment.

FLOW.VERSION.json holds one saved state for each question of that version, as the database keeps them. What has been
written is never edited: a changed flow gets a new version and a migration, and this folder another file, by

    python -m tests.flow.frozen.test_frozen
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.flow import machine
from bot.flow.model import Ask, Flow, Problem, State
from bot.texts import LANGUAGES
from tests.flow.samples import FLOWS, TEXTS, answers, look
from tests.flow.test_exhaustive import outcome_of, walk

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.json"))
SAVED = [
    pytest.param(row, id=f"{path.stem}.{step}")
    for path in FILES
    for step, row in json.loads(path.read_text(encoding="utf-8")).items()
]


def file_of(flow: Flow) -> Path:
    return HERE / f"{flow.name}.{flow.version}.json"


def questions(flow: Flow) -> list[str]:
    return [step.name for step in flow.steps if isinstance(step, Ask)]


def states(flow: Flow) -> dict[str, dict[str, Any]]:
    """For each question the state in which most is known."""
    met, _ = walk(flow.name)
    return {
        step: max(met[step], key=lambda state: (len(state.data), len(state.trail))).to_json()
        for step in questions(flow)
    }


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_question_of_the_present_version_is_kept(name: str) -> None:
    flow = FLOWS[name]
    kept = json.loads(file_of(flow).read_text(encoding="utf-8")) if file_of(flow).exists() else {}
    assert set(questions(flow)) <= set(kept), "python -m tests.flow.frozen.test_frozen writes what is missing"


@pytest.mark.parametrize("saved", SAVED)
def test_a_saved_conversation_goes_on(saved: dict[str, Any]) -> None:
    flow = FLOWS[saved["flow"]]
    state = machine.revive(flow, saved)
    assert isinstance(state, State), f"{saved['flow']} {saved['version']}.{saved['step']} is lost"
    assert state.version == flow.version
    ask = flow.step(state.step)
    assert isinstance(ask, Ask)
    assert all(flow.has(step) for step in state.trail)
    for lang in LANGUAGES:
        assert TEXTS.render(lang, f"{flow.name}.{state.step}.ask", state.data)
        assert TEXTS.label(lang, f"{flow.name}.{state.step}.name", state.data)
    seen = look(flow, state)
    moves = [
        machine.answer(flow, state, said, seen)
        for said in answers(seen)
        if outcome_of(ask, said, seen) is not None
    ]
    assert moves, "no answer is taken any more"
    assert not any(isinstance(move.problem, Problem) for move in moves)


def test_there_is_something_to_revive() -> None:
    assert len(SAVED) >= sum(len(questions(flow)) for flow in FLOWS.values())


def write() -> None:
    """Add the questions that are not kept yet; what is kept stays as it is."""
    for flow in FLOWS.values():
        kept = json.loads(file_of(flow).read_text(encoding="utf-8")) if file_of(flow).exists() else {}
        made = {**states(flow), **kept}
        if made:
            text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
            file_of(flow).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
