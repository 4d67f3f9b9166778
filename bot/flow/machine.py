"""The one transition function: where a conversation goes, decided without doing anything.

`begin`, `answer`, `done`, `back` and `change` take a state and return a Move; the caller performs what the move waits
for. Skipping is done here: an Ask whose value is known is passed by its own judge. Changing an answer is going
back to its question with that value (and what it invalidates) set aside; skipping then leads to where one was. Going
back from there, or giving the same answer again, puts everything back as it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from bot.flow.model import CHANGE, Ask, Do, End, Flow, Look, Problem, Said, State, Step


@dataclass(frozen=True)
class Move:
    """The state after an event, the step it now rests in, and what is wrong with the answer, if it stays."""

    state: State
    at: Step
    problem: Problem | None = None


class UnknownOutcome(Exception):
    """A reader or a service named an outcome that its step does not draw: a bug, and a loud one."""


def begin(flow: Flow, look: Look, known: Mapping[str, Any] | None = None) -> Move:
    """Enter a flow with what is already known."""
    return _enter(flow, State(flow.name, flow.version, flow.start, dict(known or {})), flow.start, look)


def answer(flow: Flow, state: State, said: Said, look: Look) -> Move:
    """Give an answer to the Ask the state rests in. A Problem leaves the state where it is."""
    ask = flow.step(state.step)
    if not isinstance(ask, Ask):
        raise TypeError(f"{flow.name}.{state.step} asks nothing")
    value = ask.read(said, replace(look, data=state.data))
    if isinstance(value, Problem):
        return Move(state, ask, value)
    if isinstance(value, str) and value.removeprefix(CHANGE) in ask.changes and value.startswith(CHANGE):
        return change(flow, state, value.removeprefix(CHANGE), look)
    outcome = ask.judge(value, replace(look, data=state.data))
    if outcome in ask.problems:
        return Move(state, ask, Problem(outcome))
    if state.changing and state.aside is not None and value == state.aside["data"].get(ask.name):
        moved = replace(state, data=dict(state.aside["data"]), trail=tuple(state.aside["trail"]))
    else:
        kept = {**state.data, ask.name: value} if ask.keep else dict(state.data)
        moved = replace(state, data=kept, trail=(*state.trail, ask.name))
    return _enter(flow, moved, _target(flow, ask, outcome), look)


def done(flow: Flow, state: State, outcome: str, data: Mapping[str, Any], look: Look) -> Move:
    """The world answered the Do the state rests in, and left `data`."""
    step = flow.step(state.step)
    return _enter(flow, replace(state, data=dict(data)), _target(flow, step, outcome), look)


def back(flow: Flow, state: State, look: Look) -> Move | None:
    """Return to the question before this one, its answer forgotten; None where there is none.

    From a question whose answer was to be changed it leads to where it was to be changed, everything as it stood.
    """
    if state.changing and state.aside is not None:
        before = State(state.flow, state.version, state.aside["step"], state.aside["data"])
        return Move(replace(before, trail=tuple(state.aside["trail"])), flow.step(before.step))
    if not state.trail:
        return None
    *trail, last = state.trail
    data = _without(flow, state.data, last)
    return _enter(flow, replace(state, data=data, trail=tuple(trail)), last, look)


def change(flow: Flow, state: State, name: str, look: Look) -> Move:
    """Ask one answered question again; everything else that is known is skipped on the way back.

    The trail keeps only what the table has before it: going back to a later question would pass over this one.
    """
    here = flow.step(state.step)
    target = _target(flow, here, CHANGE + name)
    before = {step.name for step in takewhile(lambda step: step.name != name, flow.steps)}
    trail = tuple(step for step in state.trail if step in before)
    aside = {"name": name, "step": state.step, "data": dict(state.data), "trail": list(state.trail)}
    moved = replace(state, data=_without(flow, state.data, name), trail=trail, aside=aside)
    return _enter(flow, moved, target, look)


def _without(flow: Flow, data: Mapping[str, Any], name: str) -> dict[str, Any]:
    ask = flow.step(name)
    gone = {name, *(ask.invalidates if isinstance(ask, Ask) else ())}
    return {key: value for key, value in data.items() if key not in gone}


def forgotten(flow: Flow, data: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What is known without these answers, and without what they invalidate."""
    left = dict(data)
    for name in names:
        left = _without(flow, left, name)
    return left


def _target(flow: Flow, step: Step, outcome: str) -> str:
    try:
        return step.ways[outcome]
    except KeyError:
        raise UnknownOutcome(f"{flow.name}.{step.name} has no outcome {outcome!r}") from None


def _enter(flow: Flow, state: State, name: str, look: Look) -> Move:
    """Go to a step and on through every question whose answer is known."""
    for _ in range(len(flow.steps) + 1):
        step = flow.step(name)
        over = isinstance(step, End) or (state.aside is not None and state.aside["step"] == name)
        state = replace(state, step=name, aside=None if over else state.aside)
        if isinstance(step, Do | End) or not step.keep or step.name not in state.data:
            return Move(state, step)
        outcome = step.judge(state.data[step.name], replace(look, data=state.data))
        if outcome not in step.ways:
            forgotten = {key: value for key, value in state.data.items() if key != step.name}
            return Move(replace(state, data=forgotten), step)
        name = step.ways[outcome]
    raise UnknownOutcome(f"{flow.name}: only known answers from {state.step} round to itself")


@dataclass(frozen=True)
class Retired:
    """A saved conversation that no shipped migration reaches: it ends politely, what was filled in stays."""

    data: Mapping[str, Any]


@dataclass(frozen=True)
class Newer:
    """A saved conversation of a later version: an old process leaves it alone."""


def revive(flow: Flow, saved: Mapping[str, Any]) -> State | Retired | Newer:
    """Carry a saved state over to the flow's present version."""
    row = dict(saved)
    if row["version"] > flow.version:
        return Newer()
    for version in range(row["version"], flow.version):
        if version not in flow.migrations:
            return Retired(row["data"])
        # What a change set aside is in the old shape: it can no longer be taken back, and nothing else is lost.
        row = {**flow.migrations[version](row), "version": version + 1, "aside": None}
    state = State.of_json(row)
    return state if flow.has(state.step) else Retired(state.data)
