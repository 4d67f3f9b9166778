"""A tiny service for tests of the machine itself: somebody arranges a walk, is reminded, and may call it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.capability import Capability, Claim, Command, OperatorCommand
from bot.clock import ms
from bot.flow.model import Ask, Do, End, Flow, Look, Problem, Said
from bot.messages import Button, File
from bot.timers import Due
from bot.turn import Turn
from tests.walks import tables


def when(said: Said, look: Look) -> Any:
    for value, label in look.labels.items():
        if said.choice == value or said.text == label:
            return value
    return Problem("not_a_day")


def paper(said: Said, _look: Look) -> Any:
    return said.proof.digest if said.proof else Problem("no_paper")


FLOW = Flow("walk", (
    Ask("day", when, {"ok": "paper"}, choices=("today", "tomorrow"), problems=("not_a_day",)),
    Ask("paper", paper, {"ok": "book"}, problems=("no_paper",), expects="document"),
    Do("book", {"booked": "arranged"}),
    End("arranged", silent=True),
    End("cancelled"),
))  # fmt: skip


def book(turn: Turn) -> str:
    turn.db.run("INSERT INTO walk (person_id, day, paper, made) VALUES (:person, :day, :paper, :now)",
                person=turn.who.id, day=turn.data["day"], paper=turn.data["paper"], now=ms(turn.now))  # fmt: skip
    number = int(turn.db.value("SELECT max(id) FROM walk"))
    tomorrow = datetime.combine(turn.today + timedelta(days=1), time(9), turn.ground.settings.zone)
    turn.timer("walk.remind", str(number), tomorrow, person=turn.who.id)
    turn.say("walk.arranged", [turn.action("walk.call_off", "walk.call_off", {"walk": number})],
             [Button("ⓘ", url="https://example.org/walks?start=walk")], number=number,
             files=[File("walk.png", "image/png", b"\x89PNG")], location=(34.27, 108.95))  # fmt: skip
    turn.push_staff(("duty",), "walk.new", number=number)
    return "booked"


def call_off(turn: Turn, payload: dict[str, Any]) -> None:
    turn.db.run("DELETE FROM walk WHERE id = :id", id=payload["walk"])
    turn.say("walk.off")


def remind(turn: Turn, due: Due) -> str | None:
    turn.push(int(due.payload["person"]), "walk.remind", lane="reminder", number=due.key)
    return None


def claims(text: str, turn: Turn) -> Claim | None:
    if text == "boom":
        raise RuntimeError("a bug")
    if text in {"walk", "散步"}:
        return Claim(flow="walk")
    return Claim(call=lambda turn: turn.say("walk.mine", count=mine(turn))) if text == "my walks" else None


def mine(turn: Turn) -> int:
    return int(turn.db.value("SELECT count(*) FROM walk WHERE person_id = :id", id=turn.who.id))


def close_path(turn: Turn, values: Sequence[str]) -> str:
    if values[0] == "none":
        raise ValueError("there is no such path")
    turn.audit("walk.closed", f"path:{values[0]}")
    return f"path {values[0]} is closed: {values[1]}"


CAPABILITY = Capability(
    "walk", Path(__file__).parent, flows=(FLOW,), does={"walk.book": book}, actions={"walk.call_off": call_off},
    timers={"walk.remind": remind}, claims=claims, commands=(Command("walk"),),
    operator={"path close": OperatorCommand(close_path, ("PATH", "REASON"), "say that a path is closed")},
)  # fmt: skip

__all__ = ["CAPABILITY", "FLOW", "tables"]
