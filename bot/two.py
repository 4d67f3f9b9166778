"""What one member of staff asks for and a second one, an admin, confirms, having read what will happen to how many."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from bot import approvals
from bot.capability import Act, NotDone
from bot.turn import Turn

ROLE = "admin"
Plan = Mapping[str, Any]
"""What was asked for, as it is kept with the asking: JSON values and a `summary` in plain words."""


def pin(plan: Plan) -> str:
    """Hex SHA-256 of a plan; a confirmation counts for exactly this."""
    return sha256(json.dumps(plan, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def ask(turn: Turn, kind: str, subject: str, plan: Plan) -> None:
    """Ask for a second person's yes. Every other admin gets the summary with a button; 待批 lists it as well."""
    approval = approvals.ask(turn, kind, subject, pin(plan), plan)
    turn.say("two.asked", summary=plan["summary"])
    for row in turn.db.all(
        "SELECT DISTINCT person_id FROM staff WHERE role = :role AND until IS NULL AND person_id <> :me",
        role=ROLE,
        me=turn.who.id,
    ):
        person = int(row["person_id"])
        button = turn.action(
            kind,
            "two.confirm",
            {"approval": approval, "subject": subject, "hash": pin(plan)},
            person=person,
            deadline=turn.now + approvals.LIFE,
        )
        turn.push(
            person,
            "two.please",
            [button],
            lane="reply",
            dedupe=f"approval:{approval}:{person}",
            name=turn.who.name,
            summary=plan["summary"],
        )


def confirming(carry_out: Callable[[Turn, dict[str, Any]], str]) -> Act:
    """The action of a kind of asking. `carry_out` does what was planned and returns "", or why it cannot be done."""

    def act(turn: Turn, payload: dict[str, Any]) -> None:
        if not turn.who.may(ROLE) or turn.overheard:
            turn.say("common.not_yours")
            raise NotDone
        decision = approvals.confirm(turn, payload["approval"], payload["hash"])
        if decision != "confirmed":
            turn.say(f"two.{decision}")
            if decision == "same_person":
                raise NotDone
            return
        row = turn.db.one("SELECT payload, asked_by FROM approval WHERE id = :id", id=payload["approval"])
        if row is None:
            raise LookupError(f"no approval {payload['approval']}")
        plan = json.loads(row["payload"])
        why = carry_out(turn, {**plan, "approval": payload["approval"]})
        turn.say("two.undone" if why else "two.done", summary=plan["summary"], why=why)
        turn.push(
            int(row["asked_by"]),
            "two.undone" if why else "two.done",
            lane="reply",
            dedupe=f"approval:{payload['approval']}:done",
            summary=plan["summary"],
            why=why,
        )

    return act
