"""The command line from outside: what it prints, how it ends, and that mistakes are said with their place."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import bot
from bot.__main__ import app
from bot.cli import operate
from bot.cli.errors import Unusable, unknown_settings
from bot.clock import SystemClock
from bot.settings import Settings
from tests.walks import CAPABILITY
from tests.world import World

ROOT = Path(bot.__file__).parents[1]
CITIES = Path(str(files("knowledge").joinpath("cities")))


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    return kept | {"PYTHONPATH": str(ROOT)} | {f"DOORSTEP_{name}": value for name, value in settings.items()}


def doorstep(
    *words: str, cwd: Path, lines: list[dict[str, Any]] | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    given = "\n".join(json.dumps(line) for line in lines or ())
    return subprocess.run([sys.executable, "-m", "bot", *words], cwd=cwd, env=environment(**settings), input=given,
                          capture_output=True, text=True, timeout=60)  # fmt: skip


def test_a_service_may_add_to_a_group_of_commands_that_is_there(tmp_path: Path) -> None:
    taps = doorstep("knowledge", "taps", cwd=tmp_path)
    assert (taps.returncode, taps.stdout) == (0, "nobody has tapped a choice yet\n"), taps.stderr
    listed = doorstep("knowledge", "--help", cwd=tmp_path, CITY="no-such-pack")
    assert listed.returncode == 0, "what needs no pack works without one"


def test_a_talk_in_json_lines(tmp_path: Path) -> None:
    done = doorstep(
        "chat", "--json", "--at", "2026-12-01T09:00:00+08:00", "--staff", "li=duty", "--record", "talk.yaml",
        cwd=tmp_path, lines=[{"as": "mama", "say": "找人"}, {"restart": True}, {"as": "mama", "say": "菜单"}],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["done"] for line in lines if "done" in line] == [1, 2, 3]
    assert {line["to"] for line in lines[: lines.index({"done": 1})]} == {"mama", "li"}
    assert (
        (tmp_path / "talk.yaml").read_text(encoding="utf-8").startswith("at: '2026-12-01T09:00:00+08:00'\n")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["talk.yaml"], "nothing is left lying about"


def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nDOORSTEP_PORT=eighty\nDOORSTEP_PROT=80\n")
    done = doorstep("run", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(".env:2: DOORSTEP_PORT: ")
    assert "Traceback" not in done.stderr


def test_a_broken_programme_refuses_the_start_with_file_line_and_reason(tmp_path: Path) -> None:
    own = tmp_path / "data" / "content" / "cities" / "sample" / "programmes"
    own.mkdir(parents=True)
    programme = shutil.copy(CITIES / "sample" / "programmes" / "voucher.yaml", own)
    text = Path(programme).read_text(encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "quota:" in row)
    Path(programme).write_text(text.replace("quota: ", "quota: -", 1), encoding="utf-8")
    for command in (["run"], ["check"]):
        done = doorstep(*command, cwd=tmp_path)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert f"data/content/cities/sample/programmes/voucher.yaml:{line}: " in said
        assert "quota" in said
        assert "Traceback" not in said


def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://nobody@/x?host={tmp_path}"
    done = doorstep("db", "upgrade", cwd=tmp_path, DATABASE_URL=nowhere)
    assert done.returncode == 1
    assert done.stderr.startswith("DOORSTEP_DATABASE_URL: the database cannot be used: ")
    assert "Traceback" not in done.stderr


def test_settings_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_TELEGRAM_TOKEN", "1:hidden")
    monkeypatch.setenv("DOORSTEP_PORT", "8123")
    done = CliRunner().invoke(app, ["settings"])
    assert "DOORSTEP_PORT = 8123" in done.output
    assert "hidden" not in done.output
    assert all(f"DOORSTEP_{name.upper()} = " in done.output for name in Settings.model_fields)


def test_a_mistyped_setting_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("# mine\nDOORSTEP_PROT=80\nDOORSTEP_PORT=80\n")
    (found,) = unknown_settings()
    assert found.startswith(".env:2: DOORSTEP_PROT: there is no setting of this name")


def test_a_flow_is_drawn() -> None:
    names = CliRunner().invoke(app, ["diagram"]).output.split()
    assert names
    assert CliRunner().invoke(app, ["diagram", names[0]]).output.startswith("stateDiagram-v2")
    assert isinstance(CliRunner().invoke(app, ["diagram", "nowhere"]).exception, Unusable)


def test_run_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=environment(PORT="0"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
            assert answer.status == 200
        taken = doorstep("run", cwd=tmp_path, PORT=address.rpartition(":")[2])
        assert taken.returncode == 1
        assert "cannot be listened on" in taken.stderr
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0


# -- what the operator does ------------------------------------------------------------------------------------------


async def test_an_invitation_made_here_is_taken_up_in_a_chat(tmp_path: Path) -> None:
    world = await World(tmp_path, at=SystemClock().now().isoformat()).open()
    lines = operate.invite(world.settings, "duty", "", "Li")
    link = next(line for line in lines if line.startswith("link")).split()[-1]
    assert any("invited" in line for line in operate.staff_lines(world.settings))
    await world.say("li", link)
    (post,) = operate.staff_lines(world.settings)
    assert post.split("\t")[:4] == ["Li", "duty", "-", "active"]
    assert operate.revoke(world.settings, "Li") == ["Li: 1 ended"]
    with pytest.raises(Unusable, match="nobody named Li"):
        operate.revoke(world.settings, "Li")
    acts = [line.split("\t")[2] for line in operate.audit_lines(world.settings, 50, "")]
    assert [act for act in acts if not act.startswith("round.")] == [
        "invite.made",
        "invite.accepted",
        "staff.revoked",
    ]
    assert len(operate.audit_lines(world.settings, 1, "")) == 1
    assert [line.split("\t")[2] for line in operate.audit_lines(world.settings, 50, "staff.")] == [
        "staff.revoked"
    ]


async def test_a_role_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(Unusable, match="king is no role"):
        operate.invite(world.settings, "king", "", "Li")


async def test_a_post_at_no_place_or_at_an_unknown_one_is_refused_with_the_places_there_are(
    world: World,
) -> None:
    for role, place, wanted in (("centre", "", "add --place ID"), ("centre", "mars", "mars is no place")):
        with pytest.raises(Unusable, match=wanted) as refused:
            operate.invite(world.settings, role, place, "Li")
        assert "liuyin (柳荫托育中心（示例）)" in str(refused.value)
    assert any("at liuyin" in line for line in operate.invite(world.settings, "centre", "liuyin", "Li"))


async def test_a_capability_s_command(world: World) -> None:
    command = CAPABILITY.operator["path close"]
    assert operate.operate(world.settings, "path close", command, ["p1", "mud"]) == ["path p1 is closed: mud"]
    assert [line.split("\t")[3] for line in operate.audit_lines(world.settings, 50, "walk")] == ["path:p1"]
    with pytest.raises(Unusable, match="no such path"):
        operate.operate(world.settings, "path close", command, ["none", "mud"])
    with pytest.raises(Unusable, match="wanted: doorstep path close PATH REASON"):
        operate.operate(world.settings, "path close", command, ["p1"])
