"""What every test may ask for: the two databases, Chromium, a page in it."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import CHROMIUM_FLAGS, Postgres, ServerMissing, find_chromium, start_postgres

pytest_plugins = ("tests.world",)
# A traceback drawn with every local value takes a second of a busy machine, and a test that fails on purpose draws many.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)
_numbers = itertools.count(1)
ROOM = 3 << 30
"""Bytes free in memory from which on the suite's files may lie there."""


def pytest_configure(config: pytest.Config) -> None:
    """Let databases and files lie in memory where the machine has room: ten thousand commits wait for no disk.

    No test here pulls a plug: what is killed is a process, and what it wrote outlives it in memory as on a disk.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Postgres:
    """One cluster for the whole run, started by the first worker that asks."""
    alone = worker_id == "master"
    shared = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    where = shared / "postgres.where"
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not where.exists():
            try:
                cluster = start_postgres(until=os.getpid() if alone else os.getppid())
            except ServerMissing as missing:
                pytest.fail(str(missing), pytrace=False)
            where.write_text(str(cluster.folder))
    return Postgres(Path(where.read_text()))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"test_{request.getfixturevalue('worker_id')}_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is. A machine without one fails the test, never skips it."""
    try:
        return find_chromium()
    except ServerMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A real browser for the tests of one module, which are plain functions.

    Playwright's synchronous face keeps an event loop running in this thread, so it must be gone before another
    module's `async def` tests begin, and no test of the same module may be one.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own: no cookies, Chinese, Shanghai time, 1280 by 800."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800}
    )
    yield context.new_page()
    context.close()
