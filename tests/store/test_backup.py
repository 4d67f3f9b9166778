"""A backup brings everything back on an empty machine, on either database; a bad one is refused before anything."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.assembly import open_house
from bot.cli import keeping
from bot.cli.errors import Unusable
from bot.clock import SystemClock, ms
from bot.settings import Settings
from bot.store import backup, crew, tables
from bot.store.backup import AHEAD, Backup, BackupUnusable
from bot.store.crew import DatabaseTaken
from bot.store.sealed import KeysUnusable
from bot.store.session import Db, Store, sqlite_url
from bot.store.upgrade import alone, upgrade
from bot.store.versions import drift, step_up
from bot.turn import Turn
from tests.dialogs.voucher.district import District
from tests.servers import Postgres
from tests.store.test_upgrade import DIALOGS


@pytest.fixture
def elsewhere(tmp_path: Path, postgres: Postgres, worker_id: str) -> Iterator[dict[str, str]]:
    """An empty database of either kind on another machine."""
    name = f"restored_{worker_id}"
    yield {"sqlite": sqlite_url(tmp_path / "new.db"), "postgresql": postgres.create_database(name)}
    postgres.drop_database(name)


def counts(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table.name: connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one()
            for table in tables.SQLModel.metadata.sorted_tables
            if table.name not in ("walk", "park")
        }


def while_others_write(store: Store, file: Path, now: datetime) -> Backup:
    """A backup made while somebody else writes two rows that belong together, again and again."""
    stop = threading.Event()

    def write(db: Db) -> None:
        db.run("INSERT INTO scarce (key, cap, used) SELECT 'n' || count(*), 1, 0 FROM scarce")
        db.run("INSERT INTO audit (at, actor, act, object, detail) VALUES (0, 'x', 'pair', 'x', '{}')")

    def go_on() -> None:
        while not stop.is_set():
            store.write(write)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        made = backup.back_up(store, file, now)
    finally:
        stop.set()
        writer.join()
    assert counts(store)["audit"] > made.tables["audit"]["rows"], "nobody wrote meanwhile"
    return made


def is_whole(store: Store, made: Backup, now: datetime) -> None:
    """Every row of the backup is there, of one instant, and what may have been sent is held."""
    assert drift(store, DIALOGS) == []
    added = {"audit": 1, "action": 1}
    assert counts(store) == {name: table["rows"] + added.get(name, 0) for name, table in made.tables.items()}
    pairs = store.read(lambda db: db.value("SELECT count(*) FROM audit WHERE act = 'pair'"))
    assert store.read(lambda db: db.value("SELECT count(*) FROM scarce WHERE key LIKE 'n%'")) == pairs
    held = store.read(
        lambda db: db.all("SELECT state, due FROM outbox WHERE note = :note", note=backup.RESTORED)
    )
    assert {row["state"] for row in held} == {"unconfirmed"}
    assert all(row["due"] <= ms(now) for row in held)


async def test_a_new_machine_shows_the_same_things(
    tmp_path: Path, database_url: str, elsewhere: dict[str, str]
) -> None:
    """Backup while others write, an empty machine of either kind, the keys folder copied: the same 我的券."""
    old = await District.make(tmp_path / "old", url=database_url)
    await old.win("mama")
    await old.say("mama", "我的券")
    mine = old.last("mama").text
    await old.says("papa", "voucher", "2025-05-01")
    house, now = old.house, old.now
    house.store.write(lambda db: Turn(house.ground, db, now).push(1, "common.courtesy", dedupe="waits"))
    made = while_others_write(house.store, tmp_path / "b.zip", now)
    assert not holds_keys(tmp_path / "b.zip", old.settings.keys)
    old.close()

    kind = "postgresql" if database_url.startswith("sqlite") else "sqlite"
    url = elsewhere[kind]
    store = Store(url)
    assert backup.restore(store, DIALOGS, tmp_path / "b.zip", now) >= 1
    is_whole(store, made, now)
    store.close()
    shutil.copytree(old.settings.keys, tmp_path / kind / "keys")
    new = await District(tmp_path / kind, url, now.isoformat()).open()
    assert new.shown_to("mama") == [], "what may have been sent is not sent again"
    await new.say("mama", "我的券")
    assert new.last("mama").text == mine
    await new.press("papa", "q:3:1")
    assert new.keys("papa")[0] == "common.stale", "a button from after the backup means nothing else now"
    await new.say("mama", "撤回申请")
    assert new.rows("SELECT max(id) AS last FROM action WHERE kind <> 'restored'")[0]["last"] > AHEAD
    with new.house.store.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        assert backup.resend(connection, now) >= 1
        connection.exec_driver_sql("COMMIT")
    await new.forward(minutes=1)
    assert "common.courtesy" in new.keys("mama"), "it goes when staff say so"
    new.close()


def holds_keys(file: Path, keys: Path) -> bool:
    secrets = {json.loads((keys / "ring.json").read_text())["keys"][0]["key"]}
    secrets |= {(keys / name).read_text().strip() for name in ("identity.key", "signing.key")}
    with zipfile.ZipFile(file) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"doorstep" not in whole
    return any(secret.encode() in whole or bytes.fromhex(secret) in whole for secret in secrets)


@pytest.fixture
def store(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    shutil.copy(migrated_file, tmp_path / "a.db")
    store = Store(sqlite_url(tmp_path / "a.db"))
    store.write(lambda db: db.run("INSERT INTO setting (key, value) VALUES ('x', 'y')"))
    yield store
    store.close()


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Path:
    backup.back_up(store, tmp_path / "b.zip", SystemClock().now())
    return tmp_path / "b.zip"


def test_a_full_database_is_not_written_over(store: Store, file: Path) -> None:
    store.write(lambda db: db.run("UPDATE setting SET value = 'z'"))
    with pytest.raises(BackupUnusable, match=r"not empty \(setting.*--replace"):
        backup.restore(store, DIALOGS, file, SystemClock().now())
    assert store.read(lambda db: db.value("SELECT value FROM setting")) == "z"
    backup.restore(store, DIALOGS, file, SystemClock().now(), replace=True)
    assert store.read(lambda db: db.value("SELECT value FROM setting")) == "y"


def test_a_backup_is_never_written_over(store: Store, file: Path) -> None:
    with pytest.raises(BackupUnusable, match="exists already"):
        backup.back_up(store, file, SystemClock().now())
    assert [path.name for path in file.parent.glob("*.part")] == []


def test_an_empty_database_is_no_backup(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "nothing.db"))
    with pytest.raises(BackupUnusable, match="nothing to back up"):
        backup.back_up(store, tmp_path / "b.zip", SystemClock().now())
    store.close()


def rewritten(file: Path, name: str, change: dict[str, bytes]) -> Path:
    other = file.with_name(name)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, change.get(entry, old.read(entry)))
    return other


def test_a_changed_backup_is_refused(store: Store, file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    later = {**manifest, "revisions": ["bot_9999"]}
    later["digest"] = backup._digest({key: value for key, value in later.items() if key != "digest"})
    bad = {
        "setting was changed": rewritten(file, "1.zip", {"setting.jsonl": b'["x","n"]\n'}),
        "manifest.json was changed": rewritten(file, "2.zip", {"manifest.json": json.dumps({**manifest, "made": 1}).encode()}),
        "made by version .* with bot_9999": rewritten(file, "3.zip", {"manifest.json": json.dumps(later).encode()}),
        "format 9": rewritten(file, "4.zip", {"manifest.json": json.dumps({**manifest, "format": 9}).encode()}),
        "no whole backup": tmp_path / "5.zip",
    }  # fmt: skip
    (tmp_path / "5.zip").write_bytes(file.read_bytes()[:-40])
    empty = Store(sqlite_url(tmp_path / "empty.db"))
    for said, source in bad.items():
        with pytest.raises(BackupUnusable, match=said):
            backup.restore(empty, DIALOGS, source, SystemClock().now())
    assert backup.restore(empty, DIALOGS, file, SystemClock().now()) == 0
    empty.close()


def test_a_backup_of_an_earlier_shape_is_brought_up(tmp_path: Path) -> None:
    """As made before an upgrade: with the first versions of the tables only."""
    old, new = Store(sqlite_url(tmp_path / "old.db")), Store(sqlite_url(tmp_path / "new.db"))
    with alone(old) as connection:
        step_up(connection, DIALOGS, "bot_0001")
    old.write(
        lambda db: db.run("INSERT INTO person (created, lang, plain, reminders) VALUES (1, 'en', 0, 1)")
    )
    backup.back_up(old, tmp_path / "b.zip", SystemClock().now())
    backup.restore(new, DIALOGS, tmp_path / "b.zip", SystemClock().now())
    assert drift(new, DIALOGS) == []
    assert new.read(lambda db: db.value("SELECT lang FROM person")) == "en"
    for store in (old, new):
        store.close()


async def test_without_its_keys_a_restored_bot_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = await District.make(tmp_path / "old")
    await old.say("mama", "你好")
    keeping.back_up(old.settings, tmp_path / "b.zip")
    old.close()
    for name in ("new", "other"):
        (tmp_path / name).mkdir()
    new = District(tmp_path / "new")
    lines = keeping.restore(new.settings, tmp_path / "b.zip", replace=False, send=False)
    assert lines[-1].startswith("KEYS: ")
    assert "not there yet" in lines[-1]
    with pytest.raises(KeysUnusable, match="copy its keys folder"):
        open_house(new.settings, SystemClock())
    assert not new.settings.keys.exists(), "no new keys are made in their place"
    other = await District.make(tmp_path / "other")
    other.close()
    shutil.copytree(other.settings.keys, new.settings.keys)
    with pytest.raises(KeysUnusable, match=r"not the keys of this database: identity\.key is another one"):
        open_house(new.settings, SystemClock())
    shutil.rmtree(new.settings.keys)
    shutil.copytree(old.settings.keys, new.settings.keys)
    open_house(new.settings, SystemClock()).store.close()


def test_every_table_of_the_house_is_in_it(file: Path, store: Store) -> None:
    upgrade(store, DIALOGS)
    assert backup.read(file).tables.keys() == counts(store).keys()


def test_nothing_is_restored_under_a_bot_at_work(tmp_path: Path, database_url: str, file: Path) -> None:
    settings = Settings(_env_file=None, database_url=database_url, data_dir=tmp_path, keys=tmp_path / "keys")
    working = crew.join(database_url)
    with pytest.raises((Unusable, DatabaseTaken), match=r"works on this database .*-- end it first"):
        keeping.restore(settings, file, replace=False, send=False)
    working.close()
    assert "KEYS" not in keeping.restore(settings, file, replace=False, send=False)[0]
