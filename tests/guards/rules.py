"""The house rules that no tool checks, each as a function from a folder to its findings (none = the rule holds).

They take the root so that `test_guards_bite.py` can show each of them a tree where the rule is broken. What a tree
does not have (no `dialogs/`, no README) breaks no rule here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from stdnum.cn import ric

CODE_FOLDERS = ("bot", "dialogs", "knowledge", "tests")
PRODUCT_FOLDERS = ("bot", "dialogs", "knowledge")
CODE_SUFFIXES = {".py", ".js", ".css", ".html", ".sql", ".sh", ".mako"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# bot/ is the machine: it must serve a district that offers something else altogether.
DOMAIN_WORDS = re.compile(
    r"托|券|餐|育儿|幼儿|voucher|childcare|nursery|kindergarten|\bmeals?\b", re.IGNORECASE
)

# Where text for a person at a terminal is printed.
COMMAND_LINE = ("bot/__main__.py", "bot/channels/terminal", "bot/cli")
CLOCK = "bot/clock.py"
CLOCK_CALLS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("func", "now"),
}  # fmt: skip

# Every service looks the same inside. A file that grew too long becomes a folder of the same name.
DIALOG_PARTS = {"__init__", "flow", "service", "texts.zh", "texts.en", "README"}
# What a service has when it has rules of its own, or rows.
DIALOG_PARTS_AT_NEED = {"rules", "tables", "migrations"}
# What one service has beyond that, because nothing else of its kind does.
OWN_PARTS = {"voucher": {"draw", "codes", "redraws", "verifier"}, "questions": {"choosing"}}

# Put together here, so that this file does not hold what it forbids.
HOSTS = [("py" + "pi", "org"), ("python" + "hosted", "org"), ("npm" + "js", "(?:org|com)"), ("deb", "debian")]
REGISTRIES = [rf"{name}\.{ending}" for name, ending in HOSTS]
MACHINE_PATHS = r"(?<![\w.~/-])/(?:work|root|home/\w+|Users/\w+)/"
BANNED = re.compile("|".join([*REGISTRIES, MACHINE_PATHS]))

# 17 digits and a digit or X, perhaps in groups; not inside a longer run or a hexadecimal hash.
DOCUMENT_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){16}[ -]?[\dXx](?![0-9A-Za-z])")
# The first two digits of GB/T 2260: a number that begins otherwise (9999...) can belong to nobody.
PROVINCES = {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83, 91}  # fmt: skip


def files(root: Path) -> list[Path]:
    """Every file that is or could be committed: what git lists, or without git all that is there."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted(path for name in listed if name and (path := root / name).is_file())
    return sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def texts(root: Path, folders: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(name with slashes, content) of every text file, below `folders` or anywhere."""
    for path in files(root):
        name = path.relative_to(root).as_posix()
        if folders and name.split("/")[0] not in folders:
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules(root: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    """(name with slashes, syntax tree) of every Python file below `folders`."""
    for name, content in texts(root, folders):
        if name.endswith(".py"):
            yield name, ast.parse(content, name)


def sizes(root: Path) -> list[str]:
    """No file of code over 400 lines, no function over 60. Texts, tables and the corpus are data and may be long."""
    found = []
    for name, content in texts(root, CODE_FOLDERS):
        lines = len(content.splitlines())
        if Path(name).suffix in CODE_SUFFIXES and lines > MAX_FILE_LINES:
            found.append(f"{name}: {lines} lines (at most {MAX_FILE_LINES})")
    for name, tree in modules(root, CODE_FOLDERS):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    found.append(
                        f"{name}:{node.lineno}: {node.name} has {lines} lines (at most {MAX_FUNCTION_LINES})"
                    )
    return found


def module_docstrings(root: Path) -> list[str]:
    """Every module with anything in it says what it is for."""
    return [
        f"{name}: no docstring that says what it is for"
        for name, tree in modules(root, CODE_FOLDERS)
        if tree.body and not ast.get_docstring(tree)
    ]


def bot_knows_no_domain(root: Path) -> list[str]:
    """Not in code, comments, texts or pages of bot/."""
    return [
        f"{name}:{number}: bot/ knows nothing of {match.group()!r}"
        for name, content in texts(root, ("bot",))
        for number, line in enumerate(content.splitlines(), 1)
        if (match := DOMAIN_WORDS.search(line))
    ]


def banned_strings(root: Path) -> list[str]:
    """No package registry's host and no path of one machine, anywhere."""
    return [
        f"{name}:{number}: names {match.group()!r}"
        for name, content in texts(root)
        for number, line in enumerate(content.splitlines(), 1)
        if (match := BANNED.search(line))
    ]


def _calls(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """(line, last part of the object or "", called name) of every call."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name):
                yield node.lineno, "", name
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                yield node.lineno, owner, name


def hidden_clocks(root: Path) -> list[str]:
    """Nobody but the clock asks what time it is."""
    return [
        f"{name}:{line}: {owner}.{call}() (the clock is handed in)"
        for name, tree in modules(root, PRODUCT_FOLDERS)
        if name != CLOCK
        for line, owner, call in _calls(tree)
        if (owner, call) in CLOCK_CALLS
    ]


def prints(root: Path) -> list[str]:
    """Only the command line prints."""
    return [
        f"{name}:{line}: print() outside the command line"
        for name, tree in modules(root, PRODUCT_FOLDERS)
        if not name.startswith(COMMAND_LINE)
        for line, owner, call in _calls(tree)
        if not owner and call == "print"
    ]


def dialogs(root: Path) -> list[str]:
    """Every service has the same file names, no others, and is named in dialogs/__init__.py."""
    if not (root / "dialogs").is_dir():
        return []
    found = []
    listed = _names_in(root / "dialogs" / "__init__.py")
    for folder in sorted({path.relative_to(root / "dialogs").parts[0] for path in files(root / "dialogs")}):
        if not (root / "dialogs" / folder).is_dir():
            continue
        inside = [
            path.relative_to(root / "dialogs" / folder).parts[0] for path in files(root / "dialogs" / folder)
        ]
        parts = {Path(name).stem if "." in name else name for name in inside}
        found += [f"dialogs/{folder}: lacks {part}" for part in sorted(DIALOG_PARTS - parts)]
        strange = parts - DIALOG_PARTS - DIALOG_PARTS_AT_NEED - OWN_PARTS.get(folder, set())
        found += [f"dialogs/{folder}: {part} is not one of the fixed names" for part in sorted(strange)]
        if folder not in listed:
            found.append(f"dialogs/{folder}: not listed in dialogs/__init__.py")
    return found


def _names_in(module: Path) -> set[str]:
    """Every name that a module's code mentions, imports included."""
    names: set[str] = set()
    if not module.exists():
        return names
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.alias(name=dotted):
                names.update(dotted.split("."))
            case ast.ImportFrom(module=str(dotted)):
                names.update(dotted.split("."))
            case ast.Name(id=name) | ast.Attribute(attr=name):
                names.add(name)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                names.update(
                    e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)
                )
    return names


def imports(root: Path) -> list[str]:
    """The contracts of pyproject.toml, as import-linter sees them."""
    if not all((root / folder).is_dir() for folder in PRODUCT_FOLDERS):
        return []
    program = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    return [done.stdout + done.stderr]


def _pyproject(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _packages(project: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The plain names of (what running needs, what the extras need)."""
    extras = [line for group in project.get("optional-dependencies", {}).values() for line in group]
    return {_package(line) for line in project.get("dependencies", [])}, {_package(line) for line in extras}


def dependency_reasons(root: Path) -> list[str]:
    """README.md gives a reason for every package the program needs, and for no other."""
    if not (root / "README.md").exists():
        return []
    needed, extras = _packages(_pyproject(root).get("project", {}))
    reasons = _table((root / "README.md").read_text(encoding="utf-8"))
    found = [f"README.md: no row for {package}" for package in sorted(needed - reasons.keys())]
    found += [
        f"README.md: {package} is no dependency" for package in sorted(reasons.keys() - needed - extras)
    ]
    found += [
        f"README.md: no reason for {package}"
        for package, reason in sorted(reasons.items())
        if len(reason) < 5
    ]
    return found


def pins(root: Path) -> list[str]:
    """constraints.txt pins every package that pyproject.toml names, and holds nothing but exact pins."""
    path = root / "constraints.txt"
    if not path.exists():
        return []
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    needed, extras = _packages(_pyproject(root).get("project", {}))
    found = [
        f"constraints.txt: {line!r} is no exact pin"
        for line in lines
        if not re.fullmatch(r"[\w.-]+==[\w.]+", line)
    ]
    pinned = {_package(line) for line in lines}
    return found + [
        f"constraints.txt: no pin for {package}" for package in sorted((needed | extras) - pinned)
    ]


def shipped(root: Path) -> list[str]:
    """Every file of the product is code or of a kind that pyproject.toml puts into the wheel."""
    data = _pyproject(root).get("tool", {}).get("setuptools", {}).get("package-data", {}).get("*", [])
    return [
        f"{name}: no pattern of package-data ships it"
        for path in files(root)
        if (name := path.relative_to(root).as_posix()).startswith(tuple(f"{top}/" for top in PRODUCT_FOLDERS))
        if path.suffix != ".py" and data and not any(path.match(pattern) for pattern in data)
    ]


def _package(requirement: str) -> str:
    """The plain name: `Psycopg[binary] >= 3` is psycopg."""
    return re.split(r"[\s\[<>=!~;]", requirement.strip("` "), maxsplit=1)[0].lower().replace("_", "-")


def _table(markdown: str) -> dict[str, str]:
    """Package -> last column, from every table whose first heading is `package`."""
    rows: dict[str, str] = {}
    inside = False
    for before, line in pairwise(["", *markdown.splitlines()]):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            inside = False
        elif not before.lstrip().startswith("|"):
            inside = cells[0].lower() == "package"
        elif inside and not set(line) <= set("|-: "):
            for name in cells[0].split(","):
                rows[_package(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", name))] = cells[-1]
    return rows


def document_numbers(root: Path) -> list[str]:
    """No number that could be somebody's identity document (GB 11643: place, birth date, check digit), however spaced."""
    return [
        f"{name}:{content.count(chr(10), 0, match.start()) + 1}: a number that passes GB 11643"
        for name, raw in texts(root)
        for content in [unicodedata.normalize("NFKC", raw)]
        for match in DOCUMENT_NUMBER.finditer(content)
        if _passes(re.sub(r"[ -]", "", match.group()).upper())
    ]


def _passes(number: str) -> bool:
    try:
        datetime.strptime(number[6:14], "%Y%m%d").date()  # noqa: DTZ007 -- a date, no instant
    except ValueError:
        return False
    return int(number[:2]) in PROVINCES and ric.calc_check_digit(number) == number[-1]
