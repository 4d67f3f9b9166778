"""The operator's commands: entering a round's public value, checking a published draw, what others check it with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from bot.capability import OperatorCommand
from bot.turn import Turn
from dialogs.voucher import draw, verifier
from dialogs.voucher.service import drawing, notice
from knowledge.city import City

_WHY = {
    "unknown": "there is no round of that name",
    "not_asked": "its programme asks for no public value",
    "too_early": "it is entered after the list is frozen and before the draw",
    "given": "it has been entered already, and is entered once",
}


def enter_seed(turn: Turn, values: Sequence[str]) -> str:
    """`doorstep lottery seed ROUND VALUE`. Raises ValueError with the reason when it cannot be entered."""
    name, value = values
    outcome = drawing.enter_value(turn, name, value)
    if outcome != "ok":
        raise ValueError(f"{name}: {_WHY[outcome]}")
    return f"{name}: the public value is {value}; the draw goes on by itself"


def verify(values: Sequence[str]) -> str:
    """`doorstep lottery verify FILE [TICKET…]`: recompute a published draw; tickets in any grouping.

    A round not drawn yet is no mistake: what agrees so far is said. Raises ValueError with what does not agree, and for a
    file that cannot be read.
    """
    path = Path(values[0])
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise ValueError(f"{path}: cannot be opened: {why.strerror}") from why
    except ValueError as why:
        raise ValueError(f"{path}: no file of a round (wanted: a ROUND.json as /draws serves it)") from why
    problems = draw.verify(document)
    if problems == [draw.NOT_DRAWN] and draw.is_early(document):
        listed = "" if document["list"] is None else f", list_hash {document['list_hash']}"
        lines = [
            f"{path}: not drawn yet; what is published so far agrees",
            f"note it and check again after the draw: commitment {document['commitment']}{listed}",
        ]
    elif problems:
        raise ValueError("\n".join(f"{path}: {problem}" for problem in problems))
    else:
        bands = ", ".join(
            f"{band} {len(drawn['order'])} tickets, quota {drawn['quota']}"
            for band, drawn in sorted(document["bands"].items())
        )
        lines = [f"{path}: the order follows from the published list and secret ({bands})"]
        lines += [] if document["public_value"] else [draw.WITHOUT_VALUE]
    digits = re.sub(r"[\W_]", "", "".join(values[1:]))
    places = [verifier.place(document, number) for number in re.findall(".{1,9}", digits)]
    if any(there is False for there, _ in places):
        raise ValueError("\n".join(what for _, what in places))
    return "\n".join([*lines, *(what for _, what in places)])


def script(_values: Sequence[str]) -> str:
    """`doorstep lottery verifier`: the standalone script, as it stands in the program."""
    return files("dialogs.voucher").joinpath("verifier.py").read_text(encoding="utf-8").rstrip("\n")


def printed(turn: Turn, values: Sequence[str], city: City) -> str:
    """`doorstep lottery notice ROUND`: the notice as HTML for print. Raises ValueError where nothing is published."""
    made = notice.html(turn.ground, turn.db, values[0], city)
    if made is None:
        raise ValueError(f"{values[0]}: there is no published draw of that name")
    return made


COMMANDS: Mapping[str, OperatorCommand] = {
    "lottery seed": OperatorCommand(
        enter_seed, ("ROUND", "VALUE"), "Enter the public value a draw waits for."
    ),
    "lottery verify": OperatorCommand(
        None, ("FILE", "[TICKET…]"), "Recompute a published draw from public data alone.", alone=verify
    ),
    "lottery verifier": OperatorCommand(
        None, (), "Print the standalone script with which anybody recomputes a draw.", alone=script
    ),
}


def commands(city: City) -> Mapping[str, OperatorCommand]:
    """All of them; a notice needs to know whose it is."""
    about = "Print the notice of a round's result (HTML, A4)."
    return {**COMMANDS, "lottery notice": OperatorCommand(partial(printed, city=city), ("ROUND",), about)}
