"""The pure machine on a small flow of its own: skip, change, back, several, loud mistakes, revival over versions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow import machine
from bot.flow.check import flaws
from bot.flow.diagram import mermaid
from bot.flow.model import CHANGE, Ask, Do, End, Flow, Look, Problem, Said, State, as_is
from bot.flow.readers import one_of, several_of

TODAY = date(2026, 12, 2)
WORDS_ONLY = ("words_only", "too_long", "emoji_only", "empty")


def day(said: Said, _look: Look) -> Any:
    return Problem("no_day") if not said.text else said.text


def whether_long(value: Any, look: Look) -> str:
    return "far" if value == look.data["day"] else "too_far" if value == "moon" else "near"


def words(said: Said, _look: Look) -> Any:
    return said.text


def colours(_value: Any, look: Look) -> str:
    return "many" if len(_value) > 1 else "one"


TRIP = Flow(
    "trip",
    (
        Ask("day", day, {"ok": "place"}, invalidates=("place", "fare"), problems=("no_day",)),
        Ask("place", words, {"near": "colour", "far": "check"}, judge=whether_long, problems=("too_far",)),
        Do("check", {"ok": "colour", "closed": "cancelled"}),
        Ask(
            "colour",
            several_of("red", "green", "blue"),
            {"one": "note", "many": "note"},
            judge=colours,
            choices=("red", "green", "blue"),
            several=True,
            problems=(*WORDS_ONLY, "not_a_choice", "stale"),
        ),
        Ask("note", words, {"ok": "summary"}),
        Ask(
            "summary",
            one_of(),
            {"confirm": "book"},
            judge=as_is,
            choices=("confirm",),
            changes=("day", "place", "note"),
            keep=False,
            problems=(*WORDS_ONLY, "not_a_choice", "one_only", "stale"),
        ),
        Do("book", {"booked": "done", "full": "day"}),
        End("done"),
        End("cancelled"),
    ),
)


def look(**data: Any) -> Look:
    return Look(TODAY, data)


def go(*said: str, known: dict[str, Any] | None = None) -> machine.Move:
    move = machine.begin(TRIP, look(), known)
    for text in said:
        assert isinstance(move.at, Ask), f"{move.at.name} takes no answer"
        move = machine.answer(TRIP, move.state, Said(text=text), look())
        assert move.problem is None
    return move


def press(move: machine.Move, choice: str) -> machine.Move:
    labels = {"confirm": "Confirm", **{CHANGE + name: f"Change {name}" for name in ("day", "place", "note")}}
    return machine.answer(TRIP, move.state, Said(choice=choice), Look(TODAY, move.state.data, labels))


SUMMARY = ("Monday", "lake", "red", "none")


def test_the_small_flow_is_sound() -> None:
    assert flaws(TRIP) == []


# -- questions in order, and those that are skipped ------------------------------------------------------------------


def test_questions_come_in_the_order_of_the_table() -> None:
    asked = [go(*SUMMARY[:number]).at.name for number in range(5)]
    assert asked == ["day", "place", "colour", "note", "summary"]


def test_answers_are_kept_under_their_names_and_left_in_the_trail() -> None:
    move = go(*SUMMARY)
    assert move.state.data == {"day": "Monday", "place": "lake", "colour": ["red"], "note": "none"}
    assert move.state.trail == ("day", "place", "colour", "note")


def test_what_is_known_is_not_asked() -> None:
    move = go(known={"day": "Monday", "place": "lake", "note": "none"})
    assert move.at.name == "colour"
    assert move.state.trail == ()
    assert machine.answer(TRIP, move.state, Said(text="1"), look()).at.name == "summary"


def test_what_is_known_goes_past_its_own_judge() -> None:
    assert go(known={"day": "Monday", "place": "Monday"}).at.name == "check"


def test_what_is_known_and_no_longer_good_is_forgotten_and_asked() -> None:
    move = go(known={"day": "Monday", "place": "moon"})
    assert move.at.name == "place"
    assert "place" not in move.state.data


def test_a_question_that_keeps_nothing_is_never_skipped() -> None:
    known = {"day": "Monday", "place": "lake", "colour": ["red"], "note": "none", "summary": "confirm"}
    assert go(known=known).at.name == "summary"


def test_only_known_answers_in_a_circle_are_loud() -> None:
    circle = Flow("circle", (Ask("a", words, {"ok": "b"}), Ask("b", words, {"ok": "a"}), End("cancelled")))
    with pytest.raises(machine.UnknownOutcome, match="circle"):
        machine.begin(circle, look(), {"a": "x", "b": "y"})


# -- problems --------------------------------------------------------------------------------------------------------


def test_a_problem_changes_nothing() -> None:
    move = go()
    again = machine.answer(TRIP, move.state, Said(text=""), look())
    assert again.problem == Problem("no_day")
    assert (again.state, again.at) == (move.state, move.at)


def test_a_judge_may_refuse_a_value_by_a_declared_problem() -> None:
    move = go("Monday")
    again = machine.answer(TRIP, move.state, Said(text="moon"), look())
    assert again.problem == Problem("too_far")
    assert again.state == move.state


def test_several_choices_are_one_value() -> None:
    assert go("Monday", "lake", "3、1").state.data["colour"] == ["red", "blue"]


def test_an_answer_to_what_asks_nothing_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="check"):
        machine.answer(TRIP, go("Monday", "Monday").state, Said(text="x"), look())


# -- the world -------------------------------------------------------------------------------------------------------


def test_the_world_answers_with_an_outcome_and_its_own_data() -> None:
    move = go("Monday", "Monday")
    moved = machine.done(TRIP, move.state, "ok", {**move.state.data, "fare": 3}, look())
    assert moved.at.name == "colour"
    assert moved.state.data["fare"] == 3
    assert machine.done(TRIP, move.state, "closed", {}, look()).at == End("cancelled")


@pytest.mark.parametrize("outcome", ["", "OK", "perhaps", CHANGE + "day"])
def test_an_outcome_that_is_not_drawn_is_loud(outcome: str) -> None:
    with pytest.raises(machine.UnknownOutcome, match=r"trip\.check"):
        machine.done(TRIP, go("Monday", "Monday").state, outcome, {}, look())


def test_a_judge_that_names_what_is_not_drawn_is_loud() -> None:
    flow = Flow("f", (Ask("a", words, {"ok": "cancelled"}, judge=as_is), End("cancelled")))
    with pytest.raises(machine.UnknownOutcome, match=r"f\.a .*'what'"):
        machine.answer(flow, machine.begin(flow, look()).state, Said(text="what"), look())


# -- back ------------------------------------------------------------------------------------------------------------


def test_back_asks_the_last_question_again_and_forgets_its_answer() -> None:
    move = go("Monday", "lake", "red")
    back = machine.back(TRIP, move.state, look())
    assert back is not None
    assert back.at.name == "colour"
    assert back.state.data == {"day": "Monday", "place": "lake"}


def test_back_passes_over_what_was_never_asked() -> None:
    move = go("red", known={"day": "Monday", "place": "lake"})
    first = machine.back(TRIP, move.state, look())
    assert first is not None
    assert first.at.name == "colour"
    assert machine.back(TRIP, first.state, look()) is None


def test_back_to_the_first_question_and_no_further() -> None:
    state = go("Monday").state
    back = machine.back(TRIP, state, look())
    assert back is not None
    assert (back.at.name, back.state.data, back.state.trail) == ("day", {}, ())
    assert machine.back(TRIP, back.state, look()) is None


# -- change ----------------------------------------------------------------------------------------------------------


def test_a_change_asks_that_question_and_comes_straight_back() -> None:
    move = press(go(*SUMMARY), CHANGE + "note")
    assert move.at.name == "note"
    back = machine.answer(TRIP, move.state, Said(text="bring boots"), look())
    assert back.at.name == "summary"
    assert back.state.data["note"] == "bring boots"
    assert back.state.data["place"] == "lake"


def test_a_change_asks_again_only_what_it_invalidates() -> None:
    summary = go(*SUMMARY)
    summary = replace(summary, state=replace(summary.state, data={**summary.state.data, "fare": 3}))
    move = press(summary, CHANGE + "day")
    assert move.at.name == "day"
    assert move.state.data == {"colour": ["red"], "note": "none"}, "place and fare depend on the day"
    move = machine.answer(TRIP, move.state, Said(text="Friday"), look())
    assert move.at.name == "place"
    assert machine.answer(TRIP, move.state, Said(text="wood"), look()).at.name == "summary"


def test_a_change_may_lead_past_a_service_again() -> None:
    move = press(go(*SUMMARY), CHANGE + "place")
    move = machine.answer(TRIP, move.state, Said(text="Monday"), look())
    assert move.at.name == "check"
    assert machine.done(TRIP, move.state, "ok", move.state.data, look()).at.name == "summary"


@pytest.mark.parametrize("name", ["day", "place", "note"])
@pytest.mark.parametrize("known", [{}, {"place": "lake"}, {"day": "Monday", "place": "lake", "note": "none"}])
def test_back_from_a_change_never_leads_round_what_was_forgotten(name: str, known: dict[str, Any]) -> None:
    said = [
        text
        for step, text in zip(("day", "place", "colour", "note"), SUMMARY, strict=True)
        if step not in known
    ]
    move = press(go(*said, known=known), CHANGE + name)
    while (back := machine.back(TRIP, move.state, look())) is not None:
        move = back
    while move.at.name != "summary":
        texts = dict(zip(("day", "place", "colour", "note"), SUMMARY, strict=True))
        move = machine.answer(TRIP, move.state, Said(text=texts[move.at.name]), look())
    assert set(move.state.data) == {"day", "place", "colour", "note"}


@pytest.mark.parametrize("name", ["day", "place", "note"])
def test_back_from_a_change_leaves_everything_as_it_stood(name: str) -> None:
    summary = go(*SUMMARY)
    changing = press(summary, CHANGE + name).state
    for state in (changing, State.of_json(json.loads(json.dumps(changing.to_json())))):
        assert state.changing
        assert machine.back(TRIP, state, look()) == machine.Move(summary.state, summary.at)


@pytest.mark.parametrize(("name", "same"), [("day", "Monday"), ("place", "lake"), ("note", "none")])
def test_the_same_answer_again_invalidates_nothing(name: str, same: str) -> None:
    summary = go(*SUMMARY)
    move = machine.answer(TRIP, press(summary, CHANGE + name).state, Said(text=same), look())
    assert (move.at.name, move.state) == ("summary", summary.state)


def test_a_change_that_asks_more_can_still_be_taken_back() -> None:
    summary = go(*SUMMARY)
    move = machine.answer(TRIP, press(summary, CHANGE + "day").state, Said(text="Friday"), look())
    assert (move.at.name, move.state.changing) == ("place", False)
    first = machine.back(TRIP, move.state, look())
    assert first is not None
    assert (first.at.name, first.state.changing) == ("day", True)
    second = machine.back(TRIP, first.state, look())
    assert second is not None
    assert second.state == summary.state


def test_a_change_that_is_done_leaves_nothing_aside() -> None:
    move = press(go(*SUMMARY), CHANGE + "note")
    assert machine.answer(TRIP, move.state, Said(text="x"), look()).state.aside is None


def test_what_may_not_be_changed_here_is_no_choice() -> None:
    assert press(go(*SUMMARY), CHANGE + "colour").problem == Problem("stale")
    with pytest.raises(machine.UnknownOutcome):
        machine.change(TRIP, go(*SUMMARY).state, "colour", look())


def test_the_trail_holds_a_changed_question_once() -> None:
    move = press(go(*SUMMARY), CHANGE + "note")
    move = machine.answer(TRIP, move.state, Said(text="x"), look())
    assert move.state.trail == ("day", "place", "colour", "note")
    move = press(move, CHANGE + "day")
    move = machine.answer(TRIP, move.state, Said(text="x"), look())
    assert move.state.trail == ("day",)


# -- states ----------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    data=st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.text(max_size=9),
            st.lists(st.text(max_size=3), max_size=3),
        ),
        max_size=5,
    ),
    trail=st.lists(st.sampled_from([step.name for step in TRIP.steps]), max_size=5),
)
def test_a_state_is_json_there_and_back(data: dict[str, Any], trail: list[str]) -> None:
    state = State("trip", 1, "note", data, tuple(trail))
    assert State.of_json(json.loads(json.dumps(state.to_json()))) == state


def test_no_move_touches_the_state_it_is_given() -> None:
    move = go(*SUMMARY)
    before = json.dumps(move.state.to_json())
    press(move, CHANGE + "day")
    press(move, "confirm")
    machine.back(TRIP, move.state, look())
    assert json.dumps(move.state.to_json()) == before


# -- shape and picture -----------------------------------------------------------------------------------------------


def test_every_flaw_of_a_table_is_named() -> None:
    astray = Flow("f", (Ask("a", words, {"ok": "nowhere"}), End("cancelled")))
    assert flaws(astray) == ["f.a: ok leads to nowhere, which is not there"]
    lonely = Flow(
        "f", (Ask("a", words, {}), Ask("b", words, {"ok": "cancelled"}), Ask("b", words, {"ok": "cancelled"}))
    )
    assert flaws(replace(lonely, steps=(*lonely.steps, End("cancelled")))) == [
        "f: two steps named b",
        "f.b is never reached",
        "f.b is never reached",
        "f.a is a dead end",
    ]
    assert flaws(Flow("f", (Ask("a", words, {"ok": "end"}), End("end")))) == ["f has no end named cancelled"]


def test_a_picture_has_every_edge_once() -> None:
    drawn = mermaid(TRIP).splitlines()
    assert drawn[:2] == ["stateDiagram-v2", "  [*] --> day"]
    edges = [line for line in drawn if "-->" in line and "[*]" not in line]
    assert len(edges) == len(set(edges)) == len(list(TRIP.edges()))
    assert "  summary --> day: change day" in edges
    assert "  done --> [*]" in drawn
