"""knowledge/README.md's page for editors is followed to the letter: its files written, its commands run, the chat asked."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

import knowledge
from bot.__main__ import app
from knowledge import current
from knowledge.entries import Head
from tests.world import World

HOUSE = Path(knowledge.__file__).parent
ENTRY = Path("data/content/corpus/toy-library.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page() -> list[tuple[str, str]]:
    """The fenced blocks of the page: their kind and what they hold."""
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"^## 添一条回答.*?(?=^## )", text, re.DOTALL | re.MULTILINE)
    return BLOCK.findall(found)


def carried_out(commands: str) -> Iterator[str]:
    """What the lines of a shell block print; those of the bot are carried out in this process."""
    for line in commands.splitlines():
        first, *words = shlex.split(line)
        if first == "doorstep":
            yield CliRunner().invoke(app, words).output
        else:
            subprocess.run([first, *words], check=True)


def replaced(old: str | None, new: str, was: str) -> str:
    """Everything, or a line that stands there once."""
    assert old is None or was.count(old) == 1
    return new if old is None else was.replace(old, new)


def changed(how: Callable[[str], str]) -> None:
    """The file in the editor's hands, which is there, and another one afterwards."""
    was = ENTRY.read_text(encoding="utf-8")
    assert how(was) != was
    ENTRY.write_text(how(was), encoding="utf-8")


async def test_the_page_is_followed_to_the_letter(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "knowledge").symlink_to(HOUSE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(current, "LOOK_AGAIN_S", 0.0)
    printed, kinds = "", []
    await world.say("mama", "玩具图书馆每天开到几点？")
    assert "9点到17点" not in world.last("mama").text, "nobody knows it yet"
    for kind, text in page():
        kinds.append(kind)
        if kind == "sh":
            printed = "".join(carried_out(text))
        elif kind == "markdown":
            changed(partial(replaced, None, text))
        elif kind == "diff":
            old, new = (row[1:] for row in text.splitlines())
            changed(partial(replaced, old, new))
        elif kind == "text":
            for row in text.splitlines():
                assert row in printed, printed
        else:
            assert kind == "chat"
            question, answer = text.splitlines()
            await world.say("mama", question)
            assert answer.removeprefix("→ ") in world.last("mama").text
    assert kinds.count("chat") == 2, "asked before and after the slip"
    assert {"sh", "markdown", "diff", "text"} <= {*kinds}
    "".join(carried_out(f"rm {ENTRY}"))
    await world.say("mama", "玩具图书馆每天开到几点？")
    assert "9点到17点" not in world.last("mama").text, "gone with its file"


def test_every_key_of_an_entrys_head_is_explained() -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    (head,) = re.findall(r"^## What the head of an entry says$.*?(?=^## )", text, re.DOTALL | re.MULTILINE)
    assert [key for key in Head.model_fields if not re.search(rf"\b{key}\b", head)] == []
