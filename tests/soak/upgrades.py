"""kill -9 while `doorstep db upgrade` brings a database of the first version to the present one: all of it or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from bot.assembly import the_dialogs
from bot.settings import Settings
from bot.store import upgrade, versions
from bot.store.session import Db, Store, sqlite_url
from tests.bench.report import Row
from tests.running import kill
from tests.soak.part import Given

KILLS, QUICK = 100, 8
ROWS = 2_000


def measure(given: Given) -> list[Row]:
    """Half of the kills on SQLite, half on PostgreSQL; a database that made it is put back for the next kill."""
    kills = given.kills or (QUICK if given.quick else KILLS)
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        rng, done, wrong = Random(f"{given.seed} {name}"), 0, []
        took, number = 0.0, 0
        while done < kills // 2:
            number += 1
            url = (
                sqlite_url(given.folder / f"{number}.db")
                if name == "SQLite"
                else given.postgres.create_database(f"upgrade_{number}")
            )
            first_version(given, url)
            if not took:
                took = upgrade_within(given, url, None)
                continue
            for _ in range(3):
                upgrade_within(given, url, rng.uniform(0.3, 1.1) * took)
                done += 1
                wrong += whole(given, url, finished=False)
            upgrade_within(given, url, None)
            wrong += whole(given, url, finished=True)
        rows.append(Row(f"{name}: kills, databases", f"{done}, {number}"))
        rows.append(Row(f"{name}: neither the old shape nor the new", str(len(wrong)), "0", not wrong))
        for line in wrong[:10]:
            print(f"  {name}: {line}")
    return rows


def first_version(given: Given, url: str) -> None:
    """A database as the first version left it, with people in it."""
    store = Store(url)
    try:
        with upgrade.alone(store) as connection:
            versions.step_up(connection, _folders(given), "bot_0001", "account_0001", "voucher_0001")

        def people(db: Db) -> None:
            for number in range(ROWS):
                person = db.value(
                    "INSERT INTO person (created, lang, plain, reminders) VALUES (0, 'zh', 0, 1) RETURNING id"
                )
                address = db.value(
                    "INSERT INTO address (channel, chat, thread, member, person_id, state, created, last_seen)"
                    " VALUES ('telegram', :chat, '', '', :person, 'active', 0, 0) RETURNING id",
                    chat=str(number),
                    person=person,
                )
                db.run(
                    "INSERT INTO outbox (address_id, kind, lane, state, created, due, since, tries, note)"
                    " VALUES (:address, 'send', 'reply', 'sent', 0, 0, 0, 1, '')",
                    address=address,
                )

        store.write(people)
    finally:
        store.close()


def upgrade_within(given: Given, url: str, seconds: float | None) -> float:
    """Run the command, killed after so many seconds (None: let it end). How long it took."""
    environment = {
        **os.environ,
        "DOORSTEP_DATA_DIR": str(given.folder),
        "DOORSTEP_KEYS": str(given.folder / "keys"),
        "DOORSTEP_DATABASE_URL": url,
    }
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "db", "upgrade"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        assert process.wait(seconds or 300) == 0, "the upgrade failed"
    except subprocess.TimeoutExpired:
        kill(process)
    return time.monotonic() - begin


def whole(given: Given, url: str, finished: bool) -> list[str]:
    """What is wrong with a database after a kill: it is of the first shape or of the present one, with every row."""
    store = Store(url)
    try:
        kept = store.read(lambda db: db.value("SELECT count(*) FROM outbox"))
        found = [] if kept == ROWS else [f"{url}: {kept} rows of {ROWS}"]
        stands = {
            str(row["version_num"])
            for row in store.read(lambda db: db.all("SELECT version_num FROM alembic_version"))
        }
        first = stands <= {"bot_0001", "account_0001", "voucher_0001"}
        if finished or not first:
            found += [f"{url}: {line}" for line in versions.drift(store, _folders(given))]
        return found
    finally:
        store.close()


def _folders(given: Given) -> list[Path]:
    settings = Settings(_env_file=None, data_dir=given.folder)  # type: ignore[call-arg]
    return [capability.folder for capability in the_dialogs().capabilities(settings)]
