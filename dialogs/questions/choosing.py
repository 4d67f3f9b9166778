"""Which kind of childcare suits us: what is known of the child, and the advice with the entries that it rests on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from bot.messages import Button
from bot.turn import Turn
from dialogs.questions import rules


def look(turn: Turn) -> Literal["ok"]:
    """Who has told one child's birth date is not asked for its age; three and older is no such child."""
    if "age" not in turn.data:
        rows = turn.db.all(
            "SELECT birth FROM subject WHERE person_id = :id AND birth IS NOT NULL", id=turn.who.id
        )
        births = {date.fromisoformat(turn.unseal(row["birth"], "subject.birth")) for row in rows}
        ages = [age for birth in births if (age := rules.age_on(birth, turn.today)) != "over"]
        if len(ages) == 1:
            turn.data["age"] = ages[0]
    return "ok"


def advise(turn: Turn) -> Literal["ok"]:
    """Say what to ask for and what to look at, with a button for every entry behind it."""
    age, need, matter = (str(turn.data[name]) for name in ("age", "need", "matter"))
    advice = rules.advise(age, need, matter)
    names = {form: turn.label(f"choosing.form.{form}.name") for form in advice.forms}
    told = {
        name: turn.label(f"choosing.{name}.choice.{turn.data[name]}") for name in ("age", "need", "matter")
    }
    turn.audit("choosing.advised", f"forms:{'+'.join(advice.forms)}")
    turn.say(
        "choosing.advice",
        *([_basis(turn, rules.FORMS[form], name)] for form, name in names.items()),
        [_basis(turn, rules.VISIT, turn.label("choosing.visit.name"))],
        [
            turn.go("choosing.button.again", "choosing"),
            Button(turn.label("common.button.person"), id="w:person"),
        ],
        told=[told["age"], told["need"], *([told["matter"]] if matter != "anything" else [])],
        forms=[
            {"name": name, "line": turn.label(f"choosing.form.{form}.line")} for form, name in names.items()
        ],
        young=age == "under6",
        class_name=turn.label(f"choosing.class.{age}") if advice.ratio else "",
        ratio=advice.ratio,
    )
    return "ok"


def _basis(turn: Turn, entry: str, title: str) -> Button:
    return turn.action("questions.choose", "choosing.button.basis", {"entry": entry}, title=title)
