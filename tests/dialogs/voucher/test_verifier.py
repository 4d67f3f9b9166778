"""The script that is handed out: on a bare Python it finds every change in a published draw, and agrees with draw.py."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli.errors import Unusable
from bot.cli.operate import operate
from bot.settings import Settings
from dialogs.voucher import draw, verifier
from dialogs.voucher.service import operator
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import bands, id18

SCRIPT = Path(verifier.__file__)


def published(rng: random.Random, tickets: int, value: str | None = None) -> dict[str, Any]:
    """A drawn round as it is served, with random tickets in three bands."""
    quotas = {"m00-12": rng.randrange(3), "m13-24": rng.randrange(1, 6), "二十五": 2}
    entries = [(rng.choice(sorted(quotas)), f"{n:09}") for n in rng.sample(range(10**9), tickets)]
    secret = rng.randbytes(32)
    listed = draw.list_lines(entries)
    programme = json.dumps({"bands": [{"id": band, "quota": quota} for band, quota in quotas.items()]})
    return {
        "round": "2026-12",
        "programme": programme,
        "programme_hash": hashlib.sha256(programme.encode()).hexdigest(),
        "commitment": draw.commitment(secret),
        "list_hash": draw.list_hash(listed),
        "list": listed.decode(),
        "secret": secret.hex(),
        "public_value": value,
        "seed": draw.seed("2026-12", secret, draw.list_hash(listed), value).hex(),
        "bands": draw.run("2026-12", secret, entries, quotas, value),
    }


def said_of(document: object, path: Path, *words: str) -> tuple[int, str]:
    """What the script says in an empty folder, with no site packages and no environment."""
    path.mkdir()
    (path / "verifier.py").write_text(operator.script(()), "utf-8")
    (path / "ROUND.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    run = [sys.executable, "-I", "-S", "verifier.py", "ROUND.json", *words]
    done = subprocess.run(run, cwd=path, capture_output=True, env={"LC_ALL": "C"}, timeout=60)
    assert done.stderr == b"", done.stderr.decode()
    return done.returncode, done.stdout.decode()


def test_the_commands_need_no_database_and_make_none(tmp_path: Path) -> None:
    given: dict[str, Any] = {"_env_file": None, "data_dir": tmp_path / "data", "keys": tmp_path / "keys"}
    file = tmp_path / "ROUND.json"
    file.write_text(json.dumps(published(random.Random(7), 12)), "utf-8")
    for name, values in (("lottery verify", [str(file)]), ("lottery verifier", [])):
        assert operate(Settings(**given), name, operator.COMMANDS[name], values) != [""]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ROUND.json"]


def agrees(document: object, *words: str) -> bool:
    """The same without a process: nothing fails."""
    try:
        told = json.loads(json.dumps(document), object_pairs_hook=verifier.once)
        return all(fine is not False for fine, _ in verifier.checks(told, list(words)))
    except (LookupError, ValueError, TypeError, AttributeError):
        return False


def test_it_is_short_and_needs_nothing() -> None:
    lines = SCRIPT.read_text("utf-8").splitlines()
    assert len(lines) <= 120
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= {*sys.stdlib_module_names}


async def test_a_published_round_and_a_ticket(make: Make, tmp_path: Path) -> None:
    d = await make(bands=bands(1, 2, 1))
    for number in range(4):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"1380013800{number}")
    noted = d.document()
    assert noted is not None
    code, said = said_of(noted, tmp_path / "early")
    assert code == 2, "neither right nor wrong"
    assert "FAIL" not in said
    assert "还没抽签" in said
    assert noted["commitment"] in said
    assert agrees(noted, d.tickets()[0]["number"]), "the list is not published yet"
    await d.to("2027-01-01T09:30")
    sealed, number = d.document(), d.tickets()[0]["number"]
    code, said = said_of(sealed, tmp_path / "sealed", number[:3], number[3:6], number[6:])
    assert (code, f"{number} 在名单里" in said) == (2, True)
    assert not agrees(sealed, "000000001")
    await d.to("2027-01-01T12:00")
    document = d.document()
    assert document is not None
    for ticket in sorted(d.tickets(), key=lambda t: t["rank"]):
        rank, words = ticket["rank"], (ticket["number"], noted["commitment"], noted["programme_hash"])
        assert agrees(document, *words)
        told = verifier.place(document, ticket["number"])[1]
        assert f"m13-24, {rank} / 4, " in told
        assert ("中签 won" if rank <= 2 else f"候补第 {rank - 2} 位 reserve {rank - 2}") in told
    code, said = said_of(document, tmp_path / "late", d.tickets()[0]["number"], noted["commitment"])
    assert code == 0, said
    for word in (
        "承诺值",
        "commitment",
        "名单",
        "list_hash",
        "种子",
        "seed",
        "顺序",
        "order",
        "名额",
        "quota",
    ):
        assert word in said
    assert "没有公开数" in said, "what the missing public value means"
    assert "您抄下的" in said
    for grouped in ("{} {} {}", "{}-{}-{}", "{} – {}\u00a0{}"):
        assert agrees(document, grouped.format(number[:3], number[3:6], number[6:])), grouped
    code, said = said_of(document, tmp_path / "other", "000000001")
    assert (code, "不在里面" in said) == (1, True)
    code, said = said_of(document, tmp_path / "noted", "0" * 64)
    assert (code, "错 FAIL 您抄下的" in said) == (1, True)


def test_it_agrees_with_the_other_implementation() -> None:
    rng = random.Random(3)
    for number in range(60):
        document = published(rng, rng.randrange(30), rng.choice([None, "3391.88", "七"]))
        assert agrees(document) == (draw.verify(document) == []) is True, number


def changed(rng: random.Random, value: Any) -> Any:
    """Another value of the same kind, as little different as can be."""
    if isinstance(value, bool | None):
        return "1"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        at = rng.randrange(len(value) + 1)
        return [*value[:at], "999999999", *value[at:]]
    at = rng.randrange(len(value))
    return value[:at] + ("1" if value[at] != "1" else "2") + value[at + 1 :]


def test_every_change_of_one_field_is_found_by_both() -> None:
    rng = random.Random(4)
    for value in (None, "3391.88"):
        for tickets in (1, 2, 12):
            document = published(rng, tickets, value)
            assert agrees(document)
            for field in set(document) - {"bands"}:
                for new in (changed(rng, document[field]), None):
                    if new == document[field]:
                        continue
                    broken = {**document, field: new}
                    assert not agrees(broken), (field, new)
                    assert draw.verify(broken), (field, new)
            for band, result in document["bands"].items():
                for field in result:
                    broken = copy.deepcopy(document)
                    broken["bands"][band][field] = changed(rng, result[field])
                    assert not agrees(broken), (band, field)
                    assert draw.verify(broken), (band, field)


def test_two_places_exchanged_and_a_ticket_left_out() -> None:
    document = published(random.Random(5), 12)
    order = max((band["order"] for band in document["bands"].values()), key=len)
    order[0], order[1] = order[1], order[0]
    assert not agrees(document)
    order[0], order[1] = order[1], order[0]
    assert agrees(document)
    order.pop()
    assert not agrees(document)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"list": 5}', '{"round": "a", "round": "b"}', "5", "[" * 50]
)
def test_what_is_no_draw_is_said_and_not_raised(text: str, tmp_path: Path, capsysbinary: Any) -> None:
    (tmp_path / "x.json").write_text(text)
    assert verifier.main([str(tmp_path / "x.json")]) == 1
    assert "读不懂" in capsysbinary.readouterr().out.decode()
    with pytest.raises(ValueError, match=r"x\.json"):
        operator.verify([str(tmp_path / "x.json")])


def test_a_missing_file_and_no_file_are_no_failed_draw(tmp_path: Path, capsysbinary: Any) -> None:
    assert verifier.main([str(tmp_path / "none.json")]) == 3
    said = capsysbinary.readouterr().out.decode()
    assert ("打不开" in said, "FAIL" in said, "结论" in said) == (True, False, False)
    assert verifier.main([]) == 3
    said = capsysbinary.readouterr().out.decode()
    assert ("python verifier.py ROUND.json" in said, "FAIL" in said, "结论" in said) == (True, False, False)
    given: dict[str, Any] = {"_env_file": None, "data_dir": tmp_path / "data", "keys": tmp_path / "keys"}
    command = operator.COMMANDS["lottery verify"]
    with pytest.raises(Unusable, match=r"none\.json: cannot be opened"):
        operate(Settings(**given), "lottery verify", command, [str(tmp_path / "none.json")])
    with pytest.raises(Unusable, match=r"wanted: doorstep lottery verify FILE \[TICKET"):
        operate(Settings(**given), "lottery verify", command, [])


def test_the_command_says_where_a_ticket_stands_and_what_is_not_drawn_yet(tmp_path: Path) -> None:
    file, document = tmp_path / "ROUND.json", published(random.Random(7), 12)
    file.write_text(json.dumps(document), "utf-8")
    number = next(band["order"][0] for band in document["bands"].values() if band["order"])
    grouped = [number[:3], number[3:6] + "-" + number[6:]]
    assert f"票 {number}" in operator.verify([str(file), *grouped])
    with pytest.raises(ValueError, match="000000001"):
        operator.verify([str(file), "000 000 001"])
    early = {**document, "secret": None, "seed": None}
    early["bands"] = {band: {**of, "order": None} for band, of in document["bands"].items()}
    file.write_text(json.dumps(early), "utf-8")
    said = operator.verify([str(file), *grouped])
    assert "not drawn yet; what is published so far agrees" in said
    assert document["commitment"] in said
    assert "在名单里" in said
    file.write_text(json.dumps({**early, "list": early["list"][:-1]}), "utf-8")
    with pytest.raises(ValueError, match="list_hash"):
        operator.verify([str(file)])
