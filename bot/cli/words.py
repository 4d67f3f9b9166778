"""Do the words fit the code: every text has both languages, every key that is asked for has words, none lies idle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from bot.capability import Capability
from bot.flow.model import Ask, End, Flow
from bot.texts import Texts

CALLS = {"say": 0, "label": 0, "go": 0, "push": 1, "push_staff": 1, "action": 1}
"""The methods of a turn that take a text key, and at which place."""
_HEAD = re.compile(r"\[([\w.\-]+)\]\s*(?:#.*)?")
_KEY = re.compile(r"([\w.\-]+)\s*=")


@dataclass(frozen=True)
class Mentioned:
    """Keys in Python code: those given to a turn with their place, and everything that could be (part of) a key."""

    given: tuple[tuple[str, str], ...]
    words: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    def uses(self, key: str) -> bool:
        """Whether the code could ask for this key, or for the one that KEY_aloud says without buttons."""
        key = key.removesuffix("_aloud")
        return key in self.words or any(pattern.fullmatch(key) for pattern in self.patterns)


def findings(texts: Texts, machine: Path, capabilities: Iterable[Capability]) -> list[str]:
    """What does not fit, one line each, with file and line where they are known."""
    everyone = tuple(capabilities)
    folders = [machine, *(capability.folder for capability in everyone)]
    lines = {
        lang: {key: place for folder in folders for key, place in lines_of(folder, lang).items()}
        for lang in ("zh", "en")
    }
    found = [
        f"{lines['zh'].get(key, key)}: {key} has no English words"
        for key in texts.keys("zh") - texts.keys("en")
    ]
    found += [
        f"{lines['en'].get(key, key)}: {key} has no Chinese words"
        for key in texts.keys("en") - texts.keys("zh")
    ]
    wanted = {key: place for capability in everyone for key, place in wanted_by(capability, texts)}
    found += [f"{place}: no words for {key}" for key, place in wanted.items() if not texts.has(key)]
    mentioned = mentioned_in(folders)
    found += [f"{place}: no words for {key}" for key, place in mentioned.given if not texts.has(key)]
    found += [
        f"{lines['zh'].get(key, key)}: nothing says {key}"
        for key in texts.keys("zh")
        if key not in wanted and not mentioned.uses(key)
    ]
    found += [flaw for lang in ("zh", "en") for flaw in _unreadable(texts, lang, lines[lang])]
    return sorted(found)


def wanted_by(capability: Capability, texts: Texts) -> Iterator[tuple[str, str]]:
    """The keys that a capability's flows and commands need, with the file that needs them."""
    place = str(capability.folder / "flow.py")
    for flow in capability.flows:
        for key in keys_of(flow, texts):
            yield key, place
    for command in capability.commands:
        yield f"command.{command.name}", str(capability.folder / "__init__.py")


def keys_of(flow: Flow, texts: Texts) -> Iterator[str]:
    """The keys a flow is shown with."""
    for step in flow.steps:
        own = f"{flow.name}.{step.name}"
        if isinstance(step, Ask):
            yield f"{own}.ask"
            yield f"{own}.name"
            yield from (f"{own}.choice.{value}" for value in step.choices)
            for code in step.problems:
                common = f"common.problem.{code}"
                yield (
                    common
                    if texts.has(common) and not texts.has(f"{own}.problem.{code}")
                    else f"{own}.problem.{code}"
                )
        elif isinstance(step, End) and not step.silent:
            yield f"{own}.said"


def mentioned_in(folders: Iterable[Path]) -> Mentioned:
    """The keys that the Python files of these folders name."""
    given: list[tuple[str, str]] = []
    words: set[str] = set()
    patterns: set[str] = set()
    for path in sorted({path for folder in folders for path in folder.rglob("*.py")}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (key := _given(node)) is not None:
                given.append((key, f"{path}:{node.lineno}"))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.JoinedStr) and (pattern := _pattern(node)) is not None:
                patterns.add(pattern)
    return Mentioned(
        tuple(given), frozenset(words), tuple(re.compile(pattern) for pattern in sorted(patterns))
    )


def _given(call: ast.Call) -> str | None:
    """The text key that a call on a turn is given, where it is written out."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in CALLS:
        return None
    place = CALLS[call.func.attr]
    key = call.args[place] if len(call.args) > place else None
    if (
        isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and re.fullmatch(r"[a-z]\w*(\.\w+)+", key.value)
    ):
        return key.value
    return None


def _pattern(string: ast.JoinedStr) -> str | None:
    """A formatted string as a pattern of keys; None when it says too little to be one."""
    head = string.values[0]
    if not isinstance(head, ast.Constant) or not re.match(r"[a-z]\w+\.", str(head.value)):
        return None
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.\-]+"
        for part in string.values
    )


def lines_of(folder: Path, lang: str) -> dict[str, str]:
    """Where each key of a texts file stands, as file:line."""
    path = folder / f"texts.{lang}.toml"
    found: dict[str, str] = {}
    above, inside = "", False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.is_file() else (), 1):
        if not inside and (head := _HEAD.fullmatch(line.strip())):
            above = head[1] + "."
        elif not inside and (key := _KEY.match(line)):
            found[above + key[1]] = f"{path}:{number}"
        inside ^= line.count('"""') % 2 == 1
    return found


def _unreadable(texts: Texts, lang: str, lines: dict[str, str]) -> Iterator[str]:
    reader = Environment(autoescape=True)
    for key in texts.keys(lang):
        try:
            reader.parse(texts.source(lang, key))
        except TemplateSyntaxError as why:
            yield f"{lines.get(key, key)}: {key} cannot be read, in its line {why.lineno}: {why.message}"
