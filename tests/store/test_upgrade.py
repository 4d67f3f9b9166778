"""The database comes up by numbered versions: whole or not at all, once, and to what the classes say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

import bot
import dialogs
import tests.walks
from bot.settings import Settings
from bot.store.session import Store, sqlite_url
from bot.store.upgrade import MACHINE, UpgradeImpossible, _heads, _versions_of, owners, tables_of, upgrade
from bot.store.versions import by_table, drift, revise

ROOT = Path(bot.__file__).parents[1]
WALKS = Path(tests.walks.__file__).parent
DIALOGS = [capability.folder for capability in dialogs.capabilities(Settings(_env_file=None))]

VERSION = '''"""{name}."""
import sqlalchemy as sa
from alembic import op
revision = "{name}"
down_revision = {below}
branch_labels = {labels}
depends_on = "bot_0001"


def upgrade():
{body}
'''
CREATE = '    op.create_table("tour", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()))'
CHANGE = """    with op.batch_alter_table("tour") as batch:
        batch.alter_column("name", nullable=False)
        batch.create_unique_constraint("uq_tour_name", ["name"])"""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def put_version(folder: Path, number: int, body: str) -> None:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    below, labels = (None, ("tours",)) if number == 1 else (f"tours_{number - 1:04d}", None)
    name = f"tours_{number:04d}"
    text = VERSION.format(name=name, below=repr(below), labels=repr(labels), body=body)
    (versions / f"{name}.py").write_text(text)


def names(store: Store) -> set[str]:
    table = (
        "pg_tables WHERE schemaname = 'public'" if store.postgres else "sqlite_master WHERE type = 'table'"
    )
    column = "tablename" if store.postgres else "name"
    return {row["name"] for row in store.read(lambda db: db.all(f"SELECT {column} AS name FROM {table}"))}


def test_versions_and_classes_agree(store: Store) -> None:
    upgrade(store, [*DIALOGS, WALKS])
    assert names(store) >= {"person", "outbox", "walk"}
    assert drift(store, [*DIALOGS, WALKS]) == []


def test_what_differs_is_seen(store: Store) -> None:
    upgrade(store, [WALKS])
    store.write(lambda db: db.run("ALTER TABLE walk ADD COLUMN weather TEXT"))
    store.write(lambda db: db.run("DROP INDEX ix_walk_person_id"))
    store.write(lambda db: db.run("CREATE TABLE stray (id INTEGER)"))
    found = "\n".join(drift(store, [WALKS]))
    assert all(word in found for word in ("weather", "ix_walk_person_id", "stray"))


def test_the_newest_versions_are_known_by_their_files(store: Store) -> None:
    """A start must not load Alembic to learn that there is nothing to do."""
    folders = [*DIALOGS, WALKS]
    upgrade(store, folders)
    assert _heads(folders) == _versions_of(store)
    assert len(_heads(folders)) == len(owners(folders))


def test_again_changes_nothing(store: Store) -> None:
    upgrade(store, [WALKS])
    store.write(lambda db: db.run("INSERT INTO setting (key, value) VALUES ('a', 'b')"))
    upgrade(store, [WALKS])
    assert store.read(lambda db: db.value("SELECT value FROM setting")) == "b"


def test_a_version_that_fails_leaves_everything_as_it_was(store: Store, tmp_path: Path) -> None:
    tours = tmp_path / "tours"
    put_version(tours, 1, CREATE + '\n    raise RuntimeError("half way")')
    with pytest.raises(RuntimeError, match="half way"):
        upgrade(store, [tours])
    assert names(store) - {"sqlite_sequence"} == set()
    put_version(tours, 1, CREATE)
    upgrade(store, [tours])
    assert names(store) >= {"person", "tour"}


def test_a_changed_table_keeps_its_rows_and_those_that_refer_to_it(store: Store, tmp_path: Path) -> None:
    tours = tmp_path / "tours"
    refer = '\n    op.create_table("stop", sa.Column("tour", sa.Integer(), sa.ForeignKey("tour.id", ondelete="CASCADE")))'
    put_version(tours, 1, CREATE + refer)
    upgrade(store, [tours])
    store.write(lambda db: db.run("INSERT INTO tour (id, name) VALUES (1, 'river')"))
    store.write(lambda db: db.run("INSERT INTO stop (tour) VALUES (1)"))
    put_version(tours, 2, CHANGE)
    upgrade(store, [tours])
    assert store.read(lambda db: db.value("SELECT count(*) FROM stop s JOIN tour t ON t.id = s.tour")) == 1
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.write(lambda db: db.run("INSERT INTO tour (id, name) VALUES (2, 'river')"))


def test_rows_that_would_refer_to_nothing_stop_it(tmp_path: Path) -> None:
    store, tours = Store(sqlite_url(tmp_path / "a.db")), tmp_path / "tours"
    refer = '\n    op.create_table("stop", sa.Column("tour", sa.Integer(), sa.ForeignKey("tour.id")))'
    put_version(tours, 1, CREATE + refer)
    upgrade(store, [tours])
    store.write(lambda db: db.run("INSERT INTO tour (id, name) VALUES (1, 'river')"))
    store.write(lambda db: db.run("INSERT INTO stop (tour) VALUES (1)"))
    put_version(tours, 2, '    op.execute("DELETE FROM tour")')
    with pytest.raises(UpgradeImpossible, match="refer to nothing"):
        upgrade(store, [tours])
    assert store.read(lambda db: db.value("SELECT count(*) FROM tour")) == 1
    store.close()


def test_a_database_of_a_later_program_is_left_alone(store: Store) -> None:
    upgrade(store)
    store.write(lambda db: db.run("UPDATE alembic_version SET version_num = 'bot_9999'"))
    with pytest.raises(UpgradeImpossible, match=r"bot_9999.*later version"):
        upgrade(store)


ONE_OF_SEVERAL = """
import sys
from bot.store.session import Store
from bot.store.upgrade import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(Store(sys.argv[1]))
"""


def test_processes_that_start_at_once(database_url: str) -> None:
    command = [sys.executable, "-c", ONE_OF_SEVERAL, database_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(2)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], errors
    store = Store(database_url)
    assert drift(store) == []
    store.close()


KILLED = """
import sys
from pathlib import Path
from bot.store.session import Store
from bot.store.upgrade import upgrade
upgrade(Store(sys.argv[1]), [Path(sys.argv[2])])
"""
HALF = """    op.execute("UPDATE tour SET name = 'half'")
    op.create_table("stop", sa.Column("tour", sa.Integer()))
    print("half", flush=True)
    __import__("time").sleep(60)"""


def test_one_killed_in_its_middle_is_done_by_the_next(store: Store, tmp_path: Path) -> None:
    """kill -9 between two statements: nothing of it is there, nobody waits for its lock, the next one does it whole."""
    tours = tmp_path / "tours"
    put_version(tours, 1, CREATE)
    upgrade(store, [tours])
    store.write(lambda db: db.run("INSERT INTO tour (id, name) VALUES (1, 'river')"))
    put_version(tours, 2, HALF)
    command = [sys.executable, "-c", KILLED, store.url, str(tours)]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.kill()
    process.wait()
    assert "stop" not in names(store)
    assert store.read(lambda db: db.value("SELECT name FROM tour")) == "river"
    put_version(tours, 2, HALF.rpartition("\n")[0])
    upgrade(store, [tours])
    assert "stop" in names(store)
    assert store.read(lambda db: db.value("SELECT name FROM tour")) == "half"


def test_a_fresh_file_is_made_with_few_statements(tmp_path: Path) -> None:
    """A table is not copied for every version above it. How long a first start takes is in `make bench ARGS=start`."""
    store = Store(sqlite_url(tmp_path / "fresh.db"))
    done: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: done.append(given[2]))
    upgrade(store, DIALOGS)
    tables = len(names(store))
    assert len(done) < 6 * tables, f"{len(done)} statements for {tables} tables"
    store.close()


def test_a_version_is_written_for_one_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parks = tmp_path / "parks"
    parks.mkdir()
    head = "from sqlmodel import Field, SQLModel\n\n\nclass Park(SQLModel, table=True):\n"
    (parks / "tables.py").write_text(
        head + "    id: int | None = Field(default=None, primary_key=True)\n    name: str\n"
    )
    spec = importlib.util.spec_from_file_location("parks_tables", parks / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "parks_tables", module)
    spec.loader.exec_module(module)

    (made,) = revise("parks", "First tables", [parks, WALKS])
    text = made.read_text()
    assert made.parent == parks / "migrations" / "versions"
    assert text.count("op.create_table") == 1
    assert "'park'" in text
    assert 'depends_on = "bot_0001"' in text.replace("'", '"')
    assert "sqlmodel" not in text
    assert revise("parks", "Nothing new", [parks, WALKS]) == []
    store = Store(sqlite_url(tmp_path / "a.db"))
    upgrade(store, [parks])
    assert drift(store, [parks]) == []
    store.close()
    with pytest.raises(UpgradeImpossible, match="nobody named ponds"):
        revise("ponds", "x", [parks])


def test_owners_are_those_with_tables() -> None:
    assert [owner.name for owner in owners([WALKS, Path(bot.__file__).parent / "flow"])] == ["bot", "walks"]
    assert "walk" in tables_of(owners([WALKS])[1])
    assert "walk" not in tables_of(MACHINE)


def test_what_was_generated_is_parted_by_table() -> None:
    code = "op.create_table('a',\n    x\n    )\n    with op.batch_alter_table('a') as b:\n        b.y()\n\n    op.drop_table('b')"
    parts = by_table(code)
    assert [name for name, _ in parts] == ["a", "b"]
    assert "b.y()" in parts[0][1]
