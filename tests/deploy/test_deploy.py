"""What is installed is whole: the wheel works outside the checkout, the container file and the service say what is true."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

from bot.channels.web.app import BODY_AT_MOST
from bot.settings import Settings
from tests.guards.rules import PRODUCT_FOLDERS, files

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "bot" / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAMES = {f"DOORSTEP_{name.upper()}" for name in Settings.model_fields}


def instructions() -> list[tuple[str, str]]:
    """The container file as (INSTRUCTION, the rest) in order."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines if line and line[0] != "#"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what the container file copies, by the build system that pyproject.toml names, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    copied = [word for name, rest in instructions() if name == "COPY" for word in rest.split()[:-1]]
    tops = {word for word in copied if not word.startswith(("--", "/"))}
    for path in files(ROOT):
        name = path.relative_to(ROOT)
        if name.parts[0] in tops:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, source / name)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_everything_is_shipped(wheel: Path) -> None:
    tracked = {path.relative_to(ROOT).as_posix() for path in files(ROOT)}
    product = {name for name in tracked if name.startswith(tuple(f"{top}/" for top in PRODUCT_FOLDERS))}
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == product


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Installed elsewhere: it checks itself, answers in the terminal, serves, and the container's health check sees it."""
    site = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(site), str(wheel)], check=True)
    given = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    given |= {"PYTHONPATH": str(site), "DOORSTEP_PORT": "0"}
    away = tmp_path / "away"
    away.mkdir()

    def start(*words: str) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, str(site / "bin" / "doorstep"), *words], cwd=away, env=given,
                                text=True, **pipes)  # fmt: skip

    serving, talking, checking = start("run"), start("chat", "--json"), start("check")
    try:
        out, errors = talking.communicate('{"as": "mama", "say": "消费券"}\n', timeout=180)
        assert json.loads(out.splitlines()[-1]) == {"done": 1}, errors
        assert json.loads(out.splitlines()[0])["to"] == "mama"
        out, errors = checking.communicate(timeout=180)
        assert (out.splitlines()[-1:], errors) == (["all is well"], "")
        assert serving.stdout is not None
        page = serving.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{page}/healthz", timeout=60) as answer:
            assert answer.status == 200
        health = next(rest for name, rest in instructions() if name == "HEALTHCHECK")
        ask = [sys.executable, *json.loads(health.partition("CMD")[2])[1:]]
        port = page.rpartition(":")[2]
        assert subprocess.run(ask, env={**given, "DOORSTEP_PORT": port}).returncode == 0
        serving.terminate()
        _, errors = serving.communicate(timeout=60)
        assert (serving.returncode, "Traceback" in errors) == (0, False), errors
        assert subprocess.run(ask, env={**given, "DOORSTEP_PORT": port}, capture_output=True).returncode != 0
    finally:
        for process in (serving, talking, checking):
            process.kill()
            process.wait()


def test_the_container_file_says_what_is_there() -> None:
    said = dict(instructions())
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / word).exists() for word in rest.split()[:-1]), rest
    environment = dict(pair.split("=", 1) for pair in shlex.split(said["ENV"]))
    assert {name for name in environment if name.startswith("DOORSTEP_")} <= NAMES
    assert {environment["DOORSTEP_DATA_DIR"], environment["DOORSTEP_KEYS"]} == set(json.loads(said["VOLUME"]))
    assert all(path in said["RUN"] for path in json.loads(said["VOLUME"])), "they belong to the user"
    assert said["USER"] not in ("root", "0")
    assert said["EXPOSE"] == environment["DOORSTEP_PORT"]
    assert json.loads(said["ENTRYPOINT"]) == list(PROJECT["scripts"])
    order = [name for name, _ in instructions()]
    assert order.index("USER") > len(order) - 1 - order[::-1].index("RUN"), "nothing runs as root after that"
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored, "keys and data never get into an image"
    wanted = {
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in rest.split()[:-1]
    }
    assert wanted == {line[1:] for line in ignored if line.startswith("!")}


def test_the_service_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = (DEPLOY / "doorstep.service").read_text("utf-8")
    assert {
        name
        for line in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)
        for name in re.findall(r"(DOORSTEP_\w+)=", line)
    } <= NAMES
    assert re.search(r"^ExecStart=\S+/bin/doorstep run$", unit, re.MULTILINE)
    if (analyze := shutil.which("systemd-analyze")) is None:
        return
    (tmp_path / "doorstep.service").write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit, flags=re.MULTILINE), "utf-8"
    )
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / "doorstep.service")], capture_output=True, text=True
    )
    about = [line for line in (done.stdout + done.stderr).splitlines() if "doorstep.service" in line]
    assert about == []


def test_the_proxy_lets_through_what_the_page_sends() -> None:
    lines = (DEPLOY / "Caddyfile").read_text("utf-8").splitlines()
    assert len(lines) <= 10
    size = re.search(r"max_size (\d+)MB", "\n".join(lines))
    assert size is not None
    assert int(size[1]) * 1_000_000 > BODY_AT_MOST
    assert any("flush_interval -1" in line for line in lines), "answers are streamed"
