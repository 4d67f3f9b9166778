"""A saved conversation over a deployment: carried over by migrations, retired kindly, or left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.flow import machine
from bot.flow.model import State
from tests.flow.test_machine import SUMMARY, TRIP, go


def rename_day(row: dict[str, Any]) -> dict[str, Any]:
    data = dict(row["data"])
    data["day"] = data.pop("date")
    return {
        **row,
        "data": data,
        "trail": ["day" if name == "date" else name for name in row["trail"]],
        "step": "day" if row["step"] == "date" else row["step"],
    }


def add_fare(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "data": {**row["data"], "fare": 0}}


OLD = {"flow": "trip", "version": 1, "step": "place", "data": {"date": "Monday"}, "trail": ["date"]}


def test_what_a_change_set_aside_is_let_go_over_a_migration() -> None:
    present = replace(TRIP, version=3, migrations={1: rename_day, 2: add_fare})
    aside = {"name": "place", "step": "summary", "data": {"date": "Monday"}, "trail": ["date"]}
    assert machine.revive(present, {**OLD, "aside": aside}) == machine.revive(present, OLD)


def test_the_present_version_comes_back_as_it_was() -> None:
    saved = go(*SUMMARY).state
    assert machine.revive(TRIP, json.loads(json.dumps(saved.to_json()))) == saved


def test_migrations_run_one_after_the_other() -> None:
    present = replace(TRIP, version=3, migrations={1: rename_day, 2: add_fare})
    before = json.dumps(OLD)
    revived = machine.revive(present, OLD)
    assert revived == State("trip", 3, "place", {"day": "Monday", "fare": 0}, ("day",))
    assert json.dumps(OLD) == before


def test_a_state_that_no_migration_reaches_is_retired_with_what_was_filled_in() -> None:
    assert machine.revive(replace(TRIP, version=3, migrations={2: add_fare}), OLD) == machine.Retired(
        OLD["data"]
    )


def test_a_state_in_a_step_that_is_gone_is_retired() -> None:
    gone = {**OLD, "step": "weather"}
    assert machine.revive(TRIP, gone) == machine.Retired(OLD["data"])


def test_a_state_of_a_later_program_is_left_alone() -> None:
    assert machine.revive(TRIP, {**OLD, "version": 2}) == machine.Newer()
