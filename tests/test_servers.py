"""The servers that other tests stand on are real: they answer."""

from __future__ import annotations

import pytest
import sqlalchemy
from playwright.sync_api import Page

from tests import servers
from tests.servers import Postgres, ServerMissing


def test_a_fresh_database_answers_and_is_empty(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    try:
        with engine.begin() as connection:
            assert connection.execute(sqlalchemy.text("SELECT 1")).scalar_one() == 1
            connection.execute(sqlalchemy.text("CREATE TABLE only_here (n INTEGER)"))
        assert sqlalchemy.inspect(engine).get_table_names() == ["only_here"]
    finally:
        engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgres_keeps_chinese_and_utc(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    try:
        with engine.connect() as connection:
            assert connection.execute(sqlalchemy.text("SELECT '家门口'")).scalar_one() == "家门口"
            assert connection.execute(sqlalchemy.text("SHOW timezone")).scalar_one() == "UTC"
    finally:
        engine.dispose()


def test_a_dropped_database_takes_open_connections_with_it(postgres: Postgres) -> None:
    engine = sqlalchemy.create_engine(postgres.create_database("left_open"))
    try:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
            postgres.drop_database("left_open")
            with pytest.raises(sqlalchemy.exc.OperationalError):
                connection.execute(sqlalchemy.text("SELECT 1"))
    finally:
        engine.dispose()


def test_nothing_found_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(ServerMissing, match="apt-get install chromium"):
        servers.find_chromium()


def test_chromium_draws_chinese(page: Page) -> None:
    page.goto("data:text/html;charset=utf-8,<h1>中</h1><h2>文</h2><style>h1,h2{font:40px sans-serif}</style>")
    assert page.get_by_role("heading").all_inner_texts() == ["中", "文"]
    assert len(page.screenshot()) > 1_000
    # Without a Chinese font every character is the same empty box.
    assert page.locator("h1").screenshot() != page.locator("h2").screenshot()
