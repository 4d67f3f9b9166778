"""No document number rests anywhere: not in the database, its log, a recording or the logs, sealed or not.

People type numbers in every disguise, asked and unasked, whole, in halves and mistyped; then every byte that is left
is searched for the numbers and for any part of one of eight digits and more (but the birth date, which is known).
"""

from __future__ import annotations

import contextlib
import logging
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from bot.channels.terminal import Act, inbound
from bot.channels.terminal_record import Recorder
from bot.cli.chat import Talk
from bot.cli.logs import set_up
from bot.store.session import Db
from tests.dialogs.voucher.district import id18, wrong_check
from tests.dialogs.voucher.families import DISGUISES, disguised, in_halves
from tests.servers import Postgres
from tests.world import World

PART = 8
SURE = 12
"""Digits that stand apart count as a part from this length on: fewer meet by chance in random bytes."""
BORN = ("2025-05-01", "2024-11-30", "2026-01-15", "2024-02-29")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")
_RNG = Random(20261122)


def numbers() -> list[str]:
    """Fifteen numbers of nobody, the same in every run."""
    return [id18(BORN[n % 4], serial=_RNG.randint(112, 998)) for n in range(15)]


NUMBERS = numbers()
CERTIFICATES = [f"T{_RNG.randint(910_000_000, 989_999_999)}" for _ in range(3)]
PERMITS = [f"H{_RNG.randint(71_000_000, 79_999_999)}" for _ in range(2)]


def parts(number: str, length: int = PART) -> set[str]:
    """Every run of digits of a number of this length, without the birth date itself."""
    digits = re.sub(r"\D", "", number)
    found = {digits[i : i + length] for i in range(len(digits) - length + 1)}
    return found - {number[6:14]} if len(number) == 18 else found


TYPED = [*NUMBERS, *CERTIFICATES, *PERMITS]
SHORT = set().union(*(parts(number) for number in TYPED))
LONG = set().union(*(parts(number, SURE) for number in TYPED if len(number) == 18))


def leaks(data: bytes, certain: bool = False) -> set[str]:
    """Parts of the suite's numbers in some bytes. `certain`: the bytes are words, where digits apart count fully."""
    found = {
        run[i : i + PART]
        for run in re.findall(r"[0-9]{8,}", data.decode("latin-1"))
        for i in range(len(run) - PART + 1)
    } & SHORT
    folded = unicodedata.normalize("NFKC", data.decode("utf-8", "ignore")).translate(_CHINESE)
    folded = _UNSEEN.sub("", folded)
    length, needles = (PART, SHORT) if certain else (SURE, LONG)
    for run in re.findall(r"[0-9](?:[\s._\-/\\·]{0,2}[0-9]){7,}", folded):
        digits = re.sub(r"[^0-9]", "", run)
        found |= {digits[i : i + length] for i in range(len(digits) - length + 1)} & needles
    return found


def at_rest(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file that is left but the keys."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "keys" not in file.relative_to(folder).parts:
            yield file, file.read_bytes()


def unsealed(world: World) -> Iterator[tuple[str, bytes]]:
    """Every sealed value of the database, opened."""
    keys = world.house.ground.keys
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, LargeBinary) or table.name == "walk":
                continue
            for row in world.rows(
                f"SELECT {column.name} AS blob FROM {table.name} WHERE {column.name} IS NOT NULL"
            ):
                about = column.info["about"] or f"{table.name}.{column.name}"
                yield f"{table.name}.{column.name}", keys.unseal(bytes(row["blob"]), about)


def all_leaks(world: World, folder: Path) -> dict[str, set[str]]:
    """Where something is left, and which parts."""
    found = {str(file.relative_to(folder)): leaks(data) for file, data in at_rest(folder)}
    for name, plain in unsealed(world):
        found.setdefault(f"unsealed {name}", set()).update(leaks(plain, certain=True))
    return {name: what for name, what in found.items() if what}


@pytest_asyncio.fixture
async def place(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[World, Path]]:
    """A world on either database, and the folder that holds all it writes (but for PostgreSQL's own)."""
    world = await World(tmp_path, database_url).open()
    yield world, tmp_path
    world.close()


async def talk_of_everything(world: World, folder: Path) -> None:
    """A recorded talk in which numbers come up in every way."""
    record = Recorder(folder / "talk.yaml", world.settings.zone, world.now, "", [])
    talk = Talk(world.room, world.settings, record)

    async def say(who: str, *texts: str) -> None:
        for text in texts:
            await talk.do(Act(who, say=text))

    for n, how in enumerate(DISGUISES):  # asked for, in every disguise; the mistyped one first
        number, born = NUMBERS[n], BORN[n % 4]
        await say(f"p{n}", "voucher", born, "1", "同意", "小宇")
        await say(f"p{n}", disguised(wrong_check(number), how), disguised(number, how), f"1380013800{n}", "1")
    for n, document in enumerate((*CERTIFICATES, *PERMITS)):
        await say(f"c{n}", "voucher", "2025-05-01", "1", "同意", "小宇", document, f"1390013900{n}", "1")
    for n in (9, 10, 11):  # in halves, one of them with a restart between
        await say(f"h{n}", "voucher", BORN[n % 4], "1", "同意", "小宇")
        first, rest = in_halves(NUMBERS[n], _RNG)
        await say(f"h{n}", first)
        if n == 11:
            await world.restart()
        await say(f"h{n}", rest, NUMBERS[n], "13700137000", "1")
    for n, how in enumerate(DISGUISES):  # unasked, in questions, at the wrong question
        number = NUMBERS[12 + n % 3]
        await say(f"u{n}", disguised(number, how), f"我孩子的号是 {disguised(number, how)} 能领消费券吗")
        await say(f"u{n}", disguised(wrong_check(number), how), f"找人，证件{disguised(number, how)}")
        await say(
            f"u{n}", "voucher", disguised(number, how), "2025-05-01", "1", "同意", disguised(number, how)
        )
        await talk.do(Act(f"u{n}", contact=number))


async def wrong_turns(world: World) -> None:
    """A message that was kept and never handled, and one whose turn raises."""
    place, number = Act("kept", say=f"我的证件 {NUMBERS[0]}"), NUMBERS[1]
    waiting = inbound(place, world.room.words(place), "kept-1")
    assert world.house.store.write(lambda db: world.house.keep(db, waiting))
    for text in ("voucher", BORN[1], "1", "同意", "小宇"):
        await world.say("broken", text)
    world.house.store.write(lambda db: db.run("ALTER TABLE voucher_document RENAME TO mislaid"))
    await world.say("broken", number)
    assert world.keys("broken")[-1] == "common.failed"
    world.house.store.write(lambda db: db.run("ALTER TABLE mislaid RENAME TO voucher_document"))


async def test_no_number_rests_anywhere(
    place: tuple[World, Path],
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world, folder = place
    set_up(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG):
            await talk_of_everything(world, folder)
            await wrong_turns(world)
            await world.to("2027-01-02T09:00")
            await world.restart()
    finally:
        structlog.reset_defaults()
    out, err = capfd.readouterr()
    assert "turn failed" in out + err + caplog.text, "the log was not looked at"
    assert leaks((out + err + caplog.text).encode(), certain=True) == set()
    assert len(world.rows("SELECT 1 FROM voucher_ticket")) >= 17, "the numbers were never really taken"
    assert all_leaks(world, folder) == {}
    if world.house.store.postgres:
        assert postgres_leaks(world, request) == {}


def postgres_leaks(world: World, request: pytest.FixtureRequest) -> dict[str, set[str]]:
    """The same for the cluster's own files: heap, indexes, write-ahead log, server log."""

    def checkpoint(db: Db) -> str:
        return str(db.value("SELECT pg_relation_filepath('outbox')"))

    base = Path(world.house.store.read(checkpoint)).parent
    with world.house.store.engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    cluster: Postgres = request.getfixturevalue("postgres")
    files = [
        file
        for file in cluster.folder.rglob("*")
        if file.is_file()
        and (base.name == file.parent.name or "pg_wal" in file.parts or file.suffix == ".log")
    ]
    assert any("pg_wal" in file.parts for file in files)
    assert any(file.parent.name == base.name for file in files)
    found = {}
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # the server recycles its log while we read it
            found[str(file.relative_to(cluster.folder))] = leaks(file.read_bytes())
    return {name: what for name, what in found.items() if what}


@pytest.mark.parametrize(
    "planted",
    [
        NUMBERS[0],
        NUMBERS[0][:8],
        disguised(NUMBERS[1], "wide"),
        disguised(NUMBERS[2], "spaced"),
        disguised(NUMBERS[3], "chinese"),
        CERTIFICATES[0],
        f"…{NUMBERS[4][10:]}…",
    ],
)
@pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
async def test_what_is_planted_is_found(world: World, tmp_path: Path, planted: str, sealed: bool) -> None:
    await world.say("mama", "你好")
    assert all_leaks(world, tmp_path) == {}
    if sealed:
        blob = world.house.ground.keys.seal(planted.encode(), "person.phone")
        world.house.store.write(lambda db: db.run("UPDATE person SET phone = :blob", blob=blob))
        assert list(all_leaks(world, tmp_path)) == ["unsealed person.phone"]
    else:
        world.house.store.write(lambda db: db.run("INSERT INTO setting VALUES ('x', :words)", words=planted))
        assert set(all_leaks(world, tmp_path)) & {"world.db", "world.db-wal"}


def test_a_birth_date_alone_is_no_leak() -> None:
    assert leaks(b'{"birth": "2025-05-01"} 20250501') == set()
