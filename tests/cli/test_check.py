"""`doorstep check` finds what is planted, with file and line, and leaves a sound service alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import tests.walks
from bot.capability import Capability
from bot.cli import check, words
from bot.flow.model import Ask, End, Flow
from bot.settings import Settings
from bot.texts import Texts
from tests.walks import CAPABILITY, FLOW
from tests.world import Given

WALKS = Path(tests.walks.__file__).parent


def found_in(folder: Path, capability: Capability = CAPABILITY) -> list[str]:
    """What is said of a changed copy of the tests' own service; the machine's own words are left out."""
    moved = replace(capability, folder=folder)
    texts = Texts([check.MACHINE, folder], Settings(_env_file=None).zone)
    found = words.findings(texts, check.MACHINE, [moved])
    return [line.replace(f"{folder}/", "") for line in found if str(folder) in line]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(WALKS, tmp_path / "walks")
    return tmp_path / "walks"


def change(path: Path, old: str, new: str) -> int:
    """Returns the line on which the change begins."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_sound_service(copy: Path) -> None:
    assert found_in(copy) == []
    assert check.shapes([CAPABILITY]) == []


def test_words_that_are_missing(copy: Path) -> None:
    change(copy / "texts.zh.toml", 'ask = "哪天去？"\n', "")
    change(copy / "texts.en.toml", 'ask = "Which day?"\n', "")
    assert found_in(copy) == ["flow.py: no words for walk.day.ask"]


def test_words_in_one_language_only(copy: Path) -> None:
    change(copy / "texts.en.toml", 'off = "Called off."\n', "")
    line = change(copy / "texts.zh.toml", 'off = "好', 'off = "好')
    assert found_in(copy) == [f"texts.zh.toml:{line}: walk.off has no English words"]


def test_words_that_nothing_says(copy: Path) -> None:
    for name in ("texts.zh.toml", "texts.en.toml"):
        change(copy / name, "[walk]\n", '[walk]\nidle = """\nx\n[walk.no]\n"""\n')
    line = change(copy / "texts.zh.toml", "idle = ", "idle = ")
    assert found_in(copy) == [f"texts.zh.toml:{line}: nothing says walk.idle"]


def test_a_key_that_was_mistyped_in_code(copy: Path) -> None:
    line = change(copy / "__init__.py", 'turn.say("walk.off")', 'turn.say("walk.of")')
    found = found_in(copy)
    assert f"__init__.py:{line}: no words for walk.of" in found
    assert any("nothing says walk.off" in one for one in found)


def test_a_template_that_cannot_be_read(copy: Path) -> None:
    line = change(copy / "texts.en.toml", "{{ count }}", "{{ count }")
    (found,) = found_in(copy)
    assert found.startswith(f"texts.en.toml:{line}: walk.mine cannot be read")


def test_shapes_that_do_not_hold() -> None:
    ask = Ask("when", lambda said, look: said.text, {"ok": "nowhere"})
    broken = replace(CAPABILITY, flows=(Flow("stroll", (ask, End("cancelled"))), FLOW), does={})
    found = "\n".join(check.shapes([broken]))
    assert "stroll.when: ok leads to nowhere, which is not there" in found
    assert "walk.book has no service" in found
    assert any("two capabilities" in line for line in check.shapes([CAPABILITY, CAPABILITY]))


def test_the_whole_house_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORSTEP_TELEGRAM_TOKN", "x")
    bad = tmp_path / "content" / "cities" / "sample"
    bad.mkdir(parents=True)
    (bad / "city.yaml").write_text("demo: perhaps\n")
    found = check.findings(Settings(_env_file=None, data_dir=tmp_path), Given((CAPABILITY,)))
    assert any("DOORSTEP_TELEGRAM_TOKN" in line for line in found)
    assert any("city.yaml:1" in line for line in found)
