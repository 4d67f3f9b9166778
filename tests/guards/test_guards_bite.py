"""Every guard finds what it guards against, in a tree where it was planted, and leaves a clean one alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from stdnum.cn import ric

from tests.guards import rules

ROOT = Path(__file__).parents[2]


class Tree:
    """A small house in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, content: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_sizes(tree: Tree) -> None:
    tree.put("bot/fits.py", '"""Fits."""\n' + "x = 1\n" * 399)
    tree.put("bot/texts.zh.toml", "a = 1\n" * 900)
    assert rules.sizes(tree.root) == []
    tree.put("bot/long.py", '"""Long."""\n' + "x = 1\n" * 400)
    tree.put("bot/page.css", "a {}\n" * 401)
    tree.put("tests/deep.py", '"""Deep."""\nasync def deep():\n' + "    x = 1\n" * 60)
    found = rules.sizes(tree.root)
    assert [line.split(":")[0] for line in found] == ["bot/long.py", "bot/page.css", "tests/deep.py"]


def test_module_docstrings(tree: Tree) -> None:
    tree.put("bot/empty.py", "")
    tree.put("bot/said.py", '"""Says it."""\nx = 1\n')
    assert rules.module_docstrings(tree.root) == []
    tree.put("knowledge/mute.py", "x = 1\n")
    assert len(rules.module_docstrings(tree.root)) == 1


@pytest.mark.parametrize("words", ["# 托育", "title = '消费券'", "午餐", "VoucherTable", "the meal", "育儿"])
@pytest.mark.parametrize("name", ["code.py", "texts.zh.toml", "channels/web/page.html"])
def test_bot_knows_no_domain(tree: Tree, words: str, name: str) -> None:
    tree.put("dialogs/here.py", words)
    tree.put(f"bot/{name}", "one\nmealtime is a word\n")
    assert rules.bot_knows_no_domain(tree.root) == []
    tree.put(f"bot/{name}", f"one\n{words}\n")
    assert [line.split(":")[1] for line in rules.bot_knows_no_domain(tree.root)] == ["2"]


@pytest.mark.parametrize(
    "words", ["https://py" + "pi.org/simple", "cd /ro" + "ot/x", "'/ho" + "me/me/x'", "=/wo" + "rk/main"]
)
def test_banned_strings(tree: Tree, words: str) -> None:
    tree.put("README.md", "see ./wo" + "rk/main, a/root/b and https://example.org/home/x/\n")
    assert rules.banned_strings(tree.root) == []
    tree.put(".ci/run", f"#!/bin/sh\n{words}\n")
    assert [line.split(":")[:2] for line in rules.banned_strings(tree.root)] == [[".ci/run", "2"]]


@pytest.mark.parametrize(
    "call", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "func.now()"]
)
def test_hidden_clocks(tree: Tree, call: str) -> None:
    tree.put("bot/clock.py", call)
    tree.put("bot/good.py", f'"""Never {call}."""\nnow = clock.now()\n')
    assert rules.hidden_clocks(tree.root) == []
    tree.put("dialogs/a/rules.py", f"x = {call}")
    assert len(rules.hidden_clocks(tree.root)) == 1


def test_prints(tree: Tree) -> None:
    tree.put("bot/__main__.py", "print(1)")
    tree.put("bot/channels/terminal.py", "print(1)")
    tree.put("bot/turn.py", "blueprint.print()")
    assert rules.prints(tree.root) == []
    tree.put("knowledge/search.py", "print(1)")
    assert len(rules.prints(tree.root)) == 1


def plant_dialog(tree: Tree, name: str) -> None:
    for part in [
        "__init__.py",
        "flow.py",
        "service.py",
        "tables.py",
        "texts.zh.toml",
        "texts.en.toml",
        "README.md",
    ]:
        tree.put(f"dialogs/{name}/{part}", "")
    tree.put(f"dialogs/{name}/rules/ages.py", "")
    tree.put(f"dialogs/{name}/migrations/0001.py", "")


def test_dialogs(tree: Tree) -> None:
    tree.put("dialogs/__init__.py", '"""Also bus, in words only."""\nfrom dialogs.walks import CAPABILITY\n')
    tree.put("dialogs/README.md", "How to add one.")
    plant_dialog(tree, "walks")
    assert rules.dialogs(tree.root) == []
    plant_dialog(tree, "bus")
    (tree.root / "dialogs/bus/flow.py").unlink()
    tree.put("dialogs/bus/utils.py", "")
    assert rules.dialogs(tree.root) == [
        "dialogs/bus: lacks flow",
        "dialogs/bus: utils is not one of the fixed names",
        "dialogs/bus: not listed in dialogs/__init__.py",
    ]


CLEAN = {
    "bot/__init__.py": "",
    "bot/__main__.py": "import bot.runner",
    "bot/runner.py": "import bot.router",
    "bot/router.py": "import bot.capability",
    "bot/capability.py": "import bot.flow",
    "bot/channels/__init__.py": "",
    "bot/flow/__init__.py": "",
    "dialogs/__init__.py": "import dialogs.a, dialogs.b",
    "dialogs/a/__init__.py": "",
    "dialogs/a/flow.py": "import bot.flow",
    "dialogs/a/rules.py": "import datetime",
    "dialogs/a/service.py": "import sqlmodel, bot.capability, knowledge",
    "dialogs/b/__init__.py": "",
    "knowledge/__init__.py": "",
}


def test_imports_leave_a_clean_house_alone(tree: Tree) -> None:
    shutil.copy(ROOT / "pyproject.toml", tree.root)
    for name, content in CLEAN.items():
        tree.put(name, content)
    assert rules.imports(tree.root) == []


@pytest.mark.parametrize(
    ("name", "content", "contract"),
    [
        ("bot/router.py", "import dialogs.a", "Dialogs stand on bot"),
        ("knowledge/__init__.py", "import bot.flow", "Dialogs stand on bot"),
        ("bot/capability.py", "import bot.router", "The floors of bot"),
        ("bot/newcomer.py", "", "The floors of bot"),
        ("dialogs/a/service.py", "import dialogs.b", "Dialogs never import"),
        ("bot/flow/__init__.py", "import asyncio", "Flows and rules"),
        ("dialogs/a/flow.py", "import dialogs.a.service", "Flows and rules"),
        ("dialogs/a/rules.py", "import sqlmodel", "Flows and rules"),
        ("dialogs/a/service.py", "import bot.channels", "Dialogs reach"),
    ],
)
def test_imports(tree: Tree, name: str, content: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tree.root)
    for clean_name, clean in CLEAN.items():
        tree.put(clean_name, clean)
    tree.put(name, content)
    (report,) = rules.imports(tree.root)
    assert any(line.startswith(contract) and "BROKEN" in line for line in report.splitlines()), report


def test_dependency_reasons(tree: Tree) -> None:
    tree.put("pyproject.toml", '[project]\ndependencies = ["jinja2", "psycopg[binary]>=3"]\n')
    table = "Words.\n\n| Package | for |\n|---|---|\n| [jinja2](https://example.org) | the texts |\n| `psycopg[binary]` | PostgreSQL |\n"
    tree.put("README.md", table + "\n| other | table |\n|---|---|\n| x | y |\n")
    assert rules.dependency_reasons(tree.root) == []
    tree.put("README.md", table.replace("the texts", "").replace("psycopg", "psyche"))
    assert rules.dependency_reasons(tree.root) == [
        "README.md: no row for psycopg",
        "README.md: psyche is no dependency",
        "README.md: no reason for jinja2",
    ]


def test_pins(tree: Tree) -> None:
    tree.put(
        "pyproject.toml",
        '[project]\ndependencies = ["jinja2"]\n[project.optional-dependencies]\ndev = ["ruff"]\n',
    )
    tree.put("constraints.txt", "# why\nJinja2==3.1.6\nruff==0.17.6\n")
    assert rules.pins(tree.root) == []
    tree.put("constraints.txt", "Jinja2>=3.1\nx @ file:///y\n")
    assert len(rules.pins(tree.root)) == 3


def test_shipped(tree: Tree) -> None:
    tree.put("pyproject.toml", '[tool.setuptools.package-data]\n"*" = ["*.toml"]\n')
    tree.put("dialogs/a/texts.zh.toml", "")
    tree.put("tests/picture.png", "")
    assert rules.shipped(tree.root) == []
    tree.put("bot/channels/web/icon.ico", "")
    assert len(rules.shipped(tree.root)) == 1


def document_number(place: str, birth: str = "20240501", order: str = "001") -> str:
    """Made here digit by digit: a whole one may not stand in a file."""
    body = place + birth + order
    return body + str(ric.calc_check_digit(body + "0"))


@pytest.mark.parametrize("spell", [
    str,
    lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
    lambda number: "".join(chr(ord(c) + 0xFEE0) for c in number),
    str.lower,
])  # fmt: skip
def test_document_numbers(tree: Tree, spell: type[str]) -> None:
    tree.put(
        "tests/fine.py",
        f"x = '{document_number('999901')}'  # nobody's\ny = '{document_number('610104', '20241301')}'\n",
    )
    tree.put("constraints.txt", f"sha256:ab{document_number('610104')}")
    assert rules.document_numbers(tree.root) == []
    tree.put("tests/child.py", f"x = 1\nnumber = '{spell(document_number('610104'))}'\n")
    assert rules.document_numbers(tree.root) == ["tests/child.py:2: a number that passes GB 11643"]
