"""Every flow of the district, every step, every awkward answer, every outcome of every service: nothing surprises."""

from __future__ import annotations

import json
from collections import deque
from functools import cache, partial
from itertools import islice
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from bot.flow import machine
from bot.flow.check import flaws
from bot.flow.model import CHANGE, Ask, Do, End, Flow, Look, Problem, Said, State
from bot.texts import LANGUAGES
from tests.flow.samples import (
    BIRTH_CERTIFICATE,
    FLAWS,
    FLOWS,
    ID_CARD,
    PERMIT,
    REGISTRY,
    TEXTS,
    answers,
    left_by,
    look,
)

EACH = pytest.mark.parametrize("name", sorted(FLOWS))
STATES_OF_A_STEP = 4
"""How many different states of one question are given every awkward answer."""

WORDS = (
    "",
    " ",
    "\n\n",
    "\u200b\u200d",
    "\x00",
    "１２３４５６７８９０１２",
    "１",
    "😀",
    "👨‍👩‍👧👍🏽",
    "مرحبا بالعالم",
    "\u202egnihton\u202c",
    "很长" * 2500,
    "1" * 5000,
    "<b>小宇</b><script>alert(1)</script>",
    "&lt;&amp;",
    "{{ 7 * 7 }}",
    "'; DROP TABLE person; --",
    "1",
    "一",
    "第一个",
    "①",
    "最后一个",
    "0",
    "-1",
    "99",
    "1 2",
    "是不是",
    "好，不要",
    "change:birth",
    "q:1:yes",
    "/start",
    "？？？",
    "2025年5月1日",
    "农历五月初一",
    "一岁八个月",
    "2099-1-1",
    "2025-02-30",
    "138 0013 8000",
    "029-88880000",
    "+1 212 555 0100",
    "1234 5678 9012",
    "12345678901",
    "[证件号]",
    "[证件号?]",
    "[长号码]",
    "ＡＢＣ",
    "aujourd’hui",
    "0.01",
    "1e9",
    "120元",
    "一百二十",
)
AWKWARD: tuple[Said, ...] = (
    *(Said(text=text) for text in WORDS),
    *(Said(media=kind) for kind in ("photo", "voice", "sticker", "video", "file")),
    Said(text="这是证件", media="photo"),
    Said(location=(34.27, 108.95)),
    Said(phone="13800138000", phone_is_own=False),
    Said(phone="+85298765432", phone_is_own=True),
    Said(phone="", phone_is_own=True),
    Said(choice="gone"),
    Said(choice=""),
    Said(choice=CHANGE + "nothing"),
    Said(choice=CHANGE),
    *(Said(text="[证件号]", proof=proof) for proof in (ID_CARD, BIRTH_CERTIFICATE, PERMIT)),
    *(Said(text="[证件号?]", flaw=flaw) for flaw in FLAWS),
)


@cache
def walk(name: str) -> tuple[dict[str, list[State]], frozenset[tuple[str, str]]]:
    """The states in which each step can be met, and every (step, outcome) taken on the way, from the start on.

    Two states of a step with the same answers are one: the first met has come the shortest way, so that the least was left
    behind on it. Told apart by everything that services leave, the states of a long form would be more than can be walked.
    """
    flow = FLOWS[name]
    met: dict[str, list[State]] = {}
    known: set[tuple[str, frozenset[str]]] = set()
    taken: set[tuple[str, str]] = set()
    waiting = deque([machine.begin(flow, look(flow, State(flow.name, flow.version, flow.start))).state])
    while waiting:
        state = waiting.popleft()
        mark = (state.step, frozenset(name for name in state.data if flow.has(name)))
        if mark in known:
            continue
        known.add(mark)
        met.setdefault(state.step, []).append(state)
        step, seen = flow.step(state.step), look(flow, state)
        if (back := machine.back(flow, state, seen)) is not None:
            waiting.append(back.state)
        if isinstance(step, Ask):
            for said in answers(seen):
                outcome = outcome_of(step, said, seen)
                if outcome is not None:
                    taken.add((step.name, outcome))
                    waiting.append(machine.answer(flow, state, said, seen).state)
        elif isinstance(step, Do):
            for outcome in step.to:
                taken.add((step.name, outcome))
                data = left_by(flow, step.name, outcome, dict(state.data))
                waiting.append(machine.done(flow, state, outcome, data, seen).state)
    return met, frozenset(taken)


def outcome_of(ask: Ask, said: Said, seen: Look) -> str | None:
    """What an answer comes to, worked out without the machine; None when it is a problem."""
    value = ask.read(said, seen)
    if isinstance(value, Problem):
        return None
    if isinstance(value, str) and value in {CHANGE + changed for changed in ask.changes}:
        return value
    outcome = ask.judge(value, seen)
    return None if outcome in ask.problems else outcome


@EACH
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_known_there_puts_every_step_into_words(name: str, lang: str) -> None:
    met, _ = walk(name)
    for step in FLOWS[name].steps:
        key = f"{name}.{step.name}." + ("said" if isinstance(step, End) else "ask")
        if isinstance(step, Do) or (isinstance(step, End) and step.silent):
            continue
        for state in met.get(step.name, ()):
            assert TEXTS.render(lang, key, state.data), f"{key} after {state.trail}"


def could_rest(flow: Flow, target: str) -> set[str]:
    """Where one may come to rest when an edge leads to `target`: there, or past questions that are skipped."""
    found, waiting = set(), [target]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        step = flow.step(name)
        if isinstance(step, Ask):
            waiting += step.to.values()
    return found


def there_and_back(state: State) -> State:
    return State.of_json(json.loads(json.dumps(state.to_json(), ensure_ascii=False)))


@EACH
def test_the_table_is_sound(name: str) -> None:
    assert flaws(FLOWS[name]) == []


@EACH
def test_every_drawn_edge_can_be_taken(name: str) -> None:
    drawn = {(step, outcome) for step, outcome, _ in FLOWS[name].edges()}
    _, taken = walk(name)
    assert drawn - taken == set(), "no answer in tests/flow/samples.py leads there"
    assert taken <= drawn


@EACH
def test_no_answer_surprises(name: str) -> None:
    flow = FLOWS[name]
    met, _ = walk(name)
    for step in flow.steps:
        if not isinstance(step, Ask):
            continue
        for state in islice(met[step.name], STATES_OF_A_STEP):
            seen = look(flow, state)
            own = [Said(text=label) for label in seen.labels.values()]
            for said in (*AWKWARD, *own, *answers(seen)):
                one_answer(flow, step, state, said, seen)


def one_answer(flow: Flow, step: Ask, state: State, said: Said, seen: Look) -> None:
    before = state.to_json()
    move = machine.answer(flow, state, said, seen)
    told = f"{flow.name}.{step.name}: {said}"[:200]
    assert state.to_json() == before, told
    assert there_and_back(move.state) == move.state, told
    assert move.at is flow.step(move.state.step), told
    if move.problem is not None:
        assert move.problem.code in step.problems, told
        assert (move.state, move.at) == (state, step), told
        return
    outcome = outcome_of(step, said, seen)
    assert outcome in step.ways, told
    assert move.at.name in could_rest(flow, step.ways[outcome]), told
    assert move.at is not step or outcome.startswith(CHANGE), f"{told}: nothing happens"


@EACH
def test_a_typed_label_and_its_number_do_what_the_button_does(name: str) -> None:
    flow = FLOWS[name]
    met, _ = walk(name)
    for step in flow.steps:
        # A free question's label is a way to say nothing in particular; its number would be an answer.
        if not isinstance(step, Ask) or step.free or not (labels := look(flow, met[step.name][-1]).labels):
            continue
        state = met[step.name][-1]
        for number, (value, label) in enumerate(labels.items(), 1):
            pressed = machine.answer(flow, state, Said(choice=value), look(flow, state))
            assert pressed.problem is None, (step.name, value)
            for text in (label, str(number), f"第{'一二三四五六七八九'[number - 1]}个"):
                typed = machine.answer(flow, state, Said(text=text), look(flow, state))
                assert typed == pressed, (step.name, text)


@EACH
def test_no_outcome_of_a_service_surprises(name: str) -> None:
    flow = FLOWS[name]
    met, _ = walk(name)
    for step in flow.steps:
        if not isinstance(step, Do):
            continue
        for state in islice(met[step.name], STATES_OF_A_STEP):
            for outcome, target in step.to.items():
                data = left_by(flow, step.name, outcome, dict(state.data))
                move = machine.done(flow, state, outcome, data, look(flow, state))
                assert move.problem is None
                assert move.at.name in could_rest(flow, target)
                assert there_and_back(move.state) == move.state
            with pytest.raises(machine.UnknownOutcome):
                machine.done(flow, state, "no such outcome", state.data, look(flow, state))


@EACH
def test_one_can_go_back_and_answer_again(name: str) -> None:
    flow = FLOWS[name]
    met, _ = walk(name)
    for states in met.values():
        for state in islice(states, STATES_OF_A_STEP):
            move = machine.back(flow, state, look(flow, state))
            if state.changing and state.aside is not None:
                assert move is not None
                assert (move.at.name, move.state.data) == (state.aside["step"], state.aside["data"])
                continue
            assert (move is None) == (state.trail == ())
            if move is not None:
                assert move.at.name == state.trail[-1]
                assert isinstance(move.at, Ask)
                assert move.at.name not in move.state.data
                assert len(move.state.trail) == len(state.trail) - 1


@EACH
def test_every_step_is_met_and_ends_rest(name: str) -> None:
    flow = FLOWS[name]
    met, _ = walk(name)
    assert {step.name for step in flow.steps} - {"cancelled"} <= set(met)
    for step in flow.steps:
        if isinstance(step, End):
            assert step.ways == {}


@EACH
def test_services_name_the_outcomes_of_the_table_and_no_others(name: str) -> None:
    flow = FLOWS[name]
    for step in flow.steps:
        if isinstance(step, Do):
            service: Any = REGISTRY.does[f"{name}.{step.name}"]
            while isinstance(service, partial):
                service = service.func
            returned = get_type_hints(service)["return"]
            assert get_origin(returned) is Literal, (
                f"{service.__module__}.{service.__name__} returns {returned}"
            )
            assert set(get_args(returned)) == set(step.to), f"{name}.{step.name}"


def test_every_service_belongs_to_a_step() -> None:
    steps = {
        f"{flow.name}.{step.name}" for flow in FLOWS.values() for step in flow.steps if isinstance(step, Do)
    }
    assert set(REGISTRY.does) == steps
